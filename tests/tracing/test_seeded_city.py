"""A made-up city in the database: one place at a time, every colour, a story to follow."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts import pii
from accounts.models import Citizen, Region, User
from healthcode.colours import Colour
from healthcode.intake import import_rows, read_rows
from healthcode.models import Evidence, HealthStatus
from healthcode.services import recolour, source_by_name
from tests.tracing.test_seed_city import SMALL, UNTIL, build
from tracing.models import Contact, Device, Place, Visit
from tracing.services import (
    board_trips,
    confirm_case,
    enrol_device,
    propose_cases,
    trace_case,
    withdraw_case,
)
from tracing.services.city import ADMINISTRATOR, FILES, CityRefused, tell_story
from tracing.services.city.design import City, design_city

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def thought() -> City:
    """The same city without a database."""
    return design_city(SMALL)


@pytest.fixture(scope="module", autouse=True)
def town(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A small city, built once around the transactions of all tests; the folder of its files."""
    out = tmp_path_factory.mktemp("city")
    with django_db_blocker.unblock(), transaction.atomic():
        build(SMALL, out)
        yield out
        transaction.set_rollback(True)


def hand_in(out: Path) -> Counter[str]:
    """Import all files as their sources do; what became of the rows."""
    found: Counter[str] = Counter()
    for name, source in FILES.items():
        sender = source_by_name(source)
        for results, refused in import_rows(
            read_rows(out / name), source=sender, by=f"source:{source}", now=UNTIL
        ):
            found.update(result.status for result in results)
            assert not refused, [error.details for _, error in refused[:3]]
    return found


def test_regions_hang_together(town: Path) -> None:
    regions = {region.code: region for region in Region.objects.all()}
    assert regions["310000"].parent_id is None
    below = [region for region in regions.values() if region.parent_id]
    assert all(region.parent_id in regions for region in below)
    assert all(region.code.startswith(region.parent_id.rstrip("0")[:6]) for region in below)
    assert set(Citizen.objects.values_list("community", flat=True)) <= set(regions)
    assert len({region.name for region in below if len(region.code) == 9}) > 60


def test_identities_are_sealed_and_found_by_their_phone(town: Path, thought: City) -> None:
    someone = next(one for one in thought.people if one.phone)
    citizen = Citizen.objects.get(phone_fingerprint=pii.phone_fingerprint(someone.phone))
    assert citizen.ref == someone.ref
    assert pii.open_sealed("citizen.name", citizen.name_sealed, context=citizen.ref) == someone.name
    assert HealthStatus.objects.filter(colour=Colour.UNASSESSED).count() == SMALL.citizens


