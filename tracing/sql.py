"""The hand-written SQL of the app: text only; services and queries run it."""

# Which of the named tables do not exist yet.
MISSING_TABLES = """
SELECT name FROM unnest(%(names)s::text[]) AS name
WHERE to_regclass(format('public.%%I', name)) IS NULL
"""

# Two processes that make partitions at once take turns: the second finds the table made.
MAKE_PARTITION = """
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('make_partitions')))
SELECT ensure_partition(%(parent)s, %(suffix)s, %(lower)s, %(upper)s) FROM turn
"""
