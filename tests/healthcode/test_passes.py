"""The verifier against the shared vectors, mutants, and a COSE library of other people."""

import secrets
from contextlib import suppress
from dataclasses import replace

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import assume, given
from hypothesis import strategies as st

from healthcode.colours import Colour, Outcome, Reason
from healthcode.passes import (
    MAX_LIFE,
    Checked,
    Claims,
    Gate,
    Key,
    KeyList,
    Kind,
    Listing,
    build_pass,
    build_presentation,
    check,
    clean,
    conclude,
    is_name,
    judge,
    point,
    signable,
    signer,
    write_text,
)
from healthcode.passes.cbor import Malformed, Sign1, read, write
from healthcode.passes.layers import read_code
from healthcode.passes.refused import Refused
from healthcode.passes.text import read_text
from tests.vectors import make_passes
from tests.vectors.craft import P
from tests.vectors.load import CASES, FILE, judged

NOW = 1_663_545_600
KID = bytes.fromhex("0badcafe")
ISSUER, HOLDER = (ec.derive_private_key(n, ec.SECP256R1()) for n in (7, 8))
KEY = Key(
    kid=KID,
    public=ISSUER.public_key(),
    iss="SH",
    kinds=frozenset(Kind),
    sign_from=0,
    sign_until=2**32,
    verify_until=2**32,
)
KEYS = KeyList((KEY,))
GATE = Gate(withdrawn=lambda _: Listing.VALID)


def live(**changes) -> Claims:
    made = Claims(
        kind=Kind.LIVE,
        iat=NOW,
        exp=NOW + 90,
        pass_id=bytes(range(16)),
        name="张*丰",
        colour=Colour.GREEN,
        hour=NOW // 3600 - 3,
        iss="SH",
    )
    return replace(made, **changes)


def bound(**changes) -> Claims:
    made = live(kind=Kind.BOUND, exp=NOW + 3600, slot=2**32 - 1, holder=point(HOLDER.public_key()))
    return replace(made, **changes)


def issued(claims: Claims) -> bytes:
    return build_pass(claims, kid=KID, sign=signer(ISSUER))


def shown(claims: Claims, at: int = NOW) -> bytes:
    return build_presentation(issued(claims), shown_at=at, sign=signer(HOLDER))


def verdict(data: bytes, now: int = NOW):
    return judge(write_text(data), keys=KEYS, gate=GATE, now=now)


# --- the vectors -------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_vector_gets_its_outcome_and_its_one_reason(case):
    found = judged(case)

    assert (found.outcome, found.reason) == (case["outcome"], case["reason"])


def test_the_vectors_are_the_ones_their_script_writes():
    assert FILE.read_text(encoding="utf-8") == make_passes.render()
    assert make_passes.LISTS.read_text(encoding="utf-8") == make_passes.render_lists()


def test_the_vectors_reach_every_reason_and_tell_many_faults():
    assert {case["reason"] for case in CASES} == set(Reason)
    assert len({case["name"] for case in CASES}) == len(CASES) >= 110
    assert sum(case["fault"] == "none" for case in CASES) >= 12


# --- sizes -------------------------------------------------------------------------------

LONGEST = "欧" * 6 + "**"


def test_the_longest_passes_keep_to_their_size():
    """150 and 290 bytes: QR codes of 53 and 69 modules."""
    assert len(LONGEST.encode()) == 20
    assert len(issued(live(name=LONGEST))) <= 150
    assert len(shown(bound(name=LONGEST))) <= 290
    assert len(write_text(shown(bound(name=LONGEST)))) <= 483


# --- the verifier's two steps ------------------------------------------------------------


def test_a_server_replaces_the_colour_and_keeps_the_rest():
    checked = check(write_text(issued(live())), keys=KEYS, gate=Gate(online=True), now=NOW)
    found = conclude(checked, colour=Colour.RED)

    assert checked == Checked(None, live(), None)
    assert (found.outcome, found.reason) == (Outcome.STOP, Reason.RED)
    assert (found.claims, found.colour) == (live(), Colour.RED)


def test_a_refusal_cannot_be_overruled_by_a_colour():
    checked = check(write_text(issued(live())), keys=KEYS, gate=GATE, now=NOW + 90)

    assert conclude(checked, colour=Colour.GREEN).reason is Reason.EXPIRED


def test_nothing_is_told_of_claims_before_the_signature_verified():
    forged = issued(live())[:-1] + bytes((issued(live())[-1] ^ 1,))

    assert verdict(forged).claims is None
    assert verdict(issued(live()), now=NOW + 90).claims == live()


