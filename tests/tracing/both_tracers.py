"""The same city for both tracers: written into the database, or read out of it.

A stored city names people and places by their ids, so that both find the same numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from accounts.models import Membership
from healthcode.models import Evidence
from healthcode.policy import CompiledRules
from tests.tracing import brute_force as brute
from tests.tracing.cities import MAX_STAY, PLACES, ZERO
from tests.tracing.outbreak import NOW, carrier, person
from tracing.models import Case, Place, Venue, Visit, Zone
from tracing.services.trace.find import Found, find_contacts

HOMES = ("household", "dormitory")
KEPT_APART = ("central_isolation", "home_isolation")


class World(NamedTuple):
    """What exists before anything happens: ids of people and places by number."""

    people: list[int]
    places: list[int]


def make_world(people: int) -> World:
    """So many people, and one place of each kind."""
    ids = [person(f"E4{number:07}").pk for number in range(people)]
    return World(ids, [_place(*numbered).pk for numbered in enumerate(PLACES)])


def agree(world: World, city: brute.City, case: brute.Index, rules: CompiledRules) -> None:
    """Both tracers find the same contacts, for the same reasons."""
    city, case = in_world(city, world), case._replace(citizen=world.people[case.citizen])
    expected = brute.trace(city, case, rules)
    with rolled_back():
        store(city)
        assert traced_by_sql(case, rules, now=NOW) == expected


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever an example writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def traced_by_sql(
    case: brute.Index, rules: CompiledRules, *, now: datetime
) -> dict[int, brute.Contact]:
    """What the tracer finds in the database, in the words of the other tracer."""
    found = find_contacts(_case(case), rules, now=now).contacts
    return {citizen_id: _contact(one) for citizen_id, one in found.items()}


def in_world(city: brute.City, world: World) -> brute.City:
    """The same city, its people and places named by their ids."""
    who, where = world.people, world.places
    return replace(
        city,
        stays=[s._replace(citizen=who[s.citizen], place=where[s.place]) for s in city.stays],
        places={where[number]: place for number, place in city.places.items()},
        homes=[home._replace(citizen=who[home.citizen]) for home in city.homes],
        apart=[(who[citizen], *span) for citizen, *span in city.apart],
    )


def store(city: brute.City) -> None:
    """Write down what happens in a city."""
    Visit.objects.bulk_create(
        Visit(
            place_id=stay.place,
            entered_at=instant(stay.first),
            citizen_id=stay.citizen,
            left_at=instant(stay.last),
            left_by="scan",
            seat_row=stay.row,
            source="self" if stay.told else "scan",
        )
        for stay in city.stays
    )
    Membership.objects.bulk_create(
        Membership(
            citizen_id=home.citizen,
            kind="household",
            group=home.group,
            starts_at=instant(home.first),
            ends_at=home.last and instant(home.last),
        )
        for home in city.homes
    )
    for number, (citizen, first, last) in enumerate(city.apart):
        _order(citizen, number, first, last)


def stored_city(now: datetime) -> brute.City:
    """All that the database knows, its orders current and none of them taken back."""
    stays = Visit.objects.values_list(
        "citizen_id", "place_id", "entered_at", "left_at", "seat_row", "source"
    )
    places = Place.objects.values_list("pk", "vehicle", "close_quarters", "closed_space")
    homes = Membership.objects.filter(kind__in=HOMES).values_list(
        "citizen_id", "kind", "group", "starts_at", "ends_at"
    )
    orders = Evidence.objects.filter(kind="order", details__order__in=KEPT_APART)
    return brute.City(
        stays=[
            brute.Stay(who, place, second(first), second(last), row, source == "self")
            for who, place, first, last, row, source in stays
        ],
        places={place: brute.Place(*kind) for place, *kind in places},
        homes=[
            brute.Home(who, (kind, group), second(first), last and second(last))
            for who, kind, group, first, last in homes
        ],
        apart=[
            (who, second(first), last and second(last))
            for who, first, last in orders.values_list("citizen_id", "occurred_at", "ended_at")
        ],
        now=second(now),
    )


def _place(number: int, kind: brute.Place) -> Place:
    stay = {"assumed_stay": timedelta(minutes=30), "max_stay": timedelta(seconds=MAX_STAY)}
    air = {"close_quarters": kind.close_quarters, "closed_space": kind.closed_space}
    if kind.vehicle:
        run = {"vehicle": kind.vehicle, "service": str(number), "departs_at": instant(ZERO)}
        return Place.objects.create(**run, **air, **stay)
    venue = Venue.objects.create(name=f"{number}", kind="office", district="310106")
    zone = Zone.objects.create(venue=venue, name="室")
    return Place.objects.create(zone=zone, **air, **stay)


def _order(citizen_id: int, number: int, first: int, last: int | None) -> None:
    """An order into isolation; a case isolated to this day where there is no end."""
    details = {"order": "home_isolation", "issued_by": "街道"}
    if last is None:
        details = {"status": "suspected", "isolated_at": instant(first).isoformat()}
    Evidence.objects.create(
        citizen_id=citizen_id,
        kind="order" if last else "case",
        occurred_at=instant(first),
        ended_at=last and instant(last),
        reported_at=NOW,
        recorded_at=NOW,
        source=carrier(),
        source_ref=f"apart-{number}",
        details=details,
        digest=b"",
    )


def _case(case: brute.Index) -> Case:
    """A case as it is stored at its confirmation."""
    return Case(
        citizen_id=case.citizen,
        sampled_at=instant(case.sampled),
        onset_at=case.onset and instant(case.onset),
        isolated_at=case.isolated and instant(case.isolated),
        window_from=instant(case.since),
        window_until=instant(case.until),
        traced_until=instant(case.traced_until),
    )


def _contact(found: Found) -> brute.Contact:
    encounters = frozenset(
        brute.Encounter(
            meeting.via_id,
            meeting.setting,
            one.place_id,
            one.minutes,
            meeting.rows_apart,
            second(one.first),
            one.last and second(one.last),
            str(meeting.grade.value),
            meeting.rule,
        )
        for meeting in found.meetings
        for one in meeting.proof
    )
    return brute.Contact(
        level=found.level,
        grade=str(found.grade.value),
        setting=found.setting,
        minutes=found.minutes,
        first=second(found.first_at),
        last=found.last_at and second(found.last_at),
        encounters=encounters,
    )


def instant(moment: int) -> datetime:
    """An epoch second as a datetime."""
    return datetime.fromtimestamp(moment, UTC)


def second(moment: datetime) -> int:
    """The epoch second of a datetime."""
    return int(moment.timestamp())
