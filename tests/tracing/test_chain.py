"""The chain of a case or cluster: who is on it, in which direction, on which page."""

import pytest

from accounts.errors import NotPermitted
from accounts.models import AccessEvent, AuditEvent, Citizen, User
from accounts.roles import Role
from accounts.services import find_or_create_citizens
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
    suspected,
    traced,
)
from tracing.errors import UnknownCase
from tracing.models import Case, Contact, Encounter
from tracing.services import look_at_chain, merge_cases, trace_case, withdraw_case
from tracing.services.chain import Chain, cluster, drawn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


def chain_of(case: Case, **how) -> Chain:
    return look_at_chain(case_id=case.pk, by=officer(), now=NOW, **how)


def names(chain: Chain) -> dict[int, str]:
    """Public names by dot."""
    return {dot.key: dot.ref for dot in chain.dots}


def said(chain: Chain) -> set[tuple[str, str, str]]:
    """Lines as (source, target, kind); people by public name, cases by theirs."""
    ref = names(chain)
    return {(ref[line.source], ref[line.target], str(line.kind)) for line in chain.lines}


def at_work(*who: Citizen, place=None, day: int = 17) -> None:
    place = place or room()
    for one in who:
        stay(one, place, f"{day} 10:00", f"{day} 12:00")


@pytest.fixture
def outbreak():
    """Zhang meets Li and Wang at work; Li falls ill and lives with Chen; Zhao is elsewhere."""
    zhang, li, wang, chen, zhao, sun = (person(f"E100{n}") for n in range(6))
    at_work(zhang, li, wang)
    home(li, chen)
    at_work(zhao, sun, place=room("别处"))
    first = confirmed(zhang, sampled="18 08:00", onset="16 20:00", isolated="18 09:00")
    second = confirmed(li, sampled="19 08:00", onset="18 20:00")
    third = confirmed(zhao)
    for case in (first, second, third):
        traced(case)
    return first, second, third, wang, chen


def test_a_small_outbreak_gives_the_chain_that_everybody_would_draw(outbreak):
    first, second, third, wang, chen = outbreak

    chain = chain_of(first)

    assert said(chain) == {
        (first.ref, second.ref, "proposed"),
        (first.ref, wang.ref, "close"),
        (second.ref, chen.ref, "secondary"),
        (second.ref, first.ref, "late"),
        (second.ref, chen.ref, "close"),
        (second.ref, wang.ref, "close"),
    }
    assert third.ref not in names(chain).values()
    assert {case.pk for case in chain.cluster.cases} == {first.pk, second.pk}


def test_a_chain_is_the_same_from_whichever_case_one_looks(outbreak):
    first, second, *_ = outbreak

    one, other = chain_of(first), chain_of(second)

    assert said(one) == said(other)
    assert {dot[1:6] for dot in one.dots} == {dot[1:6] for dot in other.dots}


def test_one_case_alone_has_only_its_own_meetings(outbreak):
    first, second, _third, wang, _chen = outbreak

    chain = chain_of(second, whole=False)

    assert {case.pk for case in chain.cluster.cases} == {second.pk}
    assert {line[0] for line in said(chain)} >= {second.ref}
    assert first.ref not in names(chain).values()
    assert (second.ref, wang.ref, "close") in said(chain)


def test_whoever_was_ill_before_they_met_was_not_infected_there(outbreak):
    first, second, *_ = outbreak

    kinds = {(source, kind) for source, _target, kind in said(chain_of(first))}

    assert (first.ref, "proposed") in kinds
    assert (second.ref, "late") in kinds
    assert (second.ref, "proposed") not in kinds


def test_two_who_met_before_either_was_ill_may_each_have_infected_the_other():
    zhang, li = person("E1"), person("E2")
    at_work(zhang, li)
    cases = [confirmed(who, sampled="19 08:00", onset="18 20:00") for who in (zhang, li)]
    for case in cases:
        traced(case)

    kinds = [line.kind for line in chain_of(cases[0]).lines]

    assert kinds == ["proposed", "proposed"]


