"""What a service refused, in the words officers read."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import Words
from accounts.errors import DomainError

#: Refusals by code; a code that is not here is said in the service's own words.
REFUSALS: dict[str, Words] = {
    "already_decided": _("这件事已经有人处理过了。"),
    "not_permitted": _("您无权进行此操作，或需由另一人操作。"),
    "purpose_missing": _("请写明目的，至少五个字。"),
    "unknown_citizen": _("没有找到。请核对编号、证件或手机号。"),
    "invalid_document": _("证件类型或号码不正确。"),
    "invalid_phone": _("手机号不正确。"),
    "officer_invalid": _("用户名不合规或已有人使用；也不能修改自己的权限。"),
    "unknown_source": _("数据来源不存在或已停用。"),
    "source_invalid": _("名称只用小写字母、数字和连字符，且不能重复；至少选一种类型。"),
    "kind_not_allowed": _("该来源不能报送这种证据。"),
    "evidence_invalid": _("有内容不符合要求，请逐项检查。"),
    "conflict": _("同一编号已有不同内容。"),
    "no_active_rules": _("该地区没有启用的规则集。"),
    "rules_already_active": _("已有规则在用：请试算、提议，并由另一人批准。"),
    "nothing_to_roll_back": _("这次启用不能回退：未在生效，或之前没有规则。"),
    "dry_run_invalid": _("无法试算：规则没有颜色部分，或区划不在适用范围内。"),
    "proposal_invalid": _("试算未完成、已过 24 小时、区划不符，或现行规则已变。请重新试算。"),
    "too_many_worse": _("变差的人超过上限，不予提议。"),
    "appeal_refused": _("请填写答复。"),
    "area_invalid": _("区划不存在，或结束早于开始。"),
    "venue_invalid": _("场所或区域的内容不符合要求，或名称重复。"),
    "device_invalid": _("该区域不属于此场所。"),
    "device_revoked": _("设备已停用，不能恢复。请新建设备。"),
    "unknown_device": _("设备不存在。"),
    "unknown_case": _("病例不存在。"),
    "case_invalid": _("日期不合理：不能在将来，也不能晚于确认；延长只能往后。"),
    "case_merged": _("这个病例已并入另一病例，请先拆分。"),
    "merge_refused": _("只能合并两个不同的、都已确认的病例。"),
    "trace_out_of_reach": _("那些天的停留记录已按期删除，不能重新追踪。"),
    "trace_too_wide": _("一同停留的人太多，无法追踪。请核对日期和场所。"),
    "unknown_brake": _("没有这次刹车。"),
    "second_person_needed": _("需由另一位同事操作。"),
    "brake_moved": _("人数有变化，请重新查看后再确认。"),
    "unknown_task": _("没有这项任务。"),
    "task_invalid": _("这类任务不能这样了结；或没有这个辖区，或就是原来的辖区。"),
    "unfit_officer": _("没有这位同事，或其无权处理任务。"),
    "unknown_statement": _("没有这条陈述。"),
    "statement_invalid": _("有内容不符合要求，请逐项检查。"),
    "unknown_place": _("没有这个地方。"),
    "unknown_venue": _("没有这个场所。"),
    "unknown_review": _("没有这条关联场所。"),
    "case_open": _("此人已有未结的病例，请先处理那一件。"),
}

#: What is wrong with one field of evidence, by the problem's code.
PROBLEMS: dict[str, Words] = {
    "required": _("此项必填。"),
    "not_allowed": _("此项应留空。"),
    "ends_before_start": _("结束早于开始。"),
    "after_end": _("期限晚于结束。"),
    "invalid_value": _("内容不符合要求。"),
    "impossible_date": _("时间不合理。"),
    "unknown_kind": _("没有这种证据。"),
    "invalid_pair": _("层级与等级不匹配。"),
    "in_future": _("还没有结束，不能在将来。"),
    "too_old": _("那时的停留记录已按期删除。"),
    "too_long": _("太长了：不超过一天，也不超过人在那里最多停留的时间。"),
    "place_or_person": _("填一个地方，或一个人，二者只填其一。"),
    "same_person": _("不能是陈述人本人。"),
    "aboard": _("乘车乘机请录入行程证据。"),
}


#: The fields a refusal is about, the first that the form has.
FIELDS: dict[str, tuple[str, ...]] = {
    "purpose_missing": ("purpose",),
    "invalid_document": ("number",),
    "invalid_phone": ("number",),
    "unknown_citizen": ("number", "citizen_ref"),
    "task_invalid": ("region", "outcome"),
    "unfit_officer": ("to",),
    "unknown_place": ("place",),
    "area_invalid": ("region",),
    "appeal_refused": ("answer",),
    "too_many_worse": ("max_percent",),
}


#: A fault of a file: where, and what in the file's own language.
FAULT = _("第 %(line)d 行 · %(field)s：%(problem)s")


def words_of(error: DomainError) -> Words:
    """What to tell an officer."""
    return REFUSALS.get(error.code, error.message)


def refuse(form: forms.Form, error: DomainError) -> None:
    """Attach a refusal to the fields it speaks of, else to the form."""
    problems = error.details.get("problems", [])
    for problem in problems:
        form.add_error(*_placed(form, problem))
    if not problems:
        fields = (name for name in FIELDS.get(error.code, ()) if name in form.fields)
        form.add_error(next(fields, None), words_of(error))


def _placed(form: forms.Form, problem: dict[str, Any]) -> tuple[str | None, Words]:
    """The field a problem is about, and its words; those of a file name their line."""
    if "line" in problem:
        return "text", FAULT % problem
    words = PROBLEMS.get(problem["code"], problem["message"])
    names = (problem["field"], f"details_{problem['field']}")
    field = next((name for name in names if name in form.fields), None)
    if field is None:
        words = gettext("%(field)s：%(words)s") % {"field": problem["field"], "words": words}
    return field, words
