"""Celery's entry to recolouring. Tasks carry nothing and decide nothing."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from healthcode import services

#: A sweep gives way to the next after this many seconds: a case waits no longer than this to be
#: traced while a city's rules change, and no housekeeping until its hint expires.
SLICE_SECONDS = 5


@shared_task(name="healthcode.sweep_due")
def sweep_due() -> int:
    """Recolour whatever is due, a thousand citizens per transaction; return how many.

    New rules spread only while nobody waits: a contact just traced comes before a city.
    """
    done, until = 0, monotonic() + SLICE_SECONDS
    while monotonic() < until:
        count = services.recolour_due(now=timezone.now())
        if not count and not services.spread_next(now=timezone.now()):
            break
        done += count
    return done


@shared_task(name="healthcode.sweep_dry_runs")
def sweep_dry_runs() -> int:
    """Work off the dry runs of rules that officers asked for; return how many slices."""
    done, until = 0, monotonic() + SLICE_SECONDS
    while monotonic() < until and services.advance_dry_run(now=timezone.now()):
        done += 1
    return done


@shared_task(name="healthcode.forget_tallies")
def forget_tallies() -> int:
    """Delete the brake's counts of minutes long gone."""
    return services.forget_tallies(now=timezone.now())


@shared_task(name="healthcode.replay_statuses")
def replay_statuses() -> int:
    """Go on with the day's round through everybody's status; return how many were looked at."""
    done, until = 0, monotonic() + SLICE_SECONDS
    while monotonic() < until and (count := services.replay_statuses(now=timezone.now())):
        done += count
    return done


@shared_task(name="healthcode.keep_lists")
def keep_lists() -> None:
    """Close lists of withdrawn passes that hold enough, and drop those of days gone by."""
    services.keep_lists(now=timezone.now())
