"""Meetings that people told officers of: approved statements as graded meetings.

Either of the two may have told of it. What is known of the distance, faces, touch and masks is
graded as it was said; several statements about one pair and setting are one meeting.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q

from healthcode.policy import CompiledRules, Edge, grade
from tracing.models import ContactGrade, Statement
from tracing.queries import Source
from tracing.services.trace.edges import Graded, Together
from tracing.windows import Span, clip, contacts_part, union

WEAKEST_FIRST = (ContactGrade.CASUAL, ContactGrade.SECONDARY, ContactGrade.CLOSE)


class How(NamedTuple):
    """What was said of a meeting; None: nothing."""

    distance_m: float | None
    face_to_face: bool | None
    physical: bool | None
    masked: bool | None


class Said(NamedTuple):
    """One statement, as far as it lies in a source's time."""

    span: Span
    how: How


Pair = tuple[int, int, str]


def stated_meetings(
    sources: Sequence[Source], rules: CompiledRules, hop: int, *, known: Collection[int]
) -> Iterator[Graded]:
    """Whom the sources met as approved statements say, nobody of `known`; clipped to their time.

    As elsewhere, less than the rules' least minutes is not looked at. Every source has an end.
    """
    by_pair: dict[Pair, list[Said]] = defaultdict(list)
    for pair, said in _said(sources, frozenset(known)):
        by_pair[pair].append(said)
    for pair in sorted(by_pair):
        graded = _strongest(pair, by_pair[pair], rules, hop)
        if graded is not None:
            yield graded


def joined(meetings: Iterable[Graded]) -> list[Graded]:
    """Meetings that have no place once per pair and setting: the strongest, over their time."""
    placed: list[Graded] = []
    others: dict[tuple[int, int, str, int], list[Graded]] = defaultdict(list)
    for one in meetings:
        if any(together.place_id is not None for together in one.proof):
            placed.append(one)
        else:
            others[one.via_id, one.citizen_id, one.setting, one.level].append(one)
    return [*placed, *(_joined(same) for same in others.values())]


def _joined(same: list[Graded]) -> Graded:
    if len(same) == 1:
        return same[0]
    best = max(same, key=_strength)
    lasts = [one.last for one in same]
    last = None if None in lasts else max(at for at in lasts if at is not None)
    minutes = max((one.minutes for one in same if one.minutes is not None), default=None)
    whole = Together(None, minutes, min(one.first for one in same), last)
    return best._replace(minutes=minutes, proof=(whole,))


def _said(sources: Sequence[Source], known: frozenset[int]) -> Iterator[tuple[Pair, Said]]:
    spans = {one.citizen_id: Span(one.since, one.until) for one in sources if one.until}
    for row in _rows(spans):
        how = How(row.distance_m, row.face_to_face, row.physical, row.masked)
        both = (row.teller_id, row.met_id or 0)
        for via, other in (both, both[::-1]):
            if via not in spans or other in known:
                continue
            span = clip(Span(row.first_at, row.last_at), spans[via])
            if span is not None:
                yield (via, other, row.setting), Said(span, how)


def _rows(spans: dict[int, Span]) -> Iterable[Statement]:
    if not spans:
        return []
    one_of_them = Q(teller__in=list(spans)) | Q(met__in=list(spans))
    return Statement.objects.filter(
        one_of_them,
        met__isnull=False,
        approved_at__isnull=False,
        withdrawn_at__isnull=True,
        first_at__lt=max(span.last for span in spans.values()),
        last_at__gt=min(span.first for span in spans.values()),
    ).order_by("pk")


def _strongest(pair: Pair, said: list[Said], rules: CompiledRules, hop: int) -> Graded | None:
    """Of all that was said alike, and of everything together by what it agrees on."""
    groups: dict[How, list[Span]] = defaultdict(list)
    for one in said:
        groups[one.how].append(one.span)
    groups[_common(groups)] = [one.span for one in said]
    graded = [_graded(pair, how, spans, rules, hop) for how, spans in groups.items()]
    return max((one for one in graded if one is not None), key=_strength, default=None)


def _common(hows: Iterable[How]) -> How:
    """What all say alike; of distances the greatest, if all name one."""
    distances, *flags = zip(*hows, strict=True)
    far = None if None in distances else max(distances)
    return How(far, *(values[0] if len(set(values)) == 1 else None for values in flags))


def _graded(
    pair: Pair, how: How, spans: list[Span], rules: CompiledRules, hop: int
) -> Graded | None:
    via, other, setting = pair
    contacts = contacts_part(rules)
    stretches = union(spans)
    minutes = _most(stretches, timedelta(hours=contacts.window_hours)) / timedelta(minutes=1)
    if minutes < contacts.minimum_minutes:
        return None
    vehicle = "car" if setting == "car" else None
    edge = Edge(setting=setting, minutes=minutes, vehicle=vehicle, hop=hop, **how._asdict())
    found = grade(edge, rules)
    return Graded(
        via_id=via,
        citizen_id=other,
        setting=setting,
        level=found.level,
        grade=ContactGrade(found.grade),
        rule=found.rule or "",
        minutes=int(minutes),
        rows_apart=None,
        proof=(Together(None, int(minutes), stretches[0].first, stretches[-1].last),),
    )


def _most(stretches: list[Span], window: timedelta) -> timedelta:
    """The most time together that any window holds; the best begins where a stretch does."""
    windows = (Span(one.first, one.first + window) for one in stretches)
    return max(
        sum((part.last - part.first for one in stretches if (part := clip(one, w))), timedelta())
        for w in windows
    )


def _strength(one: Graded) -> tuple[int, int]:
    return WEAKEST_FIRST.index(one.grade), one.minutes or 0
