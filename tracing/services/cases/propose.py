"""Proposing cases: the list of people somebody must decide about."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction

from accounts.errors import UnknownCitizen
from accounts.models import Citizen, User
from tracing import queries, sql
from tracing.errors import CaseInvalid, CaseOpen
from tracing.models import Case, CaseState
from tracing.queries import Suspect
from tracing.services.cases.deed import name_of, need_past, need_right, record

BATCH = 1000


def propose_cases(*, now: datetime) -> int:
    """Propose a SUSPECTED case for everybody whom a single-tube PCR positive or another
    source's open case item speaks of; returns how many are new.

    Once per person: nobody with an open case is proposed again, nor anybody whose case was
    excluded or discharged after the sample was taken.
    """
    total = 0
    while new := _propose_batch(now):
        total += new
    return total


def propose_again(*, citizen_id: int, now: datetime) -> int:
    """Propose somebody whose case was withdrawn, if a positive still stands against them."""
    return _propose(_suspects(now, [citizen_id]), now)


def open_case(
    *,
    citizen_ref: str,
    sampled_at: datetime | None,
    onset_at: datetime | None = None,
    by: User,
    now: datetime,
) -> Case:
    """Open a SUSPECTED case where no laboratory item exists.

    `sampled_at` is the first positive sample. Raises NotPermitted, UnknownCitizen, CaseInvalid
    (no sample, a date in the future) or CaseOpen (the person has one).
    """
    need_right(by)
    if sampled_at is None:
        raise CaseInvalid(missing=["sampled_at"])
    need_past(now, sampled_at=sampled_at, onset_at=onset_at)
    citizen = Citizen.objects.filter(ref=citizen_ref).first()
    if citizen is None:
        raise UnknownCitizen
    case = Case(
        citizen=citizen,
        district=citizen.district,
        sampled_at=sampled_at,
        onset_at=onset_at,
        symptomatic=onset_at is not None,
        proposed_at=now,
    )
    with transaction.atomic():
        if not _insert([case]):
            raise CaseOpen
        record("opened", case, name_of(by), now)
    return case


def _propose_batch(now: datetime) -> int:
    """One transaction at a time looks: two would propose the same people."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.LOCK_SUSPECTS)
        return _propose(_suspects(now, None), now)


def _suspects(now: datetime, citizen_ids: Collection[int] | None) -> list[Suspect]:
    return queries.suspects(now=now, limit=BATCH, citizen_ids=citizen_ids)


def _propose(suspects: Iterable[Suspect], now: datetime) -> int:
    first: dict[int, Suspect] = {}
    for suspect in suspects:
        known = first.setdefault(suspect.citizen_id, suspect)
        earliest = min(known.sampled_at, suspect.sampled_at)
        first[suspect.citizen_id] = known._replace(sampled_at=earliest)
    cases = _insert([_case(suspect, now) for suspect in first.values()])
    for case in cases:
        record("proposed", case, "system:tracing", now, evidence=case.grounds_id)
    return len(cases)


def _case(suspect: Suspect, now: datetime) -> Case:
    return Case(
        citizen_id=suspect.citizen_id,
        grounds_id=suspect.evidence_id,
        district=suspect.district,
        sampled_at=suspect.sampled_at,
        onset_at=suspect.onset_at,
        symptomatic=suspect.onset_at is not None,
        isolated_at=suspect.isolated_at,
        proposed_at=now,
    )


def _insert(cases: list[Case]) -> list[Case]:
    """Insert the cases of people without an open one; the constraint decides who these are."""
    refs = [case.ref for case in cases]
    Case.objects.bulk_create(cases, ignore_conflicts=True)
    inserted = dict(Case.objects.filter(ref__in=refs).values_list("ref", "pk"))
    for case in cases:
        case.pk = inserted.get(case.ref)
    return [case for case in cases if case.state == CaseState.SUSPECTED and case.pk]
