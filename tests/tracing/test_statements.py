"""What people say in interviews: nothing until a second officer approves, gone when withdrawn."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import AlreadyDecided, NotPermitted, UnknownCitizen
from accounts.models import AuditEvent, Citizen
from accounts.roles import Role
from tests import oversight
from tests.tracing.outbreak import (
    DAY,
    NOW,
    at,
    confirmed,
    contacts,
    exposures,
    home,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
    trip,
)
from tracing.errors import (
    SecondPersonNeeded,
    StatementInvalid,
    UnknownCase,
    UnknownPlace,
    UnknownStatement,
)
from tracing.models import (
    Case,
    Contact,
    ContactTask,
    Encounter,
    Place,
    Statement,
    Visit,
    VisitSource,
)
from tracing.services import board_trips, sweep_traces, withdraw_case
from tracing.services.statements import (
    Meeting,
    approve_statement,
    enter_statement,
    withdraw_statement,
)
from tracing.services.visits import enter, leave, undo_entry

pytestmark = pytest.mark.django_db

DOCUMENT = "静防流调〔2022〕31 号"
HOUR = timedelta(hours=1)
NEAR = {"setting": "zone", "distance_m": 0.5}


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def zhang() -> Citizen:
    """Zhang San is the case."""
    return person("11010519491231002X")


@pytest.fixture
def li() -> Citizen:
    """Li Si met him."""
    return person("110101199003070038")


@pytest.fixture
def wang() -> Citizen:
    """Wang Wu met Li Si."""
    return person("110101199003070150")


@pytest.fixture
def zhao():
    """The second officer."""
    return oversight.officer(Role.TRACER, "zhao")


def stayed(case: Case, who: Citizen, place: Place, first: str, last: str, **more) -> Statement:
    said = {"document": DOCUMENT, "by": officer(), "now": NOW} | more
    return enter_statement(
        case_id=case.pk,
        teller_ref=who.ref,
        place_id=place.pk,
        first_at=at(first),
        last_at=at(last),
        **said,
    )


def met(
    case: Case,
    who: Citizen,
    other: Citizen,
    first: str = "18 12:00",
    last: str = "18 12:30",
    *,
    by=None,
    document: str = DOCUMENT,
    **how,
) -> Statement:
    return enter_statement(
        case_id=case.pk,
        teller_ref=who.ref,
        meeting=Meeting(met_ref=other.ref, **({**NEAR, **how})),
        first_at=at(first),
        last_at=at(last),
        document=document,
        by=by or officer(),
        now=NOW,
    )


def approved(statement: Statement, by) -> Statement:
    return approve_statement(statement_id=statement.pk, by=by, now=NOW)


def withdrawn(statement: Statement, by) -> Statement:
    return withdraw_statement(statement_id=statement.pk, by=by, now=NOW)


def retraced() -> None:
    sweep_traces(now=NOW)


def everything() -> list[list[dict[str, object]]]:
    models = (Contact, Encounter, ContactTask)
    rows = [list(model.objects.order_by("pk").values()) for model in models]
    return [*rows, list(Visit.objects.order_by("citizen_id", "place_id", "entered_at").values())]


def stays(who: Citizen, place: Place) -> list[tuple[str, str, str, str]]:
    rows = Visit.objects.filter(citizen_id=who.pk, place_id=place.pk).order_by("entered_at")
    return [(_clock(v.entered_at), _clock(v.left_at), v.source, v.left_by) for v in rows]


def _clock(instant) -> str:
    return instant.astimezone(NOW.tzinfo).strftime("%d %H:%M")


# --- the chain ---------------------------------------------------------------------------------


def test_a_contact_reached_by_phone_extends_the_trace_and_withdrawing_undoes_just_that(
    zhang, li, wang, zhao
):
    chen, restaurant = person("110101199003070118"), room("小南国", kind="restaurant")
    for who in (zhang, li):
        stay(who, room(), "17 09:00", "17 11:00")
    stay(chen, restaurant, "18 12:00", "18 13:00")
    case = confirmed(zhang)
    traced(case)
    before = everything()
    told = [
        stayed(case, zhang, restaurant, "18 12:00", "18 13:00"),
        met(case, li, zhang, "18 15:00", "18 16:00"),
        met(case, wang, zhang),
    ]
    retraced()
    assert everything() == before
    for statement in told:
        approved(statement, zhao)
    retraced()
    found = contacts(case)
    assert {who.pk: found[who.pk].grade for who in (li, wang, chen)} == {
        li.pk: "close",
        wang.pk: "close",
        chen.pk: "close",
    }
    assert found[li.pk].last_at == at("18 16:00")
    assert exposures(wang)[0]["grade"] == "close"
    for statement in told:
        withdrawn(statement, zhao)
    retraced()
    assert _without_task_ids(everything()) == _without_task_ids(before)
    assert exposures(wang) == exposures(chen) == []


def _without_task_ids(rows):
    """Untouched tasks of days that moved there and back are new rows that say the same."""
    contacts_, encounters, tasks, visits = rows
    plain = [{k: v for k, v in row.items() if k not in ("id", "made_at")} for row in tasks]
    plain = sorted(plain, key=lambda row: (row["citizen_id"], row["kind"], row["due_at"]))
    met_ = [{k: v for k, v in row.items() if k != "id"} for row in encounters]
    return contacts_, sorted(met_, key=str), plain, visits


def test_a_meeting_of_a_close_contact_reaches_a_third_person(zhang, li, wang, zhao):
    for who in (zhang, li):
        stay(who, room(), "17 09:00", "17 11:00")
    case = confirmed(zhang)
    traced(case)
    early = met(case, li, wang, "17 07:00", "17 08:00")
    late = met(case, wang, li, "18 20:00", "18 21:00")
    approved(early, zhao)
    retraced()
    assert wang.pk not in contacts(case)
    approved(late, zhao)
    retraced()
    assert contacts(case)[wang.pk].grade == "secondary"
    [proof] = Encounter.objects.filter(contact__citizen=wang)
    assert (proof.via_id, proof.place_id, proof.setting) == (li.pk, None, "zone")
    assert (proof.first_at, proof.last_at, proof.minutes) == (at("18 20:00"), at("18 21:00"), 60)


def test_a_meeting_counts_whichever_of_the_two_told_of_it(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    found = []
    for teller, other in ((zhang, li), (li, zhang)):
        statement = approved(met(case, teller, other), zhao)
        retraced()
        [row] = Encounter.objects.filter(contact__case=case).values(
            "via_id", "contact__citizen_id", "setting", "minutes", "first_at", "last_at", "grade"
        )
        found.append(row)
        withdrawn(statement, zhao)
        retraced()
    assert found[0] == found[1]
    assert contacts(case) == {}


# --- how a meeting is graded -------------------------------------------------------------------


def test_what_was_said_of_a_meeting_grades_it(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    for how, grade in (
        ({"distance_m": 3.0}, "casual"),
        ({"distance_m": None}, "casual"),
        ({"distance_m": 0.5}, "close"),
        ({"setting": "car", "distance_m": None}, "close"),
        ({"setting": "household", "distance_m": None}, "close"),
    ):
        statement = approved(met(case, zhang, li, **how), zhao)
        retraced()
        assert contacts(case)[li.pk].grade == grade, how
        withdrawn(statement, zhao)
        retraced()


def test_a_meeting_is_clipped_to_the_infectious_time(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    since = case.window_from
    approved(met(case, zhang, li, "16 20:00", "17 01:00"), zhao)
    assert since == at("17 00:00")
    retraced()
    assert contacts(case)[li.pk].first_at == since
    assert contacts(case)[li.pk].minutes == 60


def test_a_meeting_outside_the_time_or_too_short_is_none(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    for first, last in (("16 20:00", "16 21:00"), ("18 12:00", "18 12:00:30")):
        statement = enter_statement(
            case_id=case.pk,
            teller_ref=zhang.ref,
            meeting=Meeting(met_ref=li.ref, **NEAR),
            first_at=at(first),
            last_at=at(last[:8]) + timedelta(seconds=30 if len(last) > 8 else 0),
            document=DOCUMENT,
            by=officer(),
            now=NOW,
        )
        approved(statement, zhao)
        retraced()
        assert contacts(case) == {}


def test_several_statements_of_one_pair_are_one_meeting(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    for first, last in (
        ("18 12:00", "18 12:08"),
        ("18 12:05", "18 12:10"),
        ("18 14:00", "18 14:06"),
    ):
        approved(met(case, zhang, li, first, last), zhao)
    retraced()
    [proof] = Encounter.objects.filter(contact__citizen=li)
    assert (proof.minutes, proof.grade) == (16, "close")
    assert (proof.first_at, proof.last_at) == (at("18 12:00"), at("18 14:06"))


def test_what_two_statements_do_not_agree_on_is_not_added_up(zhang, li, zhao):
    """Ten minutes at arm's length and ten across a hall are not twenty minutes nearby."""
    case = confirmed(zhang)
    traced(case)
    approved(met(case, zhang, li, "18 12:00", "18 12:10"), zhao)
    approved(met(case, li, zhang, "18 14:00", "18 14:10", distance_m=5.0), zhao)
    retraced()
    assert contacts(case)[li.pk].grade == "casual"
    approved(met(case, li, zhang, "18 16:00", "18 16:10"), zhao)
    retraced()
    assert contacts(case)[li.pk].grade == "close"


