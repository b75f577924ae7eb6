"""The stage of a benchmark: servers and a database of its own, and the machine's name."""

import json
import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config import embedded
from config.city import City, write_city
from config.environment import VAR, kept_secrets
from config.manage import manage, run_python

INSTANCE = "bench"


@contextmanager
def stage(citizens: int, days: int) -> Iterator[dict[str, str]]:
    """Servers with a freshly seeded city; yields the environment for child processes."""
    with bare_stage() as environment:
        write_city(environment, City(citizens, days, seed=1), VAR / "bench-city")
        yield environment


@contextmanager
def bare_stage() -> Iterator[dict[str, str]]:
    """Servers with a migrated, empty database; yields the environment for child processes.

    Durable as in production (fsync on). The environment of this process is set as well, so
    that Django can be set up in it.
    """
    with servers(INSTANCE) as environment:
        make_empty(environment)
        yield environment


@contextmanager
def servers(instance: str) -> Iterator[dict[str, str]]:
    """Servers as they were left; this process's environment is set as well."""
    with embedded.running(instance) as urls:
        environment = os.environ | kept_secrets("test") | urls
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ.update(environment)
        yield environment


def make_empty(environment: dict[str, str]) -> None:
    """A migrated, empty database in place of whatever was there."""
    _empty(environment["MIGRATE_DATABASE_URL"])
    run_python(environment, "-m", "config.upkeep", "--keys")
    manage(environment, "migrate", "--database", "owner", "--verbosity", "0")


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    cores = os.cpu_count()
    return f"{names[0] if names else platform.machine()}, {cores} cores, {platform.release()}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of them lies."""
    return statistics.quantiles(values, n=1000)[round(share * 1000) - 1]


def report(name: str, rows: Sequence[tuple[str, float, str]]) -> None:
    """Print a table and keep the figures as JSON under var/."""
    print(f"\n{machine()}\n")
    for label, value, unit in rows:
        print(f"  {label:<58} {value:>10,.1f} {unit}")
    figures: dict[str, Any] = {label: {"value": value, "unit": unit} for label, value, unit in rows}
    target = VAR / f"{name}.json"
    target.write_text(json.dumps({"machine": machine(), "figures": figures}, indent=1))


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
