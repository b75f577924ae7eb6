"""What is installed is locked by hash, and says nothing about where it came from."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("base", "dev")


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name):
    entries = _entries(name)
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+ ", entry, re.IGNORECASE), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_of_a_registry_is_written_down(name):
    text = (FOLDER / f"{name}.txt").read_text() + (FOLDER / f"{name}.in").read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_what_runs_in_development_is_what_runs_in_production():
    assert set(_entries("base")) <= set(_entries("dev"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_direct_dependency_says_why_it_is_there(name):
    lines = (FOLDER / f"{name}.in").read_text().splitlines()
    bare = [line for line in lines if line[:1] not in ("#", "-", "") and "  # " not in line]
    assert bare == []


def _entries(name: str) -> list[str]:
    """One text for each locked package, its continuation lines joined."""
    text = (FOLDER / f"{name}.txt").read_text().replace("\\\n", " ")
    return [re.sub(r"\s+", " ", line) for line in text.splitlines() if line and line[0] != "#"]
