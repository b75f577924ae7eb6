"""The hand-written SQL of the app: text only; queries and services run it."""

from tracing.sql.cases import (
    HOLD_STAYS,
    LOCK_CASE,
    LOCK_SUSPECTS,
    SHARE_STAYS,
    SUSPECTS,
    TOUCHED_CASES,
    TRY_LOCK_CASE,
)
from tracing.sql.cluster import (
    COPY_TO_ALL,
    DROP_KEY,
    FORGET_LOCAL,
    HAS_CITUS,
    HOLDS_ROWS,
    KEYS_OF,
    KNOWS_COORDINATOR,
    SPREAD_ALREADY,
    SPREAD_BY,
)
from tracing.sql.meetings import (
    COHABITANTS,
    ISOLATIONS,
    MEETINGS,
)
from tracing.sql.partitions import (
    DROP_PARTITION,
    DROP_PATIENCE,
    MAKE_PARTITION,
    MISSING_TABLES,
    PARTITIONS,
)
from tracing.sql.retention import (
    DELETE_ITEMS,
    DELETE_RETRACTIONS,
)
from tracing.sql.scratch import (
    COUNT_SCRATCH,
    MAKE_SCRATCH,
    SCRATCH_PLACES,
    SCRATCH_TABLES,
    SCRATCH_VISITS,
    USE_SCRATCH,
)
from tracing.sql.trips import (
    LOCK_TRIPS,
    PENDING_TRIPS,
    RETRACTED_TRIPS,
    TRIP_VERSIONS,
    WAITING_TRIPS,
)

__all__ = [
    "COHABITANTS",
    "COPY_TO_ALL",
    "COUNT_SCRATCH",
    "DELETE_ITEMS",
    "DELETE_RETRACTIONS",
    "DROP_KEY",
    "DROP_PARTITION",
    "DROP_PATIENCE",
    "FORGET_LOCAL",
    "HAS_CITUS",
    "HOLDS_ROWS",
    "HOLD_STAYS",
    "ISOLATIONS",
    "KEYS_OF",
    "KNOWS_COORDINATOR",
    "LOCK_CASE",
    "LOCK_SUSPECTS",
    "LOCK_TRIPS",
    "MAKE_PARTITION",
    "MAKE_SCRATCH",
    "MEETINGS",
    "MISSING_TABLES",
    "PARTITIONS",
    "PENDING_TRIPS",
    "RETRACTED_TRIPS",
    "SCRATCH_PLACES",
    "SCRATCH_TABLES",
    "SCRATCH_VISITS",
    "SHARE_STAYS",
    "SPREAD_ALREADY",
    "SPREAD_BY",
    "SUSPECTS",
    "TOUCHED_CASES",
    "TRIP_VERSIONS",
    "TRY_LOCK_CASE",
    "USE_SCRATCH",
    "WAITING_TRIPS",
]
