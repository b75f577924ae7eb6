"""Journey 4: a case is confirmed; contacts and their contacts are found, and colours follow.

Zhang San, Li Si and Wang Wu go through doors with their phones. Zhang San and Li Si lunch in one
room; later Li Si and Wang Wu share an office. Zhao Liu was in the office that morning, before
Li Si met the case. Sun Qi crosses the restaurant for five minutes.
"""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from healthcode.colours import Colour
from healthcode.models import Evidence, HealthStatus
from healthcode.policy import decide
from healthcode.services import active_rules, facts_of
from healthcode.tasks import sweep_due
from tests.journeys import world
from tests.journeys.world import Gate, colour_of, hand_in, pcr
from tests.reader import code_on
from tracing.models import Case, CaseState, Contact, Encounter
from tracing.tasks import sweep_suspects, sweep_traces, sweep_trips

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PEOPLE = {
    "zhang": ("11010519491231002X", "张小三", "+8613800138001"),
    "li": ("310104198812040017", "李小四", "+8613800138002"),
    "wang": ("310106199001010014", "王小五", "+8613800138003"),
    "zhao": ("310107197505050017", "赵小六", "+8613800138004"),
    "sun": ("310109200002020016", "孙小七", "+8613800138005"),
}
ZHANG, LI, WANG, ZHAO, SUN = (number for number, _, _ in PEOPLE.values())


class Day:
    """One day of the city: everybody's phones, two doors, and a clock to turn on."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        """Everybody tested negative this morning."""
        self.clock, self.start = clock, timezone.now()
        self.lab = world.source("lab", "test", "travel")
        self.phones = {key: world.phone_of(*who) for key, who in PEOPLE.items()}
        hand_in(self.lab, *(pcr(who[0], f"morning {key}") for key, who in PEOPLE.items()))
        self.restaurant = Gate(world.venue("老城厢饭店"), "大厅")
        self.office = Gate(world.venue("静安写字楼", "office"), "12 楼会议室")

    def at(self, hours: float) -> None:
        """Turn the clock on to so many hours after the start."""
        self.clock.move_to(self.start + timedelta(hours=hours))

    def go(self, gate: Gate, direction: str, *who: str) -> None:
        """People show their codes at a door."""
        for key in who:
            text = code_on(self.phones[key].get("/").content.decode())
            answer = gate.scan(text, direction=direction).json()
            assert answer["admitted"], answer

    def positive(self, key: str) -> Case:
        """A single-tube positive, and the case that is proposed for it."""
        hand_in(self.lab, pcr(PEOPLE[key][0], f"positive {key}", result="positive", at=_now()))
        sweep_suspects()
        return Case.objects.get(citizen=world.citizen(PEOPLE[key][0]))


@pytest.fixture
def day() -> Day:
    with time_machine.travel(_now(), tick=False) as clock:
        world.rules_in_force()
        day = Day(clock)
        day.at(1)
        day.go(day.office, "entry", "zhao", "wang")
        day.at(2)
        day.go(day.office, "exit", "zhao", "wang")
        day.at(3)
        day.go(day.restaurant, "entry", "zhang", "li")
        day.at(3.5)
        day.go(day.restaurant, "entry", "sun")
        day.at(3.5 + 5 / 60)
        day.go(day.restaurant, "exit", "sun")
        day.at(4)
        day.go(day.restaurant, "exit", "zhang", "li")
        day.at(5)
        day.go(day.office, "entry", "li", "wang")
        day.at(6)
        day.go(day.office, "exit", "li", "wang")
        day.at(7)
        yield day


def _now() -> datetime:
    return timezone.now().replace(microsecond=0)


def confirm(case: Case, **dates: str) -> None:
    """An officer confirms the case on its page in the admin."""
    answer = world.office().post(f"/admin/tracing/case/{case.pk}/confirm/", dates)
    assert answer.status_code == 302, re.sub(r"<[^>]*>|\s+", " ", answer.content.decode())[-900:]
    sweep_traces()
    sweep_due()


def withdraw(case: Case) -> None:
    """The case turns out to be an error of the laboratory."""
    form = {"reason": "实验室复核为阴性", "sure": "on"}
    answer = world.office().post(f"/admin/tracing/case/{case.pk}/withdraw/", form)
    assert answer.status_code == 302, re.sub(r"<[^>]*>|\s+", " ", answer.content.decode())[-900:]
    sweep_due()


def contacts_of(case: Case) -> dict[str, tuple[int, str]]:
    """Level and grade of everybody found, by document number."""
    numbers = {world.citizen(number).pk: number for number, _, _ in PEOPLE.values()}
    rows = Contact.objects.filter(case=case).values_list("citizen", "level", "grade")
    return {numbers.get(citizen, str(citizen)): (level, grade) for citizen, level, grade in rows}


def test_contacts_and_their_contacts_are_found_in_the_order_of_time(day):
    case = day.positive("zhang")
    assert case.state == CaseState.SUSPECTED

    confirm(case)

    assert contacts_of(case) == {
        LI: (1, "close"),
        SUN: (1, "casual"),
        WANG: (2, "secondary"),
    }


def test_colours_follow_by_themselves_and_say_what_ends_them(day):
    confirm(day.positive("zhang"))

    colours = {number: colour_of(number) for number in (ZHANG, LI, WANG, ZHAO, SUN)}
    [reason] = HealthStatus.objects.get(citizen=world.citizen(LI)).decision["reasons"]

    assert colours == {
        ZHANG: Colour.RED,
        LI: Colour.RED,
        WANG: Colour.RED,
        ZHAO: Colour.GREEN,
        SUN: Colour.GREEN,
    }
    assert (reason["rule"], bool(reason["until"])) == ("contact-close", True)
    assert reason["release"]["en"]


def test_every_contact_carries_the_encounter_that_proves_it(day):
    case = day.positive("zhang")
    confirm(case)

    met = Encounter.objects.get(contact__citizen=world.citizen(LI), contact__case=case)
    onward = Encounter.objects.get(contact__citizen=world.citizen(WANG), contact__case=case)

    assert (met.setting, met.minutes, met.via_id) == ("zone", 60, world.citizen(ZHANG).pk)
    assert (onward.setting, onward.via_id) == ("zone", world.citizen(LI).pk)
    assert onward.first_at > met.first_at


def test_casual_contacts_are_kept_and_never_handed_down(day):
    confirm(day.positive("zhang"))

    assert not Evidence.objects.filter(kind="exposure", citizen=world.citizen(SUN)).exists()


def test_household_and_train_carriage_are_contacts_too(day):
    mother, passenger = "31011019600303001X", "310112198206060018"
    family = [world.citizen(ZHANG), world.resident(mother, "张大妈", "+8613800138009")]
    for member in family:
        Membership.objects.create(
            citizen=member, kind="household", group=7, starts_at=day.start - timedelta(days=300)
        )
    ride = {"mode": "train", "service": "G7001", "vehicle": "train_sealed", "role": "passenger"}
    for number in (ZHANG, passenger):
        hand_in(
            day.lab,
            {
                "kind": "travel",
                "document_type": "resident_id",
                "document_number": number,
                "occurred_at": (day.start - timedelta(hours=20)).isoformat(),
                "ended_at": (day.start - timedelta(hours=18)).isoformat(),
                "reported_at": day.start.isoformat(),
                "source_ref": f"G7001 {number[-4:]}",
                "details": ride
                | {"from_country": "CHN", "to_country": "CHN", "carriage": "5", "row": "7"},
            },
        )
    sweep_trips()

    case = day.positive("zhang")
    confirm(case)

    grades = dict(Contact.objects.filter(case=case).values_list("citizen", "setting"))
    assert grades[world.citizen(mother).pk] == "household"
    assert grades[world.citizen(passenger).pk] == "train"
    assert [colour_of(mother), colour_of(passenger)] == [Colour.RED, Colour.RED]


def _without_the_case(number: str, now: datetime) -> Colour:
    """What `decide` says of somebody's facts when nothing of tracing is among them."""
    citizen = world.citizen(number)
    facts = [
        fact
        for fact in facts_of([citizen.pk]).get(citizen.pk, [])
        if fact.kind not in ("exposure", "case")
    ]
    rules = active_rules(region=citizen.district, now=now).rules
    return decide(facts, rules, int(now.timestamp())).colour


