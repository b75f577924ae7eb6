"""From a case to its colours nothing waits behind housekeeping, and hints do not pile up."""

from pathlib import Path

from django.conf import settings

from config import servers
from config.celery import app

URGENT = {"healthcode.sweep_due", "tracing.sweep_traces", "tracing.trace_case"}


class Family:
    """Writes down what would be started."""

    def __init__(self):
        self.commands = {}

    def start(self, name, command):
        self.commands[name] = [str(part) for part in command]


def queue_of(task: str) -> str:
    name: str = app.amqp.router.route({}, task)["queue"].name
    return name


def started_for(queue: str) -> list[str]:
    family = Family()
    servers.start_all(family, 8000, schedule=Path("beat"))
    return [name for name, words in family.commands.items() if f"-Q {queue} " in " ".join(words)]


def test_tracing_and_colours_have_a_queue_of_their_own():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {task for task in scheduled | URGENT if queue_of(task) == "urgent"} == URGENT
    assert {queue_of(task) for task in scheduled - URGENT} == {"celery"}


def test_each_queue_takes_only_its_own_messages():
    keys = {name: queue.routing_key for name, queue in app.amqp.queues.items()}
    assert keys == {"urgent": "urgent", "celery": "celery"}


def test_each_queue_has_a_worker():
    assert (started_for("urgent"), started_for("celery")) == (["worker"], ["housekeeper"])


def test_a_hint_that_waited_until_the_next_is_dropped():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] <= entry["schedule"]
