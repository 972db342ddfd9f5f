"""Out of control: from the events of a system to the spans in which its values may not be trusted.

Two ways lead there: something failed and has not passed since, or something that is due was not
done. Water adds a third, which reaches backwards: what failed today was already wrong at an unknown
moment since it last passed (HJ 356-2019 chapter 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qingyuan.calc import spans
from qingyuan.calc.reasons import provision_of
from qingyuan.calc.roles import PARTICULATE
from qingyuan.calc.ruling import Properties, Ruling, later
from qingyuan.calc.spans import Span
from qingyuan.calc.types import Case, Event
from qingyuan.kernel import windows
from qingyuan.standards import Provision


@dataclass(frozen=True, slots=True)
class Lost:
    """A span [start, end) with the code of its reason and the clause that stands behind it."""

    start: int
    end: int
    code: str
    clause: str


@dataclass(frozen=True, slots=True)
class Control:
    """How one factor stands: spans out of control, spans invalid because of what failed later
    (water), and spans over which a remark holds."""

    out: tuple[Lost, ...] = ()
    backward: tuple[Lost, ...] = ()
    remarks: tuple[Lost, ...] = ()  # the clause is empty


_FAILED: Mapping[str, str] = {
    "calibration": "calibration_failed", "full_calibration": "full_calibration_failed",
    "standard_check": "check_failed", "verification": "verification_failed",
    "comparison": "comparison_failed",
}
_GAS_ENDED_BY: Mapping[str, frozenset[str]] = {
    "calibration": frozenset({"calibration", "full_calibration"}),
    "full_calibration": frozenset({"full_calibration"}),
    "standard_check": frozenset({"standard_check", "calibration", "full_calibration"}),
    "verification": frozenset({"verification", "comparison"}),
    "comparison": frozenset({"verification", "comparison"}),
}
# water knows three kinds of check; what gas calls otherwise stands for the like
_CHECKS: Mapping[str, str] = {
    "calibration": "calibration", "full_calibration": "calibration",
    "standard_check": "standard_check",
    "comparison": "comparison", "verification": "comparison",
}


def of_factor(case: Case, ruling: Ruling, factor: str) -> Control:
    """The control of one factor over ``case``; spans may reach beyond it on both sides.

    Gas (HJ 75-2017 11.2, 11.6, 12.1.2, 12.2.3): from a failed event to the next passed one of its
    family; past the deadline of a calibration or full calibration to the next one done; after a
    long stop without timely verification from the restart to the verification. Water (HJ 355-2019
    8, HJ 356-2019 6): from a failed check to the next passed one, and back to the last.
    Deadlines apply to pollutants and analysers only.
    """
    events = spans.own(case.events, factor)
    end = case.start + windows.HOUR * case.hours
    due = factor in case.pollutants
    if case.kind == "water":
        out, backward, remarks = _failed_water(events, ruling, case.start, end)
        if due:
            late, unknown = _overdue_water(events, ruling, case.start, end)
            out, remarks = out + late, remarks + unknown
        return Control(tuple(out), tuple(backward), tuple(remarks))
    out, remarks = _failed_gas(events, ruling, end), []
    if due:
        for late, unknown in (
            _overdue_gas(events, ruling, factor, Properties(case), case.start, end),
            _restarts(events, ruling, stops(case, factor), end),
        ):
            out, remarks = out + late, remarks + unknown
    return Control(tuple(out), (), tuple(remarks))


def stops(case: Case, factor: str) -> list[Span]:
    """When the source did not run: stop_start/_end and ``stopped`` marks, as disjoint spans."""
    end = case.start + windows.HOUR * case.hours
    events = spans.own(case.events, factor)
    return spans.union([*spans.between(events, "stop", case.start, end),
                        *spans.marked(case.marks, "stopped", factor)])


def _failed_gas(events: Sequence[Event], ruling: Ruling, end: int) -> list[Lost]:
    found = []
    passed: dict[str, int] = {}  # the next time that each kind passed
    for event in reversed(events):
        if event.passed:
            passed[event.kind] = event.time
        elif event.passed is False and event.kind in _FAILED:
            until = min(passed.get(kind, end) for kind in _GAS_ENDED_BY[event.kind])
            if event.time < until and until > ruling.start and event.time < end:
                code = _FAILED[event.kind]
                clause = ruling.since(provision_of(code, "gas"), event.time).cite()
                found.append(Lost(event.time, until, code, clause))
    return found[::-1]


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────


def _overdue_gas(
    events: Sequence[Event], ruling: Ruling, factor: str, point: Properties, start: int, end: int
) -> tuple[list[Lost], list[Lost]]:
    """Past a deadline of HJ 75-2017 11.2, and where none could be computed."""
    done: list[int] = []
    full: list[int] = []
    for event in events:
        if event.passed is False:
            continue
        if event.kind == "calibration" or (event.kind == "full_calibration" and done):
            done.append(event.time)
        if event.kind == "full_calibration":
            full.append(event.time)
    gaseous = factor not in PARTICULATE
    out = []
    for since, until in _turns(done, end):
        deadline, clause = _calibration_due(since, ruling, point, gaseous)
        out.append(Lost(deadline, until, "calibration_overdue", clause))
    remarks = [Lost(start, min(done, default=end), "calibration_history_unknown", "")]
    if gaseous:
        for since, until in _turns(full, end):
            if point.at("technique", since) != "in_situ":
                rule = ruling.since("gas.calibration.full.interval", since)
                deadline = later(since, rule)
                out.append(Lost(deadline, until, "full_calibration_overdue", rule.cite()))
        if point.at("technique", end - 1) != "in_situ":
            remarks.append(
                Lost(start, min(full, default=end), "full_calibration_history_unknown", ""))
    return _within(out, start, end), _within(remarks, start, end)


def _turns(done: Sequence[int], end: int) -> list[Span]:
    """From each time something was done to the next, the last to ``end``."""
    return [turn for turn in zip(done, [*done[1:], end], strict=False) if turn[0] < end]


def _within(found: Iterable[Lost], start: int, end: int) -> list[Lost]:
    return [lost for lost in found
            if lost.start < lost.end and lost.end > start and lost.start < end]


def _calibration_due(
    since: int, ruling: Ruling, point: Properties, gaseous: bool
) -> tuple[int, str]:
    """Deadline of a calibration clock that started at ``since``, and its clause. The calendar-day
    rule: done on day D, due by the end of day D + 1 (for 24 h)."""
    if point.at("auto_calibration", since) is True:
        rule = ruling.since("gas.calibration.auto.interval", since)
        if ruling.since("gas.calibration.auto.day_rule", since).value == "calendar_day":
            days = max(1, round((later(0, rule)) / windows.DAY))
            return windows.start_of("day", since) + (days + 1) * windows.DAY, rule.cite()
    elif not gaseous:
        rule = ruling.since("gas.calibration.particulate.interval", since)
    elif point.at("technique", since) == "in_situ":
        rule = ruling.since("gas.calibration.in_situ.interval", since)
    else:
        rule = ruling.since("gas.calibration.extractive.interval", since)
    return later(since, rule), rule.cite()


def _restarts(
    events: Sequence[Event], ruling: Ruling, stopped: Sequence[Span], end: int
) -> tuple[list[Lost], list[Lost]]:
    """After a stop longer than a quarter a verification must pass within two weeks of the restart
    (HJ 75-2017 12.1.2); until then, in a case that ends sooner, that it is due is only noted."""
    out, pending = [], []
    for begin, restart in stopped:
        if restart >= end or restart <= later(begin, ruling.since("gas.stop.long", begin)):
            continue
        rule = ruling.since("gas.stop.verification_within", restart)
        deadline = later(restart, rule)
        passed = min((e.time for e in events
                      if e.kind == "verification" and e.passed and e.time >= restart), default=None)
        if passed is not None and passed <= deadline:
            continue
        if passed is None and end <= deadline:
            pending.append(Lost(restart, end, "verification_pending", ""))
        else:
            until = end if passed is None else passed
            out.append(Lost(restart, until, "restart_unverified", rule.cite()))
    return _within(out, ruling.start, end), _within(pending, ruling.start, end)


# ── water ────────────────────────────────────────────────────────────────────────────────────────


def _failed_water(
    events: Sequence[Event], ruling: Ruling, start: int, end: int
) -> tuple[list[Lost], list[Lost], list[Lost]]:
    """Forward, backward and remark spans of failed checks; what ends them is a switch."""
    checks = [e for e in events if e.kind in _CHECKS]
    out, backward, remarks = [], [], []
    following: dict[str, int] = {}  # the next time that each kind passed
    for event in reversed(checks):
        if event.passed:
            following[_CHECKS[event.kind]] = event.time
        elif event.passed is False:
            rule, kinds = _ending(event, ruling)
            until = min((following[kind] for kind in kinds if kind in following), default=end)
            out.append(Lost(event.time, until, _FAILED[event.kind], rule.cite()))
    last: dict[str, int] = {}  # the last time that each kind passed
    for event in checks:
        if event.passed:
            last[_CHECKS[event.kind]] = event.time
        elif event.passed is False:
            rule, kinds = _ending(event, ruling)
            back = max((last[kind] for kind in kinds if kind in last), default=None)
            begin = start if back is None else back
            backward.append(Lost(begin, event.time, "check_failed_backward", rule.cite()))
            if back is None:
                remarks.append(Lost(begin, event.time, "no_previous_check", ""))
    return (_within(out[::-1], start, end), _within(backward, start, end),
            _within(remarks, start, end))


def _ending(event: Event, ruling: Ruling) -> tuple[Provision, set[str]]:
    """The rule on what ends the invalidity around a failed check, and the kinds that do."""
    rule = ruling.since("water.backward.ended_by", event.time)
    return rule, set(_CHECKS.values()) if rule.value == "any_check" else {_CHECKS[event.kind]}


_WATER_CLOCKS = (
    ("calibration", "water.calibration.interval", "calibration_overdue",
     "calibration_history_unknown", ("calibration", "calibration_and_check")),
    ("standard_check", "water.check.interval", "check_overdue",
     "check_history_unknown", ("calibration_and_check",)),
)


def _overdue_water(
    events: Sequence[Event], ruling: Ruling, start: int, end: int
) -> tuple[list[Lost], list[Lost]]:
    """Past a deadline of HJ 355-2019 chapter 8, as far as ``water.overdue`` counts it."""
    out, remarks = [], []
    for kind, interval, code, unknown, words in _WATER_CLOCKS:
        done = [e.time for e in events if _CHECKS.get(e.kind) == kind and e.passed is not False]
        for since, until in _turns(done, end):
            if ruling.since("water.overdue", since).value in words:
                rule = ruling.since(interval, since)
                out.append(Lost(later(since, rule), until, code, rule.cite()))
        first = min(done, default=end)
        if first > start and ruling.at("water.overdue", start).value in words:
            remarks.append(Lost(start, first, unknown, ""))
    return _within(out, start, end), _within(remarks, start, end)

