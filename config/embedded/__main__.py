"""`python -m config.embedded start|stop|status|env|wipe [--instance NAME] [--no-fsync]`."""

import argparse
import sys
from collections.abc import Sequence

from config.embedded import services
from config.embedded.errors import EmbeddedError


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; 0 if it could be done (3 from `status`: a server is down)."""
    given = _parser().parse_args(arguments)
    try:
        return _carry_out(given)
    except EmbeddedError as error:
        print(f"embedded services: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status", "env", "wipe"])
    parser.add_argument("--instance", default="demo", help="demo, test or a name of your own")
    parser.add_argument(
        "--no-fsync", action="store_true", help="quicker, and lost after a power cut: tests only"
    )
    return parser


def _carry_out(given: argparse.Namespace) -> int:
    match given.command:
        case "start":
            services.start(given.instance, fsync=not given.no_fsync)
        case "stop":
            services.stop(given.instance)
        case "wipe":
            services.wipe(given.instance)
        case "env":
            print(
                *(f"{n}={url}" for n, url in services.instance_urls(given.instance).items()),
                sep="\n",
            )
            return 0
    all_up = _report(given.instance)
    return 0 if all_up or given.command != "status" else 3


def _print_urls(instance: str) -> None:
    for name, url in services.instance_urls(instance).items():
        print(f"{name}={url}")


def _report(instance: str) -> bool:
    """Print which servers are up; whether all are."""
    found = services.status(instance)
    for server, up in found.items():
        print(f"{instance}: {server} {'runs' if up else 'is stopped'}")
    return all(found.values())


if __name__ == "__main__":
    sys.exit(main())
