"""A city of measured contact, beside the real one."""

# What a trace reads, empty and this connection's own: made like the real tables, gone with the
# transaction. While it lasts no other table is found, so that a real one is never read by mistake.
SCRATCH_TABLES = (
    "tracing_visit",
    "tracing_place",
    "tracing_statement",
    "accounts_membership",
    "healthcode_evidence",
    "healthcode_retraction",
)
MAKE_SCRATCH = "CREATE TEMPORARY TABLE {} (LIKE public.{} INCLUDING ALL) ON COMMIT DROP"
USE_SCRATCH = "SET LOCAL search_path = pg_temp"

# Rows of measured contact: the n-th is a place of its own, where two people stayed for a step.
SCRATCH_PLACES = """
INSERT INTO tracing_place (id, zone_id, vehicle, service, carriage, district, close_quarters,
  assumed_stay, max_stay)
SELECT n, n, '', '', '', '', false, step, step
FROM generate_series(1, %(rows)s) AS n, make_interval(secs => %(step)s) AS step
"""

SCRATCH_VISITS = """
INSERT INTO tracing_visit (place_id, entered_at, citizen_id, left_at, left_by, source)
SELECT n, to_timestamp(at - %(step)s), person, to_timestamp(at), 'scan', 'scan'
FROM unnest(%(at)s::bigint[], %(one)s::bigint[], %(other)s::bigint[])
  WITH ORDINALITY AS met (at, one, other, n), unnest(ARRAY[one, other]) AS person
"""

# Nothing else counts the rows of a temporary table, and the planner would guess.
COUNT_SCRATCH = "ANALYZE tracing_visit, tracing_place"
