"""A coal boiler with desulphurisation, denitrification and dust removal, as its stack shows it."""

import math
from typing import NamedTuple, Protocol

from qingyuan.simulator.physics import BLOCKS_PER_DAY, CHINA_BLOCKS, noise
from qingyuan.simulator.physics.weather import Weather

KEYS = ("a00000", "a01011", "a01012", "a01013", "a01014", "a19001", "a21026", "a21002", "a34013",
        "a21003", "a21004")
AIR_O2 = 21.0


class Upset(NamedTuple):
    """What a process event does at an instant: load, emission, 1 running to 0 stopped."""

    load: float = 1.0
    emission: float = 1.0
    running: float = 1.0


CALM = Upset()


class Plant(Protocol):
    """A source: levels of its factors (2017 codes in `keys`, 2017 units) in a block."""

    keys: tuple[str, ...]
    spread: tuple[tuple[float, float], ...]
    """Per factor how far ticks stray from the level: (share of the level, plus so many units)."""

    def levels(self, block: int, upset: Upset = CALM) -> list[float]: ...


def converted(c: float, o2: float, o2_reference: float) -> float:
    """Concentration at reference oxygen: ρ·(21 − O2ref)/(21 − O2), HJ 212-2017 formula (28), as HJ
    75-2017.

    `c` in mg/m³ and both oxygens in % are dry. O2 from 20.9 on counts as 20.9, since the formula
    has a pole at 21.

    >>> converted(30.0, 9.0, 6.0)
    37.5
    """
    return c * (AIR_O2 - o2_reference) / (AIR_O2 - (o2 if o2 < 20.9 else 20.9))


def dry_standard(
    wet: float, temperature: float, static: float, humidity: float, air: float
) -> float:
    """Dry flow at 273 K and 101.325 kPa from wet flow at stack conditions, HJ 212-2017 formula
    (31).

    Flow in any unit, temperature in °C, static and air pressure in kPa, humidity in %.

    >>> round(dry_standard(100.0, 50.0, -0.3, 12.0, 95.0), 2)
    69.51
    """
    return wet * 273.0 / (273.0 + temperature) * (air + static) / 101.325 * (1.0 - humidity / 100.0)


def saturated(temperature: float, pressure: float) -> float:
    """Water vapour in saturated gas, % by volume (Magnus formula; °C, kPa absolute).

    >>> round(saturated(50.0, 95.0), 1)
    13.0
    """
    return 61.094 * math.exp(17.625 * temperature / (temperature + 243.04)) / pressure


_POWER_HOURS = (0.70, 0.67, 0.65, 0.64, 0.65, 0.67, 0.71, 0.77, 0.83, 0.87, 0.90, 0.91,
                0.90, 0.86, 0.84, 0.85, 0.87, 0.90, 0.94, 0.98, 1.00, 0.97, 0.89, 0.79)
_HEAT_HOURS = (0.92, 0.93, 0.95, 0.97, 0.99, 1.00, 1.00, 1.00, 0.99, 0.97, 0.94, 0.90,
               0.87, 0.84, 0.82, 0.80, 0.81, 0.84, 0.88, 0.91, 0.93, 0.94, 0.93, 0.92)
_WEEK = (1.0, 1.01, 1.01, 1.0, 1.0, 0.97, 0.94)


