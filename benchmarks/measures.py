"""The measures of `benchmarks.first_numbers`, each on its own scene in the seeded city."""

import csv
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Citizen, User  # noqa: E402
from benchmarks.load import post_all, wait_until  # noqa: E402
from benchmarks.stage import quantile, report  # noqa: E402
from config import servers  # noqa: E402
from config.children import children  # noqa: E402
from config.environment import VAR  # noqa: E402
from healthcode.intake.files import TESTS  # noqa: E402
from healthcode.models import HealthStatus, Source  # noqa: E402
from healthcode.services import issue_live, new_source_token, recolour_due  # noqa: E402
from tracing.models import Case, Place, Venue, Visit, Zone  # noqa: E402
from tracing.services import (  # noqa: E402
    confirm_case,
    create_device,
    enrol_device,
    ensure_place,
    make_partitions,
    open_case,
)
from tracing.tasks import trace_case  # noqa: E402

Row = tuple[str, float, str]
PORT = 8765
LOGS = VAR / "bench-log"
VERDICTS, CONNECTIONS, DOORS = 6_000, 8, 40
PASSES = 2_000
API_BATCHES, API_BATCH = 20, 1_000
CSV_ROWS = 50_000
CONTACTS = 1_000
CORES = os.cpu_count() or 1


def main() -> None:
    """Run every measure and print the table."""
    settle()
    rows = [*recolouring(), *passes(), *evidence_by_csv()]
    with children(dict(os.environ), LOGS) as family:
        servers.start_web(family, PORT)
        family.wait_for(servers.health_url(PORT), seconds=60)
        rows += [*verdicts(), *evidence_by_api()]
    settle()
    with children(dict(os.environ), LOGS) as family:
        servers.start_all(family, PORT, schedule=LOGS / "beat")
        family.wait_for(servers.health_url(PORT), seconds=60)
        rows += case_to_last_colour()
    report("first-numbers", rows)


def settle() -> int:
    """Recolour until nothing is due; how many that were."""
    done = 0
    while count := recolour_due(now=timezone.now()):
        done += count
    return done


def recolouring() -> list[Row]:
    """Everybody due at once: one process, then one for each core."""
    people = _all_due()
    one = _timed(settle)
    _all_due()
    connection.close()
    with ProcessPoolExecutor(CORES) as pool:
        start = time.perf_counter()
        list(pool.map(_settle_apart, range(CORES)))
        all_cores = time.perf_counter() - start
    return [
        ("citizens recoloured, one process", people / one, "/s"),
        (f"citizens recoloured, {CORES} processes", people / all_cores, "/s"),
    ]


def passes() -> list[Row]:
    """Live passes issued in one process: status read, identity opened, signed."""
    ids = list(Citizen.objects.exclude(name_sealed=None).values_list("pk", flat=True)[:PASSES])
    seconds = _timed(lambda: [issue_live(citizen_id=pk, now=timezone.now()) for pk in ids])
    return [("live passes issued, one process", len(ids) / seconds, "/s")]


def verdicts() -> list[Row]:
    """Scans of fresh live passes through Gunicorn: verified, judged, stored, visit written."""
    # A device may send 600 scans a minute; a city has many doors.
    senders = [f"Device {_device()}" for _ in range(DOORS)]
    ids = Citizen.objects.exclude(name_sealed=None).values_list("pk", flat=True)[:VERDICTS]
    texts = [issue_live(citizen_id=pk, now=timezone.now()).text for pk in ids]
    bodies = [_scan(text) for text in texts]
    seconds, times, _ = post_all(PORT, "/api/v1/scans/", senders, bodies, CONNECTIONS)
    return [
        (f"verdicts, Gunicorn, {CONNECTIONS} connections", len(bodies) / seconds, "/s"),
        ("verdicts, median", quantile(times, 0.5) * 1000, "ms"),
        ("verdicts, p99", quantile(times, 0.99) * 1000, "ms"),
    ]


def evidence_by_api() -> list[Row]:
    """Batches of a thousand test results over two connections."""
    senders = [f"Source {_source()}"]
    refs = list(Citizen.objects.values_list("ref", flat=True)[:API_BATCH])
    batches = [
        [_item(ref, f"api-{batch}-{number}") for number, ref in enumerate(refs)]
        for batch in range(API_BATCHES)
    ]
    seconds, _, _ = post_all(PORT, "/api/v1/evidence/", senders, batches, CORES)
    return [("evidence rows by API, batches of 1,000", API_BATCHES * API_BATCH / seconds, "/s")]