def test_a_shared_home_that_is_registered_and_told_of_is_one_encounter(zhang, li, zhao):
    home(zhang, li, since="18 00:00")
    case = confirmed(zhang)
    traced(case)
    times = Encounter.objects.filter(contact__citizen=li).values_list("first_at", "last_at")
    [(_since, until)] = times
    approved(
        met(case, zhang, li, "17 12:00", "17 13:00", setting="household", distance_m=None), zhao
    )
    retraced()
    assert list(times.all()) == [(at("17 12:00"), until)]


# --- stays -------------------------------------------------------------------------------------


def test_an_approved_stay_is_seen_and_not_merely_told(zhang, li, zhao):
    stay(li, room(), "18 12:00", "18 13:00")
    case = confirmed(zhang)
    traced(case)
    statement = stayed(case, zhang, room(), "18 12:00", "18 13:00")
    assert stays(zhang, room()) == []
    approved(statement, zhao)
    assert stays(zhang, room()) == [("18 12:00", "18 13:00", "hand", "hand")]
    retraced()
    assert contacts(case)[li.pk].grade == "close"


def test_what_a_gate_saw_is_left_as_it_is(zhang, zhao):
    seen = stay(zhang, room(), "18 12:00", "18 13:00")
    case = confirmed(zhang)
    statement = approved(stayed(case, zhang, room(), "18 11:30", "18 14:00"), zhao)
    assert stays(zhang, room()) == [
        ("18 11:30", "18 12:00", "hand", "hand"),
        ("18 12:00", "18 13:00", "scan", "scan"),
        ("18 13:00", "18 14:00", "hand", "hand"),
    ]
    withdrawn(statement, zhao)
    assert list(Visit.objects.filter(citizen_id=zhang.pk)) == [seen]


