"""mismatch: hours of the logger beside the same hours computed from its minutes.

Only whole, valid, unflagged hours are laid side by side: of others both sides may rightly differ.
What rounding explains is no difference, nor what lies within the threshold ``share`` (by the order
of steps a logger's converted mean and mass may stand a hundredth apart, HJ 212-2017 D.2). Loads of
waste water are left out: which flow of the hour a composite sample is weighted with moves them by
several hundredths on either side. All factors of one column are one matter: a wrong oxygen
reference or area moves them together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry.models import HourReading, HourValue, JudgedPoint
from qingyuan.areas.telemetry.queries.comparison import LAST_PLACES, WHOLE
from qingyuan.areas.telemetry.queries.verdicts import Quantity, quantities
from qingyuan.calc.roles import is_pollutant, medium, under_2017
from qingyuan.calc.types import VALID, VERDICTS
from qingyuan.kernel.windows import DAY, HOUR
from qingyuan.ui.numbers import decimals, figure

from . import judged
from .detector import Context, Detector, Sight
from .eye import clock, digits, name_of, normal
from .stretches import Stretch, follow

BACK = 2 * DAY  # s: older hours raise nothing any more
WORDS: Mapping[str, object] = {
    "avg": gettext_lazy("小时均值"), "zs_avg": gettext_lazy("小时折算值"),
    "cou": gettext_lazy("小时排放量")}
_KEPT = {"avg": "value", "zs_avg": "converted", "cou": "mass"}


class Pair(NamedTuple):
    """One figure of one hour on both sides."""

    column: str
    time: int
    factor: str
    reported: float
    computed: float

    @property
    def apart(self) -> float:
        """The difference as a share of what was computed."""
        return abs(self.reported - self.computed) / max(abs(self.computed), 1e-12)


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """The hours of the last ``BACK``, compared anew. Four queries."""
    sight, keys = Sight(), [point.pk for point in points]
    reach = dict(JudgedPoint.objects.filter(pk__in=keys).values_list("pk", "at"))
    kinds = {point.pk: point.kind for point in points}
    pairs = _pairs(kinds, context.now // 1000 - BACK)
    names = {one.code: one for one in quantities(
        {pair.factor for own in pairs.values() for pair in own})} if pairs else {}
    for point in points:
        holds = context.rules.at("mismatch", point.pk)
        memory = context.memory.get(point.pk, {})
        own = pairs.get(point.pk, []) if holds.on else []
        sight.seen[point.pk] = reach.get(point.pk, 0)
        sight.memory[point.pk] = {
            column: kept for column in WORDS
            if (kept := _column(sight, point, column, [p for p in own if p.column == column],
                                memory.get(column), holds.thresholds, names))}
    return sight


def _pairs(kinds: Mapping[int, str], since: int) -> dict[int, list[Pair]]:
    """By point what can be laid side by side, in order of time."""
    computed = _computed(kinds, since)
    found: dict[int, list[Pair]] = defaultdict(list)
    rows = HourReading.objects.filter(point__in=list(kinds), time__gte=since).order_by(
        "point_id", "time", "frame", "source_id").values_list(
        "point_id", "time", "factor__code", "flag", *_KEPT)
    latest: dict[tuple[int, int, str], list[float | None]] = {}
    for point, time, code, flag, *values in rows:
        name, scale = under_2017(code)
        if normal(flag) and (point, time, name) in computed:
            if values[0] is not None:
                values[0] *= scale
            latest[point, time, name] = values
    for (point, time, code), reported in latest.items():
        found[point] += _of(time, code, reported, computed[point, time, code])
    return found


def _computed(kinds: Mapping[int, str], since: int) -> dict[tuple[int, int, str], list[Any]]:
    rows = HourValue.objects.filter(
        point__in=list(kinds), time__gte=since, verdict=VERDICTS[VALID],
    ).values_list("point_id", "time", "factor__code", "count", *_KEPT.values())
    return {(point, time, code): values for point, time, code, count, *values in rows
            if kinds[point] != "gas" or count >= WHOLE["hour"]}


def _of(
    time: int, code: str, reported: Iterable[float | None], computed: Iterable[float | None]
) -> Iterator[Pair]:
    for column, was, own in zip(WORDS, reported, computed, strict=True):
        alike = column == "avg" or (is_pollutant(code) and medium(code) == "gas")
        if was is not None and own is not None and alike:
            yield Pair(column, time, code, was, own)


def differs(pair: Pair, share: float) -> bool:
    """Whether rounding and the share leave a difference unexplained.

    >>> differs(Pair("avg", 0, "a21026", 20.2, 20.0), 0.01)
    False
    >>> differs(Pair("avg", 0, "a21026", 20.3, 20.0), 0.01)
    True
    >>> differs(Pair("avg", 0, "a34013", 0.1, 0.2), 0.01)  # one unit of the last digit
    False
    """
    places = min(decimals([pair.reported]), 3 if pair.column == "cou" else digits(pair.factor))
    unit = LAST_PLACES * 10.0 ** -max(places, 0)
    apart = abs(pair.reported - pair.computed)
    return apart > unit * (1 + 1e-9) and pair.apart > share * (1 + 1e-9)


def _column(
    sight: Sight, point: MonitoringPoint, column: str, pairs: Sequence[Pair],
    before: list[int] | None, thresholds: Mapping[str, float], names: Mapping[str, Quantity],
) -> list[int] | None:
    """Raise or end the matter of a column. The memory: first and last hour of what was raised."""
    key = f"mismatch:{point.pk}:{column}"
    hours: dict[int, list[Pair]] = defaultdict(list)
    bad: list[Pair] = []
    for pair in pairs:
        own = hours[pair.time]
        if differs(pair, thresholds["share"]):
            own.append(pair)
            bad.append(pair)
    run, last = _last_run(hours, thresholds["hours"])
    if run is None:
        if before:
            sight.over[key] = (before[1] + HOUR) * 1000
        return None
    known = before is not None and run.since <= before[1] + HOUR
    if not known or (before and run.last > before[1]):
        sight.raised.append(_raise(
            key, point, column, run, [p for p in bad if run.since <= p.time <= run.last], names))
    if run.last != last:
        sight.over[key] = (run.last + HOUR) * 1000
    return [run.since, run.last]


def _last_run(
    hours: Mapping[int, list[Pair]], least: float
) -> tuple[Stretch | None, int]:
    """The newest stretch of differing hours that is long enough, and the last hour compared."""
    held, found, times = None, None, sorted(hours)
    for time in times:
        held, _ended = follow(held, time, 0.0, bool(hours[time]), gap=DAY)
        if held is not None and held.minutes(HOUR) >= least * 60:
            found = held
    return found, times[-1] if times else 0


def _raise(
    key: str, point: MonitoringPoint, column: str, run: Stretch, bad: Sequence[Pair],
    names: Mapping[str, Quantity],
) -> Raise:
    worst = max(bad, key=lambda pair: pair.apart)
    factors = sorted({pair.factor for pair in bad})
    words = _("数采仪%(column)s与平台计算不一致：%(factors)s自 %(since)s 起 %(hours)d 小时，"
              "最多相差 %(apart)s%%（数采仪 %(reported)s，平台 %(computed)s）") % {
        "column": WORDS[column], "factors": "、".join(name_of(names, code) for code in factors),
        "since": clock(run.since), "hours": run.minutes(HOUR) / 60,
        "apart": figure(worst.apart * 100, 1), "reported": figure(worst.reported),
        "computed": figure(worst.computed, 3 if column == "cou" else digits(worst.factor))}
    return Raise(
        "mismatch", key, words, at=(run.last + HOUR) * 1000, since=run.since * 1000, point=point,
        factor=factors[0] if len(factors) == 1 else "",
        detail={"column": column, "factors": factors, "figures": [
            [pair.time, pair.factor, pair.reported, pair.computed] for pair in bad[-50:]]})


MISMATCH = Detector("mismatch", judged.waiting, look)
