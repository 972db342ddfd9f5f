"""What is agreed with others: the month's plan, stops, joint verification, needs, hand-overs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User

from .tasks import Task


class MonthPlanState(models.TextChoices):
    DRAFT = "draft", _("编制中")
    SENT = "sent", _("待排污单位确认")
    ANSWERED = "answered", _("排污单位要求改期")
    CONFIRMED = "confirmed", _("已确认")


class MonthPlan(models.Model):
    """A unit's tasks of one month at one discharger, as sent and confirmed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    discharger = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    month = models.DateField(_("月份"))  # its first day
    state = models.CharField(
        max_length=12, choices=MonthPlanState.choices, default=MonthPlanState.DRAFT)
    sent_at = models.BigIntegerField(null=True)
    sent_by = models.CharField(max_length=128, blank=True)
    confirmed_at = models.BigIntegerField(null=True)
    confirmed_by = models.CharField(_("确认人"), max_length=128, blank=True)
    scan = models.CharField(_("确认单扫描件"), max_length=64, blank=True)  # sha256
    note = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "discharger", "month"], name="one_plan_a_month"),
        ]
        ordering = ["-month", "discharger_id"]

    def __str__(self) -> str:
        return f"{self.discharger} {self.month:%Y-%m}"


class PlanLine(models.Model):
    """A task as it stood in the plan that was sent. ``wish`` is the day the discharger asks for;
    ``changed_why`` is written when the task's day changes after the confirmation."""

    plan = models.ForeignKey(MonthPlan, models.CASCADE, related_name="lines")
    task = models.ForeignKey(Task, models.PROTECT, related_name="plan_lines")
    day = models.DateField()
    wish = models.DateField(null=True, blank=True)
    wish_why = models.CharField(_("改期原因"), max_length=200, blank=True)
    settled = models.CharField(max_length=12, blank=True)  # "", accepted, refused
    changed_to = models.DateField(null=True, blank=True)
    changed_why = models.CharField(_("变更原因"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "task"], name="once_in_a_plan")]
        ordering = ["plan_id", "day", "task_id"]


class SourceStop(models.Model):
    """A planned or sudden stop of the source. A long one suspends the duties only from ``filed_on``
    (HJ 75-2017 12.1.2). ``restart_at`` brings CEMS start and calibration before the source."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="stops")
    since = models.DateTimeField(_("停运开始"))
    planned_until = models.DateTimeField(_("计划恢复"), null=True, blank=True)
    restart_at = models.DateTimeField(_("实际启运"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200)
    filed_on = models.DateField(_("报备日期"), null=True, blank=True)
    filing = models.CharField(_("报备文号"), max_length=128, blank=True)
    filing_scan = models.CharField(max_length=64, blank=True)  # sha256
    event = models.BigIntegerField(null=True, blank=True)  # telemetry.Event of the stop
    withdrawn_why = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        ordering = ["-since"]


class JointSlot(models.Model):
    """An appointment with plant and third party to verify or compare (比对/校验)."""

    task = models.OneToOneField(Task, models.PROTECT, related_name="joint")
    third_party = models.CharField(_("检测机构"), max_length=128)
    begins = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    agreed_plant = models.CharField(_("厂方确认人"), max_length=64, blank=True)
    agreed_third = models.CharField(_("检测机构确认人"), max_length=64, blank=True)
    load = models.FloatField(_("生产负荷（%）"), null=True, blank=True)
    load_by = models.CharField(_("负荷确认人"), max_length=64, blank=True)
    clock_ours = models.DateTimeField(_("数采仪时钟"), null=True, blank=True)
    clock_theirs = models.DateTimeField(_("检测仪器时钟"), null=True, blank=True)
    report = models.CharField(_("检测报告"), max_length=64, blank=True)  # sha256
    report_number = models.CharField(_("报告编号"), max_length=64, blank=True)
    passed = models.BooleanField(_("是否合格"), null=True, blank=True)

    class Meta:
        ordering = ["begins"]


class NeedKind(models.TextChoices):
    LADDER = "ladder", _("爬梯平台")
    POWER = "power", _("供电")
    AIR = "air", _("压缩空气")
    HOUSE = "house", _("站房")
    NETWORK = "network", _("网络")
    PORT = "port", _("采样孔")
    OTHER = "other", _("其他")


class NeedState(models.TextChoices):
    ASKED = "asked", _("待落实")
    DONE = "done", _("已落实")
    REFUSED = "refused", _("未落实")


class CustomerNeed(models.Model):
    """Something that the discharger must provide, asked for and followed up."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="needs")
    kind = models.CharField(_("类别"), max_length=12, choices=NeedKind.choices)
    text = models.CharField(_("内容"), max_length=400)
    asked_on = models.DateField(_("提出日期"))
    due = models.DateField(_("要求完成"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=NeedState.choices, default=NeedState.ASKED)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=400, blank=True)
    photos = models.JSONField(default=list, blank=True)  # sha256

    class Meta:
        ordering = ["-asked_on", "-id"]


class HandOverKind(models.TextChoices):
    ENGINEER = "engineer", _("人员交接")
    CONTRACT = "contract", _("合同交接")


class HandOver(models.Model):
    """From one engineer to another, or from one unit to the next. ``items`` is the list that both
    sign: [{part, what, ref, note}]; ``done_at`` is set by the act that reassigns everything."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=HandOverKind.choices)
    giver = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    taker = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    taking_unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    points = models.ManyToManyField(MonitoringPoint, related_name="+")
    day = models.DateField(_("交接日期"))
    items = models.JSONField(default=list)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    given = models.JSONField(null=True, blank=True)  # {name, at, sha256}
    taken = models.JSONField(null=True, blank=True)
    done_at = models.BigIntegerField(null=True)
    withdrawn_why = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        ordering = ["-day", "-id"]
