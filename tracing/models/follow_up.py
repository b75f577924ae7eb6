"""The work that contacts make, and who holds back a trace or looks at a venue."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Citizen, User
from tracing.models.cases import Case, Contact
from tracing.models.places import Venue


class TaskKind(models.TextChoices):
    """What is owed to a contact: a call, a test on a day of the rules, a place to stay."""

    CALL = "call", _("电话流调")
    TEST = "test", _("安排采样")
    PLACE = "place", _("落实隔离")


class TaskState(models.TextChoices):
    """A task that follows no longer is gone, or closed if somebody has worked on it."""

    OPEN = "open", _("待办")
    DONE = "done", _("已完成")
    CLOSED = "closed", _("已取消")


class TaskOutcome(models.TextChoices):
    """What came of a task."""

    REACHED = "reached", _("已联系到")
    UNREACHED = "unreached", _("未联系到")
    REFUSED = "refused", _("拒绝")
    ARRANGED = "arranged", _("已安排")
    ELSEWHERE = "elsewhere", _("已转其他辖区")
    ERROR = "error", _("信息有误")


class ContactTask(models.Model):
    """Something that the street or community of a contact must do by an instant.

    Where it belongs is written on the row, so that a worklist needs no joins. `wanted`: the
    place of an isolation. `contact` None: the contact is gone, and somebody had worked on this.
    """

    case = models.ForeignKey(Case, models.CASCADE, verbose_name=_("病例"), related_name="tasks")
    contact = models.ForeignKey(
        Contact, models.SET_NULL, verbose_name=_("接触者"), null=True, related_name="tasks"
    )
    citizen = models.ForeignKey(Citizen, models.PROTECT, verbose_name=_("居民"))
    kind = models.CharField(_("任务"), max_length=6, choices=TaskKind)
    wanted = models.CharField(_("要求"), max_length=20, blank=True)
    starts_at = models.DateTimeField(_("可开始时间"))
    due_at = models.DateTimeField(_("截止时间"))
    district = models.CharField(_("区"), max_length=6, blank=True)
    street = models.CharField(_("街道"), max_length=9, blank=True)
    community = models.CharField(_("社区"), max_length=12, blank=True)
    state = models.CharField(_("状态"), max_length=6, choices=TaskState, default=TaskState.OPEN)
    made_at = models.DateTimeField(_("产生时间"))
    assignee = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("负责人"), null=True, related_name="tasks_taken"
    )
    tries = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    outcome = models.CharField(_("结果"), max_length=10, choices=TaskOutcome, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("完成人"), null=True, related_name="tasks_done"
    )
    done_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        """Worklists by due time, of a district, a street or a community."""

        verbose_name = _("接触者任务")
        verbose_name_plural = _("接触者任务")
        permissions = [("work_contacttask", _("处理接触者任务"))]
        constraints = [
            models.UniqueConstraint(
                name="task_once_per_contact", fields=["contact", "kind", "wanted", "due_at"]
            ),
            models.CheckConstraint(
                name="task_done_by_somebody",
                condition=~Q(state="done")
                | (Q(done_by__isnull=False, done_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(name="task_due", fields=["due_at", "id"], condition=Q(state="open")),
            models.Index(
                name="task_due_district",
                fields=["district", "due_at", "id"],
                condition=Q(state="open"),
            ),
            models.Index(
                name="task_due_street", fields=["street", "due_at", "id"], condition=Q(state="open")
            ),
            models.Index(
                name="task_due_community",
                fields=["community", "due_at", "id"],
                condition=Q(state="open"),
            ),
            models.Index(name="task_citizen", fields=["citizen", "kind"]),
        ]

    def __str__(self) -> str:
        """What and until when."""
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class TraceBrake(models.Model):
    """A trace that would reach more people than it may: nothing of it is written.

    Two people look and let it pass, up to as many as they saw. `lifted_at`: it ended by
    itself, since the case was withdrawn or finds fewer by now.
    """

    case = models.ForeignKey(Case, models.CASCADE, verbose_name=_("病例"), related_name="brakes")
    pulled_at = models.DateTimeField(_("触发时间"))
    reached = models.PositiveIntegerField(_("将受影响人数"))
    limit = models.PositiveIntegerField(_("上限"))
    first_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("第一人"), null=True, related_name="traces_looked_at"
    )
    first_at = models.DateTimeField(_("第一人确认时间"), null=True)
    cleared_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("第二人"), null=True, related_name="traces_cleared"
    )
    cleared_at = models.DateTimeField(_("放行时间"), null=True)
    lifted_at = models.DateTimeField(_("自行解除时间"), null=True)

    class Meta:
        """One at a time for a case; nobody clears it alone."""

        verbose_name = _("追踪刹车")
        verbose_name_plural = _("追踪刹车")
        permissions = [("clear_tracebrake", _("放行超限追踪"))]
        constraints = [
            models.UniqueConstraint(
                name="trace_brake_on_once",
                fields=["case"],
                condition=Q(cleared_at__isnull=True, lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="trace_brake_needs_two_people",
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | (
                    Q(cleared_at__isnull=False, first_by__isnull=False, cleared_by__isnull=False)
                    & ~Q(cleared_by=F("first_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        """How many it would reach."""
        return f"{self.case} {self.reached}"


class ReviewOutcome(models.TextChoices):
    """What somebody did about a venue that links cases."""

    NOTHING = "nothing", _("未见关联")
    VISITED = "visited", _("已现场核查")
    CLEANED = "cleaned", _("已消毒")
    LISTED = "listed", _("已列风险点位")


class VenueReview(models.Model):
    """A venue that several cases visited within days: somebody looks at it."""

    venue = models.ForeignKey(Venue, models.CASCADE, verbose_name=_("场所"), related_name="reviews")
    district = models.CharField(_("区"), max_length=6)
    cases = models.PositiveIntegerField(_("病例数"))
    first_at = models.DateTimeField(_("最早停留"))
    last_at = models.DateTimeField(_("最晚停留"))
    proposed_at = models.DateTimeField(_("提出时间"))
    outcome = models.CharField(_("处置"), max_length=10, choices=ReviewOutcome, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("处置人"), null=True)
    closed_at = models.DateTimeField(_("处置时间"), null=True)

    class Meta:
        """One open review of a venue at a time."""

        verbose_name = _("关联场所")
        verbose_name_plural = _("关联场所")
        permissions = [("close_venuereview", _("处置关联场所"))]
        constraints = [
            models.UniqueConstraint(
                name="venue_review_open_once",
                fields=["venue"],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="venue_review_closed_by_somebody",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        """The venue's number and how many cases."""
        return f"{self.venue_id} {self.cases}"
