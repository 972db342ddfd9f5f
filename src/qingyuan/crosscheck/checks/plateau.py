"""Gas and standards leave a plateau in the data. A record without it was not done, or not so."""

from dataclasses import dataclass

import numpy as np

from ..curves import (
    COARSE,
    Plateau,
    cut,
    extremes,
    full_scale,
    has_extremes,
    plateaus,
    silent,
    span_of,
    told,
    usual,
)
from ..limits import Limits
from ..notes import Notes, between, listed, number
from ..types import Evidence, FactorWork, Series, Visit, Work
from .kinds import THROUGH_GAS

MOVED = 0.15
"""Share of the way from the usual level to the gas by which a coarse average must have moved."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where and how one analyser's plateaus are looked for; values in the series' unit."""

    series: Series
    since: float
    until: float
    scale: float
    level: float  # usual
    low: float
    high: float

    def distinct(self, target: float, limits: Limits) -> bool:
        """Whether the target differs enough from what is usual to be seen."""
        near = limits.near * self.scale
        away = abs(target - self.level) >= limits.distinct * self.scale
        return away and not self.low - near <= target <= self.high + near


def search_of(
    visit: Visit, work: Work, factor: FactorWork, limits: Limits
) -> Search | str:
    """The search for one analyser of a record, or the Chinese reason why there can be none."""
    span, scale = span_of(visit, work), full_scale(factor)
    if span is None:
        return "记录没有作业时段"
    if visit.point.holds is True:
        return "该仪器校准时保持上一次的数值"
    if scale is None:
        return "记录的单位或量程无法与上传数据对应"
    if silent(visit, *span):
        return "作业时段内通讯中断"
    series = told(visit, factor.code, span, limits.gap)
    if series is None:
        return "作业时段内没有完整的分钟数据"
    calm = usual(visit.minutes.get(factor.code, series), span, limits.slack)
    if calm is None:
        return "作业前后没有可比的正常数据"
    late = limits.result_wait if visit.point.kind == "water" else limits.slack
    return Search(series, span[0] - limits.slack, span[1] + late, scale, calm.level, calm.low,
                  calm.high)


def targets(factor: FactorWork, search: Search, limits: Limits) -> list[float]:
    """The gas values that must be seen, each once."""
    found: list[float] = []
    for step in factor.steps:
        if step.gas is None or step.reading is None or factor.to_series is None:
            continue
        value = step.gas * factor.to_series
        if search.distinct(value, limits) and all(
                abs(value - one) > limits.near * search.scale for one in found):
            found.append(value)
    return found


def seen(search: Search, target: float, limits: Limits) -> bool | None:
    """Whether the data stood at a gas value; None when windows are too long to tell."""
    near = limits.near * search.scale
    if search.series.width <= COARSE:
        return stood(search, target, near)
    ends = extremes(search.series, search.since, search.until)
    if ends is None:
        return None
    if has_extremes(search.series):
        return ends[1] >= target - near if target > search.level else ends[0] <= target + near
    moved = (ends[1] if target > search.level else ends[0]) - search.level
    return moved / (target - search.level) >= MOVED


def stood(search: Search, target: float, near: float) -> bool:
    """Whether two neighbouring values lay near a target, or one beside a lost one. That they stand
    still is not asked, since a slow analyser creeps; a sample is far from the target anyway
    (``Search.distinct``)."""
    part = cut(search.series, search.since, search.until)
    close = np.abs(part.values - target) <= near
    apart = np.diff(part.times) > part.width  # what came between was lost and may have been close
    return bool((close[1:] & (close[:-1] | apart)).any() or (close[:-1] & apart).any())


def runs(search: Search, limits: Limits) -> list[Plateau]:
    """The plateaus in the search."""
    return plateaus(search.series, search.since, search.until, limits.steady * search.scale)


def shows_gas(visit: Visit, work: Work, factor: FactorWork, limits: Limits) -> bool:
    """Whether at least one gas value of the analyser is seen in the data."""
    search = search_of(visit, work, factor, limits)
    if isinstance(search, str):
        return False
    return any(seen(search, one, limits) for one in targets(factor, search, limits))


