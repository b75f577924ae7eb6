"""The page of a citizen's own stays."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Citizen, Region
from accounts.permissions import SignedInRequest, for_holder
from healthcode.views.words import day, moment
from tracing.models import VenueKind
from tracing.services import OwnStay, kept_since, own_stays

VEHICLES: dict[str, str | Promise] = {
    "metro": _("地铁"),
    "aircraft": _("航班"),
    "aircraft_no_hepa": _("航班"),
    "train_sealed": _("列车"),
    "train_open": _("列车"),
    "coach_sealed": _("客车"),
    "coach_open": _("客车"),
    "ship": _("船舶"),
    "car": _("小汽车"),
}


class ShownStay(NamedTuple):
    """A stay in words."""

    kind: str
    district: str
    times: str
    notes: list[str]


class Day(NamedTuple):
    """The stays that began on one day."""

    title: str
    visits: list[ShownStay]


@require_safe
@for_holder
def own_visits(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """A citizen's own stays as long as they are kept, by day, the latest first."""
    stays = own_stays(citizen_id=citizen.pk, since=kept_since(timezone.now()))
    names = _district_names(stay.district for stay in stays)
    days = [
        Day(title, [_shown(stay, names) for stay in of_day])
        for title, of_day in groupby(stays, key=lambda stay: day(stay.first))
    ]
    return render(request, "tracing/visits.html", {"days": days})


def _shown(stay: OwnStay, names: dict[str, str]) -> ShownStay:
    kind = VEHICLES.get(stay.kind, _("其他")) if stay.vehicle else VenueKind(stay.kind).label
    return ShownStay(
        kind=str(kind),
        district=names.get(stay.district, ""),
        times=_times(stay),
        notes=_notes(stay),
    )


def _notes(stay: OwnStay) -> list[str]:
    notes = [gettext("自助登记")] if stay.told else []
    return [*notes, gettext("离开时间是估计的")] if stay.assumed else notes


def _times(stay: OwnStay) -> str:
    first, last = timezone.localtime(stay.first), timezone.localtime(stay.last)
    end = f"{last:%H:%M}" if first.date() == last.date() else moment(last)
    return f"{first:%H:%M} – {end}"


def _district_names(codes: Iterable[str]) -> dict[str, str]:
    regions = Region.objects.filter(code__in=set(codes) - {""})
    english = get_language() == "en"
    return {region.code: (english and region.name_en) or region.name for region in regions}
