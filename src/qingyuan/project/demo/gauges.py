"""What the demonstration's instruments show on a visit, and what is written down of it.

A calibration, a verification or a comparison has two sides: the figures of its record, and what the
station's data show of it. Both are made here, so that they agree: readings against reference
methods come from the station's own signal, and what goes through an analyser becomes an event of
the simulator.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qingyuan.forms import Form
from qingyuan.forms.definition import Block, Section
from qingyuan.kernel.clock import CST
from qingyuan.simulator.physics import TICK
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.signal import Signal

from .life.people import share

Cells = dict[str, Any]
MINUTE = 60
HOURS = {"hj75.g4": 0.95, "hj75.g5": 2.3, "hj355.h": 4.2}
"""Hours at the instrument for the forms that take longer than a round of inspection."""

ADJUST, BEYOND = 0.12, 0.13
"""Share of analysers that have drifted so far that they are adjusted; drift of one that is out of
control, as a share of its range."""

SCATTER = 0.04  # of a reference method against an instrument that sees the same gas
CLEANED = 0.3  # of the rounds of inspection take the analysers out of their measurement
_RUN = 24 * MINUTE  # zero gas, span gas and purge once


@dataclass(slots=True)
class Shown:
    """Answers by section as a form takes them, and what the station lives through."""

    answers: Cells = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    flagged: tuple[int, int] | None = None  # epoch seconds over which the data carry a mark
    kind: str = "calibration"  # of that mark


def shown(
    form: Form, draft: Cells, spec: Any, begin: float, end: float, seed: int,
    failing: bool = False,
) -> Shown:
    """What a visit from ``begin`` to ``end`` (epoch seconds) leaves behind; nothing for a form that
    puts nothing through an instrument. ``failing``: one analyser is out of control."""
    made = _FORMS.get(form.code)
    found = Shown()
    if made is not None:
        visit = _Visit(form, draft, spec, int(begin) // 60 * 60, int(end) // 60 * 60,
                       random.Random(seed), failing)
        made(visit, found)
        if form.code in HOURS:
            found.answers["header"] = {"begin": _stamp(visit.begin), "end": _stamp(visit.end)}
    return found


@dataclass(frozen=True, slots=True)
class _Visit:
    form: Form
    draft: Cells
    spec: Any
    begin: int
    end: int
    dice: random.Random
    failing: bool

    def blocks(self, section: str) -> Iterator[tuple[Section, Block, Cells, Any]]:
        """The draft's blocks of a section whose factor the station measures."""
        held = self.draft.get(section) or {}
        for part in self.form.sections:
            if part.name == section:
                for block in part.blocks:
                    factor = self.spec.factor(block.keys.get("factor", ""))
                    if block.name in held and factor is not None:
                        yield part, block, held[block.name], factor


def _calibration(visit: _Visit, found: Shown) -> None:
    """Zero and span of every analyser as found, then once more as left. Bottles hang for months:
    each analyser's gas is the same at every visit."""
    first = visit.begin + 3 * MINUTE
    known: Cells = {}
    victim = None
    rows = list(visit.blocks("analysers"))
    if visit.failing and rows:
        victim = visit.dice.choice(rows)[1].name
    for _section, block, cells, factor in rows:
        low, high = cells.get("range_low", factor.low), cells.get("range_high", factor.high)
        full, digits = high - low, factor.decimals
        part = 0.836 if factor.key == "a19001" else round(
            0.78 + 0.08 * share("bottle", visit.spec.mn, factor.key), 2)
        gas = round(low + part * full, digits)
        large = BEYOND if block.name == victim else 0.031 if visit.dice.random() < ADJUST else 0.006
        zero = abs(round(large * full * visit.dice.uniform(0.1, 0.5), digits))
        span = round(large * full * visit.dice.choice((-1, 1)) * visit.dice.uniform(0.85, 1.0),
                     digits)
        adjusted = large > 0.01
        known[block.name] = {
            "zero_gas": 0.0, "zero_last": 0.0, "zero_before": zero,
            "zero_after": 0.0 if adjusted else zero, "new_gas": False, "span_gas": gas,
            "span_last": gas, "span_before": round(gas + span, digits),
            "span_after": gas if adjusted else round(gas + span, digits),
        }
        runs = ((zero, span), (0.0, 0.0) if adjusted else (zero, span))
        for turn, (off, away) in enumerate(runs):
            start = first + turn * _RUN
            found.events.append(Event("calibration", start, start + _RUN, (factor.key,), {
                "span": (gas - low) / full, "zero_error": off / full, "span_error": away / full}))
    found.answers["analysers"] = known
    found.answers["velocity"] = {
        block.name: {"zero_value": 0.0, "zero_last": 0.0,
                     "zero_before": round(0.3 * visit.dice.random(), 2), "zero_after": 0.0}
        for _section, block, _cells, _factor in visit.blocks("velocity")}
    if known:
        found.flagged = (first, first + 2 * _RUN)


