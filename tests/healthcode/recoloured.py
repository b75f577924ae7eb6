"""People with evidence and the colours that follow: stored, forged, raced, decided again.

Times are local: `at("18 12:30")` is 12:30 on the 18th of September 2022.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from json import dumps
from threading import Event
from typing import Any

from django.db import connection, connections, transaction

from accounts.models import Citizen
from healthcode.colours import Colour
from healthcode.models import ColourChange, Evidence, HealthStatus, Source
from healthcode.policy import decide, decision_to_json
from healthcode.services import (
    Item,
    active_rules,
    facts_of,
    mark_due,
    recolour,
    record_evidence,
)
from healthcode.services.joined import joined_at
from tests.tracing.door import NOW, officer, person, rules_in_force

__all__ = ["NOW", "officer", "person", "rules_in_force"]

KINDS = ["test", "exposure", "case", "travel", "area_stay"]
DAY = timedelta(days=1)


def at(words: str) -> datetime:
    """A local instant in September 2022: day, hour and minute."""
    day, clock = words.split()
    hour, minute = clock.split(":")
    return NOW.replace(day=int(day), hour=int(hour), minute=int(minute))


def source(name: str = "lab") -> Source:
    """A source that may hand in whatever these tests speak of."""
    return Source.objects.get_or_create(name=name, defaults={"kinds": KINDS})[0]


def item(who: Citizen, kind: str, start: str, end: str | None, ref: str, /, **more: Any) -> Item:
    """An item about somebody; what is no field of an item is one of its details."""
    fields = {name: more.pop(name) for name in ("version", "retracted") if name in more}
    return Item(kind, who.pk, at(start), end and at(end), at(start), ref, details=more, **fields)


def pcr(who: Citizen, start: str, result: str, ref: str, /, **more: Any) -> Item:
    """A single-tube PCR test by the instant of its sample."""
    said = {"method": "pcr", "result": result, "pool_size": 1}
    return item(who, "test", start, None, ref, **(said | more))


def contact(who: Citizen, start: str, end: str | None, ref: str, /, **more: Any) -> Item:
    """A contact of a case, a close one unless said otherwise."""
    said = {"level": 1, "grade": "close", "case": "c1", "setting": "zone"}
    return item(who, "exposure", start, end, ref, **(said | more))


def hand_in(*items: Item, sender: str = "lab", now: datetime = NOW) -> list[Evidence]:
    """Record items, every one of which must be good; returns the stored rows."""
    results = record_evidence(items=items, source=source(sender), by=f"source:{sender}", now=now)
    assert [result.error for result in results if result.error] == []
    rows = Evidence.objects.in_bulk([result.evidence_id for result in results])
    return [rows[result.evidence_id] for result in results]


def decided(*people: Citizen, now: datetime = NOW) -> None:
    """Recolour people, checked as a commit would."""
    recolour(citizen_ids=[who.pk for who in people], now=now)
    connection.check_constraints()


def status(who: Citizen) -> HealthStatus:
    """The stored row."""
    return HealthStatus.objects.get(pk=who.pk)


def colour(who: Citizen) -> str:
    """The stored colour's word."""
    return Colour(status(who).colour).word


def reasons(who: Citizen) -> list[str]:
    """The rules behind the stored colour."""
    return [reason["rule"] for reason in status(who).decision["reasons"]]


def history(who: Citizen) -> list[ColourChange]:
    """The recorded decisions, oldest first."""
    return list(ColourChange.objects.filter(citizen_id=who.pk).order_by("pk"))


def is_due(who: Citizen, now: datetime = NOW) -> bool:
    """Whether the sweeper would decide this person again."""
    due_at = status(who).due_at
    return due_at is not None and due_at <= now


def follows(who: Citizen, now: datetime = NOW) -> bool:
    """Whether the stored colour and reasons are what the facts give."""
    row, rules = status(who), active_rules(region=who.district, now=now).rules
    facts, _ = joined_at(now).join(facts_of([who.pk]).get(who.pk, []), who.district)
    answer = decision_to_json(decide(facts, rules, int(now.timestamp())), rules)
    return (Colour(row.colour).word, row.decision.get("reasons")) == (
        answer["colour"],
        answer["reasons"],
    )


# Forging: as the owner of the tables, who alone could.


def forge_history(who: Citizen, **fields: Any) -> None:
    """Rewrite somebody's last recorded decision, with the trigger away for a moment."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE healthcode_colourchange DISABLE TRIGGER USER")
        for name, value in fields.items():
            cursor.execute(
                f"UPDATE healthcode_colourchange SET {name} = %s WHERE id = %s",
                [_plain(value), history(who)[-1].pk],
            )
        cursor.execute("ALTER TABLE healthcode_colourchange ENABLE TRIGGER USER")


def forge_status(who: Citizen, **fields: Any) -> None:
    """Rewrite somebody's status and nothing else."""
    columns = ", ".join(f"{name} = %s" for name in fields)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"UPDATE healthcode_healthstatus SET {columns} WHERE citizen_id = %s",
            [*map(_plain, fields.values()), who.pk],
        )


def forge_both(who: Citizen, colour: Colour, now: datetime = NOW, **fields: Any) -> None:
    """A colour with a history row of its own, so that the trigger has nothing to say."""
    last = history(who)[-1]
    said = {
        "decision": last.decision | {"colour": colour.word, "reasons": []},
        "rules": last.rules,
        "facts": last.facts,
        "joined": last.joined,
    } | fields
    with transaction.atomic(using="owner"):
        ColourChange.objects.using("owner").create(
            citizen_id=who.pk, colour=colour, previous=last.colour, decided_at=now, **said
        )
        told = {"decision": said["decision"], "rules": said["rules"]}
        forge_status(who, colour=colour.value, decided_at=now, due_at=None, **told)


def delete_evidence(row: Evidence) -> None:
    """As retention does, with the trigger away for a moment; the citizen is decided anew."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE healthcode_evidence DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM healthcode_evidence WHERE id = %s", [row.pk])
        cursor.execute("ALTER TABLE healthcode_evidence ENABLE TRIGGER USER")
    mark_due(citizen_ids=[row.citizen_id], now=NOW)


def _plain(value: Any) -> Any:
    return dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


# Other connections.


@contextmanager
def other_connections() -> Iterator[Callable[..., Future[Any]]]:
    """Yields what calls a function in another thread, on connections of its own."""
    with ThreadPoolExecutor() as pool:

        def call(deed: Callable[..., Any], *plain: Any, **named: Any) -> Future[Any]:
            return pool.submit(_closing, deed, plain, named)

        yield call


def _closing(deed: Callable[..., Any], plain: Sequence[Any], named: dict[str, Any]) -> Any:
    try:
        return deed(*plain, **named)
    finally:
        connection.close()


@contextmanager
def stopped_before(monkeypatch: Any, module: Any, name: str) -> Iterator[tuple[Event, Event]]:
    """The first call of `name` stops before it: yields "it is there" and "let it go on"."""
    there, go_on, real = Event(), Event(), getattr(module, name)

    def wait_first(*plain: Any, **named: Any) -> Any:
        if not there.is_set():
            there.set()
            assert go_on.wait(20)
        return real(*plain, **named)

    monkeypatch.setattr(module, name, wait_first)
    try:
        yield there, go_on
    finally:
        go_on.set()
