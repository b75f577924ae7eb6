"""What a city needs to be run: officers, sources, rules, and users who hold a code."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role
from accounts.services import sync_roles
from accounts.services.phones import user_of_phone
from healthcode.models import Campaign, RiskArea, Source
from healthcode.services import activate_first_ruleset, load_rulesets
from tracing.services.city.areas import Areas
from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan

BY = "system:seed_city"
RULESET = "sh-2022-09-18"
ADMINISTRATOR = "admin"
# Who hands in which file, and which kinds they may report.
SOURCES = {
    "demo-lab": ["test"],
    "demo-carrier": ["travel"],
    "demo-street": ["area_stay", "order"],
}


def appoint_officers(password: str | None) -> dict[str, User]:
    """An administrator and one officer of each role; without a password nobody can sign in."""
    sync_roles()
    hashed = make_password(password)
    officers = {ADMINISTRATOR: _officer(ADMINISTRATOR, hashed, is_superuser=True)}
    for role in Role:
        officers[role.value] = _officer(role.value, hashed, is_superuser=False)
        officers[role.value].groups.add(Group.objects.get(name=role.value))
    return officers


def open_sources() -> None:
    """The senders of the city's files; they hold no token until somebody gives them one."""
    for name, kinds in SOURCES.items():
        Source.objects.get_or_create(name=name, defaults={"kinds": kinds})


def put_rules_in_force(plan: CityPlan) -> None:
    """The rules decide from the city's first day on."""
    load_rulesets(now=plan.until, by=BY)
    activate_first_ruleset(ruleset_id=RULESET, at=plan.at(plan.days), by=BY)


def publish_areas(areas: Areas, officers: dict[str, User]) -> None:
    """Risk areas and the screening, recorded when they began."""
    for listing in areas.listings:
        RiskArea.objects.create(**listing._asdict(), recorded_at=listing.tier_from)
    screening = areas.screening
    Campaign.objects.create(
        ref=screening.ref,
        region=screening.region,
        opens_at=screening.opens_at,
        due_by=screening.due_by,
        closes_at=screening.closes_at,
        opened_by=officers[Role.TRACER.value],
        approved_by=officers[ADMINISTRATOR],
        recorded_at=screening.opens_at,
    )


def users_of(people: Iterable[Person], plan: CityPlan) -> dict[int, int]:
    """Users for those who hold a code from the start: person to user id."""
    return {
        person.number: user_of_phone(phone=person.phone, now=plan.until).pk
        for person in people
        if person.phone is not None
    }


def _officer(username: str, hashed: str, *, is_superuser: bool) -> User:
    """An officer by this name; a password given again replaces the old one."""
    rights = {"is_staff": True, "is_superuser": is_superuser}
    user, _ = User.objects.update_or_create(
        username=username,
        defaults={"password": hashed},
        create_defaults={"password": hashed, **rights},
    )
    return user
