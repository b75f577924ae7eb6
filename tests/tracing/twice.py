"""One person under two documents, with a case for each."""

from datetime import datetime, timedelta

from accounts.models import Citizen
from tests.tracing.outbreak import NOW, confirmed, contacts, officer, room, stay, traced
from tracing.models import Case
from tracing.services import merge_cases, separate_cases

LATER = NOW + timedelta(minutes=1)


def two_cases(
    anna: tuple[Citizen, Citizen], bo: Citizen, chen: Citizen, dora: Citizen
) -> tuple[Case, Case]:
    """Two traced cases of the one Anna; each finds the other's document in the canteen."""
    for who, place, hour in (
        (anna[0], "早", 8),
        (bo, "早", 8),
        (anna[1], "中", 12),
        (chen, "中", 12),
        (anna[0], "晚", 18),
        (anna[1], "晚", 18),
        (dora, "晚", 18),
    ):
        stay(who, room(place), f"18 {hour}:00", f"18 {hour + 1}:00")
    first = confirmed(anna[0])
    second = confirmed(anna[1], sampled="17 20:00", onset="17 20:00", isolated="19 09:30")
    traced(first)
    traced(second)
    assert anna[1].pk in contacts(first)
    return first, second


def merge(kept: Case, merged: Case, now: datetime = LATER) -> Case:
    """Have the first speak for the second too."""
    return merge_cases(kept=kept.pk, merged=merged.pk, reason="同一人", by=officer(), now=now)


def separate(case: Case, now: datetime = LATER) -> Case:
    """Take its merger back."""
    return separate_cases(case_id=case.pk, reason="不是同一人", by=officer(), now=now)
