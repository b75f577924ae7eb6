"""What the catalogue promises to delete is deleted, on its day, and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent, Citizen, User
from accounts.privacy import deadlines
from healthcode.colours import Colour
from healthcode.models import Evidence, HealthStatus, Retraction
from healthcode.services import recolour, retract_evidence, source_by_name
from tests.fixtures import Copy, own_copy
from tests.tracing.aged import AGED, evidence, pcr, phone_user, somebody
from tests.tracing.door import NOW, officer, rules_in_force
from tracing.errors import OwnerMissing
from tracing.models import BoardedTrip, Case, CaseState, Contact, Visit
from tracing.services import make_partitions
from tracing.services.retention import Purged, retain
from tracing.services.retention.partitions import PARTITIONED
from tracing.services.retention.run import expiry

LONG_AGO = NOW - timedelta(days=90)
SECOND = timedelta(seconds=1)


pytestmark = pytest.mark.serial


@pytest.fixture(scope="module", autouse=True)
def city(django_db_blocker: DjangoDbBlocker) -> Iterator[Copy]:
    """A database where commits are real, for all of these tests: each brings its own people."""
    with own_copy("empty", django_db_blocker) as copy:
        rules_in_force()
        yield copy


def test_every_deadline_of_the_catalogue_is_kept_to_the_day():
    rows = {model: _old_and_young(model, keep.days) for model, keep in deadlines().items()}

    _retain()

    assert {model: tuple(map(_exists, pair)) for model, pair in rows.items()} == dict.fromkeys(
        deadlines(), (False, True)
    )


def test_a_rehearsal_deletes_nothing_and_counts_the_same():
    rows = [_old_and_young(model, keep.days) for model, keep in deadlines().items()]

    before = AuditEvent.objects.count()
    rehearsed = _retain(dry_run=True)

    assert AuditEvent.objects.count() == before
    assert all(_exists(row) for pair in rows for row in pair)
    assert _counts(rehearsed) == _counts(_retain())


def test_a_second_run_finds_nothing_more():
    for model, keep in deadlines().items():
        _old_and_young(model, keep.days)
    _retain()

    assert _counts(_retain()) == {}


def test_the_last_test_is_kept_because_the_colour_rests_on_it():
    """Without any test known the person would turn grey by a deletion."""
    who = somebody()
    older, last = pcr(who, LONG_AGO - timedelta(days=3)), pcr(who, LONG_AGO)
    before = _colour(who)

    _retain()

    assert (_exists(older), _exists(last)) == (False, True)
    assert (before, _colour(who)) == (Colour.YELLOW, Colour.YELLOW)


def test_a_positive_answered_for_long_ago_goes_and_no_red_returns():
    who = somebody()
    positive = pcr(who, LONG_AGO, "positive")
    care = evidence(who, "case", LONG_AGO, LONG_AGO + timedelta(days=9), status="discharged")
    pcr(who, NOW - timedelta(days=1))

    _retain()

    assert not _exists(positive)
    assert not _exists(care)
    assert _colour(who) is Colour.GREEN


def test_a_discharge_is_kept_while_the_positive_it_closes_is_the_last_test():
    who = somebody()
    positive = pcr(who, LONG_AGO, "positive")
    care = evidence(who, "case", LONG_AGO, LONG_AGO + timedelta(days=9), status="discharged")
    before = _colour(who)

    _retain()

    assert _exists(positive)
    assert _exists(care)
    assert _colour(who) is before is Colour.YELLOW


def test_what_has_not_ended_is_kept():
    who = somebody()
    stay = evidence(who, "area_stay", LONG_AGO, region="310106001001")
    case = evidence(who, "case", LONG_AGO, status="confirmed")

    _retain()

    assert _exists(stay)
    assert _exists(case)


def test_a_corrected_item_goes_with_all_its_versions():
    """The first version alone would count again: a red of the year before."""
    who = somebody()
    pcr(who, NOW - timedelta(days=1))
    wrong = pcr(who, NOW - timedelta(days=2), "positive", ref="L1")
    right = pcr(who, LONG_AGO, "negative", ref="L1", version=2)

    _retain()

    assert not _exists(right)
    assert not _exists(wrong)
    assert _colour(who) is Colour.GREEN


def test_a_retraction_is_kept_as_long_as_what_it_takes_back():
    make_partitions(now=LONG_AGO)
    who = somebody()
    old, young = pcr(who, LONG_AGO, ref="old"), pcr(who, NOW - timedelta(days=1), ref="young")
    for refs in (("old", 1), ("young", 1)):
        retract_evidence(
            source=source_by_name("officer"),
            refs=[refs],
            by="user:wang",
            reason="错误",
            now=LONG_AGO,
        )

    _retain()

    assert (_exists(old), _exists(young)) == (False, True)
    left = Retraction.objects.filter(source_ref__in=["old", "young"])
    assert [row.source_ref for row in left] == ["young"]


def test_a_boarded_trip_goes_with_its_evidence():
    who = somebody()
    trip = evidence(
        who,
        "travel",
        LONG_AGO,
        LONG_AGO + timedelta(hours=2),
        mode="train",
        from_country="CHN",
        to_country="CHN",
    )
    for pk in (trip.pk, trip.pk + 1000):
        BoardedTrip.objects.create(evidence_id=pk, citizen_id=who.pk, boarded_at=NOW, cause="x")

    _retain()

    assert not BoardedTrip.objects.filter(citizen_id=who.pk).exists()


def test_a_case_is_kept_while_the_exposures_it_handed_down_are():
    ill, friend = somebody(), somebody()
    case = Case.objects.create(
        citizen=ill,
        state=CaseState.CONFIRMED,
        sampled_at=LONG_AGO,
        proposed_at=LONG_AGO,
        decided_at=LONG_AGO,
        window_from=LONG_AGO,
        window_until=NOW,
        traced_until=NOW,
    )
    Contact.objects.create(
        case=case,
        citizen=friend,
        level=1,
        grade="close",
        setting="zone",
        first_at=LONG_AGO,
        found_at=LONG_AGO,
    )
    exposure = {"level": 1, "grade": "close", "case": case.ref, "setting": "zone"}
    handed = _from_tracing(friend, f"{case.ref}:{friend.ref}", exposure)

    _retain()
    assert _exists(case)

    _backdate(handed)
    _retain()
    assert not _exists(handed)
    assert not _exists(case)


def test_a_case_nobody_decided_is_kept():
    case = Case.objects.create(citizen=somebody(), sampled_at=LONG_AGO, proposed_at=LONG_AGO)

    _retain()

    assert _exists(case)


def test_who_holds_a_code_or_waits_for_a_desk_keeps_the_account():
    holder, waiting, visitor = (phone_user(LONG_AGO) for _ in range(3))
    Citizen.objects.filter(pk=somebody().pk).update(user=holder, identity_confirmed_at=NOW)
    claim = AGED["accounts.Claim"](NOW)
    type(claim).objects.filter(pk=claim.pk).update(user=waiting)

    _retain()

    assert _exists(holder)
    assert _exists(waiting)
    assert not _exists(visitor)


def test_an_officer_keeps_the_account():
    User.objects.filter(pk=officer().pk).update(date_joined=LONG_AGO)

    _retain()

    assert _exists(officer())


def test_somebody_about_whom_a_fact_is_kept_stays_on_record():
    who = AGED["accounts.Citizen"](LONG_AGO)
    pcr(who, LONG_AGO)

    _retain()

    assert _exists(who)


def test_a_traveller_of_whom_nothing_is_kept_any_more_leaves_no_record():
    who = AGED["accounts.Citizen"](LONG_AGO)
    evidence(
        who,
        "travel",
        LONG_AGO,
        LONG_AGO + timedelta(hours=2),
        mode="train",
        from_country="CHN",
        to_country="CHN",
    )

    _retain()

    assert not _exists(who)
    assert not HealthStatus.objects.filter(pk=who.pk).exists()


def test_one_failing_purge_does_not_stop_the_others():
    """Without rules nobody can say what a decision rests on: evidence stays, visits go."""
    old_fact, _ = _old_and_young("healthcode.Evidence", 60)
    old_visit, _ = _old_and_young("tracing.Visit", 28)
    with _no_rules():
        done = {purged.model: purged for purged in _retain()}

    assert done["healthcode.Evidence"].error == "NoActiveRules"
    assert _exists(old_fact)
    assert not _exists(old_visit)


def test_a_table_in_use_is_not_waited_for(city):
    old_visit, _ = _old_and_young("tracing.Visit", 28)
    old_scan, _ = _old_and_young("tracing.Scan", 28)
    with psycopg.connect(city.urls["DATABASE_URL"]) as gate:
        gate.execute("SELECT count(*) FROM tracing_visit")

        done = {purged.model: purged for purged in _retain()}

    assert done["tracing.Visit"].error == "OperationalError"
    assert _exists(old_visit)
    assert not _exists(old_scan)
    assert _written().details["failed"] == ["tracing.Visit"]


def test_the_run_is_written_down_with_its_counts():
    _old_and_young("accounts.Claim", 30)

    _retain()

    written = _written()
    assert written.actor == "system:test"
    assert written.details["counts"]["accounts.Claim"] == 1
    assert written.details["failed"] == []


def test_without_the_owners_address_nothing_is_tried(monkeypatch):
    monkeypatch.delitem(connections.settings, "owner")
    old, _ = _old_and_young("accounts.Claim", 30)

    with pytest.raises(OwnerMissing, match="MIGRATE_DATABASE_URL"):
        _retain()

    assert _exists(old)


def test_the_trigger_stands_again_after_a_run():
    fact, _ = _old_and_young("healthcode.Evidence", 60)
    _old_and_young("healthcode.Evidence", 60)
    _retain()
    kept = evidence(somebody(), "vaccination", NOW, dose=1, product="BIBP")

    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        Evidence.objects.using("owner").filter(pk=kept.pk).delete()
    assert not _exists(fact)


def test_the_command_prints_what_went():
    _old_and_young("tracing.Visit", 28)
    out = StringIO()

    call_command("retain", "--now", NOW.isoformat(), stdout=out)

    assert re.search(r"^tracing\.Visit +before 2022-08-22  [1-9]\d* gone$", out.getvalue(), re.M)


def test_the_command_fails_when_a_purge_does():
    _old_and_young("healthcode.Evidence", 60)

    with (
        _no_rules(),
        pytest.raises(CommandError, match=r"not everything was deleted: healthcode\.Evidence"),
    ):
        call_command("retain", "--now", NOW.isoformat(), stdout=StringIO())


def test_the_command_wants_an_instant_with_an_offset():
    with pytest.raises(CommandError, match="an offset is missing"):
        call_command("retain", "--now", "2022-09-19T10:00:00", stdout=StringIO())


@contextmanager
def _no_rules() -> Iterator[None]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE healthcode_activation CASCADE")
    yield
    rules_in_force()


def _written() -> AuditEvent:
    """What the last run wrote down."""
    return AuditEvent.objects.filter(action="retention.ran").latest("pk")


def _retain(*, dry_run: bool = False) -> list[Purged]:
    return retain(deadlines=deadlines(), by="system:test", now=NOW, dry_run=dry_run)


def _counts(done: list[Purged]) -> dict[str, int]:
    assert [purged for purged in done if purged.error] == []
    return {purged.model: purged.gone for purged in done if purged.gone}


def _old_and_young(model: str, days: int) -> tuple[object, object]:
    """A row of the last second that has expired and one of the first that has not.

    Ledgers go by the month: there the old row is of the month before the one that holds it.
    """
    first_kept = expiry(NOW, days)
    last_gone = first_kept - SECOND
    if model in PARTITIONED and days > 31:
        last_gone = first_kept.replace(day=1) - SECOND
    if model in PARTITIONED:
        for instant in (last_gone, first_kept):
            make_partitions(now=instant)
    return AGED[model](last_gone), AGED[model](first_kept)


def _exists(row: object) -> bool:
    model = apps.get_model(row._meta.label)
    if model is Visit:
        return Visit.objects.filter(citizen_id=row.citizen_id).exists()
    return model.objects.filter(pk=row.pk).exists()


def _colour(who: Citizen) -> Colour:
    recolour(citizen_ids=[who.pk], now=NOW)
    return Colour(HealthStatus.objects.get(pk=who.pk).colour)


def _from_tracing(of: Citizen, ref: str, details: dict[str, object]) -> Evidence:
    ended = NOW - timedelta(days=30)
    return Evidence.objects.create(
        citizen=of,
        kind="exposure",
        occurred_at=ended,
        ended_at=ended,
        reported_at=ended,
        recorded_at=ended,
        source=source_by_name("tracing"),
        source_ref=ref,
        details=details,
        digest=b"d" * 32,
    )


def _backdate(row: Evidence) -> None:
    """As the owner, with the trigger away for a moment: time cannot pass in a test."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE healthcode_evidence DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE healthcode_evidence SET occurred_at = %s, ended_at = %s WHERE id = %s",
            [LONG_AGO, LONG_AGO, row.pk],
        )
        cursor.execute("ALTER TABLE healthcode_evidence ENABLE TRIGGER USER")
