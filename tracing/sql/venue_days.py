"""Who was in a venue on a day, and which venues cases have in common.

Stays are read by the primary key (a place and a time) or by the second index (a citizen and a
time), so that this runs unchanged where `tracing_visit` is distributed by `place_id`.
"""

# How many stays there were from which hour of a day to which: at most 300 rows a place, however
# many people came.
VENUE_HOURS = """
SELECT place_id,
  greatest(floor(date_part('epoch', entered_at - %(since)s::timestamptz) / 3600), 0)::int AS f,
  least(ceil(date_part('epoch', left_at - %(since)s::timestamptz) / 3600),
    ceil(date_part('epoch', %(until)s::timestamptz - %(since)s::timestamptz) / 3600))::int AS l,
  count(*)
FROM tracing_visit
WHERE place_id = ANY (%(places)s::bigint[])
  AND entered_at > %(since)s::timestamptz - interval '24 hours'
  AND entered_at < %(until)s::timestamptz AND left_at > %(since)s::timestamptz
GROUP BY 1, 2, 3
"""

# The day's stays of confirmed cases that could have infected others or been infected, then of
# those whom these cases met here that day more than casually: nobody else's.
VENUE_STAYS = """
WITH here AS MATERIALIZED (
  SELECT citizen_id, place_id, entered_at, left_at FROM tracing_visit
  WHERE place_id = ANY (%(places)s::bigint[])
    AND entered_at > %(since)s::timestamptz - interval '24 hours'
    AND entered_at < %(until)s::timestamptz AND left_at > %(since)s::timestamptz
), ill AS MATERIALIZED (
  SELECT DISTINCT o.citizen_id, c.id AS case_id FROM here h
  JOIN tracing_case o ON o.citizen_id = h.citizen_id AND o.state IN ('confirmed', 'merged')
  JOIN tracing_case c ON c.id = coalesce(o.merged_into_id, o.id) AND c.state = 'confirmed'
  WHERE c.window_from - %(incubation)s::interval < %(until)s::timestamptz
    AND c.window_until > %(since)s::timestamptz
), person AS MATERIALIZED (
  SELECT citizen_id, case_id AS record, 0 AS turn FROM ill
  UNION ALL
  SELECT k.citizen_id, min(k.id), CASE WHEN bool_or(e.grade = 'close') THEN 1 ELSE 2 END
  FROM tracing_contact k JOIN tracing_encounter e ON e.contact_id = k.id
  WHERE k.case_id IN (SELECT case_id FROM ill)
    AND k.citizen_id NOT IN (SELECT citizen_id FROM ill)
    AND e.place_id = ANY (%(places)s::bigint[]) AND e.grade <> 'casual'
    AND e.first_at < %(until)s::timestamptz
    AND (e.last_at IS NULL OR e.last_at > %(since)s::timestamptz)
  GROUP BY k.citizen_id
), stay AS (
  SELECT p.turn, h.entered_at, h.citizen_id, h.place_id, h.left_at, p.record
  FROM here h JOIN person p ON p.citizen_id = h.citizen_id
)
SELECT * FROM stay
WHERE (turn, entered_at, citizen_id, place_id) > (%(turn)s::int, %(entered_at)s::timestamptz,
  %(citizen)s::bigint, %(place)s::bigint)
ORDER BY turn, entered_at, citizen_id, place_id LIMIT %(most)s
"""

# The stays of cases in venues while each could infect others or had been infected: of venues
# where at least so many cases stayed, or of one venue.
CASE_STAYS = """
WITH ill AS (
  SELECT o.citizen_id, c.id AS case_id, c.window_from - %(incubation)s::interval AS since,
    c.window_until AS until, c.decided_at
  FROM tracing_case o JOIN tracing_case c ON c.id = coalesce(o.merged_into_id, o.id)
  WHERE o.state IN ('confirmed', 'merged') AND c.state = 'confirmed'
    AND c.window_until > %(earliest)s::timestamptz
), stay AS MATERIALIZED (
  SELECT i.case_id, i.decided_at, a.place_id, greatest(a.entered_at, i.since) AS f,
    least(a.left_at, i.until) AS l
  FROM ill i JOIN tracing_visit a ON a.citizen_id = i.citizen_id
    AND a.entered_at > i.since - interval '24 hours' AND a.entered_at < i.until
    AND a.left_at > i.since AND a.entered_at > %(earliest)s::timestamptz - interval '24 hours'
), there AS MATERIALIZED (
  SELECT z.venue_id, s.case_id, s.decided_at, s.f, s.l FROM stay s
  JOIN tracing_place p ON p.id = s.place_id JOIN tracing_zone z ON z.id = p.zone_id
  WHERE %(venue)s::bigint IS NULL OR z.venue_id = %(venue)s::bigint
)
SELECT venue_id, case_id, decided_at, f, l FROM there
WHERE venue_id IN (
  SELECT venue_id FROM there GROUP BY venue_id HAVING count(DISTINCT case_id) >= %(least)s)
ORDER BY venue_id, f, case_id
"""

# Held to the end of the transaction: one sweep at a time.
TRY_HOLD_REVIEWS = "SELECT pg_try_advisory_xact_lock(hashtext('tracing.venue_reviews'))"
