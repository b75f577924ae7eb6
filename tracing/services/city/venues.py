"""Where people go: venues, their zones, and who is near which.

Numbers of venues follow the size of the city; the rates are guesses.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tracing.models import VenueKind, ZoneKind
from tracing.services.city.names import place_name
from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan

HOSPITALS_WANT_NEGATIVE_WITHIN = 48


class Zone(NamedTuple):
    """A room-sized part of a venue; numbered through the city from 0."""

    number: int
    venue: int
    name: str
    kind: ZoneKind
    close_quarters: bool


class Venue(NamedTuple):
    """A place of business or service; numbered through the city from 0."""

    number: int
    ref: str
    name: str
    kind: VenueKind
    community: str
    negative_within_hours: int | None

    @property
    def district(self) -> str:
        """The six-digit code."""
        return self.community[:6]


class Service(NamedTuple):
    """A kind of venue that everybody uses: people per venue, words, zones."""

    kind: VenueKind
    people_each: int
    words: tuple[str, ...]
    zones: tuple[str, ...]
    zone_kind: ZoneKind = ZoneKind.HALL


SERVICES = (
    Service(VenueKind.SHOP, 250, ("便利店", "生鲜店", "超市"), ("店堂",)),
    Service(
        VenueKind.RESTAURANT,
        200,
        ("面馆", "小馆", "饭店", "茶餐厅"),
        ("大堂", "楼上餐区"),
        ZoneKind.DINING,
    ),
    Service(VenueKind.MARKET, 1500, ("菜市场", "集贸市场"), ("蔬菜区", "水产区", "粮油区")),
    Service(VenueKind.MALL, 4000, ("广场", "百货"), ("一楼", "二楼", "三楼", "地下一层")),
    Service(VenueKind.LEISURE, 2000, ("影院", "健身房", "书院"), ("一号厅", "二号厅", "休息区")),
    Service(VenueKind.HOSPITAL, 8000, ("医院", "社区卫生中心"), ("门诊大厅", "候诊区", "输液室")),
)


@dataclass
class Venues:
    """All venues and zones; `near` finds the zones of a kind in a district."""

    rng: Random
    venues: list[Venue] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    _near: dict[tuple[VenueKind, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def open_venue(self, kind: VenueKind, name: str, community: str) -> int:
        """A new venue without zones; returns its number."""
        number = len(self.venues)
        hours = HOSPITALS_WANT_NEGATIVE_WITHIN if kind is VenueKind.HOSPITAL else None
        ref = f"{self.rng.getrandbits(128):032x}"
        self.venues.append(Venue(number, ref, name, kind, community, hours))
        return number

    def add_zone(self, venue: int, name: str, kind: ZoneKind, *, close: bool = False) -> int:
        """A new zone of a venue; returns its number. People sit close where they eat."""
        number = len(self.zones)
        self.zones.append(Zone(number, venue, name, kind, close or kind is ZoneKind.DINING))
        of = self.venues[venue]
        self._near[of.kind, of.district].append(number)
        self._near[of.kind, ""].append(number)
        return number

    def near(self, kind: VenueKind, district: str) -> int:
        """A zone of this kind in the district, or somewhere in the city if it has none."""
        return self.rng.choice(self._near.get((kind, district)) or self._near[kind, ""])


def open_services(plan: CityPlan, people: list[Person], venues: Venues) -> None:
    """Shops, restaurants, markets and so on, near where people live."""
    for service in SERVICES:
        for number in range(max(2, plan.citizens // service.people_each)):
            community = venues.rng.choice(people).community
            _open(service, number, community, venues)


def _open(service: Service, number: int, community: str, venues: Venues) -> None:
    word = service.words[number % len(service.words)]
    venue = venues.open_venue(service.kind, numbered(number) + word, community)
    for zone in service.zones:
        venues.add_zone(venue, zone, service.zone_kind)


def numbered(number: int) -> str:
    """An invented name for each number: a place name, with a figure once they repeat."""
    name, _ = place_name(number)
    rounds = number // 187
    return f"{name}{rounds + 1}号" if rounds else name
