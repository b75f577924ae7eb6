"""Measured contact replayed: what traces find where the answer is known."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from os import environ
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import ProgrammingError

from config.environment import PROJECT
from healthcode.policy.ruleset import Condition, ContactRule
from healthcode.rules import load_named
from tests.tracing.face_to_face import (
    CLOSE,
    DAY,
    STEP,
    US,
    Row,
    left_behind,
    replay,
    together,
    write,
)
from tests.tracing.outbreak import home, person, room, stay
from tracing import sql
from tracing.models import Visit

pytestmark = pytest.mark.django_db

ANNA, BEN, CHEN, DORA = 1467, 1513, 1591, 1616
ECDC = "ecdc-2020-12"
MEASURED = Path(environ.get("HEALTHCODE_SHARED", PROJECT.parent / "shared")) / "contacts"
KEYS = ("persons", "pairs_any", "pairs_close", "max_close", "secondary_sum", "secondary_max")


@pytest.fixture
def tij(tmp_path: Path) -> Path:
    return tmp_path / "tij.dat"


def found(tij: Path, rows: list[Row], **more) -> tuple[int, ...]:
    """Persons, pairs that met, close pairs, most close of one, secondary summed, most of one."""
    return tuple(replay(write(tij, sorted(rows)), **more)[key] for key in KEYS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("workplace_InVS_tij.dat.zip", (92, 755, 28, 3, 36, 4)),
        ("SFHH_tij.dat.gz", (403, 9565, 271, 14, 540, 16)),
    ],
)
def test_what_an_exact_tracer_finds_in_measured_contact_is_found(name, answer):
    file = MEASURED / name
    if not file.exists():
        pytest.skip(f"no measured contact at {MEASURED}: set HEALTHCODE_SHARED to its folder")
    assert replay(file) == dict(zip(KEYS, answer, strict=True))


def test_a_quarter_of_an_hour_is_close_and_twenty_seconds_less_is_not(tij):
    assert found(tij, together(ANNA, BEN, since=0)) == (2, 1, 1, 1, 0, 0)
    assert found(tij, together(ANNA, BEN, since=0, rows=CLOSE - 1)) == (2, 1, 0, 0, 0, 0)


def test_the_rule_set_that_is_named_grades(tij):
    # More than a quarter of an hour, in this one.
    assert found(tij, together(ANNA, BEN, since=0), rule=ECDC)[2] == 0
    assert found(tij, together(ANNA, BEN, since=0, rows=CLOSE + 1), rule=ECDC)[2] == 1


def test_a_row_lasts_as_long_as_the_step(tij):
    rows = together(ANNA, BEN, since=0, rows=15, step=60)
    assert found(tij, rows, step=60)[2] == 1
    assert found(tij, rows, step=59)[2] == 0


def test_short_contact_sums_within_a_day_and_not_beyond(tij):
    first = together(ANNA, BEN, since=0, rows=30)
    last = DAY - 15 * STEP
    assert found(tij, first + together(BEN, ANNA, since=last, rows=15))[2] == 1
    assert found(tij, first + together(BEN, ANNA, since=last + STEP, rows=15))[2] == 0


def test_a_row_said_twice_counts_once_whoever_is_named_first(tij):
    rows = together(ANNA, BEN, since=0, rows=CLOSE - 1)
    mirrored = [(at, other, one) for at, one, other in rows]
    assert found(tij, rows + rows + mirrored) == (2, 1, 0, 0, 0, 0)


def test_rows_with_different_people_do_not_sum(tij):
    rows = together(ANNA, BEN, since=0, rows=30) + together(ANNA, CHEN, since=600, rows=30)
    assert found(tij, rows) == (3, 2, 0, 0, 0, 0)


def test_only_whom_a_close_contact_met_afterwards_is_secondary(tij):
    # Chen is secondary to Anna; Anna met Ben before Chen did, so she is not to Chen.
    rows = together(ANNA, BEN, since=0) + together(BEN, CHEN, since=DAY)
    assert found(tij, rows) == (3, 2, 2, 2, 1, 1)


def test_any_first_meeting_starts_the_second_hop(tij):
    # Anna greets Ben before he sits with Chen, and sits with him a day later.
    greeting = together(ANNA, BEN, since=0, rows=1)
    rows = together(BEN, CHEN, since=600) + together(ANNA, BEN, since=DAY)
    assert found(tij, rows)[-2:] == (1, 1)  # Anna to Chen
    assert found(tij, greeting + rows)[-2:] == (2, 1)  # and Chen to Anna


def test_contact_before_the_first_meeting_does_not_count_towards_the_second_hop(tij):
    # Ben has been with Chen for twenty seconds when Anna comes.
    chen = together(BEN, CHEN, since=0, rows=CLOSE)
    assert found(tij, chen + together(ANNA, BEN, since=STEP)) == (3, 2, 2, 2, 1, 1)
    assert found(tij, chen + together(ANNA, BEN, since=0)) == (3, 2, 2, 2, 2, 1)


def test_who_is_close_is_not_secondary_too(tij):
    circle = [(ANNA, BEN), (BEN, CHEN), (CHEN, ANNA)]
    rows = [row for one, other in circle for row in together(one, other, since=0)]
    assert found(tij, rows) == (3, 3, 3, 2, 0, 0)


def test_who_met_in_passing_may_be_secondary(tij):
    passing = together(ANNA, CHEN, since=0, rows=2)
    rows = together(ANNA, BEN, since=DAY) + together(BEN, CHEN, since=2 * DAY)
    assert found(tij, passing + rows) == (3, 3, 2, 2, 1, 1)


def test_what_a_rule_grades_casual_makes_nobody_secondary(tij, monkeypatch):
    # Half an hour is casual by the first rule, as odd as that is.
    ours = load_named(US)
    [near, *_] = ours.contacts.rules
    long = ContactRule("long", (Condition("minutes", least=30),), "casual")
    odd = replace(ours, contacts=replace(ours.contacts, rules=(long, near)))
    monkeypatch.setattr("tracing.services.calibrate.replay.load_named", lambda name: odd)
    rows = together(ANNA, BEN, since=0) + together(BEN, CHEN, since=DAY, rows=2 * CLOSE)
    assert found(tij, rows) == (3, 2, 1, 1, 0, 0)


def test_two_hops_are_the_most(tij):
    rows = [
        row
        for day, pair in enumerate([(ANNA, BEN), (BEN, CHEN), (CHEN, DORA)])
        for row in together(*pair, since=day * DAY)
    ]
    assert found(tij, rows) == (4, 3, 3, 2, 2, 1)


@pytest.mark.parametrize(
    ("name", "end"), [("tij.dat", "\r\n"), ("tij.dat.gz", "\n"), ("TIJ.ZIP", "\r\n")]
)
def test_files_are_read_as_they_are_published(tmp_path, name, end):
    file = write(tmp_path / name.replace("ZIP", "zip"), together(ANNA, BEN, since=0), end)
    assert replay(file.rename(tmp_path / name))["pairs_close"] == 1


def test_the_real_city_is_neither_read_nor_changed(tij):
    anna, ben, chen = (person(f"E5000000{number}") for number in range(3))
    home(anna, chen)
    stay(anna, room(), "16 08:00", "16 18:00")
    stay(chen, room(), "16 08:00", "16 18:00")
    rows = together(anna.pk, ben.pk, since=0) + together(ben.pk, chen.pk, since=0, rows=1)
    assert found(tij, rows) == (3, 2, 1, 1, 0, 0)
    assert Visit.objects.count() == 2


def test_a_real_table_is_never_read_by_mistake(tij, monkeypatch):
    fewer = [name for name in sql.SCRATCH_TABLES if name != "accounts_membership"]
    monkeypatch.setattr(sql, "SCRATCH_TABLES", fewer)
    with pytest.raises(ProgrammingError, match="accounts_membership"):
        found(tij, together(ANNA, BEN, since=0))


def test_nothing_is_left_behind(tij):
    before = left_behind()
    found(tij, together(ANNA, BEN, since=0))
    assert left_behind() == before == []


def test_nothing_is_left_behind_by_a_trace_that_fails(tij, monkeypatch):
    seen = []

    def fail(*args, **more):
        seen.extend(left_behind())
        raise ArithmeticError

    monkeypatch.setattr("tracing.services.calibrate.replay.find_contacts", fail)
    with pytest.raises(ArithmeticError):
        found(tij, together(ANNA, BEN, since=0))
    assert "tracing_visit" in seen
    assert left_behind() == []


def test_people_read_the_same_numbers(tij, capsys):
    write(tij, together(ANNA, BEN, since=0))
    call_command("replay_encounters", str(tij), "--rule=us-cdc-2020-10")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[:-1]] == [
        ["persons", "2"],
        ["pairs_any", "1"],
        ["pairs_close", "1"],
        ["max_close", "1"],
        ["secondary_sum", "0"],
        ["secondary_max", "0"],
    ]
    assert lines[-1].startswith("seconds")


# A plain count, for rows of 300 seconds that begin at multiples of 300: three are close.
COUNTED_STEP, ENOUGH = 300, 3


def count(rows: list[Row]) -> tuple[int, ...]:
    """The README's definition, word by word."""
    people = sorted({who for _, *pair in rows for who in pair})
    met = defaultdict(set)
    for at, one, other in rows:
        met[one, other].add(at)
        met[other, one].add(at)

    def close(one, other, since=0):
        times = [at for at in met.get((one, other), ()) if at >= since]
        windows = (sum(start <= at < start + DAY for at in times) for start in times)
        return max(windows, default=0) >= ENOUGH

    near = {one: {other for other in people if close(one, other)} for one in people}
    secondary = Counter(
        one
        for one in people
        for other in set(people) - {one} - near[one]
        if any(close(via, other, min(met[via, one])) for via in near[one])
    )
    return (
        len(people),
        len(met) // 2,
        sum(map(len, near.values())) // 2,
        max(map(len, near.values())),
        secondary.total(),
        max(secondary.values(), default=0),
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_a_plain_count_agrees_on_any_small_file(tij, seed):
    dice = random.Random(seed)
    slots = dice.choice([12, 100, 1000])
    rows = [(dice.randrange(1, slots) * COUNTED_STEP, *dice.sample(range(8), 2)) for _ in range(90)]
    assert found(tij, rows, step=COUNTED_STEP) == count(rows)
