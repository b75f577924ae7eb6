"""Appeals against decisions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Citizen, new_ref


class AppealState(models.TextChoices):
    """Where an appeal stands."""

    OPEN = "open", _("待答复")
    ANSWERED = "answered", _("已答复")


class Appeal(models.Model):
    """A citizen asks for a person to look at a decision; it has a clock and an answer."""

    ref = models.CharField(_("回执号"), max_length=32, unique=True, default=new_ref, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, verbose_name=_("居民"))
    rule = models.CharField(_("所针对的规则"), max_length=60)
    decided_at = models.DateTimeField(_("所针对的决定时间"))
    text_sealed = models.BinaryField(_("申诉内容（密封）"))
    filed_at = models.DateTimeField(_("提交时间"))
    answer_by = models.DateTimeField(_("答复期限"))
    state = models.CharField(_("状态"), max_length=10, choices=AppealState, default="open")
    answer = models.TextField(_("答复"), blank=True)
    answered_by = models.CharField(_("答复人"), max_length=80, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        """An answered appeal has its answer, a person and a time."""

        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["answer_by"]
        permissions = [("answer_appeal", _("答复申诉"))]
        constraints = [
            models.CheckConstraint(
                name="appeal_answer_whole",
                condition=Q(state="open", answered_at__isnull=True)
                | (Q(state="answered", answered_at__isnull=False) & ~Q(answer="")),
            ),
            models.UniqueConstraint(
                name="appeal_one_open_per_rule",
                fields=["citizen", "rule"],
                condition=Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        """The receipt."""
        return self.ref
