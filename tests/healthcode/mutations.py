"""Faults that the policy could have: each one bends a single step of its code."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from healthcode.policy import Fact, compiled, deciding, facts, obligations, phases, releases
from healthcode.policy.clocks import Window
from healthcode.policy.compiled import CompiledRule
from healthcode.policy.facts import as_set
from healthcode.policy.instants import DAY
from healthcode.policy.marks import NEVER, Marks
from healthcode.policy.ruleset import Text
from tests.healthcode.bending import Patch, bend_gates, bend_reasons, bend_windows


def equal_facts_count_twice(patch: Patch) -> None:
    """The facts are a list, not a set."""
    patch.setattr(deciding, "as_set", list)


def facts_count_in_the_order_they_come(patch: Patch) -> None:
    """Nothing sorts a person's facts by when they happened."""
    patch.setattr(releases, "sorted", lambda found, key: list(found), raising=False)


def touching_spans_stay_apart(patch: Patch) -> None:
    """Parts of one span are spans of their own."""
    patch.setattr(facts, "_apart", lambda earlier, later: True)


def a_joined_span_ends_with_its_first_part(patch: Patch) -> None:
    """The later part is forgotten."""
    patch.setattr(facts, "_union", lambda first, second: first)


def the_clock_is_the_notice(patch: Patch) -> None:
    """Days are counted from when the service learned of it."""
    bend_windows(patch, lambda window, fact: window._replace(clock=fact.recorded_at))


def an_inconclusive_sample_is_a_result(patch: Patch) -> None:
    """A sample of any result makes a person green."""
    sampled = deciding.Colour.GREEN, deciding.Colour.UNASSESSED
    patch.setattr(
        deciding, "_without_reasons", lambda person, at: sampled[not person.sampled(-NEVER, at)]
    )


def a_phase_never_waits_for_samples(patch: Patch) -> None:
    """Days that are over are over, tested or not."""
    patch.setattr(phases, "_satisfied", lambda here, needs, clock: True)


def casual_contacts_wait_longest(patch: Patch) -> None:
    """The days of a casual contact do not end."""

    def longest(rule: CompiledRule) -> CompiledRule:
        when = rule.rule.when
        casual = when is not None and when.kind == "exposure" and rule.matches({"grade": "casual"})
        return replace(rule, ends=lambda clock: [clock + 99 * DAY]) if casual else rule

    make = compiled._rule
    patch.setattr(compiled, "_rule", lambda *said: longest(make(*said)))


def a_contact_counts_once_it_is_over(patch: Patch) -> None:
    """Who is still with the case is no contact yet."""

    def over(window: Window, fact: Fact) -> Window:
        if fact.kind != "exposure":
            return window
        return window._replace(start=NEVER if fact.ended_at is None else fact.ended_at)

    bend_windows(patch, over)


def an_area_counts_days_after_leaving(patch: Patch) -> None:
    """Who left a listed area is free for three days, and then no longer."""

    def later(window: Window, fact: Fact) -> Window:
        delay = 3 * DAY if fact.kind == "area_stay" else 0
        return window._replace(start=window.start + delay)

    bend_windows(patch, later)


def the_latest_fact_of_a_kind_counts(patch: Patch) -> None:
    """Later evidence replaces what was known."""

    def latest(known: Iterable[Fact]) -> list[Fact]:
        ordered = sorted(as_set(known), key=lambda fact: fact.occurred_at)
        return list({fact.kind: fact for fact in ordered}.values())

    patch.setattr(deciding, "as_set", latest)


def a_case_record_closes_nothing(patch: Patch) -> None:
    """A discharge or an exclusion has no effect."""
    patch.setattr(deciding, "_closed_at", lambda fact, cases: NEVER)


def an_exclusion_closes_contacts(patch: Patch) -> None:
    """An excluded suspect is no contact either."""
    closed_at = deciding._closed_at

    def generous(fact: Fact, cases: Iterable[Fact]) -> int:
        return closed_at(fact, [case._replace(details={"status": "discharged"}) for case in cases])

    patch.setattr(deciding, "_closed_at", generous)


def a_case_record_closes_what_comes_later(patch: Patch) -> None:
    """A positive sampled after the discharge is closed with it."""
    closed_at = deciding._closed_at
    patch.setattr(
        deciding, "_closed_at", lambda fact, cases: closed_at(fact._replace(occurred_at=0), cases)
    )


def the_review_is_a_second_late(patch: Patch) -> None:
    """The instant after the one that differs."""
    review_at = deciding._review_at

    def late(*said: Any) -> int | None:
        at = review_at(*said)
        return None if at is None else at + 1

    patch.setattr(deciding, "_review_at", late)


def what_may_change_is_not_marked(patch: Patch) -> None:
    """Only instants that surely change the decision are looked at."""
    patch.setattr(Marks, "perhaps", lambda self, instant, after: None)


def what_surely_changes_is_not_marked(patch: Patch) -> None:
    """The end of a reason is no reason to look again."""
    patch.setattr(Marks, "surely", lambda self, instant: None)


def missed_test_days_are_not_marked(patch: Patch) -> None:
    """A test day that is over is no reason to look again."""
    tests = obligations._tests
    patch.setattr(
        obligations,
        "_tests",
        lambda here, fact, stage: tests(here._replace(marks=Marks()), fact, stage),
    )


def facts_to_come_are_not_awaited(patch: Patch) -> None:
    """No instant ahead of a fact is looked at."""
    patch.setattr(deciding, "_instants", lambda applications, person, now: [])


def the_mildest_reason_comes_first(patch: Patch) -> None:
    """Reasons are sorted the other way."""
    worst_first = deciding._worst_first
    patch.setattr(
        deciding,
        "_worst_first",
        lambda reason, order: tuple(-n for n in worst_first(reason, order)),
    )


def the_latest_reason_gives_the_colour(patch: Patch) -> None:
    """A later cause overrides an earlier, more severe one."""
    patch.setattr(deciding, "_worst_first", lambda reason, order: (-reason.since, order))


def nothing_says_what_ends_a_reason(patch: Patch) -> None:
    """The words of the release are lost."""
    bend_reasons(patch, lambda reason: reason._replace(release=Text("", "")))


def the_reasons_speak_one_language(patch: Patch) -> None:
    """The Chinese words are lost."""
    bend_reasons(patch, lambda reason: reason._replace(text=Text("", reason.text.en)))


def facts_hold_before_they_begin(patch: Patch) -> None:
    """A rule holds for what is still to come."""
    bend_windows(patch, lambda window, fact: window._replace(start=-NEVER))


def the_quick_look_overlooks_contacts(patch: Patch) -> None:
    """A contact is no reason for a full look."""
    bend_gates(patch, "exposure")


def the_quick_look_overlooks_cases(patch: Patch) -> None:
    """A case is no reason for a full look."""
    bend_gates(patch, "case")
