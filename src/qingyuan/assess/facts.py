"""EVENTS.csv, MARKS.csv and MANUAL.csv: what happened to a system, and what was declared."""

from pathlib import Path

from qingyuan.assess.minutes import CODE, FACTOR
from qingyuan.assess.refusal import Complaints
from qingyuan.assess.text import MINUTE, NUMBER, parse_minute, parse_number, records
from qingyuan.calc.types import EVENT_KINDS, MARK_KINDS, Event, Mark

EVENTS = ("time", "kind", "factor", "passed")
MARKS = ("start", "end", "kind", "factor")
MANUAL = ("time", "factor", "value")
_PASSED = {"1": True, "0": False, "": None}

Manual = dict[str, tuple[tuple[int, float], ...]]


def read_events(path: Path, raw: bytes) -> tuple[Event, ...]:
    """``time,kind,factor,passed`` as events in order of time; Refused with every bad line."""
    complaints = Complaints(path)
    events = []
    for line, (time, kind, factor, passed) in records(path, raw, EVENTS, complaints):
        minute = parse_minute(time)
        if minute is None:
            complaints.add(line, time, MINUTE)
        elif kind not in EVENT_KINDS:
            complaints.add(line, kind, "one of " + ", ".join(EVENT_KINDS))
        elif factor and not FACTOR.fullmatch(factor):
            complaints.add(line, factor, CODE + ", or nothing for all factors")
        elif passed not in _PASSED:
            complaints.add(line, passed, "1, 0 or nothing")
        else:
            events.append(Event(minute * 60, kind, factor, _PASSED[passed]))
    complaints.refuse()
    return tuple(sorted(events, key=lambda event: event.time))


def read_marks(path: Path, raw: bytes) -> tuple[Mark, ...]:
    """``start,end,kind,factor`` as marks over [start, end) in order of start; Refused with every
    bad line."""
    complaints = Complaints(path)
    marks = []
    for line, (start, end, kind, factor) in records(path, raw, MARKS, complaints):
        begun, ended = parse_minute(start), parse_minute(end)
        if begun is None:
            complaints.add(line, start, MINUTE)
        elif ended is None:
            complaints.add(line, end, MINUTE)
        elif ended <= begun:
            complaints.add(line, end, f"an end after the start {start}")
        elif kind not in MARK_KINDS:
            complaints.add(line, kind, "one of " + ", ".join(MARK_KINDS))
        elif factor and not FACTOR.fullmatch(factor):
            complaints.add(line, factor, CODE + ", or nothing for all factors")
        else:
            marks.append(Mark(begun * 60, ended * 60, kind, factor))
    complaints.refuse()
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.end)))


def read_manual(path: Path, raw: bytes) -> Manual:
    """``time,factor,value`` of samples taken by hand: per factor (epoch second, mg/L) in order of
    time; Refused with every bad line."""
    complaints = Complaints(path)
    samples: dict[str, dict[int, tuple[int, float]]] = {}
    for line, (time, factor, figure) in records(path, raw, MANUAL, complaints):
        minute, value = parse_minute(time), parse_number(figure)
        before = samples.get(factor, {}).get(minute or 0)
        if minute is None:
            complaints.add(line, time, MINUTE)
        elif not FACTOR.fullmatch(factor):
            complaints.add(line, factor, CODE)
        elif value is None:
            complaints.add(line, figure, NUMBER.removesuffix(" or nothing"))
        elif before is not None:
            complaints.add(line, f"{time},{factor}", "one value for each time and factor, and "
                           f"line {before[0]} has one")
        else:
            samples.setdefault(factor, {})[minute] = line, value
    complaints.refuse()
    return {factor: tuple(sorted((minute * 60, value) for minute, (_, value) in taken.items()))
            for factor, taken in samples.items()}
