"""Stays that officers wrote down and approved, made to agree with what else is known.

They are derived: the approved statements about a person in a place, less the time in which
another stay of theirs there is stored. So a gate's stay is never shortened, moved or removed by a
statement, own stays in one place never overlap, and whatever arrives later or is taken back,
the rows are those that the statements and the other stays together make.

A stay that the person alone had told of is believed from when an approved statement overlaps it
until that is withdrawn: its source is `hand` and its end is still known as it was. Rows whose end
is known by `hand` too are the statements' own.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import datetime

from django.db.models import QuerySet

from tracing.models import LeftBy, Place, Statement, Visit, VisitSource
from tracing.services.partitions import kept_since
from tracing.windows import LONGEST_ROW, Span, union


def is_told(source: str) -> bool:
    """Whether a stay that is not the statements' own is one that the person told of."""
    return source in (VisitSource.SELF, VisitSource.HAND)


def is_stated(stay: Visit) -> bool:
    """Whether a stay is there because of statements alone."""
    return stay.left_by == LeftBy.HAND


def only(stay: Visit) -> QuerySet[Visit]:
    """The one row of this stay."""
    return Visit.objects.filter(
        place_id=stay.place_id, entered_at=stay.entered_at, citizen_id=stay.citizen_id
    )


def stated_in(*, citizen_id: int, places: Iterable[int]) -> list[int]:
    """Those of the places in which approved statements say that the person was."""
    stated = _approved(citizen_id).filter(place_id__in=set(places))
    found = stated.order_by("place_id").values_list("place_id", flat=True).distinct()
    return [place_id for place_id in found if place_id is not None]


def redraw_stays(*, citizen_id: int, place_id: int, around: Span, now: datetime) -> list[Visit]:
    """Make the stated stays of a person in a place what they should be.

    `around`: when something changed there. The person's lock is held. Returns the stays that
    changed, as they were and as they are.
    """
    spans = _stated(citizen_id, place_id)
    rows = _rows(citizen_id, place_id, union([*spans, around]))
    others = [row for row in rows if not is_stated(row)]
    pieces = _pieces(spans, others, Place.objects.get(pk=place_id), kept_since(now))
    return [
        *_believe(others, spans),
        *_replace([row for row in rows if is_stated(row)], list(pieces), citizen_id, place_id),
    ]


def _approved(citizen_id: int) -> QuerySet[Statement]:
    return Statement.objects.filter(
        teller=citizen_id,
        place_id__isnull=False,
        approved_at__isnull=False,
        withdrawn_at__isnull=True,
    )


def _stated(citizen_id: int, place_id: int) -> list[Span]:
    rows = _approved(citizen_id).filter(place_id=place_id)
    return union(Span(*row) for row in rows.values_list("first_at", "last_at"))


def _rows(citizen_id: int, place_id: int, spans: list[Span]) -> list[Visit]:
    first, last = spans[0].first - LONGEST_ROW, spans[-1].last
    return list(
        Visit.objects.filter(
            citizen_id=citizen_id, place_id=place_id, entered_at__gt=first, entered_at__lt=last
        ).order_by("entered_at")
    )


def _pieces(
    spans: list[Span], others: list[Visit], place: Place, since: datetime
) -> Iterator[Span]:
    """What is stated and not stored otherwise, in rows no longer than anybody stays there."""
    taken = union(Span(row.entered_at, row.left_at) for row in others)
    longest = min(place.max_stay, LONGEST_ROW)
    for span in spans:
        for first, last in _outside(span, taken):
            while first < last:
                end = min(first + longest, last)
                if first >= since:
                    yield Span(first, end)
                first = end


def _outside(span: Span, taken: list[Span]) -> Iterator[Span]:
    first = span.first
    for other in taken:
        if first < other.first < span.last:
            yield Span(first, other.first)
        if other.first < span.last:
            first = max(first, other.last)
    if first < span.last:
        yield Span(first, span.last)


def _believe(others: list[Visit], spans: list[Span]) -> Iterator[Visit]:
    for row in others:
        if not is_told(row.source):
            continue
        stated = any(row.entered_at < span.last and span.first < row.left_at for span in spans)
        source = VisitSource.HAND if stated else VisitSource.SELF
        if row.source != source:
            after = copy(row)
            after.source = source
            only(row).update(source=source)
            yield from (row, after)


def _replace(
    stored: list[Visit], pieces: list[Span], citizen_id: int, place_id: int
) -> list[Visit]:
    wanted = set(pieces)
    gone = [row for row in stored if Span(row.entered_at, row.left_at) not in wanted]
    present = {Span(row.entered_at, row.left_at) for row in stored}
    new = [
        Visit(
            place_id=place_id,
            entered_at=piece.first,
            citizen_id=citizen_id,
            left_at=piece.last,
            left_by=LeftBy.HAND,
            source=VisitSource.HAND,
        )
        for piece in pieces
        if piece not in present
    ]
    for row in gone:
        only(row).delete()
    for row in new:
        row.save(force_insert=True)
    return [*gone, *new]
