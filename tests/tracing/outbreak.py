"""An outbreak to trace: people, homes, rooms, stays, trips and cases in a few words.

Times are local: `at("18 12:30")` is 12:30 on the 18th of September 2022.
"""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Citizen, Membership, User
from healthcode.colours import Colour
from healthcode.models import Evidence, HealthStatus, Source
from healthcode.services import Item, facts_of, recolour, record_evidence
from tests.tracing.door import NOW, RULES, officer, person, rules_in_force
from tracing.models import Case, Contact, Place, Venue, Visit, Zone
from tracing.services import confirm_case, ensure_place, open_case, trace_case

__all__ = ["NOW", "RULES", "officer", "person", "rules_in_force"]

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """A local instant in September 2022: day, hour and minute."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return NOW.replace(day=int(day), hour=int(hour), minute=int(minute))


def room(name: str = "会议室", *, near: bool = True, kind: str = "office") -> Place:
    """A zone with its place; `near`: an unknown distance there counts as near."""
    venue, _ = Venue.objects.get_or_create(name=name, kind=kind, district="310106")
    zone, _ = Zone.objects.get_or_create(venue=venue, name=name, close_quarters=near)
    return ensure_place(zone=zone)


def stay(who: Citizen, place: Place, entered: str, left: str, row: int | None = None) -> Visit:
    """A stay as a gate and a later exit would have stored it."""
    return Visit.objects.create(
        place_id=place.pk,
        entered_at=at(entered),
        citizen_id=who.pk,
        left_at=at(left),
        left_by="scan",
        seat_row=row,
    )


def meet(
    a: Citizen, b: Citizen, place: Place, entered: str = "18 12:00", left: str = "18 13:00"
) -> None:
    """Both stay there, from one instant to another."""
    stay(a, place, entered, left)
    stay(b, place, entered, left)


def home(*who: Citizen, since: str = "1 00:00", kind: str = "household") -> None:
    """These people share a home."""
    group = Membership.objects.count() + 1
    for one in who:
        Membership.objects.create(citizen=one, kind=kind, group=group, starts_at=at(since))


def carrier() -> Source:
    """A source of everything that travellers, laboratories and streets report."""
    kinds = ["travel", "test", "case", "order"]
    return Source.objects.get_or_create(name="carrier", defaults={"kinds": kinds})[0]


def told(
    who: Citizen, kind: str, start: str, end: str | None, ref: str, now: datetime = NOW, **more: Any
) -> Evidence:
    """An item of evidence about somebody; returns the stored row."""
    fields = {name: more.pop(name) for name in ("version", "retracted") if name in more}
    item = Item(
        kind,
        who.pk,
        at(start),
        end and at(end),
        now,
        ref,
        details=more.pop("details", more),
        **fields,
    )
    [result] = record_evidence(items=[item], source=carrier(), by="source:carrier", now=now)
    assert result.error is None, result.error.details
    return Evidence.objects.get(pk=result.evidence_id)


def trip(who: Citizen, ref: str, start: str = "18 08:00", end: str = "18 10:00", **more: Any):
    """A journey by train G1 in carriage 7, unless said otherwise."""
    fields = {name: more.pop(name) for name in ("version", "retracted", "now") if name in more}
    details = {
        "mode": "train",
        "service": "G1",
        "vehicle": "train_sealed",
        "from_country": "CHN",
        "to_country": "CHN",
        "carriage": "7",
    } | more
    known = {name: value for name, value in details.items() if value is not None}
    return told(who, "travel", start, end, ref, details=known, **fields)


def suspected(who: Citizen, sampled: str = "19 08:00", by: User | None = None) -> Case:
    """A suspected case opened by an officer."""
    by = by or officer()
    return open_case(citizen_ref=who.ref, sampled_at=at(sampled), by=by, now=NOW)


def confirmed(
    who: Citizen,
    *,
    sampled: str = "19 08:00",
    onset: str | None = None,
    isolated: str | None = "19 09:00",
    now: datetime = NOW,
) -> Case:
    """A confirmed case: sampled at 8 and isolated at 9 on the 19th, unless said otherwise."""
    return confirm_case(
        case_id=suspected(who, sampled).pk,
        onset_at=onset and at(onset),
        isolated_at=isolated and at(isolated),
        by=officer(),
        now=now,
    )


def traced(case: Case, now: datetime = NOW) -> dict[int, Contact]:
    """The contacts of a case after a trace, by citizen."""
    assert trace_case(case_id=case.pk, now=now) is not None
    return contacts(case)


def contacts(case: Case) -> dict[int, Contact]:
    """The stored contacts of a case, by citizen."""
    return {contact.citizen_id: contact for contact in Contact.objects.filter(case=case)}


def exposures(who: Citizen) -> list[dict[str, Any]]:
    """What the policy would read of somebody's exposures."""
    facts = facts_of([who.pk]).get(who.pk, [])
    return [
        dict(fact.details) | {"first": fact.occurred_at, "last": fact.ended_at}
        for fact in facts
        if fact.kind == "exposure"
    ]


def positive(who: Citizen, ref: str = "p1", when: str = "18 09:00", **more: Any) -> Evidence:
    """A single-tube PCR positive, unless said otherwise."""
    details = {"method": "pcr", "result": "positive", "pool_size": 1} | more.pop("details", {})
    known = {name: value for name, value in details.items() if value is not None}
    return told(who, "test", when, None, ref, details=known, **more)


def episode(who: Citizen) -> list[tuple[str, int | None]]:
    """What the policy would read of somebody's own case."""
    facts = facts_of([who.pk]).get(who.pk, [])
    return [(fact.details["status"], fact.ended_at) for fact in facts if fact.kind == "case"]


def colour(who: Citizen, now: datetime = NOW) -> Colour:
    """Somebody's colour, decided now."""
    recolour(citizen_ids=[who.pk], now=now)
    return Colour(HealthStatus.objects.get(pk=who.pk).colour)
