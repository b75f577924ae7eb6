"""The city as thought out, before anything is written: who, where, by which habits."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tracing.services.city.daytime import assign_bases
from tracing.services.city.habits import Habit, Place, make_habits
from tracing.services.city.metro import Network, network
from tracing.services.city.people import Person, make_people
from tracing.services.city.plan import CityPlan
from tracing.services.city.story import Cast, choose_cast
from tracing.services.city.venues import Venues, Zone, open_services
from tracing.windows import stay_in_zone


class City(NamedTuple):
    """Everything about a city that does not change from day to day."""

    plan: CityPlan
    people: list[Person]
    venues: Venues
    places: list[Place]
    net: Network
    habits: list[Habit]
    cast: Cast


def design_city(plan: CityPlan, reserve: Callable[[int], Sequence[int]] = range) -> City:
    """Think a city out. `reserve` gives ids for the places of so many zones.

    Only ids depend on it: without a database a place bears the number of its zone.
    """
    people, venues, net = make_people(plan), Venues(plan.stream("venues")), network(plan)
    open_services(plan, people, venues)
    assign_bases(plan, people, venues)
    ids = reserve(len(venues.zones))
    places = [_place(venues, zone, number) for zone, number in zip(venues.zones, ids, strict=True)]
    habits = make_habits(plan, people, venues, net, places)
    return City(plan, people, venues, places, net, habits, choose_cast(people, habits, venues))


def _place(venues: Venues, zone: Zone, place_id: int) -> Place:
    stay = stay_in_zone(venues.venues[zone.venue].kind, zone.kind)
    return Place(place_id, int(stay.assumed.total_seconds()))