class Boiler:
    """One boiler and its stack.

    `capacity` is dry standard flow in m³/s at full load and 6 % O2; `plant` "power" has SCR and a
    wet scrubber for 35/50/10 mg/m³, "heating" only SNCR and a simple scrubber for 300/300/50 mg/m³
    at `o2_reference`.
    """

    keys: tuple[str, ...] = KEYS
    spread: tuple[tuple[float, float], ...] = (
        (0.015, 0), (0.02, 0), (0.004, 0), (0, 0.02), (0.008, 0), (0, 0.18),
        (0.06, 0), (0.045, 0), (0.07, 0), (0.045, 0), (0.05, 0),
    )  # fmt: skip

    def __init__(
        self, name: str, seed: int, *, plant: str, place: str, capacity: float, area_m2: float,
        barometric_kpa: float, o2_reference: float,
    ) -> None:  # fmt: skip
        self._power = plant == "power"
        self._capacity, self._area, self._air = capacity, area_m2, barometric_kpa
        self._span = AIR_O2 - o2_reference
        self._weather = Weather(place, seed)
        self._day = _curve(_POWER_HOURS if self._power else _HEAT_HOURS)
        roll = noise.dice(seed, name, "boiler")
        self._o2_full = 4.6 + 1.2 * roll.random() + (0.0 if self._power else 3.0)
        self._sulphur = 0.6 + 0.5 * roll.random()  # % in coal
        self._slip = 0.010 + 0.004 * roll.random() if self._power else 0.08 + 0.04 * roll.random()
        self._nox_slip = (
            0.078 + 0.018 * roll.random() if self._power else 0.45 + 0.15 * roll.random()
        )
        self._dust = 2.0 + 2.0 * roll.random() if self._power else 14.0 + 10.0 * roll.random()
        self._load_wave = noise.wave("hours", seed, name, "load")
        self._o2_wave = noise.wave("hours", seed, name, "o2")
        self._coal_wave = noise.wave("days", seed, name, "coal")
        self._wash_wave = noise.wave("hours", seed, name, "wash")
        self._scr_wave = noise.wave("hours", seed, name, "scr")
        self._dust_wave = noise.wave("minutes", seed, name, "dust")

    def load(self, block: int) -> float:
        """Share of full load: hour, weekday, cold weather, and the dispatcher's mood."""
        return self._load(block, self._weather.outside(block))

    def _load(self, block: int, outside: float) -> float:
        day, slot = divmod(block + CHINA_BLOCKS, BLOCKS_PER_DAY)
        cold = (18.0 - outside) / 40.0
        shape = self._day[slot] * _WEEK[(day + 3) % 7]
        heat = 0.72 + 0.28 * cold if self._power else 0.35 + 0.62 * cold
        return min(1.03, max(0.32, shape * heat + 0.035 * self._load_wave(block)))

    def levels(self, block: int, upset: Upset = CALM) -> list[float]:
        """The block's levels by `keys`: m³/s wet, m/s, °C, kPa, %, % dry, mg/m³ dry at 273 K."""
        outside = self._weather.outside(block)
        load = min(1.03, max(0.2, self._load(block, outside) * upset.load))
        o2 = self._o2_full + 5.5 * (1.0 - load) ** 1.3 if load < 1.0 else self._o2_full
        o2 += 0.22 * self._o2_wave(block)
        dilution = (AIR_O2 - o2) / self._span
        so2, nox, dust = self._at_reference(block, load)
        if upset.running < 1.0 or upset.emission != 1.0:
            return self._upset(load, o2, outside, (so2, nox, dust), upset)
        return [
            *self._stack(load, o2, outside),
            o2, so2 * dilution, nox * dilution, dust * dilution, *_oxides(nox * dilution),
        ]  # fmt: skip

    def _at_reference(self, block: int, load: float) -> tuple[float, float, float]:
        """SO2, NOx and dust in mg/m³ at reference oxygen, behind the cleaning."""
        so2_raw = 2050.0 * self._sulphur * (1.0 + 0.06 * self._coal_wave(block))
        slip = self._slip * (1.0 + 0.35 * (load - 0.75) + 0.13 * self._wash_wave(block))
        reactor = 270.0 + 90.0 * load  # °C; below 315 °C the catalyst loses grip
        lost = 0.0012 * (315.0 - reactor) if reactor < 315.0 else 0.0
        nox_slip = self._nox_slip * (1.0 + 0.08 * self._scr_wave(block)) + lost
        dust = self._dust * (0.75 + 0.35 * load) * (1.0 + 0.1 * self._dust_wave(block))
        return so2_raw * slip, (310.0 + 110.0 * load) * nox_slip, dust

    def _stack(
        self, load: float, o2: float, outside: float
    ) -> tuple[float, float, float, float, float]:
        """Wet flow, velocity, temperature, static pressure and humidity at a load."""
        dry = self._capacity * load * 15.0 / (AIR_O2 - o2)
        temperature = 46.5 + 6.0 * load + 0.03 * outside
        static = -0.08 - 0.24 * load * load
        humidity = 0.97 * saturated(temperature, self._air + static)
        wet = dry / dry_standard(1.0, temperature, static, humidity, self._air)
        return wet, wet / self._area, temperature, static, humidity

    def _upset(
        self,
        load: float,
        o2: float,
        outside: float,
        cleaned: tuple[float, float, float],
        upset: Upset,
    ) -> list[float]:
        """Levels while the source is stopping, stopped, or its cleaning fails."""
        run = upset.running
        thin_o2 = o2 + (20.8 - o2) * (1.0 - run)
        dilution = (AIR_O2 - thin_o2) / self._span
        wet, _, warm, static, humid = self._stack(load, o2, outside)
        warm = outside + 4.0 + (warm - outside - 4.0) * run
        humid = 1.2 + (humid - 1.2) * run
        wet = wet * (0.03 + 0.97 * run)
        so2, nox, dust = (v * dilution * run * upset.emission for v in cleaned)
        stack = (wet, wet / self._area, warm, static * run - 0.01, humid, thin_o2)
        return [*stack, so2, nox, dust, *_oxides(nox)]


def _oxides(nox: float) -> tuple[float, float]:
    """NO and NO2 in mg/m³ of NOx = NO·46/30 + NO2 (HJ 212-2017 formula 21)."""
    return nox * 0.95 * 30.0 / 46.0, nox * 0.05


def _curve(hours: tuple[float, ...]) -> list[float]:
    """One value a block from one value an hour, straight lines between."""
    steps = zip(hours, (*hours[1:], hours[0]), strict=True)
    return [a + (b - a) * part / 6.0 for a, b in steps for part in range(6)]
