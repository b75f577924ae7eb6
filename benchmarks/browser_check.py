"""`python -m benchmarks.browser_check`: how long a gate's browser takes to judge one code.

Presentations of bound passes, each another, judged one after the other in headless Chromium by
`static/js/passes`: text, CBOR, the issuer's signature, the holder's key and signature, the
verdict. The issuers' keys are imported beforehand, as a gate does once.
"""

import argparse
import mimetypes
import sys
from pathlib import Path

from playwright.sync_api import Route, sync_playwright

from benchmarks.stage import quantile, report
from config.environment import PROJECT
from tests import chromium
from tests.vectors import craft
from tests.vectors.load import DOCUMENT

WARM_UP = 30
ORIGIN = "https://gate.invalid"
CASES = Path(craft.__file__).with_name("cases.mjs")
MEASURE = """async ({ keys, texts, now }) => {
  const passes = await import("/static/js/passes/index.js");
  const { keyLists } = await import("/cases.mjs");
  const lists = await keyLists(passes, keys);
  const given = { keys: lists.main, now, gate: { listing: () => "valid" } };
  const times = [];
  for (const text of texts) {
    const started = performance.now();
    const verdict = passes.conclude(await passes.check(text, given));
    times.push(performance.now() - started);
    if (verdict.outcome !== "PASS") throw new Error(verdict.reason);
  }
  return times;
}"""


def main() -> int:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    given = parser.parse_args()
    program = chromium.find()
    if program is None:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    texts = [presentation(number) for number in range(given.runs + WARM_UP)]
    times = measured(program, texts)
    report("bench-browser-check", rows(times[:WARM_UP], times[WARM_UP:]))
    return 0


def presentation(number: int) -> str:
    """The text of a presentation of a pass of its own."""
    issued = craft.issue(craft.bound(number=number, slot=number))
    return craft.text(craft.show(issued))


def measured(program: str, texts: list[str]) -> list[float]:
    """Milliseconds for each text, in the order given."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*chromium.FLAGS])
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(ORIGIN)
        times = page.evaluate(MEASURE, {"keys": DOCUMENT["keys"], "texts": texts, "now": craft.NOW})
        browser.close()
    return list(times)


def serve(route: Route) -> None:
    """Answer with the project's own files; the address is nobody's, but counts as secure."""
    path = route.request.url.removeprefix(ORIGIN)
    if path in ("", "/"):
        route.fulfill(body="<!doctype html><title>gate</title>", content_type="text/html")
        return
    file = CASES if path == "/cases.mjs" else PROJECT / path.lstrip("/")
    kind = mimetypes.guess_type(file)[0] or "text/javascript"
    route.fulfill(body=file.read_bytes(), content_type=kind)


def rows(first: list[float], later: list[float]) -> list[tuple[str, float, str]]:
    """The lines of the table."""
    return [
        ("one presentation, median", quantile(later, 0.5), "ms"),
        ("one presentation, p95", quantile(later, 0.95), "ms"),
        ("one presentation, slowest", max(later), "ms"),
        ("the very first, nothing warm", first[0], "ms"),
        ("presentations judged", len(later), ""),
    ]


if __name__ == "__main__":
    sys.exit(main())
