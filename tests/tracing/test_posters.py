"""Posters: a new random id with every printing, kept as a hash, read from paper or by hand."""

import hashlib

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotPermitted
from accounts.models import AuditEvent, User
from tests.tracing.door import NOW, after_test, code, keys_in_force, minutes, person, rules_in_force
from tests.tracing.posters import GYM, officer, poster, room
from tracing.errors import HealthCodeShown, NoPoster, UnknownPoster, VenueInvalid
from tracing.models import Zone
from tracing.services import renew_poster
from tracing.services.posters import zone_of_poster

pytestmark = pytest.mark.django_db


def test_a_poster_names_its_zone_and_no_other():
    first, second = room(), room(GYM)
    texts = poster(first), poster(second)
    assert [zone_of_poster(text=text).place for text in texts] == [first, second]


def test_a_poster_says_the_prefix_and_128_bits():
    text = poster(room())
    assert text.startswith("HCV:/1/")
    assert len(text.removeprefix("HCV:/1/")) == 26
    assert text != poster(room())


def test_printing_again_ends_the_poster_before():
    place = room()
    old = poster(place)
    new = poster(place, NOW + minutes(1))
    assert zone_of_poster(text=new).poster_at == NOW + minutes(1)
    with pytest.raises(UnknownPoster) as renewed:
        zone_of_poster(text=old)
    with pytest.raises(UnknownPoster) as invented:
        zone_of_poster(text="HCV:/1/" + "A" * 26)
    assert renewed.value.as_dict() == invented.value.as_dict()


def test_the_id_is_neither_in_the_database_nor_in_the_audit_ledger():
    place = room()
    text = poster(place)
    stored = bytes(Zone.objects.get(pk=place.zone_id).poster_hash)
    assert stored == hashlib.sha256(text.encode()).digest()
    assert text.removeprefix("HCV:/1/") not in str(list(AuditEvent.objects.values()))


def test_each_printing_is_written_down_with_whether_one_was_there():
    place = room()
    poster(place)
    poster(place)
    written = AuditEvent.objects.filter(action="poster.printed").order_by("pk")
    assert [event.target for event in written] == [f"zone:{place.zone_id}"] * 2
    assert [event.actor for event in written] == ["user:wang"] * 2
    assert [event.details["renewed"] for event in written] == [False, True]


def test_only_who_may_enrol_devices_prints_posters():
    place = room()
    with pytest.raises(NotPermitted):
        renew_poster(zone_id=place.zone_id, by=User.objects.create_user("li"), now=NOW)
    assert Zone.objects.get(pk=place.zone_id).poster_hash is None


def test_a_zone_that_is_not_there_has_no_poster():
    with pytest.raises(VenueInvalid):
        renew_poster(zone_id=0, by=officer(), now=NOW)


@pytest.mark.parametrize(
    "typed",
    [
        lambda text: text.lower(),
        lambda text: f" {text}\n",
        lambda text: text.removeprefix("HCV:/1/"),
        lambda text: " ".join(text.removeprefix("HCV:/1/")),
        lambda text: text.removeprefix("HCV:/1/").replace("O", "0").replace("I", "1"),
        lambda text: text.removeprefix("HCV:/1/").replace("B", "8"),
        lambda text: "".join(chr(ord(one) + 0xFEE0) for one in text),
    ],
)
def test_a_poster_is_known_however_it_is_typed(typed):
    place = room()
    assert zone_of_poster(text=typed(poster(place))).place == place


@pytest.mark.parametrize(
    "text",
    ["", "静安图书馆", "https://example.org/", "HCV:/2/" + "A" * 26, "A" * 25, "A" * 27, "HCV:/1/"],
)
def test_what_is_on_no_poster_is_said_to_be_none(text):
    with pytest.raises(NoPoster):
        zone_of_poster(text=text)


def test_a_health_code_in_its_place_is_told_apart(settings, tmp_path):
    rules_in_force()
    settings.HEALTHCODE_KEYS_DIR = str(keys_in_force(tmp_path))
    zhang = after_test(person("E10000001"), "negative", NOW - minutes(60))
    with pytest.raises(HealthCodeShown):
        zone_of_poster(text=code(zhang))


def test_a_poster_without_its_day_cannot_be_stored():
    place = room()
    zones = Zone.objects.filter(pk=place.zone_id)
    for fields in ({"poster_hash": b"x" * 32}, {"poster_at": NOW}):
        with pytest.raises(IntegrityError, match="zone_poster_has_its_day"), transaction.atomic():
            zones.update(**fields)
