"""Who people are, where they belong and what was done. Shape and constraints only."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update


def new_ref() -> str:
    """A random public name of 128 bits, so that nothing can be guessed or counted."""
    return secrets.token_hex(16)


def region_prefix(code: str) -> str:
    """What the codes of a region and of everything below it begin with.

    GB/T 2260 pads the codes of provinces and cities with pairs of zeros on the right.
    """
    while len(code) <= 6 and code.endswith("00"):
        code = code.removesuffix("00")
    return code


class UserManager(BaseUserManager["User"]):
    """Makes officers; citizens' users are made by signing in with a phone."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """Create a user; without a password none can ever match."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str, **fields: object) -> "User":
        """Create an administrator with every permission."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: an officer by password, a citizen by the phone in their hand."""

    username = models.CharField(_("用户名"), max_length=64, unique=True)
    phone_fingerprint = models.BinaryField(_("手机号指纹"), max_length=32, null=True, unique=True)
    phone_sealed = models.BinaryField(_("手机号（密封）"), null=True)
    phone_verified = models.BooleanField(_("手机号已验证"), default=False)
    is_staff = models.BooleanField(_("工作人员"), default=False)
    is_active = models.BooleanField(_("可登录"), default=True)
    date_joined = models.DateTimeField(_("创建时间"), auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        """A phone is either whole (fingerprint and sealed number) or absent."""

        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                name="user_phone_whole",
                condition=Q(phone_fingerprint__isnull=True, phone_sealed__isnull=True)
                | Q(phone_fingerprint__isnull=False, phone_sealed__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """The username: random for citizens."""
        return self.username


class RegionLevel(models.IntegerChoices):
    """The levels of GB/T 2260 and the statistical division codes below it."""

    CITY = 1, _("市")
    DISTRICT = 2, _("区")
    STREET = 3, _("街道")
    COMMUNITY = 4, _("社区")


class Region(models.Model):
    """City, district, street or community; the code holds its parents as prefixes."""

    code = models.CharField(_("代码"), max_length=12, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(_("级别"), choices=RegionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("上级"), null=True, related_name="children"
    )

    class Meta:
        """Six digits to the district, nine to the street, twelve to the community."""

        verbose_name = _("区划")
        verbose_name_plural = _("区划")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_digits", condition=Q(code__regex=r"^\d{6}(\d{3}){0,2}$")
            )
        ]

    def __str__(self) -> str:
        """The Chinese name."""
        return self.name


class DocumentType(models.TextChoices):
    """The documents a person can register with."""

    RESIDENT_ID = "resident_id", _("居民身份证")
    PASSPORT = "passport", _("护照")
    HK_MACAO_PERMIT = "hk_macao_permit", _("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident", _("外国人永久居留身份证")


class Citizen(models.Model):
    """A resident or visitor who has a code; identity is sealed and found by fingerprint.

    A citizen may exist before they register: evidence about a document makes one. A user
    holds a citizen only once the register's phone, document and name agree, or an officer
    at a desk has seen the document (`identity_confirmed_at`).
    """

    ref = models.CharField(_("编号"), max_length=32, unique=True, default=new_ref, editable=False)
    user = models.OneToOneField(User, models.SET_NULL, verbose_name=_("用户"), null=True)
    document_type = models.CharField(_("证件类型"), max_length=32, choices=DocumentType)
    document_fingerprint = models.BinaryField(_("证件指纹"), max_length=32)
    document_sealed = models.BinaryField(_("证件号码（密封）"))
    name_sealed = models.BinaryField(_("姓名（密封）"), null=True)
    phone_fingerprint = models.BinaryField(_("登记手机号指纹"), max_length=32, null=True)
    district = models.CharField(_("区"), max_length=6, blank=True)
    community = models.CharField(_("社区"), max_length=12, blank=True)
    created_at = models.DateTimeField(_("建档时间"), auto_now_add=True)
    identity_confirmed_at = models.DateTimeField(_("身份核验时间"), null=True)

    class Meta:
        """One citizen per document; nobody holds a code unconfirmed."""

        verbose_name = _("居民")
        verbose_name_plural = _("居民")
        permissions = [
            ("reveal_citizen", _("查看居民身份")),
            ("confirm_identity", _("核验居民身份")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="citizen_once_per_document", fields=["document_type", "document_fingerprint"]
            ),
            models.CheckConstraint(
                name="citizen_held_only_when_confirmed",
                condition=Q(user__isnull=True) | Q(identity_confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="citizen_district", fields=["district", "id"]),
            models.Index(name="citizen_community", fields=["community", "id"]),
            models.Index(name="citizen_phone", fields=["phone_fingerprint"]),
        ]

    def __str__(self) -> str:
        """The public name; identity is sealed."""
        return self.ref


class Claim(models.Model):
    """A signed-in person's word about who they are, waiting for a desk to see the document."""

    user = models.OneToOneField(User, models.CASCADE, verbose_name=_("用户"))
    citizen = models.ForeignKey(Citizen, models.CASCADE, verbose_name=_("居民"))
    name_sealed = models.BinaryField(_("自报姓名（密封）"))
    made_at = models.DateTimeField(_("提交时间"))

    class Meta:
        """A user has at most one open claim."""

        verbose_name = _("身份申报")
        verbose_name_plural = _("身份申报")

    def __str__(self) -> str:
        """The citizen claimed."""
        return str(self.citizen)


class MembershipKind(models.TextChoices):
    """Groups of people who share rooms every day."""

    HOUSEHOLD = "household", _("家庭")
    CLASS = "class", _("班级")
    DORMITORY = "dormitory", _("宿舍")


class Membership(models.Model):
    """A citizen belongs to a household, class or dormitory from a day until a day."""

    citizen = models.ForeignKey(Citizen, models.CASCADE, verbose_name=_("居民"))
    kind = models.CharField(_("类型"), max_length=12, choices=MembershipKind)
    group = models.BigIntegerField(_("组"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"), null=True)

    class Meta:
        """Found from either side: who is in a group, which groups a citizen is in."""

        verbose_name = _("归属")
        verbose_name_plural = _("归属")
        constraints = [
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            )
        ]
        indexes = [
            models.Index(name="membership_group", fields=["kind", "group", "citizen"]),
            models.Index(name="membership_citizen", fields=["citizen", "kind", "group"]),
        ]

    def __str__(self) -> str:
        """Kind and group."""
        return f"{self.kind}:{self.group}"


class AuditEvent(models.Model):
    """A deed by somebody: written in the deed's own transaction, never changed or deleted.

    Text only and no foreign keys, so that the record outlives what it speaks of.
    """

    at = models.DateTimeField(_("时间"))
    actor = models.CharField(_("操作人"), max_length=80)
    action = models.CharField(_("操作"), max_length=60)
    target = models.CharField(_("对象"), max_length=120)
    details = models.JSONField(_("详情"), default=dict)

    class Meta:
        """Partitioned by month of `at`; the table is made by a migration's SQL."""

        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-at", "-id"]
        triggers = [Protect(name="audit_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """What was done to what."""
        return f"{self.action} {self.target}"


class AccessEvent(models.Model):
    """Somebody saw a citizen's identity or data, for a stated purpose; the citizen sees this."""

    at = models.DateTimeField(_("时间"))
    citizen_id = models.BigIntegerField(_("居民"))
    actor = models.CharField(_("查看人"), max_length=80)
    purpose = models.CharField(_("目的"), max_length=200)
    what = models.CharField(_("内容"), max_length=60)

    class Meta:
        """Partitioned by month of `at`; the table is made by a migration's SQL."""

        verbose_name = _("查看记录")
        verbose_name_plural = _("查看记录")
        ordering = ["-at", "-id"]
        triggers = [Protect(name="access_append_only", operation=Update | Delete)]

    def __str__(self) -> str:
        """Who saw what."""
        return f"{self.actor} {self.what}"
