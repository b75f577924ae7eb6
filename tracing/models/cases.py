"""The work item of a confirmed infection and the people found by tracing."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Citizen, new_ref


class CaseState(models.TextChoices):
    """Only a person confirms, dismisses, withdraws or merges."""

    SUSPECTED = "suspected", _("待核实")
    CONFIRMED = "confirmed", _("已确认")
    DISMISSED = "dismissed", _("已排除")
    WITHDRAWN = "withdrawn", _("已撤销")
    MERGED = "merged", _("已合并")


class Case(models.Model):
    """The work item of an infection. The fact itself is `case` evidence.

    `window_from`, `window_until` and `traced_until` are stored at confirmation; re-runs use the
    stored instants. `trace_due_at` set means that a trace is owed. `merged_into`: the case of
    the same person under another document, whose trace covers this one's stays.
    `second_cut`: contacts of contacts beyond what the rules let one case have.
    """

    ref = models.CharField(_("编号"), max_length=32, unique=True, default=new_ref, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, verbose_name=_("居民"))
    state = models.CharField(
        _("状态"), max_length=10, choices=CaseState, default=CaseState.SUSPECTED
    )
    grounds_id = models.BigIntegerField(_("依据的证据"), null=True)
    district = models.CharField(_("区"), max_length=6, blank=True)
    symptomatic = models.BooleanField(_("有症状"), default=False)
    onset_at = models.DateTimeField(_("发病时间"), null=True, blank=True)
    sampled_at = models.DateTimeField(_("首次阳性采样时间"))
    isolated_at = models.DateTimeField(_("隔离时间"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("裁定时间"), null=True)
    decided_by = models.CharField(_("裁定人"), max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True)
    withdrawn_by = models.CharField(_("撤销人"), max_length=80, blank=True)
    window_from = models.DateTimeField(_("传染期起"), null=True)
    window_until = models.DateTimeField(_("传染期止"), null=True)
    traced_until = models.DateTimeField(_("追踪截止"), null=True)
    trace_due_at = models.DateTimeField(_("应追踪时间"), null=True)
    traced_at = models.DateTimeField(_("完成追踪时间"), null=True)
    rules = models.CharField(_("追踪规则"), max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self", models.CASCADE, verbose_name=_("并入病例"), null=True, related_name="merged"
    )
    second_cut = models.PositiveIntegerField(_("超出上限的次密接"), default=0)

    class Meta:
        """One open case per citizen; a confirmed one has its window."""

        verbose_name = _("病例")
        verbose_name_plural = _("病例")
        ordering = ["-proposed_at"]
        permissions = [("decide_case", _("确认、排除或撤销病例"))]
        constraints = [
            models.UniqueConstraint(
                name="case_open_once_per_citizen",
                fields=["citizen"],
                condition=Q(state__in=["suspected", "confirmed", "merged"]),
            ),
            models.CheckConstraint(
                name="case_confirmed_has_window",
                condition=~Q(state="confirmed")
                | Q(
                    window_from__isnull=False,
                    window_until__isnull=False,
                    traced_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="case_merged_into_one",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(
                name="case_window_in_order",
                condition=Q(window_from__isnull=True) | Q(window_until__gte=F("window_from")),
            ),
        ]
        indexes = [
            models.Index(
                name="case_trace_due",
                fields=["trace_due_at"],
                condition=Q(trace_due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """The reference, short."""
        return self.ref[:8]


class ContactGrade(models.TextChoices):
    """How strong a contact is."""

    CLOSE = "close", _("密切接触者")
    SECONDARY = "secondary", _("次密接触者")
    CASUAL = "casual", _("一般接触者")


class Contact(models.Model):
    """A person found by tracing a case: the strongest level and grade of all encounters."""

    case = models.ForeignKey(Case, models.CASCADE, verbose_name=_("病例"), related_name="contacts")
    citizen = models.ForeignKey(Citizen, models.PROTECT, verbose_name=_("居民"))
    level = models.PositiveSmallIntegerField(_("层级"))
    grade = models.CharField(_("等级"), max_length=10, choices=ContactGrade)
    setting = models.CharField(_("情形"), max_length=12)
    district = models.CharField(_("区"), max_length=6, blank=True)
    minutes = models.PositiveIntegerField(_("分钟"), null=True)
    first_at = models.DateTimeField(_("首次接触"))
    last_at = models.DateTimeField(_("末次接触"), null=True)
    found_at = models.DateTimeField(_("发现时间"))

    class Meta:
        """Once per case; the pairs of level and grade that exist."""

        verbose_name = _("接触者")
        verbose_name_plural = _("接触者")
        constraints = [
            models.UniqueConstraint(name="contact_once_per_case", fields=["case", "citizen"]),
            models.CheckConstraint(
                name="contact_level_and_grade",
                condition=Q(level=1, grade__in=["close", "casual"]) | Q(level=2, grade="secondary"),
            ),
        ]
        indexes = [models.Index(name="contact_found", fields=["found_at"])]

    def __str__(self) -> str:
        """Grade and case."""
        return f"{self.grade} {self.case}"


class Encounter(models.Model):
    """The evidence of a contact: who met the person where, when, how long and how near."""

    contact = models.ForeignKey(
        Contact, models.CASCADE, verbose_name=_("接触者"), related_name="encounters"
    )
    via_id = models.BigIntegerField(_("经由"))
    place_id = models.BigIntegerField(_("空间"), null=True)
    setting = models.CharField(_("情形"), max_length=12)
    minutes = models.PositiveIntegerField(_("分钟"), null=True)
    rows_apart = models.PositiveSmallIntegerField(_("相隔排数"), null=True)
    first_at = models.DateTimeField(_("首次"))
    last_at = models.DateTimeField(_("末次"), null=True)
    grade = models.CharField(_("等级"), max_length=10, choices=ContactGrade)
    rule = models.CharField(_("规则"), max_length=60)

    class Meta:
        """One row per contact, source, place and setting."""

        verbose_name = _("接触")
        verbose_name_plural = _("接触")
        constraints = [
            models.UniqueConstraint(
                name="encounter_once",
                fields=["contact", "via_id", "setting", "place_id"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        """Setting and rule."""
        return f"{self.setting} {self.rule}"
