"""Child processes that end with their parent: the demo's and the browser tests' servers."""

import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PROJECT = Path(__file__).resolve().parents[1]
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15
_libc = ctypes.CDLL(None)


class ChildEnded(RuntimeError):
    """A child ended by itself; the text names it and shows its last words."""


class Children:
    """A handful of processes that run together; use it as `with children(...) as family`."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a process in a session of its own; what it prints goes to its log file."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(name).open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(part) for part in command],
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with(os.getpid()),
            )

    def log_of(self, name: str) -> Path:
        """The log file of a child."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raise ChildEnded if one of them is gone."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                last = self.log_of(name).read_text(errors="replace").splitlines()[-20:]
                raise ChildEnded("\n".join([f"{name} ended ({process.returncode}):", *last]))

    def wait_for(self, url: str, *, seconds: float) -> None:
        """Return when `url` answers 200; raise ChildEnded or TimeoutError otherwise."""
        deadline = time.monotonic() + seconds
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} did not answer within {seconds:.0f} s")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to end, the newest first, and end by id what does not."""
        running = [p for p in reversed(self._processes.values()) if p.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_session(process)
        self._processes.clear()


@contextmanager
def children(environment: Mapping[str, str], logs: Path) -> Iterator[Children]:
    """Children for the length of a block."""
    family = Children(environment, logs)
    try:
        yield family
    finally:
        family.stop()


def unwind_on_signals() -> None:
    """Let every usual way to end this program unwind it once; more of them change nothing."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, unwind)


def _end_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask to be ended with its parent."""

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End a child and its own children: they are the session it leads."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (the caller's own server)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
