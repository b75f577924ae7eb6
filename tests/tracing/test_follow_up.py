"""Tasks follow contacts: what the rules ask, no more, and nothing lost that was worked on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, Citizen, Region, User
from accounts.roles import Role
from healthcode.models import RuleSet
from healthcode.policy import Fact, decide
from healthcode.services import contact_rules
from healthcode.services.rulesets import compiled
from tests import oversight
from tests.tracing.outbreak import (
    DAY,
    NOW,
    at,
    confirmed,
    home,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.errors import TaskInvalid, UnfitOfficer, UnknownTask
from tracing.models import Contact, ContactGrade, ContactTask, TaskState, Visit
from tracing.services import withdraw_case
from tracing.services.follow_up import (
    finish_task,
    give_task,
    note_try,
    pass_on,
    plan_tasks,
    reopen_task,
    take_task,
)
from tracing.services.follow_up.asked import Known, asked_of, by_day
from tracing.services.follow_up.keep import LARGE

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def zhang() -> Citizen:
    rules_in_force()
    return person("11010519491231002X")


@pytest.fixture
def li() -> Citizen:
    return _living(person("110101199003070038"), "310106001001")


def _living(who: Citizen, community: str) -> Citizen:
    Citizen.objects.filter(pk=who.pk).update(district=community[:6], community=community)
    who.refresh_from_db()
    return who


def _met(zhang: Citizen, *others: Citizen, day: str = "18") -> None:
    for who in (zhang, *others):
        stay(who, room(), f"{day} 09:00", f"{day} 11:00")


def _tasks(who: Citizen, **filters: object) -> list[ContactTask]:
    return list(ContactTask.objects.filter(citizen=who, **filters).order_by("due_at", "id"))


def _kinds(who: Citizen) -> list[tuple[str, str]]:
    return [(task.kind, task.wanted) for task in _tasks(who)]


def _rows() -> list[dict[str, object]]:
    return list(ContactTask.objects.order_by("id").values())


def _call(who: Citizen) -> ContactTask:
    return _tasks(who, kind="call")[0]


def test_a_close_contact_is_owed_a_call_a_place_and_the_days_of_the_rules(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    call = _call(li)
    assert call.due_at == NOW + 4 * HOUR
    places = _tasks(li, kind="place")
    assert [(task.wanted, task.starts_at, task.due_at) for task in places] == [
        ("central_isolation", NOW, NOW + 8 * HOUR),
        ("home_monitoring", at("26 00:00"), at("26 00:00") + 8 * HOUR),
    ]
    days = [task.starts_at.astimezone(NOW.tzinfo).day for task in _tasks(li, kind="test")]
    assert days == [19, 20, 21, 23, 25, 28]


def test_a_task_says_where_it_belongs_without_a_join(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    where = {(task.district, task.street, task.community) for task in _tasks(li)}
    assert where == {("310106", "310106001", "310106001001")}


def test_casual_contacts_make_no_tasks(zhang, li):
    for who in (zhang, li):
        stay(who, room(near=False), "18 09:00", "18 11:00")
    found = traced(confirmed(zhang))
    assert found[li.pk].grade == ContactGrade.CASUAL
    assert _tasks(li) == []


def test_tracing_again_changes_no_task(zhang, li):
    _met(zhang, li)
    case = confirmed(zhang)
    traced(case)
    before = _rows()
    traced(case, NOW + HOUR)
    assert _rows() == before


def test_who_lives_on_with_the_case_has_no_test_days_yet(zhang, li):
    home(zhang, li)
    case = confirmed(zhang, isolated=None)
    assert traced(case)[li.pk].last_at is None
    assert _kinds(li) == [("call", ""), ("place", "central_isolation")]


def test_a_later_last_contact_moves_the_days_and_nothing_else(zhang, li):
    _met(zhang, li, day="17")
    case = confirmed(zhang)
    traced(case)
    call, first = _call(li), _tasks(li, kind="test")
    _met(zhang, li, day="18")
    traced(case)
    assert _call(li).pk == call.pk
    moved = {task.due_at for task in _tasks(li, kind="test")}
    assert moved != {task.due_at for task in first}
    assert min(moved) == at("20 00:00")


def test_a_contact_that_vanishes_takes_untouched_tasks_along(zhang, li):
    _met(zhang, li)
    case = confirmed(zhang)
    traced(case)
    Visit.objects.filter(citizen_id=li.pk).delete()
    traced(case)
    assert _tasks(li) == []


def test_what_somebody_worked_on_is_closed_and_taken_up_again(zhang, li):
    _met(zhang, li)
    case = confirmed(zhang)
    traced(case)
    done = finish_task(task_id=_call(li).pk, outcome="reached", by=officer(), now=NOW)
    place = _tasks(li, kind="place")[0]
    note_try(task_id=place.pk, seen=0, by=officer(), now=NOW)
    gone = list(Visit.objects.filter(citizen_id=li.pk))
    Visit.objects.filter(citizen_id=li.pk).delete()
    traced(case)
    kept = {task.pk: task for task in _tasks(li)}
    assert set(kept) == {done.pk, place.pk}
    assert {(task.state, task.contact_id) for task in kept.values()} == {("closed", None)}
    Visit.objects.bulk_create(gone)
    traced(case, NOW + HOUR)
    again = {task.pk: task.state for task in _tasks(li, kind__in=["call", "place"])}
    assert again[done.pk] == TaskState.DONE
    assert again[place.pk] == TaskState.OPEN
    assert len(_tasks(li, kind="call")) == 1


def test_withdrawing_a_case_leaves_no_task_but_what_was_worked_on(zhang, li):
    wang = person("110101199003070150")
    _met(zhang, li, wang)
    case = confirmed(zhang)
    traced(case)
    taken = take_task(task_id=_call(li).pk, by=officer(), now=NOW)
    withdraw_case(case_id=case.pk, reason="误判", by=officer(), now=NOW)
    [left] = ContactTask.objects.all()
    assert (left.pk, left.state, left.contact_id) == (taken.pk, TaskState.CLOSED, None)


def test_withdrawing_one_case_leaves_the_tasks_of_the_other(zhang, li):
    wang = person("110101199003070150")
    _met(zhang, li, wang)
    first = confirmed(zhang)
    traced(first)
    before = _rows()
    second = confirmed(wang)
    traced(second)
    assert len(_tasks(li, kind="call")) == 2
    withdraw_case(case_id=second.pk, reason="误判", by=officer(), now=NOW)
    assert _rows() == before


def test_a_call_that_is_answered_counts_for_every_case(zhang, li):
    wang = person("110101199003070150")
    _met(zhang, li, wang)
    traced(confirmed(zhang))
    traced(confirmed(wang))
    first, second = _tasks(li, kind="call")
    finish_task(task_id=first.pk, outcome="reached", by=officer(), now=NOW)
    second.refresh_from_db()
    assert (second.state, second.outcome, second.done_by) == ("done", "reached", officer())
    other = _call(zhang) if _tasks(zhang) else _call(wang)
    assert other.state == TaskState.OPEN
    reopen_task(task_id=second.pk, by=officer(), now=NOW + HOUR)
    assert {task.state for task in _tasks(li, kind="call")} == {"open"}


def test_a_call_that_nobody_answered_counts_for_itself_alone(zhang, li):
    wang = person("110101199003070150")
    _met(zhang, li, wang)
    traced(confirmed(zhang))
    traced(confirmed(wang))
    first, second = _tasks(li, kind="call")
    finish_task(task_id=first.pk, outcome="unreached", by=officer(), now=NOW)
    second.refresh_from_db()
    assert second.state == TaskState.OPEN


def test_a_test_counts_for_its_own_day_in_every_case(zhang, li):
    wang = person("110101199003070150")
    _met(zhang, li, wang)
    traced(confirmed(zhang))
    traced(confirmed(wang))
    tests = _tasks(li, kind="test")
    finish_task(task_id=tests[0].pk, outcome="arranged", by=officer(), now=NOW)
    done = _tasks(li, kind="test", state="done")
    assert {task.due_at for task in done} == {tests[0].due_at}
    assert len(done) == 2


def test_two_officers_cannot_both_take_or_finish_a_task(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    zhao = oversight.officer(Role.COMMUNITY, "zhao")
    task = _call(li)
    take_task(task_id=task.pk, by=zhao, now=NOW)
    with pytest.raises(AlreadyDecided):
        take_task(task_id=task.pk, by=officer(), now=NOW)
    finish_task(task_id=task.pk, outcome="reached", by=zhao, now=NOW)
    with pytest.raises(AlreadyDecided):
        finish_task(task_id=task.pk, outcome="refused", by=officer(), now=NOW)
    task.refresh_from_db()
    assert (task.outcome, task.done_by) == ("reached", zhao)


def test_a_task_is_given_to_somebody_who_may_work_on_it(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    zhao = oversight.officer(Role.COMMUNITY, "zhao")
    oversight.officer(Role.AUDITOR, "sun")
    task = give_task(task_id=_call(li).pk, to="zhao", by=officer(), now=NOW)
    assert task.assignee == zhao
    for name in ("sun", "nobody"):
        with pytest.raises(UnfitOfficer):
            give_task(task_id=task.pk, to=name, by=officer(), now=NOW)
    with pytest.raises(AlreadyDecided):
        give_task(task_id=task.pk, to="zhao", by=officer(), now=NOW)


def test_a_try_is_counted_once_however_often_it_is_sent(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    task = _call(li)
    assert note_try(task_id=task.pk, seen=0, by=officer(), now=NOW).tries == 1
    with pytest.raises(AlreadyDecided):
        note_try(task_id=task.pk, seen=0, by=officer(), now=NOW)


def test_who_lives_elsewhere_is_passed_on_with_all_that_is_open(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    city = Region.objects.create(code="310000", name="上海市", level=1)
    Region.objects.create(code="310101", name="黄浦区", level=2, parent=city)
    done = finish_task(task_id=_call(li).pk, outcome="reached", by=officer(), now=NOW)
    place = take_task(task_id=_tasks(li, kind="place")[0].pk, by=officer(), now=NOW)
    moved = pass_on(task_id=place.pk, region="310101", by=officer(), now=NOW)
    assert (moved.state, moved.outcome, moved.assignee) == ("open", "elsewhere", None)
    where = {(task.district, task.street, task.community) for task in _tasks(li, state="open")}
    assert where == {("310101", "", "")}
    done.refresh_from_db()
    assert done.community == "310106001001"
    for region in ("310101", "999999", "310000"):
        with pytest.raises(TaskInvalid):
            pass_on(task_id=place.pk, region=region, by=officer(), now=NOW)


def test_each_kind_of_task_has_its_own_outcomes(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    for kind, outcome in (("call", "arranged"), ("place", "reached"), ("call", "elsewhere")):
        with pytest.raises(TaskInvalid):
            finish_task(task_id=_tasks(li, kind=kind)[0].pk, outcome=outcome, by=officer(), now=NOW)


def test_every_deed_is_guarded_and_written_down(zhang, li):
    _met(zhang, li)
    traced(confirmed(zhang))
    task = _call(li)
    stranger = User.objects.create_user("stranger", is_staff=True)
    for deed in (
        lambda by: take_task(task_id=task.pk, by=by, now=NOW),
        lambda by: give_task(task_id=task.pk, to="wang", by=by, now=NOW),
        lambda by: note_try(task_id=task.pk, seen=0, by=by, now=NOW),
        lambda by: finish_task(task_id=task.pk, outcome="reached", by=by, now=NOW),
        lambda by: reopen_task(task_id=task.pk, by=by, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            deed(stranger)
    take_task(task_id=task.pk, by=officer(), now=NOW)
    note_try(task_id=task.pk, seen=0, by=officer(), now=NOW)
    finish_task(task_id=task.pk, outcome="reached", by=officer(), now=NOW)
    reopen_task(task_id=task.pk, by=officer(), now=NOW)
    actions = AuditEvent.objects.filter(target=f"task:{task.pk}").order_by("id")
    assert [event.action for event in actions] == [
        "task.taken",
        "task.tried",
        "task.finished",
        "task.reopened",
    ]
    with pytest.raises(UnknownTask):
        take_task(task_id=0, by=officer(), now=NOW)


def test_the_tasks_of_a_large_case_are_made_after_its_trace(zhang, monkeypatch):
    li, wang = person("110101199003070038"), person("110101199003070150")
    _met(zhang, li, wang)
    monkeypatch.setattr("tracing.services.follow_up.keep.LARGE", 1)
    monkeypatch.setattr("tracing.services.follow_up.plan.LARGE", 1)
    case = confirmed(zhang)
    traced(case)
    assert _rows() == []
    assert plan_tasks(now=NOW) > 0
    assert max(task.starts_at for task in _tasks(li)) > NOW + 7 * DAY
    whole = _rows()
    assert plan_tasks(now=NOW) == 0
    traced(case)
    assert _rows() == whole
    Visit.objects.filter(citizen_id=wang.pk).delete()
    traced(case)
    assert len(_rows()) == len(whole) / 2
    assert LARGE == 1_000


def test_the_statements_do_not_grow_with_the_contacts(zhang):
    case = confirmed(zhang)
    stay(zhang, room(), "18 09:00", "18 11:00")
    counts = []
    for number in ("110101199003070038", "110101199003070150", "110101199003070118"):
        stay(person(number), room(), "18 09:00", "18 11:00")
        traced(case)
        with CaptureQueriesContext(connection) as seen:
            traced(case)
        counts.append(sum("tracing_contacttask" in query["sql"] for query in seen))
    assert counts == [5, 5, 5]


GRADES = [(ContactGrade.CLOSE, 1), (ContactGrade.SECONDARY, 2)]
SETS = ["cn-v8", "cn-v9", "cn-20", "cn-10", "sh-2022-04-26", "sh-2022-09-18", "chengdu-2021"]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("grade", "level"), GRADES)
@pytest.mark.parametrize("late", [0, 3])
def test_what_is_asked_is_what_the_policy_says_is_owed_at_some_instant(name, grade, level, late):
    rules_in_force()
    rules = _rules(name)
    last = int(at("10 15:30").timestamp())
    found = at("10 16:00") + late * DAY
    contact = Known(grade, level, "zone", last - 3600, last, found)
    asked = {
        (one.wanted or one.kind.value, one.starts_at, one.due_at)
        for one in asked_of(contact, rules)
        if one.kind != "call"
    }
    assert {one for one in asked if one[0] == "test"} == _owed_tests(contact, rules)
    places = {one[0] for one in asked if one[0] != "test"}
    assert places == _owed_places(contact, rules)
    assert asked_of(by_day(contact, rules), rules) == asked_of(contact, rules)


def _rules(name: str):
    return compiled(RuleSet.objects.get(ruleset_id=name).digest)


def _fact(contact: Known) -> Fact:
    details = {"grade": contact.grade, "level": contact.level, "setting": "zone", "case": "c"}
    known = int(contact.found_at.timestamp())
    return Fact("exposure", contact.first_at, contact.last_at, details, 1, known)


def _owed(contact: Known, rules):
    """All that is owed at some hour of 40 days by somebody who is tested every noon, and well."""
    start = int(contact.found_at.timestamp())
    noon = rules.calendar.midnight(rules.calendar.day_of(start) + 1) + 12 * 3600
    well = {"method": "pcr", "result": "negative", "pool_size": 1}
    samples = [
        Fact("test", noon + day * 86400 + lab, None, {**well, "lab": str(lab)})
        for day in range(40)
        for lab in range(2)
    ]
    for hour in range(40 * 24):
        at_hour = start + hour * 3600
        known = [fact for fact in samples if fact.occurred_at <= at_hour]
        yield from decide([_fact(contact), *known], rules, at_hour).obligations


def _owed_tests(contact: Known, rules):
    days = set()
    for owed in _owed(contact, rules):
        if owed.what == "test" and owed.by - owed.start == 86400:
            days.add(("test", _utc(owed.start), _utc(owed.by)))
    return days


def _owed_places(contact: Known, rules):
    return {owed.what for owed in _owed(contact, rules) if owed.what not in ("test", "report")}


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def test_contacts_of_contacts_have_more_time(zhang, li):
    rules = contact_rules(region="310106", now=NOW).rules
    close = Known(ContactGrade.CLOSE, 1, "zone", 0, int(NOW.timestamp()), NOW)
    second = close._replace(grade=ContactGrade.SECONDARY, level=2)
    calls = [asked_of(one, rules)[0].due_at - NOW for one in (close, second)]
    assert calls == [4 * HOUR, 6 * HOUR]
    assert Contact.objects.count() == 0
