"""Work orders: the unplanned job, its clocks, pauses, entries and letters.

Instants are epoch milliseconds.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.organisations.models import Organisation, User


class OrderKind(models.TextChoices):
    REPAIR = "repair", _("故障维修")
    CHECK = "check", _("核查不合格")
    DATA = "data", _("数据异常")
    CUSTOMER = "customer", _("排污单位报修")
    CHANGE = "change", _("更换改造")
    OTHER = "other", _("其他")


class OrderSource(models.TextChoices):
    HAND = "hand", _("手工登记")
    FINDING = "finding", _("报警与发现")
    RECORD = "record", _("运维记录")
    DISCHARGER = "discharger", _("排污单位")


class OrderState(models.TextChoices):
    OPEN = "open", _("待响应")
    ACCEPTED = "accepted", _("已响应")
    ON_SITE = "on_site", _("现场处理")
    REPAIRED = "repaired", _("待恢复确认")
    CLOSED = "closed", _("已办结")
    CANCELLED = "cancelled", _("已取消")


class WorkOrder(models.Model):
    """``traits`` are words that choose the clocks: gas, water, easy, logger, force_majeure,
    failed_check, stopped (data not coming), … (``orders/clocks.py``)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(_("工单号"), max_length=24)
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="orders")
    system = models.ForeignKey(
        MonitoringSystem, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=OrderKind.choices)
    source = models.CharField(max_length=12, choices=OrderSource.choices, default=OrderSource.HAND)
    source_ref = models.CharField(max_length=120, blank=True)  # "record:12", "finding:3"
    state = models.CharField(max_length=12, choices=OrderState.choices, default=OrderState.OPEN)
    symptom = models.CharField(_("故障现象"), max_length=400)
    cause = models.CharField(_("原因"), max_length=400, blank=True)
    handling = models.CharField(_("处理情况"), max_length=800, blank=True)
    traits = models.JSONField(default=list)
    urgent = models.BooleanField(_("紧急"), default=False)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="orders")
    found_at = models.BigIntegerField(_("发现时间"))
    accepted_at = models.BigIntegerField(null=True)
    arrived_at = models.BigIntegerField(null=True)
    repaired_at = models.BigIntegerField(null=True)
    restored_at = models.BigIntegerField(null=True)
    reported_at = models.BigIntegerField(null=True)
    closed_at = models.BigIntegerField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_order_a_number"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"]),
            models.Index(fields=["point", "found_at"]),
        ]
        ordering = ["-found_at", "-id"]

    def __str__(self) -> str:
        return self.number


class OrderHelper(models.Model):
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="helpers")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "person"], name="helps_order_once")]


class ClockState(models.TextChoices):
    RUNNING = "running", _("计时中")
    PAUSED = "paused", _("暂停")
    MET = "met", _("按时")
    LATE = "late", _("超时完成")
    CANCELLED = "cancelled", _("不适用")


class OrderClock(models.Model):
    """One time limit of an order. ``code`` names the kind of clock (``orders/clocks.py``),
    ``provision`` the book's figure, "" for the company's own; ``calendar`` is "" for plain hours or
    names the calendar of working days. ``due_at`` already holds what was paused."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="clocks")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=64)
    provision = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200)
    status = models.CharField(max_length=12, blank=True)
    amount = models.FloatField()
    unit = models.CharField(max_length=16)
    calendar = models.CharField(max_length=64, blank=True)
    provisional = models.BooleanField(default=False)
    since = models.BigIntegerField()
    due_at = models.BigIntegerField()
    met_at = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=12, choices=ClockState.choices, default=ClockState.RUNNING)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "code", "since"], name="one_clock_a_start"),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]
        ordering = ["order_id", "due_at", "id"]


class OrderPause(models.Model):
    """From ``since`` to ``until`` the order's pausable clocks stand still, for a reason."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="pauses")
    since = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    reason = models.CharField(_("暂停原因"), max_length=200)
    by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["order_id", "since"]


class OrderEntry(models.Model):
    """A line of the order's log: who did or said what, with attachments (sha256)."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="entries")
    at = models.BigIntegerField()
    who = models.CharField(max_length=128)
    verb = models.CharField(max_length=24)
    text = models.CharField(max_length=800, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["order_id", "at", "id"]


class LetterKind(models.TextChoices):
    FAULT = "fault", _("故障报告")
    STOP = "stop", _("停运（拆除）申请")
    RESTART = "restart", _("恢复运行报告")
    REPLACEMENT = "replacement", _("设备更换报告")
    FORCE_MAJEURE = "force_majeure", _("不可抗力报告")


class LetterState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SENT = "sent", _("已发出")
    RECEIVED = "received", _("已回执")
    AGREED = "agreed", _("已同意")
    REFUSED = "refused", _("不同意")
    SILENT = "silent", _("逾期未答复视为同意")


class Letter(models.Model):
    """A letter to the authority, drafted from an order or a stop; ``scan`` is the stamped one."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="letters")
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="letters")
    kind = models.CharField(max_length=16, choices=LetterKind.choices)
    state = models.CharField(
        max_length=12, choices=LetterState.choices, default=LetterState.DRAFT)
    number = models.CharField(_("文号"), max_length=64, blank=True)
    to = models.CharField(_("报送单位"), max_length=128)
    subject = models.CharField(_("标题"), max_length=128)
    body = models.TextField(_("正文"))
    scan = models.CharField(_("盖章件"), max_length=64, blank=True)  # sha256
    sent_at = models.BigIntegerField(null=True)
    sent_by = models.CharField(max_length=128, blank=True)
    receipt = models.CharField(_("回执"), max_length=64, blank=True)  # sha256
    received_at = models.BigIntegerField(null=True)
    decision_due = models.BigIntegerField(null=True)
    decision_source = models.CharField(max_length=200, blank=True)
    silence_consents = models.BooleanField(default=False)
    decided_at = models.BigIntegerField(null=True)
    decision = models.CharField(_("答复"), max_length=400, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject
