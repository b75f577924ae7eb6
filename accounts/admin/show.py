"""How officers read things: instants, tags, references, facts and tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext

from accounts.models import Region

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy
else:
    from django.utils.functional import Promise as Lazy

Words = str | Lazy
NOTHING = "–"
#: Random names of 128 bits: nobody reads more of them than this.
SHORT = 8


@dataclass(frozen=True)
class Fact:
    """A label and what is known; an empty value is shown as a dash."""

    label: Words
    value: Any


@dataclass(frozen=True)
class Column:
    """The head of a table's column; numbers stand on the right."""

    label: Words
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A part of a page: rows under a title, or a sentence saying that there are none.

    Empty tables are gathered at the end of a page, but for those that are `always` shown.
    """

    title: Words
    columns: Sequence[Column | Words]
    rows: Sequence[Sequence[Any]]
    empty: Words
    note: Words = ""
    more: str = ""
    always: bool = False

    @property
    def heads(self) -> list[Column]:
        """The columns, plain labels turned into heads."""
        return [c if isinstance(c, Column) else Column(c) for c in self.columns]

    @property
    def lines(self) -> list[list[tuple[Any, bool]]]:
        """Each row's cells, each with whether it is a number."""
        numeric = [head.numeric for head in self.heads]
        return [list(zip(row, numeric, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Work:
    """What waits for an officer: how much of it, and the few that wait longest."""

    title: Words
    url: str
    count: str
    rows: Sequence[tuple[str, Any, Any]] = field(default_factory=list)
    empty: Words = ""
    order: int = 50


@dataclass(frozen=True)
class Page:
    """A page of the navigation that lists no model: its section, and who sees the link."""

    section: str
    position: int
    label: Words
    url_name: str
    permission: str


def moment(at: datetime | None) -> str:
    """Day and minute in local time."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat("T", "seconds"), f"{local:%Y-%m-%d %H:%M}"
    )


def ago(at: datetime, *, now: datetime) -> str:
    """How long ago or how long from now, in the largest whole unit up to days."""
    words = _length(abs(now - at))
    template = gettext("%(length)s前") if at <= now else gettext("还有 %(length)s")
    return template % {"length": words}


def hours(length: timedelta) -> str:
    """A length of time in hours."""
    return gettext("%(n)s 小时") % {"n": f"{length.total_seconds() / 3600:g}"}


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d 小时", "%(n)d 小时", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d 天", "%(n)d 天", minutes // 1440) % {"n": minutes // 1440}


def tag(words: Words, tone: str = "quiet") -> str:
    """A word in an outline; `tone` is quiet, strong, warn or done. Never a status colour."""
    return format_html('<span class="tag tag--{}">{}</span>', tone, words)


def yes_no(value: bool | None) -> str:
    """Yes, no, or not said."""
    return {True: gettext("是"), False: gettext("否"), None: NOTHING}[value]


def short(ref: str) -> str:
    """The beginning of a public name, the whole of it on hovering."""
    return format_html('<code class="ref" title="{}">{}</code>', ref, ref[:SHORT])


def link(words: Any, name: str, *args: Any, query: str = "") -> str:
    """A link to a page of the admin."""
    url = reverse(f"admin:{name}", args=args)
    return format_html('<a href="{}{}">{}</a>', url, query, words)


def citizen_link(pk: int, ref: str) -> str:
    """A citizen by public name, linked to their page."""
    return link(short(ref), "accounts_citizen_change", pk)


def counted(rows: QuerySet[Any], most: int = 1000) -> str:
    """How many, counted no further than `most`."""
    count = rows.order_by()[: most + 1].count()
    return f"{most}+" if count > most else str(count)


def shown(label: Words, read: Callable[[Any], Any], *, numeric: bool = False) -> Callable[..., Any]:
    """A column of a list: what to read from a row, under which label."""

    @admin.display(description=label)
    def column(row: Any) -> Any:
        value = read(row)
        return NOTHING if value in (None, "") else value

    # Django makes a class of the name; the style sheet puts numbers on the right.
    column.__name__ = "number" if numeric else "text"
    return column


def at(label: Words, name: str) -> Callable[..., Any]:
    """A column with an instant."""
    return shown(label, lambda row: moment(getattr(row, name)))


def with_region(rows: QuerySet[Any], code: str = "district") -> QuerySet[Any]:
    """Rows with the name of their region as `region_name`, in the reader's language."""
    named: QuerySet[Any] = rows.annotate(region_name=_region_name(OuterRef(code)))
    return named


def region_names(codes: Sequence[str]) -> dict[str, str]:
    """Names of regions by code, in the reader's language."""
    rows = Region.objects.filter(code__in=[code for code in codes if code])
    return {row.code: _in_language(row) for row in rows}


def _in_language(region: Region) -> str:
    return (get_language() == "en" and region.name_en) or region.name


def _region_name(code: OuterRef) -> Subquery:
    name: Any = "name"
    if get_language() == "en":
        name = Coalesce(NullIf("name_en", Value("")), "name")
    regions = Region.objects.filter(code=code).annotate(said=Coalesce(name, Value("")))
    return Subquery(regions.values("said")[:1], output_field=CharField())
