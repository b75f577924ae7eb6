"""What a trace found, written at once: rows come as one JSON text, which is quicker to write
down and to read than arrays of each column.
"""

# In the order of their citizens; a contact that is known keeps when it was found.
KEEP_CONTACTS = """
INSERT INTO tracing_contact (case_id, citizen_id, level, grade, setting, minutes, first_at,
  last_at, district, found_at)
SELECT %(case)s, new.*, p.district, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (citizen_id bigint, level smallint, grade text,
  setting text, minutes int, first_at timestamptz, last_at timestamptz)
JOIN accounts_citizen p ON p.id = new.citizen_id
ORDER BY new.citizen_id
ON CONFLICT (case_id, citizen_id) DO UPDATE SET level = excluded.level, grade = excluded.grade,
  setting = excluded.setting, minutes = excluded.minutes, first_at = excluded.first_at,
  last_at = excluded.last_at
RETURNING citizen_id, id
"""

KEEP_ENCOUNTERS = """
INSERT INTO tracing_encounter (contact_id, via_id, setting, place_id, minutes, rows_apart,
  first_at, last_at, grade, rule)
SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (contact_id bigint, via_id bigint,
  setting text, place_id bigint, minutes int, rows_apart smallint, first_at timestamptz,
  last_at timestamptz, grade text, rule text)
RETURNING id
"""

DROP_ENCOUNTERS = "DELETE FROM tracing_encounter WHERE id = ANY (%s::bigint[])"

# Every version of these items of a source, the latest last, and whether an officer took it back
# up to there. Not a look-up for each: one that goes by the source alone, as statistics a few
# minutes old suggest, must not do so thousands of times.
ITEM_VERSIONS = """
SELECT e.source_ref, e.kind, e.citizen_id, e.occurred_at, e.ended_at, e.version,
  e.retracted OR EXISTS (SELECT FROM healthcode_retraction r WHERE r.source_id = e.source_id
    AND r.source_ref = e.source_ref AND r.up_to_version >= e.version), e.details::text
FROM healthcode_evidence e
WHERE e.source_id = %(source)s AND e.source_ref = ANY (%(refs)s::text[])
ORDER BY e.version
"""

REFS_OF = "SELECT id, ref FROM accounts_citizen WHERE id = ANY (%s::bigint[])"
