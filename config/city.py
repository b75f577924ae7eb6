"""Writing a made-up city the way a real one fills: seeded, its files imported, swept."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from config.manage import ManageFailed, manage, run_python


class City(NamedTuple):
    """The size of a seeded city, and the number it grows from."""

    citizens: int
    days: int
    seed: int


def write_city(environment: Mapping[str, str], city: City, files: Path) -> None:
    """Seed a city, import the files of evidence it leaves in `files`, and run all sweeps.

    `seed_city` prints the commands that import its files; they are run as printed.
    """
    sizes = [f"--{name}={number}" for name, number in city._asdict().items()]
    said = run_python(environment, "manage.py", "seed_city", *sizes, f"--out={files}")
    imports = [shlex.split(line)[1:] for line in said.splitlines() if line.startswith("manage.py ")]
    if not imports:
        raise ManageFailed("manage.py seed_city named no file to import")
    for command in imports:
        manage(environment, *command)
    run_python(environment, "-m", "config.settle")
