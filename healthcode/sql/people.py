"""Citizens by number, part after part."""

from typing import NamedTuple

from django.db import connection


class Resident(NamedTuple):
    """A citizen by number, and where they belong."""

    citizen_id: int
    district: str
    community: str


def people_of(prefix: str, *, after: int, limit: int, stride: int = 1) -> list[Resident]:
    """The next citizens by number whose district begins so; of `stride` people one, at random.

    The choice follows from the number alone, so that a sample is the same every time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [after, f"{prefix}%", stride, limit])
        return [Resident(*row) for row in cursor.fetchall()]


_PEOPLE = """
SELECT id, district, community FROM accounts_citizen
WHERE id > %s AND district LIKE %s AND hashint8(id) %% %s = 0
ORDER BY id LIMIT %s
"""
