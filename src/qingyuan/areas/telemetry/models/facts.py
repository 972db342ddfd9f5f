"""Facts about a point's time that judging stands on: events, marks, parameters, values measured
by hand, audits.

Rows are never changed: a correction is a new row that replaces the old one (``replaced_by``), a
withdrawal closes it with a reason. What is in force is what nobody replaced or withdrew.
Times are epoch seconds, spans half-open.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation


class EventKind(models.TextChoices):
    CALIBRATION = "calibration", _("校准")
    FULL_CALIBRATION = "full_calibration", _("全系统校准")
    STANDARD_CHECK = "standard_check", _("标样核查")
    COMPARISON = "comparison", _("比对")
    VERIFICATION = "verification", _("校验")
    FAULT = "fault", _("故障")
    MAINTENANCE = "maintenance", _("维护")
    STOP = "stop", _("停运（排放源）")


class Origin(models.TextChoices):
    PERSON = "person", _("人工登记")
    RECORD = "record", _("运维记录")
    FLAG = "flag", _("数据标识")
    WIRE = "wire", _("数采仪上报")
    IMPORT = "import", _("导入")
    SIMULATED = "simulated", _("模拟")


class Fact(models.Model):
    """What every fact says of itself: who said so, when, and whether it still stands."""

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    by = models.CharField(_("登记人"), max_length=128, blank=True)
    at = models.BigIntegerField(default=0)  # epoch milliseconds of entry
    note = models.CharField(_("说明"), max_length=400, blank=True)
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    withdrawn_at = models.BigIntegerField(null=True, blank=True)  # epoch milliseconds
    withdrawn_why = models.CharField(_("撤回原因"), max_length=400, blank=True)

    class Meta:
        abstract = True


class Event(Fact):
    """A calibration, check, comparison or verification at ``start``; a fault, maintenance or stop
    from ``start`` to ``end`` (None: still going on)."""

    kind = models.CharField(_("类型"), max_length=20, choices=EventKind.choices)
    factor = models.CharField(_("因子"), max_length=16, blank=True)  # 2017 code, "" for all
    start = models.BigIntegerField()
    end = models.BigIntegerField(null=True, blank=True)
    passed = models.BooleanField(_("是否合格"), null=True, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PERSON)
    reference = models.CharField(_("依据"), max_length=120, blank=True)  # record, frame or document

    class Meta:
        indexes = [models.Index(fields=["point", "start"])]
        ordering = ["point_id", "start", "id"]


class MarkKind(models.TextChoices):
    DEVICE_MAINTENANCE = "device_maintenance", _("自动监测设备维护")
    CALIBRATION = "calibration", _("校准")
    STANDARD_CHECK = "standard_check", _("标样核查")
    FAULT = "fault", _("设备故障")
    COMMUNICATION = "communication", _("通讯中断")
    START_UP = "start_up", _("启炉")
    SHUT_DOWN = "shut_down", _("停炉")
    BANKED = "banked", _("闷炉")
    ACCIDENT = "accident", _("故障/事故（生产或治理设施）")
    STOPPED = "stopped", _("停运")


class MarkState(models.TextChoices):
    PREPARED = "prepared", _("待排污单位申报")
    DECLARED = "declared", _("已申报")
    MATCHED = "matched", _("已核对")
    DIFFERS = "differs", _("与申报不一致")
    WITHDRAWN = "withdrawn", _("已撤回")


class Mark(Fact):
    """A state under the marking rule (公告2022年第21号). The unit prepares it with proof, the
    discharger declares it on the national enterprise end; re-imported declarations are matched.
    Judging counts declared and matched marks only."""

    kind = models.CharField(_("标记类型"), max_length=20, choices=MarkKind.choices)
    factor = models.CharField(_("因子"), max_length=16, blank=True)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=MarkState.choices, default=MarkState.PREPARED)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PERSON)
    proof = models.CharField(_("凭证"), max_length=200, blank=True)  # file below uploads/
    proof_digest = models.CharField(max_length=64, blank=True)  # SHA-256
    declared_id = models.CharField(_("国发平台编号"), max_length=64, blank=True)
    declared_by = models.CharField(_("申报人"), max_length=64, blank=True)
    declared_at = models.BigIntegerField(null=True, blank=True)  # epoch seconds
    matched = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["point", "start"]), models.Index(fields=["state", "start"])]
        ordering = ["point_id", "start", "id"]


class PointParameter(Fact):
    """A property of a point that judging reads (names in ``calc.types.PARAMETERS``), from ``since``
    until the next entry of the same name. ``value`` None ends the property."""

    name = models.CharField(_("参数"), max_length=40)
    value = models.JSONField(null=True)  # number, text or true/false
    since = models.BigIntegerField()
    document = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["point", "name", "since"])]
        ordering = ["point_id", "name", "since", "id"]


class MonitorType(models.TextChoices):
    OWN = "own", _("自行监测")
    ENFORCEMENT = "enforcement", _("执法监测")


class ManualValue(Fact):
    """One sample of waste water taken at ``time`` and measured by hand. Where a day lacks a valid
    mean, the values of the day stand in for it if there are enough (HJ 356-2019 8)."""

    factor = models.CharField(_("因子"), max_length=16)  # 2017 code
    time = models.BigIntegerField()  # epoch second of sampling
    value = models.FloatField(_("测量值"))  # mg/L
    method = models.CharField(_("监测方法"), max_length=80, blank=True)
    instrument = models.CharField(_("仪器或实验室"), max_length=120, blank=True)
    monitor_type = models.CharField(_("监测类型"), max_length=12, choices=MonitorType.choices,
                                    default=MonitorType.OWN)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PERSON)
    reference = models.CharField(_("报告编号"), max_length=120, blank=True)
    platform_id = models.CharField(_("国发平台编号"), max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["point", "factor", "time"])]
        ordering = ["point_id", "time", "factor", "id"]


class QuarterAudit(models.Model):
    """The audit of a quarter's marks and capture rates (HJ 75-2017 12.1.3): the unit prepares it,
    the discharger confirms it with name, date and scan."""

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # the unit
    quarter = models.CharField(_("季度"), max_length=6)  # 2026Q3
    figures = models.JSONField(default=dict)  # capture by factor and what it was made of
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the figures
    prepared_by = models.CharField(_("编制人"), max_length=128, blank=True)
    prepared_at = models.BigIntegerField(null=True)  # epoch milliseconds
    confirmed_by = models.CharField(_("确认人"), max_length=64, blank=True)
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    confirmed_at = models.BigIntegerField(null=True)  # epoch milliseconds
    scan = models.CharField(_("扫描件"), max_length=200, blank=True)
    scan_digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["point", "quarter"], name="one_audit_a_quarter"),
        ]
        ordering = ["-quarter", "point_id"]
