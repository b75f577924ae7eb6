"""Partitions are made ahead, once, on local days."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from tracing.models import Visit
from tracing.services import make_partitions
from tracing.services.partitions import kept_since

pytestmark = pytest.mark.django_db

# Half past midnight on the first of March in Shanghai, still February in Greenwich.
MARCH = datetime(2023, 2, 28, 16, 30, tzinfo=UTC)


def bounds(table: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass(%s)",
            [table],
        )
        row = cursor.fetchone()
    return row and row[0]


def test_days_and_months_around_an_instant_are_made_once():
    assert make_partitions(now=MARCH) == 2 * 31 + 9 + 3 * 4
    assert make_partitions(now=MARCH) == 0
    assert bounds("tracing_visit_20230201") is not None
    assert bounds("tracing_visit_20230303") is not None
    assert bounds("tracing_visit_20230304") is None
    assert bounds("accounts_auditevent_202302") is not None
    assert bounds("healthcode_colourchange_202305") is not None


def test_a_day_is_a_local_day():
    make_partitions(now=MARCH)
    assert "2023-02-28 16:00:00+00" in (bounds("tracing_visit_20230301") or "")


def test_scans_are_kept_by_the_milliseconds_of_their_id():
    make_partitions(now=MARCH)
    first = int((MARCH - timedelta(minutes=30)).timestamp() * 1000)
    digits = f"{first:012x}"
    assert f"{digits[:8]}-{digits[8:]}-0000-0000-" in (bounds("tracing_scan_20230301") or "")


def test_a_stay_on_the_first_kept_day_is_stored_and_one_before_is_not():
    make_partitions(now=MARCH)
    stay = {"place_id": 1, "citizen_id": 1, "left_by": "scan"}
    first = kept_since(MARCH)
    Visit.objects.create(entered_at=first, left_at=first + timedelta(hours=1), **stay)
    before = first - timedelta(seconds=1)
    with pytest.raises(IntegrityError, match="no partition"), transaction.atomic():
        Visit.objects.create(entered_at=before, left_at=first, **stay)


def test_the_command_takes_an_instant_with_an_offset():
    said = StringIO()
    call_command("make_partitions", now="2023-03-01T00:30:00+08:00", stdout=said)
    assert said.getvalue() == "83 partitions made\n"
    for wrong in ("2023-03-01T00:30:00", "yesterday"):
        with pytest.raises(CommandError, match="--now"):
            call_command("make_partitions", now=wrong)
