"""The made-up city: always the same, nobody's documents, one place at a time, every colour."""

from collections import Counter
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from stdnum import numdb
from stdnum.cn import ric

from accounts import pii
from accounts.models import Citizen, Membership, User
from accounts.roles import Role
from healthcode.colours import Colour
from healthcode.models import HealthStatus
from tests.fixtures import Copy
from tracing.models import Zone
from tracing.services.city import FILES, CityPlan, CityRefused, build_city
from tracing.services.city.areas import make_areas
from tracing.services.city.design import City, design_city
from tracing.services.city.documents import Registry, phone
from tracing.services.city.laboratory import Laboratory
from tracing.services.city.regions import DISTRICTS
from tracing.services.city.trips import make_travels

pytestmark = pytest.mark.slow

UNTIL = datetime.fromisoformat("2022-09-24T18:00:00+08:00")
SMALL = CityPlan(citizens=1_000, days=6, seed=1, until=UNTIL)
TINY = CityPlan(citizens=400, days=5, seed=1, until=UNTIL)


def build(plan: CityPlan, out: Path, password: str | None = None) -> None:
    """Build with nobody watching."""
    build_city(plan=plan, out=out, password=password, progress=lambda count: None)


def snapshot(out: Path) -> tuple[object, ...]:
    """The city by its own names: files, people, households, venues and every stay."""
    files = [(out / name).read_bytes() for name in FILES]
    people = Citizen.objects.order_by("ref").values_list(
        "ref", "document_fingerprint", "phone_fingerprint", "community"
    )
    groups = Membership.objects.order_by("citizen__ref", "kind")
    return (
        files,
        [tuple(map(str, map(_plain, row))) for row in people],
        list(groups.values_list("citizen__ref", "kind", "group", "starts_at")),
        list(Zone.objects.order_by("venue__ref", "name").values_list("venue__ref", "name")),
        _stays(),
    )


def _plain(value: object) -> object:
    return bytes(value).hex() if isinstance(value, memoryview | bytes) else value


