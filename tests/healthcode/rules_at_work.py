"""Small rule sets on their way into force, and the people whom they speak of.

Wang proposes, Zhao approves, Qian is the third. Zhang San is well, Li Si met a case, Anna has a
fever: the rules differ in the colour of a fever.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection

from accounts.models import Citizen, User
from healthcode.colours import Colour
from healthcode.models import (
    Activation,
    Brake,
    DryRun,
    HealthStatus,
    Proposal,
    RuleSet,
    Source,
    Spread,
)
from healthcode.services import (
    Item,
    activate_first_ruleset,
    advance_dry_run,
    approve_activation,
    clear_brake,
    propose_activation,
    recolour,
    recolour_due,
    record_evidence,
    request_dry_run,
    spread_next,
    store_ruleset,
)
from tests.healthcode.given import HEAD
from tests.tracing import door
from tests.tracing.door import NOW

CITY, JINGAN, PUDONG = "310000", "310106", "310115"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAY = ("propose_rules", "approve_rules", "roll_back_rules", "clear_brake")
KINDS = ["test", "exposure", "case", "health_report", "area_stay", "companion"]
WORDS = "text: {zh-hans: 说明, en: words}, release: {zh-hans: 解除, en: release}"


def rules(fever: str = "yellow", **head: str) -> str:
    """A rule set under which a fever gives this colour; other heads where given."""
    text = HEAD
    for field, value in head.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{field}:")]
        text = "\n".join([*lines, *([f'{field}: "{value}"'] if value else []), ""])
    return f"""{text}rules:
  - {{id: case, when: {{case: {{status: confirmed}}}}, phases: [{{colour: red}}], {WORDS}}}
  - {{id: close, when: {{exposure: {{grade: close}}}}, phases: [{{colour: red, days: 7}}], {WORDS}}}
  - {{id: fever, when: {{health_report: {{symptoms: any}}}},
      phases: [{{colour: {fever}, days: 7}}], {WORDS}}}
"""


MILD, STRICT = rules("yellow"), rules("red")


def stored(text: str, now: datetime = NOW) -> RuleSet:
    """The rule set of a text."""
    return store_ruleset(text=text, file="trial.yaml", now=now, by="system:test")


def first_rules(text: str = MILD, at: datetime = NOW - DAY) -> Activation:
    """Rules in force where none ever were."""
    ruleset = stored(text, at)
    return activate_first_ruleset(ruleset_id=ruleset.ruleset_id, at=at, by="system:test")


def officer(name: str, *may: str) -> User:
    """Somebody who answers for rules; without other words, for everything about them."""
    user, made = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    if made:
        user.user_permissions.set(Permission.objects.filter(codename__in=may or MAY))
    return user


def resident(number: str, district: str = JINGAN) -> Citizen:
    """Somebody who lives in a district."""
    who = door.person(number)
    who.district = district
    who.community = f"{district}001001" if district else ""
    who.save(update_fields=["district", "community"])
    return who


def told(
    who: Citizen, kind: str, at: datetime, ended: datetime | None = None, **details: Any
) -> None:
    """A source says something about a person, who is due from then on."""
    source, _ = Source.objects.get_or_create(name="clinic", defaults={"kinds": KINDS})
    ref = f"{who.pk}-{kind}-{at:%d%H%M%S}"
    item = Item(kind, who.pk, at, ended, at, ref, details=details)
    [result] = record_evidence(items=[item], source=source, by="system:test", now=at)
    assert result.error is None, result.error


def well(who: Citizen, at: datetime = NOW - DAY) -> Citizen:
    """Somebody with a negative test."""
    told(who, "test", at, method="pcr", result="negative", pool_size=1, tube=f"T{who.pk}", lab="L7")
    return who


def feverish(who: Citizen, at: datetime = NOW - HOUR) -> Citizen:
    """Somebody with a fever."""
    told(who, "health_report", at, symptoms=["fever"])
    return who


def exposed(who: Citizen, at: datetime = NOW - HOUR) -> Citizen:
    """Somebody who met a case."""
    ended = at + timedelta(minutes=30)
    told(who, "exposure", at, ended, level=1, grade="close", case="case-1", setting="zone")
    return who


def decided(who: Citizen, now: datetime = NOW) -> Colour:
    """The colour of somebody decided now."""
    recolour(citizen_ids=[who.pk], now=now)
    return colour(who)


def status(who: Citizen) -> HealthStatus:
    """The stored decision."""
    return HealthStatus.objects.get(pk=who.pk)


def colour(who: Citizen) -> Colour:
    """The stored colour, checked as a commit would check it."""
    connection.check_constraints()
    return Colour(status(who).colour)


def sweep(now: datetime) -> int:
    """Decide whoever is due; how many."""
    done = 0
    while count := recolour_due(now=now):
        connection.check_constraints()
        done += count
    return done


def spread_and_sweep(now: datetime) -> None:
    """Let rules that came into force reach everybody."""
    while Spread.objects.filter(done_at__isnull=True, begins_at__lte=now).exists():
        spread_next(now=now)
        sweep(now)


def requested(text: str, now: datetime = NOW, **how: Any) -> DryRun:
    """A dry run that nobody has begun to work off."""
    wang = officer("wang")
    return request_dry_run(ruleset=stored(text), by=wang, now=now, **how)


def tried(text: str, now: datetime = NOW, **how: Any) -> DryRun:
    """A finished dry run."""
    run = requested(text, now, **how)
    while advance_dry_run(now=now):
        pass
    run.refresh_from_db()
    return run


def proposed(run: DryRun, now: datetime = NOW, **how: Any) -> Proposal:
    """Wang's proposal to put in force what was tried."""
    return propose_activation(dry_run_id=run.pk, by=officer("wang"), now=now, **how)


def approved(proposal: Proposal, name: str = "zhao", now: datetime = NOW) -> Proposal:
    """The proposal with one more word for it."""
    return approve_activation(proposal_id=proposal.pk, by=officer(name), now=now)


def activated(text: str, region: str = "", now: datetime = NOW) -> Activation:
    """Rules in force by Wang's and Zhao's word, after a dry run of the same region."""
    activation = approved(proposed(tried(text, now, region=region), now, region=region), now=now)
    assert activation.activation is not None
    return activation.activation


def greens(count: int = 5) -> list[Citizen]:
    """People who are well and green."""
    first_rules()
    people = [well(resident(f"E1000000{number}")) for number in range(count)]
    sweep(NOW - 2 * HOUR)
    return people


def ill(*people: Citizen, at: datetime = NOW - timedelta(minutes=1)) -> None:
    """Let these people have a fever, with no case behind it."""
    for who in people:
        feverish(who, at)


def colours(people: list[Citizen]) -> list[str]:
    """The stored colours in words."""
    return [colour(who).word for who in people]


def held(people: list[Citizen]) -> list[Citizen]:
    """Those whom a brake holds back."""
    return [who for who in people if status(who).held_by is not None]


def brake_on() -> Brake | None:
    """The brake that nobody has cleared yet."""
    return Brake.objects.filter(cleared_at=None).first()


def clear(brake: Brake, *names: str, now: datetime) -> None:
    """Wang and Zhao, or others, say that the changes held back are meant."""
    for name in names or ("wang", "zhao"):
        clear_brake(brake_id=brake.pk, by=officer(name), now=now)
