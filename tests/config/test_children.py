"""Child processes end with their parent, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import children as module
from config.children import ChildEnded, children

FOR_A_WHILE = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True);"
PARENT = """
import os, pathlib, signal, sys
from config.children import Children
family = Children(os.environ, pathlib.Path(sys.argv[1]))
program = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
family.start("child", [sys.executable, "-c", program])
while not family.log_of("child").read_text().strip():
    family.check()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    subprocess.run([sys.executable, "-c", PARENT, str(tmp_path)], check=False)
    pid = int((tmp_path / "child.log").read_text())
    assert _ends(pid)


def test_a_child_ends_with_the_block(tmp_path):
    with children(os.environ, tmp_path) as family:
        family.start("child", FOR_A_WHILE)
        process = family._processes["child"]
        family.check()
    assert process.poll() == -signal.SIGTERM


def test_a_deaf_child_is_ended_by_force(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    with children(os.environ, tmp_path) as family:
        family.start("deaf", [sys.executable, "-c", f"{DEAF} time.sleep(60)"])
        process = family._processes["deaf"]
        while not family.log_of("deaf").read_text():
            family.check()
    assert process.poll() == -signal.SIGKILL


def test_a_child_that_ended_is_named_with_its_last_words(tmp_path):
    with children(os.environ, tmp_path) as family:
        family.start("talker", [sys.executable, "-c", "raise SystemExit('no such road')"])
        family._processes["talker"].wait()
        with pytest.raises(ChildEnded, match=r"(?s)talker ended \(1\):.*no such road"):
            family.check()


def test_waiting_for_an_address_notices_that_the_child_is_gone(tmp_path):
    with children(os.environ, tmp_path) as family:
        family.start("web", [sys.executable, "-c", "raise SystemExit('port taken')"])
        with pytest.raises(ChildEnded, match="port taken"):
            family.wait_for("http://127.0.0.1:9/", seconds=30)


def _ends(pid: int) -> bool:
    """Whether a process is gone soon; one that nobody has buried yet is gone."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
