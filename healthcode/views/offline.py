"""What the code page needs without network: a service worker, and an empty page to fill."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from healthcode.views.workers import kept_files, version_of

#: Everything the code page loads; a test compares it with what the page asks for.
FILES = (
    "css/base.css",
    "css/citizen.css",
    "css/forms.css",
    "css/tokens.css",
    "django_htmx/htmx-2.min.js",
    "img/icon.svg",
    "js/citizen.js",
    "js/code/bound.js",
    "js/code/drawing.js",
    "js/code/phone.js",
    "js/code/presentation.js",
    "js/code/shelf.js",
    "js/code/wallet.js",
    "vendor/idb/index.js",
    "vendor/uqr/index.mjs",
    "vendor/weui/weui.min.css",
)


@require_safe
@login_not_required
def code_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the code page: it keeps files, and nothing of a person."""
    context = {
        "version": version_of(FILES),
        "files": kept_files(FILES),
        "shell": reverse("healthcode:code-shell"),
    }
    response = render(request, "healthcode/sw.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@login_not_required
def code_shell(request: HttpRequest) -> HttpResponse:
    """The code page without a code: the phone puts in what it kept."""
    return render(request, "healthcode/shell.html")
