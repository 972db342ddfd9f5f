"""The long way: a block tick by tick, with everything that happens to source and instruments."""

from functools import partial
from typing import TYPE_CHECKING

from qingyuan.simulator.physics import BLOCK, TICK, TICKS
from qingyuan.simulator.physics.aggregate import mean, period_flag, valid
from qingyuan.simulator.physics.boiler import converted, dry_standard
from qingyuan.simulator.physics.display import Display, process_events
from qingyuan.simulator.physics.events import FLAGS, KINDS, Event
from qingyuan.simulator.physics.instrument import ORDER, effect, upset
from qingyuan.simulator.physics.probe import Probe

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

Values = list[float | None]
Flags = list[list[str]]


class LongWay:
    """Ticks of a block, and periods made of ticks."""

    def __init__(self, spec: "StationSpec", display: Display) -> None:
        self._spec, self._display = spec, display
        self._plant, self._probes = display.plant, display.probes
        self._letters = FLAGS[spec.edition]
        place = {f.key: i for i, f in enumerate(spec.factors)}
        self._o2 = place.get("a19001", -1)
        self._flow = place.get("a00000", place.get("w00000", -1))
        self._stack = tuple(place.get(k, -1) for k in ("a01012", "a01013", "a01014"))

    def raw(self, block: int) -> tuple[list[Values], Flags]:
        """Per factor the block's twenty values, not yet rounded, and their flags."""
        events = self._display.diary.of(block)
        shapes = [p.shape(block) for p in self._probes]
        process = process_events(events)
        if process:
            columns = self._upset_ticks(block, shapes, process)
        else:
            levels = self._display.levels(block)
            rows = zip(self._probes, levels, shapes, strict=True)
            columns = [probe.spread(level, shape) for probe, level, shape in rows]
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
                    column.append(probe.held(block, self._display.true))
                else:
                    level = probe.drifted(block, source[probe.source])
                    column.append(level + (probe.share * level + probe.plus) * shape[i])
        return columns

    def _apply(
        self,
        event: Event,
        block: int,
        columns: list[Values],
        flags: Flags,
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
                    usual = partial(self._display.usual, probe, event.start)
                    column[i] = effect(event, probe.factor, value, at, shape[i], usual)

    def ticks(self, block: int) -> tuple[list[Values], Flags | None]:
        """Per real-time column the twenty values as sent, and the flags; None when all are N."""
        values, flags = self.raw(block)
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
        return converted(c, o2, self._spec.o2_reference)

    def period(self, values: list[Values], flags: Flags, seconds: int) -> tuple[Values, list[str]]:
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
            letters.append(period_flag(flags[i], self._spec.kind, self._spec.flag_rule))
        return out, letters

    def _zs_period(
        self, values: list[Values], flags: Flags, means: Values, i: int
    ) -> Values:
        """Least, mean and greatest converted value; the mean is that of the means, formula (28)."""
        average = self._zs(means[i], means[self._o2])
        ticks = [self._zs(c, o) for c, o in zip(values[i], values[self._o2], strict=True)]
        counted = valid(ticks, flags[i])
        if average is None or not counted:
            return [None, average, None]
        return [min(*counted, average), average, max(*counted, average)]

    def _dry(self, means: Values) -> float | None:
        """What carries the pollutants: dry flow in m³/s (formula 31), or water in L/s."""
        flow = means[self._flow]
        if self._o2 < 0 or flow is None:
            return flow
        temperature, static, humidity = (means[i] for i in self._stack)
        if temperature is None or static is None or humidity is None:
            return None
        return dry_standard(flow, temperature, static, humidity, self._spec.barometric_kpa)

    def _amount(
        self, probe: Probe, level: float | None, flow: float | None, seconds: int
    ) -> float | None:
        """m³ of gas or water, or kg of a pollutant (formulas 1, 8, 33), of a period."""
        if level is None or (probe.mass and flow is None):
            return None
        carried = (flow or 0.0) * seconds * 1e-6
        amount = level * carried if probe.mass else level * probe.volume * seconds / BLOCK
        return (amount * probe.cou_divisor + 0.5) // 1 / probe.cou_divisor


def _precedence(event: Event) -> int:
    return ORDER.index(event.kind) if event.kind in ORDER else -1
