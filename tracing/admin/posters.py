"""Posters for checking in: each printing is a new one, and the one before works no longer."""

from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.deeds import Deed, Paper
from accounts.admin.show import link, moment
from accounts.permissions import SignedInRequest
from tracing.admin.forms import PosterForm
from tracing.admin.poster_page import draw_poster
from tracing.models import Venue, Zone
from tracing.services import renew_poster


def _print(request: SignedInRequest, row: Venue, data: dict[str, Any]) -> Paper:
    zone = row.zones.get(pk=data["zone_id"])
    text = renew_poster(zone_id=zone.pk, by=request.user, now=timezone.now())
    poster = draw_poster(text=text, venue=row.name, zone=zone.name)
    return Paper(f"poster-{zone.pk}.pdf", poster)


POSTER = Deed(
    verb="poster",
    label=_("打印登记海报"),
    permission="tracing.enrol_device",
    do=_print,
    form=PosterForm,
    explain=_(
        "无人值守处贴这张海报，居民自己扫码登记。每次打印都换新编号，编号只在纸上，以后无法重印同一张。"
    ),
    button=_("换新并下载 PDF"),
    done=_("海报已换新：请打印刚下载的 PDF，撤下旧海报。"),
    offered=lambda venue: venue.is_active,
)


def poster_cell(zone: Zone, *, may_print: bool) -> str:
    """Since when a zone has its poster, and the way to another."""
    since = moment(zone.poster_at)
    if not may_print:
        return since
    again = _("打印") if zone.poster_at is None else _("换新")
    way = link(again, "tracing_venue_poster", zone.venue_id, query=f"?zone={zone.pk}")
    return format_html("{} {}", since, way)
