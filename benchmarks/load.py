"""A bounded load on this machine's own server: keep-alive connections, one thread each."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

HOST = "127.0.0.1"
JSON = "application/json"


def post_all(
    port: int, path: str, senders: Sequence[str], bodies: Sequence[Any], connections: int
) -> tuple[float, list[float], list[Any]]:
    """POST every body once, each connection as fast as it is answered.

    `senders` are values of the Authorization header, used in turn. Returns the seconds for
    all, the seconds of each, and the answers' bodies. An answer that is not 2xx raises: a
    benchmark of errors measures nothing.
    """
    waiting = iter(list(enumerate(bodies)))
    lock = threading.Lock()
    times: list[float] = [0.0] * len(bodies)
    answers: list[Any] = [None] * len(bodies)
    faults: list[str] = []

    def work() -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        for index, body in _shared(waiting, lock):
            start = time.perf_counter()
            headers = {"Authorization": senders[index % len(senders)], "Content-Type": JSON}
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            answers[index] = response.read()
            times[index] = time.perf_counter() - start
            if response.status // 100 != 2:
                faults.append(f"{response.status} {answers[index][:300]!r}")
                return

    seconds = _timed([threading.Thread(target=work) for _ in range(connections)])
    if faults:
        raise RuntimeError(faults[0])
    return seconds, times, answers


def _shared(waiting: Iterator[Any], lock: threading.Lock) -> Iterator[Any]:
    while True:
        with lock:
            item = next(waiting, None)
        if item is None:
            return
        yield item


def _timed(threads: Sequence[threading.Thread]) -> float:
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def wait_until(done: Callable[[], bool], *, seconds: float, every: float = 0.05) -> float:
    """Seconds until `done` is true; TimeoutError after `seconds`."""
    start = time.perf_counter()
    while not done():
        if time.perf_counter() - start > seconds:
            raise TimeoutError("it did not happen in time")
        time.sleep(every)
    return time.perf_counter() - start
