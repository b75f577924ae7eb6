"""The readers of signed lists in Python, on the lists that those in JavaScript are tested with."""

import pytest

from healthcode.passes import (
    ListRefused,
    SignedKeys,
    State,
    WithdrawnList,
    read_key_list,
    read_state,
    read_withdrawn,
)
from tests.vectors import faults_lists
from tests.vectors.craft import NOW
from tests.vectors.craft_lists import PIN


@pytest.mark.parametrize("case", faults_lists.cases(), ids=lambda case: case["name"])
def test_a_signed_list_is_taken_or_refused_for_its_cause(case):
    assert cause_of(case) == case["cause"]


def cause_of(case: dict) -> str | None:
    try:
        read(case, bytes.fromhex(case["data"]), case.get("held"))
    except ListRefused as refused:
        return refused.cause.value
    return None


def read(case: dict, data: bytes, held: dict | None) -> None:
    if case["what"] == "keys":
        kept = held and SignedKeys(**held, keys=())
        read_key_list(data, pin=PIN, held=kept, now=case["now"])
        return
    killed = frozenset(map(bytes.fromhex, case.get("killed", ())))
    given = {"killed": killed, "now": case["now"]}
    given["keys"] = read_key_list(faults_lists.BASE, pin=PIN, now=NOW)
    iat = held and held["iat"]
    if case["what"] == "state":
        read_state(data, held=held and State(7, iat, iat + 1, frozenset()), **given)
    else:
        number = case["number"]
        read_withdrawn(
            data, number, held=held and WithdrawnList(number, iat, iat + 1, b""), **given
        )
