"""Visits and scans can be spread over a cluster: nothing in the house has a shape Citus refuses.

Refused on distributed tables: triggers, foreign keys, row locks without the distribution column,
recursion, `SET column + interval`, and unique keys without the distribution column. Each rule is
tried on a sample that it must refuse.
"""

import ast
from textwrap import dedent

import pytest
from django.db import connection

from tests import citus
from tests.house.code import modules, strings
from tests.house.shapes import COLUMNS, KEYS, in_code, in_sql, makers
from tracing.models import Place, Scan, Visit
from tracing.services.distributing import SPREAD
from tracing.services.retention.partitions import PARTITIONED

MODELS = (Place, Scan, Visit)

# A table and all its partitions.
PARTS = """
WITH part AS (
  SELECT to_regclass(%(table)s) AS oid
  UNION SELECT relid FROM pg_partition_tree(to_regclass(%(table)s))
)
"""
TRIGGERS = f"""{PARTS}
SELECT t.tgname FROM pg_trigger t JOIN part ON part.oid = t.tgrelid WHERE NOT t.tgisinternal
"""
FOREIGN_KEYS = f"""{PARTS}
SELECT DISTINCT k.conname FROM pg_constraint k JOIN part ON part.oid IN (k.conrelid, k.confrelid)
WHERE k.contype = 'f'
"""
NARROW_KEYS = f"""{PARTS}
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN part ON part.oid = i.indrelid
WHERE (i.indisunique OR i.indisexclusion) AND NOT EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = %(column)s
    AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
"""
SPOILED = """
CREATE TEMPORARY TABLE owner_of (id bigint PRIMARY KEY);
CREATE TEMPORARY TABLE spoiled (
  place_id bigint, at date, other bigint REFERENCES owner_of, UNIQUE (other, at) INCLUDE (place_id)
) PARTITION BY RANGE (at);
CREATE TEMPORARY TABLE spoiled_day PARTITION OF spoiled DEFAULT;
CREATE TRIGGER watched BEFORE UPDATE ON spoiled_day
  FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
"""
database = pytest.mark.django_db
spread = pytest.mark.parametrize(("table", "column"), COLUMNS.items())


def found(question: str, table: str, column: str = "") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(question, {"table": table, "column": column})
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def spoiled(db) -> str:
    """A table with everything that is refused, the trigger on one partition alone."""
    with connection.cursor() as cursor:
        cursor.execute(SPOILED)
    return "pg_temp.spoiled"


def test_the_rules_speak_of_the_tables_that_are_distributed():
    tables = {model._meta.db_table: model.__name__ for model in MODELS}
    assert set(tables) == set(SPREAD)
    assert set(KEYS) == {tables[table] for table in COLUMNS}
    for model in (Visit, Scan):
        primary = {field.attname for field in model._meta.pk_fields}
        assert COLUMNS[model._meta.db_table] in KEYS[model.__name__] & primary


@database
@pytest.mark.parametrize("table", SPREAD)
def test_what_is_spread_has_no_trigger(table):
    assert found(TRIGGERS, table) == []


@database
@spread
def test_what_is_distributed_has_no_foreign_key_either_way(table, column):
    assert found(FOREIGN_KEYS, table) == []


@database
def test_places_have_but_the_one_foreign_key_that_the_command_drops():
    (name,) = found(FOREIGN_KEYS, "tracing_place")
    assert name.startswith("tracing_place_zone_id_")


@database
@spread
def test_every_unique_key_holds_the_distribution_column(table, column):
    assert found(NARROW_KEYS, table, column) == []


def test_a_trigger_on_one_partition_is_found(spoiled):
    assert found(TRIGGERS, spoiled) == ["watched"]


def test_a_foreign_key_is_found_at_both_of_its_ends(spoiled):
    assert "spoiled_other_fkey" in found(FOREIGN_KEYS, spoiled)
    assert "spoiled_other_fkey" in found(FOREIGN_KEYS, "pg_temp.owner_of")


def test_a_unique_key_that_only_includes_the_distribution_column_is_found(spoiled):
    assert len(found(NARROW_KEYS, spoiled, "place_id")) == 2
    assert found(NARROW_KEYS, spoiled, "other") == []


