"""The verifier in JavaScript, run by the Node that Playwright brings."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from playwright._impl._driver import compute_driver_executable

from tests.vectors import faults_lists
from tests.vectors.load import DOCUMENT

SCRIPT = Path(__file__).with_name("judge.mjs")


class Judge:
    """A Node process that answers arrays of cases; see `judge.mjs`."""

    def __init__(self, into: IO[str], out: IO[str]) -> None:
        """Tell it the keys."""
        self._into, self._out = into, out
        self._say({"keys": DOCUMENT["keys"], "lists": faults_lists.document()})

    def judged(self, vectors: list[dict]) -> list:
        """What came out of each case: an array, or `{"escaped": …}`."""
        self._say(vectors)
        answer = self._out.readline()
        if not answer:
            raise RuntimeError("Node has ended")
        return json.loads(answer)

    def _say(self, item: object) -> None:
        self._into.write(json.dumps(item) + "\n")
        self._into.flush()


@contextmanager
def judge() -> Iterator[Judge]:
    """A judge for as long as the block lasts."""
    node, _ = compute_driver_executable()
    # No package.json calls the scripts modules: Node finds out, and would say so.
    command = [node, "--no-warnings", str(SCRIPT)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    into, out = process.stdin, process.stdout
    assert into is not None
    assert out is not None
    with process:
        yield Judge(into, out)
        into.close()
