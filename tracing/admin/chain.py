"""The transmission chain of a case or cluster: a picture, and the same rows as a table."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin, officers_only
from accounts.admin.show import (
    NOTHING,
    SHORT,
    Column,
    Fact,
    Table,
    link,
    moment,
    tag,
)
from accounts.errors import NotPermitted
from tracing.admin.chain_picture import CASE, CONTACT, KINDS, mark_of, picture, places_of
from tracing.admin.charts import query
from tracing.admin.venue_day import day_link, may_see_days
from tracing.admin.words import grade_tag, place_word, setting_word
from tracing.models import Case, Place
from tracing.services import look_at_chain
from tracing.services.chain import Chain, Dot, Line

COLUMNS = (
    _("首次"),
    _("末次"),
    _("从"),
    _("到"),
    _("情形"),
    _("地点"),
    Column(_("分钟"), numeric=True),
    Column(_("相隔排数"), numeric=True),
    _("规则"),
    _("等级"),
    _("关系"),
    _("追踪自"),
)


class ChainPages(OversightAdmin):
    """The pages of a case that show its chain."""

    def get_urls(self) -> list[URLPattern]:
        """The page, and what its picture is drawn from."""
        pages = {"chain": self.chain_view, "chain/data": self.chain_data_view}
        own = [
            path(
                f"<path:object_id>/{where}/",
                officers_only(self.admin_site.admin_view(view)),
                name=f"tracing_case_{where.replace('/', '_')}",
            )
            for where, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def chain_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Counts, the picture's frame, the table."""
        case = self._row(request, object_id)
        chain, asked = self._chain(request, case)
        more = query(**{**asked, "after": chain.after}) if chain.after else ""
        context = {
            **self._context(request, case),
            "heading": gettext("传播链 · 病例 %(ref)s") % {"ref": case.ref[:SHORT]},
            "facts": _facts(chain),
            "cut": chain.cluster.cut,
            "table": _table(request, chain),
            "data_url": reverse("admin:tracing_case_chain_data", args=[case.pk]) + query(**asked),
            "alone": asked["scope"] == "case",
            "more": more,
            "first": query(scope=asked["scope"]) or "?" if asked["after"] else "",
            "words": _summary(chain),
        }
        return TemplateResponse(request, "admin/tracing/chain/page.html", context)

    def chain_data_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where everything stands, and what is said of it; nobody has a name."""
        case = self._row(request, object_id)
        chain, _asked = self._chain(request, case)
        return JsonResponse(picture(chain, case))

    def _chain(self, request: HttpRequest, case: Case) -> tuple[Chain, dict[str, str]]:
        asked = {"scope": request.GET.get("scope", ""), "after": request.GET.get("after", "")}
        by: Any = request.user
        whole = asked["scope"] != "case"
        try:
            chain = look_at_chain(
                case_id=case.pk, by=by, now=timezone.now(), whole=whole, after=asked["after"]
            )
        except NotPermitted:
            raise PermissionDenied from None
        except ValueError:
            raise Http404 from None
        return chain, asked


# --- the table ---------------------------------------------------------------------------------


def _facts(chain: Chain) -> list[Fact]:
    sizes = chain.cluster.sizes.values()
    return [
        Fact(_("病例"), len(chain.cluster.cases)),
        Fact(_("密接（各病例合计）"), sum(size.close for size in sizes)),
        Fact(_("次密接（各病例合计）"), sum(size.secondary for size in sizes)),
        Fact(_("一般接触者（不画出）"), sum(size.casual for size in sizes)),
        Fact(_("本页人数"), len(chain.dots)),
        Fact(_("本页接触"), len(chain.lines)),
    ]


def _table(request: HttpRequest, chain: Chain) -> Table:
    dots = {dot.key: dot for dot in chain.dots}
    refs = {case.pk: case.ref[:SHORT] for case in chain.cluster.cases}
    places, districts = places_of(chain)
    may = may_see_days(request)
    rows = [
        (
            moment(line.proof.first_at),
            moment(line.proof.last_at) if line.proof.last_at else _("仍在接触"),
            _who(dots[line.source]),
            _who(dots[line.target]),
            setting_word(line.proof.setting),
            _where(line, places, districts, linked=may),
            _or_dash(line.proof.minutes),
            _or_dash(line.proof.rows_apart),
            line.proof.rule or NOTHING,
            grade_tag(line.proof.grade),
            _kind(line),
            refs[line.case_id],
        )
        for line in sorted(chain.lines, key=lambda one: one.proof.first_at)
    ]
    return Table(_("接触"), COLUMNS, rows, empty=_("没有接触。"), always=True)


def _who(dot: Dot) -> str:
    label = f"{mark_of(dot)}\u00a0{dot.ref[:SHORT]}"
    if not dot.record:
        return label
    return link(label, CASE if dot.case else CONTACT, dot.record)


def _where(line: Line, places: dict[int, Place], names: dict[str, str], *, linked: bool) -> str:
    place = places.get(line.proof.place_id or 0)
    words = place_word(place, names)
    return day_link(words, place, line.proof.first_at) if linked else words


def _kind(line: Line) -> str:
    tones = {"proposed": "warn", "close": "strong"}
    return tag(KINDS[line.kind], tones.get(line.kind, "quiet"))


def _or_dash(value: int | None) -> Any:
    return NOTHING if value is None else value


def _summary(chain: Chain) -> str:
    """The picture in a sentence, for whoever does not see it."""
    template = gettext("%(cases)d 个病例、%(people)d 人、%(lines)d 次接触；内容见下面的表格。")
    return template % {
        "cases": len(chain.cluster.cases),
        "people": len(chain.dots),
        "lines": len(chain.lines),
    }
