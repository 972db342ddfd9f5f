"""What was written down beside what the instrument itself reported (HJ 212 CN 3020)."""

from ..curves import full_scale, span_of
from ..limits import Limits
from ..notes import Notes, clock, number
from ..types import Evidence, FactorWork, Step, Told, Visit, Work

MINUTE = 60
NEAR_MOMENT = 150
"""s between a written time and the instrument's own message of the same reading."""
Match = tuple[Step, float, Told]


def told_differs(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A reading or a range that is not what the instrument itself reported at that minute."""
    for work in visit.works:
        for factor in work.factors:
            scale = full_scale(factor)
            if scale is None or factor.to_series is None:
                continue
            _range_told(visit, work, factor, scale, notes)
            _steps_told(visit, work, factor, scale, limits, notes)


def _range_told(
    visit: Visit, work: Work, factor: FactorWork, scale: float, notes: Notes
) -> None:
    span = span_of(visit, work)
    if factor.range_high is None or factor.to_series is None or span is None:
        return
    told = [one for one in visit.told if one.factor == factor.code and one.what == "range_high"
            and one.at <= span[1]]
    if not told:
        return
    last = max(told, key=lambda one: one.at)
    written = factor.range_high * factor.to_series
    if abs(last.value - written) <= 0.01 * max(abs(last.value), abs(written)):
        return notes.fine()
    notes.signal(0.4, f"{factor.name or factor.code}填写的量程上限为 {number(written)}，"
                 f"仪器上报为 {number(last.value)}",
                 [Evidence("仪器上报的量程", ref=last.ref, factor=factor.code, since=last.at,
                           value=last.value)], work=work.ref, factor=factor.code)


def _steps_told(
    visit: Visit, work: Work, factor: FactorWork, scale: float, limits: Limits, notes: Notes
) -> None:
    said = [one for one in visit.told if one.factor == factor.code and one.what == "measured"]
    best: list[Match] = []
    for shift in _shifts(limits):
        found = _matches(factor, said, visit.point.clock_skew + shift)
        if (-_distinct(found), _off(found)) < (-_distinct(best), _off(best)):
            best = found
    room = limits.reading * scale
    wrong = [one for one in best if abs(one[1] - one[2].value) > room]
    if not wrong:
        return notes.fine() if best else None
    step, written, message = max(wrong, key=lambda one: abs(one[1] - one[2].value))
    off = abs(written - message.value) / scale
    notes.signal(
        min(0.8, 0.45 + 5 * (off - limits.reading)),
        f"{factor.name or factor.code}{step.label or step.name}填写 {number(written)}，"
        f"仪器在{clock(message.at)}上报 {number(message.value)}（相差量程的 {off * 100:.1f}%）",
        [Evidence(f"{one[0].label or one[0].name}：仪器上报 {number(one[2].value)}",
                  ref=one[2].ref, factor=factor.code, since=one[2].at, value=one[2].value)
         for one in wrong], work=work.ref, factor=factor.code)


def _shifts(limits: Limits) -> list[int]:
    """Seconds by which the logger's clock may be off unnoticed, the smallest first."""
    most = int(limits.slack // MINUTE)
    return sorted(range(-most * MINUTE, most * MINUTE + 1, MINUTE), key=abs)


def _matches(factor: FactorWork, said: list[Told], shift: int) -> list[Match]:
    """Each timed reading with the message nearest in time, its written value in the series' unit.
    """
    found = []
    for step in factor.steps:
        if step.at is None or step.reading is None or not said:
            continue
        at = step.at + shift
        message = min(said, key=lambda one: abs(one.at - at))
        if abs(message.at - at) <= NEAR_MOMENT:
            found.append((step, step.reading * (factor.to_series or 1.0), message))
    return found


def _distinct(found: list[Match]) -> int:
    """Messages that found a reading: one must not stand for two, or a shift would let the reading
    before pass as the one after."""
    return len({message.at for _step, _written, message in found})


def _off(found: list[Match]) -> float:
    return sum(abs(written - message.value) for _step, written, message in found)
