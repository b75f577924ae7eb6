"""Moving the dates of a confirmed case, or how far it is traced; the trace follows."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from healthcode.services import contact_rules
from tracing.errors import CaseInvalid, TraceOutOfReach
from tracing.models import Case, CaseState
from tracing.services.cases.decide import episode_of, window_of
from tracing.services.cases.deed import (
    find_case,
    hold_cases,
    hold_stays,
    name_of,
    need_confirmed,
    need_one,
    need_past,
    need_right,
    record,
)
from tracing.services.hand_down import episode_item, hand_down
from tracing.services.partitions import kept_since
from tracing.services.touch import touch_beside
from tracing.windows import Window

DATES = ("onset_at", "sampled_at", "isolated_at")
WINDOW = ("window_from", "window_until", "traced_until")


def correct_case(
    *,
    case_id: int,
    onset_at: datetime | None,
    isolated_at: datetime | None,
    sampled_at: datetime | None = None,
    reason: str,
    by: User,
    now: datetime,
) -> Case:
    """State anew when a confirmed case fell ill, was sampled and was isolated; it is due.

    `onset_at` None: no symptoms. `isolated_at` None: not isolated. `sampled_at` None: as it
    is. The window follows from the rules of the day of the confirmation, and an extension
    stands. Contacts that hold no longer go with the next trace. Raises NotPermitted,
    UnknownCase, CaseMerged, AlreadyDecided unless the case is confirmed, CaseInvalid for dates
    that cannot be, or TraceOutOfReach.
    """
    need_right(by)
    need_past(now, onset_at=onset_at, sampled_at=sampled_at, isolated_at=isolated_at)
    with transaction.atomic():
        case = hold_cases(case_id)[case_id]
        need_confirmed(case)
        before = {name: _said(getattr(case, name)) for name in DATES}
        case.onset_at, case.isolated_at = onset_at, isolated_at
        case.sampled_at = sampled_at or case.sampled_at
        case.symptomatic = onset_at is not None
        _need_before_confirmation(case)
        _take_window(case, _window(case), now)
        hand_down(items=[episode_item(case, episode_of(case), now=now)], by=name_of(by), now=now)
        record("corrected", case, name_of(by), now, reason=reason, before=before)
        _save(case, now)
    return find_case(case_id)


def extend_trace(*, case_id: int, until: datetime, reason: str, by: User, now: datetime) -> Case:
    """Trace a confirmed case further: its contacts' contacts until `until`, and whom it met
    itself by then unless it was isolated before.

    Raises NotPermitted, UnknownCase, CaseMerged, AlreadyDecided unless the case is confirmed,
    or CaseInvalid for an instant in the future or no later than it is traced already.
    """
    need_right(by)
    need_past(now, until=until)
    with transaction.atomic():
        case = hold_cases(case_id)[case_id]
        need_confirmed(case)
        if case.traced_until is None or until <= case.traced_until:
            raise CaseInvalid(no_extension=["until"])
        before, reached = _said(case.traced_until), case.window_until
        case.traced_until = until
        window = _window(case)
        _take_window(case, window._replace(until=max(window.until, reached or until)), now)
        record("extended", case, name_of(by), now, reason=reason, before=before)
        _save(case, now)
    return find_case(case_id)


def _window(case: Case) -> Window:
    """As on the day of the confirmation, or as far as somebody has extended it since."""
    decided_at = case.decided_at or case.proposed_at
    in_force = contact_rules(region=case.district, now=decided_at)
    return window_of(case, in_force.rules, as_of=case.traced_until or decided_at)


def _take_window(case: Case, window: Window, now: datetime) -> None:
    """Refused where it would be traced over days whose stays are deleted: what was found for
    these days would be taken back.
    """
    if case.traced_at and window.since < kept_since(now):
        raise TraceOutOfReach
    case.window_from, case.window_until, case.traced_until = window


def _need_before_confirmation(case: Case) -> None:
    """Whoever is confirmed was sampled before, and what comes later is no date of this case."""
    after = [
        name
        for name in ("onset_at", "sampled_at")
        if case.decided_at and (getattr(case, name) or case.decided_at) > case.decided_at
    ]
    if after:
        raise CaseInvalid(after_confirmation=after)


def _save(case: Case, now: datetime) -> None:
    """The row comes last, after whoever is writing stays that the new window could hold."""
    hold_stays()
    touch_beside(cases=[case], now=now)
    values = {name: getattr(case, name) for name in (*DATES, *WINDOW, "symptomatic")}
    confirmed = Case.objects.filter(pk=case.pk, state=CaseState.CONFIRMED)
    need_one(confirmed.update(**values, trace_due_at=now))


def _said(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
