"""Travel evidence that became stays aboard, or has yet to."""

# Travel evidence that was never boarded, oldest first. Ids below the last one boarded before
# `settled` are not looked at again: whoever took one of them has long committed or given up.
PENDING_TRIPS = """
SELECT e.id FROM healthcode_evidence e
WHERE e.kind = 'travel' AND e.id > coalesce((SELECT b.evidence_id FROM tracing_boardedtrip b
    WHERE b.boarded_at < %(settled)s ORDER BY b.evidence_id DESC LIMIT 1), 0)
  AND NOT EXISTS (SELECT FROM tracing_boardedtrip b WHERE b.evidence_id = e.id)
ORDER BY e.id LIMIT %(limit)s
"""

# Trips aboard whose evidence was taken back since: a retraction has no evidence id of its own.
RETRACTED_TRIPS = """
SELECT b.evidence_id FROM healthcode_retraction r
JOIN healthcode_evidence e ON e.source_id = r.source_id AND e.source_ref = r.source_ref
  AND e.version <= r.up_to_version
JOIN tracing_boardedtrip b ON b.evidence_id = e.id AND b.place_id IS NOT NULL
WHERE r.at >= %(kept_since)s
"""

# Trips that lay too far ahead when they were first seen, and do so no longer.
WAITING_TRIPS = """
SELECT b.evidence_id FROM tracing_boardedtrip b JOIN healthcode_evidence e ON e.id = b.evidence_id
WHERE b.cause = 'not_yet' AND e.ended_at <= %(horizon)s
"""

# All versions, boarded or up to the last of these ids, of the items that the ids belong to.
TRIP_VERSIONS = """
SELECT e.id, e.source_id, e.source_ref, e.version, e.kind, e.citizen_id, e.occurred_at, e.ended_at,
  e.details::text, e.retracted OR EXISTS (SELECT FROM healthcode_retraction r
    WHERE r.source_id = e.source_id AND r.source_ref = e.source_ref
      AND r.up_to_version >= e.version),
  b.place_id, b.citizen_id, b.cause
FROM (SELECT DISTINCT source_id, source_ref FROM healthcode_evidence
  WHERE id = ANY (%(ids)s::bigint[])) AS item
JOIN healthcode_evidence e USING (source_id, source_ref)
LEFT JOIN tracing_boardedtrip b ON b.evidence_id = e.id
WHERE e.id <= %(last)s OR b.evidence_id IS NOT NULL
ORDER BY e.source_id, e.source_ref, e.version
"""

# One process boards trips at a time: what the other boards is then there.
LOCK_TRIPS = "SELECT pg_advisory_xact_lock(hashtext('tracing.trips'))"
