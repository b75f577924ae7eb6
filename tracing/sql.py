"""The hand-written SQL of the app: text only; queries and services run it.

Everything that reads visits runs unchanged where `tracing_visit` is distributed by `place_id`:
no recursion, no locks, no foreign keys, and the join of the two stays is on the place.
"""

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

# Who met the sources, each on its own [since, until): a row per pair and kind of place.
#
# `v` holds the sources' stays, clipped. A stay that meets one of them entered the same place
# less than the place's longest stay before it and before its end: two ranges on the primary
# key. (`earliest` and `latest` say the same with constants, for the planner to leave out days:
# no row is longer than 24 hours.) Pieces of a pair are united, so that touching and overlapping
# rows are one stay, within one kind of place: a vehicle's carriage by itself, all zones alike
# together, all metro rides together. `seconds` is the most time together that any window of
# the rules' length holds; the best window can always begin where a stretch together begins,
# and the last stretch in it is cut at its end. Row 0 is the crew, who serve every row.
# Where either stay is one that only the person told of (`told`), the meeting is apart from those
# that gates and carriers saw; it is looked at only where a casual contact is wanted.
MEETINGS = """
WITH source AS (
  SELECT * FROM unnest(%(citizens)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS s (via_id, since, until)
  WHERE s.since < s.until
), v AS MATERIALIZED (
  SELECT s.via_id, a.place_id, greatest(a.entered_at, s.since) AS f, least(a.left_at, s.until) AS l,
    a.seat_row, a.source = 'self' AS told, p.max_stay, p.vehicle, p.close_quarters,
    CASE WHEN p.vehicle IN ('', 'metro') THEN 0 ELSE p.id END AS run
  FROM source s
  JOIN tracing_visit a ON a.citizen_id = s.via_id AND a.entered_at > s.since - interval '24 hours'
    AND a.entered_at < s.until AND a.left_at > s.since
    AND a.entered_at > %(earliest)s::timestamptz AND a.entered_at < %(latest)s::timestamptz
  JOIN tracing_place p ON p.id = a.place_id
  WHERE (%(casual)s OR a.source <> 'self')
    AND (%(vehicles)s::text[] IS NULL OR (p.vehicle, p.close_quarters) IN (
      SELECT * FROM unnest(%(vehicles)s::text[], %(close_quarters)s::boolean[])))
), met AS (
  SELECT v.via_id, o.citizen_id, v.vehicle, v.close_quarters, v.run, v.place_id,
    greatest(o.entered_at, v.f) AS f, least(o.left_at, v.l) AS l,
    CASE WHEN o.seat_row > 0 AND v.seat_row > 0 THEN abs(o.seat_row - v.seat_row) END AS rows_apart,
    o.seat_row = 0 OR v.seat_row = 0 AS crew, v.told OR o.source = 'self' AS told
  FROM v JOIN tracing_visit o ON o.place_id = v.place_id
    AND o.entered_at > v.f - v.max_stay AND o.entered_at < v.l AND o.left_at > v.f
    AND o.entered_at > %(earliest)s::timestamptz AND o.entered_at < %(latest)s::timestamptz
  WHERE o.citizen_id <> v.via_id AND o.citizen_id <> ALL (%(known)s::bigint[])
    AND (%(casual)s OR o.source <> 'self')
), pair AS (
  SELECT via_id, citizen_id, vehicle, close_quarters, run, told,
    min(f) AS f, max(l) AS l, range_agg(tstzrange(f, l)) AS spans,
    array_agg(place_id) AS places, array_agg(date_part('epoch', f)) AS firsts,
    array_agg(date_part('epoch', l)) AS lasts,
    min(rows_apart) AS rows_apart, coalesce(bool_or(crew), false) AS crew
  FROM met GROUP BY via_id, citizen_id, vehicle, close_quarters, run, told
  HAVING max(l) - min(f) >= make_interval(mins => %(least)s)
), timed AS (
  SELECT *, CASE
    WHEN spans = tstzmultirange(tstzrange(f, l))
      THEN least(l - f, make_interval(hours => %(window)s))
    WHEN l - f <= make_interval(hours => %(window)s)
      THEN (SELECT sum(upper(s) - lower(s)) FROM unnest(spans) AS s)
    ELSE (SELECT max(together) FROM (
      SELECT sum(upper(s) - lower(s)) OVER w - greatest(interval '0',
        max(upper(s)) OVER w - lower(s) - make_interval(hours => %(window)s)) AS together
      FROM unnest(spans) AS s
      WINDOW w AS (ORDER BY lower(s)
        RANGE BETWEEN CURRENT ROW AND make_interval(hours => %(window)s) FOLLOWING)) AS windows)
    END AS together
  FROM pair OFFSET 0
)
SELECT via_id, citizen_id, vehicle, close_quarters, date_part('epoch', together),
  rows_apart, crew, told, places, firsts, lasts
FROM timed WHERE together >= make_interval(mins => %(least)s)
"""