def no_plateau(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A calibration or check written down whose gas or solution value never stood in the data."""
    for work in visit.works:
        if work.kind in THROUGH_GAS:
            _no_plateau(visit, work, limits, notes)


def _no_plateau(visit: Visit, work: Work, limits: Limits, notes: Notes) -> None:
    missing: list[tuple[FactorWork, Search, list[float]]] = []
    found = 0
    for factor in work.factors:
        search = search_of(visit, work, factor, limits)
        if isinstance(search, str):
            notes.cannot(search)
            continue
        wanted = targets(factor, search, limits)
        answers = {one: seen(search, one, limits) for one in wanted}
        absent = [one for one in wanted if answers[one] is False]
        if absent and search.series.width > COARSE and (
                any(answers.values()) or _windows_inside(visit, work, search.series) < 3):
            # a window that only partly belongs to the work may leave the gas out altogether
            notes.cannot("分钟数据间隔过长，部分通气时间可能落在未完全标识的时段")
        elif absent:
            missing.append((factor, search, absent))
        elif any(answers.values()):
            found += 1
        else:
            notes.cannot("标气值与平时测值相近或数据间隔过长，看不出平台")
    if found:
        missing = [one for one in missing if one[1].series.width <= COARSE]
    if not missing:
        return notes.fine() if found else None
    score = 0.55 if found else min(0.85, 0.6 + 0.1 * len(missing))
    said = "；".join(_sentence(*one) for one in missing[:3])
    names = listed([factor.name or factor.code for factor, _search, _absent in missing])
    notes.signal(
        score, f"记录了{work.title or '校准'}，{names}的数据没有出现标气（标液）值的平台：{said}",
        [Evidence(f"{factor.name or factor.code}应有平台 {number(one)}", factor=factor.code,
                  since=int(search.since), until=int(search.until), value=one)
         for factor, search, absent in missing for one in absent], work=work.ref)


def _windows_inside(visit: Visit, work: Work, series: Series) -> int:
    span = span_of(visit, work)
    if span is None:
        return 0
    found = cut(series, *span)
    return int(((found.times >= span[0]) & (found.times + found.width <= span[1])).sum())


def _sentence(factor: FactorWork, search: Search, absent: list[float]) -> str:
    ends = extremes(search.series, search.since, search.until) or (search.low, search.high)
    unit = search.series.unit
    return (f"{factor.name or factor.code}在{between(search.since, search.until)}只在 "
            f"{number(ends[0])} 至 {number(ends[1])} {unit}之间，"
            f"应有 {'、'.join(number(one) for one in absent)} {unit}").replace(" ，", "，")


def painted(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A plateau without any approach: values that jump to the gas value and stand there to the last
    digit are set by hand or by software; gas needs its time through line and cell."""
    for work in visit.works:
        if work.kind not in THROUGH_GAS or visit.point.kind == "water":
            continue
        for factor in work.factors:
            search = search_of(visit, work, factor, limits)
            if isinstance(search, str) or search.series.width > COARSE:
                continue
            _painted(work, factor, search, limits, notes)


def _painted(
    work: Work, factor: FactorWork, search: Search, limits: Limits, notes: Notes
) -> None:
    found = []
    for target in targets(factor, search, limits):
        for run in runs(search, limits):
            if abs(run.level - target) <= limits.near * search.scale and run.count >= 4:
                found.append((run, target))
    if not found:
        return
    sharp = [(run, target) for run, target in found
             if run.spread == 0.0 and _jump(search, run, limits)
             and abs(run.level - target) < 1e-3 * search.scale]
    if not sharp or len(sharp) < len(found) or len(sharp) < 2:
        return notes.fine()
    run = sharp[0][0]
    notes.signal(
        0.5, f"{factor.name or factor.code}的 {len(sharp)} 个平台从第一个数据起就与标气值完全相同，"
        f"没有通气的上升和下降过程（{between(run.start, run.end)}），像是设定的数值",
        [Evidence("平台", factor=factor.code, since=one.start, until=one.end, value=one.level)
         for one, _target in sharp], work=work.ref, factor=factor.code)


def _jump(search: Search, run: Plateau, limits: Limits) -> bool:
    """Whether both neighbours of a plateau lie far off it: no value on the way."""
    part = cut(search.series, run.start - search.series.width, run.end + search.series.width)
    outer = part.values[(part.times < run.start) | (part.times >= run.end)]
    far = np.abs(outer - run.level) > 0.6 * limits.distinct * search.scale
    between_ = np.abs(outer - search.level) > max(0.05 * search.scale, search.high - search.low)
    return len(outer) == 2 and bool(far.all()) and not bool((between_ & ~far).any())
