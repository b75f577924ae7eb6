"""Rule sets tried on the population, and the proposals to put them in force."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from healthcode.models.rules import Activation, RuleSet


class DryRun(models.Model):
    """Everybody of a region, or a sample, decided under old and new rules; nothing is changed.

    It is worked off in slices: `last_citizen` says how far, `tally` what was counted so far.
    `report` is written once, at the end.
    """

    ruleset = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("规则集"))
    region = models.CharField(_("区划"), max_length=12, blank=True)
    sample = models.PositiveIntegerField(_("抽样人数"), null=True)
    as_of = models.DateTimeField(_("决定时刻"))
    requested_by = models.CharField(_("发起人"), max_length=80)
    last_citizen = models.BigIntegerField(_("已到居民"), default=0)
    tally = models.JSONField(_("统计"), default=dict)
    report = models.JSONField(_("报告"), null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        """A report and its end belong together."""

        verbose_name = _("规则试算")
        verbose_name_plural = _("规则试算")
        constraints = [
            models.CheckConstraint(
                name="dry_run_ends_with_its_report",
                condition=Q(report__isnull=True, finished_at__isnull=True)
                | Q(report__isnull=False, finished_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """What was tried."""
        return f"{self.ruleset} #{self.pk}"


class Beyond(models.TextChoices):
    """What happens when more people would turn worse than the proposal allows."""

    REFUSE = "refuse", _("拒绝启用")
    THIRD = "third", _("需第三人批准")


class ProposalState(models.TextChoices):
    """A proposal is open until it is put in force or dropped."""

    OPEN = "open", _("待批准")
    ACTIVE = "active", _("已启用")
    DROPPED = "dropped", _("已放弃")


class Proposal(models.Model):
    """One person proposes to put a rule set in force; others, never the same, approve it.

    `worse_share` is what the dry run found; above `max_worse_share` the brake asks for a third
    person (`needs_third`) or the proposal is never made.
    """

    dry_run = models.ForeignKey(DryRun, models.PROTECT, verbose_name=_("规则试算"))
    region = models.CharField(_("启用区划"), max_length=12, blank=True)
    activate_at = models.DateTimeField(_("计划启用时间"), null=True)
    worse_share = models.FloatField(_("变差比例"))
    max_worse_share = models.FloatField(_("变差比例上限"), null=True)
    needs_third = models.BooleanField(_("需第三人"), default=False)
    state = models.CharField(_("状态"), max_length=7, choices=ProposalState, default="open")
    proposed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("提议人"), related_name="rules_proposed"
    )
    proposed_at = models.DateTimeField(_("提议时间"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("批准人"), null=True, related_name="rules_approved"
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    third_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("第三人"), null=True, related_name="rules_third"
    )
    third_at = models.DateTimeField(_("第三人批准时间"), null=True)
    activation = models.OneToOneField(
        Activation, models.PROTECT, verbose_name=_("规则启用"), null=True
    )

    class Meta:
        """Two different people, or three; no activation without them."""

        verbose_name = _("规则启用提议")
        verbose_name_plural = _("规则启用提议")
        permissions = [
            ("propose_rules", _("提议启用规则")),
            ("approve_rules", _("批准启用规则")),
        ]
        constraints = [
            models.CheckConstraint(
                name="proposal_needs_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="proposal_needs_a_third_person",
                condition=Q(third_by__isnull=True)
                | (~Q(third_by=F("proposed_by")) & ~Q(third_by=F("approved_by"))),
            ),
            models.CheckConstraint(
                name="proposal_limit_is_a_share",
                condition=Q(max_worse_share__isnull=True) | Q(max_worse_share__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="proposal_active_when_approved",
                condition=~Q(state="active")
                | (
                    Q(activation__isnull=False, approved_by__isnull=False)
                    & (Q(needs_third=False) | Q(third_by__isnull=False))
                ),
            ),
        ]

    def __str__(self) -> str:
        """What would be put in force."""
        return str(self.dry_run.ruleset)
