"""One hour taken apart again: its slots, counted by the same functions that judged it, so that a
page can show what a figure was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc import control, spans, verdict
from qingyuan.calc.control import Lost
from qingyuan.calc.marks import DEVICE, PROCESS, Three, hour_values
from qingyuan.calc.ruling import Properties, Ruling
from qingyuan.calc.types import Case
from qingyuan.kernel.windows import HOUR

from ..pipeline import grids, hours
from ..pipeline.subject import Subject, subject_of


@dataclass(frozen=True, slots=True)
class Mean:
    """A factor's hour: mean of its valid slots (None without one), how many of how many, whether
    they are enough, whether the logger's own hour stands for lacking minutes."""

    code: str
    mean: float | None
    valid: int
    slots: int
    enough: bool
    reported: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """``case`` is the hour alone; ``valid`` has the mask of each factor's valid slots."""

    subject: Subject
    case: Case
    ruling: Ruling
    means: Mapping[str, Mean]
    valid: Mapping[str, Any]
    reported: Mapping[str, float]  # the logger's hour means by 2017 code

    def mean(self, code: str) -> float | None:
        """A factor's valid hour mean; None where it has none."""
        found = self.means.get(code)
        return found.mean if found is not None and found.enough else None

    def parameter(self, name: str) -> float | str | bool | None:
        """A property of the point in this hour."""
        return Properties(self.case).at(name, self.case.start)


def hour_inputs(scope: Scope, point: MonitoringPoint, hour: int) -> Hour:
    """The hour of a visible point that begins at ``hour``; JudgedPoint.DoesNotExist for a point
    that was never judged. Some fourteen queries."""
    subject = subject_of(points_of(scope).get(pk=point.pk))
    read = hours.read(subject, hour, hour + HOUR)
    sent, reported = (part.some(read.lead, read.lead + 1) for part in (read.minutes, read.hourly))
    slots = grids.slots_of(sent, subject.links, subject.kind)
    [stretch] = grids.stretches(sent, reported, slots, subject.kind, subject.codes)
    case = subject.case(hour, 1, subject.codes, stretch.grids)
    ruling = subject.ruling(hour, 1)
    means: dict[str, Mean] = {}
    masks: dict[str, Any] = {}
    for code in subject.codes:
        counted, mask = verdict.count(case, ruling, code, verdict.taken(case, code))
        if mask is None:
            continue
        mean = float(counted.mean[0])
        means[code] = Mean(code, None if np.isnan(mean) else mean, int(mask.sum()), mask.shape[1],
                           bool(counted.enough[0]), bool(counted.reported[0]))
        masks[code] = mask
    own = {code: float(values[0]) for code, values in reported.values.items()
           if not np.isnan(values[0])}
    return Hour(subject, case, ruling, means, masks, own)


def three(hour: Hour, code: str) -> Three | None:
    """Reported, after device marks, after exemption (公告2022年第21号), shape (1,) each."""
    grid = hour.case.grids.get(code)
    if grid is None:
        return None
    least = verdict.needed(hour.case, hour.ruling, code, grid.slots)
    if hour.case.kind == "gas":
        least = least * grid.slots / 60
    reported = hour.reported.get(code)
    return hour_values(
        grid.values, verdict.good_flags(grid), _covered(hour, code, DEVICE, grid.slots),
        _covered(hour, code, PROCESS, grid.slots), least=least,
        reported=None if reported is None else np.array([reported]))


def _covered(hour: Hour, code: str, kinds: frozenset[str], slots: int) -> Any:
    found = [span for kind in kinds for span in spans.marked(hour.case.marks, kind, code)]
    return spans.slots_covered(found, hour.case.start, 1, slots)


def lost(hour: Hour, code: str) -> list[Lost]:
    """The spans out of control (and, of water, invalid because of what failed later) that touch the
    hour, whole, as far as the point is judged."""
    return lost_spans(hour.subject, code, hour.case.start, hour.case.start + HOUR)


def lost_spans(subject: Subject, code: str, start: int, end: int) -> list[Lost]:
    """Those spans that touch [start, end), whole, as far as the point is judged."""
    first = min(start, start if subject.first is None else subject.first)
    last = max(end - HOUR, start if subject.last is None else subject.last)
    count = (last - first) // HOUR + 1
    case = subject.case(first, count, subject.codes)
    held = control.of_factor(case, subject.ruling(first, count), code)
    return [one for one in (*held.out, *held.backward) if one.start < end and one.end > start]
