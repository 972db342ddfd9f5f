"""Supervision: plans that draw points, inspections with scores, what has to be put right. Instants
are epoch milliseconds, days China calendar days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User


class How(models.TextChoices):
    ON_SITE = "on_site", _("现场督查")
    REMOTE = "remote", _("远程督查")


class Settings(models.Model):
    """What a unit wants otherwise: shares of its points a month (%), days for an answer and for
    putting right, the score from which an inspection passes."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    on_site_percent = models.PositiveSmallIntegerField(_("现场督查比例（%）"), default=30)
    remote_percent = models.PositiveSmallIntegerField(_("远程督查比例（%）"), default=100)
    answer_days = models.PositiveSmallIntegerField(_("确认或申诉期限（天）"), default=3)
    rectify_days = models.PositiveSmallIntegerField(_("整改期限（天）"), default=7)
    pass_score = models.PositiveSmallIntegerField(_("合格分"), default=80)
    reason = models.CharField(_("依据"), max_length=200, blank=True)
    by = models.CharField(max_length=128, blank=True)


class Template(models.Model):
    """A unit's own list of checks; a change is a new version. ``items`` as in ``templates``."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("名称"), max_length=64)
    how = models.CharField(_("方式"), max_length=8, choices=How.choices)
    medium = models.CharField(max_length=8, blank=True)  # gas, water, "" for both
    items = models.JSONField()
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "code", "version"], name="one_template_a_version")]
        ordering = ["organisation_id", "code", "-version"]

    def __str__(self) -> str:
        return self.title


class Plan(models.Model):
    """The points that a unit inspects in a period, as they were drawn. ``salt`` is what the draw
    hashed with each point: with the list of points anybody can draw again. ``facts`` keeps what
    the draw knew: {candidates: {point: why or ""}, percent}."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    first = models.DateField(_("起"))
    last = models.DateField(_("止"))
    how = models.CharField(_("方式"), max_length=8, choices=How.choices)
    percent = models.PositiveSmallIntegerField(_("比例（%）"))
    salt = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "how", "first"], name="one_supervision_plan_a_period")]
        ordering = ["-first", "how", "-id"]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m} {self.get_how_display()}"


class State(models.TextChoices):
    PLANNED = "planned", _("待督查")
    DRAFT = "draft", _("督查中")
    SUBMITTED = "submitted", _("待确认")
    APPEALED = "appealed", _("申诉中")
    RECTIFYING = "rectifying", _("整改中")
    CLOSED = "closed", _("已完成")
    DROPPED = "dropped", _("已取消")


class Inspection(models.Model):
    """``template`` is the list as it was when the inspection began, ``answers`` {item: {mark,
    deduct, text, files}}. ``why`` of a planned one: why the point is in the plan. ``keeper``: who
    answers for the point. ``score`` of 100; ``passed`` is none while it is not submitted."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="inspections")
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="inspections")
    why = models.CharField(max_length=16, blank=True)  # key of ``drawing.WHYS``
    how = models.CharField(_("方式"), max_length=8, choices=How.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    inspector = models.ForeignKey(User, models.PROTECT, related_name="+")
    keeper = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due = models.DateField(_("应完成"))
    template = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    remark = models.CharField(_("总体评价"), max_length=400, blank=True)
    signature = models.JSONField(default=dict)
    score = models.FloatField(null=True)
    passed = models.BooleanField(null=True)
    begun_at = models.BigIntegerField(null=True)
    submitted_at = models.BigIntegerField(null=True)
    answer_due = models.BigIntegerField(null=True)
    answered_at = models.BigIntegerField(null=True)
    answered_by = models.CharField(max_length=128, blank=True)
    appeal = models.CharField(_("申诉理由"), max_length=400, blank=True)
    appeal_files = models.JSONField(default=list, blank=True)
    ruling = models.CharField(_("申诉裁定"), max_length=400, blank=True)
    ruled_by = models.CharField(max_length=128, blank=True)
    closed_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["plan", "point"], name="one_inspection_a_planned_point")]
        indexes = [
            models.Index(fields=["organisation", "state", "due"]),
            models.Index(fields=["point", "-submitted_at"]),
            models.Index(fields=["organisation", "-submitted_at"]),
        ]
        ordering = ["due", "id"]

    def __str__(self) -> str:
        return f"{self.point} {self.get_how_display()}"


class Grade(models.TextChoices):
    PRINCIPLE = "principle", _("原则问题")
    KEY = "key", _("重点问题")
    COMMON = "common", _("一般问题")


class RectifyState(models.TextChoices):
    OPEN = "open", _("待整改")
    DONE = "done", _("待初审")
    FIRST = "first", _("待终审")
    PASSED = "passed", _("整改合格")


class Rectification(models.Model):
    """A problem to be put right: done by its person, audited twice, by two others. ``again``: the
    same item was a problem at this point within a year."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="rectifications")
    item = models.CharField(max_length=32)
    grade = models.CharField(max_length=12, choices=Grade.choices)
    problem = models.CharField(max_length=400)
    deadline = models.DateField(_("整改期限"))
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=8, choices=RectifyState.choices, default=RectifyState.OPEN)
    again = models.BooleanField(default=False)
    text = models.CharField(_("整改情况"), max_length=400, blank=True)
    files = models.JSONField(default=list, blank=True)
    done_at = models.BigIntegerField(null=True)
    done_by = models.CharField(max_length=128, blank=True)
    first_by = models.CharField(max_length=128, blank=True)
    refused_why = models.CharField(max_length=400, blank=True)
    passed_at = models.BigIntegerField(null=True)
    passed_by = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["inspection", "item"], name="one_rectification_an_item")]
        indexes = [models.Index(fields=["state", "deadline"])]
        ordering = ["inspection_id", "id"]
