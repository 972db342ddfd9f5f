"""How far each detector has looked at each point, and what it must remember."""

from django.db import models

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation


class Watched(models.Model):
    """``seen`` is up to where the detector has looked, in the unit that the detector chose (epoch
    milliseconds of judging, epoch seconds of data). ``memory`` is its own plain JSON."""

    point = models.ForeignKey(MonitoringPoint, models.CASCADE, related_name="+")
    detector = models.CharField(max_length=24)
    seen = models.BigIntegerField(default=0)
    memory = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detector", "point"], name="one_watch_a_point"),
        ]


class Kept(models.Model):
    """What is remembered of something that is no point: plants and carriers whose points fell
    silent together, permits, contracts; without an organisation of the platform itself."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    detector = models.CharField(max_length=24)
    key = models.CharField(max_length=160)  # names the unit too
    memory = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detector", "key"], name="one_kept_a_key"),
        ]
