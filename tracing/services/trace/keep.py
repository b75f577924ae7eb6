"""Contacts and encounters made to agree with what a trace found: only differences are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from json import dumps
from typing import Any, NamedTuple

from django.db import connection

from tracing import sql
from tracing.models import Case, Contact, Encounter
from tracing.services.trace.edges import Graded, Together
from tracing.services.trace.find import Found

FIELDS = ("level", "grade", "setting", "minutes", "first_at", "last_at")
# What names an encounter of a case, and what it says.
KEY = ("citizen_id", "via_id", "setting", "place_id")
CONTENT = ("minutes", "rows_apart", "first_at", "last_at", "grade", "rule")
#: Rows per statement.
AT_ONCE = 10_000

Key = tuple[Any, ...]
Content = tuple[Any, ...]


class Kept(NamedTuple):
    """How many rows of contacts and encounters were written or removed."""

    contacts: int
    encounters: int


def keep_contacts(case: Case, found: Mapping[int, Found], *, now: datetime) -> Kept:
    """Write who is new or different, remove who vanished; a contact keeps its `found_at`.

    Nothing is written when nothing changed. What is stored is read once.
    """
    removed, missing = _agreed(case, found)
    contacts, ids = _keep(case, found, now)
    rows = [(ids[citizen_id], *row) for citizen_id, *row in missing]
    written = _write(sql.KEEP_ENCOUNTERS, ("contact_id", *KEY[1:], *CONTENT), rows, {})
    return Kept(contacts, removed + len(written))


def _keep(case: Case, found: Mapping[int, Found], now: datetime) -> tuple[int, dict[int, int]]:
    """How many contacts were written or removed, and the ids of all there are, by citizen."""
    rows = Contact.objects.filter(case=case).values_list("citizen_id", "pk", *FIELDS)
    stored = {citizen_id: (pk, content) for citizen_id, pk, *content in rows}
    gone = [pk for citizen_id, (pk, _) in stored.items() if citizen_id not in found]
    if gone:
        Contact.objects.filter(pk__in=gone).delete()
    wanted = {pk: [getattr(one, field) for field in FIELDS] for pk, one in found.items()}
    changed = [
        (citizen_id, *content)
        for citizen_id, content in wanted.items()
        if citizen_id not in stored or stored[citizen_id][1] != content
    ]
    given = {"case": case.pk, "now": now}
    written = _write(sql.KEEP_CONTACTS, ("citizen_id", *FIELDS), changed, given)
    ids = {citizen_id: pk for citizen_id, (pk, _) in stored.items()} | dict(written)
    return len(gone) + len(changed), ids


def _agreed(case: Case, found: Mapping[int, Found]) -> tuple[int, list[tuple[Any, ...]]]:
    """Remove the encounters that were not found again just as they are stored, and say how many;
    then those that are missing.
    """
    wanted = _wanted(found)
    gone = [pk for pk, key, content in _stored(case) if not _claimed(wanted, key, content)]
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(sql.DROP_ENCOUNTERS, [gone])
    return len(gone), [(*key, *content) for key, content in wanted.items()]


def _claimed(wanted: dict[Key, Content], key: Key, content: Content) -> bool:
    """Whether a stored encounter is one that is wanted, which is missing no longer."""
    same = wanted.get(key) == content
    if same:
        del wanted[key]
    return same


def _stored(case: Case) -> Iterator[tuple[int, Key, Content]]:
    names = ("pk", "contact__citizen_id", *KEY[1:], *CONTENT)
    for pk, *values in Encounter.objects.filter(contact__case=case).values_list(*names):
        yield pk, tuple(values[: len(KEY)]), tuple(values[len(KEY) :])


def _wanted(found: Mapping[int, Found]) -> dict[Key, Content]:
    return {
        (meeting.citizen_id, meeting.via_id, meeting.setting, together.place_id): (
            together.minutes,
            meeting.rows_apart,
            together.first,
            together.last,
            meeting.grade,
            meeting.rule,
        )
        for meeting, together in _proofs(found.values())
    }


def _proofs(found: Iterable[Found]) -> Iterator[tuple[Graded, Together]]:
    for one in found:
        for meeting in one.meetings:
            for together in meeting.proof:
                yield meeting, together


def _write(
    statement: str, names: Sequence[str], rows: Iterable[Sequence[Any]], given: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run a statement that takes rows as JSON, so many at once as are good for it."""
    written: list[tuple[Any, ...]] = []
    waiting = iter(rows)
    while part := [dict(zip(names, row, strict=True)) for row in islice(waiting, AT_ONCE)]:
        text = dumps(part, default=datetime.isoformat)
        with connection.cursor() as cursor:
            cursor.execute(statement, {**given, "rows": text})
            written += cursor.fetchall()
    return written
