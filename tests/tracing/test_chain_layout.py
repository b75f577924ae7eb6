"""Where the dots of a chain stand: nothing overlaps, time is not bent, the same twice."""

from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.door import NOW
from tracing.services.chain import Placed, lanes
from tracing.services.chain.layout import LABELS_IN_A_LANE


@st.composite
def drawings(draw):
    """Dots at minutes of two weeks, many at the same, and links between any of them."""
    minutes = draw(st.lists(st.integers(0, 20160) | st.integers(0, 3), min_size=1, max_size=40))
    lengths = st.none() | st.integers(0, 9000).map(lambda length: timedelta(minutes=length))
    dots = []
    for key, minute in enumerate(minutes):
        at, length = NOW + timedelta(minutes=minute), draw(lengths)
        dots.append(Placed(key, at, length and at + length))
    keys = st.integers(0, len(dots) + 2)
    return dots, draw(st.lists(st.tuples(keys, keys), max_size=60))


@given(drawings())
def test_no_two_dots_of_a_page_overlap(drawing):
    dots, links = drawing
    lane = lanes(dots, links)
    span = max(dot.until or dot.at for dot in dots) - min(dot.at for dot in dots)
    gap = span / LABELS_IN_A_LANE or timedelta(seconds=1)

    for one, other in combinations(sorted(dots, key=lambda dot: dot.at), 2):
        ends = max(one.at + gap, one.until or one.at)
        assert lane[one.key] != lane[other.key] or other.at >= ends


@given(drawings())
def test_every_dot_has_a_lane_and_no_lane_is_left_empty(drawing):
    dots, links = drawing
    lane = lanes(dots, links)

    assert lane.keys() == {dot.key for dot in dots}
    assert set(lane.values()) == set(range(max(lane.values()) + 1))


@given(drawings())
def test_a_dot_stands_below_its_first_source_that_is_not_later(drawing):
    dots, links = drawing
    lane = lanes(dots, links)
    order = {dot.key: (dot.at, dot.key) for dot in dots}
    first: dict[int, int] = {}
    for source, target in links:
        if source in order and target in order and order[source] < order[target]:
            first.setdefault(target, source)

    for target, source in first.items():
        assert lane[target] >= lane[source]
        assert order[target] >= order[source]


@given(drawings(), st.randoms())
def test_the_order_in_which_dots_are_given_makes_no_difference(drawing, random):
    dots, links = drawing
    shuffled = random.sample(dots, len(dots))

    assert lanes(shuffled, links) == lanes(dots, links)


def test_a_source_and_its_contact_share_a_lane_where_there_is_room():
    ill, met = Placed(1, NOW), Placed(2, NOW + timedelta(days=2))
    other = Placed(3, NOW + timedelta(days=2))

    assert lanes([ill, met, other], [(1, 2), (1, 3)]) == {1: 0, 2: 0, 3: 1}


def test_a_page_without_dots_has_no_lanes():
    assert lanes([], []) == {}
