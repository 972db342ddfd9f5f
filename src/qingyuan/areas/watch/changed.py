"""changed_data: a period sent again with other values than those stored first.

Telemetry keeps what a later frame superseded; here the two are laid side by side. A frame that only
carries other flags changes nothing, nor does one that was changed back. Replacement by an import is
a person's act with its own audit line and no matter here. Real-time values are not compared: they
are judged by nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry import readings
from qingyuan.areas.telemetry.models import Interval, ReadingChange
from qingyuan.areas.telemetry.queries.verdicts import Quantity, quantities
from qingyuan.calc.roles import under_2017
from qingyuan.kernel.windows import DAY
from qingyuan.ui.numbers import figure

from .detector import Context, Detector, Sight
from .eye import clock, name_of

INTERVALS: Mapping[str, object] = {
    Interval.MINUTE: gettext_lazy("分钟"), Interval.HOUR: gettext_lazy("小时"),
    Interval.DAY: gettext_lazy("日")}
# Rows before the newest that is known are looked at again: a transaction that began earlier may
# end later, and a piece of points may have failed.
OVERLAP = 5000
BACK = 7 * DAY * 1000  # ms: what was changed longer ago raises nothing any more
SOME = 500
SHOWN = 50
SAME = 1e-9  # relative; what a decimal becomes as a double on two ways


class Other(NamedTuple):
    """One figure that stands otherwise than before."""

    time: int
    factor: str
    suffix: str
    was: float
    now: float


def waiting(
    points: Sequence[MonitoringPoint], seen: Mapping[int, int]
) -> list[MonitoringPoint]:
    """Points with changes that were not looked at. Two queries."""
    last = dict(_new(seen).order_by().values_list("point").annotate(Max("pk")))
    return [point for point in points if last.get(point.pk, 0) > seen.get(point.pk, 0)]


def _new(seen: Mapping[int, int]) -> QuerySet[ReadingChange]:
    """Changes by frames since any of the unit's points was looked at. A query for the newest, where
    none was."""
    newest = max(seen.values(), default=0) or (
        ReadingChange.objects.aggregate(last=Max("pk"))["last"] or 0)
    return ReadingChange.objects.filter(
        pk__gt=newest - OVERLAP, by_frame__gt=0, interval__in=list(INTERVALS))


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """Changes since the last look beside what stands now. Some four queries, and two for each 500
    changed periods of an interval."""
    sight = Sight()
    rows = [row for row in _new(context.seen).filter(
        point__in=[point.pk for point in points]).order_by("pk")
        if row.pk > context.seen.get(row.point_id, 0)]
    reach = {row.point_id: row.pk for row in rows}
    found = _others([row for row in rows if row.at >= context.now - BACK])
    names = {one.code: one for one in quantities(
        {other.factor for own in found.values() for other in own})} if found else {}
    for point in points:
        sight.seen[point.pk] = reach.get(point.pk, context.seen.get(point.pk, 0))
        for interval in INTERVALS:
            own = sorted(set(found.get((point.pk, interval), ())))
            if own and context.rules.at("changed_data", point.pk).on:
                sight.raised.append(_raise(context, point, interval, own, names))
    return sight


def _others(rows: Sequence[ReadingChange]) -> dict[tuple[int, str], list[Other]]:
    """By point and interval what differs. Of several changes of one period each is compared."""
    found: dict[tuple[int, str], list[Other]] = defaultdict(list)
    for interval in {row.interval for row in rows}:
        own = [row for row in rows if row.interval == interval]
        for first in range(0, len(own), SOME):
            some = own[first:first + SOME]
            table = readings.TABLES[interval].objects.filter(
                point__in={row.point_id for row in some}, time__in={row.time for row in some})
            stands = {(one.point, one.time): one.factors
                      for one in readings.read(interval, table)}
            for row in some:
                found[row.point_id, interval] += _differences(
                    row, stands.get((row.point_id, row.time), {}))
    return {key: own for key, own in found.items() if own}


def _differences(row: ReadingChange, stands: readings.Factors) -> Iterator[Other]:
    for code, was in row.values.items():
        for suffix, value in was.items():
            now = stands.get(code, {}).get(suffix)
            if isinstance(value, int | float) and isinstance(now, int | float) and (
                    abs(now - value) > SAME * max(abs(now), abs(value))):
                name, scale = under_2017(code)
                yield Other(row.time, name, suffix, value * scale, now * scale)


def _raise(
    context: Context, point: MonitoringPoint, interval: str, own: Sequence[Other],
    names: Mapping[str, Quantity],
) -> Raise:
    factors = sorted({other.factor for other in own})
    times = sorted({other.time for other in own})
    one = max(own, key=lambda other: abs(other.now - other.was) / max(abs(other.was), SAME))
    words = _("补传的%(interval)s数据与原数据不同：%(factors)s，%(from)s 至 %(to)s 共 %(n)d 个时段"
              "（如 %(was)s 变为 %(now)s）") % {
        "interval": INTERVALS[interval],
        "factors": "、".join(name_of(names, code) for code in factors[:4]),
        "from": clock(times[0]), "to": clock(times[-1]), "n": len(times),
        "was": figure(one.was), "now": figure(one.now)}
    return Raise(
        "changed_data", f"changed_data:{point.pk}:{interval}", words, at=context.now,
        since=times[0] * 1000, until=context.now, point=point,
        factor=factors[0] if len(factors) == 1 else "",
        detail={"interval": interval, "factors": factors, "periods": len(times),
                "figures": [list(other) for other in own[-SHOWN:]]})


CHANGED = Detector("changed", waiting, look)
