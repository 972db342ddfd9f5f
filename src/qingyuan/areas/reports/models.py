"""What the statistics of rates are added up from: a month of one factor of one point, counted once
from its judged hours and counted again when these change. Derived; it may be dropped and remade."""

from django.db import models

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry.models import Clustered, Factor


class MonthTally(Clustered, models.Model):
    """Hours of a month. ``due`` are those in which the point was linked and the source not stopped;
    of these ``received`` came at all and ``valid`` are valid or exempt; ``left_out`` are freed for
    the daily standard check, ``silent`` those of them that did not come. Names with ``soon_`` count
    only what arrived in time. The others say what became of hours due, and how many stood still."""

    pk = models.CompositePrimaryKey("point", "time", "factor")
    point = models.ForeignKey(
        MonitoringPoint, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    time = models.BigIntegerField()  # start of the month, epoch seconds
    factor = models.ForeignKey(
        Factor, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    due = models.IntegerField(default=0)
    received = models.IntegerField(default=0)
    valid = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    silent = models.IntegerField(default=0)
    soon_received = models.IntegerField(default=0)
    soon_valid = models.IntegerField(default=0)
    soon_left_out = models.IntegerField(default=0)
    soon_silent = models.IntegerField(default=0)
    exempt = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)  # received, but invalid or out of control
    stopped = models.IntegerField(default=0)
    until = models.BigIntegerField()  # hours that begin before this are counted
    at = models.BigIntegerField()  # epoch milliseconds of counting


class ArrivalLine(models.Model):
    """The last frame of the spool that had arrived when an hour's data had to be there: a reading
    of the hour came in time when its frame is not behind it. Kept, as a spool may be taken away."""

    hour = models.BigIntegerField(primary_key=True)  # start of the hour, epoch seconds
    frame = models.BigIntegerField()
