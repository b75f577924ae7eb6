"""Storing scans: judge, take turns per citizen, store, and let the visit follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from django.db import IntegrityError, transaction

from accounts.errors import DomainError, UnknownCitizen
from healthcode.colours import Outcome, Reason
from healthcode.services import ScanVerdict, judge_text
from tracing.errors import ScanConflict
from tracing.models import Device, Direction, Scan
from tracing.services.scans.admission import follow, hear, preset
from tracing.services.scans.items import NewScan, ScanResult
from tracing.services.scans.repeats import shown_before
from tracing.services.scans.times import AT_ONCE, ON_TIME, scanned_at
from tracing.services.visits import lock_citizen

# Reasons that are about the person, so that the code itself was found in order.
ABOUT_THE_PERSON = frozenset(
    {
        Reason.GREEN,
        Reason.REPEATED,
        Reason.RULE,
        Reason.YELLOW,
        Reason.RED,
        Reason.UNASSESSED,
    }
)
TOO_OLD = frozenset({Reason.EXPIRED, Reason.CLOCK})


@dataclass(frozen=True)
class _Attempt:
    """A scan with the device that made it, when it was made and when it was received."""

    device: Device
    scan: NewScan
    at: datetime
    now: datetime


def record_scans(*, device: Device, scans: Sequence[NewScan], now: datetime) -> list[ScanResult]:
    """Judge and store each scan on its own; the answers stand in the order of the scans.

    Each is a transaction: a bad one stops no other. The same scan again is answered as
    before and stored once; the same id with other content, or another device's, is refused
    with ScanConflict, an impossible id with ScanInvalid.
    """
    return [_record(device, scan, now) for scan in scans]


def _record(device: Device, scan: NewScan, now: datetime) -> ScanResult:
    try:
        attempt = _Attempt(device, scan, scanned_at(scan.scan_id, now=now), now)
        known = Scan.objects.filter(pk=scan.scan_id).first()
        return _again(attempt, known) if known else _first(attempt)
    except DomainError as error:
        return ScanResult(scan.scan_id, "refused", error)


def _first(attempt: _Attempt) -> ScanResult:
    verdict = _judge(attempt, attempt.now)
    try:
        with transaction.atomic():
            stored = _store(attempt, verdict)
    except IntegrityError:
        # Another request stored the same id in between; a missing partition stays an error.
        known = Scan.objects.filter(pk=attempt.scan.scan_id).first()
        if known is None:
            raise
        return _again(attempt, known)
    return _answer(attempt, stored, "stored", verdict)


def _again(attempt: _Attempt, known: Scan) -> ScanResult:
    if known.device_id != attempt.device.pk or bytes(known.digest) != attempt.scan.digest:
        raise ScanConflict
    if _says_more(attempt.scan, known):
        known = hear(
            device=attempt.device,
            scan_id=known.scan_id,
            admitted=attempt.scan.admitted,
            verdict=(attempt.scan.device_outcome, attempt.scan.device_reason),
            now=attempt.now,
        )
    # The stored verdict stands; only what is not stored is read from the code once more.
    return _answer(attempt, known, "repeated", _judge_again(attempt, known.received_at))


def _says_more(scan: NewScan, known: Scan) -> bool:
    """Whether a repeat brings the device's own verdict or its word about the door."""
    new_word = scan.admitted is not None and scan.admitted is not known.admitted
    return new_word or bool(scan.device_outcome and not known.device_outcome)


def _judge(attempt: _Attempt, received_at: datetime) -> ScanVerdict:
    """The server's verdict: by its own clock for a scan that comes at once, else as at the scan.

    What was too old by the server's clock only because it travelled is judged as at the scan.
    """
    travelled = received_at - attempt.at
    if travelled > ON_TIME:
        return _judge_as_at(attempt, received_at, attempt.at)
    verdict = _judge_as_at(attempt, received_at, None)
    if travelled > AT_ONCE and verdict.reason in TOO_OLD:
        return _judge_as_at(attempt, received_at, attempt.at)
    return verdict


