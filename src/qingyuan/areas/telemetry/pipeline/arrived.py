"""Which hours of waste water may be judged: those whose analyser values are there, or that have
waited for them long enough.

The composite sample of an hour is measured after it (HJ 355-2019 6.1), so its value comes when the
minutes are long there. Judged with them the hour would be missing first and valid a little later.
Hours are judged in order: what follows a waiting hour waits with it, as silence between two judged
hours would be taken for missing data.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import Min

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.calc.roles import under_2017
from qingyuan.kernel.windows import HOUR

from ..models import DirtyWindow, Factor, HourReading, JudgedPoint, PointParameter
from .grids import composite

Hours = dict[int, set[int]]  # by point


def ended(now: float) -> int:
    """Hours that begin before this instant have ended, and their last packets had JUDGE_GRACE
    seconds to arrive; a running hour is not written anew with each packet."""
    return _before(now, settings.JUDGE_GRACE)


def waited(now: float) -> int:
    """Hours that begin before this instant are judged whatever has arrived: JUDGE_GRACE_WATER
    seconds after their end what is missing is missing."""
    return _before(now, max(settings.JUDGE_GRACE, settings.JUDGE_GRACE_WATER))


def _before(now: float, grace: int) -> int:
    return int(now) - grace - HOUR + 1


def stops(points: Sequence[MonitoringPoint], now: float) -> dict[int, int]:
    """For each of the points that has something to judge, the instant before which its hours may
    be. One query, and five more where hours of water may be waiting."""
    before, patient = ended(now), waited(now)
    marked = dict(
        DirtyWindow.objects.filter(point__in=[point.pk for point in points], hour__lt=before)
        .values("point").annotate(first=Min("hour")).values_list("point", "first"))
    found = dict.fromkeys(marked, before)
    water = [point.pk for point in points if point.kind == "water" and point.pk in marked]
    if water and patient < before:
        found |= _holding(water, patient, before)
    return {point: stop for point, stop in found.items() if marked[point] < stop}


def _holding(points: Sequence[int], patient: int, before: int) -> dict[int, int]:
    """The first hour of each point that lacks an analyser's value and may still get it."""
    marks = _by_point(DirtyWindow.objects.filter(
        point__in=points, hour__gte=patient, hour__lt=before).values_list("point", "hour"))
    if not marks:
        return {}
    there = _there(list(marks), patient, before)
    gone = _gone(list(marks))
    found: dict[int, int] = {}
    for point, last, factors in JudgedPoint.objects.filter(pk__in=marks).values_list(
            "pk", "last", "factors"):
        since = {code: first for code, first in factors.items()
                 if composite(code, "water") and (point, code) not in gone}
        for hour in range(-(-patient // HOUR) * HOUR, max(marks[point]) + HOUR, HOUR):
            asked = hour in marks[point] or (last is not None and hour > last)
            due = {code for code, first in since.items() if first <= hour}
            if asked and not due <= there[point, hour]:
                found[point] = hour
                break
    return found


def _by_point(rows: Iterable[tuple[int, int]]) -> Hours:
    found: Hours = {}
    for point, hour in rows:
        found.setdefault(point, set()).add(hour)
    return found


def _there(points: Sequence[int], since: int, until: int) -> dict[tuple[int, int], set[str]]:
    """The factors (2017 codes) that were reported for each hour of each point. A value that is
    absent by a flag has arrived as well."""
    rows = list(HourReading.objects.filter(point__in=points, time__gte=since, time__lt=until)
                .values_list("point", "time", "factor_id"))
    codes = dict(Factor.objects.filter(pk__in={row[2] for row in rows}).values_list("id", "code"))
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for point, time, factor in rows:
        found[point, time].add(under_2017(codes[factor])[0])
    return found


def _gone(points: Sequence[int]) -> set[tuple[int, str]]:
    """What points no longer measure, by the last word of ``judged.CODE``."""
    rows = PointParameter.objects.filter(
        point__in=points, name__startswith="judged.", replaced_by=None, withdrawn_at=None
    ).order_by("since", "id").values_list("point", "name", "value")
    said = {(point, name.partition(".")[2]): value for point, name, value in rows}
    return {key for key, value in said.items() if value is False}
