"""One instrument of a station: how its readings stray, drift, hold and are rounded."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qingyuan.simulator.factors import FactorSpec
from qingyuan.simulator.physics import BLOCK, BLOCKS_PER_DAY, BLOCKS_PER_HOUR, first_block, noise
from qingyuan.simulator.physics.boiler import Plant
from qingyuan.simulator.physics.calendar import calibration_second

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

RESULT_AFTER = 4
"""A water analyser shows its result 40 minutes after sampling (HJ 212-2017 C.37)."""

_WET_HOURS = {"w01018": 2, "w21003": 1, "w21011": 2, "w21001": 4}
_DAILY_DRIFT = 0.0015
"""Deviation of the drift of a gas or dust analyser in 24 h, of the range (HJ 75-2017: 2.5 %)."""


class Probe:
    """The instrument of one factor. `source` is the quantity's place in the plant's levels."""

    def __init__(self, spec: "StationSpec", factor: FactorSpec, plant: Plant) -> None:
        self.factor = factor
        self.source = plant.keys.index(factor.key)
        self.share, self.plus = plant.spread[self.source]
        self.divisor = 10.0**factor.decimals
        self.multiplier = self.divisor * factor.scale
        self.cou_divisor = 10.0**factor.cou if factor.cou is not None else 0.0
        self.mass = factor.key not in ("a00000", "w00000")
        self.volume = BLOCK * (1e-3 if factor.key == "w00000" else 1.0)
        self.suffixes = (
            *(("Cou",) if factor.cou is not None else ()),
            *(("Min", "Avg", "Max") if factor.extremes else ("Avg",)),
            *(("ZsMin", "ZsAvg", "ZsMax") if factor.zs else ()),
        )  # fmt: skip
        self.period = BLOCKS_PER_HOUR * _WET_HOURS[factor.key] if factor.analyser == "wet" else 0
        self.drifts = factor.analyser in ("gas", "dust")
        mark = noise.draw(spec.seed, spec.mn, factor.key)
        self.step, self.turn = 2 * (mark % 31) + 1, mark >> 8 & 63
        self._since = (first_block(0) * BLOCK + calibration_second(spec)) // BLOCK
        self._error = noise.wave("minutes", spec.seed, spec.mn, factor.key, "error")
        self._result: tuple[int, float] | None = None

    def forget(self) -> None:
        """Drop the remembered result, after the station's life was changed."""
        self._result = None

    def shape(self, block: int) -> tuple[float, ...]:
        """The ticks' pattern in a block."""
        return noise.patterns()[(block * self.step + self.turn) & 63]

    def bounds(self, block: int) -> tuple[float, float]:
        """Least and greatest value of that pattern."""
        return noise.pattern_bounds()[(block * self.step + self.turn) & 63]

    def spread(self, level: float, shape: Sequence[float]) -> list[float | None]:
        """The ticks of a block with this level."""
        size = self.share * level + self.plus
        return [level + size * s for s in shape] if size else [level] * len(shape)

    def drifted(self, block: int, value: float) -> float:
        """The value with the drift since the last calibration: zero wanders, span a little."""
        if not self.drifts:
            return value
        cycle, since = divmod(block - self._since, BLOCKS_PER_DAY)
        wander = self._error(cycle * 7) * _DAILY_DRIFT * since / BLOCKS_PER_DAY
        shown = value * (1.0 + wander) + wander * (self.factor.high - self.factor.low)
        return shown if shown > self.factor.low else self.factor.low

    def sample_block(self, block: int) -> int:
        """When the sample of the result shown in a block was drawn: every `period` blocks."""
        return (block - RESULT_AFTER) // self.period * self.period

    def held(self, block: int, true: Callable[[int, int], float]) -> float:
        """The last result of a water analyser; it stands until the next one (2 % error)."""
        sample = self.sample_block(block)
        if self._result is None or self._result[0] != sample:
            value = true(sample, self.source) * (1.0 + 0.02 * self._error(sample))
            self._result = (sample, min(self.factor.high, max(self.factor.low, value)))
        return self._result[1]

    def clip(self, values: list[float | None], flags: list[str], letter: str) -> None:
        """Keep readings inside the range; what would pass its top gets the letter T."""
        low, high = self.factor.low, self.factor.high
        for i, value in enumerate(values):
            if value is None or low <= value <= high:
                continue
            if value > high and flags[i] == "N":
                flags[i] = letter
            values[i] = min(high, max(low, value))

    def rounded(self, values: Sequence[float | None]) -> list[float | None]:
        """Values in the unit and digits of the wire."""
        m, d = self.multiplier, self.divisor
        return [None if v is None else (v * m + 0.5) // 1 / d for v in values]


def probes(spec: "StationSpec", plant: Plant) -> list[Probe]:
    """The instruments of a station, in the order of its factors."""
    return [Probe(spec, factor, plant) for factor in spec.factors]
