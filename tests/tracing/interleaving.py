"""Two cases that share contacts, and their deeds in any order: for comparing two worlds.

A world is drawn: homes, stays, a train, a positive. A script is drawn: deeds of one or the other
case, and what happens beside them. It is played as a whole, and once more without one case.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from accounts.errors import DomainError
from accounts.models import Citizen
from healthcode.models import HealthStatus
from healthcode.services import facts_of, recolour
from tests.tracing.outbreak import NOW, at, home, officer, person, positive, room, stay, trip
from tracing.models import Case, CaseState, Contact, ContactTask, Encounter, Place, Visit
from tracing.services import (
    confirm_case,
    correct_case,
    extend_trace,
    isolate_case,
    merge_cases,
    open_case,
    separate_cases,
    sweep_traces,
    touch_cases,
    trace_case,
    withdraw_case,
)

PEOPLE = range(8)
#: The people who are the two cases.
FIRST, SECOND = 0, 1
END = NOW + timedelta(hours=1)
ROOMS = (("中", True), ("晚", True), ("厅", False))
ONSETS = (None, None, "18 20:00", "17 09:00", "16 12:00")
ISOLATIONS = (None, "18 13:30", "18 21:00", "19 09:00")

Drawn = tuple[int, int, int, int]


class World(NamedTuple):
    """Who lives together, who was where, who rode the train, whether the first was positive."""

    homes: list[tuple[int, int]]
    stays: list[Drawn]
    riders: list[int]
    positive: bool


class Deed(NamedTuple):
    """What is done about which case, with the dates of these numbers; None: about neither."""

    what: str
    case: int | None
    onset: int
    isolated: int
    stay: Drawn


people = st.sampled_from(PEOPLE)
#: Of the cases and of those whom they meet more often than of others.
visitors = st.sampled_from((0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7))
#: Who, which room, quarter of an hour from 8:00 on the 16th, minutes.
stays = st.tuples(
    visitors,
    st.sampled_from((0, 0, 0, 1, 1, 2)),
    st.sampled_from((112, 208, 208, 212, 216, 216, 240)) | st.sampled_from(range(295)),
    st.sampled_from((8, 15, 30, 60, 120)),
)
worlds = st.builds(
    World,
    st.lists(st.tuples(people, people), max_size=3),
    st.lists(stays, min_size=8, max_size=24),
    st.lists(people, max_size=4, unique=True),
    st.booleans(),
)
OF_ONE = ("trace", "trace", "correct", "isolate", "extend", "sweep", "sweep", "late", "recolour")
OF_BOTH = ("merge", "merge", "separate")


def _deeds(what: Sequence[str]) -> st.SearchStrategy[Deed]:
    return st.builds(
        Deed,
        st.sampled_from(what),
        st.sampled_from((FIRST, SECOND)),
        st.sampled_from(range(len(ONSETS))),
        st.sampled_from(range(len(ISOLATIONS))),
        stays,
    )


def scripts(*, mergers: bool) -> st.SearchStrategy[list[Deed]]:
    """Both cases are confirmed somewhere in it, at any place in the order."""
    confirmed = st.tuples(
        *(
            _deeds(["confirm"]).map(lambda deed, case=case: deed._replace(case=case))
            for case in (FIRST, SECOND)
        )
    )
    others = st.lists(_deeds(OF_ONE + OF_BOTH * mergers), min_size=2, max_size=10)
    return st.tuples(confirmed, others).flatmap(lambda both: st.permutations([*both[0], *both[1]]))


class Cast(NamedTuple):
    """Who and what is the same in every world."""

    people: list[Citizen]
    rooms: list[Place]


def cast() -> Cast:
    """Eight people and three rooms."""
    people = [person(f"E50000{number:03}") for number in PEOPLE]
    return Cast(people, [room(name, near=near) for name, near in ROOMS])


class Stage:
    """A world that exists, and the cases in it by number."""

    def __init__(self, world: World, cast: Cast) -> None:
        """Everything but the cases."""
        self.people, self.rooms = cast
        self.cases: dict[int, Case] = {}
        for one, two in world.homes:
            if one != two:
                home(self.people[one], self.people[two])
        for drawn in world.stays:
            self.stay(drawn)
        for number in world.riders:
            trip(self.people[number], f"t{number}", "17 08:00", "17 10:00")
        if world.positive:
            positive(self.people[FIRST], when="18 09:00")

    def stay(self, drawn: Drawn) -> Visit | None:
        """Store a stay, unless the person was in the room then."""
        who, where, quarter, minutes = drawn
        first = at("16 08:00") + timedelta(minutes=15 * quarter)
        last = min(first + timedelta(minutes=minutes), NOW)
        citizen, place = self.people[who], self.rooms[where]
        own = Visit.objects.filter(citizen_id=citizen.pk, place_id=place.pk)
        if first >= last or own.filter(entered_at__lt=last, left_at__gt=first).exists():
            return None
        return stay(citizen, place, f"{first:%d %H:%M}", f"{last:%d %H:%M}")

    def play(self, script: Sequence[Deed], without: Collection[int] = ()) -> list[Deed]:
        """Do what can be done, a minute each; returns what was done. Refusals are typed."""
        done = []
        for number, deed in enumerate(script):
            now = NOW + timedelta(minutes=number)
            if deed.case in without and deed.what not in ("sweep", "late", "recolour"):
                continue
            try:
                self._do(deed, now)
                done.append(deed)
            except (DomainError, KeyError):
                done.append(deed._replace(what="nothing"))
        return done

    def withdraw(self, *numbers: int) -> None:
        """Take these cases back; one that was merged is separated first, unless both go."""
        for number in numbers:
            self._apart(number, both=len(numbers) > 1)
        for number in numbers:
            case = Case.objects.get(pk=self.cases[number].pk)
            if case.state == CaseState.CONFIRMED:
                withdraw_case(case_id=case.pk, reason="误报", by=officer(), now=END)

    def settle(self) -> None:
        """Everything that is due is done."""
        while sweep_traces(now=END):
            pass
        recolour(citizen_ids=[who.pk for who in self.people], now=END)

    def seen(self) -> dict[str, Any]:
        """All that was derived, in words that do not depend on the order of numbers."""
        return {
            "contacts": self._rows(
                Contact,
                "case",
                "citizen",
                "level",
                "grade",
                "setting",
                "minutes",
                "first_at",
                "last_at",
            ),
            "encounters": self._rows(
                Encounter,
                "contact__case",
                "contact__citizen",
                "via_id",
                "place_id",
                "setting",
                "minutes",
                "rows_apart",
                "first_at",
                "last_at",
                "grade",
                "rule",
            ),
            "tasks": self._rows(ContactTask, "case", "citizen", "kind", "wanted", "state"),
            "facts": {who.pk: self._facts(who) for who in self.people},
            "colours": {who.pk: _colour(who) for who in self.people},
        }

    def _do(self, deed: Deed, now: datetime) -> None:
        onset, isolated = ONSETS[deed.onset], ISOLATIONS[deed.isolated]
        dates = {"onset_at": onset and at(onset), "isolated_at": isolated and at(isolated)}
        getattr(self, f"_{deed.what}")(deed, dates, {"by": officer(), "now": now})

    def _confirm(self, deed: Deed, dates: dict, more: dict) -> None:
        citizen = self.people[deed.case or 0]
        case = open_case(citizen_ref=citizen.ref, sampled_at=at("19 08:00"), **more)
        self.cases[deed.case or 0] = confirm_case(case_id=case.pk, **dates, **more)

    def _trace(self, deed: Deed, dates: dict, more: dict) -> None:
        trace_case(case_id=self._id(deed), now=more["now"])

    def _correct(self, deed: Deed, dates: dict, more: dict) -> None:
        correct_case(case_id=self._id(deed), reason="记错", **dates, **more)

    def _isolate(self, deed: Deed, dates: dict, more: dict) -> None:
        isolated_at = dates["isolated_at"] or at("19 07:00")
        isolate_case(case_id=self._id(deed), isolated_at=isolated_at, **more)

    def _extend(self, deed: Deed, dates: dict, more: dict) -> None:
        extend_trace(case_id=self._id(deed), until=more["now"], reason="未隔离", **more)

    def _sweep(self, deed: Deed, dates: dict, more: dict) -> None:
        sweep_traces(now=more["now"])

    def _recolour(self, deed: Deed, dates: dict, more: dict) -> None:
        recolour(citizen_ids=[who.pk for who in self.people], now=more["now"])

    def _late(self, deed: Deed, dates: dict, more: dict) -> None:
        late = self.stay(deed.stay)
        if late is not None:
            touch_cases(visits=[late], now=more["now"])

    def _merge(self, deed: Deed, dates: dict, more: dict) -> None:
        kept, merged = self._id(deed), self.cases[SECOND - (deed.case or 0)].pk
        merge_cases(kept=kept, merged=merged, reason="同一人", **more)

    def _separate(self, deed: Deed, dates: dict, more: dict) -> None:
        separate_cases(case_id=self._id(deed), reason="不是", **more)

    def _nothing(self, deed: Deed, dates: dict, more: dict) -> None:
        """What was refused in the other world."""

    def _id(self, deed: Deed) -> int:
        return self.cases[deed.case or 0].pk

    def _apart(self, number: int, *, both: bool) -> None:
        case = self.cases[number].pk
        merged = Case.objects.filter(state=CaseState.MERGED)
        for one in merged.filter(pk=case) | merged.filter(merged_into=case):
            if not both:
                separate_cases(case_id=one.pk, reason="不是", by=officer(), now=END)

    def _rows(self, model: Any, case: str, *fields: str) -> list[str]:
        numbers = {kept.pk: number for number, kept in self.cases.items()}
        rows = model.objects.values(case, *fields)
        return sorted(
            repr(row | {case: numbers[row[case]], "place_id": _place(row.get("place_id"))})
            for row in rows
        )

    def _facts(self, who: Citizen) -> list[str]:
        refs = {case.ref: number for number, case in self.cases.items()}
        facts = facts_of([who.pk]).get(who.pk, [])
        told = [(f.kind, f.occurred_at, f.ended_at, sorted(f.details.items())) for f in facts]
        words = sorted(repr(one) for one in told)
        for ref, number in refs.items():
            words = [word.replace(ref, f"case {number}") for word in words]
        return words


def _place(place_id: int | None) -> str:
    """A run is stored anew in each world."""
    place = Place.objects.filter(pk=place_id).first()
    return "" if place is None else f"{place.service} {place.carriage} {place.zone_id}"


def _colour(who: Citizen) -> tuple[int, list[str]]:
    """The colour and why; which piece of evidence it was is named by a number of its own."""
    status = HealthStatus.objects.get(pk=who.pk)
    reasons = [one | {"evidence": None} for one in status.decision["reasons"]]
    return status.colour, sorted(repr(sorted(one.items())) for one in reasons)
