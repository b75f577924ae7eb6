"""What people say in interviews: where they were, whom they met."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Citizen, User
from tracing.models.cases import Case


class MeetingSetting(models.TextChoices):
    """Where two people met, in the words of the rules."""

    HOUSEHOLD = "household", _("共同居住")
    ZONE = "zone", _("同一房间")
    CAR = "car", _("同车")
    OTHER = "other", _("其他")


class Statement(models.Model):
    """What somebody told an officer, and the document it stands in.

    Either a stay in a place or a meeting with a person. It counts once a second officer has
    approved it, and until it is withdrawn. `case` is the one whose tracing it was said in.
    What was not said of a meeting is None. The place is no foreign key: a cluster has none.
    """

    case = models.ForeignKey(
        Case, models.CASCADE, verbose_name=_("病例"), related_name="statements"
    )
    teller = models.ForeignKey(Citizen, models.PROTECT, verbose_name=_("陈述人"), related_name="+")
    place_id = models.BigIntegerField(_("空间"), null=True)
    met = models.ForeignKey(
        Citizen, models.PROTECT, verbose_name=_("接触的人"), null=True, related_name="+"
    )
    setting = models.CharField(_("情形"), max_length=12, choices=MeetingSetting, blank=True)
    first_at = models.DateTimeField(_("开始"))
    last_at = models.DateTimeField(_("结束"))
    distance_m = models.FloatField(_("距离（米）"), null=True)
    face_to_face = models.BooleanField(_("面对面"), null=True)
    physical = models.BooleanField(_("肢体接触"), null=True)
    masked = models.BooleanField(_("双方戴口罩"), null=True)
    document = models.CharField(_("依据文书号"), max_length=120)
    entered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("录入人"), related_name="statements_entered"
    )
    entered_at = models.DateTimeField(_("录入时间"))
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("复核人"),
        null=True,
        related_name="statements_approved",
    )
    approved_at = models.DateTimeField(_("复核时间"), null=True)
    withdrawn_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("撤回人"),
        null=True,
        related_name="statements_withdrawn",
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    class Meta:
        """A place or a person; nobody approves what they entered."""

        verbose_name = _("流调陈述")
        verbose_name_plural = _("流调陈述")
        permissions = [("approve_statement", _("复核流调陈述"))]
        constraints = [
            models.CheckConstraint(
                name="statement_of_a_place_or_a_person",
                condition=Q(place_id__isnull=False, met__isnull=True, setting="")
                | (Q(place_id__isnull=True, met__isnull=False) & ~Q(setting="")),
            ),
            models.CheckConstraint(
                name="statement_needs_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
            ),
            models.CheckConstraint(
                name="statement_ends_after_start", condition=Q(last_at__gt=F("first_at"))
            ),
            models.CheckConstraint(name="statement_of_two_people", condition=~Q(met=F("teller"))),
        ]
        indexes = [
            models.Index(
                name="statement_waits",
                fields=["id"],
                condition=Q(approved_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """The document."""
        return self.document
