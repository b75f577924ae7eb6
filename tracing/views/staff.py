"""The staff pages: shells that hold no data and ask the API who they are."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def staff(request: HttpRequest) -> HttpResponse:
    """The page at the gate: a shell that asks the API who it is."""
    return render(request, "tracing/staff/index.html")


@require_safe
@login_not_required
def staff_enrol(request: HttpRequest) -> HttpResponse:
    """Where a browser becomes a device; the token stays in the address's fragment."""
    return render(request, "tracing/staff/enrol.html")
