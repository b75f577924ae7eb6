"""The printed code: a card whose code a camera reads, given out by the desk alone."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.roles import Role
from healthcode import passes
from healthcode.colours import Outcome, Reason
from healthcode.passes import Kind
from healthcode.passes.text import read_text
from healthcode.services import judge_text
from tests import oversight
from tests.oversight import Scene
from tests.tracing import paper
from tests.tracing.door import NOW
from tracing.admin.paper_page import draw_paper

TEXT = "HCP:/1/" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 6


def test_the_code_on_the_card_says_the_text_with_a_quarter_to_spare():
    found = paper.read(draw_paper(text=TEXT, name="张*三", until=NOW))

    assert (found.text, found.ec_level) == (TEXT, "Q")


def test_its_modules_are_large_enough_for_an_old_scanner():
    runs = paper.rectangles(draw_paper(text=TEXT, name="张*三", until=NOW))

    assert min(high for *_, high in runs) > 3.5  # points: 1.2 mm


@pytest.fixture
def scene(db) -> Scene:
    return oversight.one_of_everything()


def browser_of(role: Role) -> Client:
    return oversight.browser(oversight.officer(role))


def print_one(browser: Client, scene: Scene):
    return browser.post(f"/admin/accounts/citizen/{scene.zhang.pk}/paper/")


def test_the_desk_prints_a_code_that_says_no_colour_and_writes_it_down(scene):
    answer = print_one(browser_of(Role.DESK), scene)
    text = paper.read(answer.content).text
    claims = passes.claims_of(read_text(text))

    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert (claims.kind, claims.colour) == (Kind.PAPER, None)
    assert AuditEvent.objects.get(action="paper.issued").target.startswith("citizen:")


def test_printing_another_ends_the_one_before(scene):
    desk = browser_of(Role.DESK)
    first, second = (paper.read(print_one(desk, scene).content).text for _ in range(2))

    assert judge_text(text=first, now=timezone.now()).reason is Reason.WITHDRAWN
    assert judge_text(text=second, now=timezone.now()).outcome is not Outcome.PASS


@pytest.mark.parametrize("role", [Role.TRACER, Role.VENUES, Role.AUDITOR, Role.POLICY])
def test_nobody_else_prints_one(scene, role):
    assert print_one(browser_of(role), scene).status_code == 403
    assert not AuditEvent.objects.filter(action="paper.issued").exists()
