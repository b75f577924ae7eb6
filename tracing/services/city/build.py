"""Building a city: thought out in memory, written in one transaction and three files."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction

from accounts import audit
from accounts.models import Citizen
from healthcode.intake.files import OTHER, TESTS, TRAVEL
from tracing.services.city import officers
from tracing.services.city.areas import Areas, make_areas
from tracing.services.city.design import City, design_city
from tracing.services.city.laboratory import Laboratory
from tracing.services.city.mapping import reserve_places, write_carriages, write_venues
from tracing.services.city.metro import Timetable
from tracing.services.city.mobility import Walk, ordinary_day
from tracing.services.city.plan import CityPlan, CityRefused
from tracing.services.city.register import write_people, write_regions
from tracing.services.city.story import Day, story_days
from tracing.services.city.trips import Travels, make_travels, travel_rows
from tracing.services.city.writing import Writer, pack_stays
from tracing.services.partitions import make_partitions

SEEDED = "city.seeded"
CHUNK = 2_000
#: The files of evidence with the source that hands each in.
FILES = {"tests.csv": "demo-lab", "travel.csv": "demo-carrier", "other.csv": "demo-street"}
Progress = Callable[[int], object]


class Life(NamedTuple):
    """What happens in a city beside habits."""

    travels: Travels
    areas: Areas
    laboratory: Laboratory
    story: Mapping[int, Mapping[int, Day]]


def build_city(*, plan: CityPlan, out: Path, password: str | None, progress: Progress) -> None:
    """Write a whole city, or nothing of it; evidence goes to files in `out`, not into the tables.

    `password` is the officers'; without one nobody can sign in as an officer. `progress` is told
    of every person and day done. Raises CityRefused where people live already.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if Citizen.objects.exists():
            raise CityRefused(reason="this database holds people already")
        make_partitions(now=plan.until)
        writer = Writer(cursor)
        city = design_city(plan, lambda count: reserve_places(writer, count))
        life = _life(city)
        ids = _write_standing(writer, city, life, password)
        out.mkdir(parents=True, exist_ok=True)
        _write_days(writer, city, life, ids, out, progress)
        _write_rows(out / "travel.csv", TRAVEL, travel_rows(plan, life.travels))
        _write_rows(out / "other.csv", OTHER, life.areas.rows)
        _record(plan)


def _life(city: City) -> Life:
    plan, people, cast = city.plan, city.people, city.cast
    travels = make_travels(plan, people, cast)
    found = make_areas(plan, people, cast, travels)
    tests = Laboratory(plan, people, cast, travels, found)
    return Life(travels, found, tests, story_days(cast, city.habits, plan.days))


def _write_standing(writer: Writer, city: City, life: Life, password: str | None) -> list[int]:
    """Everything but days: regions, rules, officers, people, venues; returns citizens' ids."""
    write_regions()
    officers.open_sources()
    officers.put_rules_in_force(city.plan)
    officers.publish_areas(life.areas, officers.appoint_officers(password))
    users = officers.users_of(city.cast.watched, city.plan)
    ids = write_people(writer, city.plan, city.people, users)
    write_venues(writer, city.venues, city.places)
    return ids


def _write_days(
    writer: Writer, city: City, life: Life, ids: Sequence[int], out: Path, progress: Progress
) -> None:
    """Day by day: samples first, since whoever is found positive stays at home from then on."""
    with (out / "tests.csv").open("w", encoding="utf-8", newline="") as file:
        tests = csv.writer(file, lineterminator="\n")
        tests.writerow(TESTS)
        for ago in city.plan.days_ago():
            tests.writerows(life.laboratory.day(ago))
            _write_visits(writer, city, life, ids, ago, progress)


def _write_visits(
    writer: Writer, city: City, life: Life, ids: Sequence[int], ago: int, progress: Progress
) -> None:
    table = Timetable(city.net, city.plan.midnight(ago), reserve_places(writer, city.net.carriages))
    with writer.visits() as write:
        for start in range(0, len(ids), CHUNK):
            chunk = range(start, min(start + CHUNK, len(ids)))
            write(b"".join(_packed_day(city, life, ids, ago, table, chunk)))
            progress(len(chunk))
    write_carriages(writer, table.ridden())


def _packed_day(
    city: City, life: Life, ids: Sequence[int], ago: int, table: Timetable, people: range
) -> Iterator[bytes]:
    """The packed stays of some people on one day."""
    random = city.plan.stream(f"day/{city.plan.day(ago)}/{people.start}").random
    midnight, weekday = city.plan.midnight(ago), city.plan.day(ago).weekday()
    away, plans, until = life.travels.away[ago], life.story.get(ago, {}), city.plan.end
    for number in people:
        if number in away:
            continue
        walk = Walk(city.habits[number], midnight, table, random)
        own_plan = plans.get(number)
        stays = own_plan(walk) if own_plan else ordinary_day(walk, weekday)
        yield pack_stays(stays, ids[number], until)


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _record(plan: CityPlan) -> None:
    """What the city was made from: enough to think it out again."""
    audit.record(
        actor=officers.BY,
        action=SEEDED,
        target="city",
        now=plan.until,
        citizens=plan.citizens,
        days=plan.days,
        seed=plan.seed,
        until=plan.until.isoformat(),
    )