def test_a_presentation_tells_when_it_was_signed():
    assert verdict(shown(bound(), NOW - 7)).shown_at == NOW - 7


def test_a_gate_without_a_withdrawn_list_admits_no_bound_pass():
    found = judge(write_text(shown(bound())), keys=KEYS, gate=Gate(), now=NOW)

    assert (found.outcome, found.reason) == (Outcome.GREY, Reason.STALE_LIST)


def test_the_list_is_asked_only_about_passes_that_are_sound():
    def ask(_):
        raise AssertionError("asked")

    gate = Gate(withdrawn=ask)
    judge(write_text(issued(bound())), keys=KEYS, gate=gate, now=NOW)
    judge(write_text(issued(live())), keys=KEYS, gate=gate, now=NOW)
    judge(write_text(shown(bound(), NOW - 61)), keys=KEYS, gate=gate, now=NOW)


@given(st.sampled_from(sorted(Reason)), st.sampled_from(Colour))
def test_only_green_passes(reason, colour):
    assert (reason.outcome is Outcome.PASS) == (reason is Reason.GREEN)
    found = conclude(Checked(None, live()), colour=colour)
    assert (found.outcome is Outcome.PASS) == (colour is Colour.GREEN)


@given(st.text())
def test_any_text_gets_a_verdict_and_none_a_colour(text):
    found = judge(clean(text), keys=KEYS, gate=GATE, now=NOW)

    assert found.outcome is Outcome.GREY


@given(st.binary(max_size=295))
def test_any_bytes_get_a_verdict_and_none_a_colour(data):
    assert verdict(data).outcome is Outcome.GREY


# --- mutants -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", [issued(live()), shown(bound())], ids=["live", "bound"])
def test_no_code_with_a_flipped_bit_is_accepted(code):
    for place in range(8 * len(code)):
        mutant = bytearray(code)
        mutant[place // 8] ^= 1 << place % 8
        assert verdict(bytes(mutant)).outcome is Outcome.GREY, place


ORIGINALS = [issued(live()), issued(live(colour=Colour.RED)), shown(bound()), shown(bound(slot=1))]
SIGNED = {
    (found.claims, found.shown_at) for found in map(verdict, ORIGINALS) if found.claims is not None
}


@given(
    st.sampled_from(ORIGINALS),
    st.sampled_from(ORIGINALS),
    st.integers(0, 300),
    st.integers(0, 300),
    st.binary(max_size=3),
)
def test_no_splice_says_what_nobody_signed(one, other, cut, resume, between):
    found = verdict(one[:cut] + between + other[resume:])

    if found.outcome is not Outcome.GREY:
        assert (found.claims, found.shown_at) in SIGNED


def test_passes_of_one_key_do_not_lend_each_other_signatures():
    one, other = issued(bound()), issued(bound(pass_id=secrets.token_bytes(16)))

    assert verdict(one[:-64] + other[-64:]).reason is Reason.BAD_SIGNATURE


# --- claims ------------------------------------------------------------------------------

letters = st.text(st.sampled_from("张王欧阳娜ÄÅéxyz *·-'"), min_size=1, max_size=20)
sound = st.builds(
    live,
    name=letters.filter(is_name),
    colour=st.sampled_from(Colour),
    hour=st.integers(0, NOW // 3600),
    pass_id=st.binary(min_size=16, max_size=16),
    iat=st.integers(NOW, NOW + 30),
)


@given(sound)
def test_what_is_signed_is_what_is_read(claims):
    assert signable(claims, KEY)
    assert verdict(issued(claims), now=NOW + 30).claims == claims


@pytest.mark.parametrize(
    "claims",
    [
        live(exp=NOW + 91),
        live(exp=NOW),
        live(iss="BJ"),
        live(name=""),
        live(name="\ud800"),
        live(hour=NOW // 3600 + 1),
        live(colour=None),
        live(pass_id=b"short"),
        live(slot=1, kind=Kind.BOUND),
        bound(holder=b"\x02" + (1).to_bytes(32, "big")),
        bound(holder=b"\x02" + P.to_bytes(32, "big")),
    ],
    ids=lambda claims: "",
)
def test_what_a_verifier_would_refuse_is_not_signable(claims):
    assert not signable(claims, KEY)


def test_every_kind_of_pass_has_a_longest_life():
    assert set(MAX_LIFE) == set(Kind) - {Kind.STATE}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kid": b"abc"},
        {"alg": -8},
        {"iss": "S"},
        {"iss": "上海"},
        {"iss": "SHANGHAI"},
        {"public": ec.generate_private_key(ec.SECP384R1()).public_key()},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_a_key_is_not_made_one(wrong):
    with pytest.raises(ValueError, match=r"kid|P-256|issuer"):
        replace(KEY, **wrong)


# --- text --------------------------------------------------------------------------------


@given(st.binary(min_size=1, max_size=290))
def test_text_carries_any_bytes(data):
    assert read_text(write_text(data)) == data


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=1, max_size=64))
def test_no_two_texts_carry_the_same_bytes(body):
    try:
        data = read_text("HCP:/1/" + body)
    except Refused:
        return
    assert write_text(data) == "HCP:/1/" + body


def test_cleaning_mends_keyboards_and_nothing_else():
    assert clean("\r\n hcp:/1/ab \t") == "HCP:/1/AB"
    assert clean("ＨＣＰ：／１／ａｂ") == "HCP:/1/AB"
    assert clean("ıſßé") == "ıſßé"
    assert clean("a b\u00a0") == "A B\u00a0"


# --- CBOR --------------------------------------------------------------------------------

numbers = st.integers(-(2**32), 2**32 - 1)
simple = numbers | st.binary(max_size=300) | st.text(max_size=80)
items = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=30)
        | st.dictionaries(numbers | st.text(max_size=5), inner, max_size=30)
    ),
    max_leaves=20,
)


