"""The people of `benchmarks.confirm`: whom a case met, and where. Needs Django to be set up."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, connections
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import Citizen, User
from tracing.models import Case, Place, Venue, Zone
from tracing.services import confirm_case, ensure_place, open_case

#: A case goes from room to room: half an hour each, with so many people.
ROOM, STAY, EVERY = 100, timedelta(minutes=30), timedelta(minutes=40)
FEW = 30
SAMPLED, BEGAN = timedelta(hours=36), timedelta(hours=80)


class Scene(NamedTuple):
    """A case that is not confirmed yet and the first and last id of those it met."""

    case: Case
    first: int
    last: int


class Crowds:
    """Citizens by their ids, handed out once."""

    def __init__(self) -> None:
        ids = Citizen.objects.aggregate(first=Min("pk"), last=Max("pk"))
        self._next, self._last = ids["first"], ids["last"]

    def take(self, people: int) -> tuple[int, int]:
        """The first and the last id of so many citizens nobody has had."""
        first = self._next
        self._next += people
        assert self._next <= self._last + 1, "the city is too small"
        return first, self._next - 1


def crowd(crowds: Crowds, contacts: int) -> Scene:
    """A suspected case and the many people it met, a hundred in each room."""
    index, last = crowds.take(contacts + 1)
    rooms = [room().pk for _ in range(-(-contacts // ROOM))]
    settle_visits(index, index + 1, last, rooms)
    analyse()
    return Scene(suspected(index), index + 1, last)


def suspects(crowds: Crowds, cases: int) -> list[Scene]:
    """So many suspected cases, each of which met thirty people in one room."""
    scenes = []
    for _ in range(cases):
        index, last = crowds.take(FEW + 1)
        settle_visits(index, index + 1, last, [room().pk])
        scenes.append(Scene(suspected(index), index + 1, last))
    analyse()
    return scenes


def room() -> Place:
    """A room in which people are near each other."""
    venue, _ = Venue.objects.get_or_create(name="压测饭店", kind="restaurant", district="310101")
    name = f"包间{secrets.token_hex(6)}"
    return ensure_place(zone=Zone.objects.create(venue=venue, name=name, close_quarters=True))


def settle_visits(index: int, first: int, last: int, rooms: Sequence[int]) -> None:
    """The case goes from room to room, everybody else stays in one; all on time."""
    given = {
        "index": index,
        "first": first,
        "last": last,
        "rooms": list(rooms),
        "began": timezone.now().replace(microsecond=0) - BEGAN,
        "every": EVERY,
        "stay": STAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VISITS, given)


def analyse() -> None:
    """Statistics as a city has them whose visits did not come this minute."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE tracing_visit, tracing_place")


_VISITS = """
INSERT INTO tracing_visit (place_id, entered_at, citizen_id, left_at, left_by, source)
SELECT place_id, %(began)s + (n - 1) * %(every)s, citizen_id,
  %(began)s + (n - 1) * %(every)s + %(stay)s, 'scan', 'scan'
FROM unnest(%(rooms)s::bigint[]) WITH ORDINALITY AS room (place_id, n),
LATERAL (SELECT %(index)s::bigint AS citizen_id UNION ALL
  SELECT id FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
  WHERE id %% cardinality(%(rooms)s::bigint[]) = n - 1) AS people
"""


def suspected(citizen_id: int) -> Case:
    """A case that an officer has opened."""
    ref, now = Citizen.objects.get(pk=citizen_id).ref, timezone.now()
    return open_case(citizen_ref=ref, sampled_at=now - SAMPLED, by=officer(), now=now)


def confirm(case: Case) -> None:
    """What an officer's click does."""
    confirm_case(case_id=case.pk, onset_at=None, isolated_at=None, by=officer(), now=timezone.now())


def officer() -> User:
    """Somebody who may do everything."""
    return User.objects.filter(username="bench").first() or User.objects.create_superuser(
        "bench", secrets.token_urlsafe(16)
    )
