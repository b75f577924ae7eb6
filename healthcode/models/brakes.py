"""The brake of recolouring: too many people turning worse at once, and nothing behind it."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Brake(models.Model):
    """Pulled when more people per minute turned worse than may, without a case or new rules.

    While it is on, such changes are held back: the people stay due. Two people clear it.
    """

    pulled_at = models.DateTimeField(_("触发时间"))
    worse = models.PositiveIntegerField(_("一分钟内变差人数"))
    first_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("第一人"), null=True, related_name="brakes_first"
    )
    first_at = models.DateTimeField(_("第一人确认时间"), null=True)
    cleared_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("第二人"), null=True, related_name="brakes_cleared"
    )
    cleared_at = models.DateTimeField(_("解除时间"), null=True)

    class Meta:
        """One is on at a time; nobody clears it alone."""

        verbose_name = _("赋码刹车")
        verbose_name_plural = _("赋码刹车")
        permissions = [("clear_brake", _("解除赋码刹车"))]
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(cleared_at__isnull=True), models.BooleanField()),
                name="brake_on_once",
                condition=Q(cleared_at__isnull=True),
            ),
            models.CheckConstraint(
                name="brake_needs_two_people",
                condition=Q(cleared_at__isnull=True)
                | (Q(first_by__isnull=False) & ~Q(cleared_by=F("first_by"))),
            ),
            models.CheckConstraint(
                name="brake_cleared_by_somebody",
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """When it was pulled."""
        return f"{self.pulled_at:%Y-%m-%d %H:%M}"


class WorseTally(models.Model):
    """How many people turned worse in one minute with nothing behind it."""

    minute = models.DateTimeField(_("分钟"), primary_key=True)
    worse = models.PositiveIntegerField(_("变差人数"))

    class Meta:
        """Kept for an hour: only the present minute is asked for."""

        verbose_name = _("变差计数")
        verbose_name_plural = _("变差计数")
