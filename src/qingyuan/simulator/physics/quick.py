"""The short way to ten-minute data: from the levels of a calm block, without making its ticks.

The ticks are level + size·pattern with a pattern of mean 0, so least, mean and greatest are known
beforehand; only converted values need all twenty, since oxygen moves too.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qingyuan.simulator.physics import BLOCK, noise
from qingyuan.simulator.physics.boiler import AIR_O2, dry_standard
from qingyuan.simulator.physics.probe import Probe

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

_O2_MOST = 20.0
"""Above this oxygen the formula nears its pole; the long way then guards every tick."""


class ShortWay:
    """Ten-minute values of one station from its levels."""

    def __init__(self, spec: "StationSpec", probes: Sequence[Probe]) -> None:
        place = {p.factor.key: i for i, p in enumerate(probes)}
        self._o2 = place.get("a19001", -1)
        self._o2_probe = probes[self._o2]
        self._flow = place.get("a00000", place.get("w00000", -1))
        self._stack = [place.get(k, -1) for k in ("a01012", "a01013", "a01014")]
        self._air = spec.barometric_kpa
        self._span = AIR_O2 - spec.o2_reference
        self._patterns, self._bounds = noise.patterns(), noise.pattern_bounds()
        self._rows = [
            (
                p.share, p.plus, p.factor.low, p.factor.high, p.multiplier, p.divisor,
                p.cou_divisor, p.volume, p.mass, p.factor.zs, p.factor.extremes, p.step, p.turn,
            )
            for p in probes
        ]  # fmt: skip

    def carried(self, levels: Sequence[float]) -> float:
        """What carries pollutants in a block, in 10⁶ dry m³ (gas, formula 31) or 10⁶ L (water)."""
        flow = levels[self._flow]
        if self._o2 >= 0:
            temperature, static, humidity = (levels[i] for i in self._stack)
            flow = dry_standard(flow, temperature, static, humidity, self._air)
        return flow * (BLOCK * 1e-6)

    def values(self, block: int, levels: Sequence[float]) -> list[float | None] | None:
        """The values in column order; None when a tick might leave its range."""
        room = 1.0
        sway: Sequence[float] = ()
        if self._o2 >= 0:
            if levels[self._o2] > _O2_MOST:
                return None
            room = AIR_O2 - levels[self._o2]
            sway = self._o2_probe.shape(block)
        sway_size = self._o2_probe.plus
        carried = self.carried(levels)
        bounds = self._bounds
        out: list[float | None] = []
        for row, level in zip(self._rows, levels, strict=True):
            share, plus, low, high, m, d, cou, volume, mass, zs, wide, step, turn = row
            pattern = (block * step + turn) & 63
            least, most = bounds[pattern]
            size = share * level + plus
            least, most = level + size * least, level + size * most
            if least < low or most > high:
                return None
            if cou:
                out.append((level * (carried if mass else volume) * cou + 0.5) // 1 / cou)
            if wide:
                out.append((least * m + 0.5) // 1 / d)
            out.append((level * m + 0.5) // 1 / d)
            if wide:
                out.append((most * m + 0.5) // 1 / d)
            if zs:
                ratios = [
                    (1.0 + share * p) / (room - sway_size * q)
                    for p, q in zip(self._patterns[pattern], sway, strict=True)
                ]
                scale = level * self._span * m
                out += (
                    (min(ratios) * scale + 0.5) // 1 / d,
                    (scale / room + 0.5) // 1 / d,
                    (max(ratios) * scale + 0.5) // 1 / d,
                )
        return out
