"""Valid hours and days above the limits that the point's file names."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qingyuan.calc.ruling import Properties
from qingyuan.calc.types import VALID, VERDICTS, Case, Judgement
from qingyuan.kernel import windows
from qingyuan.kernel.rounding import above

_REFERENCES = ("o2_reference", "excess_air_reference")
_OTHER_BASES = ("wet_standard", "dry_actual", "wet_actual")


@dataclass(frozen=True, slots=True)
class Exceedance:
    """One hour or day of one factor above its limit. ``basis`` says which figure was compared:
    "converted", or "value" where the point has no conversion."""

    level: windows.Level
    start: int
    factor: str
    basis: str
    figure: float
    limit: float

    @property
    def key(self) -> str:
        return windows.key(self.level, self.start)


def exceedances(case: Case, judgement: Judgement) -> list[Exceedance]:
    """Hours by time and factor, then days. Only ``valid`` ones count. Where the emission standard
    converts (the point has a reference) a missing converted value is compared with nothing, and
    neither is a value in ppm, or wet, or of the duct's own state: limits are in mg/m3, dry."""
    order = {factor: at for at, factor in enumerate(case.judged)}
    found = [*_hours(case, judgement), *_days(case, judgement)]
    return sorted(found, key=lambda e: (e.level == "day", e.start, order[e.factor]))


def _hours(case: Case, judgement: Judgement) -> Iterator[Exceedance]:
    properties = Properties(case)
    references = [properties.numbers(name) for name in _REFERENCES]
    converts = np.logical_or.reduce([~np.isnan(reference) for reference in references])
    starts = windows.hours(judgement.start, judgement.count).tolist()
    for factor in case.judged:
        own, limit = judgement.hours[factor], properties.numbers(f"limit.{factor}")
        alike = ~properties.says(f"unit.{factor}", "ppm")
        for basis in _OTHER_BASES:
            alike &= ~properties.says(f"basis.{factor}", basis)
        figure = np.where(converts, own.converted, np.where(alike, own.value, np.nan))
        for at in np.flatnonzero((own.verdict == VALID) & above(figure, limit)).tolist():
            yield Exceedance("hour", starts[at], factor, _basis(bool(converts[at])),
                             float(figure[at]), float(limit[at]))


def _days(case: Case, judgement: Judgement) -> Iterator[Exceedance]:
    properties = Properties(case)
    for day in judgement.days:
        if day.verdict != VERDICTS[VALID] or day.factor not in case.judged:
            continue
        limit = properties.at(f"limit.{day.factor}", day.start)
        converts = any(properties.at(name, day.start) is not None for name in _REFERENCES)
        alike = (properties.at(f"unit.{day.factor}", day.start) != "ppm"
                 and properties.at(f"basis.{day.factor}", day.start) not in _OTHER_BASES)
        figure = day.converted if converts else day.value if alike else None
        if limit is not None and figure is not None and above(figure, float(limit)):
            yield Exceedance("day", day.start, day.factor, _basis(converts), figure, float(limit))


def _basis(converts: bool) -> str:
    return "converted" if converts else "value"