def test_what_arrives_later_gives_the_same_stays(zhang, zhao):
    """A gate's scan that is uploaded late, its exit, and its being undone."""
    case = confirmed(zhang)
    place = room()
    approved(stayed(case, zhang, place, "18 12:00", "18 15:00"), zhao)
    with transaction.atomic():
        enter(citizen_id=zhang.pk, place=place, at=at("18 12:00"), now=NOW)
    assert stays(zhang, place) == [("18 12:00", "18 21:00", "scan", "assumed")]
    with transaction.atomic():
        leave(citizen_id=zhang.pk, place=place, at=at("18 13:00"), now=NOW)
    assert stays(zhang, place) == [
        ("18 12:00", "18 13:00", "scan", "scan"),
        ("18 13:00", "18 15:00", "hand", "hand"),
    ]
    with transaction.atomic():
        undo_entry(citizen_id=zhang.pk, place=place, at=at("18 12:00"), now=NOW)
    assert stays(zhang, place) == [("18 12:00", "18 15:00", "hand", "hand")]


def test_a_gate_elsewhere_does_not_cut_an_approved_stay(zhang, zhao):
    case = confirmed(zhang)
    approved(stayed(case, zhang, room(), "18 12:00", "18 15:00"), zhao)
    with transaction.atomic():
        enter(citizen_id=zhang.pk, place=room("商场", kind="mall"), at=at("18 13:00"), now=NOW)
    assert stays(zhang, room()) == [("18 12:00", "18 15:00", "hand", "hand")]


