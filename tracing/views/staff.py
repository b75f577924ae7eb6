"""The staff pages: shells that hold no data and ask the API who they are.

With them what makes them an application that opens without network: a service worker that
keeps every file they need, and a manifest.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import find
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from healthcode.views.workers import kept_files, version_of
from tracing.views.scanning import may_scan

VERSION_HEADER = "Healthcode-Version"
"""Which version of its files a page goes with: its worker never mixes two."""

_NAMED = (
    "css/tokens.css",
    "css/staff.css",
    "img/staff.svg",
    "img/staff-192.png",
    "img/staff-512.png",
    "js/staff/main.js",
    "js/staff/enrol.js",
)
_FOLDERS = ("js/staff", "js/passes", "js/scan", "vendor/idb", "vendor/zxing-wasm")
_LOADED = {".js", ".wasm"}
_DARK = "#101317"

_PageView = Callable[[HttpRequest], HttpResponse]


def _shell(view: _PageView) -> _PageView:
    """A page that scans, is asked for anew each time, and says its version."""

    @require_safe
    @login_not_required
    @cache_control(no_cache=True)
    @may_scan
    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response.headers[VERSION_HEADER] = version_of(_files())
        return response

    shell: _PageView = page
    return shell


@_shell
def staff(request: HttpRequest) -> HttpResponse:
    """The page at the gate: a shell that asks the API who it is."""
    return render(request, "tracing/staff/index.html")


@_shell
def staff_enrol(request: HttpRequest) -> HttpResponse:
    """Where a browser becomes a device; the token stays in the address's fragment."""
    return render(request, "tracing/staff/enrol.html")


@require_safe
@login_not_required
@cache_control(no_cache=True)
def staff_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the staff pages, with the list of their files."""
    context = {
        "version": version_of(_files()),
        "files": _addresses(),
        "pages": [reverse("tracing:staff"), reverse("tracing:staff-enrol")],
    }
    return render(request, "tracing/staff/sw.js", context, content_type="text/javascript")


@require_safe
@login_not_required
def staff_manifest(request: HttpRequest) -> HttpResponse:
    """How a phone installs the staff page."""
    home = reverse("tracing:staff")
    facts = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": gettext("健康码 · 验码台"),
        "short_name": gettext("验码台"),
        "display": "standalone",
        "background_color": _DARK,
        "theme_color": _DARK,
        "icons": [
            _icon("img/staff.svg", "any", "image/svg+xml"),
            _icon("img/staff-192.png", "192x192", "image/png"),
            _icon("img/staff-512.png", "512x512", "image/png"),
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": static(name), "sizes": sizes, "type": kind}


@lru_cache(maxsize=1)
def _files() -> tuple[str, ...]:
    """All that the pages and their modules load, looked up once a process."""
    roots = [(name, Path(str(find(name)))) for name in _FOLDERS]
    loaded = [
        f"{name}/{file.relative_to(root).as_posix()}"
        for name, root in roots
        for file in root.rglob("*")
        if file.suffix in _LOADED
    ]
    return tuple(sorted({*_NAMED, *loaded}))


def _addresses() -> list[str]:
    """What pages name has the storage's own names too; modules name one another plainly."""
    plain = {f"/{settings.STATIC_URL.strip('/')}/{name}" for name in _files()}
    return sorted(plain | set(kept_files(_NAMED)))
