"""The signer: a process of its own with the keys, asked through a socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import timezone

from healthcode import keys, passes
from healthcode.colours import Colour, Reason
from healthcode.errors import NotThePhone, SignerUnreachable
from healthcode.keys import NoActiveKey
from healthcode.passes import Kind
from healthcode.services import (
    answer,
    issue_live,
    issue_specimen,
    judge_text,
    lists_in_use,
    sign_state,
    sign_withdrawn,
)
from tests.healthcode.pockets import Pocket, pocket_with_a_pass
from tests.journeys import world

pytestmark = pytest.mark.serial
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def zhang(committed, settings, tmp_path):
    """Green, in the database that the signer reads too."""
    directory = tmp_path / "keys"
    root = keys.new_root(tmp_path / "root.pem")
    keys.rotate(directory, iss="SH", root=root, now=int(time.time()))
    settings.HEALTHCODE_KEYS_DIR = directory
    world.rules_in_force()
    world.hand_in(world.source("lab", "test"), world.pcr(world.ZHANG_SAN, "one"))
    world.status_after_the_sweep(world.ZHANG_SAN)
    return world.citizen(world.ZHANG_SAN)


@pytest.fixture
def signer(committed, zhang, settings, tmp_path):
    """The signer runs; this process has the public files only, as a web server."""
    path = tmp_path / "signer.sock"
    environment = os.environ | committed.urls | {"HEALTHCODE_KEYS_DIR": str(tmp_path / "keys")}
    command = [sys.executable, PROJECT / "manage.py", "signer", "--socket", str(path)]
    with subprocess.Popen(command, env=environment, cwd=PROJECT) as process:
        try:
            _wait_for(path)
            public = tmp_path / "public"
            shutil.copytree(tmp_path / "keys", public, ignore=shutil.ignore_patterns("*.pem"))
            settings.HEALTHCODE_KEYS_DIR, settings.HEALTHCODE_SIGNER = public, str(path)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
    assert (process.returncode, path.exists()) == (0, False)


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise TimeoutError


def test_everything_is_signed_by_the_signer_and_nothing_here(signer, zhang):
    now = timezone.now()
    with pytest.raises(NoActiveKey):
        keys.active_key(Kind.LIVE, int(now.timestamp()))
    live, pocket = issue_live(citizen_id=zhang.pk, now=now), pocket_with_a_pass(zhang, now)
    later = timezone.now()

    assert judge_text(text=live.text, now=later).reason is Reason.GREEN
    assert judge_text(text=pocket.show(later), now=later).reason is Reason.GREEN
    assert judge_text(text=issue_specimen(now=now), now=later).reason is Reason.SPECIMEN
    assert len(sign_state(now=now)) < 300
    assert sign_withdrawn(number=lists_in_use(later)[0].number, now=later)


def test_the_signer_s_refusals_are_the_same_errors(signer, zhang):
    with pytest.raises(NotThePhone):
        Pocket(zhang, "a stranger's session").fetch(timezone.now())


def test_a_web_server_that_was_taken_over_makes_nobody_green(signer, zhang):
    """It can ask for a person's pass; it cannot say what stands in it."""
    lab = world.source("lab", "test")
    world.hand_in(lab, world.pcr(world.ZHANG_SAN, "two", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(world.ZHANG_SAN)
    asked = {"sign": "live", "citizen": zhang.pk, "holder": "", "session": "", "by": 0}
    said = exchange(asked | {"colour": 1, "name": "张三", "now": 0})

    claims = passes.claims_of(bytes.fromhex(said["signed"]))
    assert claims.colour is Colour.RED


def exchange(asked) -> dict:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(configured.HEALTHCODE_SIGNER)
        channel.sendall(json.dumps(asked).encode() + b"\n")
        with channel.makefile("rb") as answers:
            return json.loads(answers.readline())


def test_the_socket_is_for_its_user_and_group(signer, settings):
    assert Path(settings.HEALTHCODE_SIGNER).stat().st_mode & 0o777 == 0o660


def test_without_a_signer_the_refusal_says_so(zhang, settings, tmp_path):
    settings.HEALTHCODE_SIGNER = str(tmp_path / "nobody.sock")

    with pytest.raises(SignerUnreachable):
        issue_live(citizen_id=zhang.pk, now=timezone.now())


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"[]\n",
        b"not json\n",
        b'{"sign": "everything"}\n',
        b'{"sign": "withdrawn"}\n',
        b'{"sign": "live", "citizen": "x", "holder": "", "session": "", "by": 0}\n',
        b'{"sign": "bound", "citizen": 1, "holder": "zz", "session": "", "by": 0}\n',
    ],
)
def test_what_is_no_order_is_answered_and_signs_nothing(line):
    said = json.loads(answer(line, now=timezone.now()))

    assert said == {"code": "signer_unreachable", "details": {}}
