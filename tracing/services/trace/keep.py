"""Contacts and encounters made to agree with what a trace found: only differences are written."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Citizen
from tracing.models import Case, Contact, Encounter
from tracing.services.trace.edges import Graded, Together
from tracing.services.trace.find import Found

FIELDS = ("level", "grade", "setting", "minutes", "first_at", "last_at")
# What names an encounter of a case, and what it says.
KEY = ("contact__citizen_id", "via_id", "setting", "place_id")
CONTENT = ("minutes", "rows_apart", "first_at", "last_at", "grade", "rule")


class Kept(NamedTuple):
    """How many rows of contacts and encounters were written or removed."""

    contacts: int
    encounters: int


def keep_contacts(case: Case, found: Mapping[int, Found], *, now: datetime) -> Kept:
    """Write who is new or different, remove who vanished; a contact keeps its `found_at`.

    Nothing is written when nothing changed.
    """
    stored = {contact.citizen_id: contact for contact in Contact.objects.filter(case=case)}
    gone = [contact.pk for citizen_id, contact in stored.items() if citizen_id not in found]
    changed = [one for one in found.values() if _differs(stored.get(one.citizen_id), one)]
    removed = _encounters_gone(case, found)
    if gone:
        Contact.objects.filter(pk__in=gone).delete()
    _upsert(case, changed, now)
    return Kept(len(gone) + len(changed), removed + _encounters_new(case, found))


def _differs(contact: Contact | None, found: Found) -> bool:
    return contact is None or any(getattr(contact, f) != getattr(found, f) for f in FIELDS)


def _upsert(case: Case, changed: list[Found], now: datetime) -> None:
    districts = dict(
        Citizen.objects.filter(pk__in=[one.citizen_id for one in changed]).values_list(
            "pk", "district"
        )
    )
    rows = [
        Contact(
            case=case,
            citizen_id=one.citizen_id,
            district=districts[one.citizen_id],
            found_at=now,
            **{field: getattr(one, field) for field in FIELDS},
        )
        for one in changed
    ]
    Contact.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case", "citizen"], update_fields=FIELDS
    )


def _encounters_gone(case: Case, found: Mapping[int, Found]) -> int:
    """Remove the encounters that were not found again just as they are stored."""
    wanted = _wanted(found)
    gone = [pk for pk, key, content in _stored(case) if wanted.get(key) != content]
    if gone:
        Encounter.objects.filter(pk__in=gone).delete()
    return len(gone)


def _encounters_new(case: Case, found: Mapping[int, Found]) -> int:
    present = {key for _, key, _ in _stored(case)}
    contacts = dict(Contact.objects.filter(case=case).values_list("citizen_id", "pk"))
    rows = [
        _encounter(contacts[key[0]], key, content)
        for key, content in _wanted(found).items()
        if key not in present
    ]
    Encounter.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


def _stored(case: Case) -> Iterator[tuple[int, tuple[Any, ...], tuple[Any, ...]]]:
    rows = Encounter.objects.filter(contact__case=case).values_list("pk", *KEY, *CONTENT)
    for pk, *values in rows:
        yield pk, tuple(values[: len(KEY)]), tuple(values[len(KEY) :])


def _wanted(found: Mapping[int, Found]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
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


def _encounter(contact_id: int, key: tuple[Any, ...], content: tuple[Any, ...]) -> Encounter:
    names = (*KEY[1:], *CONTENT)
    return Encounter(contact_id=contact_id, **dict(zip(names, (*key[1:], *content), strict=True)))
