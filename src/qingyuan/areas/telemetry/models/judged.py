"""Values as judged. A table holds the current row only; what it superseded moves to
``SupersededValue`` in the same transaction. Keys begin with the point; time is the period's start.
"""

from django.db import models

from qingyuan.areas.assets.models import MonitoringPoint

from .readings import Clustered, Factor, _point


class JudgedValue(Clustered, models.Model):
    """One factor of one period.

    ``count`` is the valid minutes (water: values) of an hour, the valid hours of a day, the valid
    days of a longer period. ``converted`` is a pollutant at the reference oxygen; for a01011 the
    dry standard flow in m3/h (of a day and longer: the sum in m3), for w00000 the volume in m3.
    ``mass`` and ``substituted`` are kg. ``reason`` is codes joined by ";". ``rules`` names the
    RuleSet that the row was made under, ``inputs`` is a digest of the readings (of a longer period:
    of the inputs of what it is made of), ``version`` counts from 1.
    """

    pk = models.CompositePrimaryKey("point", "time", "factor")
    point = _point()
    time = models.BigIntegerField()
    factor = models.ForeignKey(
        Factor, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    count = models.SmallIntegerField()
    value = models.FloatField(null=True)
    converted = models.FloatField(null=True)
    mass = models.FloatField(null=True)
    substituted = models.FloatField(null=True)
    verdict = models.CharField(max_length=16)
    reason = models.CharField(max_length=200, blank=True)
    clause = models.CharField(max_length=80, blank=True)
    rules = models.CharField(max_length=16)
    inputs = models.CharField(max_length=16)
    version = models.IntegerField(default=1)
    at = models.BigIntegerField()  # epoch milliseconds of judging

    class Meta:
        abstract = True


class HourValue(JudgedValue):
    """A clock hour of China."""


class DayValue(JudgedValue):
    """A China calendar day."""


class MonthValue(JudgedValue):
    """A calendar month."""


class QuarterValue(JudgedValue):
    """A calendar quarter, with what its data capture rate is made of (fraction, hours)."""

    hours = models.IntegerField(default=0)
    stopped = models.IntegerField(default=0)
    invalid = models.IntegerField(default=0)
    capture = models.FloatField(null=True)


class YearValue(JudgedValue):
    """A calendar year."""


LEVELS: dict[str, type[JudgedValue]] = {
    "hour": HourValue, "day": DayValue, "month": MonthValue,
    "quarter": QuarterValue, "year": YearValue,
}


class SupersededValue(Clustered, models.Model):
    """A judged row that a later one replaced, whole, and why."""

    pk = models.CompositePrimaryKey("point", "level", "time", "factor", "version")
    point = _point()
    level = models.CharField(max_length=8)  # key of LEVELS
    time = models.BigIntegerField()
    factor = models.ForeignKey(
        Factor, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    version = models.IntegerField()
    row = models.JSONField()  # the other columns by name
    cause = models.CharField(max_length=16)  # data | facts | rules | above
    at = models.BigIntegerField()  # epoch milliseconds when it was superseded


class RuleSet(models.Model):
    """What a row's ``rules`` stands for: {provision: [value, cite]} of the day it was judged by.
    Only what judging reads is in it, so that no other change of the book touches a row."""

    digest = models.CharField(max_length=16, primary_key=True)
    provisions = models.JSONField()


class JudgedPoint(models.Model):
    """One row a point: how judging stands. ``owner`` until ``claimed_until`` works on it.
    ``factors`` has the first judged hour of each factor by its 2017 code; from then on an hour in
    which it reports nothing is missing. ``ranges`` are the ranges of its instruments by which it
    was judged (``pipeline.ranges``), None as long as nobody has looked."""

    point = models.OneToOneField(MonitoringPoint, models.DO_NOTHING, db_constraint=False,
                                 primary_key=True, related_name="judged")
    owner = models.CharField(max_length=64, blank=True)
    claimed_until = models.BigIntegerField(default=0)  # epoch milliseconds
    rules = models.CharField(max_length=16, blank=True)  # fingerprint of the book last used
    first = models.BigIntegerField(null=True)  # first and last judged hour
    last = models.BigIntegerField(null=True)
    at = models.BigIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)
    factors = models.JSONField(default=dict)
    ranges = models.JSONField(null=True)
