"""Months of history in seconds: the same readings that the station would have sent, without the talking."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.simulator.physics import BLOCK, TICK
from qingyuan.simulator.physics.signal import Columns, Reading, Signal, Values, day_start

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

STEPS = {"rtd": TICK, "min": BLOCK, "hour": 3600, "day": 86400}
"""Interval name → seconds between two rows."""

CN = {"rtd": "2011", "min": "2051", "hour": "2061", "day": "2031"}
"""Interval name → the command that uploads it."""


class Row(NamedTuple):
    """One packet's worth of readings. `time` is its DataTime (epoch seconds; start of the period), `flags` has one
    letter a column. `columns` and, where all is normal, `flags` are shared between rows: do not change them."""

    time: int
    columns: Columns
    values: Values
    flags: list[str]


def history(
    spec: "StationSpec",
    since: float,
    until: float,
    interval: str,
    *,
    newest_day_first: bool = False,
) -> Iterator[Row]:
    """What a station measured with DataTime in [since, until), epoch seconds.

    `interval` is "rtd" (every 30 s), "min" (every 10 minutes), "hour" or "day". Only whole periods that end by
    `until` are given. With `newest_day_first` the China days come backwards, each day forwards.
    Raises ValueError for another interval.
    """
    if interval not in STEPS:
        raise ValueError(f"no interval {interval!r}; there are {', '.join(STEPS)}")
    signal = Signal(spec)
    days = range(day_start(since), int(until), 86400)
    for midnight in reversed(days) if newest_day_first else days:
        begin, end = max(since, midnight), min(until, midnight + 86400)
        if interval == "rtd":
            yield from _realtime(signal, begin, end)
        else:
            yield from _periods(signal, begin, end, interval)


def _realtime(signal: Signal, since: float, until: float) -> Iterator[Row]:
    columns, owner = signal.rtd_columns, signal.rtd_owner
    calm = ["N"] * len(columns)
    for block in range(int(since) // BLOCK, -int(-until // BLOCK)):
        series, letters = signal.ticks(block)
        start = block * BLOCK
        for i, values in enumerate(zip(*series, strict=True)):
            at = start + i * TICK
            if since <= at < until:
                flags = calm if letters is None else [letters[f][i] for f in owner]
                yield Row(at, columns, list(values), flags)


def _periods(signal: Signal, since: float, until: float, interval: str) -> Iterator[Row]:
    columns, owner, step = signal.period_columns, signal.period_owner, STEPS[interval]
    calm = ["N"] * len(columns)
    first = day_start(since) if interval == "day" else -int(-since // step) * step
    for at in range(first if first >= since else first + step, int(until) - step + 1, step):
        reading = _reading(signal, at, interval)
        letters = reading.flags
        flags = calm if letters is signal.normal else [letters[f] for f in owner]
        yield Row(at, columns, reading.values, flags)


def _reading(signal: Signal, at: int, interval: str) -> Reading:
    if interval == "min":
        return signal.minute(at // BLOCK)
    return signal.hour(at) if interval == "hour" else signal.day(at)
