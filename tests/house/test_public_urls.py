"""Everything is private until it is named public here, each with the reason."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from rest_framework.permissions import AllowAny

#: By route: why somebody who has not signed in may reach it.
PUBLIC = {
    "signin/": "signing in starts here",
    "signin/code/": "the second step of signing in",
    "signin/again/": "another code, when the first did not arrive",
    "care/": "large text helps before signing in too; it keeps nothing but a cookie",
    "language/": "the pages before signing in come in two languages",
    "jsi18n/": "the words of those pages' scripts",
    "accounts/login/": "officers sign in here",
    "accounts/2fa/authenticate/": "the second step of an officer's signing in",
    "accounts/inactive/": "tells an officer that the account is closed; shows nothing else",
    "accounts/logout/": "signing out must not ask to sign in",
    "admin/login/": "sends on to the officers' sign-in",
    "healthz/": "the load balancer asks; answers whether database and cache work",
    "api/v1/schema/": "the description of the API; holds no data",
    "api/v1/docs/": "the same, to read",
    "staff/": "an empty page for a gate: what it shows it asks the API for, with a device's token",
    "staff/enrol/": "an empty page that sends a one-time token to the API",
    "sw.js": "a script that keeps the files of the code page; browsers fetch it by themselves",
    "code/offline/": "the code page without a code, kept by browsers for when there is no network",
    ".well-known/healthcode/keys": "public keys, signed by the root",
    ".well-known/healthcode/keys.json": "the same public keys",
    ".well-known/healthcode/state": "which keys were killed; about nobody",
    ".well-known/healthcode/withdrawn/": "numbers of lists",
    ".well-known/healthcode/withdrawn/<int:number>": "bits of passes whose holders nobody can tell",
    "staff/sw.js": "names the files of those pages, so that they open without network",
    "staff/manifest.webmanifest": "name and icons of those pages, for phones that install them",
    "api/v1/devices/enrol/": "a device that has no token yet shows its one-time token",
}

#: What anybody who has not signed in is answered by anything else.
REFUSED = {401, 403, 404, 405}
SIGN_IN = ("/signin/", "/accounts/login/", "/admin/login/")
EXAMPLES = {IntConverter: "1", UUIDConverter: "01834f2b-0000-7000-8000-000000000000"}


class Route(NamedTuple):
    """A page or endpoint: how it is written, a path that leads there, the view."""

    text: str
    path: str
    view: object


def routes(resolver: URLResolver | None = None, text: str = "", path: str = "") -> Iterator[Route]:
    """Every route of the project, those of the admin and of allauth too."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = text + str(entry.pattern)
        there = path + _filled(entry)
        if isinstance(entry, URLResolver):
            yield from routes(entry, here, there)
        else:
            yield Route(here, f"/{there}", entry.callback)


def _filled(entry: URLPattern | URLResolver) -> str:
    """A part of a route with examples in the place of its parameters."""
    part = str(entry.pattern).removeprefix("^").removesuffix("$")
    for name, converter in getattr(entry.pattern, "converters", {}).items():
        example = EXAMPLES.get(type(converter), "1")
        part = part.replace(f"<{name}>", example)
        for word in ("int", "str", "slug", "uuid", "path"):
            part = part.replace(f"<{word}:{name}>", example)
    return part


def _let_in_by_its_own(view: object) -> bool:
    """Whether the middleware lets everybody through to the view."""
    return not getattr(view, "login_required", True)


def _open_endpoint(view: object) -> bool:
    """Whether a DRF view asks for nobody's permission."""
    owner = getattr(view, "cls", None)
    asked = getattr(owner, "permission_classes", [])
    return all(issubclass(each, AllowAny) for each in asked)


def _open(route: Route) -> bool:
    if hasattr(route.view, "cls"):
        return _open_endpoint(route.view)
    return _let_in_by_its_own(route.view)


ROUTES = list(routes())


def test_every_route_that_lets_anybody_in_is_listed():
    assert {route.text for route in ROUTES if _open(route)} == set(PUBLIC)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_anything_else_refuses_whoever_has_not_signed_in(method):
    ask = getattr(Client(), method)
    answers = {route.path: ask(route.path) for route in ROUTES if route.text not in PUBLIC}

    assert len(answers) > 100
    assert {path: answer for path, answer in answers.items() if not _refuses(answer)} == {}


def _refuses(answer: HttpResponse) -> bool:
    sent_away = answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)
    return sent_away or answer.status_code in REFUSED


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/change/",
        "/accounts/password/set/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/login/code/confirm/",
        "/accounts/3rdparty/",
    ],
)
@pytest.mark.django_db
def test_what_allauth_offers_beyond_this_is_not_there(path):
    assert Client().get(path).status_code == 404
