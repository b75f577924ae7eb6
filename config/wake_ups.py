"""Which tasks run when, and on which queue."""

from typing import Any

URGENT, HOUSEKEEPING = "urgent", "celery"
# From a case to the colours of its contacts nothing waits behind housekeeping. A worker that is
# told no queue works on both.
QUEUES = {name: {"exchange": name, "routing_key": name} for name in (URGENT, HOUSEKEEPING)}
ROUTES = {
    task: {"queue": URGENT}
    for task in ("healthcode.sweep_due", "tracing.sweep_traces", "tracing.trace_case")
}
# Seconds between two. Every sweep only asks the database what is left to do; running one twice is
# harmless, and one that waited until the next was sent is dropped.
SWEEPS = {
    "healthcode.sweep_due": 2.0,
    "tracing.sweep_traces": 3.0,
    "healthcode.sweep_dry_runs": 5.0,
    "healthcode.replay_statuses": 10.0,
    "tracing.sweep_trips": 10.0,
    "tracing.sweep_suspects": 10.0,
    "healthcode.keep_lists": 60.0,
    "tracing.plan_tasks": 600.0,
    "tracing.propose_venue_reviews": 600.0,
    "healthcode.forget_tallies": 3600.0,
    "tracing.make_partitions": 3600.0,
}
SCHEDULE: dict[str, Any] = {
    task: {"task": task, "schedule": every, "options": {"expires": every}}
    for task, every in SWEEPS.items()
}
