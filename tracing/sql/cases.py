"""Who may be a case, which cases some stays touch, and who waits for whom."""

# Single-tube PCR positives and case items nobody has been asked about, oldest first.
# A person with an open case is asked about already; one excluded or discharged after the sample
# or the diagnosis was answered for. Ids below the last one proposed before `settled` were seen.
SUSPECTS = """
SELECT e.id, e.citizen_id, e.kind, e.occurred_at, (e.details -> 'onset')::text,
  (e.details -> 'first_positive_at')::text, (e.details -> 'isolated_at')::text, p.district
FROM healthcode_evidence e JOIN accounts_citizen p ON p.id = e.citizen_id
WHERE (e.kind = 'case' OR (e.details -> 'result') = '"positive"'::jsonb AND e.kind = 'test')
  AND (e.kind = 'case' AND e.details ->> 'status' IN ('suspected', 'confirmed', 'asymptomatic')
    OR e.kind = 'test' AND e.details ->> 'method' = 'pcr'
      AND coalesce((e.details ->> 'pool_size')::int, 1) = 1)
  AND (%(citizens)s::bigint[] IS NULL OR e.citizen_id = ANY (%(citizens)s::bigint[]))
  AND e.id > CASE WHEN %(citizens)s::bigint[] IS NULL THEN coalesce((
      SELECT c.grounds_id FROM tracing_case c WHERE c.grounds_id IS NOT NULL
        AND c.proposed_at < %(settled)s ORDER BY c.id DESC LIMIT 1), 0) ELSE 0 END
  AND NOT e.retracted
  AND NOT EXISTS (SELECT FROM healthcode_evidence h WHERE h.source_id = e.source_id
    AND h.source_ref = e.source_ref AND h.version > e.version)
  AND NOT EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = e.source_id
    AND r.source_ref = e.source_ref AND r.up_to_version >= e.version)
  AND NOT EXISTS (SELECT FROM tracing_case c WHERE c.citizen_id = e.citizen_id
    AND c.state IN ('suspected', 'confirmed', 'merged'))
  AND NOT EXISTS (SELECT FROM healthcode_evidence x WHERE x.citizen_id = e.citizen_id
    AND x.kind = 'case' AND x.details ->> 'status' IN ('discharged', 'excluded')
    AND x.ended_at >= e.occurred_at AND NOT x.retracted
    AND NOT EXISTS (SELECT FROM healthcode_evidence h WHERE h.source_id = x.source_id
      AND h.source_ref = x.source_ref AND h.version > x.version)
    AND NOT EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = x.source_id
      AND r.source_ref = x.source_ref AND r.up_to_version >= x.version))
ORDER BY e.id LIMIT %(limit)s
"""

# Open cases whose trace some stays could change: stays of the case or of a close contact while
# it counts, or of anybody who was in the place with them. A case speaks for those merged into
# it, and its window holds theirs.
TOUCHED_CASES = """
WITH stay AS (
  SELECT * FROM unnest(%(citizens)s::bigint[], %(places)s::bigint[], %(entered)s::timestamptz[],
    %(left)s::timestamptz[]) AS s (citizen_id, place_id, f, l)
), reach AS MATERIALIZED (
  SELECT s.*, p.max_stay FROM stay s JOIN tracing_place p ON p.id = s.place_id
), near AS MATERIALIZED (
  SELECT citizen_id, f, l FROM stay
  UNION SELECT o.citizen_id, s.f, s.l FROM reach s JOIN tracing_visit o ON o.place_id = s.place_id
    AND o.entered_at > s.f - s.max_stay AND o.entered_at < s.l AND o.left_at > s.f
)
SELECT c.id FROM near n
JOIN tracing_case o ON o.citizen_id = n.citizen_id AND o.state IN ('confirmed', 'merged')
JOIN tracing_case c ON c.id = coalesce(o.merged_into_id, o.id) AND c.state = 'confirmed'
CROSS JOIN LATERAL (SELECT min(m.window_from) AS f, max(m.window_until) AS l
  FROM tracing_case m WHERE m.id = c.id OR m.merged_into_id = c.id) w
WHERE n.f < w.l AND n.l > w.f
UNION
SELECT c.id FROM near n
JOIN tracing_contact k ON k.citizen_id = n.citizen_id AND k.grade = 'close'
JOIN tracing_case c ON c.id = k.case_id AND c.state = 'confirmed'
CROSS JOIN LATERAL (SELECT max(m.traced_until) AS l
  FROM tracing_case m WHERE m.id = c.id OR m.merged_into_id = c.id) w
WHERE n.f < w.l AND n.l > k.first_at
"""

# Cases whose grounds speak for them no longer: taken back, or corrected to say something else,
# or about somebody else. Grounds that were deleted in their time were there.
GROUNDLESS_CASES = """
SELECT c.id FROM tracing_case c
JOIN healthcode_evidence e ON e.id = c.grounds_id
CROSS JOIN LATERAL (SELECT h.* FROM healthcode_evidence h WHERE h.source_id = e.source_id
  AND h.source_ref = e.source_ref ORDER BY h.version DESC LIMIT 1) latest
WHERE c.state = ANY (%(states)s::text[])
  AND (%(cases)s::bigint[] IS NULL OR c.id = ANY (%(cases)s::bigint[]))
  AND (latest.retracted OR latest.citizen_id <> c.citizen_id
    OR coalesce(CASE latest.kind
      WHEN 'test' THEN latest.details ->> 'result' <> 'positive'
      WHEN 'case' THEN latest.details ->> 'status' NOT IN
        ('suspected', 'confirmed', 'asymptomatic', 'discharged') END, true)
    OR EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = latest.source_id
      AND r.source_ref = latest.source_ref AND r.up_to_version >= latest.version))
ORDER BY c.id LIMIT %(limit)s
"""

# Held to the end of the transaction. One trace or withdrawal of a case at a time, without
# keeping the case's row from whoever touches it meanwhile.
LOCK_CASE = "SELECT pg_advisory_xact_lock(hashtext('tracing.case'), %(case)s::int)"
TRY_LOCK_CASE = "SELECT pg_try_advisory_xact_lock(hashtext('tracing.case'), %(case)s::int)"

# Whoever writes stays shares this lock, whoever confirms a case holds it alone: a stay is
# written before the confirmation, where the trace sees it, or after, where it sees the case.
SHARE_STAYS = "SELECT pg_advisory_xact_lock_shared(hashtext('tracing.stays'))"
HOLD_STAYS = "SELECT pg_advisory_xact_lock(hashtext('tracing.stays'))"
LOCK_SUSPECTS = "SELECT pg_advisory_xact_lock(hashtext('tracing.suspects'))"
