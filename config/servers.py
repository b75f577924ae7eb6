"""How the service's processes are started on one small machine."""

import sys
from pathlib import Path

from config import wake_ups
from config.children import Children

HOST = "127.0.0.1"
_CELERY = [sys.executable, "-m", "celery", "-A", "config"]
_QUIET = ["--loglevel", "warning"]


def start_all(family: Children, port: int, *, schedule: Path) -> None:
    """Start web, workers and beat; `schedule` is the file in which beat keeps its times."""
    start_web(family, port)
    family.start("worker", _worker(wake_ups.URGENT, processes=2))
    # Housekeeping gives way: it has all day, and a colour has seconds.
    family.start("housekeeper", ["nice", "-n", "10", *_worker(wake_ups.HOUSEKEEPING, processes=1)])
    family.start("beat", [*_CELERY, "beat", *_QUIET, "--schedule", schedule, "--pidfile="])


def _worker(queue: str, *, processes: int) -> list[str]:
    alone = ["--without-gossip", "--without-mingle", "--hostname", f"{queue}@%h"]
    return [*_CELERY, "worker", *_QUIET, "-Q", queue, "--concurrency", str(processes), *alone]


def start_web(family: Children, port: int, *, workers: int = 2, threads: int = 4) -> None:
    """Start Gunicorn with threads, listening on this machine only."""
    options = {
        "--bind": f"{HOST}:{port}",
        "--worker-class": "gthread",
        "--workers": str(workers),
        "--threads": str(threads),
        "--log-level": "warning",
    }
    pairs = [part for pair in options.items() for part in pair]
    program = [sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket"]
    family.start("web", [*program, *pairs])


def health_url(port: int) -> str:
    """The address that answers once the web server and what it needs are up."""
    return f"http://{HOST}:{port}/healthz/"
