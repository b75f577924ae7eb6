"""Cases joined by the people they met, and the meetings between them. No visits are read."""

# Cases next to some cases: one of the two met the other's person, or both met somebody more than
# casually. A case speaks for those merged into it. `known` are not looked for again.
NEIGHBOURS = """
WITH face AS MATERIALIZED (
  SELECT id, citizen_id FROM tracing_case
  WHERE id = ANY (%(cases)s::bigint[]) OR merged_into_id = ANY (%(cases)s::bigint[])
), near AS (
  SELECT coalesce(o.merged_into_id, o.id) AS id
  FROM tracing_contact k JOIN tracing_case o ON o.citizen_id = k.citizen_id
    AND o.state IN ('suspected', 'confirmed', 'merged')
  WHERE k.case_id = ANY (%(cases)s::bigint[])
  UNION
  SELECT k.case_id FROM face f JOIN tracing_contact k ON k.citizen_id = f.citizen_id
  UNION
  SELECT b.case_id FROM tracing_contact a
  JOIN tracing_contact b ON b.citizen_id = a.citizen_id AND b.grade <> 'casual'
  WHERE a.case_id = ANY (%(cases)s::bigint[]) AND a.grade <> 'casual'
)
SELECT id FROM near WHERE id <> ALL (%(known)s::bigint[]) ORDER BY id LIMIT %(most)s
"""

# How many people cases met, of each grade, and when the first of them was exposed: somebody met
# before the case was infectious was not.
SIZES = """
SELECT case_id, count(*) FILTER (WHERE grade = 'close'),
  count(*) FILTER (WHERE grade = 'secondary'), count(*) FILTER (WHERE grade = 'casual'),
  min(first_at) FILTER (WHERE level = 1 AND setting <> 'origin')
FROM tracing_contact WHERE case_id = ANY (%(cases)s::bigint[]) GROUP BY case_id
"""

# The meetings of these cases, between two cases first (`turn` 0), then by time. A casual contact
# is left out unless both are cases: it would be thousands of dots that say nothing.
CHAIN_EDGES = """
WITH face AS MATERIALIZED (
  SELECT citizen_id FROM tracing_case
  WHERE id = ANY (%(cases)s::bigint[]) OR merged_into_id = ANY (%(cases)s::bigint[])
), met AS (
  SELECT k.id AS contact_id, k.case_id, k.citizen_id,
    k.citizen_id IN (SELECT citizen_id FROM face) AS is_case
  FROM tracing_contact k WHERE k.case_id = ANY (%(cases)s::bigint[])
    AND (k.grade <> 'casual' OR k.citizen_id IN (SELECT citizen_id FROM face))
), edge AS (
  SELECT CASE WHEN m.is_case AND e.via_id IN (SELECT citizen_id FROM face) THEN 0 ELSE 1 END
    AS turn, e.first_at, e.id, m.contact_id, m.case_id, e.via_id, m.citizen_id, e.last_at,
    e.setting, e.place_id, e.minutes, e.rows_apart, e.grade, e.rule
  FROM met m JOIN tracing_encounter e ON e.contact_id = m.contact_id
)
SELECT * FROM edge
WHERE (grade <> 'casual' OR turn = 0)
  AND (turn, first_at, id) > (%(turn)s::int, %(first_at)s::timestamptz, %(id)s::bigint)
ORDER BY turn, first_at, id LIMIT %(most)s
"""

# Of people whom these cases met more than casually: the first time, and whether it was close.
FIRST_EXPOSED = """
SELECT citizen_id, min(first_at), bool_or(grade = 'close'), min(id)
FROM tracing_contact
WHERE case_id = ANY (%(cases)s::bigint[]) AND citizen_id = ANY (%(citizens)s::bigint[])
  AND grade <> 'casual'
GROUP BY citizen_id
"""
