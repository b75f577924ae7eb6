"""What an officer decides about a case, each a page of its own."""

from typing import Any

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from accounts.admin.deeds import Deed, Once
from accounts.permissions import SignedInRequest
from tracing import tasks
from tracing.admin.forms import (
    ConfirmForm,
    CorrectForm,
    ExtendForm,
    IsolateForm,
    MergeForm,
    OpenForm,
    ReasonForm,
    WithdrawForm,
)
from tracing.admin.previews import context_of
from tracing.models import Case, CaseState
from tracing.services import (
    confirm_case,
    correct_case,
    dismiss_case,
    extend_trace,
    isolate_case,
    merge_cases,
    open_case,
    preview_case,
    separate_cases,
    withdraw_case,
)

MAY = "tracing.decide_case"


def nudge_trace(request: SignedInRequest, *case_ids: int) -> None:
    """A lost nudge loses time, not the trace: the sweep finds what is due."""
    try:
        for case_id in case_ids:
            tasks.trace_case.delay_on_commit(case_id)
    except OperationalError:
        messages.warning(request, _("消息队列暂不可用；巡检任务会在几秒内接手追踪。"))


def _open(request: SignedInRequest, row: None, data: dict[str, Any]) -> None:
    open_case(**data, by=request.user, now=timezone.now())


def _preview(request: SignedInRequest, row: Case, data: dict[str, Any]) -> Once:
    preview = preview_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    return Once("admin/tracing/case/preview.html", context_of(preview))


def _confirm(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    confirm_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    nudge_trace(request, row.pk)


def _isolate(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    isolate_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    nudge_trace(request, row.pk)


def _correct(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    correct_case(case_id=row.pk, **data, by=request.user, now=timezone.now())
    nudge_trace(request, row.pk)


def _extend(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    extend_trace(case_id=row.pk, **data, by=request.user, now=timezone.now())
    nudge_trace(request, row.pk)


def _merge(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    kept: int = data["kept"].pk
    reason = data["reason"]
    merge_cases(kept=kept, merged=row.pk, reason=reason, by=request.user, now=timezone.now())
    nudge_trace(request, kept)


def _separate(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    """The separated one first: nobody is forgotten before the kept one lets them go."""
    kept = row.merged_into_id
    separate_cases(case_id=row.pk, reason=data["reason"], by=request.user, now=timezone.now())
    nudge_trace(request, row.pk, *([kept] if kept else []))


def _dismiss(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    dismiss_case(case_id=row.pk, by=request.user, now=timezone.now())


def _withdraw(request: SignedInRequest, row: Case, data: dict[str, Any]) -> None:
    withdraw_case(case_id=row.pk, reason=data["reason"], by=request.user, now=timezone.now())


def _suspected(case: Case) -> bool:
    return bool(case.state == CaseState.SUSPECTED)


def _confirmed(case: Case) -> bool:
    return bool(case.state == CaseState.CONFIRMED)


def _merged(case: Case) -> bool:
    return bool(case.state == CaseState.MERGED)


OPEN = Deed(
    verb="add",
    label=_("人工立案"),
    permission=MAY,
    do=_open,
    form=OpenForm,
    explain=_("用于没有实验室报告的情形。立案后仍须确认。"),
    done=_("已立案，待核实。"),
)

DEEDS = (
    Deed(
        verb="confirm",
        label=_("确认病例"),
        permission=MAY,
        do=_confirm,
        look=_preview,
        form=ConfirmForm,
        explain=_("确认后立即追踪接触者，他们的颜色随规则改变。请核对日期。"),
        button=_("确认并开始追踪"),
        done=_("病例已确认，正在追踪接触者。"),
        offered=_suspected,
    ),
    Deed(
        verb="isolate",
        label=_("登记隔离时间"),
        permission=MAY,
        do=_isolate,
        form=IsolateForm,
        explain=_("家中的持续接触到此为止；其他接触的时间窗以确认时为准。"),
        done=_("隔离时间已登记，正在重新追踪。"),
        offered=_confirmed,
    ),
    Deed(
        verb="correct",
        label=_("更正日期"),
        permission=MAY,
        do=_correct,
        form=CorrectForm,
        explain=_("传染期按确认那天的规则重新计算，并重新追踪；不再成立的接触和暴露自动收回。"),
        done=_("日期已更正，正在重新追踪。"),
        offered=_confirmed,
    ),
    Deed(
        verb="extend",
        label=_("延长追踪"),
        permission=MAY,
        do=_extend,
        form=ExtendForm,
        explain=_("用于确认之后仍有人未被隔离的情形。此后的每次追踪都追到这个时间。"),
        done=_("追踪已延长，正在重新追踪。"),
        offered=_confirmed,
    ),
    Deed(
        verb="merge",
        label=_("并入另一病例"),
        permission=MAY,
        do=_merge,
        form=MergeForm,
        explain=_(
            "同一个人用两种证件登记成了两个病例。两个证件的停留一并追踪，两者不再互为接触者；可以再拆分。"
        ),
        button=_("确认合并"),
        done=_("已合并，正在重新追踪。"),
        offered=_confirmed,
        grave=True,
    ),
    Deed(
        verb="separate",
        label=_("拆分"),
        permission=MAY,
        do=_separate,
        form=ReasonForm,
        explain=_("恢复为两个已确认的病例，各按自己的日期重新追踪。"),
        button=_("确认拆分"),
        done=_("已拆分，正在重新追踪。"),
        offered=_merged,
    ),
    Deed(
        verb="dismiss",
        label=_("排除"),
        permission=MAY,
        do=_dismiss,
        explain=_("排除后，此前的阳性视为已有结论，不再使本人变红。"),
        button=_("确认排除"),
        done=_("病例已排除。"),
        offered=_suspected,
        grave=True,
    ),
    Deed(
        verb="withdraw",
        label=_("撤销确认"),
        permission=MAY,
        do=_withdraw,
        form=WithdrawForm,
        explain=_("因误判撤销。由本病例得出的接触者和暴露全部收回，所有相关的人重新决定颜色。"),
        button=_("确认撤销"),
        done=_("病例已撤销，相关的人正在重新决定。"),
        offered=_confirmed,
        grave=True,
    ),
)
