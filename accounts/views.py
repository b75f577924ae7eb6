"""Signing in, registering, and how a citizen likes the pages to look."""

from allauth.account import app_settings
from allauth.account.utils import get_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import pii
from accounts.adapters import DEMO_CODE
from accounts.authentication import Challenge, accept_code, pending_challenge, send_code
from accounts.errors import (
    CodeOver,
    DomainError,
    InvalidName,
    NotPermitted,
    RegistrationRefused,
    SmsNotSent,
    TooManyCodes,
    WrongCode,
)
from accounts.forms import CodeForm, PhoneForm, RegistrationForm, words_of
from accounts.permissions import SignedInRequest
from accounts.services import citizen_of, register
from accounts.services.phones import user_of_phone

A_YEAR = 365 * 24 * 3600
CARE_COOKIE = "care"
form_page = require_http_methods(["GET", "POST"])


@form_page
@login_not_required
@never_cache
@sensitive_post_parameters("phone")
def signin(request: HttpRequest) -> HttpResponse:
    """Ask for a phone and send it a code, whether or not anybody has signed in with it."""
    if request.headers.get("HX-Request"):
        # The code page's fragment was sent here: the whole page must follow.
        return HttpResponseClientRedirect(request.path)
    if request.user.is_authenticated:
        return redirect("/")
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        try:
            return _send(request, form.cleaned_data["phone"], get_next_redirect_url(request))
        except (TooManyCodes, SmsNotSent) as refusal:
            form.refuse(refusal)
    return render(request, "accounts/signin.html", {"form": form})


@form_page
@login_not_required
@never_cache
@sensitive_post_parameters("code")
def signin_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent; the right one signs in."""
    challenge = pending_challenge(request, now=timezone.now())
    if challenge is None:
        return redirect("accounts:signin")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            return _sign_in(request, form.cleaned_data["code"])
        except WrongCode as refusal:
            form.refuse(refusal)
        except (CodeOver, NotPermitted) as refusal:
            return _say(request, refusal, "accounts:signin")
    return render(request, "accounts/signin_code.html", _code_context(request, form, challenge))


@login_not_required
@require_POST
def signin_again(request: HttpRequest) -> HttpResponse:
    """Send another code to the phone of the last one."""
    challenge = pending_challenge(request, now=timezone.now())
    if challenge is None:
        return redirect("accounts:signin")
    try:
        return _send(request, challenge.phone, challenge.next_url)
    except (TooManyCodes, SmsNotSent) as refusal:
        return _say(request, refusal, "accounts:signin_code")


@form_page
@never_cache
@sensitive_post_parameters("document_number", "name")
def register_page(request: SignedInRequest) -> HttpResponse:
    """Register the signed-in phone as the person of a document."""
    if citizen_of(user=request.user):
        return redirect("/")
    form = RegistrationForm(request.POST or None)
    if form.is_valid():
        try:
            register(user=request.user, now=timezone.now(), **form.cleaned_data)
            return redirect("/")
        except RegistrationRefused:
            return redirect("/")
        except (pii.InvalidDocument, InvalidName) as refusal:
            form.refuse(refusal)
    return render(request, "accounts/register.html", {"form": form})


@login_not_required
@require_POST
def care(request: HttpRequest) -> HttpResponse:
    """Turn large text on or off, for this browser and from now on."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, request.is_secure())
    response = redirect(to if safe else "/")
    if request.POST.get("care"):
        response.set_cookie(
            CARE_COOKIE,
            "1",
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(CARE_COOKIE, samesite="Lax")
    return response


def _send(request: HttpRequest, phone: str, next_url: str | None) -> HttpResponse:
    send_code(request, phone=phone, now=timezone.now(), next_url=next_url or "")
    return redirect("accounts:signin_code")


def _sign_in(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    challenge = accept_code(request, code=code, now=now)
    user = user_of_phone(phone=challenge.phone, now=now)
    request.session.pop(DEMO_CODE, None)
    response: HttpResponse = perform_login(request, user, redirect_url=challenge.next_url or None)
    return response


def _say(request: HttpRequest, refusal: DomainError, then: str) -> HttpResponse:
    messages.error(request, words_of(refusal)[1])
    return redirect(then)


def _code_context(request: HttpRequest, form: CodeForm, challenge: Challenge) -> dict[str, object]:
    return {
        "form": form,
        "phone": challenge.masked_phone,
        "minutes": app_settings.LOGIN_BY_CODE_TIMEOUT // 60,
        "demo_code": request.session.get(DEMO_CODE),
    }
