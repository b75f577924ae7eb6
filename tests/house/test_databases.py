"""The databases of the tests are used by the same two roles as in production."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_connect_as_the_services_own_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("healthcode_app",)
