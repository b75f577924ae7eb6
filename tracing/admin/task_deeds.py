"""What officers do with a task, each a page of its own."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.deeds import Deed, DeedForm
from accounts.permissions import SignedInRequest
from tracing.models import ContactTask, TaskKind, TaskOutcome, TaskState
from tracing.services import (
    OUTCOMES,
    finish_task,
    give_task,
    note_try,
    pass_on,
    reopen_task,
    take_task,
)

MAY = "tracing.work_contacttask"


class SeenTriesForm(DeedForm):
    """How many tries the officer saw: a page that is sent twice counts once."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As the page says."""
        super().__init__(*args, **kwargs)
        self.initial.update({"seen": self.row.tries})


class FinishForm(DeedForm):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("结果"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What this kind of task can end with."""
        super().__init__(*args, **kwargs)
        outcomes = [TaskOutcome(one) for one in OUTCOMES[TaskKind(self.row.kind)]]
        choices = [(one.value, one.label) for one in outcomes]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
        self.initial.update({"outcome": choices[0][0]})


class GiveForm(DeedForm):
    """To whom."""

    to = forms.CharField(
        label=_("同事的用户名"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PassOnForm(DeedForm):
    """Where the person is."""

    region = forms.RegexField(
        r"^\d{6}(\d{3}){0,2}$",
        label=_("区划代码"),
        help_text=_("6 位区、9 位街镇或 12 位社区代码。"),
        max_length=12,
    )


def _take(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    take_task(task_id=row.pk, by=request.user, now=timezone.now())


def _try(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    note_try(task_id=row.pk, **data, by=request.user, now=timezone.now())


def _finish(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    finish_task(task_id=row.pk, **data, by=request.user, now=timezone.now())


def _give(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    give_task(task_id=row.pk, **data, by=request.user, now=timezone.now())


def _pass_on(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    pass_on(task_id=row.pk, **data, by=request.user, now=timezone.now())


def _reopen(request: SignedInRequest, row: ContactTask, data: dict[str, Any]) -> None:
    reopen_task(task_id=row.pk, by=request.user, now=timezone.now())


def _is_open(task: ContactTask) -> bool:
    return bool(task.state == TaskState.OPEN)


def _is_nobodys(task: ContactTask) -> bool:
    return _is_open(task) and task.assignee_id is None


def _is_done(task: ContactTask) -> bool:
    return bool(task.state == TaskState.DONE and task.contact_id)


DEEDS = (
    Deed(
        verb="finish",
        label=_("登记结果"),
        permission=MAY,
        do=_finish,
        form=FinishForm,
        explain=_("同一个人同类的待办会一并了结：电话接通一次、一天采样一次就够了。"),
        done=_("已登记。"),
        offered=_is_open,
    ),
    Deed(
        verb="try",
        label=_("未联系到，计一次"),
        permission=MAY,
        do=_try,
        form=SeenTriesForm,
        explain=_("任务保持待办，稍后再试。"),
        done=_("已计一次。"),
        offered=_is_open,
    ),
    Deed(
        verb="take",
        label=_("我来办"),
        permission=MAY,
        do=_take,
        done=_("已归您办理。"),
        offered=_is_nobodys,
    ),
    Deed(
        verb="give",
        label=_("转交同事"),
        permission=MAY,
        do=_give,
        form=GiveForm,
        done=_("已转交。"),
        offered=_is_open,
    ),
    Deed(
        verb="pass-on",
        label=_("转其他辖区"),
        permission=MAY,
        do=_pass_on,
        form=PassOnForm,
        explain=_("这个人在此处的所有待办一起转走，由对方重新领取。"),
        done=_("已转出。"),
        offered=_is_open,
    ),
    Deed(
        verb="reopen",
        label=_("重新打开"),
        permission=MAY,
        do=_reopen,
        explain=_("结果登记有误时使用；一并了结的任务也会恢复待办。"),
        done=_("已恢复待办。"),
        offered=_is_done,
    ),
)
