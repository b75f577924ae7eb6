"""The command that spreads visits and scans over a cluster: what it says, issues and refuses.

Where there is no Citus, stand-ins of its functions write down what is asked of them.
"""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tracing.services.distributing import SPREAD

pytestmark = pytest.mark.usefixtures("committed")

KEY = r'ALTER TABLE "public"\."tracing_place" DROP CONSTRAINT "tracing_place_zone_id_\w+";'
PLACE = "SELECT create_reference_table('public.tracing_place');"
VISIT = "SELECT create_distributed_table('public.tracing_visit', 'place_id');"
SCAN = "SELECT create_distributed_table('public.tracing_scan', 'scan_id');"
FORGET = "SELECT truncate_local_data_after_distributing_table('public.tracing_visit');"
NOTHING = "-- all tables are distributed already"

STAND_INS = """
CREATE TABLE pg_dist_node (groupid int);
CREATE TABLE pg_dist_partition (
  logicalrelid regclass, partmethod "char", partkey text, repmodel "char");
CREATE FUNCTION column_to_column_name(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION create_reference_table(regclass) RETURNS void LANGUAGE sql
  AS $$ INSERT INTO pg_dist_partition VALUES ($1, 'n', NULL, 't') $$;
CREATE FUNCTION create_distributed_table(regclass, text) RETURNS void LANGUAGE sql
  AS $$ INSERT INTO pg_dist_partition VALUES ($1, 'h', $2, 's') $$;
CREATE FUNCTION truncate_local_data_after_distributing_table(regclass) RETURNS void
  LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE ' || $1; END $$;
"""
STAY = """
INSERT INTO tracing_visit VALUES (1, now(), 1, now() + interval '1 hour', 'assumed', NULL, 'scan')
"""
KEYS_OF_PLACES = """
SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'tracing_place'::regclass
"""


@pytest.fixture
def cluster(committed):
    """Stand-ins of Citus's tables and functions; the coordinator is known."""
    ask(STAND_INS + "INSERT INTO pg_dist_node VALUES (0)")


def ask(statement):
    """As the owner; the rows, if there are any."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def distribute(*options):
    """The lines that the command prints."""
    out = StringIO()
    call_command("distribute_tables", *options, stdout=out)
    return out.getvalue().splitlines()


def test_a_dry_run_says_what_would_be_done_without_a_cluster_and_does_nothing():
    lines = distribute("--dry-run")
    assert re.fullmatch(KEY, lines[0])
    assert lines[1:] == [PLACE, VISIT, SCAN]
    assert ask(KEYS_OF_PLACES) == [(1,)]


def test_without_the_extension_it_is_refused_with_a_hint():
    with pytest.raises(CommandError, match=r"^citus_missing: .*shared_preload_libraries"):
        distribute()
    assert ask(KEYS_OF_PLACES) == [(1,)]


def test_a_cluster_that_does_not_know_its_coordinator_is_refused_with_a_hint():
    ask(STAND_INS)
    with pytest.raises(CommandError, match=r"^coordinator_unknown: .*citus_set_coordinator_host"):
        distribute()
    assert ask(KEYS_OF_PLACES) == [(1,)]


def test_without_the_owners_address_it_is_refused(monkeypatch):
    monkeypatch.delitem(connections.settings, "owner")
    with pytest.raises(CommandError, match=r"^owner_missing: .*MIGRATE_DATABASE_URL"):
        distribute("--dry-run")


def test_each_table_goes_where_it_belongs(cluster):
    distribute()
    rows = ask(
        "SELECT logicalrelid::text, coalesce(partkey, ''), partmethod::text FROM pg_dist_partition"
    )
    assert {table: column for table, column, _ in rows} == SPREAD
    assert {table: method for table, _, method in rows}["tracing_place"] == "n"


def test_places_keep_no_key_that_would_draw_local_tables_into_the_cluster(cluster):
    distribute()
    assert ask(KEYS_OF_PLACES) == [(0,)]


def test_it_may_run_again(cluster):
    assert len(distribute()) == 4
    assert distribute() == distribute("--dry-run") == [NOTHING]


def test_a_run_that_was_broken_off_is_ended_by_the_next(cluster):
    ask("SELECT create_reference_table('tracing_place')")
    ask("SELECT create_distributed_table('tracing_visit', 'place_id')")
    assert distribute() == [SCAN]


def test_a_table_that_the_cluster_manages_on_one_machine_is_still_spread(cluster):
    ask("INSERT INTO pg_dist_partition VALUES ('tracing_place', 'n', NULL, 's')")
    assert PLACE in distribute("--dry-run")


def test_rows_left_behind_on_the_coordinator_are_removed_once(cluster):
    ask(STAY)
    lines = distribute()
    assert lines[lines.index(VISIT) + 1] == FORGET
    assert ask("SELECT count(*) FROM tracing_visit") == [(0,)]
    assert distribute() == [NOTHING]


def test_a_table_that_is_spread_in_another_way_stops_everything(cluster):
    ask("SELECT create_distributed_table('tracing_scan', 'venue_id')")
    with pytest.raises(CommandError, match=r"^spread_otherwise: .*tracing_scan.*venue_id"):
        distribute()
    assert ask("SELECT count(*) FROM pg_dist_partition") == [(1,)]
    assert ask(KEYS_OF_PLACES) == [(1,)]
