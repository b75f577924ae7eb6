"""One person under two documents with a case each: traced as one, and taken apart again."""

import pytest

from accounts.errors import AlreadyDecided, NotPermitted
from accounts.models import AuditEvent, User
from healthcode.models import Evidence, HealthStatus
from healthcode.services import facts_of, recolour
from tests.tracing.outbreak import (
    NOW,
    at,
    confirmed,
    contacts,
    episode,
    exposures,
    officer,
    person,
    positive,
    rules_in_force,
    suspected,
)
from tests.tracing.twice import LATER, merge, separate, two_cases
from tracing.errors import CaseMerged, MergeRefused, UnknownCase
from tracing.models import Case, CaseState, Contact, TraceBrake
from tracing.services import (
    confirm_case,
    merge_cases,
    separate_cases,
    sweep_traces,
    whole_window,
    withdraw_case,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


@pytest.fixture
def anna():
    """Anna's passport, and her resident's permit."""
    return person("E10000001"), person("E10000011")


@pytest.fixture
def bo():
    """Bo met the passport, Chen the permit, Dora both of them."""
    return person("E10000002")


@pytest.fixture
def chen():
    return person("E10000003")


@pytest.fixture
def dora():
    return person("E10000004")


@pytest.fixture
def two(anna, bo, chen, dora) -> tuple[Case, Case]:
    return two_cases(anna, bo, chen, dora)


def derived(*people) -> dict[int, list]:
    """What the policy reads of these people's exposures."""
    return {who.pk: sorted(map(repr, exposures(who))) for who in people}


def stored() -> list[tuple]:
    rows = Contact.objects.values_list("case__ref", "citizen", "level", "grade", "minutes")
    return sorted(rows)


def test_the_kept_case_is_traced_for_both_over_the_time_of_both(two, bo, chen, dora):
    first, second = two

    merge(first, second)
    assert sweep_traces(now=LATER) == 1

    assert set(contacts(first)) == {bo.pk, chen.pk, dora.pk}
    assert contacts(second) == {}
    window = whole_window(Case.objects.get(pk=first.pk))
    assert window == (at("15 00:00"), at("19 09:30"), NOW)
    for who in (bo, chen, dora):
        assert [exposure["case"] for exposure in exposures(who)] == [first.ref]


def test_neither_is_a_contact_of_the_other_from_that_moment_on(two, anna):
    merge(*two)
    assert [exposures(who) for who in anna] == [[], []]
    assert not Contact.objects.filter(citizen__in=anna).exists()
    sweep_traces(now=LATER)
    assert [exposures(who) for who in anna] == [[], []]


def test_both_documents_stay_infected(two, anna):
    merge(*two)
    sweep_traces(now=LATER)
    assert [episode(who) for who in anna] == [[("asymptomatic", None)], [("confirmed", None)]]
    recolour(citizen_ids=[who.pk for who in anna], now=LATER)
    colours = HealthStatus.objects.filter(pk__in=[who.pk for who in anna])
    assert len(set(colours.values_list("colour", flat=True))) == 1


def test_nobody_is_forgotten_between_the_merger_and_the_trace(two, bo, chen, dora):
    merge(*two)
    assert all(exposures(who) for who in (bo, chen, dora))


def test_while_the_brake_holds_the_trace_back_the_contacts_of_both_stand(
    two, bo, chen, dora, settings
):
    settings.TRACE_BRAKE_LIMIT = 2
    merge(*two)
    assert sweep_traces(now=LATER) == 0
    assert TraceBrake.objects.get().case_id == two[0].pk
    assert all(exposures(who) for who in (bo, chen, dora))


def test_separating_brings_back_what_was(two, anna, bo, chen, dora):
    everybody = (*anna, bo, chen, dora)
    before, rows = derived(*everybody), stored()
    windows = list(Case.objects.order_by("pk").values_list("window_from", "window_until"))
    merge(*two)
    sweep_traces(now=LATER)
    assert derived(*everybody) != before

    separate(two[1])

    assert Case.objects.filter(trace_due_at__isnull=False).count() == 2
    assert sweep_traces(now=LATER) == 2
    assert derived(*everybody) == before
    assert stored() == rows
    assert list(Case.objects.order_by("pk").values_list("window_from", "window_until")) == windows


def test_withdrawing_the_kept_case_takes_both_back(two, anna, bo, chen, dora):
    positive(anna[1], when="18 09:00")
    merge(*two)
    sweep_traces(now=LATER)

    withdraw_case(case_id=two[0].pk, reason="误报", by=officer(), now=LATER)

    states = Case.objects.filter(pk__in=[case.pk for case in two]).values_list("state", flat=True)
    assert set(states) == {CaseState.WITHDRAWN}
    assert not Contact.objects.exists()
    assert all(fact.kind == "test" for who in (*anna, bo, chen, dora) for fact in known(who))
    assert Case.objects.get(state=CaseState.SUSPECTED).citizen_id == anna[1].pk


def known(who) -> list:
    return facts_of([who.pk]).get(who.pk, [])


def test_withdrawing_before_the_trace_ran_leaves_nothing_either(two):
    merge(*two)
    withdraw_case(case_id=two[0].pk, reason="误报", by=officer(), now=LATER)
    assert not Contact.objects.exists()
    recorded = Evidence.objects.order_by("source_ref", "-version").distinct("source_ref")
    assert all(item.retracted for item in recorded)


def test_the_merged_case_is_separated_before_it_is_withdrawn(two):
    merge(*two)
    with pytest.raises(CaseMerged):
        withdraw_case(case_id=two[1].pk, reason="误报", by=officer(), now=LATER)
    separate(two[1])
    withdraw_case(case_id=two[1].pk, reason="误报", by=officer(), now=LATER)
    sweep_traces(now=LATER)
    assert set(contacts(two[0])) != set()
    assert contacts(two[1]) == {}


def test_a_third_document_follows_the_case_it_was_merged_into(two, anna):
    third_document = person("E10000021")
    third = confirmed(third_document, isolated="19 09:00")
    merge(two[1], third)
    merge(two[0], two[1])
    assert set(Case.objects.filter(merged_into=two[0]).values_list("pk", flat=True)) == {
        two[1].pk,
        third.pk,
    }
    separate(third)
    third.refresh_from_db()
    assert (third.state, third.merged_into_id) == (CaseState.CONFIRMED, None)
    assert Case.objects.get(merged_into=two[0]).pk == two[1].pk


def test_only_two_different_confirmed_cases_are_merged(two, bo):
    waiting = suspected(bo)
    for kept, merged in ((two[0], two[0]), (two[0], waiting), (waiting, two[0])):
        with pytest.raises(MergeRefused):
            merge(kept, merged)
    merge(*two)
    with pytest.raises(MergeRefused):
        merge(*two)
    with pytest.raises(UnknownCase):
        merge_cases(kept=two[0].pk, merged=0, reason="x", by=officer(), now=NOW)
    assert AuditEvent.objects.filter(action="case.merged").count() == 1


def test_only_a_merged_case_is_separated(two):
    with pytest.raises(AlreadyDecided):
        separate(two[1])
    merge(*two)
    separate(two[1])
    with pytest.raises(AlreadyDecided):
        separate(two[1])


def test_only_who_may_decide_merges_or_separates(two):
    stranger = User.objects.create(username="passer-by", is_staff=True)
    with pytest.raises(NotPermitted):
        merge_cases(kept=two[0].pk, merged=two[1].pk, reason="x", by=stranger, now=NOW)
    with pytest.raises(NotPermitted):
        separate_cases(case_id=two[1].pk, reason="x", by=stranger, now=NOW)


def test_an_audit_that_fails_undoes_the_merger(two, monkeypatch):
    before = stored()

    def fail(**_):
        raise OSError("the ledger is full")

    monkeypatch.setattr("tracing.services.cases.deed.audit.record", fail)
    with pytest.raises(OSError, match="ledger"):
        merge(*two)
    assert stored() == before
    assert not Case.objects.filter(state=CaseState.MERGED).exists()


def test_confirming_a_third_case_of_the_person_is_not_hindered(two):
    merge(*two)
    case = suspected(person("E10000021"))
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=LATER)
    assert Case.objects.get(pk=case.pk).state == CaseState.CONFIRMED
