"""Passes that work without network: how long, for whom, and what ends them at once."""

from datetime import datetime, timedelta
from itertools import count

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from healthcode import passes
from healthcode.colours import Colour, Outcome, Reason
from healthcode.errors import (
    HolderInvalid,
    ListsExhausted,
    LiveOnly,
    NotThePhone,
    TooManyPasses,
)
from healthcode.models import BoundPass, Dispute, HealthStatus, WithdrawnList
from healthcode.passes import SLOTS, inflate
from healthcode.services import (
    clear_dispute,
    issue_bound,
    issue_paper,
    judge_text,
    keep_lists,
    leave_phone,
    lists_in_use,
    recolour,
    replay_statuses,
    retract_evidence,
    sign_withdrawn,
)
from healthcode.services.signing import bound_life
from tests.healthcode.pockets import Pocket, pocket_with_a_pass
from tests.tracing import door
from tests.tracing.door import NOW, minutes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
numbers = count(10_000_001)


@pytest.fixture(autouse=True)
def _stage(tmp_path, settings):
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    door.rules_in_force()


@pytest.fixture
def li():
    """Green: tested negative yesterday."""
    return door.after_test(door.person(f"E{next(numbers)}"), "negative", NOW - DAY)


def judged(pocket: Pocket, at: datetime = NOW):
    return judge_text(text=pocket.show(at), now=at)


# --- how long -------------------------------------------------------------------------------


