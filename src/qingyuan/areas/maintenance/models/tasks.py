"""Planned work: a task is one visit to a point, its sheets are the forms that are due there.

Days are China calendar days, instants epoch milliseconds.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.organisations.models import Organisation, User


class Trip(models.Model):
    """Several points over several days, one crew and vehicle."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=64)
    first = models.DateField(_("出发"))
    last = models.DateField(_("返回"))
    vehicle = models.CharField(_("车辆"), max_length=64, blank=True)
    overnight = models.CharField(_("住宿"), max_length=200, blank=True)
    loading = models.JSONField(_("装车清单"), default=list, blank=True)  # [{what, amount, done}]
    note = models.CharField(_("说明"), max_length=400, blank=True)
    closed = models.BooleanField(_("已结束"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="trip_returns_after_start"),
        ]
        ordering = ["-first", "name"]

    def __str__(self) -> str:
        return self.name


class TripMember(models.Model):
    trip = models.ForeignKey(Trip, models.CASCADE, related_name="crew")
    person = models.ForeignKey(User, models.PROTECT, related_name="trips")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trip", "person"], name="once_in_a_trip")]
        ordering = ["trip_id", "id"]


class TaskKind(models.TextChoices):
    ROUND = "round", _("巡检")
    RESTART = "restart", _("启运前")
    JOINT = "joint", _("比对校验")
    EXTRA = "extra", _("临时任务")


class TaskState(models.TextChoices):
    OPEN = "open", _("待领取")
    ASSIGNED = "assigned", _("待执行")
    UNDER_WAY = "under_way", _("进行中")
    DONE = "done", _("已完成")
    CANCEL_ASKED = "cancel_asked", _("申请取消")
    CANCELLED = "cancelled", _("已取消")
    WITHDRAWN = "withdrawn", _("已撤销")  # the contract ended, or nothing is due any more


class Task(models.Model):
    """A visit. ``opens``/``due`` bound the days on which it meets every sheet's window; ``day`` is
    the planned one. ``fixed`` once a person or a confirmed plan has set it: planning then leaves
    it where it is."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TaskKind.choices, default=TaskKind.ROUND)
    state = models.CharField(max_length=12, choices=TaskState.choices, default=TaskState.OPEN)
    day = models.DateField(_("计划日期"))
    opens = models.DateField(_("最早"))
    due = models.DateField(_("最迟"))
    due_at = models.BigIntegerField()  # first instant that is too late for its earliest sheet
    invalidates = models.BooleanField(default=False)  # lateness makes data invalid
    fixed = models.BooleanField(default=False)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="tasks")
    trip = models.ForeignKey(Trip, models.PROTECT, null=True, blank=True, related_name="tasks")
    title = models.CharField(_("内容"), max_length=128, blank=True)
    moved_from = models.DateField(null=True, blank=True)
    moved_why = models.CharField(_("改期原因"), max_length=200, blank=True)
    cancel_why = models.CharField(_("取消原因"), max_length=200, blank=True)
    state_before = models.CharField(max_length=12, blank=True)  # for a refused cancel
    rest_of = models.ForeignKey(  # the visit that left undone what is overdue here
        "self", models.SET_NULL, null=True, blank=True, related_name="rests")
    begun_at = models.BigIntegerField(null=True)
    done_at = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "state", "day"]),
            models.Index(fields=["point", "day"]),
            models.Index(fields=["person", "state", "day"]),
        ]
        ordering = ["day", "point_id", "id"]

    def __str__(self) -> str:
        return f"{self.point} {self.day}"


class TaskSheet(models.Model):
    """One form due for one system in a task, and the duties (keys) that it covers. ``left_why``:
    the visit ended without it, for that reason; its duties are due by their clocks again."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="sheets")
    system = models.ForeignKey(
        MonitoringSystem, models.PROTECT, null=True, blank=True, related_name="+")
    form = models.CharField(max_length=64)  # code of the form
    duties = models.JSONField(default=list)
    opens = models.DateField()
    due = models.DateField()
    due_at = models.BigIntegerField()
    done_at = models.BigIntegerField(null=True)  # real finish of the work, by the record
    done_by = models.CharField(max_length=120, blank=True)  # "record:12"
    left_why = models.CharField(_("未做的原因"), max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["system", "form"])]
        ordering = ["task_id", "system_id", "form"]

    @property
    def open(self) -> bool:
        """Still to be done at its visit."""
        return self.done_at is None and not self.left_why


class TaskHelper(models.Model):
    task = models.ForeignKey(Task, models.CASCADE, related_name="helpers")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="helps_once")]
        ordering = ["task_id", "id"]