def test_nobody_is_in_two_places_at_once_trips_included(town: Path) -> None:
    hand_in(town)
    assert board_trips(now=UNTIL) > 0
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FILTER (WHERE before > entered_at), count(before) FROM (
              SELECT entered_at,
                     lag(left_at) OVER (PARTITION BY citizen_id ORDER BY entered_at) AS before
              FROM tracing_visit) AS stays
        """)
        overlapping, compared = cursor.fetchone()
    assert overlapping == 0
    assert compared > SMALL.citizens


def test_every_stay_is_over_within_the_city_and_no_longer_than_its_place_allows(
    town: Path,
) -> None:
    places = {place.pk: place for place in Place.objects.all()}
    for visit in Visit.objects.all().iterator():
        assert visit.left_at - visit.entered_at <= places[visit.place_id].max_stay
        assert UNTIL - timedelta(days=SMALL.days + 1) < visit.entered_at < visit.left_at <= UNTIL
    assert {place.vehicle for place in places.values()} == {"", "metro"}


def test_assumed_stays_last_as_long_as_their_place_assumes(town: Path) -> None:
    places = dict(Place.objects.values_list("pk", "assumed_stay"))
    assumed = Visit.objects.filter(left_by="assumed")
    assert assumed.exists()
    assert all(stay.left_at - stay.entered_at == places[stay.place_id] for stay in assumed)


def test_files_are_accepted_whole_and_twice_as_once(town: Path) -> None:
    rows = sum(len((town / name).read_text().splitlines()) - 1 for name in FILES)
    assert not Evidence.objects.exists()
    assert hand_in(town) == {"stored": rows}
    assert hand_in(town) == {"duplicate": rows}
    assert Citizen.objects.count() == SMALL.citizens


def test_every_colour_occurs_and_green_is_the_rule(town: Path) -> None:
    hand_in(town)
    recolour(citizen_ids=Citizen.objects.values_list("pk", flat=True), now=UNTIL)
    found = Counter(HealthStatus.objects.values_list("colour", flat=True))
    assert set(found) == set(Colour)
    assert found[Colour.GREEN] > 0.85 * SMALL.citizens
    assert found[Colour.RED] + found[Colour.YELLOW] < 0.06 * SMALL.citizens
    reasons = HealthStatus.objects.values_list("decision__reasons", flat=True)
    rules = {reason["rule"] for given in reasons for reason in given or ()}
    assert {"first-positive", "entry", "outflow", "screening-missed"} <= rules


def test_the_story_is_found_again_in_the_database(town: Path, thought: City) -> None:
    story = tell_story()
    assert story.index.ref == thought.cast.index.ref
    for role in (story.index, story.close, story.secondary):
        held = Citizen.objects.get(user__phone_fingerprint=pii.phone_fingerprint(role.phone))
        assert held.ref == role.ref
    newcomer = Citizen.objects.get(ref=story.newcomer.ref)
    assert newcomer.user is None
    assert bytes(newcomer.phone_fingerprint) == pii.phone_fingerprint(story.newcomer.phone)
    assert story.zone.close_quarters


def test_the_index_case_is_the_one_with_a_single_positive_two_days_ago(town: Path) -> None:
    story = tell_story()
    with (town / "tests.csv").open() as file:
        positive = [row for row in csv.DictReader(file) if row["result"] == "positive"]
    mine = [row for row in positive if row["document_number"] == story.index.document_number]
    assert [(row["pool_size"], row["collected_at"][:10]) for row in mine] == [("1", "2022-09-22")]


def test_the_index_case_met_people_at_work_at_table_on_the_metro_and_on_a_train(
    town: Path, thought: City
) -> None:
    hand_in(town)
    board_trips(now=UNTIL)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(v.kind, p.vehicle), p.close_quarters, count(DISTINCT o.citizen_id)
            FROM tracing_visit t
            JOIN accounts_citizen c ON c.id = t.citizen_id AND c.ref = %s
            JOIN tracing_place p ON p.id = t.place_id
            JOIN tracing_visit o ON o.place_id = t.place_id AND o.citizen_id <> t.citizen_id
             AND least(o.left_at, t.left_at) - greatest(o.entered_at, t.entered_at)
               >= interval '15 minutes'
            LEFT JOIN tracing_zone z ON z.id = p.zone_id
            LEFT JOIN tracing_venue v ON v.id = z.venue_id
            WHERE t.entered_at >= %s GROUP BY 1, 2
            """,
            [thought.cast.index.ref, SMALL.at(3)],
        )
        met = {kind: (close, people) for kind, close, people in cursor.fetchall()}
    assert met["office"][0]
    assert met["office"][1] >= 4
    assert met["restaurant"] >= (True, 6)
    assert met["train_sealed"][1] == 10


def test_confirming_the_suggested_case_turns_the_suggested_people_red_and_back(town: Path) -> None:
    hand_in(town)
    story, admin = tell_story(), User.objects.get(username=ADMINISTRATOR)
    people = [story.close.ref, story.secondary.ref, story.newcomer.ref]
    recolour(citizen_ids=Citizen.objects.values_list("pk", flat=True), now=UNTIL)
    assert _colours(people) == [Colour.GREEN, Colour.GREEN, Colour.GREEN]
    propose_cases(now=UNTIL)
    case_id = tell_story().case_id
    assert case_id is not None
    assert f"/case/{case_id}/" in " ".join(_told()["steps"])
    confirm_case(case_id=case_id, onset_at=None, isolated_at=None, by=admin, now=UNTIL)
    trace_case(case_id=case_id, now=UNTIL)
    recolour(citizen_ids=Citizen.objects.values_list("pk", flat=True), now=UNTIL)
    assert _colours(people) == [Colour.RED, Colour.RED, Colour.GREEN]
    grades = Counter(Contact.objects.values_list("grade", flat=True))
    assert grades["close"] > 15
    assert grades["secondary"] > 5
    assert grades["casual"] > 5
    withdraw_case(case_id=case_id, reason="a mix-up of tubes", by=admin, now=UNTIL)
    recolour(citizen_ids=Citizen.objects.values_list("pk", flat=True), now=UNTIL)
    assert _colours(people) == [Colour.GREEN, Colour.GREEN, Colour.GREEN]


def _colours(refs: list[str]) -> list[Colour]:
    found = dict(HealthStatus.objects.values_list("citizen__ref", "colour"))
    return [Colour(found[ref]) for ref in refs]


def test_the_story_is_told_with_a_fresh_enrolment_for_the_same_device(town: Path) -> None:
    first, second = _told(), _told()
    assert [place["who"] for place in first["places"]] == ["Citizen", "Staff", "Admin"]
    tokens = [told["places"][1]["login"] for told in (first, second)]
    assert tokens[0] != tokens[1]
    assert Device.objects.count() == 1
    device, _ = enrol_device(token=tokens[1], now=timezone.now())
    assert device.zone_id == first["people"]["scan_at"]["zone_id"]


def _told() -> dict[str, Any]:
    out = StringIO()
    call_command("demo_story", json=True, stdout=out)
    return json.loads(out.getvalue())


def test_no_city_is_built_where_people_live(town: Path, tmp_path: Path) -> None:
    with pytest.raises(CityRefused, match="cannot be built"):
        build(SMALL, tmp_path)
