"""Writing where people go: venues, zones and their places, carriages of metro runs."""

from collections.abc import Iterable, Iterator, Sequence

from tracing.models import Place as PlaceRow
from tracing.models import Venue as VenueRow
from tracing.models import Zone as ZoneRow
from tracing.services.city.habits import Place
from tracing.services.city.metro import Carriage
from tracing.services.city.plan import instant
from tracing.services.city.venues import Venue, Venues, Zone
from tracing.services.city.writing import Writer
from tracing.services.places import closed_space
from tracing.windows import stay_aboard, stay_in_zone

METRO = "metro"
VENUE_COLUMNS = (
    *("id", "ref", "name", "kind", "district", "community"),
    *("negative_within_hours", "is_active"),
)
ZONE_COLUMNS = ("id", "venue_id", "name", "kind", "close_quarters", "ventilation")
PLACE_COLUMNS = (
    *("id", "zone_id", "vehicle", "service", "departs_at", "carriage"),
    *("district", "close_quarters", "closed_space", "assumed_stay", "max_stay"),
)


def write_venues(writer: Writer, venues: Venues, places: Sequence[Place]) -> None:
    """Venues, their zones, and the place of each zone."""
    venue_ids = writer.reserve(VenueRow._meta.db_table, len(venues.venues))
    zone_ids = writer.reserve(ZoneRow._meta.db_table, len(venues.zones))
    writer.copy(VenueRow._meta.db_table, VENUE_COLUMNS, _venues(venues.venues, venue_ids))
    writer.copy(ZoneRow._meta.db_table, ZONE_COLUMNS, _zones(venues.zones, zone_ids, venue_ids))
    rows = _places(venues, places, zone_ids)
    writer.copy(PlaceRow._meta.db_table, PLACE_COLUMNS, rows)


def reserve_places(writer: Writer, count: int) -> list[int]:
    """Ids for so many places."""
    return writer.reserve(PlaceRow._meta.db_table, count)


def write_carriages(writer: Writer, carriages: Iterable[Carriage]) -> None:
    """A place for each carriage that somebody rode in."""
    rest = ("", False, None, *stay_aboard(METRO))
    rows = (
        (one.place_id, None, METRO, one.service, instant(one.departs), one.carriage, *rest)
        for one in carriages
    )
    writer.copy(PlaceRow._meta.db_table, PLACE_COLUMNS, rows)


def _venues(venues: Iterable[Venue], ids: Sequence[int]) -> Iterator[tuple[object, ...]]:
    for venue in venues:
        where = (venue.district, venue.community)
        named = (ids[venue.number], venue.ref, venue.name, venue.kind.value)
        yield *named, *where, venue.negative_within_hours, True


def _zones(
    zones: Iterable[Zone], ids: Sequence[int], venue_ids: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    for zone in zones:
        yield (
            *(ids[zone.number], venue_ids[zone.venue]),
            *(zone.name, zone.kind.value, zone.close_quarters, ""),
        )


def _places(
    venues: Venues, places: Sequence[Place], zone_ids: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    for zone in venues.zones:
        venue = venues.venues[zone.venue]
        stay = stay_in_zone(venue.kind, zone.kind)
        named = (places[zone.number].id, zone_ids[zone.number], "", "", None, "")
        yield *named, venue.district, zone.close_quarters, closed_space(zone.kind, ""), *stay
