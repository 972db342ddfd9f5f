"""Readings and what surrounds them.

Measurement tables begin their key with the point, have no index beside it, name time as epoch
second (UTC) and are stored WITHOUT ROWID on SQLite. A point is never deleted, so their point
columns carry no database constraint (a distributed table could not keep one anyway).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation


class Interval(models.TextChoices):
    REALTIME = "rtd", _("实时")
    MINUTE = "min", _("分钟")
    HOUR = "hour", _("小时")
    DAY = "day", _("日")


class Factor(models.Model):
    """One monitored quantity by its code on the wire (Annex B of HJ 212-2017, HJ/T 212-2005)."""

    # Given out by ``factors.enter``: a sequence of small integers would run dry by mere attempts.
    id = models.SmallIntegerField(primary_key=True)
    code = models.CharField(_("因子编码"), max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    unit = models.CharField(_("单位"), max_length=32, blank=True)
    medium = models.CharField(_("介质"), max_length=16, blank=True)
    decimals = models.SmallIntegerField(_("小数位"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Shape(models.Model):
    """The order of the values in a packed row: [[code, suffix], …]; flags follow ``factors``."""

    digest = models.CharField(max_length=64, unique=True)
    columns = models.JSONField()
    factors = models.JSONField()


class SourceKind(models.TextChoices):
    WIRE = "wire", _("数采仪")
    MIRROR = "mirror", _("镜像")
    IMPORT = "import", _("导入")
    SIMULATED = "simulated", _("模拟")


class Source(models.Model):
    """Where values came from. The wire and the mirror have one row each, every import its own."""

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=SourceKind.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, null=True, related_name="+")
    interval = models.CharField(max_length=4, choices=Interval.choices, blank=True)
    name = models.CharField(max_length=200)  # file name of an import
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file
    replace = models.BooleanField(default=False)
    accepted = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)  # rows that met a value already there and gave way
    rejects = models.CharField(max_length=200, blank=True)  # file below uploads/
    by = models.CharField(max_length=128, blank=True)
    at = models.BigIntegerField(default=0)  # epoch milliseconds

    class Meta:
        ordering = ["id"]


class Clustered:
    """Asks the SQLite backend to store the table WITHOUT ROWID."""

    clustered = True


def _point() -> models.ForeignKey:
    return models.ForeignKey(
        MonitoringPoint, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


def _source() -> models.ForeignKey:
    return models.ForeignKey(
        Source, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class PackedReading(Clustered, models.Model):
    """One packet: little-endian float64 by ``shape.columns`` (NaN: no value), flags by
    ``shape.factors`` (see ``packing``). ``frame`` is the sequence in the spool,
    0 when not from a frame."""

    pk = models.CompositePrimaryKey("point", "time", "shape")
    point = _point()
    time = models.BigIntegerField()
    shape = models.ForeignKey(
        Shape, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    packed = models.BinaryField()
    flags = models.TextField()
    frame = models.BigIntegerField()
    source = _source()

    class Meta:
        abstract = True


class RealtimeReading(PackedReading):
    """CN 2011; ``time`` is the sampling instant."""


class MinuteReading(PackedReading):
    """CN 2051; ``time`` is the period's start."""


class ReportedReading(Clustered, models.Model):
    """One factor of one period as the logger reported it; columns are HJ 212-2017 table 4's
    suffixes. ``more`` keeps the rare ones ({suffix: value})."""

    pk = models.CompositePrimaryKey("point", "time", "factor")
    point = _point()
    time = models.BigIntegerField()
    factor = models.ForeignKey(
        Factor, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    avg = models.FloatField(null=True)
    min = models.FloatField(null=True)
    max = models.FloatField(null=True)
    zs_avg = models.FloatField(null=True)
    zs_min = models.FloatField(null=True)
    zs_max = models.FloatField(null=True)
    cou = models.FloatField(null=True)
    flag = models.CharField(max_length=8, blank=True)
    more = models.JSONField(null=True)
    frame = models.BigIntegerField()
    source = _source()

    class Meta:
        abstract = True


class HourReading(ReportedReading):
    """CN 2061."""


class DayReading(ReportedReading):
    """CN 2031."""


class ReadingChange(models.Model):
    """A value that a later fact superseded: a re-sent packet with other values, or a replacement
    by import. The current value stands in the reading, this is what stood there before."""

    point = models.ForeignKey(MonitoringPoint, models.DO_NOTHING, db_constraint=False,
                              related_name="+")
    interval = models.CharField(max_length=4, choices=Interval.choices)
    time = models.BigIntegerField()
    # Code of the factor for hours and days; "" for a packed row, which stands whole in ``values``.
    factor = models.CharField(max_length=16, blank=True)
    shape = models.IntegerField(default=0)
    values = models.JSONField()  # {code: {suffix: number, "Flag": text}} as superseded
    frame = models.BigIntegerField()  # the superseded frame
    source = _source()
    by_frame = models.BigIntegerField()  # the frame that superseded it
    by_source = _source()
    at = models.BigIntegerField()  # epoch milliseconds

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["point", "interval", "time", "factor", "shape", "frame", "source"],
                name="one_change_a_fact",
            ),
        ]


