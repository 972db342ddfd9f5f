"""One station's readings: what its plant does, seen through its instruments, as real-time, minute,
hour and day data.

Everything is computed from (seed, MN, time) alone; the small memories here only save work. Blocks
without events take a short way that never makes the twenty ticks; a test holds both ways equal.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.simulator.physics import (
    BLOCK,
    BLOCKS_PER_DAY,
    BLOCKS_PER_HOUR,
    TICK,
    TICKS,
    block_of,
    china_day,
    first_block,
)
from qingyuan.simulator.physics.aggregate import combine, mean, period_flag, valid
from qingyuan.simulator.physics.boiler import Boiler, Plant, converted, dry_standard
from qingyuan.simulator.physics.diary import Diary
from qingyuan.simulator.physics.events import FLAGS, KINDS, Event
from qingyuan.simulator.physics.instrument import ORDER, effect, upset
from qingyuan.simulator.physics.probe import Probe, probes
from qingyuan.simulator.physics.quick import ShortWay
from qingyuan.simulator.physics.sewage import SewageWorks

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

Columns = tuple[tuple[str, str], ...]
Values = list[float | None]
_READINGS_KEPT = 2 * BLOCKS_PER_DAY


class Reading(NamedTuple):
    """Values in the order of the columns, in the units and digits of the wire, and one flag a
    factor."""

    values: Values
    flags: Sequence[str]


def plant_of(spec: "StationSpec") -> Plant:
    """The source behind a station."""
    if spec.kind == "water":
        return SewageWorks(spec.mn, spec.seed, place=spec.place, capacity=spec.capacity)
    return Boiler(
        spec.mn, spec.seed, plant=spec.plant, place=spec.place, capacity=spec.capacity,
        area_m2=spec.area_m2, barometric_kpa=spec.barometric_kpa, o2_reference=spec.o2_reference,
    )  # fmt: skip


class Signal:
    """The readings of one station at any time; cheap to make, safe to throw away."""

    def __init__(self, spec: "StationSpec", *, remember: bool = False) -> None:
        """`remember` keeps a day's minutes and hours, so that hours and days need not make them
        again."""
        self.spec = spec
        self._remember = remember
        self._known: dict[tuple[str, int], Reading] = {}
        self._plant = plant_of(spec)
        self._probes = probes(spec, self._plant)
        self._diary = Diary(spec)
        self._letters = FLAGS[spec.edition]
        self.normal: tuple[str, ...] = ("N",) * len(self._probes)
        place = {f.key: i for i, f in enumerate(spec.factors)}
        self._o2 = place.get("a19001", -1)
        self._flow = place.get("a00000", place.get("w00000", -1))
        self._stack = tuple(place.get(k, -1) for k in ("a01012", "a01013", "a01014"))
        self._short = ShortWay(spec, self._probes)
        self._ticks: tuple[int, list[Values], list[list[str]] | None] | None = None
        self.rtd_columns: Columns = tuple(
            (f.code, s) for f in spec.factors for s in (("Rtd", "ZsRtd") if f.zs else ("Rtd",))
        )
        self.period_columns: Columns = tuple(
            (p.factor.code, s) for p in self._probes for s in p.suffixes
        )
        self.rtd_owner = [i for i, p in enumerate(self._probes) for _ in range(1 + p.factor.zs)]
        self.period_owner = [i for i, p in enumerate(self._probes) for _ in p.suffixes]

    def add(self, event: Event) -> None:
        """Put an event into the station's life, as when the office orders a calibration."""
        self._diary.add(event)
        self._ticks = None
        self._known.clear()
        for probe in self._probes:
            probe.forget()

    def realtime(self, epoch: float) -> Reading:
        """The readings of the 30-second tick that holds an instant."""
        block = block_of(epoch)
        columns, flags = self.ticks(block)
        i = int(epoch - block * BLOCK) // TICK
        letters = self.normal if flags is None else tuple(row[i] for row in flags)
        return Reading([c[i] for c in columns], letters)

    def ticks(self, block: int) -> tuple[list[Values], list[list[str]] | None]:
        """A block's twenty real-time values per column, and per factor its twenty flags (None: all
        N)."""
        if self._ticks is None or self._ticks[0] != block:
            self._ticks = (block, *self._make_ticks(block))
        return self._ticks[1], self._ticks[2]

    def minute(self, block: int) -> Reading:
        """The ten-minute data of a block."""
        return self._recall("min", block, self._make_minute)

    def _make_minute(self, block: int) -> Reading:
        if not self._diary.of(block):
            quick = self._short.values(block, self._levels(block))
            if quick is not None:
                return Reading(quick, self.normal)
        return self._period(*self._raw(block), BLOCK)

    def period(self, start: int, seconds: int) -> Reading:
        """Data of any period of whole ticks within one hour, as for a minute interval of 1 to 30
        minutes."""
        if seconds == BLOCK and start % BLOCK == 0:
            return self.minute(start // BLOCK)
        first, last = block_of(start), block_of(start + seconds - 1)
        skip = (start - first * BLOCK) // TICK
        count = seconds // TICK
        values: list[Values] = [[] for _ in self._probes]
        flags: list[list[str]] = [[] for _ in self._probes]
        for block in range(first, last + 1):
            more, letters = self._raw(block)
            for i, row in enumerate(more):
                values[i] += row
                flags[i] += letters[i]
        cut = slice(skip, skip + count)
        return self._period([v[cut] for v in values], [f[cut] for f in flags], seconds)

    def hour(self, start: int) -> Reading:
        """The hour that begins at `start`, from its six ten-minute data (HJ 212-2017 formulas 16,
        24)."""
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
                self._known.clear()
            found = self._known[what, when] = make(when)
        return found

    def sampled_at(self, epoch: float) -> dict[str, int]:
        """Wire code → when the sample was drawn that a water analyser's shown result belongs to
        (epoch seconds)."""
        block = block_of(epoch)
        return {p.factor.code: p.sample_block(block) * BLOCK for p in self._probes if p.period}

    def events(self, since: float, until: float) -> list[Event]:
        """Everything that happens to the station in a span of time, routine and scenario alike, in
        time order."""
        days = range(china_day(block_of(since)) - 2, china_day(block_of(until)) + 1)
        found = {id(e): e for d in days for e in self._diary.beginning_on(d)}
        return sorted(
            (e for e in found.values() if e.start < until and e.end > since), key=lambda e: e.start
        )

    # -- the short way ------------------------------------------------------------------------

    def _levels(self, block: int) -> list[float]:
        """What the instruments show on average over a block in which nothing happens to it."""
        true = self._plant.levels(block)
        shown = []
        for probe in self._probes:
            if probe.period:
                shown.append(probe.held(block, self._true))
                continue
            value = true[probe.source]
            shown.append(probe.drifted(block, value) if probe.drifts else value)
        return shown

    def _true(self, block: int, source: int) -> float:
        """The level of one quantity with what happened to the source, in the middle of a block."""
        happening = [e for e in self._diary.of(block) if KINDS[e.kind].layer == "process"]
        if not happening:
            return self._plant.levels(block)[source]
        touching = [e for e in happening if e.touches(self._plant.keys[source])]
        return self._plant.levels(block, upset(touching, block * BLOCK + BLOCK / 2))[source]

    # -- the long way -------------------------------------------------------------------------

    def _raw(self, block: int) -> tuple[list[Values], list[list[str]]]:
        """Per factor the block's twenty values, not yet rounded, and their flags."""
        events = self._diary.of(block)
        shapes = [p.shape(block) for p in self._probes]
        process = [e for e in events if KINDS[e.kind].layer == "process"]
        if process:
            columns = self._upset_ticks(block, shapes, process)
        else:
            columns = [
                p.spread(level, shape)
                for p, level, shape in zip(self._probes, self._levels(block), shapes, strict=True)
            ]
        flags = [["N"] * TICKS for _ in columns]
        for event in sorted(events, key=_precedence):
            self._apply(event, block, columns, flags, shapes)
        for probe, column, letters in zip(self._probes, columns, flags, strict=True):
            probe.clip(column, letters, self._letters["over_range"])
        return columns, flags

    def _upset_ticks(
        self, block: int, shapes: list[tuple[float, ...]], process: list[Event]
    ) -> list[Values]:
        """Ticks while something happens to the source: the plant is asked anew at every tick."""
        columns: list[Values] = [[] for _ in self._probes]
        for i in range(TICKS):
            at = block * BLOCK + i * TICK
            whole = self._plant.levels(block, upset([e for e in process if not e.factors], at))
            partly = [e for e in process if e.factors]
            part = self._plant.levels(block, upset(process, at)) if partly else whole
            touched = {k for e in partly for k in e.factors}
            for probe, column, shape in zip(self._probes, columns, shapes, strict=True):
                source = part if probe.factor.key in touched else whole
                if probe.period:
                    column.append(probe.held(block, self._true))
                else:
                    level = probe.drifted(block, source[probe.source])
                    column.append(level + (probe.share * level + probe.plus) * shape[i])
        return columns

    def _apply(
        self,
        event: Event,
        block: int,
        columns: list[Values],
        flags: list[list[str]],
        shapes: list[tuple[float, ...]],
    ) -> None:
        kind = KINDS[event.kind]
        letter = self._letters[kind.state]
        for probe, column, letters, shape in zip(self._probes, columns, flags, shapes, strict=True):
            if not event.touches(probe.factor.key):
                continue
            for i in range(TICKS):
                at = block * BLOCK + i * TICK
                if not event.start <= at < event.end:
                    continue
                if letter != "N":
                    letters[i] = letter
                value = column[i]
                if kind.layer == "instrument" and value is not None:
                    usual = partial(self._usual, probe, event.start)
                    column[i] = effect(event, probe.factor, value, at, shape[i], usual)

    def _usual(self, probe: Probe, epoch: float) -> float:
        """What an instrument showed when an event began."""
        block = block_of(epoch)
        if probe.period:
            return probe.held(block, self._true)
        return probe.drifted(block, self._true(block, probe.source))

    def _make_ticks(self, block: int) -> tuple[list[Values], list[list[str]] | None]:
        values, flags = self._raw(block)
        columns: list[Values] = []
        o2 = values[self._o2] if self._o2 >= 0 else []
        for probe, column in zip(self._probes, values, strict=True):
            columns.append(probe.rounded(column))
            if probe.factor.zs:
                pairs = zip(column, o2, strict=True)
                columns.append(probe.rounded([self._zs(c, o) for c, o in pairs]))
        calm = all(set(row) == {"N"} for row in flags)
        return columns, None if calm else flags

    def _zs(self, c: float | None, o2: float | None) -> float | None:
        if c is None or o2 is None:
            return None
        return converted(c, o2, self.spec.o2_reference)

    def _period(self, values: list[Values], flags: list[list[str]], seconds: int) -> Reading:
        """Data of a period from its ticks."""
        counted = [valid(v, f) for v, f in zip(values, flags, strict=True)]
        means = [mean(c) for c in counted]
        flow = self._dry(means)
        out: Values = []
        letters = []
        for i, probe in enumerate(self._probes):
            if probe.cou_divisor:
                out.append(self._amount(probe, means[i], flow, seconds))
            least, most = (min(counted[i]), max(counted[i])) if counted[i] else (None, None)
            wide = probe.factor.extremes
            out += probe.rounded([least, means[i], most] if wide else [means[i]])
            if probe.factor.zs:
                out += probe.rounded(self._zs_period(values, flags, means, i))
            letters.append(period_flag(flags[i], self.spec.kind, self.spec.flag_rule))
        return Reading(out, letters)

    def _zs_period(
        self, values: list[Values], flags: list[list[str]], means: Values, i: int
    ) -> Values:
        """Least, mean and greatest converted value; the mean is that of the means, formula (28)."""
        average = self._zs(means[i], means[self._o2])
        ticks = [self._zs(c, o) for c, o in zip(values[i], values[self._o2], strict=True)]
        counted = valid(ticks, flags[i])
        if average is None or not counted:
            return [None, average, None]
        return [min(*counted, average), average, max(*counted, average)]

    def _dry(self, means: Values) -> float | None:
        """What carries the pollutants: dry standard flow in m³/s (formula 31), for water the flow
        in L/s."""
        flow = means[self._flow]
        if self._o2 < 0 or flow is None:
            return flow
        temperature, static, humidity = (means[i] for i in self._stack)
        if temperature is None or static is None or humidity is None:
            return None
        return dry_standard(flow, temperature, static, humidity, self.spec.barometric_kpa)

    def _amount(
        self, probe: Probe, level: float | None, flow: float | None, seconds: int
    ) -> float | None:
        """m³ of gas or water, or kg of a pollutant (formulas 1, 8, 33), of a period."""
        if level is None or (probe.mass and flow is None):
            return None
        carried = (flow or 0.0) * seconds * 1e-6
        amount = level * carried if probe.mass else level * probe.volume * seconds / BLOCK
        return (amount * probe.cou_divisor + 0.5) // 1 / probe.cou_divisor

    def _join(self, parts: list[Reading]) -> Reading:
        """A longer period from its parts, column by column."""
        flags = [[p.flags[i] for p in parts] for i in range(len(self._probes))]
        out: Values = []
        for j, (_, suffix) in enumerate(self.period_columns):
            owner = self.period_owner[j]
            value = combine(suffix, [p.values[j] for p in parts], flags[owner])
            probe = self._probes[owner]
            divisor = probe.cou_divisor if suffix == "Cou" else probe.divisor
            out.append(None if value is None else (value * divisor + 0.5) // 1 / divisor)
        spec = self.spec
        return Reading(out, [period_flag(f, spec.kind, spec.flag_rule) for f in flags])


def _precedence(event: Event) -> int:
    return ORDER.index(event.kind) if event.kind in ORDER else -1


def day_start(epoch: float) -> int:
    """Epoch seconds of the China midnight before an instant.

    >>> day_start(1470013137)
    1469980800
    """
    return first_block(china_day(block_of(epoch))) * BLOCK
