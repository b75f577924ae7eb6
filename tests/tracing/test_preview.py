"""What a confirmation would find: counted, shown, and nothing written."""

from datetime import timedelta

import pytest
from django.apps import apps

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, User
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    home,
    officer,
    person,
    room,
    rules_in_force,
    stay,
    suspected,
    told,
    traced,
)
from tracing.errors import CaseInvalid, UnknownCase
from tracing.models import Case, Contact, ContactGrade
from tracing.services import confirm_case, preview_case, trace_case

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
LEDGERS = {"accounts.AuditEvent"}


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    """Anna is the case; Bo lives with her, Chen met her, Dora lives with Chen."""
    anna, bo = person("E10000001"), person("E10000002")
    chen, dora = person("E10000003"), person("E10000004")
    home(anna, bo)
    home(chen, dora)
    place = room()
    stay(anna, place, "18 12:00", "18 13:00")
    stay(chen, place, "18 12:10", "18 12:50")
    stay(person("E10000005"), place, "18 12:59", "18 13:20")
    return anna


def looked_at(case: Case, **dates):
    known = {"onset_at": None, "isolated_at": at("19 09:00")} | dates
    return preview_case(case_id=case.pk, **known, by=officer(), now=NOW)


def everything() -> dict[str, list[tuple]]:
    tables = (
        model
        for app in ("accounts", "healthcode", "tracing")
        for model in apps.get_app_config(app).get_models()
    )
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in tables
        if model._meta.label not in LEDGERS
    }


def test_a_preview_writes_nothing_but_that_somebody_looked(anna):
    case = suspected(anna)
    before = everything()

    looked_at(case)

    assert everything() == before
    looked = AuditEvent.objects.get(action="case.previewed")
    assert (looked.actor, looked.target) == ("user:wang", f"case:{case.pk}")
    assert looked.details == {"reached": 3}


@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"isolated_at": None},
        {"onset_at": at("18 12:40")},
        {"onset_at": at("19 07:00"), "isolated_at": at("18 12:30")},
    ],
)
def test_a_preview_counts_exactly_what_the_trace_then_finds(anna, dates):
    case = suspected(anna)
    known = {"onset_at": None, "isolated_at": at("19 09:00")} | dates
    preview = looked_at(case, **dates)

    confirm_case(case_id=case.pk, **known, by=officer(), now=NOW)
    trace_case(case_id=case.pk, now=NOW)

    case.refresh_from_db()
    assert preview.window == (case.window_from, case.window_until, case.traced_until)
    contacts = Contact.objects.filter(case=case)
    assert preview.people == contacts.count() > 0
    assert preview.reached == contacts.exclude(grade="casual").count()
    found = {(one.ref, one.level, one.grade, one.minutes) for one in preview.sample}
    stored = contacts.values_list("citizen__ref", "level", "grade", "minutes")
    assert found == set(stored)


def test_an_isolation_on_record_counts_in_the_preview_as_in_the_confirmation(anna):
    order = {"order": "home_isolation", "issued_by": "江宁路街道"}
    told(anna, "order", "18 12:30", "25 00:00", "o1", details=order)
    case = suspected(anna)
    preview = looked_at(case, isolated_at=None)
    confirmed_one = confirm_case(
        case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW
    )
    assert preview.window.until == at("18 12:30") == confirmed_one.window_until


def test_a_preview_tells_levels_grades_districts_and_who_is_known_already(anna):
    bo = person("E10000002")
    type(bo).objects.filter(pk=bo.pk).update(district="310106")
    traced(confirmed(person("E10000004")))

    preview = looked_at(suspected(anna))

    groups = {(group.level, group.grade, group.district): group.people for group in preview.groups}
    assert groups == {
        (1, ContactGrade.CLOSE, "310106"): 1,
        (1, ContactGrade.CLOSE, ""): 1,
        (2, ContactGrade.SECONDARY, ""): 1,
        (1, ContactGrade.CASUAL, ""): 1,
    }
    assert preview.shared == 1
    assert not preview.held


def test_the_sample_is_a_dozen_of_all_grades_the_longest_first(anna):
    for number in range(20):
        stay(person(f"E2{number:07}"), room(), f"18 12:{number:02}", "18 12:59")

    sample = looked_at(suspected(anna)).sample

    assert len(sample) == 12
    assert {one.grade for one in sample} == set(ContactGrade)
    close = [one for one in sample if one.grade is ContactGrade.CLOSE]
    assert [one.minutes for one in close][:3] == [None, 59, 58]


def test_a_preview_says_that_the_brake_would_be_pulled(anna, settings):
    settings.TRACE_BRAKE_LIMIT = 2
    preview = looked_at(suspected(anna))
    assert (preview.held, preview.reached, preview.limit) == (True, 3, 2)


def test_a_preview_of_a_merged_crowd_takes_as_many_statements_for_few_as_for_many(
    anna, django_assert_max_num_queries
):
    for number in range(40):
        stay(person(f"E2{number:07}"), room(), "18 12:00", "18 12:59")
    with django_assert_max_num_queries(25):
        assert looked_at(suspected(anna)).people == 44


def test_what_cannot_be_confirmed_cannot_be_previewed(anna):
    case = suspected(anna)
    with pytest.raises(CaseInvalid) as refused:
        looked_at(case, onset_at=LATER)
    assert refused.value.details == {"in_future": ["onset_at"]}
    stranger = User.objects.create(username="passer-by", is_staff=True)
    with pytest.raises(NotPermitted):
        preview_case(case_id=case.pk, onset_at=None, isolated_at=None, by=stranger, now=NOW)
    with pytest.raises(UnknownCase):
        preview_case(case_id=0, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=NOW)
    with pytest.raises(AlreadyDecided):
        looked_at(case)
    assert not AuditEvent.objects.filter(action="case.previewed").exists()
