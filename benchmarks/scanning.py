"""The measure of `benchmarks.scan_latency`."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.utils import timezone  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from benchmarks.stage import quantile, report  # noqa: E402
from config import servers  # noqa: E402
from config.children import children  # noqa: E402
from config.environment import VAR  # noqa: E402
from healthcode.services import issue_live  # noqa: E402
from tests import chromium  # noqa: E402
from tests.browser.film import Style, flags, write_film  # noqa: E402
from tests.browser.staff.gates import at_home  # noqa: E402
from tests.fixtures import PHONE  # noqa: E402
from tests.journeys import world  # noqa: E402
from tests.tracing import door  # noqa: E402
from tracing.services import make_partitions  # noqa: E402

PORT = 8766
STYLE = Style(shown=0.9, gap=0.7)
#: When a code came into the picture, and when each verdict stood on the screen, by one clock.
WATCH = """() => {
  window.seen = [];
  window.painted = [];
  const { body } = document;
  const video = document.querySelector("#camera video");
  const small = new OffscreenCanvas(16, 12).getContext("2d", { willReadFrequently: true });
  let held = false;
  const look = (now) => {
    small.drawImage(video, 0, 0, 16, 12);
    const { data } = small.getImageData(6, 4, 4, 4);
    const light = data.reduce((sum, value) => sum + value, 0) / data.length;
    const holds = light < 180;
    if (holds && !held) seen.push(now);
    held = holds;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = ({ data }) => painted.push([data, performance.now()]);
  new MutationObserver(() => {
    if (!body.dataset.outcome) return;
    const { outcome } = body.dataset;
    requestAnimationFrame(() => afterPaint.port2.postMessage(outcome));
  }).observe(body, { attributes: true, attributeFilter: ["data-outcome"] });
}"""


def main(runs: int) -> None:
    """Set the stage, play the film, print the table."""
    make_partitions(now=timezone.now())
    world.rules_in_force()
    people = [green(number) for number in range(runs)]
    with children(dict(os.environ), VAR / "bench-log") as family:
        servers.start_web(family, PORT)
        family.wait_for(servers.health_url(PORT), seconds=60)
        with gate_before(lambda: [code_of(who) for who in people]) as page:
            page.wait_for_function("runs => seen.length > runs", arg=runs, timeout=180_000)
            seen, painted = page.evaluate("[seen, painted]")
    times = [*delays(seen[:runs], painted)]
    report("bench-scan-latency", rows(times, runs))


def green(number: int) -> int:
    """Somebody tested negative yesterday."""
    now = timezone.now().replace(microsecond=0)
    who = door.person(f"E{20_000_000 + number}", now=now)
    return door.after_test(who, "negative", now - timedelta(days=1), now=now).pk


def code_of(citizen_id: int) -> str:
    """The text of a live pass made now."""
    return issue_live(citizen_id=citizen_id, now=timezone.now()).text


@contextmanager
def gate_before(codes: Callable[[], list[str]]) -> Iterator[Page]:
    """A gate in charge whose camera sees the codes, which are made just before it opens."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = write_film(Path(folder) / "codes.y4m", codes(), STYLE)
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*chromium.FLAGS, *flags(film)]
        )
        page = browser.new_context(**PHONE).new_page()
        at_home(page, f"http://{servers.HOST}:{PORT}")
        page.evaluate(WATCH)
        page.click("#start")
        yield page
        browser.close()


def delays(seen: list[float], painted: list[tuple[str, float]]) -> Iterator[float]:
    """Milliseconds from each code to its green verdict, where it came before the next code."""
    for number, begun in enumerate(seen):
        until = seen[number + 1] if number + 1 < len(seen) else begun + 1000 * STYLE.shown
        found = [at for outcome, at in painted if outcome == "PASS" and begun < at < until]
        if found:
            yield found[0] - begun


def rows(times: list[float], runs: int) -> list[tuple[str, float, str]]:
    """The lines of the table."""
    return [
        ("first frame with the code to painted verdict, median", quantile(times, 0.5), "ms"),
        ("p90", quantile(times, 0.9), "ms"),
        ("slowest", max(times), "ms"),
        ("codes with a green verdict", len(times), f"of {runs}"),
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]))
