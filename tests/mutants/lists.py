"""Mutants of signed lists, in the words of `tests.vectors.faults_lists`."""

from random import Random

import cbor2

from tests.mutants import encoding, values
from tests.vectors import craft, craft_lists, faults_lists
from tests.vectors.craft import DAY, SIGNERS

LISTS = [case for case in faults_lists.cases() if case["cause"] != "malformed"]
AADS = {"keys": craft_lists.KEYS_AAD, "state": craft_lists.STATE_AAD, "withdrawn": b""}
NAMES = {kid: name for name, kid in craft.KIDS.items()}


def make_list(seed: int, number: int) -> dict:
    """The mutant of this number, the same each time; it says no cause."""
    rng = Random(f"{seed}:list:{number}")
    case = {key: value for key, value in rng.choice(LISTS).items() if key != "cause"}
    way = rng.choice([_flipped, _moved, _said_otherwise, _said_otherwise, _encoded_badly])
    return case | {"data": way(rng, case).hex()}


def _flipped(rng: Random, case: dict) -> bytes:
    data = bytearray.fromhex(case["data"])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _moved(rng: Random, case: dict) -> bytes:
    data, other = (bytes.fromhex(one["data"]) for one in (case, rng.choice(LISTS)))
    start = rng.randrange(len(data) + 1)
    return rng.choice([data[:start], data[:start] + other[start:], data + rng.randbytes(3)])


def _said_otherwise(rng: Random, case: dict) -> bytes:
    def told(items: dict) -> bytes:
        for _ in range(rng.choice([1, 1, 2])):
            items = _altered(rng, items)
        return encoding.Encoder(rng).write(items)

    return _signed_anew(case, told)


def _altered(rng: Random, item):
    """The item with another value somewhere in it."""
    if rng.random() < 0.1 or not isinstance(item, dict | list) or not item:
        return _odd(rng, item)
    if isinstance(item, list):
        at = rng.randrange(len(item))
        return [*item[:at], _altered(rng, item[at]), *item[at + 1 :]]
    at = rng.choice([*item])
    if rng.random() < 0.05:
        return {label: value for label, value in item.items() if label != at}
    return item | {at: _altered(rng, item[at])}


def _odd(rng: Random, item):
    if isinstance(item, int) and rng.random() < 0.6:
        return item + rng.choice([-DAY, -31, -30, -1, 1, 30, 31, DAY])
    if isinstance(item, bytes) and item and rng.random() < 0.6:
        at = rng.randrange(len(item))
        return item[:at] + rng.randbytes(1) + item[at + rng.choice([0, 1]) :]
    return values.odd(rng)


def _encoded_badly(rng: Random, case: dict) -> bytes:
    return _signed_anew(case, lambda items: encoding.faulty(rng, items)[1])


def _signed_anew(case: dict, written) -> bytes:
    """The list with another payload, signed by the key that its header names."""
    protected, _, payload, _ = cbor2.loads(bytes.fromhex(case["data"])).value
    kid = cbor2.loads(protected).get(4)
    by = craft_lists.ROOT if kid is None else SIGNERS[NAMES[kid]]
    payload = written(cbor2.loads(payload))
    return craft_lists.sealed(protected, {}, by, payload=payload, aad=AADS[case["what"]])