class LatestReading(models.Model):
    """One row a point: when it was last heard and up to where each interval reaches."""

    point = models.OneToOneField(MonitoringPoint, models.DO_NOTHING, db_constraint=False,
                                 primary_key=True, related_name="latest")
    at = models.BigIntegerField()  # arrival of the last packet, epoch milliseconds
    frame = models.BigIntegerField()
    rtd = models.BigIntegerField(null=True)  # time of the newest reading of each interval
    min = models.BigIntegerField(null=True)
    hour = models.BigIntegerField(null=True)
    day = models.BigIntegerField(null=True)


class DirtyWindow(Clustered, models.Model):
    """An hour to judge again. A pipeline stores its result and removes the mark only if the
    generation is still the one it read."""

    pk = models.CompositePrimaryKey("point", "hour")
    point = _point()
    hour = models.BigIntegerField()
    generation = models.BigIntegerField()


class StationMessage(Clustered, models.Model):
    """A packet that carries no reading (2021, 2041, 2081, 3020, 9011 …), kept to be shown."""

    frame = models.BigIntegerField(primary_key=True)
    mn = models.CharField(max_length=64)
    point = models.ForeignKey(MonitoringPoint, models.DO_NOTHING, null=True, db_constraint=False,
                              db_index=False, related_name="+")
    st = models.CharField(max_length=8)
    cn = models.CharField(max_length=16)
    time = models.BigIntegerField()  # DataTime, else arrival; epoch seconds
    at = models.BigIntegerField()  # arrival, epoch milliseconds
    pairs = models.JSONField()  # the whole CP in order: [[name, text], …]

    class Meta:
        indexes = [
            models.Index(fields=["mn", "-frame"]),
            models.Index(fields=["point", "-time"]),
        ]


class Position(models.Model):
    """How far a reader of the spool has come. ``seq`` is the last frame seen; ``settled`` the last
    frame that a restart need not read again (parts of a split packet wait behind it)."""

    name = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    at = models.BigIntegerField(default=0)  # epoch milliseconds
    frames = models.BigIntegerField(default=0)
    rate = models.FloatField(default=0)  # frames per second, lately
    owner = models.CharField(max_length=64, blank=True)


class QuarantineKind(models.TextChoices):
    STATION = "station", _("未知站点")
    PASSWORD = "password", _("密码不符")
    FRAME = "frame", _("坏帧")
    FACTOR = "factor", _("未知因子")
    SUFFIX = "suffix", _("未知字段")
    VALUE = "value", _("数值无法读取")
    ASSIGNMENT = "assignment", _("该时段未关联点位")
    TIME = "time", _("数据时间有误")
    PART = "part", _("分包不齐")


class QuarantineState(models.TextChoices):
    OPEN = "open", _("待处理")
    REPLAYED = "replayed", _("已重放")
    DISMISSED = "dismissed", _("已忽略")


class Quarantine(models.Model):
    """What could not be stored, summed up by reason. The frames themselves are in the spool."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=QuarantineKind.choices)
    mn = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=64, blank=True)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    first_at = models.BigIntegerField()  # epoch milliseconds
    last_at = models.BigIntegerField()
    count = models.BigIntegerField()
    sample = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, choices=QuarantineState.choices, default=QuarantineState.OPEN
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "mn", "detail"], name="one_row_a_reason"),
        ]
        indexes = [models.Index(fields=["state", "-last_at"])]
