"""Small cities to trace: drawn by Hypothesis, or crowded by a seeded die."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, product

from hypothesis import strategies as st

from healthcode.policy import CompiledRules, compile_rules
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
]
MAX_STAY = 3 * HOUR
RULES = load_named("sh-2022-09-18")

# Few people, rooms and instants, so that people meet often, and that stays touch, coincide and
# begin or end with windows.
moments = st.integers(0, 16).map(lambda n: n * 15 * MINUTE) | st.integers(0, 4 * HOUR)
lengths = st.sampled_from([1, 7, 8, 15, 15, 30, 60, 180]).map(lambda n: n * MINUTE)
lengths |= st.integers(1, MAX_STAY)
citizens = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 7, 4, 5, 6])


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
    """A case whose window may cut any stay."""
    since = ZERO + draw(st.sampled_from([0, 0, 0, HOUR]) | moments)
    until = since + draw(st.sampled_from([6 * HOUR, 6 * HOUR, HOUR]) | moments)
    at_home = draw(st.none() | moments.map(lambda moment: ZERO + moment))
    return brute.Index(0, since, until, at_home, draw(st.sampled_from([until, NOW_S])))


def _variants() -> Iterator[CompiledRules]:
    """The published rules, with windows short enough to matter and with or without a hop."""
    part = RULES.contacts
    assert part is not None
    assert part.second_hop is not None
    hops = [None, part.second_hop]
    hops += [replace(part.second_hop, grounds=("train-open", "car"), minimum_minutes=0)]
    for hours, least, second in product((1, 2, 24), (0, 1), hops):
        changed = replace(part, window_hours=hours, minimum_minutes=least, second_hop=second)
        yield compile_rules(replace(RULES, contacts=changed))


VARIANTS = list(_variants())
rules = st.sampled_from(VARIANTS)


def crowded(seed: int) -> tuple[brute.City, brute.Index, CompiledRules]:
    """Three crowded days: every example is dense with meetings, which drawn ones rarely are."""
    dice = random.Random(seed)

    def moment() -> int:
        return ZERO + dice.choice([dice.randrange(0, 288) * 15 * MINUTE, dice.randrange(62 * HOUR)])

    drawn = []
    for _ in range(400):
        length = dice.choice([7, 8, 15, 60, dice.randint(1, 180)]) * MINUTE
        who, place, first = dice.choice(CROWD), dice.choice([0, 0, 1, 2, 3, 7, 4, 5, 6]), moment()
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
    index = brute.Index(0, since, since + 30 * HOUR, dice.choice([None, moment()]), NOW_S)
    return city, index, VARIANTS[seed % len(VARIANTS)]
