"""The ledgers: what was done, and who saw whom. Read by auditors, written by services."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.lists import CITIZENS, since, typed
from accounts.admin.show import NOTHING, Fact, at, citizen_link, link, moment, shown
from accounts.models import AccessEvent, AuditEvent, Citizen

#: Of a value in a list; citizens' users have random names of 32 letters.
LONGEST = 24


def _by(column: str, value: str) -> str:
    """A value linked to everything with the same one."""
    words = Truncator(value).chars(LONGEST)
    query = urlencode({column: value})
    return format_html('<a href="?{}" title="{}">{}</a>', query, value, words)


@admin.register(AuditEvent)
class AuditEventAdmin(OversightAdmin):
    """Every deed, newest first."""

    section = "RECORDS"
    position = 10
    label = pgettext_lazy("page", "审计记录")
    intro = _("每次操作都与操作本身在同一事务内写入，只增不改。点选任意值即可筛选。")
    list_display = (
        shown(_("时间"), lambda event: link(moment(event.at), EVENT, event.pk)),
        shown(_("操作人"), lambda event: _by("actor", event.actor)),
        shown(_("操作"), lambda event: _by("action", event.action)),
        shown(_("对象"), lambda event: _by("target", event.target)),
        shown(_("详情"), lambda event: _brief(event.details)),
    )
    list_display_links = None
    list_filter = (
        since("at"),
        typed("actor", _("操作人"), hint="user:li"),
        typed("action", _("操作"), hint="case.confirmed"),
        typed("target", _("对象"), hint="case:7"),
    )

    def facts(self, request: HttpRequest, row: AuditEvent) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("时间"), moment(row.at)),
            Fact(_("操作人"), row.actor),
            Fact(_("操作"), row.action),
            Fact(_("对象"), row.target),
            *(Fact(name, _said(value)) for name, value in row.details.items()),
        ]


@admin.register(AccessEvent)
class AccessEventAdmin(OversightAdmin):
    """Who saw a citizen's data and what for; the citizen reads the same."""

    section = "RECORDS"
    position = 20
    label = pgettext_lazy("page", "查看记录")
    intro = _("谁在何时、为何查看了居民的身份或资料。本人也能看到。")
    list_display = (
        at(_("时间"), "at"),
        shown(_("查看人"), lambda event: _by("actor", event.actor)),
        shown(_("居民"), lambda event: _citizen(event)),
        shown(_("内容"), lambda event: event.what),
        shown(_("目的"), lambda event: event.purpose),
    )
    list_filter = (
        since("at"),
        typed("actor", _("查看人"), hint="user:li"),
        CITIZENS,
    )

    def rows_of_page(self, rows: QuerySet[AccessEvent]) -> QuerySet[AccessEvent]:
        """With the citizen's public name."""
        return with_refs(rows)

    def facts(self, request: HttpRequest, row: AccessEvent) -> list[Fact]:
        """All of it."""
        return [
            Fact(_("时间"), moment(row.at)),
            Fact(_("查看人"), row.actor),
            Fact(_("居民"), _citizen(row)),
            Fact(_("内容"), row.what),
            Fact(_("目的"), row.purpose),
        ]


EVENT = "accounts_auditevent_change"


def with_refs(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that know a citizen by number only, with the public name as `citizen_ref`."""
    citizens = Citizen.objects.filter(pk=OuterRef("citizen_id"))
    named: QuerySet[Any] = rows.annotate(citizen_ref=Subquery(citizens.values("ref")[:1]))
    return named


def _citizen(event: Any) -> str:
    return citizen_link(event.citizen_id, event.citizen_ref) if event.citizen_ref else NOTHING


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _brief(details: dict[str, Any]) -> str:
    words = "，".join(f"{name}: {_said(value)}" for name, value in details.items())
    return Truncator(words).chars(60)
