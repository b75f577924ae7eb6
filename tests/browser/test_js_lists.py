"""The readers of signed lists in JavaScript, in a real browser."""

import random

import pytest

from tests.browser.verifier import loaded, site
from tests.vectors import craft, craft_lists, faults_lists

NOW = craft.NOW
# Deflate makes at most so many bytes of one.
MOST_GROWTH = 1032


@pytest.fixture(scope="module")
def web(django_db_blocker):
    with site(django_db_blocker) as address:
        yield address


@pytest.fixture
def page(web, new_page):
    return loaded(new_page(), web)


def test_every_signed_list_is_taken_or_refused_for_its_cause(page):
    document = faults_lists.document()
    found = page.evaluate(
        """async (document) => {
          const causes = [];
          for (const one of document.cases) causes.push(await cases.causeOf(passes, document, one));
          return causes;
        }""",
        document,
    )

    wrong = {
        case["name"]: cause
        for case, cause in zip(document["cases"], found, strict=True)
        if cause != case["cause"]
    }
    assert wrong == {}


def test_the_lists_reach_every_cause(page):
    causes = page.evaluate("[...passes.CAUSES]")

    assert {case["cause"] for case in faults_lists.cases()} == {None, *causes}
    assert len({case["name"] for case in faults_lists.cases()}) == len(faults_lists.cases())


READ = """
const hex = cases.fromHex;
const keyList = await passes.readKeyList(hex(base), { pin: hex(pin), now });
"""


def reading(page, script: str, **given):
    """What a script says that has the key list at hand."""
    given |= {"base": faults_lists.BASE.hex(), "pin": craft_lists.PIN.hex(), "now": NOW}
    names = ", ".join(given)
    return page.evaluate(f"async ({{ {names} }}) => {{ {READ} {script} }}", given)


def test_a_key_list_brings_keys_that_judge_passes(page):
    found = reading(
        page,
        "return passes.judge(text, { keys: keyList.keys, now });",
        text=craft.text(craft.issue(craft.live())),
    )

    assert (found["outcome"], found["reason"]) == ("PASS", "GREEN")


def test_keys_of_an_unknown_algorithm_are_passed_over_and_the_rest_is_read(page):
    mixed = craft_lists.key_list([faults_lists.unknown(), *craft_lists.main_keys()])
    found = reading(
        page, "return passes.readKeyList(hex(data), { pin: hex(pin), now });", data=mixed.hex()
    )

    assert (found["version"], found["iat"], found["exp"]) == (7, NOW - 3600, NOW + 20 * craft.DAY)
    assert [key["kid"] for key in found["keys"]] == [
        craft.KIDS[name].hex() for name in ("issuer", "state", "old", "stopped", "next", "killed")
    ]
    assert found["keys"][0]["kinds"] == ["bound", "live"]


def test_a_state_tells_which_keys_are_killed(page):
    kids = sorted(craft.KIDS.values())[:3]
    found = reading(
        page,
        "return passes.readState(hex(data), { keyList, now });",
        data=craft_lists.state(kids).hex(),
    )

    assert found == {
        "version": 7,
        "iat": NOW - 60,
        "exp": NOW + craft.DAY - 60,
        "killed": [kid.hex() for kid in kids],
    }


def test_a_withdrawn_list_answers_for_each_of_its_slots_and_is_stale_beyond(page):
    set_bits = {0, 7, 8, 13, 1023}
    bits = bytearray(128)
    for index in set_bits:
        bits[index >> 3] |= 1 << (index & 7)
    found = reading(
        page,
        """
        const list = await passes.readWithdrawn(hex(data), 3, { keyList, now });
        const slots = [...Array(1032).keys()].map((index) => 3 * 2 ** 20 + index);
        return slots.map((slot) => passes.listingOf([list], slot, now));
        """,
        data=craft_lists.withdrawn(bytes(bits)).hex(),
    )

    assert [index for index, answer in enumerate(found) if answer == "withdrawn"] == sorted(
        set_bits
    )
    assert found[1024:] == ["stale"] * 8
    assert found.count("valid") == 1024 - len(set_bits)


def test_a_list_that_is_another_or_old_or_over_answers_nothing(page):
    rows = [
        (4095, NOW, NOW + 100, NOW, "valid"),
        (4094, NOW, NOW + 100, NOW, "stale"),
        (4095, NOW - craft.DAY, NOW + 100, NOW, "valid"),
        (4095, NOW - craft.DAY - 1, NOW + 100, NOW, "stale"),
        (4095, NOW, NOW + 100, NOW + 99, "valid"),
        (4095, NOW, NOW + 100, NOW + 100, "stale"),
    ]
    found = page.evaluate(
        """(rows) => rows.map(([number, iat, exp, now]) => {
          const list = { number, iat, exp, bits: new Uint8Array(131072) };
          return passes.listingOf([list], 2 ** 32 - 1, now);
        })""",
        rows,
    )

    assert found == [answer for *_, answer in rows]


def test_keys_are_fresh_while_a_state_of_today_speaks_of_the_list_held(page):
    today = {"iat": NOW - craft.DAY, "version": 7}
    held = {"exp": NOW + 1, "version": 7}
    rows = [
        (today, held, True),
        (today | {"version": 6}, held, True),
        (today | {"version": 8}, held, False),
        (today | {"iat": NOW - craft.DAY - 1}, held, False),
        (today, held | {"exp": NOW}, False),
        (None, held, False),
        (today, None, False),
    ]
    found = page.evaluate(
        "([rows, now]) => rows.map(([state, keys]) => passes.keysFresh(state, keys, now))",
        [rows, NOW],
    )

    assert found == [fresh for *_, fresh in rows]


def test_a_bomb_is_fed_to_the_browser_in_small_bites_and_no_further_than_the_cap(page):
    """A stream inflates whatever it was given whole: what is not given it cannot grow."""
    found = page.evaluate(
        """async (data) => {
          const bites = [];
          const write = WritableStreamDefaultWriter.prototype.write;
          WritableStreamDefaultWriter.prototype.write = function (bite) {
            bites.push(bite.length);
            return write.call(this, bite);
          };
          const { inflate } = await import("/static/js/passes/inflate.js");
          const refused = (await inflate(cases.fromHex(data), 131072)) === null;
          return { refused, bites };
        }""",
        craft_lists.deflated_zeros(2**26).hex(),
    )

    assert found["refused"]
    assert max(found["bites"]) <= 128
    assert sum(found["bites"]) * MOST_GROWTH <= 3 * 131_072


def test_a_list_that_hardly_compresses_is_inflated_whole(page):
    bits = random.Random(1).randbytes(craft_lists.LIST_BYTES)
    found = reading(
        page,
        """
        const list = await passes.readWithdrawn(hex(data), 3, { keyList, now });
        return cases.toHex(list.bits);
        """,
        data=craft_lists.withdrawn(bits).hex(),
    )

    assert found == bits.hex()