@given(
    now=st.integers(1_600_000_000, 2_000_000_000),
    early=st.integers(0, 7200),
    review=st.none() | st.integers(-DAY // SECOND, 3 * DAY // SECOND),
)
def test_no_pass_outlives_a_day_or_its_review_and_none_starts_in_the_future(now, early, review):
    at = datetime.fromtimestamp(now, NOW.tzinfo)
    review_at = None if review is None else at + timedelta(seconds=review)

    start, end = bound_life(review_at, now=at, early=early)

    assert now - 600 < start <= now
    assert start % 600 == end % 600 == 0
    assert end - start <= 24 * 3600
    assert review is None or end <= now + review
    if review is None:
        assert end - start >= 21 * 3600


def test_a_pass_ends_before_the_status_is_decided_again(li):
    HealthStatus.objects.filter(pk=li.pk).update(due_at=NOW + 3 * HOUR + minutes(5))
    pocket = pocket_with_a_pass(li, NOW)

    assert pocket.code.expires_at == NOW + 3 * HOUR


def test_a_pass_for_less_than_ten_minutes_is_not_worth_its_while(li):
    HealthStatus.objects.filter(pk=li.pk).update(due_at=NOW + minutes(9))
    pocket = Pocket(li)
    pocket.bind(NOW)

    with pytest.raises(LiveOnly):
        pocket.fetch(NOW)
    assert not BoundPass.objects.exists()


def test_a_status_that_is_due_is_decided_before_a_pass_is_signed(li):
    HealthStatus.objects.filter(pk=li.pk).update(due_at=NOW - SECOND)

    assert pocket_with_a_pass(li, NOW).claims.colour is Colour.GREEN
    assert HealthStatus.objects.get(pk=li.pk).due_at > NOW


def test_the_pass_says_what_the_status_says_and_no_more(li):
    claims = pocket_with_a_pass(li, NOW).claims

    assert (claims.kind, claims.colour, claims.name) == (passes.Kind.BOUND, Colour.GREEN, "*")
    assert claims.hour * 3600 == (NOW - DAY).timestamp()


# --- for whom -------------------------------------------------------------------------------


def test_only_the_phone_gets_a_pass(li):
    pocket_with_a_pass(li, NOW)
    other = Pocket(li, "another session")

    assert other.bind(NOW) is False
    with pytest.raises(NotThePhone):
        other.fetch(NOW)


def test_moving_to_another_phone_withdraws_what_the_first_one_holds(li):
    first = pocket_with_a_pass(li, NOW)
    assert judged(first).reason is Reason.GREEN
    second = Pocket(li, "another session")

    assert second.bind(NOW + minutes(1), move=True)
    second.fetch(NOW + minutes(1))

    assert judged(first, NOW + minutes(2)).reason is Reason.WITHDRAWN
    assert judged(second, NOW + minutes(2)).reason is Reason.GREEN
    with pytest.raises(NotThePhone):
        first.fetch(NOW + minutes(2))
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions[-2:] == ["phone.bound", "phone.moved"]


def test_four_passes_count_at_once_and_the_oldest_gives_way(li):
    pocket = pocket_with_a_pass(li, NOW)
    first = pocket.show(NOW)
    for serial in range(1, 5):
        pocket.fetch(NOW + serial * SECOND)
    counting = BoundPass.objects.filter(citizen_id=li.pk, withdrawn_at__isnull=True)

    assert counting.count() == 4
    assert judge_text(text=first, now=NOW + 5 * SECOND).reason is Reason.WITHDRAWN
    assert judged(pocket, NOW + 5 * SECOND).reason is Reason.GREEN


def test_a_phone_that_has_run_wild_is_refused_for_the_day(li):
    pocket = pocket_with_a_pass(li, NOW)
    for _ in range(23):
        pocket.fetch(NOW)

    with pytest.raises(TooManyPasses):
        pocket.fetch(NOW)
    pocket.fetch(NOW + DAY)


@pytest.mark.parametrize("holder", [b"", b"\x04" + bytes(64), b"\x02" + bytes(31), bytes(65)])
def test_what_is_no_key_gets_no_pass(li, holder):
    pocket = Pocket(li)
    pocket.bind(NOW)
    with pytest.raises(HolderInvalid):
        issue_bound(citizen_id=li.pk, session_key="phone", holder=holder, now=NOW)
    assert not BoundPass.objects.exists()


def test_who_gets_no_pass_loses_none(li):
    """Neither the other phone's pass nor the printed one ends for a key that is none."""
    first = pocket_with_a_pass(li, NOW)
    paper, _ = issue_paper(citizen_id=li.pk, by=door.officer(), now=NOW)
    with pytest.raises(HolderInvalid):
        issue_bound(citizen_id=li.pk, session_key="other", holder=b"", move=True, now=NOW)
    HealthStatus.objects.filter(pk=li.pk).update(due_at=NOW + minutes(5))
    with pytest.raises(LiveOnly):
        Pocket(li, "other").fetch(NOW, move=True)

    assert judged(first).reason is Reason.GREEN
    assert judge_text(text=paper, now=NOW).outcome is Outcome.CHECK


def test_the_first_session_that_asks_becomes_the_phone(li):
    assert Pocket(li).fetch(NOW).colour is Colour.GREEN
    with pytest.raises(NotThePhone):
        Pocket(li, "other").fetch(NOW)


def test_signing_out_withdraws_what_the_phone_holds_and_only_that(li):
    pocket = pocket_with_a_pass(li, NOW)
    leave_phone(citizen=li, session_key="another session", now=NOW)
    assert judged(pocket).reason is Reason.GREEN

    leave_phone(citizen=li, session_key="phone", now=NOW)
    assert judged(pocket).reason is Reason.WITHDRAWN
    assert Pocket(li, "the next session").fetch(NOW + minutes(1)).colour is Colour.GREEN


def test_a_full_day_of_lists_ends_with_a_refusal_and_no_endless_search(li, monkeypatch):
    monkeypatch.setattr("healthcode.services.signing.sql.insert_bound_pass", lambda row: False)

    with pytest.raises(ListsExhausted):
        Pocket(li).fetch(NOW)


# --- what ends it ---------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [("negative", "positive"), ("positive", "negative")])
def test_a_colour_that_changes_either_way_withdraws_what_the_phone_holds(before, after):
    who = door.after_test(door.person("E20000001"), before, NOW - 2 * DAY)
    pocket = pocket_with_a_pass(who, NOW)
    colour = pocket.claims.colour
    if after == "negative":
        release(who)
    else:
        door.after_test(who, after, NOW - HOUR)
    assert HealthStatus.objects.get(pk=who.pk).colour != colour

    verdict = judge_text(text=pocket.show(NOW), now=NOW + SECOND)
    assert verdict.reason is Reason.WITHDRAWN


def release(who):
    """What made the person red is taken back."""
    retract_evidence(
        source=door.lab(),
        refs=[(f"{who.pk}-positive-{NOW - 2 * DAY:%d%H%M}", 1)],
        by="system:test",
        reason="another person's tube",
        now=NOW,
    )
    recolour(citizen_ids=[who.pk], now=NOW)


def test_a_new_sample_that_changes_no_colour_withdraws_nothing(li):
    pocket = pocket_with_a_pass(li, NOW)
    door.after_test(li, "negative", NOW - HOUR)

    assert judged(pocket).reason is Reason.GREEN


def test_a_disputed_status_withdraws_and_is_shown_as_unassessed(li):
    pocket = pocket_with_a_pass(li, NOW)
    HealthStatus.objects.filter(pk=li.pk).update(last_test_at=NOW - 9 * DAY)
    replay_statuses(now=NOW)
    assert judged(pocket).reason is Reason.WITHDRAWN

    pocket.fetch(NOW)
    assert pocket.claims.colour is Colour.UNASSESSED
    clear_dispute(dispute_id=Dispute.objects.get().pk, by=door.officer(), now=NOW)
    assert judged(pocket).reason is Reason.WITHDRAWN


def test_a_scan_made_before_the_withdrawal_is_judged_as_it_was(li):
    pocket = pocket_with_a_pass(li, NOW)
    text = pocket.show(NOW + minutes(1))
    door.after_test(li, "positive", NOW + minutes(2), now=NOW + minutes(5))

    later = judge_text(text=text, now=NOW + 2 * HOUR, as_at=NOW + minutes(1))
    assert (later.outcome, later.reason) == (Outcome.PASS, Reason.GREEN)


def test_the_server_puts_the_present_colour_in_the_place_of_the_pass_s(li):
    """A pass of before the phone knew: the server's status is what counts."""
    pocket = pocket_with_a_pass(li, NOW)
    BoundPass.objects.update(withdrawn_at=None)
    door.after_test(li, "positive", NOW + minutes(1), now=NOW + minutes(1))
    BoundPass.objects.update(withdrawn_at=None)

    assert judged(pocket, NOW + minutes(2)).reason is Reason.RED


def test_a_bare_pass_and_an_old_screenshot_are_grey(li):
    pocket = pocket_with_a_pass(li, NOW)
    bare = passes.write_text(pocket.code.data)

    assert judge_text(text=bare, now=NOW).reason is Reason.NOT_BOUND
    old = pocket.show(NOW)
    assert judge_text(text=old, now=NOW + minutes(2)).reason is Reason.CLOCK


# --- the lists ------------------------------------------------------------------------------


def test_the_list_says_which_slots_are_withdrawn_and_nothing_else(li):
    wu = door.after_test(door.person("E30000001"), "negative", NOW - DAY)
    one, other = pocket_with_a_pass(li, NOW), pocket_with_a_pass(wu, NOW)
    door.after_test(wu, "positive", NOW - HOUR)
    numbers = {pocket.claims.slot // SLOTS for pocket in (one, other)}
    assert len(numbers) == 1
    token = sign_withdrawn(number=numbers.pop(), now=NOW)

    bits = bits_of(token)
    assert len(bits) == SLOTS // 8
    assert sum(byte.bit_count() for byte in bits) == 1
    assert has(bits, other.claims.slot % SLOTS)
    assert not has(bits, one.claims.slot % SLOTS)


def bits_of(token: bytes) -> bytes:
    payload = cbor2.loads(cbor2.loads(token).value[2])
    assert set(payload) == {2, 4, 6, 65533, 65534}
    return inflate(payload[65533]["lst"])


def has(bits: bytes, index: int) -> bool:
    return bool(bits[index >> 3] >> (index & 7) & 1)


def test_a_list_is_built_again_once_a_minute_at_most(li):
    pocket_with_a_pass(li, NOW)
    number = lists_in_use(NOW)[0].number
    first = sign_withdrawn(number=number, now=NOW)
    door.after_test(li, "positive", NOW - HOUR)

    assert sign_withdrawn(number=number, now=NOW + 59 * SECOND) == first
    assert any(bits_of(sign_withdrawn(number=number, now=NOW + minutes(1))))


def test_a_slot_is_given_once(li, monkeypatch):
    """However unlucky the draw."""
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("healthcode.services.slots.secrets.randbelow", lambda _: next(drawn))
    slots = [pocket_with_a_pass(li, NOW).claims.slot % SLOTS]
    slots.append(pocket_with_a_pass(li, NOW).claims.slot % SLOTS)

    assert slots == [7, 8]


def test_a_full_list_is_closed_and_another_opened(li, monkeypatch):
    pocket_with_a_pass(li, NOW)
    monkeypatch.setattr("healthcode.services.slots.FULL", 1)
    keep_lists(now=NOW)
    pocket_with_a_pass(li, NOW)

    assert len(lists_in_use(NOW)) == 2
    assert WithdrawnList.objects.filter(closed_at__isnull=True).count() == 1


def test_lists_of_days_gone_by_are_dropped_and_their_numbers_wait_their_turn(li):
    pocket_with_a_pass(li, NOW)
    [first] = lists_in_use(NOW)
    keep_lists(now=NOW + 3 * DAY)

    assert lists_in_use(NOW + 3 * DAY) == []
    assert not WithdrawnList.objects.filter(pk=first.pk).exists()
