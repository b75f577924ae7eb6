"""A large population with evidence, written straight into the database by SQL.

Facts lie in the order in which days report them: one citizen's rows are spread over the whole
table, as in a real city. The mix: samples every other day in pools of ten (of which one tube in
five hundred is positive on the last day), a vaccination, a stay, and one thing of each person's
own: a contact, a trip, an arrival from abroad, or a health report.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from psycopg import sql

DISTRICTS = ["310101", "310104", "310105", "310106", "310107", "310109", "310110", "310115"]
#: Facts of everybody beside their samples.
OTHERS = 3

_CITIZENS = """
INSERT INTO accounts_citizen (ref, document_type, document_fingerprint, document_sealed, district,
  community, created_at)
SELECT md5(n::text), 'passport', sha256(n::text::bytea), '\\x00', district, district || '001001',
  %(now)s
FROM generate_series(1, %(people)s) AS n,
LATERAL (SELECT (%(districts)s::text[])[1 + n %% 8] AS district) AS home
"""
_SOURCE = """
INSERT INTO healthcode_source (name, kinds, is_active) VALUES ('bench', '["test"]', true)
RETURNING id
"""
_EVIDENCE = """
INSERT INTO healthcode_evidence (source_id, recorded_at, source_ref, version, citizen_id, kind,
  occurred_at, ended_at, reported_at, retracted, details, digest)
SELECT %(source)s, coalesce(ended_at, occurred_at) + interval '6 hours', {ref} || n, 1, id, kind,
  occurred_at, ended_at, coalesce(ended_at, occurred_at) + interval '5 hours', false, details,
  '\\x00'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_citizen) AS people,
LATERAL ({facts}) AS fact (kind, occurred_at, ended_at, details)
"""
_SAMPLE = """
SELECT 'test', %(now)s - interval '2 days' * %(day)s + interval '1 second' * (n %% 40000),
  NULL::timestamptz, jsonb_build_object('method', 'pcr', 'result',
    CASE WHEN %(day)s = 1 AND n / 10 %% 500 = 0 THEN 'positive' ELSE 'negative' END,
    'pool_size', 10, 'tube', 'T' || n / 10, 'lab', 'lab-' || n %% 20, 'ct', NULL, 'site', NULL)
"""
_DOSE = """
SELECT 'vaccination', %(now)s - interval '200 days', NULL::timestamptz,
  jsonb_build_object('dose', 3, 'product', 'x')
"""
_STAY = """
SELECT 'area_stay', %(now)s - interval '1 year', NULL::timestamptz,
  jsonb_build_object('region', '310101001001')
"""
_OWN = """
SELECT kind, %(now)s - interval '1 day' * (1 + n %% 9), CASE WHEN kind <> 'health_report' THEN
  %(now)s - interval '1 day' * (1 + n %% 9) + interval '1 hour' END, details::jsonb
FROM (VALUES
  (0, 'exposure', '{"level": 1, "grade": "close", "case": "c", "setting": "zone"}'),
  (1, 'exposure', '{"level": 2, "grade": "secondary", "case": "c", "setting": "zone"}'),
  (2, 'travel', '{"mode": "flight", "from_country": "JPN", "to_country": "CHN"}'),
  (3, 'travel', '{"mode": "train", "from_country": "CHN", "to_country": "CHN"}'),
  (4, 'health_report', '{"symptoms": []}')) AS own (share, kind, details)
WHERE share = least(n %% 100, 4)
"""


def settle_in(url: str, *, people: int, facts: int, now: datetime) -> None:
    """Write citizens, each with so many facts (four at least), as the owner of the tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        settle_citizens(connection, people=people, now=now)
        [source] = connection.execute(_SOURCE).fetchone() or [0]
        with _bare(connection, "healthcode_evidence"):
            for number, fact in enumerate([*[_SAMPLE] * (facts - OTHERS), _DOSE, _STAY, _OWN]):
                statement = _EVIDENCE.replace("{facts}", fact).replace("{ref}", f"'{number}-'")
                given = {"source": source, "now": now.replace(microsecond=0), "day": number + 1}
                connection.execute(statement, given)
        connection.execute("VACUUM ANALYZE")


def settle_citizens(connection: psycopg.Connection, *, people: int, now: datetime) -> None:
    """Write citizens and no more, on a connection of the owner's that commits by itself."""
    with _bare(connection, "accounts_citizen"):
        given = {"people": people, "now": now, "districts": DISTRICTS}
        connection.execute(_CITIZENS, given)


@contextmanager
def _bare(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Without the table's indexes and foreign keys while rows are poured in."""
    keys = connection.execute(_KEYS, [table]).fetchall()
    indexes = connection.execute(_INDEXES, [table]).fetchall()
    for name, _ in keys:
        connection.execute(_on(table, "DROP CONSTRAINT {}", name))
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)
    for name, definition in keys:
        connection.execute(_on(table, f"ADD CONSTRAINT {{}} {definition}", name))


def _on(table: str, change: str, name: str) -> sql.Composed:
    statement = sql.SQL(f"ALTER TABLE {{}} {change}")
    return statement.format(sql.Identifier(table), sql.Identifier(name))


# Foreign keys and unique constraints that none leans on; plain indexes.
_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint k
WHERE conrelid = %s::regclass AND (contype = 'f' OR contype = 'u')
  AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = k.conrelid
    AND f.conindid = k.conindid)
"""
_INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
"""
