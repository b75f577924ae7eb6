"""Appeals: asking for a person to look again, and what they answered."""

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import Citizen
from accounts.permissions import SignedInRequest, for_holder
from healthcode.errors import AppealRefused
from healthcode.forms import AppealForm
from healthcode.models import Appeal, AppealState
from healthcode.services import CurrentStatus, appeal_text, current_status, file_appeal
from healthcode.views.words import in_language, moment


class Shown(NamedTuple):
    """An appeal in its writer's words, with its receipt, clock and answer."""

    ref: str
    state: str
    text: str
    filed: str
    answer_by: str
    answer: str
    answered: str


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("text")
@for_holder
def appeal(request: SignedInRequest, citizen: Citizen) -> HttpResponse:
    """File an appeal against one reason, and read one's own appeals."""
    appeals = list(Appeal.objects.filter(citizen=citizen).order_by("-filed_at"))
    status = current_status(citizen_id=citizen.pk, now=timezone.now())
    form = AppealForm(request.POST or None, rules=_open_rules(status, appeals))
    if form.is_valid() and _file(citizen, form):
        messages.success(request, gettext("申诉已提交，24 小时内会有人答复。"))
        return redirect("healthcode:appeal")
    context = {"form": form, "appeals": [_shown(each) for each in appeals]}
    return render(request, "healthcode/appeal.html", context)


def _open_rules(status: CurrentStatus, appeals: list[Appeal]) -> dict[str, str]:
    """The reasons of the current decision that no open appeal speaks of."""
    asked = {each.rule for each in appeals if each.state == AppealState.OPEN}
    reasons = status.decision.get("reasons", [])
    return {
        each["rule"]: in_language(each["text"]) for each in reasons if each["rule"] not in asked
    }


def _file(citizen: Citizen, form: AppealForm) -> bool:
    try:
        file_appeal(citizen=citizen, now=timezone.now(), **form.cleaned_data)
    except AppealRefused:
        form.add_error(None, gettext("情况刚刚有变化，请刷新后再看一次。"))
        return False
    return True


def _shown(each: Appeal) -> Shown:
    answered = ""
    if each.answered_at:
        answered = gettext("%(at)s 答复") % {"at": moment(each.answered_at)}
    return Shown(
        ref=each.ref,
        state=each.get_state_display(),
        text=appeal_text(each),
        filed=moment(each.filed_at),
        answer_by=moment(each.answer_by),
        answer=each.answer,
        answered=answered,
    )
