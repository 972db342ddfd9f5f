"""A sewage works: the town's day arrives hours late and flattened, and cleaner."""

from qingyuan.simulator.physics import BLOCKS_PER_DAY, CHINA_BLOCKS, noise
from qingyuan.simulator.physics.boiler import CALM, Upset, _curve
from qingyuan.simulator.physics.weather import Weather

KEYS = ("w00000", "w01001", "w01010", "w01018", "w21003", "w21011", "w21001")

_TOWN_HOURS = (0.72, 0.58, 0.48, 0.42, 0.40, 0.43, 0.55, 0.82, 1.14, 1.32, 1.34, 1.26,
               1.22, 1.20, 1.14, 1.06, 1.02, 1.04, 1.12, 1.24, 1.34, 1.36, 1.20, 0.95)
_WEEK = (0.99, 1.0, 1.0, 1.0, 1.01, 1.03, 1.02)
_WAVES = (("flow", "hours"), ("cod", "hours"), ("nh3", "hours"), ("tp", "hours"),
          ("nitrate", "days"), ("ph", "hours"))  # fmt: skip
LAG = 5 * 6
"""Blocks by which the outflow follows the inflow; tanks also smooth over four hours."""


class SewageWorks:
    """One works and its outlet; `capacity` is the mean flow in L/s; it meets GB 18918-2002 1A."""

    keys: tuple[str, ...] = KEYS
    spread: tuple[tuple[float, float], ...] = (
        (0.02, 0), (0, 0.02), (0, 0.04), (0, 0), (0, 0), (0, 0), (0, 0),
    )  # fmt: skip

    def __init__(self, name: str, seed: int, *, place: str, capacity: float) -> None:
        self._capacity = capacity
        self._weather = Weather(place, seed)
        self._day = _through_tanks(_curve(_TOWN_HOURS))
        roll = noise.dice(seed, name, "sewage")
        self._cod = 19.0 + 12.0 * roll.random()
        self._nh3 = 0.5 + 1.2 * roll.random()
        self._tp = 0.16 + 0.16 * roll.random()
        self._nitrate = 6.5 + 3.0 * roll.random()
        self._ph = 7.1 + 0.4 * roll.random()
        self._waves = {
            what: noise.wave(speed, seed, name, what)
            for what, speed in _WAVES
        }

    def levels(self, block: int, upset: Upset = CALM) -> list[float]:
        """L/s, pH, °C, then COD, NH3-N, TP and TN in mg/L, as the water is, not as shown."""
        waves = self._waves
        day, slot = divmod(block + CHINA_BLOCKS, BLOCKS_PER_DAY)
        push = self._day[slot] * _WEEK[(day + 3) % 7] * (1.0 + 0.05 * waves["flow"](block))
        run = upset.running * upset.load
        flow = self._capacity * push * run
        warm = 15.5 + 0.26 * (self._weather.outside(block - BLOCKS_PER_DAY) - 7.5)
        # Nitrifiers slow down below some 12 °C, so ammonia rises in winter.
        cold = 1.0 + 0.14 * (12.0 - warm) if warm < 12.0 else 1.0
        strength = (0.85 + 0.15 * push) * upset.emission
        cod = self._cod * strength * (1.0 + 0.10 * waves["cod"](block))
        nh3 = self._nh3 * cold * strength * (1.0 + 0.22 * waves["nh3"](block))
        tp = self._tp * strength * (1.0 + 0.12 * waves["tp"](block))
        # Total nitrogen is ammonia, nitrate and a little organic nitrogen.
        tn = nh3 + self._nitrate * (1.0 + 0.10 * waves["nitrate"](block)) + 0.02 * cod
        return [flow, self._ph + 0.09 * waves["ph"](block), warm, cod, nh3, tp, tn]


def _through_tanks(inflow: list[float]) -> list[float]:
    """The outflow's day: mean of four hours of inflow, `LAG` blocks later."""
    n, half = len(inflow), 12
    return [
        sum(inflow[(i - LAG - k) % n] for k in range(-half, half)) / (2 * half) for i in range(n)
    ]
