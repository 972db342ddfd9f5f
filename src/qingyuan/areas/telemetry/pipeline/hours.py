"""A run of hours judged by its readings, with the digest of what each row was made of."""

from dataclasses import dataclass, replace

import numpy as np

from qingyuan.calc.engine import judge_hours
from qingyuan.calc.sheet import FactorHours, Sheet, joined
from qingyuan.kernel.windows import HOUR

from . import digest, grids, hourly, minutes
from .hourly import Hourly
from .minutes import Minutes
from .subject import Subject


@dataclass(frozen=True, slots=True)
class Run:
    """Judged hours from ``start`` on: the sheet without substitutes, and by factor the digest of
    each hour's inputs. ``since`` has the first hour of each factor that reported here."""

    start: int
    hours: int
    sheet: Sheet
    inputs: dict[str, list[str]]
    since: dict[str, int]


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read for a run and the hours before it that its flow needs."""

    lead: int  # hours
    minutes: Minutes
    hourly: Hourly


def read(subject: Subject, start: int, until: int) -> Readings:
    """The readings of [start, until); some four queries."""
    lead = subject.lead
    hours = (until - start) // HOUR + lead
    found = minutes.load(subject.point, start - HOUR * lead, hours, subject.kind)
    return Readings(lead, found, hourly.load(subject.point, found, subject.kind))


def judge_run(subject: Subject, readings: Readings) -> Run | None:
    """Judge what was read; None when the point has no factor at all yet. Pure."""
    found, lead = readings.minutes, readings.lead
    since = _since(readings)
    codes = tuple(sorted({*subject.since, *since}))
    if not codes:
        return None
    slots = grids.slots_of(found, subject.links, subject.kind)
    sheets: list[Sheet] = []
    inputs: dict[str, list[str]] = {code: [] for code in codes}
    for part in grids.stretches(found, readings.hourly, slots, subject.kind, codes):
        case = subject.case(found.start + HOUR * part.first, part.until - part.first, codes,
                            part.grids)
        sheets.append(judge_hours(case, subject.ruling(case.start, case.hours)))
        for code, own in _inputs(subject, part).items():
            inputs[code] += own
    sheet = joined(sheets) if len(sheets) > 1 else sheets[0]
    return Run(found.start + HOUR * lead, found.hours - lead, cut(sheet, lead),
               {code: own[lead:] for code, own in inputs.items()}, since)


def _since(readings: Readings) -> dict[str, int]:
    """The first hour in which each factor has a value."""
    found: dict[str, int] = {}
    start, lead = readings.minutes.start, readings.lead
    for source in (readings.minutes.values, readings.hourly.values):
        for code, values in source.items():
            there = ~np.isnan(values[lead:])
            hours = np.flatnonzero(there.any(axis=1) if there.ndim > 1 else there)
            if hours.size:
                first = start + HOUR * (lead + int(hours[0]))
                found[code] = min(first, found.get(code, first))
    return found


def _inputs(subject: Subject, part: grids.Stretch) -> dict[str, list[str]]:
    own = {code: digest.readings(grid) for code, grid in part.grids.items()}
    found: dict[str, list[str]] = {}
    for code, digests in own.items():
        others = [own[name] for name in digest.parts_of(code, subject.kind) if name in own]
        if others:
            back = subject.lead
            found[code] = [
                digest.joined([one, *(other[place] for other in others
                                      for place in range(max(0, hour - back), hour + 1))])
                for hour, one in enumerate(digests)
            ]
        else:
            found[code] = [one.hex() for one in digests]
    return found


def trimmed(run: Run, since: int) -> Run:
    """A run without its hours before an instant."""
    lead = max(0, (since - run.start) // HOUR)
    if not lead:
        return run
    return replace(run, start=since, hours=run.hours - lead, sheet=cut(run.sheet, lead),
                   inputs={code: own[lead:] for code, own in run.inputs.items()})


def cut(sheet: Sheet, lead: int) -> Sheet:
    """A sheet without its first hours."""
    if not lead:
        return sheet
    factors = {
        code: FactorHours(*(getattr(own, name)[lead:] for name in FactorHours.__slots__))
        for code, own in sheet.factors.items()
    }
    return replace(sheet, start=sheet.start + HOUR * lead, hours=sheet.hours - lead,
                   factors=factors, flow=sheet.flow[lead:], weight=sheet.weight[lead:])
