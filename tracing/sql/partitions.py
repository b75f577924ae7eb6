"""The tables of days and months: made ahead, and dropped when their time is over."""

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

# The partitions of a table, by name.
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass(format('public.%%I', %(parent)s::text)) ORDER BY c.relname
"""

# Whoever reads or writes the parent waits for this: it gives up rather than hold up the gates.
DROP_PATIENCE = "SET LOCAL lock_timeout = '2s'"
DROP_PARTITION = "DROP TABLE IF EXISTS public.{}"
