"""The admin's site: its sections, its sign-in, and a first page on which work waits."""

from enum import Enum
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OversightAdmin
from accounts.admin.show import Page


class Section(Enum):
    """The parts of the navigation, in order."""

    TRACING = _("流调")
    PEOPLE = _("人员")
    HEALTH = _("证据与颜色")
    PLACES = _("场所与扫码")
    RULES = _("规则与名单")
    RECORDS = _("审计与系统")


class OversightSite(AdminSite):
    """Read first: pages show, deeds change. Only our own pages are on it."""

    site_title = site_header = _("健康码管理")
    index_title = _("工作台")
    site_url = None
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own pages and no other app's: those would edit rows with no record of it."""
        if admin_class is not None and issubclass(admin_class, OversightAdmin):
            super().register(model_or_iterable, admin_class, **options)

    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The one sign-in page that counts attempts and asks for a second factor."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        back = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Back to the officers' sign-in, not to the citizens'."""
        return LogoutView.as_view(next_page="account_login")(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The navigation by sections instead of by apps."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        models = [m for app in self._build_app_dict(request).values() for m in app["models"]]
        ours: list[Any] = list(self._registry.values())
        placed = [_link_to(self._registry[model["model"]], model) for model in models]
        placed += [
            (page.section, page.position, _entry(page))
            for one in ours
            for page in one.pages
            if request.user.has_perm(page.permission)
        ]
        return [entry for section in Section if (entry := _section(section, placed))]

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """What waits, what stands, and where everything is."""
        ours: list[Any] = list(self._registry.values())
        pages = [page for page in ours if page.has_view_permission(request)]
        work = [work for page in pages for work in page.work(request)]
        context = {
            "work": sorted(work, key=lambda one: one.order),
            "standing": [part for page in pages for part in page.standing(request)],
            **(extra_context or {}),
        }
        return super().index(request, context)


Placed = tuple[str, int, dict[str, Any]]


def _link_to(page: Any, model: dict[str, Any]) -> Placed:
    return page.section, page.position, {**model, "name": page.label or model["name"]}


def _entry(page: Page) -> dict[str, Any]:
    """A link as the stock templates want it, to a page that lists no model."""
    return {
        "name": page.label,
        "object_name": page.url_name,
        "admin_url": reverse(f"admin:{page.url_name}"),
        "add_url": None,
        "view_only": True,
    }


def _section(section: Section, placed: list[Placed]) -> dict[str, Any] | None:
    ours = [(position, link) for name, position, link in placed if name == section.name]
    if not ours:
        return None
    return {
        "name": section.value,
        "app_label": section.name.lower(),
        "app_url": f"{reverse('admin:index')}#{section.name.lower()}",
        "has_module_perms": True,
        "models": [link for _position, link in sorted(ours, key=lambda one: one[0])],
    }


_SITE = OversightSite()


def site() -> OversightSite:
    """The one site, however often and from where it is asked for while modules load."""
    return _SITE
