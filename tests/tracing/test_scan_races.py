"""Scans that arrive on two connections at once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.tracing import door
from tests.tracing.door import NOW, code, scan
from tracing.models import Scan, Visit
from tracing.services import make_partitions, record_scans


@pytest.fixture
def li(committed, tmp_path, settings):
    """Green, in a database where commits are real."""
    settings.HEALTHCODE_KEYS_DIR = door.keys_in_force(tmp_path)
    make_partitions(now=NOW)
    door.rules_in_force()
    return door.after_test(door.person("E10000001"), "negative", NOW - timedelta(days=1))


def at_once(*deeds):
    """Carry out deeds on connections of their own, together; returns their results."""
    together, results = Barrier(len(deeds)), []

    def carry_out(deed):
        together.wait()
        try:
            results.extend(deed())
        finally:
            connection.close()

    threads = [Thread(target=carry_out, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_scan_sent_on_many_connections_is_stored_once(li):
    gate, shown = door.device(), code(li)

    def send():
        return record_scans(device=gate, scans=[scan(shown)], now=NOW)

    results = at_once(*[send] * 6)
    assert sorted(result.status for result in results) == ["repeated"] * 5 + ["stored"]
    assert {result.reason for result in results} == {"GREEN"}
    assert (Scan.objects.count(), Visit.objects.count()) == (1, 1)


def test_one_code_at_many_gates_at_once_passes_one_person(li):
    gates = [door.device(name=f"{number}号口") for number in range(6)]
    shown = code(li)

    def send(number):
        made = scan(shown, NOW + timedelta(milliseconds=number), serial=number)
        return record_scans(device=gates[number], scans=[made], now=NOW)

    results = at_once(*[lambda number=number: send(number) for number in range(6)])
    assert sorted(result.reason for result in results) == ["GREEN"] + ["REPEATED"] * 5
    assert Visit.objects.count() == 1
