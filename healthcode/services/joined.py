"""Facts that are joined when facts are read: tiers of risk areas, screenings of a region.

A stay in an area becomes one fact per stay and listing; a screening becomes a fact for everyone
of its region. Both lists are short and read once per batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import region_prefix
from healthcode.models import Campaign, RiskArea
from healthcode.policy import Fact


@dataclass(frozen=True)
class Joined:
    """The risk-area list and the screenings as recorded at one instant."""

    listings: tuple[RiskArea, ...]
    campaigns: tuple[Campaign, ...]

    @classmethod
    def of(cls, rows: Iterable[RiskArea | Campaign]) -> "Joined":
        """Exactly these rows, one of each name."""
        once = {(type(row), row.pk): row for row in rows}.values()
        return cls(
            tuple(row for row in once if isinstance(row, RiskArea)),
            tuple(row for row in once if isinstance(row, Campaign)),
        )

    def join(self, stored: Sequence[Fact], region: str | None) -> tuple[list[Fact], list[str]]:
        """A citizen's facts with what is joined to them, and the names of the rows used.

        `region` None: every screening applies, whoever it was for.
        """
        facts: list[Fact] = []
        used: list[str] = []
        if not self.listings and not self.campaigns:
            return list(stored), used
        for fact in stored:
            for joined, row in self._tiers(fact) or [(fact, "")]:
                facts.append(joined)
                used += [row] if row else []
        for campaign in self.campaigns:
            if region is None or region.startswith(region_prefix(campaign.region)):
                facts.append(_owed(campaign))
                used.append(_name(campaign))
        return facts, used

    def _tiers(self, fact: Fact) -> list[tuple[Fact, str]]:
        if fact.kind != "area_stay" or "region" not in fact.details:
            return []
        region = fact.details["region"]
        return [
            (_tiered(fact, listing), _name(listing))
            for listing in self.listings
            if region.startswith(region_prefix(listing.region))
        ]


def joined_at(at: datetime | None = None) -> Joined:
    """Read the highest version of every listing, and the screenings.

    By default everything committed so far counts, whatever its clock says, as with facts; `at`
    reads the lists as they were recorded by an instant.
    """
    by_then = Q() if at is None else Q(recorded_at__lte=at)
    listings: dict[str, RiskArea] = {}
    for row in RiskArea.objects.filter(by_then).order_by("version"):
        listings[row.listing] = row
    campaigns = Campaign.objects.filter(by_then).order_by("pk")
    return Joined(tuple(listings.values()), tuple(campaigns))


def rows_named(names: Iterable[str]) -> dict[str, RiskArea | Campaign]:
    """The rows that decisions name as joined to their facts, by those names."""
    numbers: dict[str, list[int]] = {"risk_area": [], "campaign": []}
    for name in names:
        table, _, number = name.partition(":")
        numbers[table].append(int(number))
    listings = RiskArea.objects.filter(pk__in=numbers["risk_area"])
    campaigns = Campaign.objects.filter(pk__in=numbers["campaign"])
    rows: list[RiskArea | Campaign] = [*listings, *campaigns]
    return {_name(row): row for row in rows}


def _name(row: RiskArea | Campaign) -> str:
    return f"{'campaign' if isinstance(row, Campaign) else 'risk_area'}:{row.pk}"


def _tiered(fact: Fact, listing: RiskArea) -> Fact:
    details = {
        **fact.details,
        "tier": listing.tier,
        "tier_from": int(listing.tier_from.timestamp()),
        "tier_to": listing.tier_to and int(listing.tier_to.timestamp()),
    }
    return fact._replace(details=details)


def _owed(campaign: Campaign) -> Fact:
    """The fact that somebody of the region owes a sample."""
    details = {"campaign": campaign.ref, "by": int(campaign.due_by.timestamp())}
    return Fact(
        "screening_due",
        int(campaign.opens_at.timestamp()),
        int(campaign.closes_at.timestamp()),
        details,
        0,
        int(campaign.recorded_at.timestamp()),
    )
