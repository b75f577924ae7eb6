"""`make demo`: the whole service on one machine, with a seeded city, until Ctrl-C.

`python -m config.demo --reseed CITIZENS DAYS SEED` only writes another city.
"""

import argparse
import fcntl
import hashlib
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from config import demo_database, demo_story, embedded, servers
from config.children import ChildEnded, children, unwind_on_signals
from config.city import City
from config.environment import (
    PROJECT,
    VAR,
    EnvironmentRefused,
    kept_secrets,
    make_var,
    refuse_production,
)
from config.manage import ManageFailed, manage, run_python

USUAL_CITY = City(citizens=20_000, days=14, seed=1)
FIRST_ANSWER_SECONDS = 60
Environment = Mapping[str, str]
REFUSALS = (embedded.EmbeddedError, EnvironmentRefused, ManageFailed, ChildEnded, TimeoutError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until it is told to stop; 0 then, 1 with the reason if it cannot run."""
    given = _parser().parse_args(arguments)
    unwind_on_signals()
    try:
        refuse_production("demo")
        with _the_only_demo(), embedded.running("demo") as urls:
            environment = os.environ | kept_secrets("demo") | urls
            if given.reseed:
                _prepare(environment, City(*given.reseed))
            else:
                port = _free_port()
                _prepare(environment, None)
                _serve(environment, port)
    except KeyboardInterrupt:
        print("\nStopped; nothing is left running.")
    except REFUSALS as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    parser.add_argument("--reseed", nargs=3, type=int, metavar=("CITIZENS", "DAYS", "SEED"))
    return parser


@contextmanager
def _the_only_demo() -> Iterator[None]:
    """Hold the demo's lock; the kernel drops it however this process ends."""
    with (make_var() / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentRefused("the demo already runs in this folder") from None
        yield


def _prepare(environment: Environment, wanted: City | None) -> None:
    """Bring database, keys, static files and city up to date; quick when they are."""
    is_empty = demo_database.make_room(environment, anew=wanted is not None)
    print("Migrating …", flush=True)
    run_python(environment, "-m", "config.upkeep")
    _collect_static(environment)
    if is_empty:
        demo_database.fill(environment, wanted or USUAL_CITY)


def _collect_static(environment: Environment) -> None:
    """Collect static files when one of them, or a package that brings some, has changed."""
    state = hashlib.sha256((PROJECT / "requirements" / "base.txt").read_bytes())
    for path in sorted(p for p in (PROJECT / "static").rglob("*") if p.is_file()):
        state.update(str(path).encode() + path.read_bytes())
    stamp = VAR / "demo.static"
    if stamp.exists() and stamp.read_text() == state.hexdigest() and (VAR / "static").exists():
        return
    print("Collecting static files …", flush=True)
    manage(environment, "collectstatic", "--no-input", "--clear", "--verbosity", "0")
    stamp.write_text(state.hexdigest())


def _free_port() -> int:
    """The port from PORT, or 8000; EnvironmentRefused if somebody listens there."""
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise EnvironmentRefused(f"PORT is {text!r}, which is no port")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((servers.HOST, int(text)))
        except OSError as error:
            hint = f"PORT={int(text) + 1} make demo"
            raise EnvironmentRefused(f"port {text}: {error.strerror}; try {hint}") from error
    return int(text)


def _serve(environment: Environment, port: int) -> None:
    """Run web, worker and beat, tell the story, and watch over them."""
    with children(environment, VAR / "log") as family:
        servers.start_all(family, port, schedule=VAR / "demo-beat")
        story = demo_story.text(environment, f"http://{servers.HOST}:{port}")
        family.wait_for(servers.health_url(port), seconds=FIRST_ANSWER_SECONDS)
        print(story, flush=True)
        while True:
            family.check()
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
