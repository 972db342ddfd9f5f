"""The daily remote check: what telemetry says of each system, and who confirmed it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.organisations.models import Organisation

from .records import Record


class DeskDay(models.Model):
    """One unit's desk on one China day; ``signed`` {name, at, sha256} by each person who signed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    filled_at = models.BigIntegerField(null=True)  # when the lines were last filled from telemetry
    signed = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day"], name="one_desk_a_day"),
        ]
        ordering = ["-day"]


class DeskState(models.TextChoices):
    NORMAL = "normal", _("正常")
    EXCEPTION = "exception", _("有异常")
    NO_DATA = "no_data", _("没有数据")


class DeskLine(models.Model):
    """One system's day: ``answers`` as the form's answers, pre-filled; ``exceptions`` [{path,
    sentence}]; the record once it is confirmed."""

    desk = models.ForeignKey(DeskDay, models.CASCADE, related_name="lines")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="+")
    system = models.ForeignKey(MonitoringSystem, models.PROTECT, related_name="+")
    form = models.CharField(max_length=64)
    duties = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)  # figures behind the answers, for the page
    exceptions = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=DeskState.choices)
    handling = models.CharField(_("处理情况"), max_length=400, blank=True)
    record = models.OneToOneField(
        Record, models.PROTECT, null=True, blank=True, related_name="desk_line")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["desk", "system"], name="one_line_a_system"),
        ]
        ordering = ["desk_id", "point_id", "system_id"]
