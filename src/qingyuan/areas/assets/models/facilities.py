"""What measures at a point: systems (套), their instruments, and the ranges that these had.

Days are China calendar days, ``until`` included; a range holds from an instant until the next one
of its instrument and factor.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .stations import MonitoringPoint

ENDS_AFTER_START = models.Q(until=None) | models.Q(until__gte=models.F("since"))


class SystemKind(models.TextChoices):
    GAS = "gas", _("废气")
    NMHC = "nmhc", "NMHC"
    WATER = "water", _("废水")
    VIDEO = "video", _("视频")


class Technique(models.TextChoices):
    EXTRACTIVE = "extractive", _("完全抽取法")
    DILUTION = "dilution", _("稀释采样法")
    IN_SITU = "in_situ", _("直接测量法")


class MonitoringSystem(models.Model):
    """One set of automatic monitors at a point; a camera is a system of kind video.

    ``equipment`` holds words of ``standards.duty.EQUIPMENT``; None where nobody has said yet which
    parts it has, so that no duty is left out for want of an answer.
    """

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="systems")
    kind = models.CharField(_("设施类型"), max_length=8, choices=SystemKind.choices)
    name = models.CharField(_("设施名称"), max_length=64)
    technique = models.CharField(
        _("采样方式"), max_length=12, choices=Technique.choices, blank=True
    )
    auto_calibration = models.BooleanField(_("自动校准"), default=False)
    equipment = models.JSONField(_("部件"), null=True, blank=True, default=None)
    maker = models.CharField(_("厂商"), max_length=64, blank=True)
    model = models.CharField(_("型号"), max_length=64, blank=True)
    address = models.CharField(_("摄像机地址"), max_length=128, blank=True)
    storage_days = models.PositiveSmallIntegerField(_("录像保存天数"), null=True, blank=True)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    ended_why = models.CharField(_("停用原因"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["point", "name", "since"], name="one_system_a_start"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="system_ends_after_start"),
        ]
        ordering = ["point_id", "kind", "name", "since"]

    def __str__(self) -> str:
        return self.name


class Instrument(models.Model):
    """One analyser or sensor of a system. ``factors`` are codes of HJ 212-2017."""

    system = models.ForeignKey(MonitoringSystem, models.PROTECT, related_name="instruments")
    name = models.CharField(_("仪器名称"), max_length=64)
    factors = models.JSONField(_("监测因子"), default=list, blank=True)
    maker = models.CharField(_("厂商"), max_length=64, blank=True)
    model = models.CharField(_("型号"), max_length=64, blank=True)
    serial = models.CharField(_("出厂编号"), max_length=64, blank=True)
    principle = models.CharField(_("测量原理"), max_length=64, blank=True)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    ended_why = models.CharField(_("停用原因"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name", "since"], name="one_instrument_a_start"
            ),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="instrument_ends_after_start"),
        ]
        ordering = ["system_id", "name", "since"]

    def __str__(self) -> str:
        return self.name


class InstrumentRange(models.Model):
    """From ``since`` on the instrument measures the factor between ``low`` and ``high``."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="ranges")
    factor = models.CharField(_("因子"), max_length=16)
    low = models.FloatField(_("量程下限"))
    high = models.FloatField(_("量程上限"))
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    since = models.DateTimeField(_("起"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "factor", "since"], name="one_range_a_start"
            ),
            models.CheckConstraint(
                condition=models.Q(high__gt=models.F("low")), name="range_has_width"
            ),
        ]
        ordering = ["instrument_id", "factor", "since"]