def test_two_cases_that_share_a_contact_are_one_cluster():
    zhang, li, wang = person("E1"), person("E2"), person("E3")
    at_work(zhang, wang, day=16)
    at_work(li, wang, place=room("茶室"), day=18)
    early = confirmed(zhang, sampled="17 08:00", isolated="17 09:00")
    late = confirmed(li)
    for case in (early, late):
        traced(case)

    chain = chain_of(early)

    assert {(early.ref, wang.ref, "close"), (late.ref, wang.ref, "close")} <= said(chain)
    [dot] = [dot for dot in chain.dots if dot.ref == wang.ref]
    assert dot.at == at("16 10:00")


def test_a_suspected_case_among_the_contacts_is_on_the_chain_as_such(outbreak):
    first, _second, _third, wang, _chen = outbreak
    waits = suspected(wang)

    chain = chain_of(first)

    assert waits.ref in names(chain).values()
    assert (first.ref, waits.ref, "proposed") in said(chain)


def test_casual_contacts_are_counted_and_never_drawn():
    zhang, passers = person("E1"), [person(f"P{n}") for n in range(30)]
    place = room("大厅", near=False, kind="mall")
    at_work(zhang, *passers, place=place)
    case = confirmed(zhang)
    traced(case)

    chain = chain_of(case)

    assert chain.cluster.sizes[case.pk].casual == 30
    assert list(names(chain).values()) == [case.ref]


def test_a_close_contact_who_was_also_passed_by_has_one_line():
    zhang, li = person("E1"), person("E2")
    at_work(zhang, li)
    at_work(zhang, li, place=room("大厅", near=False, kind="mall"), day=18)
    case = confirmed(zhang)
    traced(case)
    assert Encounter.objects.filter(grade="casual").count() == 1

    assert said(chain_of(case)) == {(case.ref, li.ref, "close")}


def test_a_casual_contact_who_is_a_case_is_drawn():
    zhang, li = person("E1"), person("E2")
    at_work(zhang, li, place=room("大厅", near=False, kind="mall"))
    first = confirmed(zhang, onset="18 08:00")
    second = confirmed(li, sampled="19 08:00", onset="19 06:00")
    for case in (first, second):
        traced(case)

    lines = chain_of(first).lines

    assert {str(line.proof.grade) for line in lines} == {"casual"}
    assert (first.ref, second.ref, "proposed") in said(chain_of(first))


def test_a_merged_case_stands_where_it_was_merged_into(outbreak):
    _first, second, third, *_ = outbreak
    merge_cases(kept=second.pk, merged=third.pk, reason="同一人", by=officer(), now=NOW)
    trace_case(case_id=second.pk, now=NOW)

    chain = chain_of(third)

    assert chain.cluster.cases[0].pk == second.pk
    assert third.ref not in names(chain).values()


def test_a_withdrawn_case_leaves_the_chain(outbreak):
    first, second, *_ = outbreak
    withdraw_case(case_id=second.pk, reason="样本混淆", by=officer(), now=NOW)

    chain = chain_of(first)

    assert {case.pk for case in chain.cluster.cases} == {first.pk}
    assert second.ref not in names(chain).values()


def test_a_case_that_met_nobody_is_a_single_dot():
    case = confirmed(person("E1"))
    traced(case)

    chain = chain_of(case)

    assert (list(names(chain).values()), chain.lines, chain.after) == ([case.ref], (), "")


# --- pages -------------------------------------------------------------------------------------


