"""Who may see a citizen's pages: only whoever holds the code."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Citizen, Claim, User
from accounts.services import citizen_of


class SignedInRequest(HttpRequest):
    """A request behind the sign-in: middleware has seen to these."""

    user: User
    htmx: HtmxDetails


HolderView = Callable[[SignedInRequest, Citizen], HttpResponse]


def for_holder(view: HolderView) -> Callable[[SignedInRequest], HttpResponse]:
    """Give a view the citizen whose code the signed-in user holds; nothing of it is stored.

    Whoever holds none yet sees how to get one: the registration, or that a desk has to see
    their document first.
    """

    @wraps(view)
    @never_cache
    def guarded(request: SignedInRequest) -> HttpResponse:
        citizen = citizen_of(user=request.user)
        return _holds_none(request) if citizen is None else view(request, citizen)

    return guarded


def _holds_none(request: SignedInRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect("/")
    if request.user.is_staff:
        return redirect("admin:index")
    if Claim.objects.filter(user=request.user).exists():
        return render(request, "accounts/awaiting_identity.html")
    return redirect("accounts:register")
