"""Spreading tables over the machines of a Citus cluster."""

# Citus's own tables and functions, found by name: only its extension brings them.
HAS_CITUS = "SELECT to_regclass('pg_dist_node') IS NOT NULL"
KNOWS_COORDINATOR = "SELECT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0)"
# 'h': spread by a column's hash. 't': whole everywhere. Any other is managed, but local.
SPREAD_ALREADY = """
SELECT c.relname, coalesce(column_to_column_name(d.logicalrelid, d.partkey), '')
FROM pg_dist_partition d JOIN pg_class c ON c.oid = d.logicalrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)
  AND (d.partmethod = 'h' OR d.repmodel = 't')
"""
# Citus would take a local table at the other end under its management too, and so on along every
# foreign key, until the whole database has its limits.
KEYS_OF = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0 AND conrelid = to_regclass(%s) ORDER BY conname
"""
# What a table held before is copied to the machines and lies hidden on the coordinator as well.
HOLDS_ROWS = """
SELECT coalesce(sum(pg_relation_size(part)), 0) > 0 FROM (
  SELECT to_regclass(%(table)s) UNION SELECT relid FROM pg_partition_tree(to_regclass(%(table)s))
) AS parts (part)
"""
DROP_KEY = "ALTER TABLE {} DROP CONSTRAINT {}"
COPY_TO_ALL = "SELECT create_reference_table({})"
SPREAD_BY = "SELECT create_distributed_table({}, {})"
FORGET_LOCAL = "SELECT truncate_local_data_after_distributing_table({})"
