"""Measured contact replayed by the app's own role, where transactions are real."""

from pathlib import Path

import pytest
from django.db import connection, connections

from tests.tracing.face_to_face import left_behind, refused, replay, together, write

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def tij(tmp_path: Path) -> Path:
    return write(tmp_path / "tij.dat", together(1467, 1513, since=0))


def test_the_service_s_role_replays_as_often_as_it_likes_and_leaves_nothing(tij):
    answers = [replay(tij)["pairs_close"] for _ in range(2)]
    assert answers == [1, 1]
    assert left_behind() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM tracing_visit)")
        assert cursor.fetchone() == ("healthcode_app", 0)


def test_a_role_that_was_denied_temporary_tables_is_told_so(tij, committed):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{committed.name}" FROM PUBLIC')
    error = refused(tij)
    assert error["code"] == "replay_refused"
    assert "TEMPORARY" in error["details"]["reason"]
