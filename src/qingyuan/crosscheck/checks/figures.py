"""Figures that nobody took: one sample for three, the last record's numbers, too good results."""

import math

from ..curves import full_scale
from ..limits import Limits
from ..notes import Notes, clock, minutes, number
from ..types import Evidence, FactorWork, Visit, Work


def one_moment(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Pairs of a comparison that were sampled at one moment, or whose times overlap."""
    for work in visit.works:
        for factor in work.factors:
            if len(factor.pairs) >= 2:
                _one_moment(visit, work, factor, limits, notes)


def _one_moment(
    visit: Visit, work: Work, factor: FactorWork, limits: Limits, notes: Notes
) -> None:
    timed = sorted((one.start, one.end or one.start) for one in factor.pairs
                   if one.start is not None)
    if len(timed) < 2:
        return notes.cannot("数据对没有采样时间")
    apart = limits.sample_apart if visit.point.kind == "water" else 1.0
    close = [(first, second) for first, second in zip(timed, timed[1:], strict=False)
             if second[0] - first[0] < apart or second[0] < first[1] - 60]
    samples = [one.sample for one in factor.pairs if one.sample]
    doubles = len(samples) - len(set(samples))
    if not close and not doubles:
        return notes.fine()
    share = max(len(close), doubles) / (len(timed) - 1)
    gap = max(0, min((second[0] - first[0] for first, second in close), default=0))
    said = (f"{len(close) + 1} 个数据对的采样时刻相隔不到 {minutes(max(apart, gap, 60))}"
            f"（{clock(timed[0][0])}起）" if close else f"{doubles + 1} 个数据对用了同一个样品")
    name = factor.name or factor.code
    notes.signal(0.45 + 0.3 * share, f"{name}的比对中，{said}，不是不同时刻的样品",
                 [Evidence("采样时刻", ref=work.ref, factor=factor.code, since=first[0],
                           until=second[1]) for first, second in close], work=work.ref,
                 factor=factor.code)


def copied_numbers(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Readings that are the last record's, figure by figure. Zeros and values that equal their gas
    come out the same honestly and are left out."""
    for work in visit.works:
        plain = {0.0, *(step.gas for factor in work.factors for step in factor.steps
                        if step.gas is not None)}
        both = [path for path in work.numbers if path in work.previous
                and not (work.numbers[path] in plain and work.previous[path] in plain)]
        if not work.numbers:
            continue
        if len(both) < limits.copied_fewest:
            notes.cannot("可与上次记录比较的读数太少")
            continue
        same = [path for path in both if work.numbers[path] == work.previous[path]]
        share = len(same) / len(both)
        if share < limits.copied_share:
            notes.fine()
            continue
        shown = "、".join(number(work.numbers[path]) for path in same[:5])
        notes.signal(
            min(0.9, 0.5 + 0.05 * (len(same) - limits.copied_fewest)),
            f"{work.title or '记录'}的 {len(both)} 个读数中有 {len(same)} 个与上一份"
            f"{f'（{work.previous_day}）' if work.previous_day else ''}完全相同（{shown}…）",
            [Evidence("上一份记录", ref=work.previous_ref),
             *(Evidence(path, ref=work.ref, value=work.numbers[path]) for path in same)],
            work=work.ref)


def too_good(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Deviations that are all but zero. Each is taken as normal with the book's spread, widened by
    half a digit; their squares together follow χ², whose lower tail is the chance of so good a
    result."""
    for work in visit.works:
        ratios = [one for factor in work.factors for one in _ratios(factor, limits)]
        if len(ratios) < 4:
            if ratios:
                notes.cannot("可评价的偏差太少")
            continue
        chance = lower_tail(sum(one * one for one in ratios) / 2, len(ratios) / 2)
        odds = -math.log10(max(chance, 1e-30))
        if odds < limits.good_odds:
            notes.fine()
            continue
        notes.signal(
            min(0.8, 0.5 + 0.06 * (odds - limits.good_odds)),
            f"{work.title or '记录'}的 {len(ratios)} 个偏差全都接近零，"
            f"正常仪器偶然如此的概率约为 {chance:.0e}".replace("e-0", "e-"),
            [Evidence("偏差与通常离散之比", ref=work.ref, value=round(one, 4)) for one in ratios],
            work=work.ref)


def _ratios(factor: FactorWork, limits: Limits) -> list[float]:
    """Deviations by their usual spread: drift (a zero that is cut off at the range's end
    says nothing), errors of checks and pairs."""
    found = []
    scale = full_scale(factor)
    width = scale / (factor.to_series or 1.0) if scale else None
    for step in factor.steps:
        if step.gas is None or step.reading is None or not (step.gas or step.name == "zero_before"):
            continue
        half = 0.5 * 10.0 ** -step.decimals if step.decimals is not None else 0.0
        if step.name == "zero_before" and step.last is not None and width:
            if step.reading > (factor.range_low or 0.0) < step.last:
                off = abs(step.reading - step.last) + half
                found.append(off / (limits.good_drift * width))
        elif step.name == "span_before" and width:
            last = step.last if step.last is not None else step.gas
            found.append((abs(step.reading - last) + half) / (limits.good_drift * width))
        elif step.name in ("check", "low", "mid", "high"):
            off = abs(step.reading - step.gas) + half
            found.append(off / (limits.good_error * abs(step.gas)))
    for pair in factor.pairs:
        if pair.reference:
            off = abs(pair.analyser - pair.reference) / abs(pair.reference)
            found.append(off / limits.good_error)
    return found


def lower_tail(x: float, a: float) -> float:
    """The regularised lower incomplete gamma function P(a, x), by its series (x up to some tens).

    >>> round(lower_tail(1.0, 1.0), 6), round(lower_tail(2.0, 2.5), 6), lower_tail(0.0, 2.0)
    (0.632121, 0.450584, 0.0)
    """
    if x <= 0:
        return 0.0
    if x > a + 30:
        return 1.0
    term = total = 1.0 / a
    for place in range(1, 500):
        term *= x / (a + place)
        total += term
        if term < total * 1e-15:
            break
    return min(1.0, total * math.exp(a * math.log(x) - x - math.lgamma(a)))
