"""The cases of signed lists, read by the readers in Python."""

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


def cause_of(case: dict) -> str | None:
    """The cause for which a list is refused; None if it is taken."""
    try:
        _READERS[case["what"]](case, bytes.fromhex(case["data"]), case.get("held"))
    except ListRefused as refused:
        return refused.cause.value
    return None


def _keys(case: dict, data: bytes, held: dict | None) -> None:
    kept = held and SignedKeys(**held, keys=())
    read_key_list(data, pin=PIN, held=kept, now=case["now"])


def _state(case: dict, data: bytes, held: dict | None) -> None:
    kept = held and State(7, held["iat"], NOW, frozenset())
    read_state(data, held=kept, **_known(case))


def _withdrawn(case: dict, data: bytes, held: dict | None) -> None:
    kept = held and WithdrawnList(case["number"], held["iat"], NOW, b"")
    read_withdrawn(data, case["number"], held=kept, **_known(case))


def _known(case: dict) -> dict:
    killed = frozenset(map(bytes.fromhex, case.get("killed", ())))
    return {"keys": _HELD, "killed": killed, "now": case["now"]}


_HELD = read_key_list(faults_lists.BASE, pin=PIN, now=NOW)
_READERS = {"keys": _keys, "state": _state, "withdrawn": _withdrawn}
