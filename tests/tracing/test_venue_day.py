"""A venue's day: cases, those they met there, and numbers for everybody else."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotPermitted
from accounts.models import AccessEvent, AuditEvent
from accounts.roles import Role
from tests import oversight
from tests.tracing.chained import Banquet, banquet
from tests.tracing.outbreak import NOW, at, confirmed, officer, person, room, rules_in_force, stay
from tracing.errors import UnknownVenue
from tracing.models import ContactGrade
from tracing.services import look_at_venue_day, venue_day, withdraw_case
from tracing.services.venue_day import VenueDay, first_free

pytestmark = pytest.mark.django_db
THE_15TH = date(2022, 9, 15)


@pytest.fixture
def scene() -> Banquet:
    rules_in_force()
    return banquet()


def day_of(place, day: date = THE_15TH, **how) -> VenueDay:
    venue_id = place.zone.venue_id
    return look_at_venue_day(venue_id=venue_id, day=day, by=officer(), now=NOW, **how)


def shown(seen: VenueDay) -> set[tuple[str, ContactGrade | None]]:
    return {(one.ref, one.grade) for one in seen.stays}


def test_the_day_of_a_banquet_shows_its_cases_and_whom_they_met(scene):
    seen = day_of(scene.hall)

    assert shown(seen) == {
        (scene.zhang.ref, None),
        (scene.li.ref, None),
        (scene.wang.ref, None),
        *((guest.ref, ContactGrade.CLOSE) for guest in scene.guests),
    }
    assert [(one.first, one.last) for one in seen.stays if one.ref == scene.zhang.ref] == [
        (at("15 18:00"), at("15 20:30"))
    ]


def test_others_are_counted_by_the_hour_and_never_named(scene):
    mall = room("中庭", near=False, kind="mall")

    seen = day_of(mall, date(2022, 9, 17))

    assert shown(seen) == {(scene.li.ref, None)}
    [hours] = seen.hours
    assert [hours.stays[hour] for hour in (18, 19, 20)] == [0, 26, 0]
    assert not [one for one in scene.strangers if one.ref in repr(seen)]


def test_a_day_on_which_no_case_came_shows_nobody(scene):
    stay(scene.guests[0], scene.hall, "14 18:00", "14 20:00")

    seen = day_of(scene.hall, date(2022, 9, 14))

    assert seen.stays == ()
    assert seen.hours[0].stays[18:20] == (1, 1)


def test_a_contact_from_elsewhere_is_nobody_here(scene):
    """Li's colleagues were met in the tea room; in the mall they are anybody."""
    mall = room("中庭", near=False, kind="mall")
    stay(scene.colleagues[0], mall, "17 19:10", "17 19:12")

    assert shown(day_of(mall, date(2022, 9, 17))) == {(scene.li.ref, None)}


def test_a_case_long_after_it_was_infectious_is_nobody_here():
    rules_in_force()
    zhang, place = person("E1"), room()
    confirmed(zhang, sampled="1 08:00", isolated="1 09:00")
    stay(zhang, place, "15 10:00", "15 12:00")

    assert day_of(place).stays == ()


def test_a_withdrawn_case_and_whom_it_met_are_gone(scene):
    for case in (scene.zhang, scene.li, scene.wang):
        withdraw_case(case_id=case.pk, reason="样本混淆", by=officer(), now=NOW)

    assert day_of(scene.hall).stays == ()


def test_a_stay_over_midnight_is_on_both_days_cut_at_midnight():
    rules_in_force()
    zhang, place = person("E1"), room()
    stay(zhang, place, "17 22:00", "18 03:00")
    confirmed(zhang)

    first, second = day_of(place, date(2022, 9, 17)), day_of(place, date(2022, 9, 18))

    assert [(one.first, one.last) for one in first.stays] == [(at("17 22:00"), at("18 00:00"))]
    assert [(one.first, one.last) for one in second.stays] == [(at("18 00:00"), at("18 03:00"))]
    assert first.hours[0].stays[21:] == (0, 1, 1)
    assert second.hours[0].stays[:4] == (1, 1, 1, 0)


def test_the_pages_together_have_every_stay_once(scene, monkeypatch):
    whole = day_of(scene.hall)
    monkeypatch.setattr(venue_day, "MOST_STAYS", 3)
    page = day_of(scene.hall)
    found = list(page.stays)
    while page.after:
        page = day_of(scene.hall, after=page.after)
        found += page.stays

    assert len(found) == len(set(found)) == len(whole.stays)
    assert {one.ref for one in found} == {one.ref for one in whole.stays}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=30))
def test_no_two_bars_of_a_lane_overlap(lengths):
    spans = sorted((NOW + timedelta(minutes=f), NOW + timedelta(minutes=f + n)) for f, n in lengths)
    ends: list = []
    placed = [(first_free(ends, first, last), first, last) for first, last in spans]

    for one, other in combinations(placed, 2):
        assert one[0] != other[0] or one[2] <= other[1]


def test_a_place_with_a_hundred_thousand_visitors_answers_with_what_matters():
    """Twice the statements' own limit of five seconds would fail the test."""
    rules_in_force()
    zhang, place = person("E1"), room("大厅", near=False, kind="mall")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracing_visit (place_id, entered_at, citizen_id, left_at, left_by, source)"
            " SELECT %s, %s + make_interval(secs => n / 2), 1000000 + n,"
            " %s + make_interval(secs => n / 2 + 3600), 'assumed', 'scan'"
            " FROM generate_series(1, 100000) AS n",
            [place.pk, at("17 06:00"), at("17 06:00")],
        )
        cursor.execute("SET LOCAL statement_timeout = '5s'")
    stay(zhang, place, "17 10:00", "17 12:00")
    confirmed(zhang)

    seen = day_of(place, date(2022, 9, 17))

    assert len(seen.stays) == 1
    assert seen.hours[0].stays[10] > 7000


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DESK, Role.VENUES, Role.POLICY])
def test_whoever_may_not_see_cases_and_contacts_sees_no_day(scene, role):
    with pytest.raises(NotPermitted):
        look_at_venue_day(
            venue_id=scene.hall.zone.venue_id, day=THE_15TH, by=oversight.officer(role), now=NOW
        )


def test_a_look_is_written_down_for_each_case_that_is_shown(scene):
    day_of(scene.hall)
    day_of(scene.hall)

    looks = AccessEvent.objects.filter(what="venue_day").values_list("citizen_id", flat=True)

    assert sorted(looks) == sorted(c.citizen_id for c in (scene.zhang, scene.li, scene.wang))
    assert AuditEvent.objects.filter(action="venue.day_seen").count() == 1


def test_a_venue_that_does_not_exist_has_no_day():
    with pytest.raises(UnknownVenue):
        look_at_venue_day(venue_id=0, day=THE_15TH, by=officer(), now=NOW)
