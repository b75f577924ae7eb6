"""The work that contacts make: tasks for the street or community that owns them."""

from tracing.services.follow_up.keep import drop_tasks, keep_tasks
from tracing.services.follow_up.plan import plan_tasks
from tracing.services.follow_up.work import (
    OUTCOMES,
    finish_task,
    give_task,
    note_try,
    pass_on,
    reopen_task,
    take_task,
)

__all__ = [
    "OUTCOMES",
    "drop_tasks",
    "finish_task",
    "give_task",
    "keep_tasks",
    "note_try",
    "pass_on",
    "plan_tasks",
    "reopen_task",
    "take_task",
]
