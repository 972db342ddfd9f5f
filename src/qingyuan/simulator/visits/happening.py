"""What analysers really showed about a visit, every 30 s, and what the logger made of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qingyuan.crosscheck.types import Series
from qingyuan.simulator.factors import FactorSpec
from qingyuan.simulator.physics import TICK, block_of
from qingyuan.simulator.physics.aggregate import period_flag, valid
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.physics.signal import Signal

from .world import Site

Floats = NDArray[np.float64]
DUST_LAG = 8.0  # s


@dataclass(slots=True)
class Segment:
    """Over [start, end) the analyser gets ``target`` instead of its sample and shows it ``offset``
    off (its error, electronic, so without lag). ``at_once``: the display jumps, as a held result of
    a wet analyser does."""

    start: int
    end: int
    target: float
    offset: float = 0.0
    at_once: bool = False


@dataclass(slots=True)
class Happening:
    """What happens to the analysers of a site in [since, until): segments by code, flagged spans
    (start, end, letter), the time constant of gas analyser and line in s."""

    site: Site
    since: int
    until: int
    seed: int
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    flags: list[tuple[int, int, str]] = field(default_factory=list)
    lag: float = 45.0
    holds: bool = False
    late: tuple[int, int] = (0, 0)  # s by which flags are switched on and off too late
    process: dict[str, Floats] = field(default_factory=dict)
    shown: dict[str, Floats] = field(default_factory=dict)

    @property
    def times(self) -> NDArray[np.int64]:
        return np.arange(self.since, self.until, TICK, dtype=np.int64)

    def measure(self) -> None:
        """Fill ``process`` from the simulator's physics."""
        signal = Signal(self.site.spec)
        wanted = {one.code: one.key for one in self.site.analysers()}
        places = {wanted[code]: place for place, (code, suffix) in enumerate(signal.rtd_columns)
                  if code in wanted and suffix == "Rtd"}
        rows: dict[str, list[float]] = {key: [] for key in places}
        for block in range(block_of(self.since), block_of(self.until)):
            columns, _flags = signal.ticks(block)
            for key, place in places.items():
                rows[key] += [math.nan if one is None else one for one in columns[place]]
        self.process = {key: np.array(row) for key, row in rows.items()}

    def show(self) -> None:
        """Fill ``shown``: the process overlaid with the segments."""
        times = self.times
        for one in self.site.analysers():
            values = self.process[one.key].copy()
            segments = sorted(self.segments.get(one.key, ()), key=lambda part: part.start)
            if segments:
                self._overlay(one, values, times, segments)
            self.shown[one.key] = values

    def _overlay(
        self, factor: FactorSpec, values: Floats, times: NDArray[np.int64],
        segments: Sequence[Segment],
    ) -> None:
        # a dust monitor's own check moves a filter into its light: no gas has to arrive
        lag = min(self.lag, DUST_LAG) if factor.analyser == "dust" else self.lag
        keep = 1.0 - math.exp(-TICK / lag)
        roll = dice(self.seed, factor.key, "noise")
        first = int(np.searchsorted(times, segments[0].start))
        inside = values[max(0, first - 1)]
        place = 0
        for index in range(first, len(times)):
            while place < len(segments) and times[index] >= segments[place].end:
                place += 1
            part = segments[place] if place < len(segments) else None
            active = part is not None and times[index] >= part.start
            target = part.target if part is not None and active else values[index]
            ruling = part if part is not None and active else segments[max(0, place - 1)]
            if ruling.at_once:
                inside = target
            else:
                inside += (target - inside) * keep
            if not active and place >= len(segments) and abs(inside - target) < 1e-4 * factor.high:
                break
            shown = inside + (part.offset if part is not None and active else 0.0)
            if active and not (part is not None and part.at_once):
                shown += 0.0006 * factor.high * (roll.random() + roll.random() - 1.0)
            values[index] = _rounded(min(factor.high, max(factor.low, shown)), factor.decimals)

    def letters(self) -> list[str]:
        """The flag of each tick."""
        times = self.times
        found = ["N"] * len(times)
        for start, end, letter in self.flags:
            begin, stop = start + self.late[0], end + self.late[1]
            for index in range(*np.searchsorted(times, [begin, stop])):
                found[index] = letter
        return found

    def at(self, key: str, moment: float) -> float:
        """What the display showed at a moment: the mean of the two ticks up to it."""
        index = int((moment - self.since) // TICK)
        return float(np.mean(self.shown[key][max(0, index - 1):index + 1]))

    def mean_of_process(self, key: str, since: float, until: float) -> float:
        """What the sample itself was over a span."""
        first, last = (int((one - self.since) // TICK) for one in (since, until))
        return float(np.nanmean(self.process[key][first:max(last, first + 1)]))

    def mean(self, key: str, since: float, until: float) -> float:
        """The mean display over a span."""
        first, last = (int((one - self.since) // TICK) for one in (since, until))
        return float(np.nanmean(self.shown[key][first:max(last, first + 1)]))


def logged(happening: Happening, width: int, *, skew: int = 0, speaks: bool = True,
           blank: bool = False) -> dict[str, Series]:
    """The logger's series: windows of ``width`` s on its own clock, which runs ``skew`` s ahead.
    ``speaks`` False never flags, ``blank`` sends no flag at all."""
    stamps = happening.times + skew
    windows = stamps // width * width
    bounds = np.flatnonzero(np.diff(windows)) + 1
    letters = happening.letters()
    found = {}
    for one in happening.site.analysers():
        found[one.key] = _series(happening, one, windows, bounds, letters, width, speaks, blank)
    return found


def _series(
    happening: Happening, factor: FactorSpec, windows: NDArray[np.int64],
    bounds: NDArray[np.intp], letters: list[str], width: int, speaks: bool, blank: bool,
) -> Series:
    values = happening.shown[factor.key]
    if happening.holds:
        values = _held(values, letters)
    edges = np.array([0, *bounds.tolist(), len(values)])
    starts, sizes = edges[:-1], np.diff(edges)
    means = np.floor(np.add.reduceat(values, starts) / sizes * 10.0 ** factor.decimals
                     + 0.5) / 10.0 ** factor.decimals
    lows, highs = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    flags = np.full(len(starts), "N", dtype="<U1")
    busy = np.array([one != "N" for one in letters]) if speaks else np.zeros(len(values), bool)
    for place in np.flatnonzero(np.maximum.reduceat(busy, starts)):
        part = slice(int(edges[place]), int(edges[place + 1]))
        flags[place] = _letter(letters[part], happening.site, width)
        counted = valid(values[part].tolist(), letters[part])
        means[place] = _rounded(sum(counted) / len(counted), factor.decimals)
        lows[place], highs[place] = min(counted), max(counted)
    full = sizes >= width // TICK
    if blank:
        flags[:] = ""
    sent = happening.site.extremes and width > TICK
    return Series(
        factor.key, windows[starts][full], means[full], flags[full], width, factor.unit,
        factor.name, lows[full] if sent else None, highs[full] if sent else None,
        factor.decimals)


def _letter(flags: list[str], site: Site, width: int) -> str:
    """The flag of a window that has another flag than N in it. Within a minute a logger sends the
    letter itself."""
    letter = period_flag(flags, site.spec.kind, site.spec.flag_rule)
    if width <= 120 and letter == "D":
        return next(one for one in flags if one != "N")
    return letter


def _held(values: Floats, letters: list[str]) -> Floats:
    found = values.copy()
    for index in range(1, len(found)):
        if letters[index] != "N":
            found[index] = found[index - 1]
    return found


def _rounded(value: float, decimals: int) -> float:
    scale = 10.0 ** decimals
    return math.floor(value * scale + 0.5) / scale

