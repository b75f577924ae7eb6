"""Wake-ups: tasks carry ids, decide nothing, and may run twice or never.

Whatever a lost message leaves undone is found by a sweep. Colours that a trace concerns are
nudged as soon as it is committed.
"""

from celery import shared_task
from django.utils import timezone

from healthcode.tasks import sweep_due
from tracing import services


@shared_task(name="tracing.trace_case")
def trace_case(case_id: int) -> None:
    """Trace one case now."""
    services.trace_case(case_id=case_id, now=timezone.now())
    sweep_due.delay()


@shared_task(name="tracing.sweep_traces")
def sweep_traces() -> int:
    """Trace whatever is due; returns how many cases were."""
    traced = services.sweep_traces(now=timezone.now())
    if traced:
        sweep_due.delay()
    return traced


@shared_task(name="tracing.sweep_trips")
def sweep_trips() -> int:
    """Board the travel evidence that has come in; returns how much."""
    return services.board_trips(now=timezone.now())


@shared_task(name="tracing.sweep_suspects")
def sweep_suspects() -> int:
    """Propose cases for new positives; returns how many."""
    return services.propose_cases(now=timezone.now())


@shared_task(name="tracing.make_partitions")
def make_partitions() -> int:
    """Make the partitions of the days and months to come; returns how many."""
    return services.make_partitions(now=timezone.now())
