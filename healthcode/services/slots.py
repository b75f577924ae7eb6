"""Slots in the lists of withdrawn passes: drawn at random, each given once.

A list serves the passes that expire on one local day, and is dropped after it. Numbers go
round: there are 4,096, and a city of 25 million uses about 150 a day.
"""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from healthcode import sql
from healthcode.errors import ListsExhausted
from healthcode.models import WithdrawnList
from healthcode.passes import SLOTS

LISTS = 4096
FULL = 2**18
"""Passes after which a list is closed. Looked at once a minute, so that far fewer than half of
its slots are ever given, even at thousands of passes a second."""


def draw_slot(day: date, now: datetime) -> int:
    """Return a random slot of an open list for passes that expire on a day.

    It may be taken: whoever inserts it finds out, and draws again.
    """
    number = _open_list(day) or _open_another(day, now)
    return number * SLOTS + secrets.randbelow(SLOTS)


def slots_of(number: int) -> tuple[int, int]:
    """Return the first and the last slot of a list."""
    return number * SLOTS, (number + 1) * SLOTS - 1


def lists_in_use(now: datetime) -> list[WithdrawnList]:
    """The lists that a gate needs: of passes that have not all expired. Without their tokens."""
    today = timezone.localdate(now)
    lists = WithdrawnList.objects.filter(expires_on__gte=today).defer("token")
    return list(lists.order_by("number"))


def keep_lists(*, now: datetime) -> None:
    """Close lists that hold enough passes, and drop those of days gone by."""
    WithdrawnList.objects.filter(expires_on__lt=timezone.localdate(now)).delete()
    for each in WithdrawnList.objects.filter(closed_at__isnull=True).defer("token"):
        if sql.count_slots(each.expires_on, *slots_of(each.number)) >= FULL:
            WithdrawnList.objects.filter(pk=each.pk).update(closed_at=now)


def _open_list(day: date) -> int | None:
    lists = WithdrawnList.objects.filter(expires_on=day, closed_at__isnull=True)
    numbers = list(lists.values_list("number", flat=True))
    return secrets.choice(numbers) if numbers else None


def _open_another(day: date, now: datetime) -> int:
    """Open the next number in turn; one opener at a time. Raises ListsExhausted."""
    with transaction.atomic():
        sql.lock_lists()
        number = _open_list(day)
        if number is not None:
            return number
        last = WithdrawnList.objects.order_by("-opened_at", "-number").defer("token").first()
        number = (last.number + 1) % LISTS if last else 0
        _, made = WithdrawnList.objects.get_or_create(
            number=number, defaults={"expires_on": day, "opened_at": now}
        )
        if not made:
            raise ListsExhausted
    return number
