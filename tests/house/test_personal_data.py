"""Every field of every table is listed: about nobody, or with a purpose and an end."""

from itertools import groupby
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from accounts.personal_data import THE_SERVICE, Erase, Impersonal, Keep, Personal, impersonal, table
from accounts.privacy import catalogue, data_map, deadlines
from tracing.services.partitions import DAYS_BACK
from tracing.services.retention.rows import CONDITIONS
from tracing.services.retention.run import EVIDENCE, FOLLOWERS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
BEGIN, END = "<!-- data_map -->\n", "<!-- end of data_map -->"


def _fields() -> set[str]:
    """Every column and every many-to-many relation of every model, the frameworks' too."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in (*model._meta.local_concrete_fields, *model._meta.local_many_to_many)
    }


def _personal() -> dict[str, Personal]:
    return {name: fate for name, fate in catalogue().items() if isinstance(fate, Personal)}


def test_every_field_is_listed_and_nothing_that_does_not_exist():
    assert set(catalogue()) == _fields()


def test_a_field_cannot_be_listed_twice():
    with pytest.raises(ValueError, match="listed twice: name"):
        table(impersonal("a place", "name"), impersonal("a person", "name"))


def test_personal_fields_have_a_purpose_and_an_end():
    for name, fate in _personal().items():
        assert len(fate.purpose) > 10, name
        assert isinstance(fate.end, Keep | Erase), name


def test_the_others_say_why_they_are_about_nobody():
    for name, fate in catalogue().items():
        if isinstance(fate, Impersonal):
            assert len(fate.why) > 4, name


def test_every_clock_says_where_its_days_come_from():
    assert [model for model, keep in deadlines().items() if len(keep.why) < 20] == []


def test_clocks_run_on_fields_of_their_model():
    for model, keep in deadlines().items():
        for name in keep.since:
            assert apps.get_model(model)._meta.get_field(name), (model, name)


def test_a_model_has_one_end():
    for model, names in groupby(_personal().items(), key=lambda item: item[0].rsplit(".", 1)[0]):
        assert len({fate.end for _, fate in names}) == 1, model


def test_whereabouts_are_kept_no_longer_than_there_are_days_for_them():
    assert deadlines()["tracing.Visit"].days == DAYS_BACK == 28
    assert deadlines()["tracing.Scan"].days == DAYS_BACK


def test_what_ends_with_another_row_is_deleted_with_it():
    """By a foreign key that cascades, or by retention itself."""
    for name, fate in _personal().items():
        model = name.rsplit(".", 1)[0]
        if isinstance(fate.end, Erase) and fate.end.with_ not in (THE_SERVICE, model):
            assert model in FOLLOWERS or _cascades(model, fate.end.with_), name


def test_what_the_catalogue_holds_longer_retention_holds_longer():
    """An exception in words has one in code, and the other way round."""
    excepted = {model for model, keep in deadlines().items() if keep.unless}

    assert excepted == {EVIDENCE, *CONDITIONS}


def test_the_page_on_privacy_shows_the_catalogue_as_it_is():
    text = PAGE.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]

    assert shown.strip() == data_map().strip(), "put what `manage.py data_map` prints there"


def _cascades(model: str, to: str) -> bool:
    return any(
        isinstance(field, models.ForeignKey)
        and field.related_model is apps.get_model(to)
        and field.remote_field.on_delete is models.CASCADE
        for field in apps.get_model(model)._meta.local_concrete_fields
    )