# Who shared a household or dormitory with the sources; `last` is null while it goes on.
COHABITANTS = """
WITH source AS (
  SELECT via_id, since, coalesce(until, 'infinity') AS until
  FROM unnest(%(citizens)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS s (via_id, since, until)
), together AS (
  SELECT s.via_id, o.citizen_id, greatest(a.starts_at, o.starts_at, s.since) AS f,
    least(coalesce(a.ends_at, 'infinity'), coalesce(o.ends_at, 'infinity'), s.until) AS l
  FROM source s
  JOIN accounts_membership a ON a.citizen_id = s.via_id AND a.kind IN ('household', 'dormitory')
  JOIN accounts_membership o ON o.kind = a.kind AND o."group" = a."group"
  WHERE o.citizen_id <> s.via_id AND o.citizen_id <> ALL (%(known)s::bigint[])
)
SELECT via_id, citizen_id, min(f),
  CASE WHEN max(l) <= %(now)s::timestamptz THEN max(l) END
FROM together WHERE f < l AND f < %(now)s::timestamptz GROUP BY via_id, citizen_id
"""

# When people were kept apart, as evidence says: by an order, or as a case in care.
ISOLATIONS = """
SELECT e.citizen_id, e.occurred_at, e.ended_at, (e.details -> 'isolated_at')::text
FROM healthcode_evidence e
WHERE e.citizen_id = ANY (%(citizens)s::bigint[]) AND NOT e.retracted
  AND (e.kind = 'order' AND e.details ->> 'order' IN ('central_isolation', 'home_isolation')
    OR e.kind = 'case' AND e.details ->> 'isolated_at' IS NOT NULL)
  AND NOT EXISTS (SELECT FROM healthcode_evidence h WHERE h.source_id = e.source_id
    AND h.source_ref = e.source_ref AND h.version > e.version)
  AND NOT EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = e.source_id
    AND r.source_ref = e.source_ref AND r.up_to_version >= e.version)
"""

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
    AND c.state IN ('suspected', 'confirmed'))
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
# it counts, or of anybody who was in the place with them.
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
SELECT c.id FROM near n JOIN tracing_case c ON c.citizen_id = n.citizen_id
WHERE c.state = 'confirmed' AND n.f < c.window_until AND n.l > c.window_from
UNION
SELECT c.id FROM near n
JOIN tracing_contact k ON k.citizen_id = n.citizen_id AND k.grade = 'close'
JOIN tracing_case c ON c.id = k.case_id
WHERE c.state = 'confirmed' AND n.f < c.traced_until AND n.l > k.first_at
"""

# Held to the end of the transaction. One trace or withdrawal of a case at a time, without
# keeping the case's row from whoever touches it meanwhile.
LOCK_CASE = "SELECT pg_advisory_xact_lock(hashtext('tracing.case'), %(case)s::int)"
TRY_LOCK_CASE = "SELECT pg_try_advisory_xact_lock(hashtext('tracing.case'), %(case)s::int)"
# Whoever writes stays shares this lock, whoever confirms a case holds it alone: a stay is
# written before the confirmation, where the trace sees it, or after, where it sees the case.
SHARE_STAYS = "SELECT pg_advisory_xact_lock_shared(hashtext('tracing.stays'))"
HOLD_STAYS = "SELECT pg_advisory_xact_lock(hashtext('tracing.stays'))"
# One process boards trips at a time: what the other boards is then there.
LOCK_TRIPS = "SELECT pg_advisory_xact_lock(hashtext('tracing.trips'))"
LOCK_SUSPECTS = "SELECT pg_advisory_xact_lock(hashtext('tracing.suspects'))"

# The partitions of a table, by name.
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass(format('public.%%I', %(parent)s::text)) ORDER BY c.relname
"""

# Whoever reads or writes the parent waits for this: it gives up rather than hold up the gates.
DROP_PATIENCE = "SET LOCAL lock_timeout = '2s'"
DROP_PARTITION = "DROP TABLE IF EXISTS public.{}"

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

# What a trace reads, empty and this connection's own: made like the real tables, gone with the
# transaction. While it lasts no other table is found, so that a real one is never read by mistake.
SCRATCH_TABLES = (
    "tracing_visit",
    "tracing_place",
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
