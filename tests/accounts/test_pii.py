"""Identity data: which numbers are documents, and what is left of them outside."""

from base64 import b64encode

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from accounts import pii
from accounts.models import DocumentType
from healthcode.passes import is_name

ZHANG = "11010519491231002X"  # the example of GB 11643-1999


@pytest.fixture(autouse=True)
def some_keys(settings):
    settings.HEALTHCODE_FINGERPRINT_KEY = b64encode(b"f" * 32).decode()
    settings.HEALTHCODE_SEALING_KEYS = {"k1": b64encode(b"1" * 32).decode()}


# --- documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document_type", "number", "normal"),
    [
        ("resident_id", ZHANG, ZHANG),
        ("resident_id", ZHANG.lower(), ZHANG),
        ("resident_id", " 110105 19491231 002X ", ZHANG),
        ("resident_id", "１１０１０５１９４９１２３１００２ｘ", ZHANG),
        ("passport", "e12345678", "E12345678"),
        ("passport", "EA1234567", "EA1234567"),
        ("hk_macao_permit", "H12345678", "H12345678"),
        ("hk_macao_permit", "M1234567801", "M12345678"),
        ("taiwan_permit", "12345678", "12345678"),
        ("taiwan_permit", "1234567801(B)", "12345678"),
        ("foreign_permanent_resident", "usa310012345678", "USA310012345678"),
        ("foreign_permanent_resident", "911124198108030024", "911124198108030024"),
    ],
)
def test_a_document_has_one_spelling(document_type, number, normal):
    assert pii.normalise_document(document_type, number) == normal


@pytest.mark.parametrize(
    ("document_type", "number", "fault"),
    [
        ("resident_id", "110105194912310021", "check_digit"),
        ("resident_id", "110105194902310026", "date"),
        ("resident_id", "110105174912310021", "date"),
        ("resident_id", "11010519491231002", "shape"),
        ("resident_id", "1101051949123100２X0", "shape"),
        ("resident_id", "911124198108030024", "shape"),
        ("resident_id", "", "shape"),
        ("passport", "ABCDEFGH", "shape"),
        ("passport", "E1234567890", "shape"),
        ("passport", "E123", "shape"),
        ("hk_macao_permit", "X12345678", "shape"),
        ("hk_macao_permit", "H123456789", "shape"),
        ("taiwan_permit", "1234567", "shape"),
        ("foreign_permanent_resident", "911124198108030025", "check_digit"),
        ("foreign_permanent_resident", "US310012345678", "shape"),
        ("driving_licence", "123456", "unknown_type"),
    ],
)
def test_a_number_that_no_document_bears_is_refused_by_its_fault(document_type, number, fault):
    with pytest.raises(pii.InvalidDocument) as refused:
        pii.normalise_document(document_type, number)

    assert refused.value.as_dict()["code"] == "invalid_document"
    assert refused.value.details == {"fault": fault}
    assert not number or number not in str(refused.value)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place, shift):
    wrong = str((int(ZHANG[place]) + shift) % 10)
    with pytest.raises(pii.InvalidDocument):
        pii.normalise_document("resident_id", ZHANG[:place] + wrong + ZHANG[place + 1 :])


def test_every_document_type_of_the_register_can_be_checked():
    assert set(pii.DOCUMENT_TYPES) == set(DocumentType.values)


# --- phones ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００"]
)
def test_a_phone_has_one_spelling(number):
    assert pii.normalise_phone(number) == "+8613800138000"


def test_a_phone_of_another_country_keeps_its_code():
    assert pii.normalise_phone("+852 9123 4567") == "+85291234567"


@pytest.mark.parametrize("number", ["", "123", "1380013800", "phone", "+999123456789"])
def test_a_number_in_no_use_is_refused(number):
    with pytest.raises(pii.InvalidPhone) as refused:
        pii.normalise_phone(number)
    assert refused.value.details == {}


# --- fingerprints ------------------------------------------------------------------------


def test_equal_values_meet_under_one_fingerprint():
    one = pii.document_fingerprint("resident_id", ZHANG.lower())

    assert one == pii.document_fingerprint("resident_id", ZHANG)
    assert len(one) == 32
    assert pii.phone_fingerprint("13800138000") == pii.phone_fingerprint("+86 138 0013 8000")


