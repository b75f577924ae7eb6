"""Questions asked of the database, with typed answers."""

from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from healthcode.colours import Colour
from healthcode.models import HealthStatus

#: Counting this many rows takes some hundredths of a second; more are estimated.
COUNTED_EXACTLY = 500_000


class ByColour(NamedTuple):
    """How many citizens have each colour; `exact` is false when some are estimated."""

    counts: dict[Colour, int]
    exact: bool


def count_by_colour() -> ByColour:
    """Count small cities; of large ones only yellow and red, and take the rest from statistics.

    The estimate is what the last ANALYZE sampled: its cost does not grow with the city, its
    error is below a percent of the whole. A sample may miss a rare colour, so yellow and red
    are counted in their index as long as they are few.
    """
    rows = _rows()
    if rows <= COUNTED_EXACTLY:
        groups = HealthStatus.objects.order_by().values_list("colour").annotate(Count("pk"))
        return ByColour({Colour(colour): count for colour, count in groups}, True)
    estimated = {colour: round(share * rows) for colour, share in _shares().items()}
    return ByColour(estimated | _restricted(), False)


def _restricted() -> dict[Colour, int]:
    """Yellow and red, unless they are too many to count."""
    counts = {}
    for colour in (Colour.YELLOW, Colour.RED):
        some = HealthStatus.objects.filter(colour=colour)[: COUNTED_EXACTLY + 1]
        counts[colour] = some.count()
    return {colour: count for colour, count in counts.items() if count <= COUNTED_EXACTLY}


def _rows() -> int:
    """The size of the table as of the last VACUUM or ANALYZE; negative if there was none."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        return int(cursor.fetchone()[0])


def _shares() -> dict[Colour, float]:
    with connection.cursor() as cursor:
        cursor.execute(_SHARES)
        return {Colour(int(value)): share for value, share in cursor.fetchall()}


_ROWS = "SELECT reltuples FROM pg_class WHERE oid = 'healthcode_healthstatus'::regclass"
_SHARES = """
SELECT value, share FROM pg_stats,
  unnest(most_common_vals::text::int[], most_common_freqs) AS common (value, share)
WHERE schemaname = 'public' AND tablename = 'healthcode_healthstatus' AND attname = 'colour'
"""
