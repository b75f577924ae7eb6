"""What holds for every test: a database that is given, no network, and which tests run alone."""

import json
import os
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = ["tests.fixtures"]

# No timed tests: on a busy machine a slow example is no fault.
# The same examples every time, so that a change is judged by what it changes; with
# HEALTHCODE_EXPLORE=1 others are looked for.
SAME_EXAMPLES = "HEALTHCODE_EXPLORE" not in os.environ
hypothesis.settings.register_profile("untimed", deadline=None, derandomize=SAME_EXAMPLES)
hypothesis.settings.load_profile("untimed")

# Tests that commit, race or watch real processes: they share the two cores with nobody.
ALONE = {"city", "committed", "live_city", "live_web", "browser", "new_page"}
HINT = "The tests need their servers: run `make test`, or `python -m tests.run PATH` for some."


def pytest_configure(config: pytest.Config) -> None:
    """Stop without a database: the runner starts the servers, pytest starts none."""
    if "DATABASE_URL" not in os.environ:
        raise pytest.UsageError(HINT)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must run alone by the fixtures it asks for."""
    for item in items:
        if ALONE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.serial)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the runner how many tests passed, failed and so on, for its closing line."""
    path = os.environ.get("HEALTHCODE_TEST_TALLY")
    if path and "PYTEST_XDIST_WORKER" not in os.environ:
        found = {name: len(reports) for name, reports in terminalreporter.stats.items() if name}
        Path(path).write_text(json.dumps(found))
