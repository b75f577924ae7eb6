"""One infection with two cases: a person who is known under two documents.

The merged case keeps its dates, its window and its own `case` evidence: whoever has that
document is infected. The kept one is traced for both, over the time of both, and what was
found for the merged one is replaced by that trace, in one transaction, so that nobody is
forgotten in between.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.errors import AlreadyDecided
from accounts.models import User
from tracing.errors import MergeRefused
from tracing.models import Case, CaseState, Contact
from tracing.services.cases.deed import (
    find_case,
    hold_cases,
    hold_stays,
    name_of,
    need_right,
    record,
)
from tracing.services.cases.unwind import lift_brake
from tracing.services.follow_up import drop_tasks
from tracing.services.hand_down import exposure_refs, hand_down
from tracing.windows import Window


def merge_cases(*, kept: int, merged: int, reason: str, by: User, now: datetime) -> Case:
    """Have the case `kept` speak for the case `merged` too; returns the kept one, which is due.

    Neither remains a contact of the other. What was merged into `merged` follows it. Raises
    NotPermitted, UnknownCase, or MergeRefused unless these are two confirmed cases.
    """
    need_right(by)
    if kept == merged:
        raise MergeRefused(reason="same_case")
    with transaction.atomic():
        cases = hold_cases(kept, merged)
        if {case.state for case in cases.values()} != {CaseState.CONFIRMED}:
            raise MergeRefused(reason="not_confirmed")
        _forget_each_other(cases[kept], cases[merged], by, now)
        lift_brake(cases[merged], now)
        record("merged", cases[merged], name_of(by), now, into=kept, reason=reason)
        hold_stays()
        _join(kept, merged, now)
    return find_case(kept)


def separate_cases(*, case_id: int, reason: str, by: User, now: datetime) -> Case:
    """Take a merger back: the merged case is a confirmed one again, and both are due.

    Both keep their dates and windows as they were. Raises NotPermitted, UnknownCase, or
    AlreadyDecided unless the case is merged.
    """
    need_right(by)
    with transaction.atomic():
        kept = find_case(case_id).merged_into_id
        if kept is None:
            raise AlreadyDecided
        case = hold_cases(case_id, kept)[case_id]
        if case.merged_into_id != kept:
            raise AlreadyDecided
        record("separated", case, name_of(by), now, out_of=kept, reason=reason)
        hold_stays()
        _part(case_id, kept, now)
    return find_case(case_id)


def spanning(case: Case) -> Case:
    """The case with the window of all that it speaks for, its own and its merged ones', and
    isolated when any of them was first, if it is not known to be.

    Not to be saved: each row keeps its own window, so that a merger can be taken back.
    """
    window = whole_window(case)
    if window is not None:
        case.window_from, case.window_until, case.traced_until = window
    if case.isolated_at is None:
        known = [row.isolated_at for row in _merged_into(case) if row.isolated_at]
        case.isolated_at = min(known, default=None)
    return case


def whole_window(case: Case) -> Window | None:
    """The window of all that a case speaks for; None: it has none yet."""
    rows = [case, *_merged_into(case)]
    windows = [
        (row.window_from, row.window_until, row.traced_until)
        for row in rows
        if row.window_from and row.window_until and row.traced_until
    ]
    if not windows:
        return None
    since, until, traced_until = zip(*windows, strict=True)
    return Window(min(since), max(until), max(traced_until))


def replaced_by(case: Case) -> list[Case]:
    """The cases merged into this one whose contacts its trace has yet to replace."""
    return [row for row in _merged_into(case) if Contact.objects.filter(case=row).exists()]


def drop_replaced(cases: list[Case]) -> int:
    """Remove the contacts of merged cases and their tasks; returns how many contacts."""
    for case in cases:
        drop_tasks(case)
    return Contact.objects.filter(case__in=cases).delete()[0] if cases else 0


def _merged_into(case: Case) -> list[Case]:
    merged = Case.objects.filter(merged_into=case, state=CaseState.MERGED)
    return list(merged.order_by("pk")) if case.pk else []


def _forget_each_other(kept: Case, merged: Case, by: User, now: datetime) -> None:
    """The same person twice is no contact: not of either case, nor of what is merged in."""
    family = [kept, merged, *_merged_into(kept), *_merged_into(merged)]
    people = [case.citizen_id for case in family]
    refs = [ref for case in family for ref in exposure_refs(case, people).values()]
    hand_down(items=[], no_longer=refs, by=name_of(by), now=now)
    Contact.objects.filter(case__in=family, citizen_id__in=people).delete()


def _join(kept: int, merged: int, now: datetime) -> None:
    """The rows, in the order of their ids."""
    family = Case.objects.filter(Q(pk__in=[kept, merged]) | Q(merged_into=merged))
    for case in family.select_for_update(no_key=True).order_by("pk"):
        if case.pk == kept:
            case.trace_due_at = now
        else:
            case.state, case.merged_into_id, case.trace_due_at = CaseState.MERGED, kept, None
        case.save(update_fields=["state", "merged_into", "trace_due_at"])


def _part(merged: int, kept: int, now: datetime) -> None:
    for case in (
        Case.objects.filter(pk__in=[merged, kept]).select_for_update(no_key=True).order_by("pk")
    ):
        if case.pk == merged:
            case.state, case.merged_into_id = CaseState.CONFIRMED, None
        case.trace_due_at = now
        case.save(update_fields=["state", "merged_into", "trace_due_at"])
