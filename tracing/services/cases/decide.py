"""Deciding a suspected case: a person confirms or dismisses it, once."""

from datetime import datetime

from django.db import transaction

from accounts.errors import AlreadyDecided
from accounts.models import User
from healthcode.policy import CompiledRules
from healthcode.services import contact_rules
from healthcode.services.in_force import InForce
from tracing import queries
from tracing.models import Case, CaseState
from tracing.services.cases.deed import (
    find_case,
    hold_stays,
    name_of,
    need_one,
    need_past,
    need_right,
    record,
)
from tracing.services.hand_down import Episode, episode_item, hand_down, whole
from tracing.services.touch import touch_beside
from tracing.windows import Window, infectious_window


def confirm_case(
    *,
    case_id: int,
    onset_at: datetime | None,
    isolated_at: datetime | None,
    by: User,
    now: datetime,
) -> Case:
    """Confirm a suspected case: its `case` evidence, its window, and a trace that is due.

    `onset_at` None: no symptoms. `isolated_at` None: not isolated yet, unless evidence says
    so. Raises NotPermitted, UnknownCase, AlreadyDecided, CaseInvalid for dates that cannot be,
    or NoActiveRules where no rules grade contacts. The caller nudges the trace.
    """
    need_right(by)
    case, in_force = as_confirmed(
        case_id=case_id, onset_at=onset_at, isolated_at=isolated_at, now=now
    )
    with transaction.atomic():
        _confirm(case, by, in_force.version, now)
    return case


def as_confirmed(
    *, case_id: int, onset_at: datetime | None, isolated_at: datetime | None, now: datetime
) -> tuple[Case, InForce]:
    """A suspected case as its confirmation would store it, and the rules of this day; writes
    nothing.

    What a preview counts is thereby what a confirmation traces. Raises UnknownCase,
    AlreadyDecided, CaseInvalid or NoActiveRules.
    """
    case = find_case(case_id)
    if case.state != CaseState.SUSPECTED:
        raise AlreadyDecided
    need_past(now, onset_at=onset_at, isolated_at=isolated_at, sampled_at=case.sampled_at)
    in_force = contact_rules(region=case.district, now=now)
    case.onset_at, case.isolated_at = onset_at, isolated_at
    _fill_in(case, in_force, whole(now))
    return case, in_force


def dismiss_case(*, case_id: int, by: User, now: datetime) -> Case:
    """Exclude a suspected case: the positives sampled up to now are answered for.

    Raises NotPermitted, UnknownCase or AlreadyDecided.
    """
    need_right(by)
    case = find_case(case_id)
    with transaction.atomic():
        suspected = Case.objects.filter(pk=case_id, state=CaseState.SUSPECTED)
        need_one(
            suspected.update(state=CaseState.DISMISSED, decided_at=now, decided_by=name_of(by))
        )
        episode = Episode("excluded", min(case.sampled_at, now), now)
        hand_down(items=[episode_item(case, episode, now=now)], by=name_of(by), now=now)
        record("dismissed", case, name_of(by), now)
    return find_case(case_id)


def episode_of(case: Case) -> Episode:
    """The confirmed episode: with symptoms if their onset is known."""
    status = "confirmed" if case.onset_at else "asymptomatic"
    return Episode(status, case.decided_at or case.proposed_at)


def window_of(case: Case, rules: CompiledRules, *, as_of: datetime) -> Window:
    """The window that follows from a case's dates as its trace stood at an instant: when it
    was confirmed, or as far as an officer has extended it.
    """
    return infectious_window(
        onset_at=case.onset_at,
        sampled_at=case.sampled_at,
        isolated_at=case.isolated_at,
        confirmed_at=as_of,
        rules=rules,
    )


def _fill_in(case: Case, in_force: InForce, confirmed_at: datetime) -> None:
    """Who, when and on what grounds; the window from the rules of this day."""
    if case.isolated_at is None:
        since = window_of(case, in_force.rules, as_of=confirmed_at).since
        case.isolated_at = _isolation_on_record(case, since)
    window = window_of(case, in_force.rules, as_of=confirmed_at)
    case.state, case.decided_at = CaseState.CONFIRMED, confirmed_at
    case.symptomatic = case.onset_at is not None
    case.window_from, case.window_until, case.traced_until = window


def _isolation_on_record(case: Case, since: datetime) -> datetime | None:
    on_record = queries.isolations([case.citizen_id]).get(case.citizen_id, [])
    return queries.apart_from(on_record, since)


def _confirm(case: Case, by: User, rules: str, now: datetime) -> None:
    """Compare and set, the fact, the record; then wait out whoever is writing stays."""
    fields = (
        "state",
        "decided_at",
        "symptomatic",
        "onset_at",
        "isolated_at",
        "window_from",
        "window_until",
        "traced_until",
    )
    case.decided_by, case.rules, case.trace_due_at = name_of(by), rules, now
    values = {name: getattr(case, name) for name in (*fields, "decided_by", "rules")}
    suspected = Case.objects.filter(pk=case.pk, state=CaseState.SUSPECTED)
    need_one(suspected.update(**values, trace_due_at=now))
    hand_down(items=[episode_item(case, episode_of(case), now=now)], by=name_of(by), now=now)
    record("confirmed", case, name_of(by), now, rules=rules)
    hold_stays()
    if case.isolated_at is not None:
        touch_beside(cases=[case], now=now)
