"""Passes that outlive a minute, the phone they are for, and the lists that withdraw them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Citizen, User


class Phone(models.Model):
    """The one browser to which a citizen's bound passes go: the session that was bound last."""

    citizen = models.OneToOneField(
        Citizen, models.CASCADE, verbose_name=_("居民"), primary_key=True, related_name="phone"
    )
    session_digest = models.BinaryField(_("会话哈希"), max_length=32)
    bound_at = models.DateTimeField(_("绑定时间"))

    class Meta:
        """The digest is of the session's key: whoever reads it cannot sign in with it."""

        verbose_name = _("手机")
        verbose_name_plural = _("手机")

    def __str__(self) -> str:
        """The citizen's number."""
        return str(self.citizen_id)


class WithdrawnList(models.Model):
    """A list of slots of which one bit each is published; for passes that expire on one day.

    At most 4,096 numbers fit into a slot, so they are used again, in turn. `token` is the list
    as it was signed last.
    """

    number = models.PositiveSmallIntegerField(_("序号"), primary_key=True)
    expires_on = models.DateField(_("到期日"))
    opened_at = models.DateTimeField(_("启用时间"))
    closed_at = models.DateTimeField(_("停止分配时间"), null=True)
    token = models.BinaryField(_("已签名清单"), null=True)
    built_at = models.DateTimeField(_("签名时间"), null=True)

    class Meta:
        """Passes are given slots of the open lists of their day."""

        verbose_name = _("作废清单")
        verbose_name_plural = _("作废清单")
        constraints = [
            models.CheckConstraint(name="withdrawn_list_number", condition=Q(number__lt=4096))
        ]
        indexes = [models.Index(name="withdrawn_list_day", fields=["expires_on"])]

    def __str__(self) -> str:
        """The number."""
        return str(self.number)


class BoundPass(models.Model):
    """A pass bound to a phone's key: whose it is, its slot, and whether it was withdrawn.

    The key itself and what the pass says are in the pass alone. Partitioned by `expires_on`,
    the local day of `expires_at`, on which a slot is given once.
    """

    pk = models.CompositePrimaryKey("expires_on", "pass_id")
    expires_on = models.DateField(_("到期日"))
    pass_id = models.BinaryField(_("码编号"), max_length=16)
    citizen_id = models.BigIntegerField(_("居民"))
    slot = models.BigIntegerField(_("清单位置"))
    issued_at = models.DateTimeField(_("签发时间"))
    expires_at = models.DateTimeField(_("有效至"))
    withdrawn_at = models.DateTimeField(_("作废时间"), null=True)

    class Meta:
        """The table is made by a migration's SQL: day partitions, a slot once a day."""

        verbose_name = _("手机码")
        verbose_name_plural = _("手机码")

    def __str__(self) -> str:
        """The slot."""
        return str(self.slot)


class PaperPass(models.Model):
    """A printed pass without a colour; a citizen has one that counts."""

    pass_id = models.BinaryField(_("码编号"), max_length=16, primary_key=True)
    citizen = models.ForeignKey(Citizen, models.CASCADE, verbose_name=_("居民"))
    issued_at = models.DateTimeField(_("签发时间"))
    expires_at = models.DateTimeField(_("有效至"))
    ended_at = models.DateTimeField(_("提前停用时间"), null=True)
    issued_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("签发人"))

    class Meta:
        """Printing another, or binding a phone, ends the one before."""

        verbose_name = _("纸质码")
        verbose_name_plural = _("纸质码")
        permissions = [("issue_paper", _("签发纸质码"))]
        constraints = [
            models.UniqueConstraint(
                name="paper_pass_one_counts", fields=["citizen"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="paper_pass_ends_after_start", condition=Q(expires_at__gt=F("issued_at"))
            ),
        ]

    def __str__(self) -> str:
        """The citizen's number."""
        return str(self.citizen_id)
