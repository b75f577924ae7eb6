"""Wake-ups: tasks carry ids, decide nothing, and may run twice or never.

Whatever a lost message leaves undone is found by a sweep. Colours that a trace concerns are
nudged as soon as it is committed.
"""

from celery import shared_task
from django.utils import timezone

from healthcode.tasks import sweep_due
from tracing import services

#: Rows that a trace changed from which on two sweeps are quicker than one.
MANY = 1_000
#: Seconds that the colours of a large case have to themselves before its tasks are written.
COLOURS_FIRST = 30


@shared_task(name="tracing.trace_case")
def trace_case(case_id: int) -> None:
    """Trace one case now, unless a sweep was quicker."""
    traced = services.trace_case(case_id=case_id, now=timezone.now(), only_if_due=True)
    if traced is None:
        return
    sweep_due.delay()
    if traced.changed > MANY:
        sweep_due.delay()
        plan_tasks.apply_async(countdown=COLOURS_FIRST)


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
    """Take back proposals without grounds, and propose cases for new positives; returns how
    many are new.
    """
    services.annul_proposals(now=timezone.now())
    return services.propose_cases(now=timezone.now())


@shared_task(name="tracing.make_partitions")
def make_partitions() -> int:
    """Make the partitions of the days and months to come; returns how many."""
    return services.make_partitions(now=timezone.now())


@shared_task(name="tracing.plan_tasks")
def plan_tasks() -> int:
    """Make the tasks that the traces of large cases left; returns how many."""
    return services.plan_tasks(now=timezone.now())


@shared_task(name="tracing.propose_venue_reviews")
def propose_venue_reviews() -> int:
    """Propose the venues that link several cases; returns how many are new."""
    return services.propose_venue_reviews(now=timezone.now())
