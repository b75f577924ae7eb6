"""A small city with one of everything, for the officers' pages.

Zhang San is ill and has a case; Li Si met him; Anna waits at the desk.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, Claim, Membership, Region, User
from accounts.roles import Role
from accounts.services import register, reveal_identity, sync_roles
from accounts.services.phones import user_of_phone
from healthcode.models import (
    Brake,
    Campaign,
    Dispute,
    Evidence,
    ReplayRound,
    RiskArea,
    RuleSet,
    Source,
)
from healthcode.services import (
    advance_dry_run,
    enter_draft,
    file_appeal,
    propose_activation,
    recolour,
    request_dry_run,
    retract_evidence,
)
from tests.journeys import world
from tests.journeys.world import LI_SI, ZHANG_SAN, ago, pcr
from tracing.models import (
    Alarm,
    BoardedTrip,
    Case,
    Contact,
    ContactTask,
    Device,
    Encounter,
    Scan,
    Statement,
    TraceBrake,
    Venue,
    VenueReview,
    Zone,
)
from tracing.services import create_device, ensure_place, open_case

NAMES = {"张小三": ZHANG_SAN, "李四": LI_SI, "Anna Smith": "E12345678"}
PHONES = {"zhang": "+8613800138000", "li": "+8613900139000", "anna": "+8613700137000"}
#: What no page may show unless somebody asked for it with a purpose.
SECRETS = [*NAMES, *NAMES.values(), *(phone.removeprefix("+86") for phone in PHONES.values())]


@dataclass
class Scene:
    """The people and things of the city."""

    zhang: Citizen
    li: Citizen
    claim: Claim
    case: Case
    venue: Venue
    zone: Zone
    device: Device


def officer(role: Role | None = None, name: str = "") -> User:
    """An officer of one role, or without a role an administrator."""
    if role is None:
        return world.officer(name or "wang")
    sync_roles()
    user = User.objects.create_user(name or f"{role}-1", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    return user


def browser(user: User) -> Client:
    """That officer's browser, signed in."""
    client = Client()
    client.force_login(user)
    return client


def regions() -> None:
    """Shanghai, Jing'an, a street and a community."""
    city = Region.objects.create(code="310000", name="上海市", name_en="Shanghai", level=1)
    district = Region.objects.create(
        code="310106", name="静安区", name_en="Jing'an", level=2, parent=city
    )
    street = Region.objects.create(code="310106001", name="江宁路街道", level=3, parent=district)
    Region.objects.create(code="310106001001", name="北京居委会", level=4, parent=street)


def one_of_everything() -> Scene:
    """Rows for every page."""
    regions()
    world.rules_in_force()
    zhang = world.resident(ZHANG_SAN, "张小三", PHONES["zhang"])
    li = world.resident(LI_SI, "李四", PHONES["li"])
    Membership.objects.create(citizen=zhang, kind="household", group=1, starts_at=ago(days=300))
    token = world.source("lab", "test", "area_stay")
    world.hand_in(token, pcr(ZHANG_SAN, "z1", result="positive"), pcr(LI_SI, "l1"))
    recolour(citizen_ids=[zhang.pk, li.pk], now=timezone.now())
    _paper(zhang, li)
    return Scene(zhang=zhang, li=li, claim=_claim(), case=_case(zhang, li), **_doors(zhang))


def _claim() -> Claim:
    user = user_of_phone(phone=PHONES["anna"], now=timezone.now())
    claim = register(
        user=user,
        document_type="passport",
        document_number="E12345678",
        name="Anna Smith",
        now=timezone.now(),
    )
    assert isinstance(claim, Claim)
    return claim


def _case(zhang: Citizen, li: Citizen) -> Case:
    """Suspected, with a contact as a trace would leave it."""
    case = open_case(
        citizen_ref=zhang.ref, sampled_at=ago(hours=6), by=officer(), now=timezone.now()
    )
    met = Contact.objects.create(
        case=case,
        citizen=li,
        level=1,
        grade="close",
        setting="household",
        first_at=ago(days=2),
        last_at=ago(days=1),
        district="310106",
        found_at=ago(),
    )
    Encounter.objects.create(
        contact=met,
        via_id=zhang.pk,
        setting="household",
        first_at=ago(days=2),
        last_at=ago(days=1),
        grade="close",
        rule="household",
    )
    TraceBrake.objects.create(case=case, pulled_at=ago(), reached=2400, limit=2000, lifted_at=ago())
    _follow_up(met)
    return case