def test_a_stay_that_the_person_told_of_is_believed_while_a_statement_stands(zhang, li, zhao):
    told = stay(zhang, room(), "18 12:00", "18 13:00")
    Visit.objects.filter(pk=told.pk).update(source="self", left_by="assumed")
    stay(li, room(), "18 12:00", "18 13:00")
    case = confirmed(zhang)
    assert traced(case)[li.pk].grade == "casual"
    statement = approved(stayed(case, zhang, room(), "18 12:30", "18 13:30"), zhao)
    assert stays(zhang, room()) == [
        ("18 12:00", "18 13:00", "hand", "assumed"),
        ("18 13:00", "18 13:30", "hand", "hand"),
    ]
    retraced()
    assert contacts(case)[li.pk].grade == "close"
    withdrawn(statement, zhao)
    assert stays(zhang, room()) == [("18 12:00", "18 13:00", "self", "assumed")]
    retraced()
    assert contacts(case)[li.pk].grade == "casual"


def test_two_statements_of_one_stay_are_one_until_the_last_is_withdrawn(zhang, zhao):
    case = confirmed(zhang)
    first = approved(stayed(case, zhang, room(), "18 12:00", "18 14:00"), zhao)
    second = approved(stayed(case, zhang, room(), "18 13:00", "18 15:00"), zhao)
    assert stays(zhang, room()) == [("18 12:00", "18 15:00", "hand", "hand")]
    withdrawn(first, zhao)
    assert stays(zhang, room()) == [("18 13:00", "18 15:00", "hand", "hand")]
    withdrawn(second, zhao)
    assert stays(zhang, room()) == []


def test_days_in_a_ward_are_rows_that_touch(zhang, zhao):
    ward = room("病房", kind="hospital")
    case = confirmed(zhang)
    approved(stayed(case, zhang, ward, "16 10:00", "18 12:00"), zhao)
    assert stays(zhang, ward) == [
        ("16 10:00", "17 10:00", "hand", "hand"),
        ("17 10:00", "18 10:00", "hand", "hand"),
        ("18 10:00", "18 12:00", "hand", "hand"),
    ]


def test_statements_in_a_row_never_make_a_row_longer_than_anybody_stays(zhang, zhao):
    case = confirmed(zhang)
    shop = room("便利店", kind="shop")
    for first, last in (("17 08:00", "17 20:00"), ("17 19:00", "18 07:00")):
        approved(stayed(case, zhang, shop, first, last), zhao)
    assert stays(zhang, shop) == [
        ("17 08:00", "17 20:00", "hand", "hand"),
        ("17 20:00", "18 07:00", "hand", "hand"),
    ]


# --- what cannot be ----------------------------------------------------------------------------


def problems(refused) -> set[tuple[str, str]]:
    return {(one["field"], one["code"]) for one in refused.value.details["problems"]}


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("18 13:00", "18 12:00", ("last_at", "ends_before_start")),
        ("18 13:00", "18 13:00", ("last_at", "ends_before_start")),
        ("19 09:00", "19 10:01", ("last_at", "in_future")),
        ("17 00:00", "17 16:01", ("last_at", "too_long")),
    ],
)
def test_a_stay_that_cannot_be_is_refused(zhang, first, last, problem):
    case = confirmed(zhang)
    with pytest.raises(StatementInvalid) as refused:
        stayed(case, zhang, room(), first, last)
    assert problems(refused) == {problem}
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"last": "18 11:00"}, ("last_at", "ends_before_start")),
        ({"first": "17 08:00", "last": "18 08:01"}, ("last_at", "too_long")),
        ({"last": "19 10:01", "first": "19 09:00"}, ("last_at", "in_future")),
        ({"document": "  "}, ("document", "required")),
        ({"setting": "metro"}, ("setting", "invalid_value")),
        ({"distance_m": -1.0}, ("distance_m", "invalid_value")),
        ({"distance_m": float("nan")}, ("distance_m", "invalid_value")),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(zhang, li, how, problem):
    case = confirmed(zhang)
    with pytest.raises(StatementInvalid) as refused:
        met(case, zhang, li, **how)
    assert problems(refused) == {problem}


