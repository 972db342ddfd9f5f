"""What the national platform says of marks: its rows as last imported, the files they came in, and
which point of ours a place of the platform is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation

from .facts import Mark, MarkKind


class MarkImport(models.Model):
    """A file of the platform's tables as it was taken. ``counts`` has the lines by outcome."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("文件"), max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256
    by = models.CharField(_("人员"), max_length=128)
    at = models.BigIntegerField()  # epoch milliseconds
    counts = models.JSONField(default=dict)
    rejected = models.IntegerField(default=0)
    rejects = models.CharField(max_length=80, blank=True)  # file below uploads/

    class Meta:
        ordering = ["-id"]


class PlatformPlace(models.Model):
    """A kept mapping: what the platform calls a place, and the point that a unit means by it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ps_name = models.CharField(_("排污单位"), max_length=128, blank=True)
    mp_id = models.CharField(_("平台编号"), max_length=64, blank=True)
    mp_name = models.CharField(_("平台名称"), max_length=128, blank=True)
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()  # epoch milliseconds

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "ps_name", "mp_id", "mp_name"],
                                    name="one_point_a_platform_place"),
        ]


class PlatformMark(models.Model):
    """A row of one of the platform's tables (``marking.tables``) as last imported. ``mark`` is the
    mark that stands for it: the prepared one it agrees with, or one of its own."""

    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    table = models.CharField(max_length=16)
    platform_id = models.CharField(_("国发平台编号"), max_length=64, blank=True)
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    factor = models.CharField(max_length=16, blank=True)
    start = models.BigIntegerField()  # epoch seconds
    end = models.BigIntegerField()
    flag = models.CharField(_("平台标记类型"), max_length=64, blank=True)
    reason = models.CharField(_("备注"), max_length=400, blank=True)
    completed = models.BooleanField(default=True)
    deleted = models.BooleanField(default=False)
    updated_by = models.CharField(_("申报人"), max_length=64, blank=True)
    updated_at = models.BigIntegerField(null=True)  # epoch seconds
    place = models.JSONField(default=list)  # ps_name, mp_id, mp_name as the platform wrote them
    imported = models.ForeignKey(MarkImport, models.PROTECT, related_name="rows")
    line = models.IntegerField(default=0)
    mark = models.ForeignKey(Mark, models.PROTECT, null=True, related_name="platform")

    class Meta:
        indexes = [models.Index(fields=["point", "start"])]
        constraints = [
            models.UniqueConstraint(fields=["point", "table", "platform_id"],
                                    condition=~models.Q(platform_id=""),
                                    name="one_row_a_platform_id"),
        ]
        ordering = ["point_id", "start", "id"]
