"""Status lists: as the draft of the IETF packs them, and read by other people's library."""

import zlib
from base64 import urlsafe_b64decode

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from healthcode.passes import (
    SLOTS,
    Cause,
    Key,
    Kind,
    ListRefused,
    SignedKeys,
    WithdrawnList,
    build_withdrawn,
    inflate,
    pack_bits,
    read_withdrawn,
    signer,
)

NOW = 1_663_545_600
STATE = ec.derive_private_key(1008, ec.SECP256R1())
KID = bytes.fromhex("28282828")
KEY = Key(
    kid=KID,
    public=STATE.public_key(),
    iss="SH",
    kinds=frozenset({Kind.STATE}),
    sign_from=0,
    sign_until=2**32,
    verify_until=2**32,
)
KEYS = SignedKeys(1, 0, 2**32, (KEY,))

# draft-ietf-oauth-status-list, section 4: sixteen statuses of one bit, as CBOR and as JSON.
DRAFT_STATUSES = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
DRAFT_CBOR = "a2646269747301636c73744a78dadbb918000217015d"
DRAFT_BYTES = "b9a3"
# Its appendix of test vectors: 2^20 one-bit statuses, of which these are set.
DRAFT_SET = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345]
DRAFT_LST = (
    "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA"
    "7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb"
)


def test_the_draft_s_example_is_read_bit_by_bit():
    bits = inflate(cbor2.loads(bytes.fromhex(DRAFT_CBOR))["lst"])

    assert bits.hex() == DRAFT_BYTES
    made = WithdrawnList(0, NOW, NOW + 1, bits)
    assert [int(made.has(index)) for index in range(16)] == DRAFT_STATUSES
    assert made.has(16) is None


def test_statuses_are_packed_as_the_draft_packs_them():
    set_ones = [index for index, status in enumerate(DRAFT_STATUSES) if status]

    assert pack_bits(set_ones, size=2).hex() == DRAFT_BYTES


def test_the_draft_s_large_vector_is_read_and_written():
    bits = inflate(urlsafe_b64decode(DRAFT_LST + "=" * (-len(DRAFT_LST) % 4)))

    assert bits == pack_bits(DRAFT_SET)
    assert len(bits) == SLOTS // 8


@given(st.sets(st.integers(0, SLOTS - 1), max_size=50))
def test_what_is_withdrawn_is_what_is_read(indexes):
    made = WithdrawnList(9, NOW, NOW + 600, pack_bits(indexes))
    token = build_withdrawn(made, iss="SH", kid=KID, sign=signer(STATE))
    read = read_withdrawn(token, 9, keys=KEYS, now=NOW)

    assert read == made
    assert all(read.has(index) for index in indexes)
    assert sum(byte.bit_count() for byte in read.bits) == len(indexes)


def test_a_bomb_is_not_grown():
    bomb = zlib.compress(bytes(2**28), 9)

    with pytest.raises(ListRefused) as refused:
        inflate(bomb)
    assert refused.value.cause is Cause.MALFORMED


@pytest.mark.parametrize(
    "lst",
    [b"", b"x", zlib.compress(b""), zlib.compress(b"a")[:-1], zlib.compress(b"a") + b"x"],
    ids=["nothing", "noise", "empty", "cut", "more"],
)
def test_what_is_no_whole_list_is_malformed(lst):
    with pytest.raises(ListRefused) as refused:
        inflate(lst)
    assert refused.value.cause is Cause.MALFORMED


def test_a_library_of_other_people_verifies_the_token():
    made = WithdrawnList(9, NOW, NOW + 600, pack_bits([77]))
    token = build_withdrawn(made, iss="SH", kid=KID, sign=signer(STATE))
    pem = STATE.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)

    payload = cwt.COSE.new().decode(token, keys=[cwt.COSEKey.from_pem(pem, kid=KID)])
    claims = cbor2.loads(payload)

    assert claims[2] == "urn:healthcode:SH:withdrawn:9"
    assert claims[65533]["bits"] == 1
    assert zlib.decompress(claims[65533]["lst"])[77 >> 3] == 1 << (77 & 7)


def test_a_list_of_another_number_is_refused():
    token = build_withdrawn(
        WithdrawnList(9, NOW, NOW + 600, b"\x00"), iss="SH", kid=KID, sign=signer(STATE)
    )

    with pytest.raises(ListRefused) as refused:
        read_withdrawn(token, 10, keys=KEYS, now=NOW)
    assert refused.value.cause is Cause.WRONG_LIST


def test_an_older_list_is_refused_and_the_newer_kept():
    older, newer = (WithdrawnList(9, NOW + age, NOW + 600, b"\x00") for age in (0, 60))
    token = build_withdrawn(older, iss="SH", kid=KID, sign=signer(STATE))

    with pytest.raises(ListRefused) as refused:
        read_withdrawn(token, 9, keys=KEYS, held=newer, now=NOW + 61)
    assert refused.value.cause is Cause.ROLLED_BACK
