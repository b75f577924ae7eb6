"""Translations: complete, and compiled as they are written (gettext is not needed to run)."""

import ast
import re
from gettext import GNUTranslations
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
SOURCES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
CONTEXT_END = "\x04"
PLURAL = re.compile(r"msgstr\[(\d+)\]")


def _ids(source: Path) -> str:
    return str(source.relative_to(LOCALE))


@pytest.mark.parametrize("source", SOURCES, ids=_ids)
def test_every_text_has_its_translation(source):
    entries, unsure = _read(source)
    assert [key for key, text in entries.items() if not text] == []
    assert unsure == 0, "`fuzzy` marks a guess of msgmerge's: check it and remove the mark"


@pytest.mark.parametrize("source", SOURCES, ids=_ids)
def test_what_is_compiled_is_what_is_written(source):
    entries, _ = _read(source)
    with source.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)._catalog
    compiled.pop("", None)
    assert compiled == {key: text for key, text in entries.items() if text}, "make messages"


def _read(source: Path) -> tuple[dict[object, str], int]:
    """The entries as gettext keys them, and how many (the header aside) are marked as guesses."""
    entries: dict[object, str] = {}
    blocks = [block for block in source.read_text().split("\n\n") if "msgid" in block]
    unsure = sum("\n#, fuzzy" in f"\n{block}" for block in blocks[1:])
    for block in blocks[1:]:
        fields = _fields(block)
        if not fields:
            continue
        context = fields.get("msgctxt")
        key = fields["msgid"] if context is None else context + CONTEXT_END + fields["msgid"]
        if "msgid_plural" not in fields:
            entries[key] = fields["msgstr"]
        for name, text in fields.items():
            if found := PLURAL.fullmatch(name):
                entries[key, int(found[1])] = text
    return entries, unsure


def _fields(block: str) -> dict[str, str]:
    """`msgid` and its like with their joined strings; obsolete entries have none."""
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ") if not line.startswith('"') else (name, "", line)
        name = word
        fields[name] = fields.get(name, "") + ast.literal_eval(rest)
    return fields
