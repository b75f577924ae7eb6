"""Who lives in the city: households, ages, names, documents.

The shares are plausible inventions, shaped like Shanghai's age pyramid; they are no statistics.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from itertools import accumulate, count
from random import Random
from typing import NamedTuple

from tracing.services.city import documents, names
from tracing.services.city.plan import CityPlan
from tracing.services.city.regions import communities, residents

YOUNGEST_WITH_PHONE = 12
FOREIGN_SHARE = 0.01
WORKING_SHARE = 0.85


class Role(Enum):
    """What somebody's days are made of."""

    AT_HOME = auto()
    KINDERGARTEN = auto()
    SCHOOL = auto()
    WORK = auto()
    RETIRED = auto()


@dataclass(slots=True)
class Person:
    """An invented citizen. `number` counts from 0; `base` is the zone of their working days."""

    number: int
    ref: str
    household: int
    community: str
    name: str
    born: date
    document_type: str
    document_number: str
    phone: str | None
    role: Role
    base: int | None = None
    class_number: int | None = None
    night_shift: bool = False

    @property
    def adult(self) -> bool:
        """Whether they go about on their own."""
        return self.phone is not None and self.role is not Role.SCHOOL


# Ages of a household's members: two numbers are a range, "child" follows the parents' age.
_Member = tuple[int, int] | str
_HOUSEHOLDS: tuple[tuple[int, tuple[_Member, ...]], ...] = (
    (18, ((22, 59),)),
    (8, ((62, 92),)),
    (17, ((24, 58), (24, 58))),
    (15, ((60, 85), (60, 85))),
    (24, ((26, 52), (26, 52), "child")),
    (7, ((28, 48), (28, 48), "child", "child")),
    (8, ((27, 50), (27, 50), "child", (58, 80))),
    (3, ((20, 35), (20, 35), (20, 35))),
)
_SHAPES = [shape for _, shape in _HOUSEHOLDS]
_SHARES = list(accumulate(share for share, _ in _HOUSEHOLDS))


def make_people(plan: CityPlan) -> list[Person]:
    """Everybody, household by household; the last one is cut to the size of the city."""
    return _Census(plan).everybody()


class _Household(NamedTuple):
    """People under one roof: where, the spouses' surnames, ages and sexes."""

    number: int
    community: str
    surnames: dict[str, str]
    foreign: bool
    members: list[tuple[int, str]]


class _Census:
    """Counts people and keeps what must not repeat."""

    def __init__(self, plan: CityPlan) -> None:
        self._plan = plan
        self._rng = plan.stream("people")
        self._registry = documents.Registry(plan.stream("documents"))
        self._communities = communities()
        self._weights = list(accumulate(residents(code) for code in self._communities))

    def everybody(self) -> list[Person]:
        """Households until the city is full."""
        people: list[Person] = []
        for number in count(1):
            home = self._household(number)
            for age, sex in home.members:
                if len(people) == self._plan.citizens:
                    return people
                people.append(self._person(len(people), home, age, sex))
        return people

    def _household(self, number: int) -> _Household:
        rng = self._rng
        members = rng.choices(_SHAPES, cum_weights=_SHARES)[0]
        return _Household(
            number=number,
            community=rng.choices(self._communities, cum_weights=self._weights)[0],
            surnames={"M": names.surname(rng), "F": names.surname(rng)},
            foreign=rng.random() < FOREIGN_SHARE and "child" not in members,
            members=list(_ages(members, rng)),
        )

    def _person(self, number: int, home: _Household, age: int, sex: str) -> Person:
        rng = self._rng
        born, document_type, document = self._document(number, age, sex, home.foreign)
        return Person(
            number=number,
            ref=f"{rng.getrandbits(128):032x}",
            household=home.number,
            community=home.community,
            name=self._name(home, age, sex),
            born=born,
            document_type=document_type,
            document_number=document,
            phone=documents.phone(number) if age >= YOUNGEST_WITH_PHONE else None,
            role=_role(age, rng),
        )

    def _name(self, home: _Household, age: int, sex: str) -> str:
        """Children bear their father's surname, spouses each their own."""
        if home.foreign:
            return names.foreign_name(self._rng, sex)
        return home.surnames["M" if age < 20 else sex] + names.given_name(self._rng, sex)

    def _document(self, number: int, age: int, sex: str, foreign: bool) -> tuple[date, str, str]:
        """Birthday and document; another birthday while the drawn one has no number left."""
        born = self._birthday(age)
        if foreign:
            return born, "passport", documents.passport(number)
        while (resident_id := self._registry.resident_id(born, sex)) is None:
            born = self._birthday(age)
        return born, "resident_id", resident_id

    def _birthday(self, age: int) -> date:
        return self._plan.today - timedelta(days=age * 365.25 + 1 + self._rng.random() * 364)


def _ages(members: tuple[_Member, ...], rng: Random) -> Iterator[tuple[int, str]]:
    """An age and a sex for each member; couples are of like age."""
    first: int | None = None
    for position, member in enumerate(members):
        sex = "MF"[position] if position < 2 and len(members) > 1 else rng.choice("MF")
        if isinstance(member, str):
            yield max(0, min(19, (first or 0) - rng.randint(23, 33))), sex
            continue
        low, high = member
        age = rng.randint(low, high) if first is None else _near(first, low, high, rng)
        first = first or age
        yield age, sex


def _near(age: int, low: int, high: int, rng: Random) -> int:
    """An age not far from another one, or anywhere in a range that lies elsewhere."""
    if not low <= age <= high:
        return rng.randint(low, high)
    return max(low, min(high, age + rng.randint(-4, 4)))


def _role(age: int, rng: Random) -> Role:
    if age < 3:
        return Role.AT_HOME
    if age < 6:
        return Role.KINDERGARTEN
    if age < 18:
        return Role.SCHOOL
    if age < 60:
        return Role.WORK if rng.random() < WORKING_SHARE else Role.AT_HOME
    return Role.RETIRED