def _stays() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.ref, coalesce(v.ref, ''), coalesce(z.name, ''), p.service, p.departs_at,
                   p.carriage, t.entered_at, t.left_at, t.left_by
            FROM tracing_visit t
            JOIN accounts_citizen c ON c.id = t.citizen_id
            JOIN tracing_place p ON p.id = t.place_id
            LEFT JOIN tracing_zone z ON z.id = p.zone_id
            LEFT JOIN tracing_venue v ON v.id = z.venue_id
            ORDER BY c.ref, t.entered_at
        """)
        return cursor.fetchall()


def built_and_forgotten(plan: CityPlan, out: Path) -> tuple[object, ...]:
    """Build, look, and take everything back."""
    with transaction.atomic():
        build(plan, out)
        seen = snapshot(out)
        transaction.set_rollback(True)
    return seen


@pytest.fixture(scope="module")
def thought() -> City:
    """A city thought out without a database."""
    return design_city(SMALL)


# --- the same city -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_seed_and_instant_give_the_same_city(tmp_path: Path) -> None:
    first = built_and_forgotten(TINY, tmp_path / "first")
    assert built_and_forgotten(TINY, tmp_path / "second") == first
    assert all(first)


@pytest.mark.django_db
def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    first = built_and_forgotten(TINY, tmp_path / "first")
    other = CityPlan(TINY.citizens, TINY.days, seed=2, until=UNTIL)
    second = built_and_forgotten(other, tmp_path / "second")
    assert all(one != two for one, two in zip(first, second, strict=True))


# --- people and places -------------------------------------------------------------------


def test_every_resident_id_is_valid_and_kept_for_people_past_a_hundred(thought: City) -> None:
    numbers = [one.document_number for one in thought.people if one.document_type == "resident_id"]
    assert len(numbers) > 0.9 * SMALL.citizens
    assert all(ric.is_valid(number) for number in numbers)
    assert all("996" <= number[14:17] <= "999" for number in numbers)
    assert all(ric.get_birth_date(number).year > 1922 for number in numbers)


def test_nobody_shares_a_document_or_a_phone_and_each_is_in_its_normal_form(thought: City) -> None:
    documents = {(one.document_type, one.document_number) for one in thought.people}
    assert len(documents) == SMALL.citizens
    assert all(pii.normalise_document(kind, number) == number for kind, number in documents)
    phones = [one.phone for one in thought.people if one.phone]
    assert len(set(phones)) == len(phones)
    assert all(pii.normalise_phone(number) == number for number in phones)
    assert len({phone(number) for number in range(0, 10_000_000, 1009)}) == 9911


def test_a_day_of_birth_is_used_up_and_no_number_is_given_twice() -> None:
    registry, day = Registry(Random(1)), date(1990, 5, 17)
    given = [registry.resident_id(day, "F") for _ in range(200)]
    numbers = [number for number in given if number]
    assert given[-1] is None
    assert len(set(numbers)) == len(numbers) > 20


def test_the_districts_are_those_of_the_standard() -> None:
    table = numdb.get("cn/loc")
    for district in DISTRICTS:
        county = table.info(district.code)[1][1]["county"]
        assert county.rpartition("]")[2] == district.name
    assert len(DISTRICTS) == 16


# --- evidence ----------------------------------------------------------------------------


def test_positive_tubes_leave_some_people_waiting_for_a_single_one() -> None:
    plan = CityPlan(citizens=5_000, days=6, seed=1, until=UNTIL)
    laboratory = _laboratory(design_city(plan))
    rows = [row for ago in plan.days_ago() for row in laboratory.day(ago)]
    positive = [row for row in rows if row[8] == "positive"]
    assert len([row for row in positive if row[9] == 10]) == 20
    assert len([row for row in positive if row[9] == 1]) == 2


def test_the_city_of_the_tests_has_all_colours_in_small_shares(city: Copy) -> None:
    shares = Counter(HealthStatus.objects.values_list("colour", flat=True))
    assert shares.total() == 3_000
    assert set(shares) == set(Colour)
    assert shares[Colour.GREEN] > 0.9 * 3_000
    assert shares[Colour.RED] < 0.03 * 3_000


def _laboratory(city: City) -> Laboratory:
    travels = make_travels(city.plan, city.people, city.cast)
    areas = make_areas(city.plan, city.people, city.cast, travels)
    return Laboratory(city.plan, city.people, city.cast, travels, areas)


# --- refusals ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_city_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def trip_over(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_city(plan=TINY, out=tmp_path, password=None, progress=trip_over)
    assert not Citizen.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("citizens", "days", "until"),
    [
        (299, 7, UNTIL),
        (1_000_001, 7, UNTIL),
        (1_000, 4, UNTIL),
        (1_000, 29, UNTIL),
        (1_000, 7, UNTIL.replace(tzinfo=None)),
        (1_000, 7, UNTIL.replace(microsecond=1)),
    ],
)
def test_what_cannot_be_built_is_refused(citizens: int, days: int, until: datetime) -> None:
    with pytest.raises(CityRefused):
        CityPlan(citizens, days, 1, until)


@pytest.mark.parametrize("command", ["seed_city", "demo_story"])
def test_never_with_production_settings(settings, command: str) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command(command, skip_checks=True)


def test_no_city_has_lived_beyond_now(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="beyond now"):
        call_command("seed_city", until=UNTIL.replace(year=2222), out=tmp_path)


@pytest.mark.django_db
def test_officers_can_sign_in_only_with_a_password_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEALTHCODE_DEMO_PASSWORD", raising=False)
    arguments = {"citizens": 400, "days": 5, "until": UNTIL, "out": tmp_path}
    call_command("seed_city", **arguments, stdout=StringIO())
    officers = User.objects.filter(is_staff=True)
    roles = {role.value for role in Role}
    assert {user.username for user in officers} == {"admin", *roles}
    assert not any(user.has_usable_password() for user in officers)
    assert {user.username for user in officers if user.is_superuser} == {"admin"}


@pytest.mark.django_db
def test_every_officer_has_one_role_and_the_given_password(tmp_path: Path) -> None:
    build(TINY, tmp_path, password="a passing phrase")
    for username in (role.value for role in Role):
        officer = User.objects.get(username=username)
        assert [group.name for group in officer.groups.all()] == [username]
    assert User.objects.get(username="admin").check_password("a passing phrase")