def evidence_by_csv() -> list[Row]:
    """One file of test results of people known by their document."""
    _source()
    path = VAR / "bench-tests.csv"
    _write_tests(path)
    start = time.perf_counter()
    call_command("import_evidence", str(path), source="bench", verbosity=0)
    return [("evidence rows by CSV", CSV_ROWS / (time.perf_counter() - start), "/s")]


def case_to_last_colour() -> list[Row]:
    """From confirming a case with a thousand contacts in one room to their last new colour."""
    case, contacts = _crowd()
    start = time.perf_counter()
    confirm_case(
        case_id=case.pk, onset_at=None, isolated_at=None, by=_officer(), now=timezone.now()
    )
    trace_case.delay(case.pk)
    wait_until(lambda: _all_changed(contacts), seconds=120)
    seconds = time.perf_counter() - start
    return [(f"case confirmed → last of {CONTACTS:,} contacts recoloured", seconds, "s")]


def _settle_apart(_: int) -> int:
    return settle()


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _all_due() -> int:
    return HealthStatus.objects.update(due_at=timezone.now())


def _officer() -> User:
    return User.objects.filter(username="bench").first() or User.objects.create_superuser(
        "bench", secrets.token_urlsafe(16)
    )


def _device() -> str:
    zone = Zone.objects.select_related("venue").first()
    assert zone is not None
    _, token = create_device(
        venue_id=zone.venue_id,
        zone_id=zone.pk,
        name=f"bench {secrets.token_hex(4)}",
        direction="entry",
        attended=True,
        by=_officer(),
        now=timezone.now(),
    )
    return enrol_device(token=token, now=timezone.now())[1]


def _scan(text: str) -> dict[str, object]:
    now = timezone.now()
    number = int(now.timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64
    number |= 2 << 62 | secrets.randbits(62)
    digits = f"{number:032x}"
    scan_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return {"scan_id": scan_id, "text": text, "direction": "entry"}


def _source() -> str:
    Source.objects.get_or_create(name="bench", defaults={"kinds": ["test"]})
    return new_source_token(name="bench", by="system:bench", now=timezone.now())


def _item(ref: str, source_ref: str) -> dict[str, object]:
    at = timezone.now().replace(microsecond=0) - timedelta(hours=5)
    return {
        "kind": "test",
        "ref": ref,
        "occurred_at": at.isoformat(),
        "reported_at": at.isoformat(),
        "source_ref": source_ref,
        "details": {"method": "pcr", "result": "negative", "pool_size": 1},
    }


def _write_tests(path: Path) -> None:
    at = (timezone.now().replace(microsecond=0) - timedelta(hours=5)).isoformat()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TESTS)
        writer.writeheader()
        for number in range(CSV_ROWS):
            writer.writerow(
                {
                    "source_ref": f"csv-{number}",
                    "document_type": "passport",
                    "document_number": f"E{number % 10_000:08d}",
                    "collected_at": at,
                    "reported_at": at,
                    "method": "pcr",
                    "result": "negative",
                    "pool_size": 1,
                }
            )


def _crowd() -> tuple[Case, list[int]]:
    """A case and a thousand people who spent an hour in one close room with it."""
    now = timezone.now().replace(microsecond=0)
    make_partitions(now=now)
    place = _room()
    healthy = HealthStatus.objects.filter(colour=1).order_by("pk")
    index, *contacts = healthy.values_list("pk", flat=True)[: CONTACTS + 1]
    entered = now - timedelta(hours=3)
    Visit.objects.bulk_create(
        [
            Visit(
                place_id=place.pk,
                entered_at=entered,
                citizen_id=citizen_id,
                left_at=entered + timedelta(hours=1),
                left_by="scan",
            )
            for citizen_id in (index, *contacts)
        ]
    )
    return _suspected(index, now), contacts


def _room() -> Place:
    venue = Venue.objects.create(name="压测餐厅", kind="restaurant", district="310101")
    zone = Zone.objects.create(venue=venue, name="大厅", kind="dining", close_quarters=True)
    return ensure_place(zone=zone)


def _suspected(citizen_id: int, now: datetime) -> Case:
    ref = Citizen.objects.get(pk=citizen_id).ref
    return open_case(citizen_ref=ref, sampled_at=now - timedelta(hours=2), by=_officer(), now=now)


def _all_changed(contacts: list[int]) -> bool:
    left = HealthStatus.objects.filter(pk__in=contacts).exclude(colour=3)
    return not left.exists()


if __name__ == "__main__":
    main()
