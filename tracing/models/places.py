"""Venues, their zones, and the places in which people can infect each other."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import new_ref


class VenueKind(models.TextChoices):
    """Kinds of venues; citizens read the kind, never the exact shop."""

    RESTAURANT = "restaurant", _("餐饮场所")
    SHOP = "shop", _("商店")
    MARKET = "market", _("集贸市场")
    MALL = "mall", _("商场")
    OFFICE = "office", _("办公场所")
    FACTORY = "factory", _("工厂")
    SCHOOL = "school", _("学校")
    HOSPITAL = "hospital", _("医疗机构")
    LEISURE = "leisure", _("文化娱乐场所")
    METRO = "metro", _("地铁站")
    STATION = "station", _("车站机场")
    OTHER = "other", _("其他场所")


class ZoneKind(models.TextChoices):
    """Room-sized parts of a venue."""

    ROOM = "room", _("房间")
    HALL = "hall", _("大厅")
    DINING = "dining", _("用餐区")
    OPEN_AIR = "open_air", _("室外")
    ENTRANCE = "entrance", _("出入口")


class Ventilation(models.TextChoices):
    """What the operator knows of a zone's air; empty: nothing."""

    GOOD = "good", _("通风良好")
    POOR = "poor", _("通风不良")


class Venue(models.Model):
    """A place of business or service with staff and devices."""

    ref = models.CharField(_("编号"), max_length=32, unique=True, default=new_ref, editable=False)
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=12, choices=VenueKind)
    district = models.CharField(_("区"), max_length=6)
    community = models.CharField(_("社区"), max_length=12, blank=True)
    negative_within_hours = models.PositiveSmallIntegerField(
        _("要求几小时内阴性"), null=True, blank=True
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        """Found by district."""

        verbose_name = _("场所")
        verbose_name_plural = _("场所")
        indexes = [models.Index(name="venue_district", fields=["district", "id"])]

    def __str__(self) -> str:
        """The name."""
        return self.name


class Zone(models.Model):
    """A room-sized part of a venue.

    Its poster carries a random id that is known on paper only; here is the id's hash.
    """

    venue = models.ForeignKey(Venue, models.CASCADE, verbose_name=_("场所"), related_name="zones")
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=12, choices=ZoneKind, default=ZoneKind.ROOM)
    close_quarters = models.BooleanField(_("近距离密闭"), default=False)
    ventilation = models.CharField(_("通风"), max_length=4, choices=Ventilation, blank=True)
    poster_hash = models.BinaryField(_("海报编号哈希"), max_length=32, null=True, unique=True)
    poster_at = models.DateTimeField(_("海报打印时间"), null=True)

    class Meta:
        """A name is used once in a venue; a poster has a day on which it was made."""

        verbose_name = _("区域")
        verbose_name_plural = _("区域")
        constraints = [
            models.UniqueConstraint(name="zone_name_once_per_venue", fields=["venue", "name"]),
            models.CheckConstraint(
                name="zone_poster_has_its_day",
                condition=Q(poster_hash__isnull=True, poster_at__isnull=True)
                | Q(poster_hash__isnull=False, poster_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Venue and zone."""
        return f"{self.venue} · {self.name}"


class Place(models.Model):
    """A space in which people can infect each other: a zone, or a carriage or cabin on one run.

    `vehicle` is empty for a zone. `closed_space` None: nobody knows.
    """

    zone = models.OneToOneField(Zone, models.PROTECT, verbose_name=_("区域"), null=True)
    vehicle = models.CharField(_("交通工具"), max_length=20, blank=True)
    service = models.CharField(_("班次"), max_length=40, blank=True)
    departs_at = models.DateTimeField(_("发车时间"), null=True)
    carriage = models.CharField(_("车厢"), max_length=20, blank=True)
    district = models.CharField(_("区"), max_length=6, blank=True)
    close_quarters = models.BooleanField(_("近距离密闭"), default=False)
    closed_space = models.BooleanField(_("封闭空间"), null=True)
    assumed_stay = models.DurationField(_("默认停留"))
    max_stay = models.DurationField(_("最长停留"))

    class Meta:
        """Either a zone or a part of one run."""

        verbose_name = _("空间")
        verbose_name_plural = _("空间")
        constraints = [
            models.CheckConstraint(
                name="place_zone_or_run",
                condition=Q(zone__isnull=False, vehicle="", service="", departs_at__isnull=True)
                | (Q(zone__isnull=True, departs_at__isnull=False) & ~Q(vehicle="")),
            ),
            models.UniqueConstraint(
                name="place_once_per_run",
                fields=["vehicle", "service", "departs_at", "carriage"],
                condition=Q(zone__isnull=True),
            ),
            models.CheckConstraint(
                name="place_stay_within_max", condition=Q(assumed_stay__lte=F("max_stay"))
            ),
        ]

    def __str__(self) -> str:
        """The zone, or the run and its part."""
        return str(self.zone) if self.zone_id else f"{self.service} {self.carriage}".strip()
