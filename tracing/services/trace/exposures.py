"""The exposures that follow from contacts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from healthcode.services import Item
from tracing.models import Case, ContactGrade
from tracing.services.hand_down import exposure_refs, hand_down, whole
from tracing.services.trace.find import Found


def expose(
    case: Case,
    found: Mapping[int, Found],
    *,
    before: Collection[int],
    replaced: Collection[str] = (),
    now: datetime,
) -> int:
    """Hand down an exposure for each close and secondary contact, and for nobody else.

    `before` are the citizens who were contacts until now, `replaced` the exposures to cases
    that were merged into this one since. Casual contacts are kept in tracing and never handed
    down. Returns how many versions of evidence are new.
    """
    refs = exposure_refs(case, {*found, *before})
    items = list(_items(case, found.values(), refs, now))
    told = {item.source_ref for item in items}
    no_longer = [*replaced, *(ref for ref in refs.values() if ref not in told)]
    return hand_down(items=items, no_longer=no_longer, by="system:tracing", now=now)


def _items(
    case: Case, contacts: Iterable[Found], refs: Mapping[int, str], now: datetime
) -> Iterator[Item]:
    for contact in contacts:
        if contact.grade is ContactGrade.CASUAL:
            continue
        yield Item(
            kind="exposure",
            citizen_id=contact.citizen_id,
            occurred_at=whole(contact.first_at),
            ended_at=contact.last_at and whole(contact.last_at),
            reported_at=whole(now),
            source_ref=refs[contact.citizen_id],
            details={
                "level": contact.level,
                "grade": contact.grade.value,
                "case": case.ref,
                "setting": contact.setting,
            },
        )
