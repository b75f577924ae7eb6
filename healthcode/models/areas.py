"""Facts about regions that are joined to people's facts when they are read."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from accounts.models import User


class Tier(models.TextChoices):
    """Tiers of risk areas."""

    LOW = "low", _("低风险")
    MEDIUM = "medium", _("中风险")
    HIGH = "high", _("高风险")


class RiskArea(models.Model):
    """A region's listing with a tier; insert-only, the highest version of a listing counts."""

    listing = models.CharField(_("名单编号"), max_length=60)
    version = models.PositiveIntegerField(_("版本"), default=1)
    region = models.CharField(_("区划代码"), max_length=12)
    tier = models.CharField(_("风险等级"), max_length=6, choices=Tier)
    tier_from = models.DateTimeField(_("起"))
    tier_to = models.DateTimeField(_("止"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("入库时间"))

    class Meta:
        """One row per listing and version."""

        verbose_name = _("风险区")
        verbose_name_plural = _("风险区")
        constraints = [
            models.UniqueConstraint(name="risk_area_once", fields=["listing", "version"]),
            models.CheckConstraint(
                name="risk_area_ends_after_start",
                condition=Q(tier_to__isnull=True) | Q(tier_to__gt=F("tier_from")),
            ),
        ]
        indexes = [models.Index(name="risk_area_region", fields=["region"])]
        triggers = [Protect(name="risk_area_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """The listing."""
        return self.listing


class Campaign(models.Model):
    """A screening for everyone of a region; opened by two people, never for a list of people."""

    ref = models.CharField(_("编号"), max_length=40, unique=True)
    region = models.CharField(_("区划代码"), max_length=12)
    opens_at = models.DateTimeField(_("开始"))
    due_by = models.DateTimeField(_("应检截止"))
    closes_at = models.DateTimeField(_("结束"))
    opened_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("发起人"), related_name="campaigns_opened"
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("批准人"), related_name="campaigns_approved"
    )
    recorded_at = models.DateTimeField(_("入库时间"))

    class Meta:
        """Open, then due, then closed; two different people."""

        verbose_name = _("筛查")
        verbose_name_plural = _("筛查")
        constraints = [
            models.CheckConstraint(
                name="campaign_in_order",
                condition=Q(opens_at__lt=F("due_by")) & Q(due_by__lte=F("closes_at")),
            ),
            models.CheckConstraint(
                name="campaign_needs_two_people", condition=~Q(opened_by=F("approved_by"))
            ),
        ]
        indexes = [models.Index(name="campaign_region", fields=["region"])]

    def __str__(self) -> str:
        """The number."""
        return self.ref