def test_purposes_and_keys_keep_fingerprints_apart(settings):
    value = "12345678"
    one = pii.fingerprint("document:taiwan_permit", value)
    settings.HEALTHCODE_FINGERPRINT_KEY = b64encode(b"g" * 32).decode()

    assert one != pii.fingerprint("document:taiwan_permit", value)
    assert pii.fingerprint("phone", value) != pii.fingerprint("document:taiwan_permit", value)
    assert pii.fingerprint("a", "bc") != pii.fingerprint("ab", "c")


@pytest.mark.parametrize("key", ["", "no base64!", b64encode(b"short").decode()])
def test_a_key_of_another_length_stops(settings, key):
    settings.HEALTHCODE_FINGERPRINT_KEY = key
    with pytest.raises(ImproperlyConfigured):
        pii.fingerprint("phone", "x")


# --- seals -------------------------------------------------------------------------------


@given(st.text())
def test_what_was_sealed_opens_in_its_place(plaintext):
    sealed = pii.seal("citizen.name", plaintext, context="ref")

    assert pii.open_sealed("citizen.name", sealed, context="ref") == plaintext
    assert pii.open_sealed("citizen.name", memoryview(sealed), context="ref") == plaintext


def test_a_seal_does_not_open_in_another_column_or_row():
    sealed = pii.seal("citizen.name", "张三丰", context="ref")

    for column, context in (("citizen.document", "ref"), ("citizen.name", "other")):
        with pytest.raises(pii.SealBroken):
            pii.open_sealed(column, sealed, context=context)


def test_no_bit_of_a_seal_can_be_changed():
    sealed = pii.seal("citizen.name", "张三丰", context="ref")

    for place in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(pii.SealBroken):
            pii.open_sealed("citizen.name", bytes(changed), context="ref")


@given(st.binary(max_size=60))
def test_bytes_that_nobody_sealed_do_not_open(data):
    with pytest.raises(pii.SealBroken):
        pii.open_sealed("citizen.name", data, context="ref")


def test_equal_values_are_sealed_to_different_bytes():
    assert pii.seal("c", "张三丰", context="r") != pii.seal("c", "张三丰", context="r")


def test_the_first_key_seals_and_all_open(settings):
    old = pii.seal("c", "张三丰", context="r")
    keys = settings.HEALTHCODE_SEALING_KEYS
    settings.HEALTHCODE_SEALING_KEYS = {"k2": b64encode(b"2" * 32).decode()} | keys
    new = pii.seal("c", "张三丰", context="r")

    assert pii.open_sealed("c", old, context="r") == pii.open_sealed("c", new, context="r")
    settings.HEALTHCODE_SEALING_KEYS = keys
    with pytest.raises(pii.SealBroken) as refused:
        pii.open_sealed("c", new, context="r")
    assert refused.value.details == {"fault": "unknown_key"}


# --- masks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("张三丰", "张*丰"),
        ("张丰", "张*"),
        ("欧阳娜娜", "欧**娜"),
        ("阿卜杜拉·买买提", "阿**提"),
        ("王", "王*"),
        ("张 三丰", "张*丰"),
        ("𠮷田三郎", "𠮷**郎"),
        ("John Smith", "J*** S***"),
        ("Anna Maria von Habsburg", "A*** H***"),
        ("Sukarno", "S***"),
        ("O'Brien-Smith", "O***"),
        ("A\u0308rzte Öl", "Ä*** Ö***"),
        ("Елена Иванова", "Е*** И***"),
        ("李 Anna", "李*** A***"),
        ("\u202eevil name", "e*** n***"),
        ("123", "*"),
        ("", "*"),
    ],
)
def test_a_mask_shows_the_ends_of_a_name(full, masked):
    assert pii.mask(full) == masked


@given(st.text())
def test_any_name_is_masked_so_that_a_pass_can_carry_it(full):
    assert is_name(pii.mask(full))


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1))
def test_a_mask_never_is_the_name(full):
    assert pii.mask(full) != full


@pytest.mark.parametrize(
    ("number", "masked"), [(ZHANG, "1" + "*" * 16 + "X"), ("AB", "**"), ("", "")]
)
def test_a_masked_document_shows_its_ends(number, masked):
    assert pii.mask_document(number) == masked
