"""Each property of the policy fails when the policy has the fault that it is there to find."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.healthcode import mutations as faults
from tests.healthcode import mutations_of_releases as releases
from tests.healthcode import test_policy_properties as general
from tests.healthcode import test_policy_properties_milder as milder
from tests.healthcode import test_policy_properties_negatives as negatives
from tests.healthcode import test_policy_properties_review as review
from tests.healthcode.given import trial
from tests.healthcode.language import ALL, compiled

# The same people every time, and no search for the smallest: only whether one is found.
steady = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
FAULTS: dict[Any, tuple[Callable[[pytest.MonkeyPatch], None], ...]] = {
    general.test_order_and_duplication_never_matter: (
        faults.equal_facts_count_twice,
        faults.facts_count_in_the_order_they_come,
    ),
    general.test_splitting_never_matters: (
        faults.touching_spans_stay_apart,
        faults.a_joined_span_ends_with_its_first_part,
    ),
    general.test_when_evidence_became_known_changes_no_colour: (faults.the_clock_is_the_notice,),
    general.test_every_colour_is_explained: (
        faults.nothing_says_what_ends_a_reason,
        faults.the_reasons_speak_one_language,
    ),
    general.test_the_worst_reason_comes_first_and_gives_the_colour: (
        faults.the_mildest_reason_comes_first,
        faults.the_latest_reason_gives_the_colour,
    ),
    general.test_of_two_facts_the_more_severe_counts: (
        faults.the_mildest_reason_comes_first,
        faults.the_latest_reason_gives_the_colour,
    ),
    general.test_nothing_to_come_is_known: (
        releases.samples_to_come_count,
        faults.facts_hold_before_they_begin,
    ),
    general.test_the_quick_look_agrees_with_the_full_one: (
        faults.the_quick_look_overlooks_contacts,
        faults.the_quick_look_overlooks_cases,
    ),
    negatives.test_a_negative_never_worsens: (releases.only_the_latest_samples_count,),
    negatives.test_negatives_end_only_rules_whose_release_names_them: (
        releases.pooled_negatives_release,
        releases.negatives_cut_the_days_short,
        releases.any_negative_ends_a_single_positive,
    ),
    negatives.test_no_negatives_change_a_case_a_single_positive_or_a_contact_that_goes_on: (
        releases.any_negative_ends_a_single_positive,
    ),
    negatives.test_a_rule_is_released_when_some_choice_of_samples_meets_its_release: (
        releases.samples_count_by_their_result,
        releases.the_exact_gap_is_too_short,
        releases.one_sample_fewer_is_enough,
        releases.the_window_is_not_kept,
        releases.a_sample_at_the_clock_counts,
        releases.only_the_latest_samples_count,
    ),
    negatives.test_a_phase_outlasts_its_days_until_some_choice_of_samples_is_there: (
        releases.one_laboratory_is_enough,
        faults.a_phase_never_waits_for_samples,
    ),
    negatives.test_what_is_released_stays_released: (releases.released_rules_come_back,),
    negatives.test_an_inconclusive_sample_changes_nothing_but_absences: (
        releases.inconclusive_is_as_good_as_negative,
        faults.an_inconclusive_sample_is_a_result,
    ),
    milder.test_a_milder_fact_never_worsens: (faults.casual_contacts_wait_longest,),
    milder.test_an_earlier_end_never_worsens: (
        faults.a_contact_counts_once_it_is_over,
        faults.an_area_counts_days_after_leaving,
    ),
    milder.test_retracting_never_worsens_absences_aside: (faults.the_latest_fact_of_a_kind_counts,),
    milder.test_a_closed_case_closes_what_came_before_it_and_nothing_later: (
        faults.a_case_record_closes_nothing,
        faults.an_exclusion_closes_contacts,
        faults.a_case_record_closes_what_comes_later,
    ),
    review.test_review_at_is_the_least_instant_that_differs: (
        faults.the_review_is_a_second_late,
        faults.what_may_change_is_not_marked,
        faults.what_surely_changes_is_not_marked,
        faults.missed_test_days_are_not_marked,
        faults.facts_to_come_are_not_awaited,
    ),
}
# The set of every word has no plain case of these.
SHOWN_BY = {
    releases.negatives_cut_the_days_short: "sh-2022-09-18",
    faults.an_area_counts_days_after_leaving: "sh-2022-09-18",
}
PAIRS = [
    pytest.param(check, fault, id=f"{check.__name__}-{fault.__name__}")
    for check, found in FAULTS.items()
    for fault in found
]
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _freshly_compiled() -> Iterator[None]:
    """Rules are compiled by the policy as it is during the test, and forgotten after it."""
    for cached in (compiled, trial):
        cached.cache_clear()
    yield
    for cached in (compiled, trial):
        cached.cache_clear()


def try_again(check: Any, ruleset: str, examples: int) -> None:
    """Look for somebody of whom a property does not hold."""
    again = given(**check.people)(check.check)
    settings(steady, max_examples=examples)(again)(ruleset=ruleset)


@pytest.mark.parametrize("check", FAULTS, ids=lambda check: check.__name__)
def test_without_a_fault_nobody_is_found(check: Any) -> None:
    try_again(check, ALL, examples=300)


@pytest.mark.parametrize(("check", "fault"), PAIRS)
def test_a_fault_is_found(
    check: Any, fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        try_again(check, SHOWN_BY.get(fault, ALL), examples=1500)


def test_every_property_has_a_fault_that_it_finds() -> None:
    properties = [
        value
        for module in (general, negatives, milder, review)
        for name, value in vars(module).items()
        if name.startswith("test_") and hasattr(value, "people")
    ]
    assert set(properties) == set(FAULTS)
