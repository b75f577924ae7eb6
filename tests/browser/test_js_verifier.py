"""The verifier in JavaScript, in a real browser: it says of each vector what Python says."""

import unicodedata

import pytest

from healthcode.passes import clean, is_name
from healthcode.passes.cbor import Malformed, Sign1, read
from tests.browser.verifier import loaded, site
from tests.vectors import craft
from tests.vectors.load import CASES, DOCUMENT

NOW = craft.NOW


@pytest.fixture(scope="module")
def web(django_db_blocker):
    with site(django_db_blocker) as address:
        yield address


@pytest.fixture
def page(web, new_page):
    return loaded(new_page(), web)


def test_every_vector_gets_the_outcome_and_the_reason_it_gets_in_python(page):
    found = page.evaluate(
        """async ({ keys, cases: vectors }) => {
          const lists = await cases.keyLists(passes, keys);
          return Promise.all(vectors.map((one) => cases.judged(passes, lists, one)));
        }""",
        DOCUMENT,
    )

    wrong = {
        case["name"]: (verdict["outcome"], verdict["reason"])
        for case, verdict in zip(CASES, found, strict=True)
        if (verdict["outcome"], verdict["reason"]) != (case["outcome"], case["reason"])
    }
    assert wrong == {}


# --- CBOR ----------------------------------------------------------------------------------

RENDER = """(all) => import("/static/js/passes/cbor.js").then(({ Malformed, Sign1, read }) => {
  const render = (item) => {
    if (item instanceof Uint8Array) return ["bytes", cases.toHex(item)];
    if (item instanceof Sign1) return ["sign1", render(item.item)];
    if (item instanceof Map) return ["map", [...item].flat().map(render)];
    return Array.isArray(item) ? ["array", item.map(render)] : item;
  };
  const answer = (hex) => {
    try {
      return render(read(cases.fromHex(hex)));
    } catch (error) {
      if (error instanceof Malformed) return "malformed";
      throw error;
    }
  };
  return all.map(answer);
})"""


def rendered(item):
    """An item as the page renders it."""
    match item:
        case bytes():
            return ["bytes", item.hex()]
        case Sign1():
            return ["sign1", rendered(item.item)]
        case dict():
            return ["map", [rendered(part) for pair in item.items() for part in pair]]
        case list():
            return ["array", [*map(rendered, item)]]
    return item


def answer(data: bytes):
    """What Python reads."""
    try:
        return rendered(read(data))
    except Malformed:
        return "malformed"


def encodings() -> list[str]:
    """Many codes of two bytes, and what is at the edge of a rule."""
    short = [f"{first:02x}{second:02x}" for first in range(256) for second in range(0, 256, 5)]
    edges = """
    818181818100 81818181818100 d28181818100 d2818181818100 a1a1a1a1a10000 a1818181810000
    a108f5 a108f4 a108f6 a10881f5 a108a100f5 a108a108f5 a100a108f5 81a108f5 a1f500 a108a1f500
    d2a108f5 a1613800 a16138f5 1817 1818 18ff 1900ff 190100 19ffff 1a0000ffff 1a00010000 1affffffff
    1b0000000000000000 1b0000000100000000 3817 3818 3affffffff 3b0000000100000000 3bffffffffffffffff
    c240 c074 d2 d200 d812 d81200 d11800 d8d200 d9d9f700 40 4100 4200 5817 581800 5f4100ff
    60 6161 61ff 62c0af 63eda080 64f4908080 63efbbbf 64efbbbf61 62c3a9 61c3 6261 7f6161ff
    80 8100 8200 9f00ff 9800 980100 9affffffff 9affffffff00 a0 a10000 a100 bf0000ff b800
    a200000000 a200000100 a201000000 a220000000 a200002000 a2616100006100 a2006160006100 a200006000
    a16000 a1400000 a1800000 a10000a0 baffffffff f4 f5 f6 f7 f800 f93c00 fa3f800000 ff 00
    """
    return [*short, *edges.split(), ""]


def test_cbor_is_read_alike_in_both_languages(page):
    expected = [answer(bytes.fromhex(hexed)) for hexed in encodings()]
    found = page.evaluate(RENDER, encodings())

    wrong = {
        hexed: (one, other)
        for hexed, one, other in zip(encodings(), expected, found, strict=True)
        if one != other or type(one) is not type(other)
    }
    assert wrong == {}
    assert sum(one != "malformed" for one in expected) > 200


# --- text and names ------------------------------------------------------------------------


def test_cleaning_is_the_same_in_both_languages(page):
    texts = [
        "hcp:/1/abc",
        " \t\n\r\f\vhcp：／１／ａｂｃｚ \v\f\r\n\t ",
        "\u3000hcp\u3000",
        "\xa0hcp\ufeff",
        "ıſßﬁé\u2028",
        "！～｟\uff00",
        "a b\tc",
        "",
        " \t ",
    ]

    assert page.evaluate("(texts) => texts.map(passes.clean)", texts) == [*map(clean, texts)]


def test_names_are_judged_alike_character_by_character(page):
    """All characters that Python's version of Unicode knows; the browser's may know more."""
    known = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}
    ]
    judged = page.evaluate("(text) => [...text].map(passes.isName)", "".join(known))

    assert len(judged) == len(known) > 140_000
    wrong = [
        f"{ord(character):04x}"
        for character, found in zip(known, judged, strict=True)
        if found is not is_name(character)
    ]
    assert wrong == []


def test_names_are_judged_alike_in_length_form_and_company(page):
    names = [
        "", "*", " *·-'", "欧" * 6 + "**", "欧" * 6 + "***", "a" * 20, "a" * 21, "é", "e\u0301",
        "ñ" * 10, "ñ" * 10 + "a", "Å", "\u212b", "한", "\u1112\u1161\u11ab", "a\u0315\u0300",
        "\u0300", "张\u200b", "张\n", "a\u202e", "𠀀" * 5, "𠀀" * 6, "\U0002f800", "'’", "·‧",
        "\ufeff", "1", "_",
    ]  # fmt: skip

    assert page.evaluate("(names) => names.map(passes.isName)", names) == [*map(is_name, names)]


def test_a_fault_of_the_verifier_itself_is_not_taken_for_a_verdict(page):
    """Only its own refusals become reasons: a gate asked wrongly hears of it."""
    said = page.evaluate(
        """async ({ keys, text, now }) => {
          const lists = await cases.keyLists(passes, keys);
          const gate = { listing: () => { throw new RangeError("the gate's own"); } };
          return passes.check(text, { keys: lists.main, now, gate }).catch(String);
        }""",
        {
            "keys": DOCUMENT["keys"],
            "text": craft.text(craft.show(craft.issue(craft.bound()))),
            "now": NOW,
        },
    )

    assert said == "RangeError: the gate's own"
