"""Evidence and retractions whose time is over."""

# Items whose newest version is named here: that version and all before it, and no later one
# that has come in meanwhile.
DELETE_ITEMS = """
DELETE FROM healthcode_evidence e USING healthcode_evidence newest
WHERE newest.id = ANY (%s::bigint[]) AND e.source_id = newest.source_id
  AND e.source_ref = newest.source_ref AND e.version <= newest.version
"""

# Retractions of items that are gone; a young one may have come before its item.
DELETE_RETRACTIONS = """
DELETE FROM healthcode_retraction r WHERE r.at < %s AND NOT EXISTS (
  SELECT FROM healthcode_evidence e WHERE e.source_id = r.source_id AND e.source_ref = r.source_ref)
"""
