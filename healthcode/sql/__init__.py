"""The hand-written SQL of the app: bulk inserts, locks, facts, recolouring."""

from healthcode.sql.current import StatusNow, status_now
from healthcode.sql.decisions import Record, Stood, latest_decisions
from healthcode.sql.evidence import (
    NewEvidence,
    insert_evidence,
    insert_retractions,
    stored_versions,
)
from healthcode.sql.facts import facts_by_id, read_facts
from healthcode.sql.locks import lock_areas, lock_items, lock_lists, lock_round
from healthcode.sql.passes import (
    count_slots,
    insert_bound_pass,
    withdraw_passes,
    withdrawn_slots,
)
from healthcode.sql.people import Resident, people_of
from healthcode.sql.statuses import (
    NewStatus,
    StatusRow,
    count_worse,
    hold_statuses,
    lock_due,
    lock_in_order,
    lock_let_through,
    lock_statuses,
    mark_statuses,
    write_decisions,
    write_reviews,
)

__all__ = [
    "NewEvidence",
    "NewStatus",
    "Record",
    "Resident",
    "StatusNow",
    "StatusRow",
    "Stood",
    "count_slots",
    "count_worse",
    "facts_by_id",
    "hold_statuses",
    "insert_bound_pass",
    "insert_evidence",
    "insert_retractions",
    "latest_decisions",
    "lock_areas",
    "lock_due",
    "lock_in_order",
    "lock_items",
    "lock_let_through",
    "lock_lists",
    "lock_round",
    "lock_statuses",
    "mark_statuses",
    "people_of",
    "read_facts",
    "status_now",
    "stored_versions",
    "withdraw_passes",
    "withdrawn_slots",
    "write_decisions",
    "write_reviews",
]
