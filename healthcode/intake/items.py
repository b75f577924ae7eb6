"""Items as sources state them: a person by document or reference, times as text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from accounts import pii
from accounts.errors import DomainError, UnknownCitizen
from accounts.models import Citizen
from accounts.services import find_or_create_citizens
from healthcode.errors import EvidenceInvalid
from healthcode.models import Source
from healthcode.policy.instants import InstantInvalid, parse_instant
from healthcode.services import Item, Result, fault_of, record_evidence

FIELDS = frozenset(
    {
        "kind",
        "document_type",
        "document_number",
        "ref",
        "occurred_at",
        "ended_at",
        "reported_at",
        "source_ref",
        "version",
        "retracted",
        "details",
    }
)
LONGEST_REF = 120
HIGHEST_VERSION = 2**31 - 1


#: Nobody: the citizen of an item whose person is not looked up yet.
NOBODY = 0


class Stated(NamedTuple):
    """An item as read, its person still named from outside."""

    person: tuple[str, str]
    item: Item


def hand_in(
    raw: Sequence[Mapping[str, Any]], *, source: Source, by: str, now: datetime
) -> list[Result]:
    """Hand in a source's items as they came; return what became of each, in order.

    An item that cannot be accepted is refused with the name of the field; the others are
    stored. People nobody has met before are made, so that no evidence is lost, but never for
    an item that is refused.
    """
    results: dict[int, Result] = {}
    stated: dict[int, Stated] = {}
    for index, data in enumerate(raw):
        try:
            stated[index] = _accept(data, source, now)
        except DomainError as error:
            results[index] = Result(None, "refused", error)
    with transaction.atomic():
        known = _citizens([person for person, _ in stated.values()])
        items = {
            index: replace(item, citizen_id=known[person])
            for index, (person, item) in stated.items()
            if person in known
        }
        stored = record_evidence(items=list(items.values()), source=source, by=by, now=now)
    results |= dict(zip(items, stored, strict=True))
    unknown = Result(None, "refused", UnknownCitizen())
    return [results.get(index, unknown) for index in range(len(raw))]


def _accept(data: Mapping[str, Any], source: Source, now: datetime) -> Stated:
    stated = _read(data)
    if error := fault_of(stated.item, source=source, now=now):
        raise error
    return stated


def _read(data: Mapping[str, Any]) -> Stated:
    if not isinstance(data, Mapping):
        raise _problem("item", "not_an_object", "An item is an object.")
    unknown = sorted(set(map(str, data)) - FIELDS)
    if unknown:
        raise _problem(unknown[0], "unknown_field", f"There is no field {unknown[0]}.")
    item = Item(
        kind=_text(data, "kind"),
        citizen_id=NOBODY,
        occurred_at=_instant(data, "occurred_at"),
        ended_at=_instant_or_none(data, "ended_at"),
        reported_at=_instant(data, "reported_at"),
        source_ref=_text(data, "source_ref"),
        version=_version(data),
        retracted=_flag(data, "retracted"),
        details=_details(data),
    )
    return Stated(_person(data), item)


def _person(data: Mapping[str, Any]) -> tuple[str, str]:
    """("ref", reference) or (document type, normalised number)."""
    if data.get("ref") is not None:
        if data.get("document_number") is not None:
            raise _problem("ref", "two_people", "State a document or a ref, not both.")
        return "ref", _text(data, "ref")
    kind = _text(data, "document_type")
    return kind, pii.normalise_document(kind, _text(data, "document_number"))


def _citizens(people: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    refs = [number for kind, number in people if kind == "ref"]
    rows = Citizen.objects.filter(ref__in=refs).values_list("ref", "pk") if refs else []
    documents = [person for person in people if person[0] != "ref"]
    found = find_or_create_citizens(documents=documents) if documents else {}
    return {("ref", ref): pk for ref, pk in rows} | found


def _text(data: Mapping[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _problem(field, "missing", f"{field} is missing or not text.")
    if len(value) > LONGEST_REF or not value.isprintable():
        raise _problem(field, "invalid", f"{field} is too long or holds control characters.")
    return value.strip()


def _instant(data: Mapping[str, Any], field: str) -> datetime:
    value = data.get(field)
    if not isinstance(value, str):
        raise _problem(field, "missing", f"{field} is missing or not text.")
    try:
        return datetime.fromtimestamp(parse_instant(value), UTC)
    except (InstantInvalid, OverflowError) as error:
        raise _problem(field, "impossible_date", str(error)) from None


def _instant_or_none(data: Mapping[str, Any], field: str) -> datetime | None:
    return None if data.get(field) is None else _instant(data, field)


def _version(data: Mapping[str, Any]) -> int:
    value = data.get("version", 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_VERSION:
        raise _problem("version", "invalid", "version is a whole number from 1.")
    return value


def _flag(data: Mapping[str, Any], field: str) -> bool:
    value = data.get(field, False)
    if not isinstance(value, bool):
        raise _problem(field, "invalid", f"{field} is true or false.")
    return value


def _details(data: Mapping[str, Any]) -> dict[str, Any]:
    value = data.get("details", {})
    if not isinstance(value, dict):
        raise _problem("details", "invalid", "details is an object.")
    return value


def _problem(field: str, code: str, message: str) -> EvidenceInvalid:
    return EvidenceInvalid(problems=[{"field": field, "code": code, "message": message}])
