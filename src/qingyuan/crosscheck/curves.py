"""Reading a factor's series: windows, gaps, the usual level, and plateaus."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from .types import FactorWork, Floats, Series, Span, Visit, Work

SERVICE = frozenset("CMS")
"""Flags of calibration, maintenance and values set by hand (HJ 212-2017 table 8)."""
BLURRED = frozenset("DFB")
"""Letters that a window of several minutes gets for C or M in part of it (notes to C.16 to C.18:
a flue-gas period with less than 75 % normal values is D)."""
COARSE = 120
"""s; windows longer than this hide a plateau in an average, so least and greatest are read."""
AROUND = 3 * 3600


@dataclass(frozen=True, slots=True)
class Plateau:
    """Neighbouring values that stand still. ``level`` is that of the last two: whoever reads the
    display reads it at the end."""

    start: int
    end: int
    level: float
    count: int
    spread: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What a factor shows when nobody works on it: median, 2nd and 98th percentile."""

    level: float
    low: float
    high: float


def span_of(visit: Visit, work: Work) -> Span | None:
    """The time of the work on the logger's clock, None when it is not known or not sound."""
    if work.started is None or work.finished is None or work.finished < work.started:
        return None
    skew = visit.point.clock_skew
    return work.started + skew, work.finished + skew


def cut(series: Series, since: float, until: float) -> Series:
    """The windows that touch [since, until) and have a value."""
    keep = (series.times < until) & (series.times + series.width > since)
    keep &= np.isfinite(series.values)
    lows, highs = series.lows, series.highs
    return replace(series, times=series.times[keep], values=series.values[keep],
                   flags=series.flags[keep], lows=None if lows is None else lows[keep],
                   highs=None if highs is None else highs[keep])


def longest_gap(series: Series, since: float, until: float) -> float:
    """The longest stretch of [since, until) in s that no value covers.

    >>> import numpy as np
    >>> two = Series("a21026", np.array([0, 240]), np.array([1.0, 1.0]), np.array(["N", "N"]))
    >>> longest_gap(two, 0, 300), longest_gap(two, 400, 500)
    (180.0, 100.0)
    """
    found = cut(series, since, until)
    if not len(found.times):
        return float(until - since)
    starts = np.append(np.maximum(found.times, since), until)
    ends = np.append(since, np.minimum(found.times + found.width, until))
    return float(max(0.0, np.max(starts - ends)))


def silent(visit: Visit, since: float, until: float) -> bool:
    """Whether the line is known to have been down during some of that time."""
    return any(start < until and end > since for start, end in visit.silent)


def told(visit: Visit, code: str, span: Span, gap: float) -> Series | None:
    """The finest series of a factor that covers the span without a gap longer than ``gap`` (s) or
    one window; None when there is none."""
    for source in (visit.realtime, visit.minutes):
        series = source.get(code)
        if series is not None and longest_gap(series, *span) < max(gap, series.width) + 1:
            return series
    return None


def full_scale(work: FactorWork) -> float | None:
    """The range in the series' unit; without one the greatest gas value; None for neither."""
    if work.to_series is None:
        return None
    if work.range_low is not None and work.range_high is not None:
        width = (work.range_high - work.range_low) * work.to_series
        return width if width > 0 else None
    values = [abs(step.gas) for step in work.steps if step.gas]
    return max(values) * work.to_series if values else None


def usual(series: Series, span: Span, slack: float) -> Usual | None:
    """The level around the span, where no flag stands; None of fewer than six values."""
    calm = _calm(series, span, slack)
    if len(calm) < 6:
        return None
    low, level, high = np.percentile(calm, [2, 50, 98])
    return Usual(float(level), float(low), float(high))


def _calm(series: Series, span: Span, slack: float) -> Floats:
    near = cut(series, span[0] - AROUND - slack, span[1] + AROUND + slack)
    outside = (near.times + near.width <= span[0] - slack) | (near.times >= span[1] + slack)
    normal = np.isin(near.flags, ["N", ""])
    return near.values[outside & normal]


def plateaus(series: Series, since: float, until: float, steady: float) -> list[Plateau]:
    """Runs of at least two neighbouring values in [since, until) of which each differs from the one
    before by ``steady`` at most (series' unit)."""
    part = cut(series, since, until)
    if len(part.times) < 2:
        return []
    joined = (np.abs(np.diff(part.values)) <= steady) & (
        np.diff(part.times) <= 2 * part.width)
    bounds = [0, *(np.flatnonzero(~joined) + 1).tolist(), len(part.times)]
    return [
        Plateau(int(part.times[first]), int(part.times[last - 1]) + part.width,
                float(part.values[last - 2:last].mean()), last - first,
                float(np.ptp(part.values[first:last])))
        for first, last in zip(bounds, bounds[1:], strict=False) if last - first >= 2
    ]


def extremes(series: Series, since: float, until: float) -> tuple[float, float] | None:
    """Least and greatest of the windows in [since, until), from what was sent as such where it was;
    None of nothing."""
    part = cut(series, since, until)
    if not len(part.values):
        return None
    lows = part.values if part.lows is None else np.fmin(part.lows, part.values)
    highs = part.values if part.highs is None else np.fmax(part.highs, part.values)
    return float(np.min(lows)), float(np.max(highs))


def has_extremes(series: Series) -> bool:
    """Whether least and greatest of the windows were sent."""
    return series.lows is not None and series.highs is not None and bool(
        np.isfinite(series.highs).any())


def flagged(series: Series, since: float, until: float) -> bool:
    """Whether a flag of service stands in [since, until)."""
    found = set(cut_flags(series, since, until))
    return bool(found & SERVICE) or (series.width > COARSE and bool(found & BLURRED))


def cut_flags(series: Series, since: float, until: float) -> list[str]:
    """The flags of the windows that touch [since, until), of those without a value too."""
    keep = (series.times < until) & (series.times + series.width > since)
    return [str(flag) for flag in series.flags[keep]]


def speaks_flags(series: Iterable[Series]) -> bool:
    """Whether any flag letter at all was sent."""
    return any(bool((one.flags != "").any()) for one in series)
