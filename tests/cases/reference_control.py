"""The reference's spans out of control: failures, deadlines, backward invalidation."""

from collections.abc import Callable
from datetime import UTC, datetime

from reference_point import (
    CHECKS,
    CHINA,
    DAY,
    FLOOR,
    HOUR,
    Happened,
    Point,
    Span,
    concerns,
    covered,
    within,
)


def of_factor(point: Point, factor: str, kinds: tuple[str, ...]) -> list[Happened]:
    return sorted((e for e in point.events if e.kind in kinds and concerns(e.factor, factor)),
                  key=lambda e: e.time)


def until_passed(point: Point, factor: str, failing: tuple[str, ...],
                 ending: tuple[str, ...]) -> list[Span]:
    found = []
    endings = [e.time for e in of_factor(point, factor, ending) if e.passed]
    for event in of_factor(point, factor, failing):
        if event.passed is False:
            found.append((event.time, min((t for t in endings if t > event.time),
                                          default=point.end)))
    return found


def past_due(renewals: list[int], due: Callable[[int], int], end: int) -> list[Span]:
    """From each deadline to the next renewal."""
    found = []
    for index, at in enumerate(renewals):
        following = renewals[index + 1] if index + 1 < len(renewals) else end
        if due(at) < following:
            found.append((due(at), following))
    return found


def next_day_end(at: int) -> int:
    midnight = at - (at + 8 * HOUR) % DAY
    return midnight + 2 * DAY


def three_months_on(at: int) -> int:
    then = datetime.fromtimestamp(at, UTC) + CHINA
    month = then.month + 3
    year, month = (then.year + 1, month - 12) if month > 12 else (then.year, month)
    for day in (then.day, 30, 29, 28):
        try:
            later = then.replace(year=year, month=month, day=day)
        except ValueError:
            continue
        return int((later - CHINA).timestamp())
    raise AssertionError("every month has 28 days")


def gas_out_of_control(point: Point, factor: str) -> list[Span]:
    spans = until_passed(point, factor, ("calibration",), ("calibration", "full_calibration"))
    spans += until_passed(point, factor, ("full_calibration",), ("full_calibration",))
    either = ("verification", "comparison")
    spans += until_passed(point, factor, either, either)
    own = [e.time for e in of_factor(point, factor, ("calibration",)) if e.passed is not False]
    full = [e.time for e in of_factor(point, factor, ("full_calibration",))
            if e.passed is not False]
    if own:
        renewals = sorted({*own, *(t for t in full if t > own[0])})
        if point.facts["auto_calibration"]:
            spans += past_due(renewals, next_day_end, point.end)
        else:
            short = point.facts["technique"] != "in_situ" and factor != "a34013"
            days = 7 if short else 15
            spans += past_due(renewals, lambda at: at + days * DAY, point.end)
    if point.facts["technique"] != "in_situ" and factor != "a34013":
        spans += past_due(full, three_months_on, point.end)
    return spans


def at_fault(point: Point, factor: str) -> tuple[list[Span], list[Span]]:
    """Spans out of control and spans invalid backward, any check ending both. The 168 hours are
    for analysers: nobody calibrates a flume every week."""
    lost = until_passed(point, factor, CHECKS, CHECKS)
    renewals = [e.time for e in of_factor(point, factor, ("calibration",))
                if e.passed is not False]
    if factor in FLOOR:
        lost += past_due(renewals, lambda at: at + 168 * HOUR, point.end)
    passed = [e.time for e in of_factor(point, factor, CHECKS) if e.passed]
    backward = [(max((t for t in passed if t < e.time), default=point.start), e.time)
                for e in of_factor(point, factor, CHECKS) if e.passed is False]
    return lost, backward


def touched(spans: list[Span], begin: int) -> bool:
    return within(spans, begin) or covered(spans, begin, begin + HOUR) > 15 * 60
