"""What came of the contacts that each rule found. Contacts and evidence only; no visits."""

# Of the people whom each rule found in each setting since some day: how many were sampled within
# the days after their first meeting, had a single-tube PCR positive then, and are cases now. A
# person counts once per rule, setting and grade. `watched` are the days that the rules ask
# for, by grade. A result counts as it stands now: not taken back, in its latest version. No more
# than the latest `most` contacts are looked at, read from the end of the table, so that the answer
# takes about as long in a large outbreak; how many there were stands in every row.
RULE_YIELD = """
WITH watched AS (
  SELECT * FROM unnest(%(grades)s::text[], %(days)s::int[]) AS w (grade, days)
), recent AS MATERIALIZED (
  SELECT id, citizen_id FROM tracing_contact
  WHERE found_at >= %(since)s::timestamptz AND found_at < %(now)s::timestamptz
  ORDER BY id DESC LIMIT %(most)s
), found AS MATERIALIZED (
  SELECT e.rule, e.setting, e.grade, k.citizen_id, min(e.first_at) AS f, max(w.days) AS days
  FROM recent k JOIN tracing_encounter e ON e.contact_id = k.id
  JOIN watched w ON w.grade = e.grade
  GROUP BY e.rule, e.setting, e.grade, k.citizen_id
), person AS MATERIALIZED (
  SELECT citizen_id, min(f) AS f, max(f + make_interval(days => days)) AS l
  FROM found GROUP BY citizen_id
), sample AS MATERIALIZED (
  SELECT p.citizen_id, e.occurred_at, e.details ->> 'result' = 'positive'
    AND e.details ->> 'method' = 'pcr' AND coalesce((e.details ->> 'pool_size')::int, 1) = 1
    AS positive
  FROM person p JOIN healthcode_evidence e ON e.citizen_id = p.citizen_id
    AND e.occurred_at >= p.f AND e.occurred_at < p.l
  WHERE e.kind = 'test' AND e.details ->> 'result' IN ('positive', 'negative')
    AND e.recorded_at < %(now)s::timestamptz AND NOT e.retracted
    AND NOT EXISTS (SELECT FROM healthcode_evidence h WHERE h.source_id = e.source_id
      AND h.source_ref = e.source_ref AND h.version > e.version AND h.version > 1)
    AND NOT EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = e.source_id
      AND r.source_ref = e.source_ref AND r.up_to_version >= e.version)
), ill AS MATERIALIZED (
  SELECT p.citizen_id, max(least(coalesce(c.onset_at, c.sampled_at), c.sampled_at)) AS at
  FROM person p JOIN tracing_case c ON c.citizen_id = p.citizen_id
    AND c.state IN ('confirmed', 'merged')
  GROUP BY p.citizen_id
), said AS (
  SELECT f.rule, f.setting, f.grade, f.citizen_id, bool_or(s.citizen_id IS NOT NULL) AS tested,
    coalesce(bool_or(s.positive), false) AS positive, bool_or(i.at >= f.f) AS ill
  FROM found f
  LEFT JOIN sample s ON s.citizen_id = f.citizen_id AND s.occurred_at >= f.f
    AND s.occurred_at < f.f + make_interval(days => f.days)
  LEFT JOIN ill i ON i.citizen_id = f.citizen_id
  GROUP BY f.rule, f.setting, f.grade, f.citizen_id
)
SELECT rule, setting, grade, count(*), count(*) FILTER (WHERE tested),
  count(*) FILTER (WHERE positive), count(*) FILTER (WHERE ill),
  (SELECT count(*) FROM recent)
FROM said GROUP BY rule, setting, grade ORDER BY count(*) DESC, rule, setting, grade
"""
