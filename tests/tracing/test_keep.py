"""What a trace writes, however many rows a statement takes and whatever texts they hold."""

import pytest

from healthcode.models import Evidence
from healthcode.services import record_evidence
from tests.healthcode.recoloured import item, source
from tests.tracing.outbreak import (
    NOW,
    confirmed,
    contacts,
    home,
    person,
    room,
    rules_in_force,
    stay,
    traced,
)
from tracing.models import Encounter, Visit
from tracing.services import trace_case
from tracing.services.trace import keep

pytestmark = pytest.mark.django_db
ROWS = ("contact__citizen_id", "via_id", "setting", "place_id", "minutes", "first_at", "last_at")


@pytest.fixture(autouse=True)
def _rules() -> None:
    rules_in_force()


def met(people: int = 5):
    """A case who met so many people in one room, and lives with the first of them."""
    anna, place = person("E10000001"), room()
    others = [person(f"E2{number:07}") for number in range(people)]
    home(anna, others[0])
    for who in (anna, *others):
        stay(who, place, "18 12:00", "18 13:00")
    return confirmed(anna), others


def stored(case) -> list[tuple]:
    rows = Encounter.objects.filter(contact__case=case).order_by(*ROWS)
    return list(rows.values_list(*ROWS, "rows_apart", "grade", "rule"))


@pytest.mark.parametrize("at_once", [1, 2, 5, 6, 10_000])
def test_the_same_is_stored_however_many_rows_a_statement_takes(monkeypatch, at_once):
    case, others = met()
    monkeypatch.setattr(keep, "AT_ONCE", at_once)
    assert set(traced(case)) == {who.pk for who in others}
    assert len(stored(case)) == len(others) + 1
    assert trace_case(case_id=case.pk, now=NOW).changed == 0


def test_only_what_differs_is_written_and_contacts_keep_their_rows():
    case, others = met()
    before = traced(case)
    encounters = set(Encounter.objects.values_list("pk", flat=True))
    Visit.objects.filter(citizen_id=others[1].pk).delete()
    late = person("E30000001")
    stay(late, room(), "18 12:00", "18 13:00")
    traced(case)
    after = contacts(case)
    assert set(after) == {*before, late.pk} - {others[1].pk}
    assert all(after[pk].pk == before[pk].pk for pk in set(after) & set(before))
    assert len(encounters - set(Encounter.objects.values_list("pk", flat=True))) == 1
    assert after[late.pk].district == late.district


@pytest.mark.parametrize("text", ["单管\"'\\", "{1,2}", "é\U0001f637", "%s %(rows)s"])
def test_texts_are_stored_as_they_were_handed_in(text):
    who = person("E10000009")
    told = item(who, "test", "18 08:00", None, text, method="pcr", result="negative", lab=text)
    told.details["pool_size"] = 1
    [result] = record_evidence(items=[told], source=source(), by="source:lab", now=NOW)
    assert result.error is None
    row = Evidence.objects.get(pk=result.evidence_id)
    assert (row.source_ref, row.details) == (text, told.details)
    assert (row.occurred_at, row.ended_at, row.retracted) == (told.occurred_at, None, False)
    assert bytes(row.digest) == told.digest()
    [again] = record_evidence(items=[told], source=source(), by="source:lab", now=NOW)
    assert again.status == "duplicate"
