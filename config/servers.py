"""How the service's processes are started on one small machine."""

import sys
from pathlib import Path

from config.children import Children

HOST = "127.0.0.1"
_CELERY = [sys.executable, "-m", "celery", "-A", "config"]
_QUIET = ["--loglevel", "warning"]


def start_all(family: Children, port: int, *, schedule: Path) -> None:
    """Start web, worker and beat; `schedule` is the file in which beat keeps its times."""
    start_web(family, port)
    worker = ["worker", *_QUIET, "--concurrency", "2", "--without-gossip", "--without-mingle"]
    family.start("worker", [*_CELERY, *worker])
    family.start("beat", [*_CELERY, "beat", *_QUIET, "--schedule", schedule, "--pidfile="])


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
