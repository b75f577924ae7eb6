"""Writing a statement down: it counts for nothing until somebody else has approved it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.errors import NotPermitted, UnknownCitizen
from accounts.models import Citizen, User
from tracing.errors import StatementInvalid, UnknownCase, UnknownPlace
from tracing.models import Case, MeetingSetting, Place, Statement
from tracing.services.partitions import kept_since
from tracing.services.statements.deed import record
from tracing.windows import LONGEST_ROW

MEETING_AT_MOST = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """Whom the teller met, and what was said of how; None: nothing was. Metres."""

    met_ref: str
    setting: str
    distance_m: float | None = None
    face_to_face: bool | None = None
    physical: bool | None = None
    masked: bool | None = None


def enter_statement(
    *,
    case_id: int,
    teller_ref: str,
    first_at: datetime,
    last_at: datetime,
    document: str,
    by: User,
    now: datetime,
    place_id: int | None = None,
    meeting: Meeting | None = None,
) -> Statement:
    """Write down a stay in a place, or a meeting with a person, that somebody told of.

    `document`: where it is written. Raises NotPermitted, UnknownCase, UnknownCitizen,
    UnknownPlace, or StatementInvalid with all that is wrong: both or neither of place and
    meeting, no document, an end that is not after the start, a time to come or one of which
    no stays are kept, a meeting of over a day, a stay longer than anybody stays in the place,
    a carriage (travel evidence says that), a person who meets themselves.
    """
    if not by.has_perm("tracing.add_statement"):
        raise NotPermitted
    if not Case.objects.filter(pk=case_id).exists():
        raise UnknownCase
    teller = _person(teller_ref)
    statement = Statement(
        case_id=case_id,
        teller=teller,
        first_at=first_at,
        last_at=last_at,
        document=" ".join(document.split()),
        entered_by=by,
        entered_at=now,
        **_of_meeting(meeting),
    )
    place = None if place_id is None else _place(place_id)
    statement.place_id = place_id
    problems = list(_problems(statement, place, now))
    if problems:
        raise StatementInvalid(problems=problems)
    with transaction.atomic():
        statement.save(force_insert=True)
        record("entered", statement, by, now)
    return statement


def _of_meeting(meeting: Meeting | None) -> dict[str, Any]:
    if meeting is None:
        return {}
    said = asdict(meeting)
    return {"met": _person(said.pop("met_ref")), **said}


def _person(ref: str) -> Citizen:
    found = Citizen.objects.filter(ref=ref).first()
    if found is None:
        raise UnknownCitizen
    return found


def _place(place_id: int) -> Place:
    found = Place.objects.filter(pk=place_id).first()
    if found is None:
        raise UnknownPlace
    return found


def _problems(said: Statement, place: Place | None, now: datetime) -> Iterator[dict[str, str]]:
    if not said.document:
        yield _problem("document", "required", "Name the document it is written in.")
    if (place is None) == (said.met_id is None):
        yield _problem("place", "place_or_person", "Either a place or a person.")
    if said.met_id == said.teller_id:
        yield _problem("met_ref", "same_person", "Nobody meets themselves.")
    yield from _problems_of_meeting(said)
    yield from _problems_of_time(said, place, now)


def _problems_of_meeting(said: Statement) -> Iterator[dict[str, str]]:
    if said.met_id is None:
        return
    if said.setting not in MeetingSetting.values:
        yield _problem("setting", "invalid_value", "Not a setting of a meeting.")
    if said.distance_m is not None and not 0 <= said.distance_m <= 100:
        yield _problem("distance_m", "invalid_value", "Between 0 and 100 metres.")


def _problems_of_time(
    said: Statement, place: Place | None, now: datetime
) -> Iterator[dict[str, str]]:
    if said.last_at <= said.first_at:
        yield _problem("last_at", "ends_before_start", "It ends before it begins.")
    if said.last_at > now:
        yield _problem("last_at", "in_future", "It has not ended yet.")
    if said.first_at < kept_since(now):
        yield _problem("first_at", "too_old", "No stays are kept of that time.")
    length = said.last_at - said.first_at
    if said.met_id is not None and length > MEETING_AT_MOST:
        yield _problem("last_at", "too_long", "A meeting lasts a day at most.")
    if place is not None and place.zone_id is None:
        yield _problem("place", "aboard", "A journey is travel evidence.")
    # Where people stay for days and nights, as in a ward, only what is kept bounds a stay.
    if place is not None and place.max_stay < LONGEST_ROW and length > place.max_stay:
        yield _problem("last_at", "too_long", "Nobody stays there so long.")


def _problem(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}
