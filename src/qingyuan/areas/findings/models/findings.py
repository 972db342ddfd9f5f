"""A finding: something that needs a person. Instants are epoch milliseconds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User


class Severity(models.TextChoices):
    INFO = "info", _("提示")
    WARNING = "warning", _("预警")
    ALARM = "alarm", _("报警")
    CRITICAL = "critical", _("紧急")


class State(models.TextChoices):
    OPEN = "open", _("待响应")
    ACKNOWLEDGED = "acknowledged", _("已响应")
    HANDLED = "handled", _("待核实")
    VERIFIED = "verified", _("已核实")
    CLOSED = "closed", _("已关闭")


OPEN = (State.OPEN, State.ACKNOWLEDGED, State.HANDLED)
"""States in which somebody still has to do something."""


class Handling(models.TextChoices):
    ON_SITE = "on_site", _("现场处理")
    REMOTE = "remote", _("远程处理")
    NONE = "none", _("无需处理")


class Cause(models.TextChoices):
    """Why, in the words of the trade."""

    PROCESS = "process", _("工艺超标")
    PROCESS_EQUIPMENT = "process_equipment", _("工艺设备故障")
    MONITOR_FAULT = "monitor_fault", _("监测设备故障")
    MONITOR_UPKEEP = "monitor_upkeep", _("监测设备维护")
    START_STOP = "start_stop", _("停炉启炉")
    POWER = "power", _("停电")
    OTHER = "other", _("其他")


class Finding(models.Model):
    """``key`` names what it is about; one with the key is open at a time in an organisation.
    ``first_at``/``last_at`` are instants of the matter itself, ``ended_at`` when it was over;
    ``raised_at`` is when the platform said so. ``detail`` is the evidence in small (figures, window
    of time, references). ``parent`` is the group that it belongs to (points of one plant silent
    together). ``respond_due``/``handle_due``: the clocks, null without one; ``escalated`` is the
    step that was last told."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(
        MonitoringPoint, models.PROTECT, null=True, blank=True, related_name="findings")
    kind = models.CharField(max_length=32)  # key of ``kinds.KINDS``
    group = models.CharField(max_length=16)  # of the kind: data, device, duty, quality, …
    factor = models.CharField(max_length=16, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    key = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    ref = models.CharField(max_length=64, blank=True)  # "record:12", "task:3": where it came from
    order = models.CharField(max_length=24, blank=True)  # "order:7"
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="members")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    open = models.BooleanField(default=True)  # what the key is unique over
    silenced = models.BooleanField(default=False)
    area = models.CharField(max_length=6, blank=True)
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)
    raised_at = models.BigIntegerField()
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    respond_due = models.BigIntegerField(null=True)
    handle_due = models.BigIntegerField(null=True)
    acknowledged_at = models.BigIntegerField(null=True)
    acknowledged_by = models.CharField(max_length=128, blank=True)
    handled_at = models.BigIntegerField(null=True)
    handled_by = models.CharField(max_length=128, blank=True)
    handling = models.CharField(max_length=8, choices=Handling.choices, blank=True)
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    text = models.CharField(_("处理情况"), max_length=800, blank=True)
    verified_at = models.BigIntegerField(null=True)
    verified_by = models.CharField(max_length=128, blank=True)
    closed_at = models.BigIntegerField(null=True)
    closed_by = models.CharField(max_length=128, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    escalate_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=models.Q(open=True),
                name="one_open_finding_a_key"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-last_at", "-id"]),
            # Counts and the keys of a page come from these alone, without the rows.
            models.Index(fields=["organisation", "kind", "state", "-last_at", "-id"],
                         name="finding_by_kind"),
            models.Index(fields=["organisation", "severity", "state", "-last_at", "-id"],
                         name="finding_by_severity"),
            models.Index(fields=["organisation", "person", "state", "-last_at", "-id"],
                         condition=models.Q(person__isnull=False), name="finding_by_person"),
            models.Index(fields=["organisation", "-last_at", "-id", "state", "point", "title"],
                         name="finding_searched"),
            models.Index(fields=["organisation", "raised_at"], name="finding_by_raised"),
            models.Index(fields=["point", "-last_at", "-id"]),
            models.Index(fields=["order"], condition=~models.Q(order=""), name="finding_of_order"),
            models.Index(fields=["escalate_at"], condition=models.Q(escalate_at__isnull=False),
                         name="finding_to_escalate"),
        ]
        ordering = ["-last_at", "-id"]

    def __str__(self) -> str:
        return self.title


class FindingEntry(models.Model):
    """A line of a finding's log; ``files`` are digests of attachments."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="entries")
    at = models.BigIntegerField()
    who = models.CharField(max_length=128)
    verb = models.CharField(max_length=24)
    text = models.CharField(max_length=800, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["finding_id", "at", "id"]


class Silence(models.Model):
    """For a time nobody is told of findings of a kind (blank: any), factor and point (null: all of
    the unit), for a reason. They are stored all the same."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(
        MonitoringPoint, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=32, blank=True)
    factor = models.CharField(max_length=16, blank=True)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    reason = models.CharField(_("原因"), max_length=200)
    by = models.CharField(max_length=128)
    ended_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "until"])]
        ordering = ["-since", "-id"]


class FindingRule(models.Model):
    """What a unit wants of a kind otherwise than the table says: off, another severity, other
    clocks (minutes), other thresholds ({name: number}); for one point or for all."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(
        MonitoringPoint, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=32)
    on = models.BooleanField(_("启用"), default=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, blank=True)
    respond_minutes = models.PositiveIntegerField(_("响应时限（分钟）"), null=True, blank=True)
    handle_minutes = models.PositiveIntegerField(_("处理时限（分钟）"), null=True, blank=True)
    thresholds = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("依据"), max_length=200)
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"], condition=models.Q(point=None),
                name="one_finding_rule_a_kind"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "point"], name="one_finding_rule_a_point"),
        ]
        ordering = ["organisation_id", "kind", "id"]
