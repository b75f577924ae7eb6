"""The colour of a citizen and its history."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from accounts.models import Citizen
from healthcode.colours import Colour


class ColourChoices(models.IntegerChoices):
    """The colours with the words people read."""

    UNASSESSED = Colour.UNASSESSED.value, _("未评估")
    GREEN = Colour.GREEN.value, _("绿码")
    YELLOW = Colour.YELLOW.value, _("黄码")
    RED = Colour.RED.value, _("红码")


class HealthStatus(models.Model):
    """The latest decision of a citizen: one row, written by `recolour` alone.

    `due_at` is the instant at which it must be decided again: the decision's own `review_at`,
    or earlier because facts changed. `held_by` is the brake that holds back a worse decision:
    the row stays due and out of the sweeper's queue until the brake is cleared.
    """

    citizen = models.OneToOneField(
        Citizen, models.CASCADE, verbose_name=_("居民"), primary_key=True, related_name="status"
    )
    colour = models.PositiveSmallIntegerField(
        _("颜色"), choices=ColourChoices, default=Colour.UNASSESSED.value
    )
    decision = models.JSONField(_("决定"), default=dict)
    rules = models.CharField(_("规则版本"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    due_at = models.DateTimeField(_("应复核时间"), null=True)
    held_by = models.BigIntegerField(_("刹车"), null=True)
    last_test_at = models.DateTimeField(_("最近采样"), null=True)
    last_negative_at = models.DateTimeField(_("最近阴性采样"), null=True)

    class Meta:
        """A trigger refuses a colour without its ColourChange at commit."""

        verbose_name = _("当前状态")
        verbose_name_plural = _("当前状态")
        indexes = [
            models.Index(
                name="status_due",
                fields=["due_at"],
                condition=Q(due_at__isnull=False, held_by__isnull=True),
            ),
            models.Index(
                name="status_held", fields=["held_by"], condition=Q(held_by__isnull=False)
            ),
            # Yellow and red: the few whom officers list and count.
            models.Index(
                name="status_restricted", fields=["colour", "citizen"], condition=Q(colour__gte=2)
            ),
        ]

    def __str__(self) -> str:
        """The colour's word."""
        return str(ColourChoices(self.colour).label)


class ColourChange(models.Model):
    """History: one row whenever colour, reasons or rule version change. Append-only.

    `facts` are the ids of the evidence read, `joined` the rows of the risk-area list and the
    campaigns that were joined to it, so that the decision can be made again.
    """

    citizen_id = models.BigIntegerField(_("居民"))
    colour = models.PositiveSmallIntegerField(_("颜色"), choices=ColourChoices)
    previous = models.PositiveSmallIntegerField(_("原颜色"), choices=ColourChoices)
    decision = models.JSONField(_("决定"))
    rules = models.CharField(_("规则版本"), max_length=60)
    facts = models.JSONField(_("所依据的证据"), default=list)
    joined = models.JSONField(_("所依据的名单与筛查"), default=list)
    decided_at = models.DateTimeField(_("决定时间"))

    class Meta:
        """Partitioned by month of `decided_at`; the table is made by a migration's SQL."""

        verbose_name = _("颜色变更")
        verbose_name_plural = _("颜色变更")
        ordering = ["-decided_at", "-id"]
        triggers = [Protect(name="colour_change_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """From which colour to which."""
        return f"{ColourChoices(self.previous).label} → {ColourChoices(self.colour).label}"
