"""Small cities to trace: drawn by Hypothesis, or crowded by a seeded die."""

import random
from dataclasses import replace
from functools import cache
from itertools import chain

from hypothesis import strategies as st

from healthcode.policy import CompiledRules, compile_rules
from healthcode.policy.ruleset import Contacts, SecondHop, Stretch
from healthcode.rules import load_named
from tests.tracing import brute_force as brute
from tests.tracing.outbreak import NOW

MINUTE, HOUR, DAY = 60, 3600, 86400
# Everything happens from 20:00 on the 16th on, so that midnight lies within.
ZERO = int(NOW.replace(day=16, hour=20).timestamp())
NOW_S = int(NOW.timestamp())
PEOPLE, CROWD = range(6), range(14)
PLACES = [
    brute.Place("", True),
    brute.Place("", True),
    brute.Place("", False),
    brute.Place("metro"),
    brute.Place("aircraft"),
    brute.Place("train_open"),
    brute.Place("train_sealed"),
    brute.Place("metro"),
    brute.Place("", False, True),
    brute.Place("", False, False),
    brute.Place("", True, True),
    brute.Place("ship", True),
    brute.Place("coach_open"),
    brute.Place("coach_sealed", False, True),
    brute.Place("aircraft_no_hepa"),
    brute.Place("car", True),
]
NUMBERS = range(len(PLACES))
MAX_STAY = 3 * HOUR
RULES = {name: load_named(name) for name in ("sh-2022-09-18", "ecdc-2020-12", "uk-2021-06")}

# Few people, rooms and instants, so that people meet often, and that stays touch, coincide and
# begin or end with windows.
moments = st.integers(0, 16).map(lambda n: n * 15 * MINUTE) | st.integers(0, 4 * HOUR)
lengths = st.sampled_from([1, 7, 8, 15, 15, 30, 60, 180]).map(lambda n: n * MINUTE)
lengths |= st.integers(1, MAX_STAY)
citizens = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 0, 0, 0, 0, 1, 1, 1, 8, 8]) | st.sampled_from(NUMBERS)


Drawn = tuple[int, int, int, int, int | None, int | None, bool]


def _stays(drawn: tuple[list[Drawn], tuple[Drawn, ...]]) -> list[brute.Stay]:
    """Stays of which none overlaps another of the same person in the same place.

    The last of a drawn stay is who comes next: that stay touches it.
    """
    chosen: list[brute.Stay] = []
    for citizen, place, moment, length, row, follower, told in chain(*drawn):
        for who, first in ((citizen, moment), (follower, moment + length)):
            stay = brute.Stay(who, place, ZERO + first, ZERO + first + length, row, told)
            if who is not None and not any(_overlap(stay, other) for other in chosen):
                chosen.append(stay)
    return chosen


def _overlap(a: brute.Stay, b: brute.Stay) -> bool:
    return a[:2] == b[:2] and a.first < b.last and b.first < a.last


rows = st.none() | st.integers(0, 6)
followers = st.none() | citizens
told = st.sampled_from([False, False, False, True])
anybody = st.lists(
    st.tuples(citizens, places, moments, lengths, rows, followers, told), min_size=4, max_size=20
)


def _stay_of(who: int, place: int) -> st.SearchStrategy[Drawn]:
    return st.tuples(st.just(who), st.just(place), moments, lengths, rows, followers, told)


# The case and a second person in one room, the second and a third in another, in any order.
onward = st.tuples(_stay_of(0, 0), _stay_of(1, 0), _stay_of(1, 1), _stay_of(2, 1))
stays = st.tuples(anybody, onward).map(_stays)
# Households, some of them left or joined in between.
ends = st.none() | st.integers(12, 90).map(lambda n: ZERO + n * HOUR)
homes = st.lists(
    st.builds(
        brute.Home, citizens, st.integers(1, 2), moments.map(lambda m: ZERO + m - HOUR), ends
    ),
    max_size=4,
)
# People kept apart for twenty hours, or to this day.
apart = st.lists(
    st.tuples(citizens, moments, st.booleans()).map(
        lambda one: (one[0], ZERO + one[1], ZERO + one[1] + 20 * HOUR if one[2] else None)
    ),
    max_size=2,
)
kinds = st.just(dict(enumerate(PLACES)))
cities = st.builds(brute.City, stays, kinds, homes, apart, st.just(NOW_S))