def _follow_up(met: Contact) -> None:
    """A call that is late, and what somebody told of."""
    ContactTask.objects.create(
        case=met.case,
        contact=met,
        citizen=met.citizen,
        kind="call",
        starts_at=ago(hours=6),
        due_at=ago(hours=2),
        district="310106",
        street="310106001",
        community="310106001001",
        made_at=ago(hours=6),
    )
    Statement.objects.create(
        case=met.case,
        teller=met.citizen,
        met=met.case.citizen,
        setting="zone",
        first_at=ago(hours=30),
        last_at=ago(hours=29),
        document="静防流调〔2026〕3 号",
        entered_by=officer(),
        entered_at=ago(),
    )


def _doors(zhang: Citizen) -> dict[str, Any]:
    venue = world.venue()
    zone = Zone.objects.create(venue=venue, name="大厅", kind="dining")
    VenueReview.objects.create(
        venue=venue,
        district="310106",
        cases=3,
        first_at=ago(days=3),
        last_at=ago(days=1),
        proposed_at=ago(hours=1),
    )
    ensure_place(zone=zone)
    device, _token = create_device(
        venue_id=venue.pk,
        zone_id=zone.pk,
        name="正门",
        direction="entry",
        attended=True,
        by=officer(),
        now=timezone.now(),
    )
    scan = Scan.objects.create(
        scan_id=world.scan_id(),
        device_id=device.pk,
        venue_id=venue.pk,
        citizen_id=zhang.pk,
        direction="entry",
        scanned_at=ago(),
        received_at=ago(),
        outcome="STOP",
        reason="RED",
        admitted=True,
        digest=b"\0" * 32,
    )
    Alarm.objects.create(
        kind="admitted_despite_stop",
        district="310106",
        target=f"scan:{scan.pk}",
        raised_at=ago(),
    )
    return {"venue": venue, "zone": zone, "device": device}


def _rules_tried(by: User) -> None:
    """The rules in force, tried once more and proposed."""
    rules = RuleSet.objects.get(ruleset_id="sh-2022-09-18")
    run = request_dry_run(ruleset=rules, by=by, now=timezone.now())
    while advance_dry_run(now=timezone.now()):
        pass
    propose_activation(dry_run_id=run.pk, by=by, now=timezone.now())


def _paper(zhang: Citizen, li: Citizen) -> None:
    """Drafts, appeals, lists, retractions, looks."""
    first, second = officer(), officer(name="zhao")
    evidence = Evidence.objects.order_by("pk").first()
    assert evidence is not None
    BoardedTrip.objects.create(
        evidence_id=evidence.pk, citizen_id=zhang.pk, boarded_at=ago(), cause="no_carriage"
    )
    enter_draft(
        citizen_id=li.pk,
        kind="order",
        occurred_at=ago(),
        ended_at=ago(days=-3),
        details={"order": "home_isolation", "issued_by": "江宁路街道"},
        document="静防指〔2026〕12 号",
        by=first,
        now=timezone.now(),
    )
    file_appeal(citizen=zhang, rule="first-positive", text="样本不是我的", now=timezone.now())
    RiskArea.objects.create(
        listing="沪防 1 号",
        region="310106001",
        tier="high",
        tier_from=ago(days=1),
        recorded_at=ago(),
    )
    Campaign.objects.create(
        ref="静安筛查",
        region="310106",
        opens_at=ago(days=1),
        due_by=ago(days=-1),
        closes_at=ago(days=-2),
        opened_by=first,
        approved_by=second,
        recorded_at=ago(),
    )
    _rules_tried(first)
    Brake.objects.create(pulled_at=ago(), worse=1001)
    Dispute.objects.create(citizen_id=li.pk, found_at=ago())
    ReplayRound.objects.create(begun_at=ago(), looked_at=2, finished_at=ago())
    retract_evidence(
        source=Source.objects.get(name="lab"),
        refs=[("gone", 1)],
        by="source:lab",
        reason="样本作废",
        now=timezone.now(),
    )
    reveal_identity(citizen_id=li.pk, by=first, purpose="流调核实身份", now=timezone.now())
