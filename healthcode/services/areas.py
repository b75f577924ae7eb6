"""The list of risk areas: added to, never changed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import Region, User, region_prefix
from healthcode import sql
from healthcode.errors import AreaInvalid, EvidenceConflict
from healthcode.models import Evidence, RiskArea
from healthcode.services.due import mark_due


def list_area(
    *,
    listing: str,
    region: str,
    tier: str,
    tier_from: datetime,
    tier_to: datetime | None,
    by: User,
    now: datetime,
) -> RiskArea:
    """Add a listing, or the next version of one, and have everyone decided anew who was there.

    Raises NotPermitted, AreaInvalid, or EvidenceConflict when two people add the same version.
    """
    if not by.has_perm("healthcode.add_riskarea"):
        raise NotPermitted
    if (tier_to and tier_to <= tier_from) or not Region.objects.filter(code=region).exists():
        raise AreaInvalid
    earlier = RiskArea.objects.filter(listing=listing)
    regions = {region, *earlier.values_list("region", flat=True)}
    version = 1 + (earlier.aggregate(last=Max("version"))["last"] or 0)
    try:
        with transaction.atomic():
            sql.lock_areas(shared=False)
            area = RiskArea.objects.create(
                listing=listing,
                version=version,
                region=region,
                tier=tier,
                tier_from=tier_from,
                tier_to=tier_to,
                recorded_at=now,
            )
            _record(area, by, now)
            mark_due(citizen_ids=_were_in(regions), now=now)
    except IntegrityError:
        raise EvidenceConflict(listing=listing, version=version) from None
    return area


def _were_in(regions: set[str]) -> set[int]:
    """Everyone with a recorded stay in one of these regions or below."""
    inside = Q()
    for region in regions:
        inside |= Q(details__region__startswith=region_prefix(region))
    stays = Evidence.objects.filter(inside, kind="area_stay")
    return set(stays.values_list("citizen_id", flat=True))


def _record(area: RiskArea, by: User, now: datetime) -> None:
    audit.record(
        actor=f"user:{by.username}",
        action="area.listed",
        target=f"listing:{area.listing}",
        now=now,
        version=area.version,
        region=area.region,
        tier=area.tier,
    )
