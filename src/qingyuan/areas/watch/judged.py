"""What judged hours and days say: above the limit, out of control.

A detector that looks at verdicts, not at packets: what is invalid is no exceedance, and an hour
that was judged anew (a record corrected, data filled in) takes its finding back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry.models import DayValue, HourValue, JudgedPoint, PointParameter
from qingyuan.areas.telemetry.queries.verdicts import Quantity, Step, quantities, sentences, steps
from qingyuan.calc.types import VALID, VERDICTS
from qingyuan.kernel.clock import CST
from qingyuan.kernel.rounding import above
from qingyuan.kernel.windows import DAY, HOUR

from .detector import Context, Detector, Sight

BACK = 8 * DAY  # s: older hours that are judged anew raise nothing any more
OVERDUE = ("calibration_overdue", "full_calibration_overdue", "check_overdue",
           "restart_unverified")
_REFERENCES = ("o2_reference", "excess_air_reference")
_OTHER = ("wet_standard", "dry_actual", "wet_actual")
CODE = "judged"


@dataclass(frozen=True, slots=True)
class Row:
    """One judged hour or day of one factor; epoch seconds."""

    time: int
    factor: str
    value: float | None
    converted: float | None
    verdict: str
    reason: str
    clause: str


def waiting(
    points: Sequence[MonitoringPoint], seen: Mapping[int, int]
) -> list[MonitoringPoint]:
    """Points judged since they were last looked at."""
    judged = dict(JudgedPoint.objects.filter(
        point__in=[point.pk for point in points]).values_list("point_id", "at"))
    return [point for point in points if judged.get(point.pk, 0) > seen.get(point.pk, 0)]


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """Exceedances and stretches out of control of the last ``BACK``. A fixed number of queries."""
    sight = Sight()
    pks = [point.pk for point in points]
    judged = dict(JudgedPoint.objects.filter(point__in=pks).values_list("point_id", "at"))
    since = context.now // 1000 - BACK
    hours, days = (_rows(model.objects.all(), pks, since) for model in (HourValue, DayValue))
    held = _parameters(pks)
    names = {one.code: one for one in quantities(
        {row.factor for rows in (*hours.values(), *days.values()) for row in rows})}
    for point in points:
        memory = context.memory.get(point.pk, {})
        facts = held.get(point.pk, {})
        kept: dict[str, Any] = {}
        for kind, rows in (("over_limit_hour", hours[point.pk]), ("over_limit_day",
                                                                  days[point.pk])):
            kept[kind] = _exceedances(
                sight, kind, point, exceeding(rows, facts), memory.get(kind, {}), names)
        kept["control"] = _control(sight, point, hours[point.pk], memory.get("control", {}), names)
        sight.seen[point.pk] = judged.get(point.pk, 0)
        sight.memory[point.pk] = kept
    return sight


def _rows(table: QuerySet[Any], points: Iterable[int], since: int) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for point, *facts in table.filter(point__in=points, time__gte=since).order_by(
            "point", "time").values_list("point_id", "time", "factor__code", "value", "converted",
                                         "verdict", "reason", "clause"):
        found[point].append(Row(*facts))
    return found


def _parameters(points: Iterable[int]) -> dict[int, dict[str, list[Step]]]:
    rows: dict[int, list[PointParameter]] = defaultdict(list)
    for row in PointParameter.objects.filter(
            point__in=points, replaced_by=None, withdrawn_at=None).order_by("point", "since", "id"):
        rows[row.point_id].append(row)
    return {pk: steps(held) for pk, held in rows.items()}


def _at(held: Mapping[str, list[Step]], name: str, time: int) -> Any:
    for step in held.get(name, ()):
        if step.since <= time and (step.until is None or time < step.until):
            return step.row.value
    return None


def exceeding(
    rows: Iterable[Row], held: Mapping[str, list[Step]]
) -> dict[str, list[tuple[int, float, float]]]:
    """By factor the valid hours or days above the limit: (time, figure, limit). Where the emission
    standard converts, the converted value counts; a value in ppm, or wet, or of the duct's own
    state is compared with nothing."""
    found: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for row in rows:
        if row.verdict != VERDICTS[VALID]:
            continue
        limit = _at(held, f"limit.{row.factor}", row.time)
        converts = any(_at(held, name, row.time) is not None for name in _REFERENCES)
        alike = (_at(held, f"unit.{row.factor}", row.time) != "ppm"
                 and _at(held, f"basis.{row.factor}", row.time) not in _OTHER)
        figure = row.converted if converts else row.value if alike else None
        if limit is not None and figure is not None and bool(above(figure, float(limit))):
            found[row.factor].append((row.time, figure, float(limit)))
    return found


def _exceedances(
    sight: Sight, kind: str, point: MonitoringPoint,
    found: Mapping[str, list[tuple[int, float, float]]], memory: Mapping[str, list[int]],
    names: Mapping[str, Quantity],
) -> dict[str, list[int]]:
    """Raise what is new, end what is no longer so. The memory: by factor the times raised."""
    length = HOUR if kind == "over_limit_hour" else DAY
    for factor in {*found, *memory}:
        times = found.get(factor, [])
        key = f"{kind}:{point.pk}:{factor}"
        if {time for time, *_rest in times} - set(memory.get(factor, ())):
            last, figure, limit = max(times, key=lambda one: one[1] / one[2])
            sight.raised.append(Raise(
                kind, key, _over_title(kind, names[factor], len(times), figure, limit),
                at=(times[-1][0] + length) * 1000, since=times[0][0] * 1000, point=point,
                factor=factor, until=(times[-1][0] + length) * 1000,
                detail={"hours" if length == HOUR else "days": [list(one) for one in times],
                        "worst": last, "unit": names[factor].unit}))
        elif not times:
            sight.over[key] = sight.over.get(key, 0) or max(memory[factor], default=0) * 1000
    return {factor: [time for time, *_rest in times] for factor, times in found.items()}


def _over_title(kind: str, name: Quantity, count: int, figure: float, limit: float) -> str:
    words = _("小时均值") if kind == "over_limit_hour" else _("日均值")
    return _("%(factor)s%(words)s超标：最高 %(figure)s %(unit)s，限值 %(limit)s，共 %(n)d 个") % {
        "factor": name.name, "words": words, "figure": f"{figure:.{name.digits}f}",
        "unit": name.unit, "limit": f"{limit:g}", "n": count}


def _control(
    sight: Sight, point: MonitoringPoint, rows: Sequence[Row],
    memory: Mapping[str, list[int]], names: Mapping[str, Quantity],
) -> dict[str, list[int]]:
    """Stretches out of control by reason, all factors of one reason together. The memory: by reason
    the first and last hour of the stretch that was raised last."""
    newest: dict[str, int] = {}
    stretch: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        newest[row.factor] = max(newest.get(row.factor, 0), row.time)
        if row.verdict == "out_of_control":
            stretch[row.reason.partition(";")[0]][row.factor].append(row)
    kept: dict[str, list[int]] = {}
    for reason in {*stretch, *memory}:
        key = f"out_of_control:{point.pk}:{reason}"
        factors = {factor: _last_run(found) for factor, found in stretch.get(reason, {}).items()}
        if not factors:
            sight.over[key] = memory[reason][1] * 1000 + HOUR * 1000
            continue
        first = min(run[0].time for run in factors.values())
        last = max(run[-1].time for run in factors.values())
        going_on = any(run[-1].time == newest[factor] for factor, run in factors.items())
        before = memory.get(reason)
        known = before is not None and first <= before[1] + HOUR
        kept[reason] = [min(first, before[0]) if known and before else first, last]
        if known and before and last == before[1] and not going_on:
            sight.over[key] = (last + HOUR) * 1000
        elif not known or (before and last > before[1]):
            sight.raised.append(_out_of_control(
                key, reason, point, factors, kept[reason][0], last, going_on, names))
    return kept


def _last_run(rows: Sequence[Row]) -> list[Row]:
    run: list[Row] = []
    for row in rows:
        if run and row.time - run[-1].time > HOUR:
            run = []
        run.append(row)
    return run


def _out_of_control(
    key: str, reason: str, point: MonitoringPoint, factors: Mapping[str, list[Row]], first: int,
    last: int, going_on: bool, names: Mapping[str, Quantity],
) -> Raise:
    said = "、".join(names[factor].name for factor in sorted(factors))
    begun = datetime.fromtimestamp(first, CST)
    some = next(iter(factors.values()))[-1]
    why = sentences(reason)[0] if sentences(reason) else reason
    return Raise(
        "overdue_calibration" if reason in OVERDUE else "out_of_control", key,
        _("%(factors)s自 %(time)s 起失控：%(why)s") % {
            "factors": said, "time": f"{begun:%m-%d %H:%M}", "why": why},
        at=(last + HOUR) * 1000, since=first * 1000, point=point,
        factor=next(iter(factors)) if len(factors) == 1 else "",
        until=None if going_on else (last + HOUR) * 1000,
        detail={"reason": reason, "clause": some.clause, "factors": sorted(factors),
                "first": first, "last": last})


JUDGED = Detector(CODE, waiting, look)
