"""Enrolled devices and every attempt at a gate."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tracing.models.places import Venue, Zone


class Direction(models.TextChoices):
    """Which way a gate is passed."""

    ENTRY = "entry", _("进")
    EXIT = "exit", _("出")


class Device(models.Model):
    """An enrolled scanner or gate. One-time enrolment token, then a device token; both hashed.

    `store` names the browser's database in which scans wait, and `waiting` how many did when the
    device was last heard: if another store answers, so many scans may be missing.
    """

    venue = models.ForeignKey(Venue, models.PROTECT, verbose_name=_("场所"))
    zone = models.ForeignKey(Zone, models.PROTECT, verbose_name=_("区域"))
    name = models.CharField(_("名称"), max_length=60)
    direction = models.CharField(_("方向"), max_length=5, choices=Direction, default="entry")
    attended = models.BooleanField(_("有人值守"), default=True)
    enrol_hash = models.BinaryField(_("登记令牌哈希"), max_length=32, null=True, unique=True)
    enrol_until = models.DateTimeField(_("登记令牌有效至"), null=True)
    token_hash = models.BinaryField(_("设备令牌哈希"), max_length=32, null=True, unique=True)
    enrolled_at = models.DateTimeField(_("登记时间"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)
    store = models.UUIDField(_("本机存储编号"), null=True)
    waiting = models.PositiveIntegerField(_("待上传"), default=0)
    heard_at = models.DateTimeField(_("最近联网"), null=True)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("创建人"))
    created_at = models.DateTimeField(_("创建时间"))

    class Meta:
        """An enrolled device has a token; an enrolment token has an end."""

        verbose_name = _("设备")
        verbose_name_plural = _("设备")
        permissions = [("enrol_device", _("登记与停用设备"))]
        constraints = [
            models.CheckConstraint(
                name="device_token_when_enrolled",
                condition=Q(enrolled_at__isnull=True, token_hash__isnull=True)
                | Q(enrolled_at__isnull=False, token_hash__isnull=False),
            ),
            models.CheckConstraint(
                name="device_enrolment_ends",
                condition=Q(enrol_hash__isnull=True) | Q(enrol_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Venue and name."""
        return f"{self.venue} {self.name}"


class Scan(models.Model):
    """Every attempt at a gate, refused ones too.

    `scan_id` is a UUIDv7 made by the device whose time is `scanned_at`; the table is partitioned
    by it. `admitted` is what happened at the door: null while staff have not said; `compared`,
    that they held a document against the name. The scanned text is verified on arrival and not
    kept; `digest` tells a repeat from a conflict.
    """

    scan_id = models.UUIDField(_("扫码编号"), primary_key=True)
    device_id = models.BigIntegerField(_("设备"))
    venue_id = models.BigIntegerField(_("场所"))
    citizen_id = models.BigIntegerField(_("居民"), null=True)
    pass_id = models.BinaryField(_("码编号"), max_length=16, null=True)
    direction = models.CharField(_("方向"), max_length=5, choices=Direction)
    scanned_at = models.DateTimeField(_("扫码时间"))
    received_at = models.DateTimeField(_("收到时间"))
    outcome = models.CharField(_("结论"), max_length=5)
    reason = models.CharField(_("原因"), max_length=16)
    device_outcome = models.CharField(_("设备结论"), max_length=5, blank=True)
    device_reason = models.CharField(_("设备原因"), max_length=16, blank=True)
    admitted = models.BooleanField(_("已放行"), null=True)
    compared = models.BooleanField(_("已核对证件"), default=False)
    digest = models.BinaryField(_("摘要"), max_length=32)

    class Meta:
        """The table is made by a migration's SQL: day partitions by the id's own time."""

        verbose_name = _("扫码")
        verbose_name_plural = _("扫码")
        ordering = ["-scan_id"]

    def __str__(self) -> str:
        """The id."""
        return str(self.scan_id)


class Alarm(models.Model):
    """Something an officer of a district must look at."""

    kind = models.CharField(_("类型"), max_length=40)
    district = models.CharField(_("区"), max_length=6, blank=True)
    target = models.CharField(_("对象"), max_length=120)
    raised_at = models.DateTimeField(_("产生时间"))
    cleared_at = models.DateTimeField(_("处理时间"), null=True)
    cleared_by = models.CharField(_("处理人"), max_length=80, blank=True)

    class Meta:
        """The same alarm is open once."""

        verbose_name = _("告警")
        verbose_name_plural = _("告警")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                name="alarm_open_once",
                fields=["kind", "target"],
                condition=Q(cleared_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        """Kind and target."""
        return f"{self.kind} {self.target}"
