"""What was written down beside what the instrument showed at that time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..curves import (
    COARSE,
    Plateau,
    cut,
    extremes,
    full_scale,
    has_extremes,
    longest_gap,
)
from ..limits import Limits
from ..notes import Notes, number
from ..types import Evidence, FactorWork, Floats, Pair, Series, Step, Visit, Work
from .kinds import THROUGH_GAS
from .plateau import Search, runs, search_of, seen

OXYGEN, AIR = "a19001", 20.9
"""Room air looks like the span gas of oxygen: where an analyser was opened or drew air before, the
first plateau need not be the gas, so any will do."""
SHIFTS = range(-20, 21, 2)
"""min by which the logger's clock is tried against the written times of data pairs."""


def reading_differs(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A reading of a calibration or check that is not the value at which the data stood: the first
    plateau for a reading before, the last for one after adjusting."""
    for work in visit.works:
        if work.kind not in THROUGH_GAS:
            continue
        for factor in work.factors:
            search = search_of(visit, work, factor, limits)
            if isinstance(search, str):
                notes.cannot(search)
            else:
                _steps(work, factor, search, limits, notes)


def _steps(
    work: Work, factor: FactorWork, search: Search, limits: Limits, notes: Notes
) -> None:
    wrong = []
    for step in factor.steps:
        shown = _shown(factor, step, search, limits)
        if shown is None or step.reading is None or factor.to_series is None:
            continue
        written = step.reading * factor.to_series
        room = limits.reading * search.scale + 0.5 * _resolution(step, factor)
        if abs(written - shown) > room:
            wrong.append((step, written, shown))
        else:
            notes.fine()
    if not wrong:
        return
    worst = max(abs(written - shown) for _step, written, shown in wrong) / search.scale
    unit = search.series.unit
    said = "；".join(f"{step.label or step.name}填写 {number(written)} {unit}，"
                    f"数据为 {number(shown)} {unit}" for step, written, shown in wrong[:3])
    notes.signal(
        min(0.85, 0.4 + 8 * (worst - limits.reading)),
        f"{factor.name or factor.code}的填写读数与当时的数据不符：{said}"
        f"（最大相差量程的 {worst * 100:.1f}%）",
        [Evidence(f"{step.label or step.name}：数据 {number(shown)}", factor=factor.code,
                  since=int(search.since), until=int(search.until), value=shown)
         for step, _written, shown in wrong], work=work.ref, factor=factor.code)


def _resolution(step: Step, factor: FactorWork) -> float:
    return (10.0 ** -step.decimals if step.decimals is not None else 0.0) * (factor.to_series or 1)


def _shown(
    factor: FactorWork, step: Step, search: Search, limits: Limits
) -> float | None:
    """What the instrument showed for a step; None where it cannot be told."""
    if step.gas is None or step.reading is None or factor.to_series is None:
        return None
    target = step.gas * factor.to_series
    if not search.distinct(target, limits) or not seen(search, target, limits):
        return None
    if search.series.width > COARSE:
        return _coarse(factor, step, search, limits)
    near = limits.near * search.scale
    found = [one for one in runs(search, limits) if abs(one.level - target) <= near]
    if step.at is not None:
        at = step.at
        found = [one for one in found
                 if one.start - limits.slack <= at <= one.end + limits.slack] or found
    if not found:
        return None
    written = step.reading * factor.to_series
    width = search.series.width
    if step.name.endswith("_before") and factor.code == OXYGEN and abs(target - AIR) <= near:
        any_of = [_first(written, one, search) for one in found]
        return min(any_of, key=lambda value: abs(value - written))
    if step.name.endswith("_before"):
        there = _has(search, found[0].start - width)
        return _first(written, found[0], search) if there else None
    if step.name.endswith("_after"):
        return _last(written, found[-1], search, near) if _has(search, found[-1].end) else None
    return min((one.level for one in found), key=lambda level: abs(level - written))


def _first(written: float, run: Plateau, search: Search) -> float:
    """The value at which the first plateau stood that comes nearest to what was written: a display
    that still creeps is read somewhere on its way."""
    part = cut(search.series, run.start, run.end).values
    return float(min(max(written, float(np.min(part))), float(np.max(part))))


def _last(written: float, run: Plateau, search: Search, near: float) -> float:
    """The level of the last plateau, or of the single value that follows it: the time after
    adjusting may be too short for a plateau of its own."""
    next_ = cut(search.series, run.end, run.end + search.series.width).values
    values = [run.level, *(float(one) for one in next_ if abs(one - run.level) <= near)]
    return min(values, key=lambda value: abs(value - written))


def _has(search: Search, at: float) -> bool:
    """Whether the window at an instant arrived: beside a lost one a plateau may go on unseen."""
    return bool(len(cut(search.series, at + 1, at + search.series.width - 1).times))


def _coarse(
    factor: FactorWork, step: Step, search: Search, limits: Limits
) -> float | None:
    """From windows of several minutes only the farthest value is known: that of the step of this
    gas which was written farthest off. A reading nearer to the usual level than it stays open."""
    ends = extremes(search.series, search.since, search.until)
    if ends is None or not has_extremes(search.series):
        return None
    target = (step.gas or 0.0) * (factor.to_series or 1.0)
    up = target > search.level
    far: Callable[..., float] = max if up else min
    same = [one.reading for one in factor.steps
            if one.gas is not None and one.reading is not None
            and abs(one.gas - (step.gas or 0.0)) * (factor.to_series or 1.0)
            <= limits.near * search.scale]
    if step.reading != far(same):
        return None
    return ends[1] if up else ends[0]


def pairs_differ(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Values of the analyser in a comparison that are not what it measured over the same time."""
    for work in visit.works:
        for factor in work.factors:
            if factor.pairs and factor.to_series is not None:
                _pairs(visit, work, factor, limits, notes)


def _pairs(
    visit: Visit, work: Work, factor: FactorWork, limits: Limits, notes: Notes
) -> None:
    scale, series = full_scale(factor), visit.minutes.get(factor.code)
    if series is None or scale is None:
        return notes.cannot("没有可比的分钟数据、量程或单位")
    timed = [one for one in factor.pairs if one.start is not None]
    told = [one for one in timed if not _hidden(one, series, visit, limits)]
    if not told or len(told) < 0.5 * len(factor.pairs):
        return notes.cannot("数据对没有时间，或该时段没有完整的分钟数据")
    water = visit.point.kind == "water"
    gaps = (_held if water else _averaged)(told, series, factor, visit, limits)
    size = np.array([one.analyser * (factor.to_series or 1.0) for one in told])
    room = limits.pair * scale + 0.03 * np.abs(size)
    wrong = np.abs(gaps) > room
    if _steady_ratio(gaps, size, wrong):
        return notes.cannot("填写值与分钟数据成固定比例，可能是干湿基或折算之别")
    if wrong.mean() < limits.pair_share:
        return notes.fine()
    shown, one = size - gaps, int(np.argmax(np.abs(gaps)))
    notes.signal(
        min(0.85, 0.5 + 0.4 * float(wrong.mean())),
        f"{factor.name or factor.code}的 {len(told)} 个数据对中有 {int(wrong.sum())} 个仪器测值与"
        f"同时段数据不符，相差最大的一对填写 {number(size[one])}，数据为 {number(shown[one])} "
        f"{series.unit}".rstrip(),
        [Evidence(f"第 {place + 1} 对：填写 {number(size[place])}，数据 {number(shown[place])}",
                  factor=factor.code, since=told[place].start, until=told[place].end,
                  value=float(shown[place])) for place in np.flatnonzero(wrong)],
        work=work.ref, factor=factor.code)


def _hidden(pair: Pair, series: Series, visit: Visit, limits: Limits) -> bool:
    """Whether the data of a pair's time are not all there."""
    start = (pair.start or 0) + visit.point.clock_skew
    end = (pair.end or start) + visit.point.clock_skew
    if visit.point.kind == "water":
        end += int(limits.result_wait)
    gap = longest_gap(series, start, max(end, start + series.width))
    return gap > max(limits.gap, 0.5 * (end - start))


def _averaged(
    pairs: list[Pair], series: Series, factor: FactorWork, visit: Visit, limits: Limits
) -> Floats:
    """Written minus measured mean of each pair, at the one shift of the logger's clock that suits
    them best."""
    written = np.array([one.analyser * (factor.to_series or 1.0) for one in pairs])
    best: Floats | None = None
    for shift in SHIFTS:
        move = visit.point.clock_skew + 60 * shift
        means = []
        for one in pairs:
            start = (one.start or 0) + move
            end = max((one.end or 0) + move, start + series.width)
            found = cut(series, start, end)
            inside = np.minimum(found.times + found.width, end) - np.maximum(found.times, start)
            means.append(float(np.average(found.values, weights=inside)) if len(found.values)
                         else np.nan)
        gaps = np.asarray(written - np.array(means), dtype=np.float64)
        gaps = np.where(np.isfinite(gaps), gaps, 0.0)
        if best is None or np.median(np.abs(gaps)) < np.median(np.abs(best)):
            best = gaps
    return best if best is not None else np.zeros(len(pairs))


def _held(
    pairs: list[Pair], series: Series, factor: FactorWork, visit: Visit, limits: Limits
) -> Floats:
    """Written minus the nearest result that the analyser showed from the sample on."""
    gaps = []
    for one in pairs:
        start = (one.start or 0) + visit.point.clock_skew
        if one.analyser_at is not None:
            since, until = one.analyser_at - limits.slack, one.analyser_at + limits.slack
        else:
            since, until = start - limits.slack, (one.end or start) + limits.result_wait
        written = one.analyser * (factor.to_series or 1.0)
        found = cut(series, since, until).values
        gaps.append(float(min(written - found, key=abs)) if len(found) else 0.0)
    return np.array(gaps)


def _steady_ratio(gaps: Floats, size: Floats, wrong: NDArray[np.bool_]) -> bool:
    """Whether all pairs differ by one and the same factor while the values themselves move."""
    shown = size - gaps
    if len(size) < 5 or not wrong.any() or (shown <= 0).any() or (size <= 0).any():
        return False
    ratio = size / shown
    return bool(ratio.std() / ratio.mean() < 0.02 and shown.std() / shown.mean() > 0.05)

