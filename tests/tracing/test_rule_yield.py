"""What each rule finds, on a made-up outbreak with known numbers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotPermitted
from accounts.roles import Role
from healthcode.services import retract_evidence
from tests import oversight
from tests.tracing.outbreak import (
    DAY,
    NOW,
    carrier,
    confirmed,
    officer,
    person,
    positive,
    room,
    rules_in_force,
    stay,
    told,
    traced,
)
from tracing.models import Contact
from tracing.services import rule_yield, withdraw_case
from tracing.services.positivity import days_watched, wilson

pytestmark = pytest.mark.django_db


def negative(who, ref: str, when: str = "18 09:00", **more):
    return told(who, "test", when, None, ref, method="pcr", result="negative", pool_size=1, **more)


@pytest.fixture
def outbreak():
    """Zhang meets eight people closely and twelve in passing on the 17th; all found now."""
    rules_in_force()
    zhang = person("E1")
    near, far = [person(f"N{n}") for n in range(8)], [person(f"F{n:02}") for n in range(12)]
    for one in (zhang, *near):
        stay(one, room(), "17 10:00", "17 11:00")
    for one in (zhang, *far):
        stay(one, room("中庭", near=False, kind="mall"), "17 15:00", "17 15:40")
    case = confirmed(zhang)
    traced(case)
    return case, near, far


def numbers(by=None, days: int = 14, now=NOW) -> dict[tuple[str, str], tuple]:
    found = rule_yield(days=days, by=by or officer(), now=now + timedelta(seconds=1)).rows
    return {
        (one.rule, one.setting): (one.people, one.tested, one.positive, one.cases) for one in found
    }


NEAR, PASSING = ("near-in-zone", "zone"), ("", "zone")


def test_a_made_up_outbreak_gives_its_own_numbers(outbreak):
    _case, near, far = outbreak
    for number, one in enumerate(near[:5]):
        negative(one, f"n{number}")
    for number, one in enumerate(near[5:7]):
        positive(one, f"p{number}")
    confirmed(near[5], sampled="18 09:00")
    for number, one in enumerate(far[:6]):
        negative(one, f"f{number}")

    assert numbers() == {NEAR: (8, 7, 2, 1), PASSING: (12, 6, 0, 0)}


def test_a_person_counts_once_however_often_they_were_met_or_tested(outbreak):
    _case, near, _far = outbreak
    for number in range(3):
        positive(near[0], f"p{number}", f"18 {9 + number}:00")
    negative(near[0], "n1", "18 20:00")

    assert numbers()[NEAR] == (8, 1, 1, 0)


def test_samples_before_the_meeting_or_after_the_rules_days_say_nothing(outbreak):
    _case, near, _far = outbreak
    positive(near[0], "early", "17 09:59")
    assert numbers()[NEAR] == (8, 0, 0, 0)

    late = NOW + 20 * DAY
    positive(near[1], "late", "28 12:00", now=late)
    Contact.objects.update(found_at=late)
    assert days_watched(now=NOW)["close"] == 10
    assert numbers(now=late)[NEAR] == (8, 0, 0, 0)


def test_each_grade_is_watched_for_its_own_days(outbreak):
    """Near for ten days, in passing for fourteen; the sample is of the twelfth."""
    case, near, _far = outbreak
    stay(near[0], room("中庭", near=False, kind="mall"), "17 15:00", "17 15:40")
    traced(case)
    late = NOW + 20 * DAY
    positive(near[0], "late", "28 12:00", now=late)
    Contact.objects.update(found_at=late)

    assert numbers(now=late) == {NEAR: (8, 0, 0, 0), PASSING: (13, 1, 1, 0)}


def test_a_shared_tube_a_withdrawn_result_and_a_corrected_one_are_no_positives(outbreak):
    _case, near, _far = outbreak
    positive(near[0], "tube", details={"pool_size": 10, "tube": "T1"})
    positive(near[1], "gone")
    retract_evidence(
        source=carrier(), refs=[("gone", 1)], by="source:carrier", reason="样本作废", now=NOW
    )
    positive(near[2], "wrong")
    negative(near[2], "wrong", version=2)

    assert numbers()[NEAR] == (8, 2, 0, 0)


def test_a_withdrawn_case_is_none(outbreak):
    _case, near, _far = outbreak
    other = confirmed(near[0], sampled="18 09:00")
    assert numbers()[NEAR][3] == 1

    withdraw_case(case_id=other.pk, reason="样本混淆", by=officer(), now=NOW)

    assert numbers()[NEAR][3] == 0


def test_whoever_was_ill_before_they_were_met_was_not_found_by_the_rule(outbreak):
    _case, near, _far = outbreak
    confirmed(near[0], sampled="18 09:00", onset="16 09:00")

    assert numbers()[NEAR][3] == 0


def test_only_contacts_found_within_the_period_count(outbreak):
    _case, near, _far = outbreak
    Contact.objects.filter(citizen=near[0]).update(found_at=NOW - 8 * DAY)

    assert [numbers(days=days)[NEAR][0] for days in (7, 14, 28)] == [7, 8, 8]


def test_whoever_may_not_see_contacts_is_told_no_small_numbers(outbreak):
    _case, near, far = outbreak
    for number, one in enumerate(near[:5]):
        negative(one, f"n{number}")
    positive(near[5], "p")
    for number, one in enumerate(far[:6]):
        negative(one, f"f{number}")
    keeper = oversight.officer(Role.POLICY)

    assert numbers(keeper) == {NEAR: (8, 6, None, 0), PASSING: (12, 6, 0, 0)}
    found = rule_yield(days=14, by=keeper, now=NOW + DAY).rows
    intervals = {one.rule: one.interval for one in found}
    assert intervals["near-in-zone"] is None
    assert intervals[""] is not None
    assert numbers(oversight.officer(Role.AUDITOR))[NEAR] == (8, 6, 1, 0)


def test_of_very_many_contacts_the_latest_are_counted_and_it_says_so(outbreak, monkeypatch):
    assert not rule_yield(days=14, by=officer(), now=NOW + DAY).cut
    monkeypatch.setattr("tracing.services.positivity.MOST_CONTACTS", 5)

    found = rule_yield(days=14, by=officer(), now=NOW + DAY)

    assert found.cut
    assert sum(one.people or 0 for one in found.rows) == 5


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DESK, Role.VENUES])
def test_whoever_has_nothing_to_do_with_rules_is_told_nothing(role):
    with pytest.raises(NotPermitted):
        rule_yield(days=14, by=oversight.officer(role), now=NOW)


def test_only_the_offered_periods_are_counted():
    with pytest.raises(ValueError, match="400"):
        rule_yield(days=400, by=officer(), now=NOW)


def test_without_rules_in_force_two_weeks_are_watched():
    assert set(days_watched(now=NOW).values()) == {14}


# --- the interval ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positive", "tested", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (50, 100, 0.4038, 0.5962), (10, 10, 0.7225, 1)],
)
def test_the_interval_is_that_of_the_textbook(positive, tested, low, high):
    found = wilson(positive, tested)

    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_rate_lies_in_its_interval_and_that_between_none_and_all(counts):
    found = wilson(*counts)

    assert found is not None
    assert 0 <= found.low <= found.rate <= found.high <= 1


def test_nobody_tested_has_no_rate():
    assert wilson(0, 0) is None
