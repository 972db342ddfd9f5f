"""Flags and marks beside records: what was written down must be flagged, what is flagged must be
written down."""

from collections.abc import Sequence

import numpy as np

from ..curves import SERVICE, cut, flagged, longest_gap, silent, span_of, speaks_flags, usual
from ..limits import Limits
from ..notes import Notes, between, listed, minutes
from ..places import credited
from ..types import Evidence, Mark, Series, Span, Visit, Work
from .kinds import DEVICE_MARKS, TAKEN_OUT, THROUGH_GAS
from .plateau import shows_gas

MINUTE = 60
EDGE = 5 * MINUTE
"""s by which a neighbour's flags may reach over its record's times."""
MARK_WORDS = {"device_maintenance": "维护", "calibration": "校准", "standard_check": "标样核查"}
FLAG_WORDS = {"C": "校准标识（C）", "M": "维护标识（M）", "S": "手工设定标识（S）"}


def no_flag(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A calibration or check written down, and no flag of calibration or maintenance in the minutes
    of that time. With its plateau in the data it is the flag alone that was forgotten."""
    for work in visit.works:
        if work.kind in THROUGH_GAS:
            _no_flag(visit, work, limits, notes)


def _no_flag(visit: Visit, work: Work, limits: Limits, notes: Notes) -> None:
    span = span_of(visit, work)
    if visit.point.flags_shown is False:
        return notes.cannot("该数采仪从不上传校准、维护标识")
    if span is None:
        return notes.cannot("记录没有作业时段")
    series = _series_of(visit, work)
    if not series or not speaks_flags(series):
        return notes.cannot("作业时段内没有带标识的分钟数据")
    search = _search(work, span, limits)
    own = own_time(visit, span, search)
    if any(flagged(one, *part) for one in series for part in own):
        return notes.fine()
    if _unclear(visit, series, span, limits):
        return notes.cannot("作业时段内分钟数据有缺口")
    if all(2 * one.width > span[1] - span[0] for one in series):
        return notes.cannot("作业时间短于分钟数据的间隔")
    gas = any(shows_gas(visit, work, factor, limits) for factor in work.factors)
    known = visit.point.flags_shown is True
    score = 0.2 if gas else (0.5 if known else 0.35)
    tail = "数据中有通气的平台，可能是忘记切换状态" if gas else "数据按正常上传"
    count = sum(len(cut(one, *span).times) for one in series)
    notes.signal(score, f"记录了{work.title or '校准'}（{between(*span)}），该时段 {count} 个分钟"
                 f"数据都没有校准或维护标识，{tail}", _windows(series, search), work=work.ref)


def work_without_mark(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A maintenance, repair or replacement written down, and neither a mark nor a flag for it."""
    for work in visit.works:
        if work.kind in TAKEN_OUT:
            _without_mark(visit, work, limits, notes)


def _without_mark(visit: Visit, work: Work, limits: Limits, notes: Notes) -> None:
    span = span_of(visit, work)
    if span is None:
        return notes.cannot("记录没有作业时段")
    search = span[0] - limits.mark_slack, span[1] + limits.mark_slack
    own = own_time(visit, span, search)
    if any(one.start < end and one.end > start and one.kind in {*DEVICE_MARKS, "fault"}
           for one in visit.marks for start, end in own):
        return notes.fine()
    series = _series_of(visit, work)
    own = own_time(visit, span, (span[0] - limits.slack, span[1] + limits.slack))
    if any(flagged(one, *part) or "D" in set(_letters(one, part)) for one in series
           for part in own):
        return notes.fine()
    if visit.point.marks_until is None or visit.point.marks_until < span[1]:
        return notes.cannot("该时段的申报标记尚不完整")
    if visit.point.flags_shown is False:
        return notes.cannot("该数采仪从不上传维护标识")
    if not series or not speaks_flags(series) or _unclear(visit, series, span, limits):
        return notes.cannot("作业时段内没有完整的分钟数据")
    moved = [one for one in series if _disturbed(one, span, limits)]
    score = 0.35 if moved else 0.55
    tail = (f"但{listed([one.name or one.code for one in moved])}的数据有异常变化" if moved
            else "数据也没有任何变化")
    notes.signal(score, f"记录了{work.title or '维护'}（{between(*span)}），该时段没有申报标记，"
                 f"分钟数据没有维护标识，{tail}", _windows(series[:4], search), work=work.ref)


def mark_without_record(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A device mark, or minutes flagged as calibration or maintenance, that no record explains."""
    known = [*visit.explained, *(span for work in visit.works if (span := span_of(visit, work)))]
    slack = limits.mark_slack
    for mark in visit.marks:
        if mark.kind not in DEVICE_MARKS or mark.end - mark.start < limits.mark_least:
            continue
        if _covered((mark.start, mark.end), known, slack) or _own_routine(visit, mark, limits):
            notes.fine()
            continue
        word = MARK_WORDS[mark.kind]
        notes.signal(0.6, f"{between(mark.start, mark.end)}申报了{word}标记（"
                     f"{minutes(mark.end - mark.start)}），没有任何作业记录{_nobody(visit, mark)}",
                     [Evidence(f"{word}标记", ref=mark.ref, factor=mark.factor, since=mark.start,
                               until=mark.end)])
    _flags_without_record(visit, known, limits, notes)


def _flags_without_record(
    visit: Visit, known: Sequence[Span], limits: Limits, notes: Notes
) -> None:
    finest = {**visit.minutes, **visit.realtime}
    runs = [run for one in finest.values() for run in _runs(one, limits)]
    for start, end, letter, code in sorted(runs, key=lambda run: (run[0], -run[1])):
        span = start - visit.point.clock_skew, end - visit.point.clock_skew
        mark = Mark("", *span, "calibration" if letter == "C" else "device_maintenance", code)
        if _covered(span, known, limits.mark_slack) or _own_routine(visit, mark, limits):
            notes.fine()
            continue
        if any(one.start < span[1] and one.end > span[0] for one in visit.marks):
            continue  # the mark of that time speaks for both
        return notes.signal(
            0.55, f"{between(*span)}的分钟数据带有{FLAG_WORDS[letter]}（{minutes(end - start)}），"
            f"没有任何作业记录{_nobody(visit, mark)}",
            [Evidence("带标识的分钟数据", factor=code, since=start, until=end)], factor=code)


def _runs(series: Series, limits: Limits) -> list[tuple[int, int, str, str]]:
    """Stretches of one service flag that are long enough to ask about."""
    letters = series.flags
    if not len(letters):
        return []
    bounds = [0, *(np.flatnonzero(letters[1:] != letters[:-1]) + 1).tolist(), len(letters)]
    found = []
    for first, last in zip(bounds, bounds[1:], strict=False):
        start, end = int(series.times[first]), int(series.times[last - 1]) + series.width
        if str(letters[first]) in SERVICE and end - start > limits.mark_least:
            found.append((start, end, str(letters[first]), series.code))
    return found


def _covered(span: Span, known: Sequence[Span], slack: float) -> bool:
    """Whether records explain a span: from its beginning to its end, with some slack."""
    reached = span[0] + slack
    for start, end in sorted(known):
        if start - slack <= reached and end + slack > reached:
            reached = end + slack
    return reached > span[0] + slack and reached >= span[1]


def _own_routine(visit: Visit, mark: Mark, limits: Limits) -> bool:
    """Whether the analyser does that by itself every day, so that nobody writes it down."""
    if not visit.point.auto_calibration or mark.kind == "device_maintenance":
        return False
    if mark.end - mark.start > limits.auto_longest:
        return False
    if visit.point.auto_at is None:
        return True
    second = (mark.start + 8 * 3600) % 86400
    off = abs(second - visit.point.auto_at)
    return min(off, 86400 - off) <= limits.mark_slack


def _nobody(visit: Visit, mark: Mark) -> str:
    here = any(mark.start - 7200 <= credited(one) <= mark.end + 7200 for one in visit.presences)
    return "" if here or not visit.presence_kept else "，也没有人到场"


def _series_of(visit: Visit, work: Work) -> list[Series]:
    codes = [factor.code for factor in work.factors] or list(work.touches)
    found = [visit.minutes[code] for code in codes if code in visit.minutes]
    return found or ([] if codes else list(visit.minutes.values()))


def own_time(
    visit: Visit, span: Span, search: tuple[float, float]
) -> list[tuple[float, float]]:
    """The parts of a search that belong to no other record, so that a neighbour's flags do not
    speak for this work; all of it where records lie over each other."""
    skew = visit.point.clock_skew
    spans = {*visit.explained, *((one.started, one.finished) for one in visit.works
                                 if one.started is not None and one.finished is not None)}
    others = sorted((start + skew - EDGE, end + skew + EDGE) for start, end in spans
                    if max(abs(start + skew - span[0]), abs(end + skew - span[1])) > MINUTE)
    found, reached = [], search[0]
    for start, end in others:
        if start > reached:
            found.append((reached, min(start, search[1])))
        reached = max(reached, end)
    if reached < search[1]:
        found.append((reached, search[1]))
    own = sum(max(0.0, min(end, span[1]) - max(start, span[0])) for start, end in found)
    return [part for part in found if part[1] > part[0]] if own > (span[1] - span[0]) / 3 else [
        search]


def _search(work: Work, span: Span, limits: Limits) -> tuple[float, float]:
    late = limits.result_wait if work.kind == "standard_check" else limits.slack
    return span[0] - limits.slack, span[1] + late


def _unclear(visit: Visit, series: Sequence[Series], span: Span, limits: Limits) -> bool:
    return silent(visit, *span) or all(
        longest_gap(one, *span) > max(limits.gap, one.width) for one in series)


def _letters(series: Series, search: tuple[float, float]) -> list[str]:
    return [str(one) for one in cut(series, *search).flags]


def _disturbed(series: Series, span: Span, limits: Limits) -> bool:
    """Whether values left their usual band by half its level."""
    calm = usual(series, span, limits.slack)
    found = cut(series, *span).values
    if calm is None or not len(found):
        return False
    room = 0.5 * max(abs(calm.level), calm.high - calm.low)
    return bool((np.abs(found - calm.level) > room).any())


def _windows(series: Sequence[Series], search: tuple[float, float]) -> list[Evidence]:
    return [Evidence(f"{one.name or one.code}分钟数据", factor=one.code, since=int(search[0]),
                     until=int(search[1])) for one in series]
