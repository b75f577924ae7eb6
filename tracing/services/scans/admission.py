"""What happened at the door, and what follows from it: a visit, or an alarm."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from healthcode.colours import Outcome, Reason
from tracing.errors import ScanConflict, UnknownScan
from tracing.models import Device, Direction, Scan
from tracing.services.alarms import raise_alarm
from tracing.services.scans.times import ON_TIME, first_id
from tracing.services.visits import enter, leave, lock_citizen, undo_entry

ALARM = "admitted_despite_stop"


def admit(
    *, device: Device, scan_id: UUID, admitted: bool, compared: bool = False, now: datetime
) -> Scan:
    """Say whether the person was let in, once; the same word again is harmless.

    `compared`: staff held a document against the name. A printed code, which anyone can copy,
    passes only so. Raises UnknownScan unless the scan is this device's own, ScanConflict on
    another word.
    """
    with transaction.atomic():
        scan = _locked(device, scan_id)
        if scan.admitted is None:
            seen = _looked_at_the_document(scan, device, admitted and compared)
            words = {"admitted": admitted} | seen
            _say(scan, words, device=device, now=now)
    if scan.admitted is not admitted:
        raise ScanConflict("Something else was said about this scan before.", admitted="differs")
    return scan


def hear(
    *,
    device: Device,
    scan_id: UUID,
    admitted: bool | None,
    verdict: tuple[str, str],
    now: datetime,
) -> Scan:
    """Take the device's own verdict (outcome, reason) and word with a scan sent again.

    The answer to its first sending was lost or came too late, so the server presumed what
    happened at the door: the device's word replaces that. That somebody went in whom the
    server presumed to stay out is heard at any time. Raises ScanConflict on another word later.
    """
    with transaction.atomic():
        scan = _locked(device, scan_id)
        told = scan.admitted is not None and (scan.device_outcome or not verdict[0])
        presumed = _presumed_out(scan, device) if admitted else scan.device_outcome == Outcome.GREY
        settled = told and not presumed
        if settled and admitted is not None and admitted is not scan.admitted:
            raise ScanConflict(
                "Something else was said about this scan before.", admitted="differs"
            )
        words: dict[str, Any] = {"admitted": scan.admitted if admitted is None else admitted}
        if not scan.device_outcome:
            words |= {"device_outcome": verdict[0], "device_reason": verdict[1]}
        _say(scan, words, device=device, now=now)
    return scan


def preset(*, outcome: Outcome, known: bool, direction: Direction, attended: bool) -> bool | None:
    """What is taken to happen at the door unless the device says otherwise.

    Entry: PASS goes in; CHECK is for staff to say, and stays out where there is none; STOP
    and GREY stay out. Nobody is held back at an exit: whoever is known goes out.
    """
    if direction is Direction.EXIT:
        return known
    if outcome is Outcome.CHECK:
        return None if attended else False
    return outcome is Outcome.PASS


def follow(scan: Scan, *, device: Device, now: datetime) -> None:
    """Write the visit of an admitted scan and raise the alarm of one that had to stop.

    The scan is one of the device's; the citizen's lock is held by the caller's transaction.
    """
    if not scan.admitted:
        return
    if scan.citizen_id is not None:
        _write_stay(scan, device, scan.citizen_id, now)
    if scan.outcome == Outcome.STOP and scan.direction == Direction.ENTRY:
        _raise_alarm(scan, device, now)


def _presumed_out(scan: Scan, device: Device) -> bool:
    """Whether staying out is no more than what is taken for granted of such a scan."""
    presumed = preset(
        outcome=Outcome(scan.outcome),
        known=scan.citizen_id is not None,
        direction=Direction(scan.direction),
        attended=device.attended,
    )
    return scan.admitted is False and presumed is False


def _looked_at_the_document(scan: Scan, device: Device, compared: bool) -> dict[str, Any]:
    """What a look at the ID adds; nobody looks where no staff is."""
    if not compared or not device.attended:
        return {}
    green_on_paper = scan.outcome == Outcome.CHECK and scan.reason == Reason.GREEN
    return {"compared": True} | ({"outcome": Outcome.PASS.value} if green_on_paper else {})


def _locked(device: Device, scan_id: UUID) -> Scan:
    """The device's scan, read again once it is this transaction's turn."""
    own = Scan.objects.filter(pk=scan_id, device_id=device.pk)
    scan = own.first()
    if scan is None:
        raise UnknownScan
    if scan.citizen_id is not None:
        lock_citizen(citizen_id=scan.citizen_id)
    return own.select_for_update().get()


def _say(scan: Scan, words: dict[str, Any], *, device: Device, now: datetime) -> None:
    before = scan.admitted
    Scan.objects.filter(pk=scan.pk, admitted=before).update(**words)
    for name, value in words.items():
        setattr(scan, name, value)
    if before and not scan.admitted:
        _take_back(scan, device, now)
    if scan.admitted and not before:
        follow(scan, device=device, now=now)


def _take_back(scan: Scan, device: Device, now: datetime) -> None:
    """Undo the visit of an entry that turned out not to have happened."""
    if scan.citizen_id is not None and scan.direction == Direction.ENTRY:
        undo_entry(
            citizen_id=scan.citizen_id,
            place=device.zone.place,
            at=_second(scan.scanned_at),
            now=now,
        )


def _write_stay(scan: Scan, device: Device, citizen_id: int, now: datetime) -> None:
    place, at = device.zone.place, _second(scan.scanned_at)
    if scan.direction == Direction.EXIT:
        leave(citizen_id=citizen_id, place=place, at=at, now=now)
        return
    entered = enter(citizen_id=citizen_id, place=place, at=at, now=now)
    if entered and scan.received_at - scan.scanned_at > ON_TIME:
        _leave_by_exit_known_already(scan, device, citizen_id, now)


def _leave_by_exit_known_already(
    scan: Scan, device: Device, citizen_id: int, now: datetime
) -> None:
    """An entry that was uploaded late may arrive after the exit that ended it."""
    place = device.zone.place
    devices = Device.objects.filter(zone_id=device.zone_id).values_list("pk", flat=True)
    exits = Scan.objects.filter(
        device_id__in=list(devices),
        scan_id__gt=scan.scan_id,
        scan_id__lt=first_id(scan.scanned_at + place.max_stay),
        citizen_id=citizen_id,
        direction=Direction.EXIT,
        admitted=True,
    )
    if first := exits.order_by("scan_id").first():
        leave(citizen_id=citizen_id, place=place, at=_second(first.scanned_at), now=now)


def _raise_alarm(scan: Scan, device: Device, now: datetime) -> None:
    raise_alarm(ALARM, device.venue.district, f"scan:{scan.scan_id}", now)


def _second(at: datetime) -> datetime:
    """Whole seconds: nobody leaves before they came."""
    return at - timedelta(microseconds=at.microsecond)