def test_withdrawing_the_case_unwinds_everything(day):
    case = day.positive("zhang")
    confirm(case)
    assert colour_of(LI) is Colour.RED

    withdraw(case)

    now = timezone.now()
    for number, _, _ in PEOPLE.values():
        assert colour_of(number) is _without_the_case(number, now)
    assert [colour_of(LI), colour_of(WANG)] == [Colour.GREEN, Colour.GREEN]
    assert not Contact.objects.exists()
    assert not Encounter.objects.exists()


def test_a_case_is_confirmed_once(day):
    case = day.positive("zhang")
    confirm(case)

    again = world.office().post(f"/admin/tracing/case/{case.pk}/confirm/", {}, follow=True)

    assert AuditEvent.objects.filter(action="case.confirmed").count() == 1
    assert Case.objects.get(pk=case.pk).state == CaseState.CONFIRMED
    assert "已" in again.content.decode()


def test_tracing_again_changes_nothing(day):
    case = day.positive("zhang")
    confirm(case)
    before = _everything()

    Case.objects.filter(pk=case.pk).update(trace_due_at=timezone.now())
    sweep_traces()
    sweep_due()

    assert _everything() == before


def test_a_venue_alone_makes_nobody_red(day):
    """Whoever was in the house, without time together in one room, stays green."""
    other_room = Gate(day.restaurant.venue, "包间")
    day.go(other_room, "entry", "zhao")
    case = day.positive("zhang")

    confirm(case)

    assert colour_of(ZHAO) is Colour.GREEN


@pytest.mark.parametrize("who", ["citizen", "stranger"])
def test_only_officers_decide_cases(day, who):
    case = day.positive("zhang")
    client = day.phones["li"] if who == "citizen" else Client()

    client.post(f"/admin/tracing/case/{case.pk}/confirm/", {})

    assert Case.objects.get(pk=case.pk).state == CaseState.SUSPECTED


def _everything() -> tuple[object, ...]:
    return (
        _rows(Contact, "case", "citizen", "level", "grade", "minutes", "first_at"),
        _rows(Encounter, "contact", "via_id", "setting", "grade", "first_at"),
        _rows(Evidence, "citizen", "source_ref", "version"),
        _rows(HealthStatus, "citizen", "colour"),
    )


def _rows(model: type[Model], *names: str) -> list[tuple[object, ...]]:
    return sorted(model._default_manager.values_list(*names))
