"""Journey 6: rules are loaded, tried, proposed, approved by another, and rolled back."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Citizen
from accounts.roles import Role
from healthcode.colours import Colour
from healthcode.models import Activation, Brake, DryRun, HealthStatus, Proposal, RuleSet
from healthcode.rules.loading import FOLDER
from healthcode.services import current_status
from healthcode.tasks import sweep_dry_runs, sweep_due
from tests import oversight
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, ago, pcr

pytestmark = pytest.mark.django_db
PUBLISHED = (FOLDER / "sh-2022-09-18.yaml").read_text(encoding="utf-8")
#: Seven days without a sample become three.
STRICTER = PUBLISHED.replace(
    "absent: {test: {method: pcr}, days: 7}", "absent: {test: {method: pcr}, days: 3}"
)


@pytest.fixture
def people() -> tuple[Citizen, Citizen]:
    """Zhang San was sampled five days ago, Li Si today; both are green."""
    oversight.regions()
    world.rules_in_force()
    zhang = world.resident(ZHANG_SAN, "张小三", "+8613800138000")
    li = world.resident(LI_SI, "李四", "+8613900139000")
    token = world.source("lab", "test")
    world.hand_in(token, pcr(ZHANG_SAN, "z1", at=ago(days=5)), pcr(LI_SI, "l1"))
    sweep_due()
    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]
    return zhang, li


@pytest.fixture
def officers(people) -> tuple[Client, Client]:
    """Two officers who keep the rules."""
    first = oversight.officer(Role.POLICY, "chen")
    second = oversight.officer(Role.POLICY, "qian")
    return oversight.browser(first), oversight.browser(second)


def colours(*people: Citizen) -> list[Colour]:
    return [current_status(citizen_id=who.pk, now=timezone.now()).colour for who in people]


def tried(officer: Client, text: str = STRICTER) -> DryRun:
    """Load a text and try it, as an officer does."""
    officer.post("/admin/healthcode/ruleset/add/", {"text": text})
    rules = RuleSet.objects.latest("pk")
    officer.post(f"/admin/healthcode/ruleset/{rules.pk}/try/")
    sweep_dry_runs()
    return DryRun.objects.latest("pk")


def proposed(officer: Client, run: DryRun, **how: str) -> Proposal:
    form = {"beyond": "refuse"} | how
    officer.post(f"/admin/healthcode/dryrun/{run.pk}/propose/", form)
    return Proposal.objects.latest("pk")


def approve(officer: Client, proposal: Proposal) -> int:
    return officer.post(f"/admin/healthcode/proposal/{proposal.pk}/approve/").status_code


def test_rules_act_after_another_officer_has_read_what_they_do(people, officers):
    zhang, li = people
    chen, qian = officers
    run = tried(chen)
    page = chen.get(f"/admin/healthcode/dryrun/{run.pk}/change/").content.decode()
    assert run.report["matrix"]["green"]["yellow"] == 1
    assert "no-test-for-7-days" in page
    proposal = proposed(chen, run)
    approve(chen, proposal)
    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]

    approve(qian, proposal)

    assert colours(zhang, li) == [Colour.YELLOW, Colour.GREEN]
    sweep_due()
    stored = HealthStatus.objects.get(pk=li.pk)
    assert stored.rules == run.ruleset.version
    [deed] = AuditEvent.objects.filter(action="rules.activated", actor="user:qian")
    assert deed.details["people"] == "user:chen user:qian"


def test_one_officer_rolls_back_in_one_step(people, officers):
    zhang, li = people
    chen, qian = officers
    approve(qian, proposed(chen, tried(chen)))
    activation = Activation.objects.latest("pk")

    chen.post(f"/admin/healthcode/activation/{activation.pk}/roll_back/")

    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]


def test_beyond_the_limit_a_third_officer_has_to_agree(people, officers):
    zhang, li = people
    chen, qian = officers
    run = tried(chen)
    refused = chen.post(
        f"/admin/healthcode/dryrun/{run.pk}/propose/", {"max_percent": "10", "beyond": "refuse"}
    )
    assert "变差的人超过上限" in refused.content.decode()
    assert not Proposal.objects.exists()
    proposal = proposed(chen, run, max_percent="10", beyond="third")
    approve(qian, proposal)
    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]

    approve(oversight.browser(oversight.officer(Role.POLICY, "sun")), proposal)

    assert colours(zhang, li) == [Colour.YELLOW, Colour.GREEN]


def test_a_faulty_text_is_refused_line_by_line_and_nothing_changes(people, officers):
    chen, _ = officers
    known = RuleSet.objects.count()
    faulty = PUBLISHED.replace("result: positive, pool_size: 1", "result: positiv, pool_size: 1")

    page = chen.post("/admin/healthcode/ruleset/add/", {"text": faulty}).content.decode()

    assert "第 58 行" in page
    assert "rules[1].when.test.result" in page
    assert RuleSet.objects.count() == known


def test_two_officers_clear_the_brake_that_a_wrong_file_pulled(people, officers, settings):
    settings.HEALTHCODE_WORSE_PER_MINUTE = 1
    zhang, li = people
    chen, qian = officers
    token = world.source("lab-2", "test")
    positive = {"result": "positive", "pool_size": 1}
    world.hand_in(token, pcr(ZHANG_SAN, "z9", **positive), pcr(LI_SI, "l9", **positive))
    sweep_due()
    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]
    brake = Brake.objects.get()
    assert "赋码刹车" in chen.get("/admin/").content.decode()
    clear = f"/admin/healthcode/brake/{brake.pk}/clear/"

    chen.post(clear)
    chen.post(clear)
    assert colours(zhang, li) == [Colour.GREEN, Colour.GREEN]
    qian.post(clear)

    sweep_due()
    assert colours(zhang, li) == [Colour.RED, Colour.RED]
