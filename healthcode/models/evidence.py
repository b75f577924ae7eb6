"""Evidence: sources, items, retractions, drafts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from accounts.models import Citizen, User


class Source(models.Model):
    """Who may hand in evidence, of which kinds; its token is kept as a hash only."""

    name = models.SlugField(_("名称"), max_length=40, unique=True)
    kinds = models.JSONField(_("可报送类型"), default=list)
    token_hash = models.BinaryField(_("令牌哈希"), max_length=32, null=True, unique=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        """Sources without a token are internal."""

        verbose_name = _("数据来源")
        verbose_name_plural = _("数据来源")

    def __str__(self) -> str:
        """The name."""
        return self.name


class Evidence(models.Model):
    """A dated fact about one citizen. Insert-only; a correction is a higher version."""

    citizen = models.ForeignKey(Citizen, models.PROTECT, verbose_name=_("居民"))
    kind = models.CharField(_("类型"), max_length=20)
    occurred_at = models.DateTimeField(_("发生时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    reported_at = models.DateTimeField(_("来源报告时间"))
    recorded_at = models.DateTimeField(_("入库时间"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("来源"))
    source_ref = models.CharField(_("来源编号"), max_length=120)
    version = models.PositiveIntegerField(_("版本"), default=1)
    retracted = models.BooleanField(_("撤回"), default=False)
    details = models.JSONField(_("内容"), default=dict)
    digest = models.BinaryField(_("摘要"), max_length=32)

    class Meta:
        """The same thing said twice is stored once."""

        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        constraints = [
            models.UniqueConstraint(
                name="evidence_once_per_version", fields=["source", "source_ref", "version"]
            ),
            models.CheckConstraint(
                name="evidence_ends_not_before_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("occurred_at")),
            ),
            models.CheckConstraint(name="evidence_version_positive", condition=Q(version__gte=1)),
        ]
        indexes = [
            models.Index(name="evidence_citizen", fields=["citizen", "occurred_at"]),
            models.Index(
                name="evidence_correction",
                fields=["source", "source_ref", "version"],
                condition=Q(version__gt=1),
            ),
            models.Index(name="evidence_travel", fields=["id"], condition=Q(kind="travel")),
            models.Index(
                name="evidence_suspect",
                fields=["id"],
                condition=Q(kind="case") | Q(kind="test", details__result="positive"),
            ),
        ]
        triggers = [Protect(name="evidence_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """Kind and number."""
        return f"{self.kind}#{self.pk}"


class Retraction(models.Model):
    """Takes back all versions of one item up to a number; a later version counts again."""

    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("来源"))
    source_ref = models.CharField(_("来源编号"), max_length=120)
    up_to_version = models.PositiveIntegerField(_("截至版本"))
    by = models.CharField(_("撤回人"), max_length=80)
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("时间"))

    class Meta:
        """One retraction per item and version."""

        verbose_name = _("撤回")
        verbose_name_plural = _("撤回")
        constraints = [
            models.UniqueConstraint(
                name="retraction_once", fields=["source", "source_ref", "up_to_version"]
            )
        ]
        triggers = [Protect(name="retraction_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """The item taken back."""
        return self.source_ref


class EvidenceDraft(models.Model):
    """Evidence an officer has entered with a document, waiting for a second person."""

    citizen = models.ForeignKey(Citizen, models.CASCADE, verbose_name=_("居民"))
    kind = models.CharField(_("类型"), max_length=20)
    occurred_at = models.DateTimeField(_("发生时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    details = models.JSONField(_("内容"), default=dict, blank=True)
    document = models.CharField(_("依据文书号"), max_length=120)
    entered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("录入人"), related_name="drafts_entered"
    )
    entered_at = models.DateTimeField(_("录入时间"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("复核人"), null=True, related_name="drafts_approved"
    )
    approved_at = models.DateTimeField(_("复核时间"), null=True)

    class Meta:
        """Nobody approves what they entered."""

        verbose_name = _("人工录入证据")
        verbose_name_plural = _("人工录入证据")
        permissions = [("approve_evidence", _("复核人工录入证据"))]
        constraints = [
            models.CheckConstraint(
                name="draft_needs_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
            )
        ]

    def __str__(self) -> str:
        """Kind and document."""
        return f"{self.kind} {self.document}"
