"""A day in the life: where somebody stays from when until when.

Nobody is in two places at once: each stay begins after the one before it. Whoever does not scan
out is taken to stay as long as the place assumes, or until they scan in elsewhere.
"""

from collections.abc import Callable
from typing import NamedTuple

from tracing.models import LeftBy
from tracing.services.city.habits import Habit, Place, Rhythm
from tracing.services.city.metro import Timetable

FORGETS_TO_SCAN_OUT = 0.15
WALK = 420
HOUR, MINUTE = 3600, 60
LAST_ENTRY = 22.5
SCAN, ASSUMED, NEXT = LeftBy.SCAN.value, LeftBy.ASSUMED.value, LeftBy.NEXT.value


class Stay(NamedTuple):
    """Somebody's stay in a place, in seconds since 1970."""

    place_id: int
    entered: int
    left: int
    left_by: str


class Walk:
    """One person's way through one day. `clock` is when they are free again."""

    __slots__ = ("_midnight", "_random", "_table", "clock", "habit", "stays")

    def __init__(
        self, habit: Habit, midnight: int, table: Timetable, random: Callable[[], float]
    ) -> None:
        """Set out at the habitual time, give or take a quarter of an hour."""
        self.habit = habit
        self.clock = midnight + habit.leaves + int(random() * 15 * MINUTE)
        self.stays: list[Stay] = []
        self._midnight, self._table, self._random = midnight, table, random

    def chance(self, share: float) -> bool:
        """Whether something happens that happens on this share of days."""
        return self._random() < share

    def wait(self, least: int, most: int) -> None:
        """Do something that nobody scans, for so many minutes."""
        self.clock += int((least + (most - least) * self._random()) * MINUTE)

    def wait_until(self, hour: float) -> None:
        """Be free at this hour of the day, not before."""
        self.clock = max(self.clock, self._midnight + int(hour * HOUR))

    def stay(self, place: Place, least: int, most: int) -> None:
        """Enter a place for so many minutes, unless it is late."""
        entered = self.clock
        if entered >= self._midnight + LAST_ENTRY * HOUR:
            return
        left = entered + int((least + (most - least) * self._random()) * MINUTE)
        if self._random() < FORGETS_TO_SCAN_OUT:
            self._enter(Stay(place.id, entered, entered + place.assumed, ASSUMED))
        else:
            self._enter(Stay(place.id, entered, left, SCAN))
        self.clock = left + WALK

    def stay_until(self, place: Place, hour: float) -> None:
        """Enter a place now and scan out at this hour."""
        left = self._midnight + int(hour * HOUR)
        self._enter(Stay(place.id, self.clock, left, SCAN))
        self.clock = left + WALK

    def ride(self, *, back: bool = False) -> None:
        """Take the usual line, if there is one and it still runs."""
        commute = self.habit.commute
        if commute is None:
            return
        boarded = self._table.board(commute, self.clock, back=back)
        if boarded is not None:
            place_id, entered = boarded
            self._enter(Stay(place_id, entered, entered + commute.ride, SCAN))
            self.clock = entered + commute.ride + WALK

    def _enter(self, stay: Stay) -> None:
        """Scanning in elsewhere ends a stay whose end was only assumed."""
        if self.stays and self.stays[-1].left > stay.entered:
            self.stays[-1] = self.stays[-1]._replace(left=stay.entered, left_by=NEXT)
        self.stays.append(stay)


def ordinary_day(walk: Walk, weekday: int) -> list[Stay]:
    """The stays of somebody who follows their habits; Monday is 0."""
    match walk.habit.rhythm:
        case Rhythm.INDOORS:
            return []
        case Rhythm.OFFICE if weekday < 5:
            workday(walk)
        case Rhythm.NIGHT if weekday < 5:
            _night(walk)
        case Rhythm.SCHOOL if weekday < 5:
            _schoolday(walk)
        case Rhythm.FREE if weekday < 5:
            _free_day(walk)
        case _:
            _weekend(walk)
    return walk.stays


def workday(walk: Walk) -> None:
    """There by metro, work with a lunch that one in three takes outside, an errand, back."""
    habit = walk.habit
    walk.ride()
    if habit.base is None:
        return
    if walk.chance(0.3):
        walk.stay(habit.base, 170, 190)
        walk.stay(habit.tables[0], 30, 50)
        walk.stay(habit.base, 250, 290)
    else:
        walk.stay(habit.base, 500, 560)
    if walk.chance(0.35):
        walk.stay(habit.shops[1], 5, 25)
    elif walk.chance(0.1):
        walk.stay(habit.tables[0], 45, 90)
    walk.ride(back=True)
    if walk.chance(0.35):
        walk.stay(habit.shops[0], 5, 20)
    elif walk.chance(0.3):
        walk.stay(habit.market, 10, 30)


def _night(walk: Walk) -> None:
    """Errands in the afternoon, work from ten in the evening to six."""
    walk.wait_until(15)
    if walk.chance(0.4):
        walk.stay(walk.habit.market, 10, 40)
    walk.wait_until(21)
    walk.ride()
    walk.wait_until(22)
    if walk.habit.base is not None:
        walk.stay(walk.habit.base, 460, 480)


def _schoolday(walk: Walk) -> None:
    if walk.habit.base is not None:
        walk.stay(walk.habit.base, 480, 500)
    if walk.chance(0.3):
        walk.stay(walk.habit.shops[0], 5, 15)


def _free_day(walk: Walk) -> None:
    """The market in the morning, perhaps a surgery, a table or an outing later."""
    habit = walk.habit
    if walk.chance(0.6):
        walk.stay(habit.market, 15, 45)
    if walk.chance(0.03):
        walk.stay(habit.hospital, 30, 150)
    elif walk.chance(0.1):
        walk.stay(habit.tables[1], 30, 70)
    walk.wait(120, 300)
    if walk.chance(0.2):
        walk.stay(habit.leisure, 60, 150)
    if walk.chance(0.4):
        walk.stay(habit.shops[0], 5, 25)


def _weekend(walk: Walk) -> None:
    """Later out; market, table, mall or leisure, sometimes by metro."""
    habit = walk.habit
    walk.wait(30, 240)
    if walk.chance(0.35):
        walk.stay(habit.market, 15, 40)
    away = walk.chance(0.5)
    if away:
        walk.ride()
    if walk.chance(0.25):
        walk.stay(habit.tables[1], 40, 90)
    walk.wait(10, 90)
    if walk.chance(0.3):
        walk.stay(habit.mall, 30, 150)
    elif walk.chance(0.2):
        walk.stay(habit.leisure, 60, 150)
    if away:
        walk.ride(back=True)
    if walk.chance(0.4):
        walk.stay(habit.shops[0], 5, 20)
