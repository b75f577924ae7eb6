"""Faults in what samples count for, and in what they end."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from healthcode.policy import Fact, deciding, releases
from healthcode.policy.instants import DAY
from healthcode.policy.marks import NEVER
from healthcode.policy.matching import Details, Predicate, predicate
from healthcode.policy.phases import Standing
from healthcode.policy.releases import CompiledRelease, Person
from healthcode.policy.ruleset import Match
from tests.healthcode.bending import Patch, bend_found, bend_release, bend_released, negative_since


def samples_count_by_their_result(patch: Patch) -> None:
    """A sample counts from a day after it was taken, when its result is there."""

    class Reported(Person):
        __slots__ = ()

        def __init__(self, known: Iterable[Fact]) -> None:
            super().__init__(known)
            self.samples = [f._replace(occurred_at=f.occurred_at + DAY) for f in self.samples]

    patch.setattr(deciding, "Person", Reported)


def pooled_negatives_release(patch: Patch) -> None:
    """A release does not look at how many people share the tube."""

    def without_pool(match: Match, scope: str) -> Predicate:
        kept = tuple(c for c in match.conditions if c.field != "pool_size")
        return predicate(replace(match, conditions=kept), scope)

    patch.setattr(releases, "predicate", without_pool)


def any_negative_ends_a_single_positive(patch: Patch) -> None:
    """A positive of one's own ends like that of a shared tube."""

    def ended(here: Standing) -> bool:
        clock = here.window.clock
        own = here.rule.rule.when is not None and here.rule.rule.when.kind == "test"
        return own and clock is not None and negative_since(here.person, clock, here.at)

    bend_released(patch, ended)


def negatives_cut_the_days_short(patch: Patch) -> None:
    """What a phase waits for at its end ends it at any time."""

    def ended(here: Standing) -> bool:
        needs, clock = here.rule.needs, here.window.clock
        if needs is None or clock is None:
            return False
        return needs.release.met(here.person, clock, here.at)

    bend_released(patch, ended)


def released_rules_come_back(patch: Patch) -> None:
    """Samples older than three days no longer count towards a release."""
    bend_found(patch, lambda release, found, at: [f for f in found if f.occurred_at > at - 3 * DAY])


def only_the_latest_samples_count(patch: Patch) -> None:
    """A release looks at the last so many samples, not at any."""
    bend_found(patch, lambda release, found, at: found[-release.count :])


def samples_to_come_count(patch: Patch) -> None:
    """A release does not ask whether a sample was taken yet."""
    found = CompiledRelease.found
    patch.setattr(
        CompiledRelease, "found", lambda self, person, floor, at: found(self, person, floor, NEVER)
    )


def the_exact_gap_is_too_short(patch: Patch) -> None:
    """More than the gap is asked for, not at least the gap."""
    fits = CompiledRelease._fits

    def later(self: CompiledRelease, fact: Fact, after: Fact, seen: frozenset[Any]) -> bool:
        exact = bool(self.gap) and after.occurred_at - fact.occurred_at == self.gap
        return not exact and fits(self, fact, after, seen)

    patch.setattr(CompiledRelease, "_fits", later)


def one_sample_fewer_is_enough(patch: Patch) -> None:
    """The count is one less."""
    bend_release(patch, lambda release: replace(release, count=max(1, release.count - 1)))


def the_window_is_not_kept(patch: Patch) -> None:
    """Samples far apart count together."""
    bend_release(patch, lambda release: replace(release, within=None))


def one_laboratory_is_enough(patch: Patch) -> None:
    """The samples may all be from one laboratory."""
    bend_release(patch, lambda release: replace(release, distinct=None))


def a_sample_at_the_clock_counts(patch: Patch) -> None:
    """Samples from the clock's own instant on, or from before it, release."""
    bend_release(patch, lambda release: replace(release, inclusive=True))


def inconclusive_is_as_good_as_negative(patch: Patch) -> None:
    """A release takes a sample without a result for a negative."""

    def generous(match: Match, scope: str) -> Predicate:
        test = predicate(match, scope)

        def fits(details: Details) -> bool:
            unclear = details.get("result") == "inconclusive"
            return test({**details, "result": "negative"} if unclear else details)

        return fits

    patch.setattr(releases, "predicate", generous)
