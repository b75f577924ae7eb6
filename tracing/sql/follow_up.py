"""Tasks made to agree with what the rules ask of a case's contacts: only differences are written.

A task is *touched* once somebody has taken it, tried it or done it: it is closed, never deleted.
"""

TOUCHED = "(t.assignee_id IS NOT NULL OR t.tries > 0 OR t.outcome <> '')"

# What each contact of the case owes. Contacts of one grade whose days agree owe the same, so
# that it is sent once, under a number.
WANTED = """
WITH asked AS MATERIALIZED (
  SELECT k.id AS contact_id, k.citizen_id, a.kind, a.wanted, a.starts_at, a.due_at
  FROM unnest(%(contacts)s::bigint[], %(lists)s::int[]) AS w (contact_id, list)
  JOIN tracing_contact k ON k.id = w.contact_id
  JOIN unnest(%(numbers)s::int[], %(kinds)s::text[], %(wanted)s::text[],
      %(starts)s::timestamptz[], %(dues)s::timestamptz[])
    AS a (list, kind, wanted, starts_at, due_at) ON a.list = w.list
)
"""

# Whether a task is what somebody owes: a test is of its day, the others are owed once.
_SAME = f"""t.kind = a.kind AND t.wanted = a.wanted
    AND (t.due_at = a.due_at OR t.kind <> 'test' AND {TOUCHED})"""

# A contact that was lost and found again gets back what had been worked on.
GIVE_BACK_TASKS = f"""
UPDATE tracing_contacttask t SET contact_id = k.id
FROM tracing_contact k
WHERE t.case_id = %(case)s AND t.contact_id IS NULL AND k.case_id = t.case_id
  AND k.citizen_id = t.citizen_id AND {TOUCHED}
"""  # noqa: S608  constants of this module

DROP_TASKS = f"""{WANTED}
DELETE FROM tracing_contacttask t
WHERE t.case_id = %(case)s AND NOT {TOUCHED}
  AND NOT EXISTS (SELECT FROM asked a WHERE a.contact_id = t.contact_id AND {_SAME})
"""  # noqa: S608  constants of this module

# Nobody asks for it any more, or somebody does again.
SETTLE_TASKS = f"""{WANTED}, settled AS (
  SELECT t.id, EXISTS (SELECT FROM asked a WHERE a.contact_id = t.contact_id AND {_SAME}) AS asked,
    t.state = 'closed' AS closed
  FROM tracing_contacttask t WHERE t.case_id = %(case)s AND {TOUCHED}
)
UPDATE tracing_contacttask t SET state = CASE
  WHEN NOT s.asked THEN 'closed' WHEN t.done_at IS NULL THEN 'open' ELSE 'done' END
FROM settled s WHERE s.id = t.id AND s.asked = s.closed
"""  # noqa: S608  constants of this module

# Where the case has no task yet, nothing is looked for in a table that grows meanwhile.
MAKE_FIRST_TASKS = f"""{WANTED}
INSERT INTO tracing_contacttask (case_id, contact_id, citizen_id, kind, wanted, starts_at, due_at,
  district, street, community, state, made_at, tries, outcome)
SELECT %(case)s, a.contact_id, a.citizen_id, a.kind, a.wanted, a.starts_at, a.due_at,
  p.district, left(p.community, 9), p.community, 'open', %(now)s, 0, ''
FROM asked a JOIN accounts_citizen p ON p.id = a.citizen_id
"""  # noqa: S608  constants of this module
MAKE_TASKS = f"""{MAKE_FIRST_TASKS}
WHERE NOT EXISTS (SELECT FROM tracing_contacttask t WHERE t.contact_id = a.contact_id AND {_SAME})
"""

# Before the contacts of a case are deleted: nothing is asked any more.
DROP_ALL_TASKS = f"""
DELETE FROM tracing_contacttask t WHERE t.case_id = %(case)s AND NOT {TOUCHED}
"""  # noqa: S608  constants of this module
CLOSE_ALL_TASKS = """
UPDATE tracing_contacttask SET state = 'closed', contact_id = NULL WHERE case_id = %(case)s
"""
