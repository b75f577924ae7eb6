"""What people of the generated city do all day, and how many share a place for it.

The same at every size: a larger city has more places and more people, and as many in each place
at each hour, so that a trace meets as many. Everybody makes seven stays a day, and every seventh
an eighth: a hundred visits each in fourteen days.
"""

from typing import NamedTuple

DAYS = 14
VISITS_EACH = 100
HOUR = 3600


class Kind(NamedTuple):
    """A kind of place: its venue and zone, how many citizens there are for each, how many of a
    hundred are close quarters.
    """

    venue: str
    zone: str
    citizens: int
    close: int


class Stay(NamedTuple):
    """A stay of everybody's day, in seconds after midnight and seconds long; each lasts `least` to
    `most`. `own`: always the same place.
    """

    kind: str
    opens: int
    closes: int
    least: int
    most: int
    own: bool = False


KINDS = {
    "office": Kind("office", "room", 25, 60),
    "metro": Kind("metro", "hall", 300, 0),
    "restaurant": Kind("restaurant", "dining", 60, 50),
    "market": Kind("market", "hall", 60, 0),
    "leisure": Kind("leisure", "room", 50, 30),
}
DAY = (
    Stay("metro", 7 * HOUR, 9 * HOUR, 600, 1800),
    Stay("office", 9 * HOUR, 10 * HOUR, 2 * HOUR, 7500, own=True),
    Stay("restaurant", 12 * HOUR + 600, 13 * HOUR, 1200, 2700),
    Stay("office", 14 * HOUR, 15 * HOUR, 2 * HOUR, 3 * HOUR, own=True),
    Stay("metro", 18 * HOUR, 20 * HOUR, 600, 1800),
    Stay("market", 20 * HOUR + 1800, 21 * HOUR, 300, 1200),
    Stay("leisure", 21 * HOUR + 1200, 22 * HOUR, 1800, 5400),
)
# The eighth: every seventh day by train, eighty in a carriage, which is a place on that day only.
TRAIN = Stay("train", 16 * HOUR + 3600, 17 * HOUR + 1800, 900, 1800)
SEVENTH, SEATS, ROWS = 7, 80, 20