def _judge_again(attempt: _Attempt, received_at: datetime) -> ScanVerdict:
    """As it was judged when it was received; who is due now is decided as of now, never then."""
    late = received_at - attempt.at > ON_TIME
    return _judge_as_at(attempt, attempt.now, attempt.at if late else received_at)


def _judge_as_at(attempt: _Attempt, now: datetime, as_at: datetime | None) -> ScanVerdict:
    try:
        return judge_text(
            text=attempt.scan.text,
            now=now,
            as_at=as_at,
            negative_within_hours=attempt.device.venue.negative_within_hours,
        )
    except UnknownCitizen:
        # Rightly signed, and its holder is no longer in the register.
        return ScanVerdict(Outcome.GREY, Reason.WITHDRAWN)


def _store(attempt: _Attempt, verdict: ScanVerdict) -> Scan:
    certain = verdict.reason in ABOUT_THE_PERSON
    citizen_id = verdict.citizen_id if certain else None
    if citizen_id is not None:
        lock_citizen(citizen_id=citizen_id)
    if _is_repeated(attempt, verdict):
        verdict = replace(verdict, outcome=Outcome.CHECK, reason=Reason.REPEATED)
    stored = _row(attempt, verdict, citizen_id)
    stored.save(force_insert=True)
    follow(stored, device=attempt.device, now=attempt.now)
    return stored


def _is_repeated(attempt: _Attempt, verdict: ScanVerdict) -> bool:
    """Only what would have passed can be too good to be true."""
    if verdict.reason is not Reason.GREEN or attempt.scan.direction is Direction.EXIT:
        return False
    return _shown_before(attempt, verdict.citizen_id, attempt.now) is not None


def _shown_before(attempt: _Attempt, citizen_id: int | None, received_at: datetime) -> int | None:
    if citizen_id is None:
        return None
    return shown_before(
        scan_id=attempt.scan.scan_id,
        device_id=attempt.device.pk,
        citizen_id=citizen_id,
        at=attempt.at,
        received_at=received_at,
    )


def _row(attempt: _Attempt, verdict: ScanVerdict, citizen_id: int | None) -> Scan:
    device, scan = attempt.device, attempt.scan
    return Scan(
        scan_id=scan.scan_id,
        device_id=device.pk,
        venue_id=device.venue_id,
        citizen_id=citizen_id,
        pass_id=verdict.pass_id,
        direction=scan.direction,
        scanned_at=attempt.at,
        received_at=attempt.now,
        outcome=verdict.outcome,
        reason=verdict.reason,
        device_outcome=scan.device_outcome,
        device_reason=scan.device_reason,
        admitted=_admitted(attempt, verdict, known=citizen_id is not None),
        digest=scan.digest,
    )


def _admitted(attempt: _Attempt, verdict: ScanVerdict, *, known: bool) -> bool | None:
    if attempt.scan.admitted is not None:
        return attempt.scan.admitted
    return preset(
        outcome=verdict.outcome,
        known=known,
        direction=attempt.scan.direction,
        attended=attempt.device.attended,
    )


def _answer(attempt: _Attempt, stored: Scan, status: str, verdict: ScanVerdict) -> ScanResult:
    shown = stored.outcome != Outcome.GREY
    repeated = stored.reason == Reason.REPEATED
    return ScanResult(
        scan_id=stored.scan_id,
        status=status,
        outcome=stored.outcome,
        reason=stored.reason,
        admitted=stored.admitted,
        name=verdict.name if shown else "",
        negative_hours=_hours_since(verdict.negative_at, attempt.at) if shown else None,
        shown_before=(
            _shown_before(attempt, stored.citizen_id, stored.received_at) if repeated else None
        ),
    )


def _hours_since(sampled: datetime | None, at: datetime) -> int | None:
    return None if sampled is None else max(ceil((at - sampled) / timedelta(hours=1)), 0)