def test_a_stay_of_which_nothing_is_kept_is_refused(zhang):
    case = confirmed(zhang)
    with pytest.raises(StatementInvalid) as refused:
        enter_statement(
            case_id=case.pk,
            teller_ref=zhang.ref,
            place_id=room().pk,
            first_at=NOW - 29 * DAY,
            last_at=NOW - 29 * DAY + timedelta(hours=1),
            document=DOCUMENT,
            by=officer(),
            now=NOW,
        )
    assert problems(refused) == {("first_at", "too_old")}


def test_who_or_what_is_not_known_is_refused(zhang, li):
    case = confirmed(zhang)
    said = {
        "case_id": case.pk,
        "teller_ref": zhang.ref,
        "first_at": at("18 12:00"),
        "last_at": at("18 13:00"),
        "document": DOCUMENT,
        "by": officer(),
        "now": NOW,
    }
    for wrong, error in (
        ({"place_id": 0}, UnknownPlace),
        ({"teller_ref": "0" * 32, "place_id": room().pk}, UnknownCitizen),
        ({"meeting": Meeting(met_ref="0" * 32, **NEAR)}, UnknownCitizen),
        ({"case_id": 0, "place_id": room().pk}, UnknownCase),
    ):
        with pytest.raises(error):
            enter_statement(**{**said, **wrong})
    for wrong in ({}, {"place_id": room().pk, "meeting": Meeting(met_ref=li.ref, **NEAR)}):
        with pytest.raises(StatementInvalid) as refused:
            enter_statement(**{**said, **wrong})
        assert problems(refused) == {("place", "place_or_person")}
    with pytest.raises(UnknownStatement):
        approve_statement(statement_id=0, by=officer(), now=NOW)


def test_nobody_meets_themselves(zhang):
    case = confirmed(zhang)
    with pytest.raises(StatementInvalid) as refused:
        met(case, zhang, zhang)
    assert problems(refused) == {("met_ref", "same_person")}


def test_a_carriage_is_for_travel_evidence(zhang, li):
    trip(li, "t1")
    board_trips(now=NOW)
    carriage = Place.objects.get(zone__isnull=True)
    case = confirmed(zhang)
    with pytest.raises(StatementInvalid) as refused:
        stayed(case, zhang, carriage, "18 08:00", "18 10:00")
    assert problems(refused) == {("place", "aboard")}


# --- who decides -------------------------------------------------------------------------------


