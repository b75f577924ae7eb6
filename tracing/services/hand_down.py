"""What tracing hands down as evidence: the episode of a case, the exposures of its contacts.

An item is written only when its content changed, as the next version; an item that no longer
holds is a version that says so. Everything of one deed goes down in one call, because the
statuses of all whom it concerns are locked once, in order.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from json import loads
from typing import Any, NamedTuple

from django.db import connection

from healthcode.services import Item, record_evidence, source_by_name
from tracing import sql
from tracing.models import Case

SOURCE = "tracing"


class Episode(NamedTuple):
    """The state of a case as evidence tells it; `ended_at` only of one that is excluded."""

    status: str
    occurred_at: datetime
    ended_at: datetime | None = None


def episode_item(case: Case, episode: Episode, *, now: datetime) -> Item:
    """The case evidence of a case; its version is set when it is handed down."""
    details = {
        "status": episode.status,
        "onset": _text(case.onset_at),
        "first_positive_at": _text(case.sampled_at),
        "isolated_at": _text(case.isolated_at),
    }
    return Item(
        kind="case",
        citizen_id=case.citizen_id,
        occurred_at=whole(episode.occurred_at),
        ended_at=episode.ended_at and whole(episode.ended_at),
        reported_at=whole(now),
        source_ref=case.ref,
        details={name: value for name, value in details.items() if value is not None},
    )


def hand_down(
    *, items: Iterable[Item], no_longer: Collection[str] = (), by: str, now: datetime
) -> int:
    """Make the stored evidence of tracing say these items, and none of the refs `no_longer`.

    Returns how many versions are new. Whatever is refused raises its error: tracing hands
    down nothing that could not be accepted.
    """
    source = source_by_name(SOURCE)
    wanted = {item.source_ref: item for item in items}
    stored = _latest(source.pk, {*wanted, *no_longer})
    new = [
        _version(item, _next(stored.get(ref)), now)
        for ref, item in wanted.items()
        if not _says(stored.get(ref), item)
    ]
    new += [
        _taken_back(ref, stored[ref], now)
        for ref in no_longer
        if ref not in wanted and ref in stored and not stored[ref].retracted
    ]
    if new:
        _record(new, by, now)
    return len(new)


def exposure_refs(case: Case, citizen_ids: Collection[int]) -> dict[int, str]:
    """The `source_ref` of each citizen's exposure to a case."""
    with connection.cursor() as cursor:
        cursor.execute(sql.REFS_OF, [list(citizen_ids)])
        return {citizen_id: f"{case.ref}:{ref}" for citizen_id, ref in cursor.fetchall()}


def whole(instant: datetime) -> datetime:
    """The instant without its fraction of a second: evidence is in whole seconds."""
    return instant.replace(microsecond=0)


def _record(items: list[Item], by: str, now: datetime) -> None:
    for result in record_evidence(items=items, source=source_by_name(SOURCE), by=by, now=now):
        if result.error is not None:
            raise result.error


class _Stored(NamedTuple):
    """The highest version of an item; one that an officer retracted counts as taken back."""

    kind: str
    citizen_id: int
    occurred_at: datetime
    ended_at: datetime | None
    version: int
    retracted: bool
    details: dict[str, Any]


def _latest(source_id: int, refs: Collection[str]) -> dict[str, _Stored]:
    with connection.cursor() as cursor:
        cursor.execute(sql.ITEM_VERSIONS, {"source": source_id, "refs": list(refs)})
        latest = {ref: stored for ref, *stored in cursor.fetchall()}
    return {ref: _Stored._make((*stored, loads(said))) for ref, (*stored, said) in latest.items()}


def _next(stored: _Stored | None) -> int:
    return 1 if stored is None else stored.version + 1


def _version(item: Item, version: int, now: datetime) -> Item:
    stated = (item.version, item.reported_at) == (version, whole(now))
    return item if stated else replace(item, version=version, reported_at=whole(now))


def _says(stored: _Stored | None, item: Item) -> bool:
    return stored is not None and not stored.retracted and _content(stored) == _content(item)


def _content(of: _Stored | Item) -> tuple[Any, ...]:
    return (of.kind, of.citizen_id, of.occurred_at, of.ended_at, of.details)


def _taken_back(ref: str, stored: _Stored, now: datetime) -> Item:
    return Item(
        kind=stored.kind,
        citizen_id=stored.citizen_id,
        occurred_at=stored.occurred_at,
        ended_at=stored.ended_at,
        reported_at=whole(now),
        source_ref=ref,
        version=stored.version + 1,
        retracted=True,
        details=stored.details,
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else whole(instant).astimezone(UTC).isoformat()
