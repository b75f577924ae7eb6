"""Which cases belong together: joined by contacts, found round by round, never without end."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tracing.models import Case, CaseState
from tracing.services.chain import reading

# Enough for an outbreak in one building or at one wedding; more is several pictures.
MOST_CASES = 40
# Whom they met more than casually: what one page has to look through.
MOST_CONTACTS = 20_000
MOST_ROUNDS = 12


class Size(NamedTuple):
    """How many people a case met, of each grade; `first_at`: the first that it exposed."""

    close: int = 0
    secondary: int = 0
    casual: int = 0
    first_at: datetime | None = None

    @property
    def drawn(self) -> int:
        """Those who are more than casual."""
        return self.close + self.secondary


class Cluster(NamedTuple):
    """Cases joined by contacts, the one asked about first. `cut`: there are more."""

    cases: list[Case]
    sizes: dict[int, Size]
    faces: dict[int, int]
    cut: bool

    @property
    def ids(self) -> list[int]:
        """Of the cases."""
        return [case.pk for case in self.cases]


def find_cluster(case: Case, *, whole: bool) -> Cluster:
    """The case and, where the `whole` is asked for, those that contacts join to it.

    A merged case stands where it was merged into. Bounded by the number of cases, of their
    contacts and of rounds: a statement or two each.
    """
    root = case.merged_into_id or case.pk
    known = [root]
    sizes = case_sizes(known)
    frontier, rounds, cut = list(known), 0, False
    while whole and frontier and not cut:
        rounds += 1
        near = reading.neighbours(frontier, known=known, most=MOST_CASES + 1)
        sizes |= case_sizes(near)
        frontier = _fitting(near, known, sizes)
        cut = len(frontier) < len(near) or (bool(frontier) and rounds == MOST_ROUNDS)
        known += frontier
    return Cluster(_rows(known), {pk: sizes.get(pk, Size()) for pk in known}, _faces(known), cut)


def case_sizes(case_ids: Collection[int]) -> dict[int, Size]:
    """How many people each of these cases met; those that met nobody are left out."""
    return {pk: Size(*counts) for pk, *counts in reading.counts(case_ids)}


def _fitting(near: list[int], known: list[int], sizes: dict[int, Size]) -> list[int]:
    """As many as there is room for, in the order of their ids."""
    room = MOST_CONTACTS - sum(sizes.get(pk, Size()).drawn for pk in known)
    taken: list[int] = []
    for pk in near[: MOST_CASES - len(known)]:
        room -= sizes.get(pk, Size()).drawn
        if room < 0:
            break
        taken.append(pk)
    return taken


def _rows(known: list[int]) -> list[Case]:
    rows = Case.objects.select_related("citizen").in_bulk(known)
    return [rows[pk] for pk in known]


def _faces(known: list[int]) -> dict[int, int]:
    """The case that stands for a citizen, under every document they have."""
    merged = Case.objects.filter(merged_into__in=known, state=CaseState.MERGED)
    own = Case.objects.filter(pk__in=known)
    pairs = [
        *merged.values_list("citizen_id", "merged_into_id"),
        *own.values_list("citizen_id", "pk"),
    ]
    return dict(pairs)
