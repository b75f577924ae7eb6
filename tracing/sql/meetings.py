"""Who was together with whom, and who was kept apart.

Everything that reads visits runs unchanged where `tracing_visit` is distributed by `place_id`:
no recursion, no locks, no foreign keys, and the join of the two stays is on the place.
"""

# Who met the sources, each on its own [since, until): a row per pair and kind of place.
#
# `stay` has the sources' stays, clipped and then lengthened by the tail that the rules give them;
# where the rules do not ask whether a space is closed, that is left out. A stay that meets one
# of them entered the same place less than the place's longest stay before it (`e`) and before its
# end: two ranges on the primary key. (`earliest` and `latest` say the same with constants, for the
# planner to leave out days: no row is longer than 24 hours.) A pair is looked at within one `kind`
# of place: a vehicle's carriage by itself, numbered as the place; all zones alike together and all
# metro rides together, numbered below zero. Row 0 is the crew, who serve every row. Where either
# stay is one that only the person told of (`told`), the meeting is apart from those that gates and
# carriers saw; it is looked at only where a casual contact is wanted. A source within a kind has a
# number, the next one is for what is told: with the other person that names the pair, in two words.
#
# Most pairs meet once: what is to be known of them, `pair` gathers without keeping their pieces.
# The others' pieces are read again (`piece`) and cut where they overlap, so that touching and
# overlapping rows are one stay. `together` is the most time that any window of the rules' length
# holds; the best window can always begin where a piece begins, and the last piece in it is cut at
# its end. Only these others come with arrays.
MEETINGS = """
WITH source AS (
  SELECT * FROM unnest(%(citizens)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS s (via_id, since, until)
  WHERE s.since < s.until
), stay AS (
  SELECT s.via_id, a.place_id, greatest(a.entered_at, s.since) AS f,
    greatest(a.entered_at, s.since) - p.max_stay AS e,
    least(a.left_at, s.until) + make_interval(mins => %(tail)s) AS l,
    a.seat_row, a.source = 'self' AS told, p.vehicle, p.close_quarters,
    CASE WHEN %(closed)s THEN p.closed_space END AS closed_space,
    CASE WHEN p.vehicle NOT IN ('', 'metro') THEN p.id
      ELSE -1 - 6 * (p.vehicle = 'metro')::int - 3 * p.close_quarters::int
        - CASE WHEN %(closed)s THEN coalesce(1 + p.closed_space::int, 0) ELSE 0 END END AS kind
  FROM source s
  JOIN tracing_visit a ON a.citizen_id = s.via_id AND a.entered_at > s.since - interval '24 hours'
    AND a.entered_at < s.until AND a.left_at > s.since
    AND a.entered_at > %(earliest)s::timestamptz AND a.entered_at < %(latest)s::timestamptz
  JOIN tracing_place p ON p.id = a.place_id
  WHERE (%(casual)s OR a.source <> 'self')
    AND (%(vehicles)s::text[] IS NULL OR EXISTS (
      SELECT FROM unnest(%(vehicles)s::text[], %(close_quarters)s::boolean[],
        %(closed_spaces)s::boolean[]) AS k (vehicle, close_quarters, closed_space)
      WHERE k.vehicle = p.vehicle AND k.close_quarters = p.close_quarters
        AND (NOT %(closed)s OR k.closed_space IS NOT DISTINCT FROM p.closed_space)))
), v AS MATERIALIZED (
  SELECT *, (2 * dense_rank() OVER (ORDER BY via_id, kind))::int AS side FROM stay
), met AS MATERIALIZED (
  SELECT o.citizen_id, v.side + (v.told OR o.source = 'self')::int AS side, v.place_id,
    greatest(o.entered_at, v.f) AS f, least(o.left_at, v.l) AS l,
    CASE WHEN o.seat_row > 0 AND v.seat_row > 0 THEN abs(o.seat_row - v.seat_row) END AS rows_apart,
    o.seat_row = 0 OR v.seat_row = 0 AS crew
  FROM v JOIN tracing_visit o ON o.place_id = v.place_id
    AND o.entered_at > v.e AND o.entered_at < v.l AND o.left_at > v.f
    AND o.entered_at > %(earliest)s::timestamptz AND o.entered_at < %(latest)s::timestamptz
  WHERE o.citizen_id <> v.via_id AND o.citizen_id <> ALL (%(known)s::bigint[])
    AND (%(casual)s OR o.source <> 'self')
), pair AS MATERIALIZED (
  SELECT citizen_id, side, count(*) AS pieces, min(f) AS f, max(l) AS l, min(place_id) AS place_id,
    min(rows_apart) AS rows_apart, coalesce(bool_or(crew), false) AS crew
  FROM met GROUP BY citizen_id, side
  HAVING max(l) - min(f) >= make_interval(mins => %(least)s)
), piece AS (
  SELECT citizen_id, side, place_id, f, l,
    greatest(f, max(l) OVER earlier) AS starts, greatest(l, max(l) OVER earlier) AS ends
  FROM met WHERE (citizen_id, side) IN (SELECT citizen_id, side FROM pair WHERE pieces > 1)
  WINDOW earlier AS (PARTITION BY citizen_id, side ORDER BY f
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), windowed AS (
  SELECT citizen_id, side, place_id, f, l,
    sum(ends - starts) OVER w - greatest(interval '0',
      max(ends) OVER w - starts - make_interval(hours => %(window)s)) AS together
  FROM piece
  WINDOW w AS (PARTITION BY citizen_id, side ORDER BY starts
    RANGE BETWEEN CURRENT ROW AND make_interval(hours => %(window)s) FOLLOWING)
), many AS (
  SELECT citizen_id, side, max(together) AS together, array_agg(place_id) AS places,
    array_agg(date_part('epoch', f)) AS firsts, array_agg(date_part('epoch', l)) AS lasts
  FROM windowed GROUP BY citizen_id, side
), timed AS (
  SELECT p.*, m.places, m.firsts, m.lasts,
    coalesce(m.together, least(p.l - p.f, make_interval(hours => %(window)s))) AS together
  FROM pair p LEFT JOIN many m USING (citizen_id, side)
)
SELECT k.via_id, t.citizen_id, k.vehicle, k.close_quarters, k.closed_space,
  date_part('epoch', t.together), t.rows_apart, t.crew, t.side %% 2 = 1, t.place_id,
  date_part('epoch', t.f), date_part('epoch', t.l), t.places, t.firsts, t.lasts
FROM timed t
JOIN (SELECT DISTINCT side, via_id, vehicle, close_quarters, closed_space FROM v) AS k
  ON k.side = t.side / 2 * 2
WHERE t.together >= make_interval(mins => %(least)s)
LIMIT %(most)s::bigint
"""

# The state of the database as this transaction sees it, for other connections to see as well; null
# where it has written something, which they could not see.
SHARE_SNAPSHOT = """
SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN pg_export_snapshot() END
"""
READ_ALONGSIDE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
SEE_SNAPSHOT = "SET TRANSACTION SNAPSHOT %s"

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
