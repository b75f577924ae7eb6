"""`python -m tests.run [--fast] [PYTEST ARGUMENTS]`: the tests with all they need.

Without arguments everything runs: first in parallel what rolls back, then alone what commits,
races or drives a browser. `--fast` runs the parallel part without slow tests. Arguments go to
a single pytest run.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from config import embedded
from config.children import unwind_on_signals
from config.environment import PROJECT, VAR, EnvironmentRefused, kept_secrets, refuse_production
from config.manage import ManageFailed, run_python
from tests import chromium

PARALLEL = ["-n", str(os.cpu_count() or 2), "--dist", "worksteal", "-m", "not serial"]
FAST = [*PARALLEL[:-1], "not serial and not slow"]
SERIAL = ["-p", "no:xdist", "-m", "serial"]
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    # Playwright keeps an event loop in the thread in which the tests ask the database.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
YOUNG_SECONDS = 10 * 24 * 3600
# pytest's exit code for a run that selected no test.
NOTHING_RUN = 5
WORDS = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")


def main(arguments: Sequence[str]) -> int:
    """Run the tests; 0 if all passed."""
    unwind_on_signals()
    try:
        refuse_production("test")
        with embedded.running("test", fsync=False) as urls:
            os.environ.update(SETTINGS | kept_secrets("test") | urls)
            # WhiteNoise warns where there is no such folder, and warnings are errors.
            (VAR / "static").mkdir(exist_ok=True)
            see_to_signing_keys(os.environ)
            return _run(list(arguments))
    except KeyboardInterrupt:
        return 130
    except (embedded.EmbeddedError, EnvironmentRefused, ManageFailed) as error:
        print(f"tests: {error}", file=sys.stderr)
        return 1


def see_to_signing_keys(environment: Mapping[str, str]) -> None:
    """Make keys that sign now, unless their list was signed lately."""
    signed = Path(environment["HEALTHCODE_KEYS_DIR"], "keys.cose")
    if not signed.exists() or signed.stat().st_mtime < time.time() - YOUNG_SECONDS:
        run_python(environment, "-m", "config.upkeep", "--keys")


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["--fast"]:
        return _pytest([*FAST, *arguments[1:]])[0]
    if arguments:
        return _pytest(arguments)[0]
    if not chromium.find_or_install() and os.environ.get("CI") == "true":
        print(f"tests: {chromium.MISSING}", file=sys.stderr)
        return 1
    return _run_everything()


def _run_everything() -> int:
    """Both parts, even if the first fails, and one line for the two together."""
    started = time.monotonic()
    codes, total = [], Counter[str]()
    for part in (PARALLEL, SERIAL):
        code, found = _pytest(part)
        codes.append(code)
        total += found
    print(_closing_line(total, time.monotonic() - started))
    if codes == [NOTHING_RUN, NOTHING_RUN]:
        return NOTHING_RUN
    return max(code for code in codes if code != NOTHING_RUN)


def _pytest(arguments: list[str]) -> tuple[int, Counter[str]]:
    """One pytest run: its exit code and how many tests ended how."""
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder) / "tally.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=PROJECT,
            env=os.environ | {"HEALTHCODE_TEST_TALLY": str(tally)},
        )
        found = json.loads(tally.read_text()) if tally.exists() else {}
    return done.returncode, Counter(found)


def _closing_line(total: Counter[str], seconds: float) -> str:
    """Both parts in one line, in the shape of pytest's own."""
    counts = ", ".join(_counted(total[word], word) for word in WORDS if total[word])
    if seconds < 60:
        lasted = f"{seconds:.2f}s"
    else:
        lasted = f"{seconds:.2f}s ({timedelta(seconds=int(seconds))})"
    return f"\nBoth parts together:\n{f' {counts} in {lasted} ':=^80}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}s" if word == "error" and number > 1 else f"{number} {word}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
