"""An outbreak at a banquet that is good to look at: four cases, two homes, a hall of strangers.

Zhang dines with six; three of them fall ill. Li lives with Chen and Zhou and meets Wang's
colleagues in the tea room; a mall full of people was only near them.
"""

from dataclasses import dataclass

from accounts.models import Citizen
from tests.tracing.outbreak import confirmed, home, person, room, stay, suspected, traced
from tracing.models import Case, Place


@dataclass
class Banquet:
    """What the tests point at."""

    zhang: Case
    li: Case
    wang: Case
    waits: Case
    hall: Place
    guests: list[Citizen]
    colleagues: list[Citizen]
    strangers: list[Citizen]


def banquet() -> Banquet:
    """September 2022, as in the other tests; everything is traced."""
    zhang, li, wang, *guests = (person(f"B10{n}") for n in range(8))
    colleagues = [person(f"B20{n}") for n in range(6)]
    family = [person(f"B30{n}") for n in range(4)]
    strangers = [person(f"B40{n:02}") for n in range(25)]
    hall, tea, mall = room("宴会厅"), room("茶室"), room("中庭", near=False, kind="mall")
    for minute, one in enumerate([zhang, li, wang, *guests]):
        stay(one, hall, f"15 18:{minute:02}", f"15 20:{30 + minute:02}")
    for one in (li, *colleagues[:3]):
        stay(one, tea, "17 14:00", "17 15:30")
    for one in (wang, *colleagues[3:]):
        stay(one, tea, "18 09:00", "18 10:00")
    for one in (colleagues[0], guests[4]):
        stay(one, room("会议室"), "18 14:00", "18 16:00")
    for one in (li, *strangers):
        stay(one, mall, "17 19:00", "17 19:40")
    home(li, *family[:2])
    home(zhang, *family[2:])
    first = confirmed(zhang, sampled="16 20:00", onset="15 09:00", isolated="17 08:00")
    second = confirmed(li, sampled="18 08:00", onset="17 12:00", isolated="18 12:00")
    third = confirmed(wang, sampled="18 20:00", onset="18 07:00", isolated="19 08:00")
    waits = suspected(colleagues[1])
    for case in (first, second, third):
        traced(case)
    return Banquet(first, second, third, waits, hall, guests, colleagues, strangers)
