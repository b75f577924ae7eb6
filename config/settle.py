"""`python -m config.settle`: every sweep, again and again, until none finds anything to do.

What the worker does by and by, done at once: for a city that was just written.
"""

import django
from django.conf import settings

from config.celery import app

# Far more than a city of any size needs; a sweep that never finishes is a fault.
MOST_ROUNDS = 1_000


def settle() -> None:
    """Run the sweeps of the beat schedule in turn; RuntimeError if they never come to rest."""
    names = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    for _ in range(MOST_ROUNDS):
        if not sum(app.tasks[name]() or 0 for name in names):
            return
    raise RuntimeError("the sweeps find something to do for ever")


def main() -> None:
    """Settle whatever the environment's database holds."""
    django.setup()
    app.loader.import_default_modules()
    settle()


if __name__ == "__main__":
    main()
