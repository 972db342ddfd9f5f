"""The ordinary days of a station: calibrations, visits, and what breaks now and then."""

import random
from typing import TYPE_CHECKING

from qingyuan.simulator.physics import BLOCK, first_block
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.noise import dice

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

LONGEST = 2
"""No routine event lasts longer than this many days."""

CALIBRATION_SECONDS = 720
"""Zero, span and purge within 15 minutes, so that an hour keeps its 75 % of normal minutes."""

# kind, mean number a day at `incidents` 1, shortest and longest in minutes
_GAS_INCIDENTS = (
    ("fault", 0.022, 40, 400), ("link_down", 0.015, 20, 200), ("over_range", 0.008, 10, 60),
    ("stuck", 0.010, 90, 600), ("spike", 0.080, 10, 20), ("over_limit", 0.030, 40, 150),
    ("stop", 0.008, 480, 2400), ("instrument_stop", 0.006, 60, 300), ("low_load", 0.030, 120, 480),
)  # fmt: skip
_WATER_INCIDENTS = (
    ("fault", 0.016, 60, 600), ("link_down", 0.012, 20, 240), ("stuck", 0.010, 240, 1440),
    ("spike", 0.020, 60, 120), ("over_limit", 0.030, 120, 600), ("low_load", 0.020, 60, 360),
    ("instrument_stop", 0.004, 60, 300),
)  # fmt: skip


def routine(spec: "StationSpec", day: int) -> list[Event]:
    """The events that begin on a China calendar day; the same for the same (seed, MN, day)."""
    if not spec.routine:
        return []
    midnight = first_block(day) * BLOCK
    habits = dice(spec.seed, spec.mn, "habits")
    roll = dice(spec.seed, spec.mn, "day", day)
    events = _gas_care(spec, day, midnight, habits) if spec.kind == "gas" else _water_care(
        spec, day, midnight, habits
    )
    events += _visit(spec, day, midnight, habits, roll)
    return events + _incidents(spec, midnight, roll)


def calibration_second(spec: "StationSpec") -> int:
    """Second of the China day of a gas station's calibration, once in 24 h (HJ 75-2017 11.2)."""
    return dice(spec.seed, spec.mn, "habits").randrange(0, 144) * BLOCK


def _keys(spec: "StationSpec", analyser: str) -> tuple[str, ...]:
    return tuple(f.key for f in spec.factors if f.analyser == analyser)


def _gas_care(
    spec: "StationSpec", day: int, midnight: int, habits: random.Random
) -> list[Event]:
    begin = midnight + habits.randrange(0, 144) * BLOCK
    keys = _keys(spec, "gas") + _keys(spec, "dust")
    return [Event("calibration", begin, begin + CALIBRATION_SECONDS, keys)]


def _water_care(
    spec: "StationSpec", day: int, midnight: int, habits: random.Random
) -> list[Event]:
    """A calibration every seven days (HJ 355-2019 8, 168 h), one analyser an hour."""
    turn, begin = habits.randrange(7), midnight + habits.randrange(0, 20) * 3600
    if day % 7 != turn:
        return []
    return [
        Event("calibration", begin + i * 3600, begin + i * 3600 + 3000, (key,), {"span": 0.5})
        for i, key in enumerate(_keys(spec, "wet"))
    ]


def _visit(
    spec: "StationSpec", day: int, midnight: int, habits: random.Random, roll: random.Random
) -> list[Event]:
    """The weekly round (HJ 75-2017 10, HJ 355-2019 7: each 7 days) on a working morning."""
    if (day + 3) % 7 != habits.randrange(5) or not spec.visits:
        return []
    begin = midnight + 36000 + 60 * roll.randrange(0, 100)
    keys = tuple(f.key for f in spec.factors if f.analyser)
    return [Event("maintenance", begin, begin + 60 * roll.randrange(12, 35), keys)]


def _incidents(spec: "StationSpec", midnight: int, roll: random.Random) -> list[Event]:
    events = []
    for kind, rate, low, high in _GAS_INCIDENTS if spec.kind == "gas" else _WATER_INCIDENTS:
        chance, start, length = roll.random(), roll.randrange(1440), roll.randint(low, high)
        which = roll.random()
        if chance >= rate * spec.incidents:
            continue
        begin = midnight + 60 * start
        events.append(Event(kind, begin, begin + 60 * length, _victims(spec, kind, which)))
    return events


def _victims(spec: "StationSpec", kind: str, which: float) -> tuple[str, ...]:
    """Processes and power failures hit all factors, a broken instrument its own."""
    if kind in ("stop", "low_load", "instrument_stop"):
        return ()
    watched = [f.key for f in spec.factors if f.analyser and f.key != "a19001"]
    if kind == "over_limit" and spec.kind == "gas":
        watched = watched[:1]
    return (watched[int(which * len(watched))],)
