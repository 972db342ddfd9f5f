"""accounting.csv: a water point's hours with their gaps filled by HJ/T 356-2007.

For annual accounts where a permit says so, never for judging: HJ 356-2019 fills no concentration.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from qingyuan.assess.tables import Row, figure
from qingyuan.calc import water
from qingyuan.calc.accounting import Filled, fill
from qingyuan.calc.roles import FLOW, PH
from qingyuan.calc.ruling import Properties, Ruling
from qingyuan.calc.types import STOPPED, VALID, VERDICTS, Case, Judgement
from qingyuan.kernel import windows
from qingyuan.standards import Book

COLUMNS = ("hour", "factor", "value", "origin", "volume_m3", "mass_kg")


def accounts(case: Case, judgement: Judgement, book: Book, scope: Sequence[str]) -> Iterator[Row]:
    """Rows for each hour and factor: the mean of a valid hour (``origin`` measured), what fills the
    gap (filled), or nothing (short: too little was measured before; stopped).

    A gap of n hours takes the mean (pH: median) of the n valid hours before it; stopped hours are
    no gap and lie in none. ``volume_m3`` is that of the hour of sampling, ``mass_kg`` value times
    volume.
    """
    series = {factor: _filled(judgement, factor) for factor in case.judged}
    own_offset = Properties(case).numbers("sampling_offset_hours")
    usual = Ruling(book, scope, case.start, case.hours).numbers("water.sampling_offset")
    offset = np.where(np.isnan(own_offset), usual, own_offset)
    volumes = water.at_sampling(water.hour_volume(series[FLOW].values), offset)
    own = water.hour_volume(series[FLOW].values)
    masses = {factor: water.load(volumes, series[factor].values) for factor in case.pollutants}
    for at, start in enumerate(windows.hours(judgement.start, judgement.count).tolist()):
        for factor in case.judged:
            mass = masses[factor][at] if factor in masses else None
            volume = volumes[at] if factor in masses else own[at] if factor == FLOW else None
            yield (windows.key("hour", start), factor, figure(series[factor].values[at]),
                   _origin(judgement, series[factor], factor, at), figure(volume), figure(mass))


def _filled(judgement: Judgement, factor: str) -> Filled:
    hours = judgement.hours[factor]
    running = hours.verdict != STOPPED
    measured = np.where(hours.verdict == VALID, hours.value, np.nan)
    made = fill(measured[running], "median" if factor == PH else "mean")
    values = np.full(measured.size, np.nan)
    filled, short = np.zeros(measured.size, bool), np.zeros(measured.size, bool)
    values[running], filled[running], short[running] = made
    return Filled(values, filled, short)


def _origin(judgement: Judgement, series: Filled, factor: str, at: int) -> str:
    if series.filled[at]:
        return "filled"
    if series.short[at]:
        return "short"
    stopped = judgement.hours[factor].verdict[at] == STOPPED
    return VERDICTS[STOPPED] if stopped else "measured"
