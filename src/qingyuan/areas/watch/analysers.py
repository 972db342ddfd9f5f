"""The detector over hours of waste water: what analysers measure on composite samples comes once an
hour or less (HJ 355-2019 6.1), so that their zeros, still values and values above range are looked
for among the hours as reported. Several hours may repeat one result; the thresholds are in hours.
"""

from collections.abc import Mapping, Sequence

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry import readings
from qingyuan.areas.telemetry.models import Interval
from qingyuan.calc.roles import under_2017
from qingyuan.kernel.windows import DAY, HOUR

from . import circumstances, increment
from .detector import Context, Detector, Sight
from .increment import Minute
from .minutes import PIECE, shown
from .over_range import OVER_RANGE_HOURS
from .still import CONSTANT_HOURS, ZERO_HOURS

EYES = (ZERO_HOURS, CONSTANT_HOURS, OVER_RANGE_HOURS)
BACK = 2 * DAY  # s: a point that was not watched for longer is taken up from here


def waiting(
    points: Sequence[MonitoringPoint], seen: Mapping[int, int]
) -> list[MonitoringPoint]:
    """Points of waste water with newer hours than seen."""
    return increment.waiting([point for point in points if point.kind == "water"], seen,
                             Interval.HOUR)


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """All hours since the last look, as the loggers reported them. Some ten queries."""
    now, keys = context.now // 1000, [point.pk for point in points]
    reach = increment.newest(keys, Interval.HOUR)
    first = increment.begun(keys, context.seen, reach, now, BACK)
    since = min(first.values(), default=now)
    hours: dict[int, list[Minute]] = {}
    for row in readings.load(Interval.HOUR, keys, since + 1, max(reach.values(), default=0) + 1):
        if first[row.point] < row.time <= reach[row.point]:
            hours.setdefault(row.point, []).append(Minute(row.time, _values(row.factors)))
    places = circumstances.places(points, since, now)
    for place in places.values():
        place.step = HOUR
    return shown(context, points, EYES, reach, hours, places)


def _values(factors: readings.Factors) -> increment.Values:
    found: increment.Values = {}
    for code, said in factors.items():
        value, (name, scale) = said.get("Avg"), under_2017(code)
        if isinstance(value, int | float):
            found[name] = (value * scale, str(said.get("Flag", "")))
    return found


ANALYSERS = Detector("analysers", waiting, look, piece=PIECE)
