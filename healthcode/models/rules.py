"""Rule sets as loaded, when they became active, and how far that has spread."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update


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
    """From `at` on, a rule set decides in `region`, a part of its scope (empty: all of it).

    Of the rule sets with the narrowest scope around a person, the latest activation that covers
    them counts. `undoes` names the activation that a rollback took back.
    """

    ruleset = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("规则集"))
    region = models.CharField(_("启用区划"), max_length=12, blank=True)
    at = models.DateTimeField(_("启用时间"))
    by = models.CharField(_("启用人"), max_length=480)
    undoes = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("撤销的启用"), null=True, related_name="undone_by"
    )

    class Meta:
        """Insert-only."""

        verbose_name = _("规则启用")
        verbose_name_plural = _("规则启用")
        permissions = [("roll_back_rules", _("回退规则启用"))]
        triggers = [Protect(name="activation_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """The rule set that became active."""
        return str(self.ruleset)


class Spread(models.Model):
    """How far an activation has had people marked due; done when everybody in its region was."""

    activation = models.OneToOneField(Activation, models.CASCADE, primary_key=True)
    begins_at = models.DateTimeField(_("开始"))
    last_citizen = models.BigIntegerField(_("已到居民"), default=0)
    done_at = models.DateTimeField(_("完成"), null=True)

    class Meta:
        """Made with its activation; the sweep moves it on."""

        verbose_name = _("规则铺开")
        verbose_name_plural = _("规则铺开")
        indexes = [
            models.Index(
                name="spread_waiting",
                fields=["begins_at"],
                condition=models.Q(done_at__isnull=True),
            )
        ]
