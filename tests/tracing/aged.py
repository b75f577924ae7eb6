"""Rows of every table that has a deadline, aged as a test wants them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils.timezone import localdate

from accounts.models import AccessEvent, AuditEvent, Citizen, Claim, Membership, User
from healthcode.models import (
    Appeal,
    BoundPass,
    ColourChange,
    Dispute,
    Evidence,
    EvidenceDraft,
    PaperPass,
)
from healthcode.services import Item, record_evidence, source_by_name
from tests.tracing.door import NOW, officer, person, scan_id
from tracing.models import Alarm, Case, CaseState, Scan, Visit

_numbers = count(1)


def number() -> int:
    """A number no other row has."""
    return next(_numbers)


def somebody() -> Citizen:
    """A citizen of no age: the clock of these tests has stood still for them."""
    who = person(f"E{number():08d}")
    Citizen.objects.filter(pk=who.pk).update(created_at=NOW)
    return who


def phone_user(at: datetime = NOW) -> User:
    """Somebody who signed in with a phone, once."""
    mark = number()
    user = User.objects.create(
        username=f"phone{mark}", phone_fingerprint=f"{mark:032d}".encode(), phone_sealed=b"sealed"
    )
    User.objects.filter(pk=user.pk).update(date_joined=at)
    return user


def evidence(of: Citizen, kind: str, at: datetime, ended: datetime | None = None, **more: Any):
    """One item of evidence, handed in by officers; `ref`, `version`, `retracted` name it."""
    item = Item(
        kind=kind,
        citizen_id=of.pk,
        occurred_at=at.replace(microsecond=0),
        ended_at=ended and ended.replace(microsecond=0),
        reported_at=at.replace(microsecond=0),
        source_ref=more.pop("ref", f"item-{number()}"),
        version=more.pop("version", 1),
        retracted=more.pop("retracted", False),
        details=more,
    )
    by = more.get("source", "officer")
    [result] = record_evidence(items=[item], source=source_by_name(by), by="system:test", now=NOW)
    assert result.error is None, result.error
    return Evidence.objects.get(pk=result.evidence_id)


def pcr(of: Citizen, at: datetime, result: str = "negative", pool: int = 1, **more: Any):
    """A PCR sample."""
    tube = {"tube": "T1"} if pool > 1 else {}
    return evidence(of, "test", at, method="pcr", result=result, pool_size=pool, **tube, **more)


def _visit(at: datetime) -> Visit:
    left = at + timedelta(minutes=30)
    return Visit.objects.create(
        place_id=1, citizen_id=number(), entered_at=at, left_at=left, left_by="assumed"
    )


def _scan(at: datetime) -> Scan:
    return Scan.objects.create(
        scan_id=UUID(int=scan_id(at).int + number()),
        device_id=1,
        venue_id=1,
        direction="entry",
        scanned_at=at,
        received_at=at,
        outcome="GREY",
        reason="unreadable",
        digest=b"d" * 32,
    )


def _membership(at: datetime) -> Membership:
    start = at - timedelta(days=9)
    return Membership.objects.create(
        citizen=somebody(), kind="household", group=1, starts_at=start, ends_at=at
    )


def _draft(at: datetime) -> EvidenceDraft:
    return EvidenceDraft.objects.create(
        citizen=somebody(),
        kind="order",
        occurred_at=at,
        document="沪疾控〔2022〕1号",
        entered_by=officer(),
        entered_at=at,
    )


def _appeal(at: datetime) -> Appeal:
    return Appeal.objects.create(
        citizen=somebody(),
        rule="first-positive",
        decided_at=at,
        text_sealed=b"sealed",
        filed_at=at,
        answer_by=at,
        state="answered",
        answer="已复核",
        answered_by="wang",
        answered_at=at,
    )


def _case(at: datetime) -> Case:
    return Case.objects.create(
        citizen=somebody(),
        state=CaseState.DISMISSED,
        sampled_at=at,
        proposed_at=at,
        decided_at=at,
    )


def _log_entry(at: datetime) -> LogEntry:
    kind = ContentType.objects.get_for_model(Case)
    return LogEntry.objects.create(user=officer(), content_type=kind, action_flag=2, action_time=at)


def _change(at: datetime) -> ColourChange:
    return ColourChange.objects.create(
        citizen_id=number(), colour=1, previous=0, decision={}, rules="", decided_at=at
    )


def _citizen(at: datetime) -> Citizen:
    who = somebody()
    Citizen.objects.filter(pk=who.pk).update(created_at=at)
    return who


def _claim(at: datetime) -> Claim:
    return Claim.objects.create(
        user=phone_user(), citizen=somebody(), name_sealed=b"sealed", made_at=at
    )


def _bound_pass(at: datetime) -> BoundPass:
    mark = number()
    return BoundPass.objects.create(
        expires_on=localdate(at),
        pass_id=mark.to_bytes(16, "big"),
        citizen_id=mark,
        slot=mark,
        issued_at=at - timedelta(hours=1),
        expires_at=at,
    )


def _paper_pass(at: datetime) -> PaperPass:
    return PaperPass.objects.create(
        pass_id=number().to_bytes(16, "big"),
        citizen=somebody(),
        issued_at=at - timedelta(days=90),
        expires_at=at,
        issued_by=officer(),
    )


def _alarm(at: datetime) -> Alarm:
    return Alarm.objects.create(kind="door", target=str(number()), raised_at=at, cleared_at=at)


#: By model: a row whose clock started at an instant.
AGED: dict[str, Callable[[datetime], Any]] = {
    "accounts.AccessEvent": lambda at: AccessEvent.objects.create(
        at=at, citizen_id=1, actor="user:wang", purpose="流调", what="identity"
    ),
    "accounts.AuditEvent": lambda at: AuditEvent.objects.create(
        at=at, actor="user:wang", action="case.confirmed", target="case:1"
    ),
    "accounts.Citizen": _citizen,
    "accounts.Claim": _claim,
    "accounts.Membership": _membership,
    "accounts.User": phone_user,
    "admin.LogEntry": _log_entry,
    "healthcode.Appeal": _appeal,
    "healthcode.BoundPass": _bound_pass,
    "healthcode.ColourChange": _change,
    "healthcode.Dispute": lambda at: Dispute.objects.create(citizen_id=number(), found_at=at),
    "healthcode.Evidence": lambda at: evidence(
        somebody(), "vaccination", at, dose=1, product="BIBP"
    ),
    "healthcode.EvidenceDraft": _draft,
    "healthcode.PaperPass": _paper_pass,
    "sessions.Session": lambda at: Session.objects.create(
        session_key=f"key{number()}", session_data="", expire_date=at
    ),
    "tracing.Alarm": _alarm,
    "tracing.Case": _case,
    "tracing.Scan": _scan,
    "tracing.Visit": _visit,
}