def _inspection(visit: _Visit, found: Shown) -> None:
    """Every third round something is cleaned or changed at the analysers, under a mark."""
    keys = tuple(one.key for one in visit.spec.factors if one.analyser)
    span = visit.begin + 4 * MINUTE, visit.end - 3 * MINUTE
    if keys and visit.dice.random() < CLEANED and span[1] - span[0] > 5 * MINUTE:
        found.events.append(Event("maintenance", *span, keys))
        found.kind, found.flagged = "device_maintenance", span


def _verification(visit: _Visit, found: Shown) -> None:
    """Nine pairs of eight minutes every twelve; the reference method sees what the instrument
    shows, with its own scatter and a small bias."""
    signal, known = Signal(visit.spec), {}
    first = visit.begin + 15 * MINUTE
    for _section, block, cells, factor in visit.blocks("factors"):
        count = 9 if block.keys.get("pairs") == "gas" else 5
        bias, pairs = 1 + 0.03 * visit.dice.gauss(0, 1), []
        for turn in range(count):
            start = first + turn * 12 * MINUTE
            value = _mean(signal, factor.key, start, 8 * MINUTE)
            if value is None:
                break
            pairs.append({
                "begin": _stamp(start), "end": _stamp(start + 8 * MINUTE), "cems": value,
                "reference": round(max(0.0, value * bias * (1 + SCATTER * visit.dice.gauss(0, 1))),
                                   factor.decimals + 1)})
        known[block.name] = {"unit": cells.get("unit", _unit(factor)), "pairs": pairs} if len(
            pairs) == count else {}
    found.answers["factors"] = known


def _water_comparison(visit: _Visit, found: Shown) -> None:
    """Three actual samples an hour apart; the analyser's result stands 45 minutes later, the
    laboratory's differs by a few percent."""
    signal = Signal(visit.spec)
    known: Cells = {}
    for _section, block, _cells, factor in visit.blocks("analysers"):
        samples = []
        for turn in range(3):
            sampled = visit.begin + (8 + 60 * turn) * MINUTE
            online = _mean(signal, factor.key, sampled + 45 * MINUTE, 10 * MINUTE)
            if online is None:
                break
            lab = online * (1 + SCATTER * visit.dice.gauss(0, 1))
            samples.append({
                "sampled": _stamp(sampled), "online": online,
                "reference1": round(lab * 1.005, factor.decimals + 1),
                "reference2": round(lab * 0.995, factor.decimals + 1)})
        known[block.name] = {"samples": samples} if len(samples) == 3 else {}
    found.answers["analysers"] = known
    readings: Cells = {}
    for _section, block, _cells, factor in visit.blocks("field"):
        at = visit.begin + 20 * MINUTE
        online = _mean(signal, factor.key, at, 10 * MINUTE)
        readings[block.name] = {} if online is None else {"readings": [
            {"at": _stamp(at), "online": online,
             "reference": round(online + 0.03 * visit.dice.gauss(0, 1), factor.decimals)}]}
    found.answers["field"] = readings


def _mean(signal: Signal, key: str, start: int, seconds: int) -> float | None:
    """What the logger gives as mean over whole ticks; None while it gives none."""
    reading = signal.period(start - start % TICK, seconds)
    factor = signal.spec.factor(key)
    for (code, suffix), value in zip(signal.period_columns, reading.values, strict=True):
        if factor is not None and code == factor.code and suffix == "Avg" and value is not None:
            return round(value / factor.scale, factor.decimals + 1)
    return None


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, CST).strftime("%Y-%m-%dT%H:%M")


def _unit(factor: Any) -> str:
    return {"℃": "degC"}.get(factor.unit, factor.unit)


_FORMS: dict[str, Callable[[_Visit, Shown], None]] = {
    "hj75.g1": _inspection, "hj75.g2": _inspection, "hj75.g3": _inspection,
    "hj355.b": _inspection,
    "hj75.g4": _calibration, "hj75.g5": _verification, "hj355.h": _water_comparison,
}
