"""Evidence, rules and the colour that follows. Shape and constraints only."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from accounts.models import Citizen, User, new_ref
from healthcode.colours import Colour


class ColourChoices(models.IntegerChoices):
    """The colours with the words people read."""

    UNASSESSED = Colour.UNASSESSED.value, _("未评估")
    GREEN = Colour.GREEN.value, _("绿码")
    YELLOW = Colour.YELLOW.value, _("黄码")
    RED = Colour.RED.value, _("红码")


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
            models.Index(name="evidence_travel", fields=["id"], condition=Q(kind="travel")),
            models.Index(
                name="evidence_suspect",
                fields=["id"],
                condition=Q(kind="case")
                | Q(kind="test", details__result="positive", details__pool_size=1),
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


class RuleSet(models.Model):
    """Dated, scoped rules as they were loaded; the text is never changed, only superseded."""

    ruleset_id = models.CharField(_("规则编号"), max_length=40)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    scope = models.CharField(_("适用区划"), max_length=12, blank=True)
    valid_from = models.DateTimeField(_("生效"))
    valid_until = models.DateTimeField(_("失效"), null=True)
    body = models.TextField(_("规则文本"))
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        """Insert-only: a mended rule set is a new row with its own digest."""

        verbose_name = _("规则集")
        verbose_name_plural = _("规则集")
        triggers = [Protect(name="ruleset_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """The published name."""
        return self.ruleset_id

    @property
    def version(self) -> str:
        """Name and content in one word, as decisions quote it."""
        return f"{self.ruleset_id}@{self.digest[:12]}"


class Activation(models.Model):
    """From `at` on, a rule set decides for its scope; the latest activation of a scope counts."""

    ruleset = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("规则集"))
    at = models.DateTimeField(_("启用时间"))
    by = models.CharField(_("启用人"), max_length=80)

    class Meta:
        """Insert-only."""

        verbose_name = _("规则启用")
        verbose_name_plural = _("规则启用")
        triggers = [Protect(name="activation_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """The rule set that became active."""
        return str(self.ruleset)


class HealthStatus(models.Model):
    """The latest decision of a citizen: one row, written by `recolour` alone.

    `due_at` is the instant at which it must be decided again: the decision's own `review_at`,
    or earlier because facts changed.
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
    last_test_at = models.DateTimeField(_("最近采样"), null=True)
    last_negative_at = models.DateTimeField(_("最近阴性采样"), null=True)

    class Meta:
        """A trigger refuses a colour without its ColourChange at commit."""

        verbose_name = _("当前状态")
        verbose_name_plural = _("当前状态")
        indexes = [
            models.Index(name="status_due", fields=["due_at"], condition=Q(due_at__isnull=False))
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
