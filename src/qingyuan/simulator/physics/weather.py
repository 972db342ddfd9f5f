"""Outside temperature: year, day and a few days' memory."""

import math

from qingyuan.simulator.physics import BLOCKS_PER_DAY, CHINA_BLOCKS, noise

_YEAR = 365.2425
_COLDEST_DAY = 18
_WARMEST_BLOCK = 15 * 6 + 12  # China clock runs two hours ahead of the sun in Xinjiang


class Weather:
    """The air at one place, in °C, as a function of the block number."""

    def __init__(self, place: str, seed: int, *, mean: float = 7.5, year: float = 19.5) -> None:
        self._mean, self._year = mean, year
        self._spell = noise.wave("days", seed, place, "weather")

    def outside(self, block: int) -> float:
        """Air temperature in °C, continental: cold January, hot July, 12 K from night to day."""
        local = block + CHINA_BLOCKS
        day = local / BLOCKS_PER_DAY
        turn = math.cos(math.tau * (day % _YEAR - _COLDEST_DAY) / _YEAR)
        hour = math.cos(math.tau * (local % BLOCKS_PER_DAY - _WARMEST_BLOCK) / BLOCKS_PER_DAY)
        return self._mean - self._year * turn + 6.0 * hour + 3.5 * self._spell(block)
