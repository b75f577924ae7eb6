"""Running traces: one case at a time, each in a transaction of its own, as often as is due."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from accounts import audit
from accounts.errors import DomainError
from healthcode.services import contact_rules
from tracing.errors import TraceTooWide
from tracing.models import Case, CaseState, Contact
from tracing.services.cases.deed import try_hold_case
from tracing.services.cases.isolate import note_isolations
from tracing.services.cases.merge import drop_replaced, replaced_by, spanning
from tracing.services.cases.unwind import exposures_of
from tracing.services.follow_up import keep_tasks
from tracing.services.partitions import kept_since
from tracing.services.trace.brake import hold_back
from tracing.services.trace.exposures import expose
from tracing.services.trace.find import find_contacts
from tracing.services.trace.keep import keep_contacts
from tracing.services.trips import board_trips

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 100
TOO_WIDE_WAITS = timedelta(hours=1)


class Traced(NamedTuple):
    """What a trace found, and how many rows of contacts, encounters and evidence it changed."""

    contacts: int
    changed: int


def trace_case(*, case_id: int, now: datetime, only_if_due: bool = False) -> Traced | None:
    """Find the contacts of a confirmed case and hand their exposures down; running it again
    changes nothing.

    Trips that are stored are boarded first, so that none is missed. None: the case is not
    confirmed, or it reaches too many people and waits for two officers, or somebody else is
    tracing it, who leaves it due if anything came in meanwhile. `only_if_due`: also if somebody
    has traced it by now.
    """
    board_trips(now=now)
    return _trace(case_id, now, only_if_due=only_if_due)


def sweep_traces(*, now: datetime) -> int:
    """Trace the cases that are due, the longest due first; returns how many were traced.

    Isolations that became known since are taken over first. A case that cannot be traced (no
    rules grade contacts there) stays due and stops no other.
    """
    note_isolations(now=now)
    due = Case.objects.filter(state=CaseState.CONFIRMED, trace_due_at__lte=now)
    ids = list(due.order_by("trace_due_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    if ids:
        board_trips(now=now)
    return sum(_traced(case_id, now) for case_id in ids)


def _traced(case_id: int, now: datetime) -> bool:
    try:
        return _trace(case_id, now, only_if_due=True) is not None
    except TraceTooWide as error:
        # Found out at some cost, so not every few seconds: officers look at its dates meanwhile.
        Case.objects.filter(pk=case_id).update(trace_due_at=now + TOO_WIDE_WAITS)
        logger.warning("case %s cannot be traced: %s", case_id, error.code)
        return False
    except DomainError as error:
        logger.warning("case %s cannot be traced: %s", case_id, error.code)
        return False


def _trace(case_id: int, now: datetime, *, only_if_due: bool) -> Traced | None:
    with transaction.atomic():
        case = _take(case_id)
        if case is None or (only_if_due and not _is_due(case, now)) or _out_of_reach(case, now):
            return None
        # The rules of the day it was confirmed, so that a later run asks the same.
        in_force = contact_rules(region=case.district, now=case.decided_at or now)
        before = list(Contact.objects.filter(case=case).values_list("citizen_id", flat=True))
        found, second_cut = find_contacts(case, in_force.rules, now=now)
        if hold_back(case, found.values(), now=now):
            return None
        merged = replaced_by(case)
        replaced = [ref for one in merged for ref in exposures_of(one)]
        kept = keep_contacts(case, found, now=now)
        new = expose(case, found, before=before, replaced=replaced, now=now)
        drop_replaced(merged)
        keep_tasks(case, in_force.rules, now=now)
        traced = Traced(len(found), kept.contacts + kept.encounters + new)
        Case.objects.filter(pk=case.pk).update(second_cut=second_cut)
        _finish(case, traced, rules=in_force.version, now=now)
    return traced


def _take(case_id: int) -> Case | None:
    """The case as it stands once nobody else traces or withdraws it; None if it is not ours.

    Not the row's own lock: scans that make the case due need the row meanwhile.
    """
    if not try_hold_case(case_id):
        return None
    case = Case.objects.filter(pk=case_id, state=CaseState.CONFIRMED).first()
    return case and spanning(case)


def _is_due(case: Case, now: datetime) -> bool:
    return case.trace_due_at is not None and case.trace_due_at <= now


def _out_of_reach(case: Case, now: datetime) -> bool:
    """Whether the stays that prove a traced case's contacts may be deleted by now.

    Tracing it again would find fewer and take the others' exposures back, so what was found
    stands; the demand is met by that.
    """
    gone = case.traced_at and case.window_from and case.window_from < kept_since(now)
    if gone:
        Case.objects.filter(pk=case.pk).update(trace_due_at=None)
    return bool(gone)


def _finish(case: Case, traced: Traced, *, rules: str, now: datetime) -> None:
    """Write down the deed; only the demand that this run began with is met by it."""
    if traced.changed or case.traced_at is None:
        audit.record(
            actor="system:tracing",
            action="case.traced",
            target=f"case:{case.pk}",
            now=now,
            contacts=traced.contacts,
            changed=traced.changed,
        )
    row = Case.objects.filter(pk=case.pk, state=CaseState.CONFIRMED)
    row.filter(trace_due_at=case.trace_due_at).update(trace_due_at=None)
    row.update(traced_at=now, rules=rules)
