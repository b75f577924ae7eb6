"""When a case was infectious, and stretches of time cut to size."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcode.policy import compile_rules
from healthcode.policy.errors import NoContactsPart
from healthcode.policy.ruleset import Stretch
from healthcode.rules import load_named
from tests.tracing.outbreak import NOW, at
from tracing.models import VenueKind, ZoneKind
from tracing.windows import (
    LONGEST_ROW,
    Span,
    Window,
    clip,
    infectious_until,
    infectious_window,
    rows_of,
    stay_aboard,
    stay_in_zone,
    union,
)

RULESET = load_named("sh-2022-09-18")
RULES = compile_rules(RULESET)


def with_contacts(**changes):
    return compile_rules(replace(RULESET, contacts=replace(RULESET.contacts, **changes)))


def window(
    *,
    onset: str | None = None,
    sampled: str = "18 08:00",
    isolated: str | None = None,
    confirmed: str = "19 10:00",
    rules=RULES,
) -> Window:
    return infectious_window(
        onset_at=onset and at(onset),
        sampled_at=at(sampled),
        isolated_at=isolated and at(isolated),
        confirmed_at=at(confirmed),
        rules=rules,
    )


def test_symptoms_look_back_two_local_days_before_the_onset():
    assert window(onset="17 15:00").since == at("15 00:00")


def test_without_symptoms_the_first_positive_sample_counts():
    assert window().since == at("16 00:00")


def test_who_fell_ill_after_the_sample_was_infected_by_then():
    assert window(onset="19 09:00", sampled="18 08:00").since == at("16 00:00")


def test_hours_are_elapsed_time():
    rules = with_contacts(lookback_onset=Stretch(hours=48))
    assert window(onset="17 15:00", rules=rules).since == at("15 15:00")


def test_a_day_is_a_local_day():
    """Half past midnight in Shanghai is still the day before in Greenwich."""
    assert window(onset="17 00:30").since == at("15 00:00")


def test_the_window_ends_with_the_isolation_or_the_confirmation():
    assert window(isolated="18 20:00").until == at("18 20:00")
    assert window(isolated="19 12:00").until == at("19 10:00")
    assert window().until == at("19 10:00")


def test_a_look_forward_ends_the_window_before_the_confirmation():
    rules = with_contacts(lookforward=Stretch(days=10))
    assert window(onset="5 12:00", rules=rules).until == at("16 00:00")


def test_contacts_of_contacts_are_sought_until_the_confirmation():
    assert window(isolated="18 20:00").traced_until == at("19 10:00")


def test_who_was_isolated_before_met_nobody():
    found = window(isolated="10 00:00")
    assert found.since == found.until == at("16 00:00")


def test_a_case_goes_on_until_isolated():
    dates = {"onset_at": None, "sampled_at": at("18 08:00"), "rules": RULES}
    assert infectious_until(**dates, isolated_at=None) is None
    assert infectious_until(**dates, isolated_at=NOW) == NOW


def test_rules_about_colours_alone_have_no_window():
    with pytest.raises(NoContactsPart):
        window(rules=compile_rules(replace(RULESET, contacts=None)))


def test_clipping_keeps_what_lies_inside():
    day = Span(at("18 00:00"), at("19 00:00"))
    assert clip(Span(at("17 20:00"), at("18 02:00")), day) == Span(at("18 00:00"), at("18 02:00"))
    assert clip(Span(at("17 20:00"), at("18 00:00")), day) is None


instants = st.integers(0, 6 * 24 * 4).map(lambda n: at("10 00:00") + timedelta(minutes=15 * n))
spans = st.tuples(instants, instants).map(lambda pair: Span(*sorted(pair)))


@given(spans)
def test_rows_touch_are_short_enough_and_cover_the_stay(stay):
    rows = list(rows_of(stay))
    assert all(timedelta(0) < row.last - row.first <= LONGEST_ROW for row in rows)
    assert union(rows) == ([stay] if stay.first < stay.last else [])
    assert sum(((r.last - r.first) for r in rows), timedelta(0)) == stay.last - stay.first


@given(st.lists(spans))
def test_a_union_holds_each_instant_once(some):
    joined = union(some)
    assert all(a.last < b.first for a, b in pairwise(joined))
    for instant in {instant for span in some for instant in span}:
        inside = any(span.first <= instant < span.last for span in some)
        assert inside == any(span.first <= instant < span.last for span in joined)


@pytest.mark.parametrize("zone", ZoneKind.values)
@pytest.mark.parametrize("venue", VenueKind.values)
def test_every_kind_of_zone_has_its_stay(venue, zone):
    stay = stay_in_zone(venue, zone)
    assert timedelta(0) < stay.assumed <= stay.longest <= LONGEST_ROW


def test_the_published_bounds_of_stays():
    assert stay_in_zone("shop", "hall").longest == timedelta(hours=12)
    assert stay_aboard("metro").longest == timedelta(hours=3)
    assert stay_in_zone("mall", "entrance").assumed < stay_in_zone("mall", "hall").assumed
    assert stay_aboard("aircraft").longest == LONGEST_ROW
