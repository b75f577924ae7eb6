"""No interface sets a colour: only `recolour` assigns one, read from the code itself."""

import ast
import re

import pytest
from django import forms
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from rest_framework import serializers

from accounts.models import Citizen, User
from healthcode.models import ColourChange, HealthStatus
from tests.house.code import calls, modules, strings

WRITER = "healthcode/services/recolour.py"
STATEMENTS = "healthcode/sql/statuses.py"
SETS_COLOUR = re.compile(r"(update|insert\s+into)\s+healthcode_healthstatus\b(?s:.*)colour", re.I)
MAKES_HISTORY = re.compile(r"insert\s+into\s+healthcode_colourchange", re.I)
WRITES_STATUS = {"create", "bulk_create", "update", "bulk_update", "update_or_create", "save"}


def test_only_recolour_calls_what_writes_statuses():
    callers = {
        path
        for path, tree in modules()
        for name, _ in calls(tree)
        if name in {"write_decisions", "write_reviews"}
    }

    assert callers == {WRITER}


def test_only_one_statement_of_the_code_writes_a_colour():
    found = [path for path, tree in modules() for text in strings(tree) if SETS_COLOUR.search(text)]

    assert found == [STATEMENTS]


def test_nobody_assigns_a_colour_to_a_stored_thing():
    assigned = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "colour"
    }

    assert assigned == set()


def test_history_is_made_where_colours_are_written_and_nowhere_else():
    made = [
        path for path, tree in modules() for text in strings(tree) if MAKES_HISTORY.search(text)
    ]
    makers = {path for path, tree in modules() for name, _ in calls(tree) if name == "ColourChange"}

    assert made == [STATEMENTS]
    assert makers == set()


def test_nobody_writes_a_colour_through_the_orm():
    writers = {
        path
        for path, tree in modules()
        for name, call in calls(tree)
        if name in WRITES_STATUS and any(keyword.arg == "colour" for keyword in call.keywords)
    }

    assert writers == set()


def test_no_form_or_serializer_accepts_a_colour():
    def offers_colour(owner: type, fields: str) -> bool:
        return "colour" in getattr(owner, fields, {})

    owners = [*_subclasses(forms.BaseForm), *_subclasses(serializers.BaseSerializer)]
    offering = [
        owner.__name__
        for owner in owners
        if owner.__module__.split(".")[0] in {"accounts", "healthcode", "tracing"}
        if offers_colour(owner, "base_fields") or offers_colour(owner, "_declared_fields")
    ]

    assert offering == []


@pytest.mark.django_db
def test_the_admin_shows_colours_read_only():
    request = RequestFactory().get("/admin/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    for model in (HealthStatus, ColourChange):
        page = admin.site._registry[model]
        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)


@pytest.mark.django_db
def test_a_colour_without_its_history_does_not_commit():
    citizen = Citizen.objects.create(
        document_type="passport", document_fingerprint=b"f" * 32, document_sealed=b"s"
    )

    with pytest.raises(IntegrityError, match="without its ColourChange"):
        _commit_colour(citizen, 1)


@pytest.mark.django_db
def test_an_older_history_row_does_not_excuse_a_colour():
    """A row of the past with the wanted colour is not the row of this change."""
    citizen = Citizen.objects.create(
        document_type="passport", document_fingerprint=b"f" * 32, document_sealed=b"s"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO healthcode_colourchange (citizen_id, colour, previous, decision, rules,"
            " facts, joined, decided_at) SELECT %s, c, 0, '{}', '', '[]', '[]', now() "
            "FROM unnest(ARRAY[1, 3]) WITH ORDINALITY AS given (c, n) ORDER BY n",
            [citizen.pk],
        )

    with pytest.raises(IntegrityError, match="without its ColourChange"):
        _commit_colour(citizen, 1)


def _commit_colour(citizen: Citizen, colour: int) -> None:
    """Write a colour and do what happens at commit, inside a test that rolls back."""
    with transaction.atomic(), connection.cursor() as cursor:
        HealthStatus.objects.filter(pk=citizen.pk).update(colour=colour)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _subclasses(base: type) -> set[type]:
    found = set(base.__subclasses__())
    return found.union(*(_subclasses(each) for each in found)) if found else found
