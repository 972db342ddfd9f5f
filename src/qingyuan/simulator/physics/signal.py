"""One station's readings: what its plant does, seen through its instruments, as real-time, minute,
hour and day data.

Everything is computed from (seed, MN, time) alone; the small memories here only save work. Blocks
without events take a short way that never makes the twenty ticks; a test holds both ways equal.
"""

from collections.abc import Callable, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple

from qingyuan.simulator.physics import (
    BLOCK,
    BLOCKS_PER_DAY,
    BLOCKS_PER_HOUR,
    TICK,
    block_of,
    china_day,
    first_block,
)
from qingyuan.simulator.physics.aggregate import combine, period_flag
from qingyuan.simulator.physics.diary import Diary
from qingyuan.simulator.physics.display import Display
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.quick import ShortWay
from qingyuan.simulator.physics.slow import Flags, LongWay, Values

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

Columns = tuple[tuple[str, str], ...]
_READINGS_KEPT = 3 * BLOCKS_PER_DAY


class Reading(NamedTuple):
    """Values in the order of the columns, as on the wire, and one flag a factor."""

    values: Values
    flags: Sequence[str]


class Signal:
    """The readings of one station at any time; cheap to make, safe to throw away."""

    def __init__(self, spec: "StationSpec", *, remember: bool = False) -> None:
        """`remember` keeps a day's minutes and hours, which make hours and days fast."""
        self.spec = spec
        self._remember = remember
        self._known: dict[tuple[str, int], Reading] = {}
        self._diary = Diary(spec)
        self._display = Display(spec, self._diary)
        self._probes = self._display.probes
        self._short, self._long = ShortWay(spec, self._probes), LongWay(spec, self._display)
        self.normal: tuple[str, ...] = ("N",) * len(self._probes)
        self._ticks: tuple[int, list[Values], Flags | None] | None = None
        self.rtd_columns: Columns = tuple(
            (f.code, s) for f in spec.factors for s in (("Rtd", "ZsRtd") if f.zs else ("Rtd",))
        )
        self.period_columns: Columns = tuple(
            (p.factor.code, s) for p in self._probes for s in p.suffixes
        )
        self._joins = [
            (s, i, p.cou_divisor if s == "Cou" else p.divisor)
            for i, p in enumerate(self._probes)
            for s in p.suffixes
        ]
        self.rtd_owner = [i for i, p in enumerate(self._probes) for _ in range(1 + p.factor.zs)]
        self.period_owner = [i for i, p in enumerate(self._probes) for _ in p.suffixes]

    def add(self, event: Event) -> None:
        """Put an event into the station's life, as when the office orders a calibration."""
        self._diary.add(event)
        self._ticks = None
        self._known.clear()
        self._display.forget()

    def realtime(self, epoch: float) -> Reading:
        """The readings of the 30-second tick that holds an instant."""
        block = block_of(epoch)
        columns, flags = self.ticks(block)
        i = int(epoch - block * BLOCK) // TICK
        letters = self.normal if flags is None else tuple(row[i] for row in flags)
        return Reading([c[i] for c in columns], letters)

    def ticks(self, block: int) -> tuple[list[Values], Flags | None]:
        """A block's twenty real-time values per column, and flags per factor (None: all N)."""
        if self._ticks is None or self._ticks[0] != block:
            self._ticks = (block, *self._long.ticks(block))
        return self._ticks[1], self._ticks[2]

    def minute(self, block: int) -> Reading:
        """The ten-minute data of a block."""
        return self._recall("min", block, self._make_minute)

    def _make_minute(self, block: int) -> Reading:
        if not self._diary.of(block):
            quick = self._short.values(block, self._display.levels(block))
            if quick is not None:
                return Reading(quick, self.normal)
        return Reading(*self._long.period(*self._long.raw(block), BLOCK))

    def period(self, start: int, seconds: int) -> Reading:
        """Data of any period of whole ticks, as for a minute interval of 1 to 30 min."""
        if seconds == BLOCK and start % BLOCK == 0:
            return self.minute(start // BLOCK)
        first, last = block_of(start), block_of(start + seconds - 1)
        skip = (start - first * BLOCK) // TICK
        count = seconds // TICK
        values: list[Values] = [[] for _ in self._probes]
        flags: Flags = [[] for _ in self._probes]
        for block in range(first, last + 1):
            more, letters = self._long.raw(block)
            for i, row in enumerate(more):
                values[i] += row
                flags[i] += letters[i]
        cut = slice(skip, skip + count)
        parts = [v[cut] for v in values], [f[cut] for f in flags]
        return Reading(*self._long.period(*parts, seconds))

    def hour(self, start: int) -> Reading:
        """The hour that begins at `start`, from its six blocks (HJ 212-2017 formulas 16, 24)."""
        return self._recall("hour", start, self._make_hour)

    def _make_hour(self, start: int) -> Reading:
        first = start // BLOCK
        return self._join([self.minute(b) for b in range(first, first + BLOCKS_PER_HOUR)])

    def day(self, start: int) -> Reading:
        """The China day that begins at `start`, from its 24 hours (HJ 212-2017 formulas 17, 25)."""
        return self._join([self.hour(start + h * 3600) for h in range(24)])

    def _recall(self, what: str, when: int, make: Callable[[int], Reading]) -> Reading:
        if not self._remember:
            return make(when)
        found = self._known.get((what, when))
        if found is None:
            if len(self._known) > _READINGS_KEPT:
                for old in list(self._known)[: _READINGS_KEPT // 2]:
                    del self._known[old]
            found = self._known[what, when] = make(when)
        return found

    def sampled_at(self, epoch: float) -> dict[str, int]:
        """Wire code → when the sample of a water analyser's result was drawn (epoch seconds)."""
        block = block_of(epoch)
        return {p.factor.code: p.sample_block(block) * BLOCK for p in self._probes if p.period}

    def events(self, since: float, until: float) -> list[Event]:
        """Everything that happens to the station in a span of time, in order."""
        days = range(china_day(block_of(since)) - 2, china_day(block_of(until)) + 1)
        found = {id(e): e for d in days for e in self._diary.beginning_on(d)}
        return sorted(
            (e for e in found.values() if e.start < until and e.end > since), key=lambda e: e.start
        )

    def _join(self, parts: list[Reading]) -> Reading:
        """A longer period from its parts, column by column."""
        flags = [[p.flags[i] for p in parts] for i in range(len(self._probes))]
        calm = [set(row) == {"N"} for row in flags]
        out: Values = []
        columns = zip(*(p.values for p in parts), strict=True)
        for (how, owner, divisor), column in zip(self._joins, columns, strict=True):
            if calm[owner] and None not in column:
                value: float | None = _QUICK[how](column)
            else:
                value = combine(how, column, flags[owner])
            out.append(None if value is None else (value * divisor + 0.5) // 1 / divisor)
        spec = self.spec
        return Reading(out, [period_flag(f, spec.kind, spec.flag_rule) for f in flags])


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


_QUICK: dict[str, Callable[[Any], float]] = {
    "Cou": sum, "Min": min, "ZsMin": min, "Max": max, "ZsMax": max, "Avg": _mean, "ZsAvg": _mean,
}  # fmt: skip


def day_start(epoch: float) -> int:
    """Epoch seconds of the China midnight before an instant.

    >>> day_start(1470013137)
    1469980800
    """
    return first_block(china_day(block_of(epoch))) * BLOCK
