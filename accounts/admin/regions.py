"""Regions, read-only: they come with the data of the city."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OversightAdmin
from accounts.admin.lists import typed
from accounts.admin.show import Fact, Table, link
from accounts.models import Region


@admin.register(Region)
class RegionAdmin(OversightAdmin):
    """City, districts, streets, communities, in the order of their codes."""

    section = "RULES"
    position = 40
    label = pgettext_lazy("page", "区划")
    newest_first = False
    list_display = ("code", "name", "name_en", "level")
    list_filter = ("level", typed("parent", _("上级代码"), hint="310106", column="parent_id"))
    search_fields = ("name__startswith", "code__startswith")
    search_help_text = _("名称或代码的开头")
    ordering = ()

    def facts(self, request: HttpRequest, row: Region) -> list[Fact]:
        """Code, names, level, parent."""
        parent = row.parent
        return [
            Fact(_("代码"), row.code),
            Fact(_("名称"), row.name),
            Fact(_("英文名称"), row.name_en),
            Fact(_("级别"), row.get_level_display()),
            Fact(
                _("上级"), link(parent.name, "accounts_region_change", parent.pk) if parent else ""
            ),
        ]

    def tables(self, request: HttpRequest, row: Region) -> list[Table]:
        """What lies directly below."""
        below = [
            (link(child.code, "accounts_region_change", child.pk), child.name, child.name_en)
            for child in row.children.order_by("code")[:200]
        ]
        columns = (_("代码"), _("名称"), _("英文名称"))
        return [Table(_("下级"), columns, below, empty=_("没有下级区划。"))]