def depth(item) -> int:
    inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return 1 + max(map(depth, inner), default=0)


@given(items)
def test_canonical_cbor_is_read_as_cbor2_reads_it(item):
    assume(depth(item) <= 6)
    data = write(item)

    assert read(data) == item == cbor2.loads(data)


@given(st.dictionaries(st.integers(-24, 23), simple, max_size=20))
def test_cbor_is_written_as_cbor2_writes_it(item):
    assert write(item) == cbor2.dumps(item, canonical=True)


@given(st.binary(max_size=40))
def test_what_is_read_has_no_other_encoding(data):
    try:
        item = read(data)
    except Malformed:
        return
    assert write(item) == data


@given(items, st.data())
def test_a_mutant_is_refused_or_is_another_item(item, data):
    encoded = bytearray(write(item))
    place = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[place // 8] ^= 1 << place % 8
    with suppress(Malformed):
        assert write(read(bytes(encoded))) == encoded


def test_truth_is_told_only_inside_cnf():
    assert read(write({8: {1: {-3: True}}})) == {8: {1: {-3: True}}}
    for item in (True, [True], {1: True}, {1: {8: True}}, [{8: True}], Sign1({8: False})):
        with pytest.raises(Malformed):
            read(write(item))


def test_six_levels_are_read_and_seven_are_not():
    assert read(b"\x81" * 5 + b"\x00") == [[[[[0]]]]]
    with pytest.raises(Malformed):
        read(b"\x81" * 6 + b"\x00")


# --- a library of other people -----------------------------------------------------------


def test_an_independent_library_verifies_the_pass():
    pem = ISSUER.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
    payload = cwt.COSE.new().decode(issued(live()), keys=[cwt.COSEKey.from_pem(pem, kid=KID)])

    assert cbor2.loads(payload)[-70001] == [2, 1, "张*丰", NOW // 3600 - 3]


def test_an_independent_library_verifies_the_presentation():
    """Under the holder's key expanded from cnf, with the external data."""
    presentation = shown(bound())
    inner = cbor2.loads(cbor2.loads(presentation).value[2])[1]
    cnf = cbor2.loads(cbor2.loads(inner).value[2])[8][1]
    full = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), bytes((2 + cnf[-3],)) + cnf[-2]
    ).public_numbers()
    holder = cwt.COSEKey.new(
        {1: 2, 3: -7, 4: [2], -1: 1, -2: cnf[-2], -3: full.y.to_bytes(32, "big")}
    )
    reader = cwt.COSE.new()

    assert cbor2.loads(reader.decode(presentation, [holder], external_aad=b"HCP1P"))[0] == NOW
    with pytest.raises(cwt.VerifyError):
        reader.decode(presentation, [holder])


def test_a_pass_signed_by_an_independent_library_is_accepted():
    pem = ISSUER.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    private = cwt.COSEKey.from_pem(pem, kid=KID, alg="ES256")
    protected = {cwt.COSEHeaders.ALG: cwt.COSEAlgs.ES256, cwt.COSEHeaders.KID: KID}
    payload = read_code(issued(live())).issued.payload

    made = cwt.COSE.new().encode(payload, private, protected=protected)

    assert verdict(made).reason is Reason.GREEN
