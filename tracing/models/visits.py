"""Stays of citizens in places. Partitioned by day, ids instead of foreign keys."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LeftBy(models.TextChoices):
    """How the end of a stay is known."""

    ASSUMED = "assumed", _("默认")
    SCAN = "scan", _("离场扫码")
    NEXT = "next", _("进入下一场所")
    PERSON = "person", _("本人更正")
    HAND = "hand", _("流调补录")
    TRIP = "trip", _("班次到达")


class VisitSource(models.TextChoices):
    """Who says that somebody came: a gate, the person alone, a carrier, or two officers."""

    SCAN = "scan", _("门口扫码")
    SELF = "self", _("自助登记")
    TRIP = "trip", _("行程")
    HAND = "hand", _("流调补录")


class Visit(models.Model):
    """A stay of a citizen in a place, on [entered_at, left_at).

    The primary key is the index of the first hop; the second index answers for one citizen.
    No foreign keys: partitions are dropped by the day, and a cluster can distribute the table.
    """

    pk = models.CompositePrimaryKey("place_id", "entered_at", "citizen_id")
    place_id = models.BigIntegerField(_("空间"))
    entered_at = models.DateTimeField(_("进入"))
    citizen_id = models.BigIntegerField(_("居民"))
    left_at = models.DateTimeField(_("离开"))
    left_by = models.CharField(_("离开依据"), max_length=8, choices=LeftBy)
    seat_row = models.PositiveSmallIntegerField(_("座位排"), null=True)
    source = models.CharField(
        _("来源"),
        max_length=4,
        choices=VisitSource,
        default=VisitSource.SCAN,
        db_default=VisitSource.SCAN,
    )

    class Meta:
        """The table is made by a migration's SQL: day partitions, covering indexes."""

        verbose_name = _("停留")
        verbose_name_plural = _("停留")
        constraints = [
            models.CheckConstraint(
                name="visit_ends_after_start", condition=Q(left_at__gt=F("entered_at"))
            )
        ]

    def __str__(self) -> str:
        """The place's number and the entry."""
        return f"{self.place_id} {self.entered_at:%Y-%m-%d %H:%M}"


class BoardedTrip(models.Model):
    """Which stay a travel evidence became, so that a correction can find and replace it."""

    evidence_id = models.BigIntegerField(primary_key=True)
    citizen_id = models.BigIntegerField(_("居民"))
    place_id = models.BigIntegerField(_("空间"), null=True)
    entered_at = models.DateTimeField(_("上车"), null=True)
    boarded_at = models.DateTimeField(_("处理时间"))
    cause = models.CharField(_("未登记原因"), max_length=40, blank=True)

    class Meta:
        """A trip without a carriage or vehicle is kept here with its cause and no stay."""

        verbose_name = _("行程登记")
        verbose_name_plural = _("行程登记")
        constraints = [
            models.CheckConstraint(
                name="boarded_trip_has_stay_or_cause",
                condition=(Q(place_id__isnull=False, entered_at__isnull=False, cause=""))
                | (Q(place_id__isnull=True, entered_at__isnull=True) & ~Q(cause="")),
            )
        ]
        indexes = [
            models.Index(
                name="boarded_trip_stay",
                fields=["place_id", "citizen_id"],
                condition=Q(place_id__isnull=False),
            ),
            models.Index(
                name="boarded_trip_waits", fields=["evidence_id"], condition=Q(cause="not_yet")
            ),
        ]

    def __str__(self) -> str:
        """The evidence's number."""
        return str(self.evidence_id)
