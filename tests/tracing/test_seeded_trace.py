"""Both tracers agree on two hundred cases and more of a city of thousands."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from accounts.models import Citizen
from healthcode.intake import import_rows, read_rows
from healthcode.policy import CompiledRules, compile_rules
from healthcode.policy.ruleset import SecondHop, Stretch
from healthcode.rules import load_named
from healthcode.services import source_by_name
from tests.tracing import brute_force as brute
from tests.tracing.both_tracers import instant, second, stored_city, traced_by_sql
from tests.tracing.test_seed_city import UNTIL, build
from tracing.models import Place, Visit
from tracing.services import board_trips
from tracing.services.city import FILES, CityPlan, tell_story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PLAN = CityPlan(citizens=3_000, days=6, seed=1, until=UNTIL)
CASES = 216
HOUR, DAY = 3600, 86400
NOW_S = second(UNTIL)
ALL_KINDS = ("household", "near-in-zone", "train-sealed", "train-open", "ship-cabin", "coach-rows")
#: Cabins, bays and coaches, which the city has not, and more aircraft: vehicle and rows.
MORE_RUNS = [("train_open", 6), ("coach_open", 9), ("ship", 0), ("aircraft", 12)] * 4


#: What must have been found, and more than once or twice.
OFTEN = {
    *product(("zone", "train", "coach", "ship", "metro"), ("close", "casual", "secondary")),
    *product(("flight",), ("close", "casual")),
    *product(("household",), ("close", "secondary")),
    ("check_in", "casual"),
    ("origin", "casual"),
}


@pytest.fixture(scope="module")
def city(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[brute.City]:
    """A city with its travellers, some of whose stays are only told of."""
    with django_db_blocker.unblock(), transaction.atomic():
        _build(tmp_path_factory.mktemp("city"))
        yield stored_city(UNTIL)
        transaction.set_rollback(True)


def _build(out: Path) -> None:
    build(PLAN, out)
    for name, source in FILES.items():
        sender = source_by_name(source)
        for _ in import_rows(read_rows(out / name), source=sender, by=source, now=UNTIL):
            pass
    board_trips(now=UNTIL)
    for number, (vehicle, rows) in enumerate(MORE_RUNS):
        _run(Random(number), number, vehicle, rows)
    Visit.objects.filter(entered_at__minute__in=(7, 23, 41)).update(source="self")


def _run(dice: Random, number: int, vehicle: str, rows: int) -> None:
    """Twelve people on one run, who board and alight on the way; the first of them serves."""
    departs = UNTIL - timedelta(hours=20 + 4 * number)
    place = Place.objects.create(
        vehicle=vehicle,
        service=f"M{number}",
        departs_at=departs,
        assumed_stay=timedelta(hours=24),
        max_stay=timedelta(hours=24),
    )
    people = dice.sample(list(Citizen.objects.order_by("pk").values_list("pk", flat=True)), 12)
    for aboard, citizen_id in enumerate(people):
        entered = departs + timedelta(minutes=dice.randrange(60))
        Visit.objects.create(
            place_id=place.pk,
            entered_at=entered,
            citizen_id=citizen_id,
            left_at=entered + timedelta(minutes=dice.randrange(1, 180)),
            left_by="trip",
            seat_row=(dice.randint(1, rows) if aboard else 0) if rows else None,
            source="trip",
        )


class Asked(NamedTuple):
    """A case and the rules by which it is traced."""

    index: brute.Index
    rules: CompiledRules


def _rules() -> list[CompiledRules]:
    """Published rules with their options, and rules of a city that follows every ground."""
    shanghai = load_named("sh-2022-09-18")
    wide = SecondHop(ALL_KINDS, 15)
    metro = tuple(
        replace(rule, grade="close") if rule.id == "metro" else rule
        for rule in shanghai.contacts.rules
    )
    changes = [
        ("sh-2022-09-18", {}),
        ("cn-v8", {"second_hop": wide}),
        ("sh-2022-09-18", {"tail_minutes": 10, "second_hop": replace(wide, most=5)}),
        ("ecdc-2020-12", {"second_hop": SecondHop(("household", "near"), 0)}),
        ("sh-2022-09-18", {"rules": metro, "second_hop": SecondHop(("household", "metro"), 5)}),
        ("cn-v9", {"backward": Stretch(days=5), "second_hop": wide}),
        ("uk-2021-06", {"window_hours": 3, "backward": Stretch(hours=72)}),
        ("us-cdc-2020-10", {"window_hours": 36, "second_hop": SecondHop(("household",), 0)}),
    ]
    return [_changed(name, change) for name, change in changes]


def _changed(name: str, change: dict) -> CompiledRules:
    ruleset = load_named(name)
    return compile_rules(replace(ruleset, contacts=replace(ruleset.contacts, **change)))


def _asked(city: brute.City) -> list[Asked]:
    """The story's case, everybody aboard something, commuters, families, and anybody."""
    dice, rules = Random(5), _rules()
    return [
        Asked(_index(dice, citizen), rules[number % len(rules)])
        for number, citizen in enumerate(_chosen(city, dice))
    ]


def _chosen(city: brute.City, dice: Random) -> list[int]:
    aboard = {kind: sorted(_riders(city, kind)) for kind in ("train", "aircraft", "coach", "ship")}
    groups = [*aboard.values(), sorted(_riders(city, "metro")), _large_homes(city)]
    story = Citizen.objects.get(ref=tell_story().index.ref).pk
    chosen = {story: None}
    for number in range(CASES * 2):
        group = [*groups, sorted(city.stays_of)][number % (len(groups) + 1)]
        left = [citizen for citizen in group if citizen not in chosen]
        if left:
            chosen[dice.choice(left)] = None
    return [*chosen][:CASES]


def _riders(city: brute.City, kind: str) -> set[int]:
    return {s.citizen for s in city.stays if city.places[s.place].vehicle.startswith(kind)}


def _large_homes(city: brute.City) -> list[int]:
    return sorted(home.citizen for home in city.homes if len(city.homes_in[home.group]) > 3)


def _index(dice: Random, citizen: int) -> brute.Index:
    """A window of one to four days that begins and ends at any second."""
    until = NOW_S - dice.randrange(2 * DAY)
    since = until - dice.randrange(DAY, 4 * DAY)
    isolated = dice.choice([None, until, until - dice.randrange(DAY)])
    sampled = until - dice.randrange(DAY)
    onset = dice.choice([None, sampled - dice.randrange(DAY)])
    return brute.Index(citizen, since, until, isolated, NOW_S, sampled, onset)


def test_both_tracers_agree_on_two_hundred_cases_of_a_city(city: brute.City) -> None:
    asked = _asked(city)
    assert len({one.index.citizen for one in asked}) == CASES >= 200
    found: list[brute.Contact] = []
    for number, (index, rules) in enumerate(asked):
        expected = brute.trace(city, index, rules)
        assert traced_by_sql(index, rules, now=instant(NOW_S)) == expected, (number, rules.id)
        found.extend(expected.values())
    _assert_rich(found)


def _assert_rich(found: list[brute.Contact]) -> None:
    """Every grade, both hops and every setting that the city has occurred, and often."""
    levels = Counter((contact.level, contact.grade) for contact in found)
    assert set(levels) == {(1, "close"), (1, "casual"), (2, "secondary")}
    assert min(levels.values()) > 1_000
    settings = Counter((e.setting, e.grade) for one in found for e in one.encounters)
    assert {one for one, often in settings.items() if often >= 5} >= OFTEN
    assert len({e.rule for one in found for e in one.encounters}) > 10
