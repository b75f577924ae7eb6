"""Celery's entry to recolouring. Tasks carry nothing and decide nothing."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from healthcode import services

#: A sweep gives way to the next after this many seconds, far below the task's time limit.
SLICE_SECONDS = 30


@shared_task(name="healthcode.sweep_due")
def sweep_due() -> int:
    """Recolour whatever is due, a thousand citizens per transaction; return how many."""
    done, until = 0, monotonic() + SLICE_SECONDS
    while monotonic() < until:
        count = services.recolour_due(now=timezone.now())
        if not count:
            break
        done += count
    return done