@st.composite
def cases(draw: st.DrawFn) -> brute.Index:
    """A case whose window may cut any stay, found some hours into its window or before."""
    since = ZERO + draw(st.sampled_from([0, 0, 0, HOUR]) | moments)
    until = since + draw(st.sampled_from([6 * HOUR, 6 * HOUR, HOUR]) | moments)
    isolated = draw(st.none() | moments.map(lambda moment: ZERO + moment))
    sampled = since + draw(st.integers(-2, 4)) * HOUR
    onset = draw(st.none() | st.just(sampled - HOUR) | st.just(sampled + HOUR))
    traced_until = draw(st.sampled_from([until, NOW_S]))
    return brute.Index(0, since, until, isolated, traced_until, sampled, onset)


HOPS = [
    None,
    SecondHop(("household", "near-in-zone"), 15),
    SecondHop(("household", "near-in-zone"), 15, most=1),
    SecondHop(("train-open", "car", "household", "near"), 0, most=2),
    SecondHop(("train-open", "car", "coach-rows", "closed-space", "same-vehicle"), 30),
]
# Every option of the rules, each with windows short enough to matter.
OPTIONS = {
    "window_hours": (1, 2, 24),
    "minimum_minutes": (0, 1, 1),
    "second_hop": HOPS,
    "tail_minutes": (0, 0, 0, 20),
    "backward": (None, None, Stretch(hours=6), Stretch(days=1)),
    "lookforward": (None, None, Stretch(hours=3), Stretch(days=0)),
}


@cache
def _compiled(name: str, chosen: tuple) -> CompiledRules:
    part = RULES[name].contacts
    assert part is not None
    changed: Contacts = replace(part, **dict(zip(OPTIONS, chosen, strict=True)))
    return compile_rules(replace(RULES[name], contacts=changed))


NAMES = ["sh-2022-09-18", "sh-2022-09-18", "ecdc-2020-12", "uk-2021-06"]
rules = st.builds(
    _compiled, st.sampled_from(NAMES), st.tuples(*map(st.sampled_from, OPTIONS.values()))
)


def crowded(seed: int) -> tuple[brute.City, brute.Index, CompiledRules]:
    """Three crowded days: every example is dense with meetings, which drawn ones rarely are."""
    dice = random.Random(seed)

    def moment() -> int:
        return ZERO + dice.choice([dice.randrange(0, 288) * 15 * MINUTE, dice.randrange(62 * HOUR)])

    drawn = []
    for _ in range(400):
        length = dice.choice([7, 8, 15, 60, dice.randint(1, 180)]) * MINUTE
        who, place, first = dice.choice(CROWD), dice.choice([0, 0, 1, 2, 3, *NUMBERS]), moment()
        follower = dice.choice([None, None, *CROWD])
        row = dice.choice([None, *range(7)])
        told_of = dice.random() < 0.2
        drawn.append((who, place, first - ZERO, length, row, follower, told_of))
    lived = [
        brute.Home(dice.choice(CROWD), dice.randint(1, 2), first, dice.choice([None, first + DAY]))
        for first in (moment() for _ in range(dice.randrange(9)))
    ]
    kept_apart = [
        (dice.choice(CROWD), first, dice.choice([None, first + 20 * HOUR]))
        for first in (moment() for _ in range(dice.randrange(4)))
    ]
    city = brute.City(_stays((drawn, ())), dict(enumerate(PLACES)), lived, kept_apart, NOW_S)
    since = moment()
    sampled = since + dice.randrange(-2, 24) * HOUR
    index = brute.Index(0, since, since + 30 * HOUR, dice.choice([None, moment()]), NOW_S, sampled)
    chosen = tuple(dice.choice(values) for values in OPTIONS.values())
    return city, index, _compiled(NAMES[seed % len(NAMES)], chosen)
