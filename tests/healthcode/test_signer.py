"""The signer: a process of its own with the keys, asked through a socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from healthcode import keys, passes
from healthcode.colours import Colour, Reason
from healthcode.errors import NotThePhone, SignerUnreachable, UnknownList
from healthcode.keys import NoActiveKey
from healthcode.management.commands.signer import THREADS
from healthcode.passes import Kind
from healthcode.services import (
    answer,
    issue_live,
    issue_paper,
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
    pocket_with_a_pass(zhang, timezone.now())
    with pytest.raises(NotThePhone):
        Pocket(zhang, "a stranger's session").fetch(timezone.now())


def test_what_stands_in_a_pass_is_not_for_the_web_server_to_say(signer, zhang):
    """It can ask for a person's pass, and gets what the database says of the person."""
    lab = world.source("lab", "test")
    world.hand_in(lab, world.pcr(world.ZHANG_SAN, "two", result="positive", at=world.ago(hours=1)))
    world.status_after_the_sweep(world.ZHANG_SAN)
    asked = live_of(zhang)
    said = exchange(asked | {"colour": 1, "name": "张三", "now": 0})

    claims = passes.claims_of(bytes.fromhex(said["signed"]))
    assert claims.colour is Colour.RED


def live_of(who) -> dict:
    nothing = {"holder": "", "session": "", "by": 0, "move": False}
    return {"sign": "live", "citizen": who.pk, **nothing}


def exchange(asked) -> dict:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(configured.HEALTHCODE_SIGNER)
        channel.sendall(json.dumps(asked).encode() + b"\n")
        with channel.makefile("rb") as answers:
            return json.loads(answers.readline())


def test_many_callers_take_no_more_connections_than_there_are_threads(signer, zhang):
    with ThreadPoolExecutor(40) as callers:
        said = list(callers.map(lambda _: exchange(live_of(zhang)), range(200)))

    assert all("signed" in each for each in said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone()[0] <= THREADS + 2


def test_a_list_that_is_not_there_is_the_same_refusal(signer):
    with pytest.raises(UnknownList):
        sign_withdrawn(number=4095, now=timezone.now())


def test_printing_is_for_whoever_may_also_in_the_signer(signer, zhang):
    stranger = User.objects.create(username="zhao")

    with pytest.raises(NotPermitted):
        issue_paper(citizen_id=zhang.pk, by=stranger, now=timezone.now())
    assert exchange(live_of(zhang) | {"sign": "paper", "by": 0})["code"] == "not_permitted"


def test_one_signed_state_serves_who_asks_within_seconds(signer):
    assert sign_state(now=timezone.now()) == sign_state(now=timezone.now())


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
        b"[" * 900 + b"\n",
    ],
)
def test_what_is_no_order_is_answered_and_signs_nothing(line):
    said = json.loads(answer(line, now=timezone.now()))

    assert said == {"code": "signer_unreachable", "details": {}}
