"""Writing who lives in the city and where: regions, citizens, households, classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from accounts import pii
from accounts.models import Citizen, Membership, MembershipKind, Region
from tracing.services.city.people import Person
from tracing.services.city.plan import CityPlan
from tracing.services.city.regions import region_rows
from tracing.services.city.writing import Writer

CITIZEN_COLUMNS = (
    *("id", "ref", "user_id", "document_type", "document_fingerprint", "document_sealed"),
    *("name_sealed", "phone_fingerprint", "district", "community"),
    *("created_at", "identity_confirmed_at"),
)
MEMBERSHIP_COLUMNS = ("citizen_id", "kind", "group", "starts_at", "ends_at")
SETTLED = timedelta(days=365)


def write_regions() -> None:
    """Districts, streets and communities; those that are there stay as they are."""
    rows = [
        Region(code=row.code, name=row.name, name_en=row.name_en, level=row.level,
               parent_id=row.parent)
        for row in region_rows()
    ]  # fmt: skip
    Region.objects.bulk_create(rows, ignore_conflicts=True)


def write_people(
    writer: Writer, plan: CityPlan, people: Sequence[Person], users: Mapping[int, int]
) -> list[int]:
    """Citizens with what they belong to; returns their ids by number."""
    ids = writer.reserve(Citizen._meta.db_table, len(people))
    rows = (_citizen(person, ids[person.number], users, plan) for person in people)
    writer.copy(Citizen._meta.db_table, CITIZEN_COLUMNS, rows)
    memberships = _memberships(plan, people, ids)
    writer.copy(Membership._meta.db_table, MEMBERSHIP_COLUMNS, memberships)
    return ids


def _citizen(
    person: Person, citizen_id: int, users: Mapping[int, int], plan: CityPlan
) -> tuple[object, ...]:
    """One row: identity sealed and fingerprinted; whoever has a user is confirmed."""
    user = users.get(person.number)
    document, ref = person.document_number, person.ref
    return (
        citizen_id,
        ref,
        user,
        person.document_type,
        pii.fingerprint(f"document:{person.document_type}", document),
        pii.seal("citizen.document", document, context=ref),
        pii.seal("citizen.name", person.name, context=ref),
        person.phone and pii.fingerprint("phone", person.phone),
        person.community[:6],
        person.community,
        plan.until,
        user and plan.until,
    )


def _memberships(
    plan: CityPlan, people: Iterable[Person], ids: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    """Everybody lives somewhere; pupils and teachers belong to a class."""
    since = plan.until - SETTLED
    for person in people:
        citizen = ids[person.number]
        yield citizen, MembershipKind.HOUSEHOLD.value, person.household, since, None
        if person.class_number is not None:
            yield citizen, MembershipKind.CLASS.value, person.class_number, since, None