@pytest.fixture
def crowd():
    """A case with 300 close contacts, a third of whom it met twice."""
    case = confirmed(person("E1"))
    numbers = find_or_create_citizens(documents=[("passport", f"C{n}") for n in range(300)])
    citizens = Citizen.objects.filter(pk__in=numbers.values()).order_by("pk")
    met = Contact.objects.bulk_create(
        Contact(
            case=case,
            citizen=one,
            level=1,
            grade="close",
            setting="zone",
            first_at=at("17 08:00") + (number % 7) * DAY / 24,
            found_at=NOW,
        )
        for number, one in enumerate(citizens)
    )
    Encounter.objects.bulk_create(
        Encounter(
            contact=contact,
            via_id=case.citizen_id,
            place_id=place,
            setting="zone",
            minutes=30,
            first_at=contact.first_at,
            grade="close",
            rule="near",
        )
        for number, contact in enumerate(met)
        for place in range(1, 3 if number % 3 == 0 else 2)
    )
    return case


def pages(case: Case) -> list[Chain]:
    found = [chain_of(case)]
    while found[-1].after:
        found.append(chain_of(case, after=found[-1].after))
    return found


def test_the_pages_together_have_every_meeting_once(crowd):
    found = pages(crowd)

    lines = [(line.target, line.proof.place_id) for page in found for line in page.lines]
    assert len(found) > 1
    assert len(lines) == len(set(lines)) == 400
    assert {dot.ref for page in found for dot in page.dots} == {
        crowd.ref,
        *Citizen.objects.exclude(pk=crowd.citizen_id).values_list("ref", flat=True),
    }


def test_a_page_holds_no_more_people_than_can_be_read(crowd):
    assert max(len(page.dots) for page in pages(crowd)) <= drawn.MOST_DOTS


def test_a_person_stands_at_the_same_time_on_every_page(crowd):
    times: dict[int, set] = {}
    for page in pages(crowd):
        for dot in page.dots:
            times.setdefault(dot.key, set()).add(dot.at)

    assert all(len(instants) == 1 for instants in times.values())


def test_a_key_of_a_page_that_is_none_is_refused(crowd):
    for after in ("x", "1,2", "1,gestern,3"):
        with pytest.raises(ValueError):  # noqa: PT011  whichever part is wrong
            chain_of(crowd, after=after)


def test_a_page_takes_a_fixed_number_of_statements(crowd, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        chain_of(crowd)


def test_a_cluster_without_end_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(cluster, "MOST_CASES", 3)
    who = [person(f"E{n}") for n in range(5)]
    at_work(*who)
    cases = [confirmed(one) for one in who]
    for case in cases:
        traced(case)

    chain = chain_of(cases[4])

    assert (len(chain.cluster.cases), chain.cluster.cut) == (3, True)
    assert chain.cluster.cases[0].pk == cases[4].pk


def test_a_cluster_takes_no_more_contacts_than_a_page_can_look_through(outbreak, monkeypatch):
    monkeypatch.setattr(cluster, "MOST_CONTACTS", 2)
    first, *_ = outbreak

    chain = chain_of(first)

    assert ([case.pk for case in chain.cluster.cases], chain.cluster.cut) == ([first.pk], True)


# --- who looks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DESK, Role.VENUES, Role.POLICY])
def test_without_the_right_to_see_cases_and_contacts_nothing_is_shown(outbreak, role):
    with pytest.raises(NotPermitted):
        look_at_chain(case_id=outbreak[0].pk, by=oversight.officer(role), now=NOW)
    assert not AccessEvent.objects.filter(what="chain").exists()


def test_a_look_is_written_down_for_the_person_once_in_ten_minutes(outbreak):
    first, *_ = outbreak
    tracer: User = oversight.officer(Role.TRACER)
    for minutes in (0, 1, 9, 11):
        look_at_chain(case_id=first.pk, by=tracer, now=NOW + minutes * DAY / 1440)

    looks = AccessEvent.objects.filter(citizen_id=first.citizen_id, what="chain")

    assert [look.actor for look in looks] == ["user:tracer-1"] * 2
    assert AuditEvent.objects.filter(action="case.chain_seen").count() == 2


def test_a_case_that_does_not_exist_has_no_chain():
    with pytest.raises(UnknownCase):
        look_at_chain(case_id=0, by=officer(), now=NOW)
