"""Statuses that a replay could not derive again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Dispute(models.Model):
    """A status or a recorded decision that its own facts and rules do not give.

    While one is open the citizen's code is shown grey: what cannot be derived is not trusted.
    """

    citizen_id = models.BigIntegerField(_("居民"))
    change_id = models.BigIntegerField(_("颜色变更"), null=True)
    found_at = models.DateTimeField(_("发现时间"))
    cleared_by = models.CharField(_("处理人"), max_length=80, blank=True)
    cleared_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        """One is open for a citizen at a time."""

        verbose_name = _("复算不符")
        verbose_name_plural = _("复算不符")
        permissions = [("clear_dispute", _("处理复算不符"))]
        constraints = [
            models.UniqueConstraint(
                name="dispute_open_once",
                fields=["citizen_id"],
                condition=Q(cleared_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        """The number."""
        return str(self.pk)


class ReplayRound(models.Model):
    """One round through everybody's status, each derived again; the last one shows how far."""

    begun_at = models.DateTimeField(_("开始"))
    last_citizen = models.BigIntegerField(_("已到居民"), default=0)
    looked_at = models.PositiveBigIntegerField(_("已复算"), default=0)
    disputed = models.PositiveIntegerField(_("不符"), default=0)
    finished_at = models.DateTimeField(_("完成"), null=True)

    class Meta:
        """One is unfinished at a time: workers take turns."""

        verbose_name = _("复算")
        verbose_name_plural = _("复算")

    def __str__(self) -> str:
        """When it began."""
        return f"{self.begun_at:%Y-%m-%d %H:%M}"