def test_nobody_approves_what_they_entered(zhang, li):
    case = confirmed(zhang)
    statement = met(case, zhang, li)
    with pytest.raises(SecondPersonNeeded):
        approve_statement(statement_id=statement.pk, by=officer(), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(approved_by=officer(), approved_at=NOW)


def test_a_community_writes_down_and_takes_back_but_never_approves(zhang, li, zhao):
    sun = oversight.officer(Role.COMMUNITY, "sun")
    case = confirmed(zhang)
    statement = met(case, zhang, li, by=sun)
    with pytest.raises(NotPermitted):
        approve_statement(statement_id=statement.pk, by=sun, now=NOW)
    approved(statement, zhao)
    with pytest.raises(NotPermitted):
        withdraw_statement(statement_id=statement.pk, by=sun, now=NOW)
    other = met(case, li, zhang, by=sun)
    assert withdrawn(other, sun).withdrawn_by == sun
    with pytest.raises(NotPermitted):
        met(case, zhang, li, by=oversight.officer(Role.AUDITOR, "qian"))


def test_a_statement_is_decided_once(zhang, li, zhao):
    case = confirmed(zhang)
    statement = approved(met(case, zhang, li), zhao)
    with pytest.raises(AlreadyDecided):
        approved(statement, zhao)
    withdrawn(statement, zhao)
    for deed in (approved, withdrawn):
        with pytest.raises(AlreadyDecided):
            deed(statement, zhao)
    actions = AuditEvent.objects.filter(target=f"statement:{statement.pk}").order_by("id")
    assert [event.action for event in actions] == [
        "statement.entered",
        "statement.approved",
        "statement.withdrawn",
    ]


def test_a_statement_makes_the_case_it_was_told_in_due(zhang, li, zhao):
    case = confirmed(zhang)
    traced(case)
    statement = met(case, zhang, li)
    assert not Case.objects.filter(trace_due_at__isnull=False).exists()
    approved(statement, zhao)
    assert Case.objects.get(pk=case.pk).trace_due_at == NOW
    retraced()
    withdrawn(statement, zhao)
    assert Case.objects.get(pk=case.pk).trace_due_at == NOW


def test_a_meeting_makes_the_other_cases_of_both_due(zhang, li, wang, zhao):
    case, other = confirmed(zhang), confirmed(wang)
    for one in (case, other):
        traced(one)
    approved(met(case, li, wang), zhao)
    assert Case.objects.get(pk=other.pk).trace_due_at == NOW


def test_withdrawing_the_case_leaves_statements_of_stays_that_others_need(zhang, li, zhao):
    case = confirmed(zhang)
    approved(stayed(case, li, room(), "18 12:00", "18 13:00"), zhao)
    withdraw_case(case_id=case.pk, reason="误判", by=officer(), now=NOW)
    assert stays(li, room()) == [("18 12:00", "18 13:00", "hand", "hand")]


# --- whatever comes in which order --------------------------------------------------------------


def _plan(chance: Random) -> list[tuple[str, Place, datetime]]:
    """Arrivals and exits at two doors, ten minutes apart or more, and known in any order."""
    places = [room(), room("小南国", kind="restaurant")]
    starts = chance.sample(range(6 * 8), 8)
    kinds = ("scan", "leave", "self", "self")
    plan = [
        (chance.choice(kinds), chance.choice(places), at("17 08:00") + timedelta(minutes=10 * n))
        for n in starts
    ]
    chance.shuffle(plan)
    return plan


def _happen(who: Citizen, event: tuple[str, Place, datetime]) -> None:
    kind, place, when = event
    with transaction.atomic():
        if kind == "leave":
            leave(citizen_id=who.pk, place=place, at=when, now=NOW)
        else:
            enter(citizen_id=who.pk, place=place, at=when, now=NOW, source=VisitSource(kind))


def _day(who: Citizen) -> list[tuple[object, ...]]:
    fields = ("place_id", "entered_at", "left_at", "left_by", "source")
    return list(Visit.objects.filter(citizen_id=who.pk).order_by(*fields[:2]).values_list(*fields))


@pytest.mark.parametrize("seed", range(12))
def test_an_approved_stay_makes_the_same_rows_whenever_it_is_approved_and_none_once_withdrawn(
    zhang, li, zhao, seed
):
    chance = Random(seed)
    case, plan = confirmed(zhang), _plan(chance)
    first = at("17 08:00") + timedelta(minutes=5 * chance.randrange(60))
    said = [
        stayed(case, who, room(), f"{first:%d %H:%M}", f"{first + 4 * HOUR:%d %H:%M}")
        for who in (zhang, li)
    ]
    early = chance.randrange(4)
    for number, event in enumerate([*plan, None]):
        if number == early:
            approved(said[0], zhao)
        if event is not None:
            _happen(zhang, event)
            _happen(li, event)
    without = _day(li)
    approved(said[1], zhao)
    assert _day(zhang) == _day(li)
    rows = [row for row in _day(li) if row[0] == room().pk]
    assert all(one[2] <= following[1] for one, following in pairwise(rows))
    withdrawn(said[1], zhao)
    withdrawn(said[0], zhao)
    assert _day(li) == _day(zhang) == without