def test_no_statement_of_the_house_has_a_refused_shape():
    refused = {
        (path, shape)
        for path, tree in modules(migrations=True)
        for text in strings(tree)
        for shape in in_sql(text)
    }
    assert refused == set()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON public.tracing_visit EXECUTE FUNCTION f()", "trigger"),
        ("CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON tracing_scan DEFERRABLE", "trigger"),
        ("CREATE TABLE tracing_visit (place_id bigint REFERENCES tracing_place)", "foreign key"),
        ("ALTER TABLE tracing_scan ADD FOREIGN KEY (d) REFERENCES tracing_device", "foreign key"),
        ("CREATE TABLE note (scan uuid REFERENCES tracing_scan)", "foreign key"),
        ("SELECT 1 FROM tracing_visit WHERE citizen_id = %s FOR UPDATE", "lock"),
        ("SELECT 1 FROM tracing_visit v JOIN t ON v.place_id = t.id FOR NO KEY UPDATE", "lock"),
        ("SELECT 1 FROM tracing_scan WHERE scan_id = ANY (%s) FOR SHARE SKIP LOCKED", "lock"),
        ("WITH RECURSIVE chain AS (SELECT 1 FROM tracing_visit) SELECT 1 FROM chain", "recursion"),
        ("UPDATE tracing_visit SET left_at = left_at + interval '1 hour'", "shift"),
        ("UPDATE tracing_visit v SET left_at = v.left_at - %s WHERE place_id = %s", "shift"),
        ("UPDATE tracing_visit SET left_at = entered_at + 2 * %s", "shift"),
        ("UPDATE ONLY tracing_scan SET scanned_at = make_interval(mins => 1)", "shift"),
        ("INSERT INTO tracing_visit VALUES (1) ON CONFLICT DO UPDATE SET left_at = a + b", "shift"),
    ],
)
def test_a_statement_with_a_refused_shape_is_refused(text, shape):
    assert in_sql(text) == [shape]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 FROM tracing_scan WHERE scan_id = %s FOR UPDATE",
        "SELECT 1 FROM tracing_visit WHERE place_id = %(place)s FOR NO KEY UPDATE",
        "UPDATE tracing_visit SET left_at = %s WHERE entered_at > %s - interval '24 hours'",
        "UPDATE tracing_visit SET seat_row = seat_row + 1",
        "UPDATE tracing_case SET traced_until = traced_until + interval '1 day'",
        "CREATE TABLE tracing_visit (place_id bigint); CREATE TABLE t (a int REFERENCES u)",
        "-- tracing_visit\nWITH RECURSIVE t AS (SELECT 1) SELECT 1 FROM t",
    ],
)
def test_a_statement_that_citus_takes_is_let_pass(text):
    assert in_sql(text) == []


def test_no_use_of_the_models_has_a_refused_shape():
    trees = dict(modules())
    known = makers(trees.values())
    assert {"_stays", "only"} <= set(known)
    refused = {path: shapes for path, tree in trees.items() if (shapes := in_code(tree, known))}
    assert refused == {}


def test_the_lock_of_a_scan_is_looked_at():
    """The one row lock on a distributed table: were its filter another, it would be refused."""
    trees = dict(modules())
    source = ast.unparse(trees["tracing/services/scans/admission.py"])
    assert "select_for_update" in source
    without = source.replace("filter(pk=scan_id, ", "filter(")
    assert in_code(ast.parse(without), makers(trees.values())) != []


def test_what_deletes_row_by_row_under_locks_knows_no_distributed_table():
    assert {f"tracing.{name}" for name in KEYS} <= set(PARTITIONED)


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("Visit.objects.select_for_update().get(citizen_id=1)", "lock"),
        ("Scan.objects.filter(scan_id__in=[1]).select_for_update().first()", "lock"),
        ("rows = Visit.objects.filter(citizen_id=1)\n    rows.select_for_update()", "lock"),
        ("Visit.objects.exclude(place_id=1).select_for_update()", "lock"),
        ("given.order_by('pk').select_for_update(skip_locked=True)[:5]", "lock"),
        ("of_citizen(1).select_for_update()", "lock"),
        ("self.of_citizen(1).select_for_update()", "lock"),
        ("Visit.objects.update_or_create(citizen_id=1, defaults={})", "lock"),
        ("Visit.objects.filter(place_id=1).update(left_at=F('left_at') + HOUR)", "shift"),
        ("of_citizen(1).update(left_at=models.F('entered_at') - timedelta(1))", "shift"),
        ("words = {'left_at': HOUR + F('left_at')}\n    given.update(**words)", "shift"),
    ],
)
def test_a_use_with_a_refused_shape_is_refused(body, shape):
    assert [hit.split(": ")[1] for hit in _in_sample(body)] == [shape]


@pytest.mark.parametrize(
    "body",
    [
        "Scan.objects.filter(pk=1, device_id=2).select_for_update().get()",
        "Scan.objects.select_for_update().get(scan_id=1)",
        "rows = Visit.objects.filter(place_id=1)\n    rows.select_for_update()",
        "Case.objects.select_for_update().get(pk=1)",
        "Visit.objects.filter(left_at__gt=F('entered_at') + HOUR)",
        "Visit.objects.filter(place_id=1).update(seat_row=F('seat_row') + 1)",
        "Case.objects.update(until=F('until') + HOUR)",
    ],
)
def test_a_use_that_citus_takes_is_let_pass(body):
    assert _in_sample(body) == []


def test_without_a_cluster_the_tests_on_one_are_skipped_and_say_so(monkeypatch, capsys):
    monkeypatch.delenv("CITUS_URL", raising=False)
    assert citus.main([]) == 0
    assert "skipped: CITUS_URL is not set" in capsys.readouterr().out


def _in_sample(body: str) -> list[str]:
    sample = ast.parse(
        dedent(
            """
            def of_citizen(number: int) -> QuerySet[Visit]:
                return Visit.objects.filter(citizen_id=number)

            def sample(given: QuerySet[Visit]) -> None:
            """
        )
        + f"    {body}\n"
    )
    return in_code(sample, makers([sample]))
