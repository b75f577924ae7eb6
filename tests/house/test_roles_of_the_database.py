"""The service's database role adds to the ledgers and does no more."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import DatabaseError

APPEND_ONLY = (
    "accounts_auditevent",
    "accounts_accessevent",
    "healthcode_evidence",
    "healthcode_retraction",
    "healthcode_riskarea",
    "healthcode_ruleset",
    "healthcode_activation",
    "healthcode_colourchange",
)
pytestmark = pytest.mark.django_db


def _run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_tests_connect_as_the_service_does():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("healthcode_app", False)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_service_may_neither_delete_nor_truncate_a_ledger(table):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            _run(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_service_may_not_change_a_ledger(table):
    column = {"healthcode_activation": "by", "healthcode_riskarea": "tier"}.get(table, "id")

    with pytest.raises(ProgrammingError, match="permission denied"):
        _run(f"UPDATE {table} SET {column} = {column}")


def test_a_trigger_stands_behind_the_grant():
    """Whoever can write at all, the owner too, meets the trigger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger_%%append_only%%' AND NOT tgisinternal"
            " AND tgparentid = 0"
        )
        guarded = {table for (table,) in cursor.fetchall()}

    assert guarded == set(APPEND_ONLY)


def test_partitions_are_reached_through_their_parent_alone():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ensure_partition('accounts_auditevent', '199901', '1999-01-01', '1999-02-01')"
        )

    with pytest.raises(ProgrammingError, match="permission denied"):
        _run("DELETE FROM accounts_auditevent_199901")


@pytest.mark.parametrize(
    ("parent", "suffix"),
    [("accounts_user", "199901"), ("accounts_auditevent", "x; DROP TABLE accounts_user")],
)
def test_the_partition_function_makes_partitions_and_nothing_else(parent, suffix):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ensure_partition(%s, %s, '1999-01-01', '1999-02-01')", [parent, suffix]
        )
