"""Months of history in seconds: what the station would have sent, without the talking."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.simulator.physics import BLOCK, TICK
from qingyuan.simulator.physics.signal import Columns, Signal, day_start
from qingyuan.simulator.physics.slow import Values

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

STEPS = {"rtd": TICK, "min": BLOCK, "hour": 3600, "day": 86400}
"""Interval name → seconds between two rows."""

CN = {"rtd": "2011", "min": "2051", "hour": "2061", "day": "2031"}
"""Interval name → the command that uploads it."""


class Row(NamedTuple):
    """One packet's worth of readings. `time` is its DataTime (epoch seconds; start of the period),
    `flags` has one
    letter a column. `columns` and, where all is normal, `flags` are shared between rows: do not
    change them."""

    time: int
    columns: Columns
    values: Values
    flags: list[str]


def history(
    spec: "StationSpec",
    since: float,
    until: float,
    interval: str | Sequence[str],
    *,
    newest_day_first: bool = False,
) -> Iterator[Row]:
    """What a station measured with DataTime in [since, until), epoch seconds.

    `interval` is "rtd" (every 30 s), "min" (every 10 minutes), "hour" or "day", or several of them,
    which is faster than one after the other; within a day the rows then come interval by interval.
    Only whole periods that lie in the span are given. With `newest_day_first` the China days come
    backwards, each day forwards. Raises ValueError for another interval.
    """
    wanted = (interval,) if isinstance(interval, str) else tuple(interval)
    unknown = [i for i in wanted if i not in STEPS]
    if unknown:
        raise ValueError(f"no interval {unknown[0]!r}; there are {', '.join(STEPS)}")
    return _days(Signal(spec, remember=len(wanted) > 1), since, until, wanted, newest_day_first)


def _days(
    signal: Signal, since: float, until: float, wanted: tuple[str, ...], backwards: bool
) -> Iterator[Row]:
    days = range(day_start(since), math.ceil(until), 86400)
    for midnight in reversed(days) if backwards else days:
        begin, end = max(since, midnight), min(until, midnight + 86400)
        for interval in wanted:
            if interval == "rtd":
                yield from _realtime(signal, begin, end)
            else:
                yield from _periods(signal, begin, end, interval)


def _realtime(signal: Signal, since: float, until: float) -> Iterator[Row]:
    columns, owner = signal.rtd_columns, signal.rtd_owner
    calm = ["N"] * len(columns)
    for block in range(int(since) // BLOCK, math.ceil(until / BLOCK)):
        series, letters = signal.ticks(block)
        for i, values in enumerate(zip(*series, strict=True)):
            at = block * BLOCK + i * TICK
            if since <= at < until:
                flags = calm if letters is None else [letters[f][i] for f in owner]
                yield Row(at, columns, list(values), flags)


def _periods(signal: Signal, since: float, until: float, interval: str) -> Iterator[Row]:
    columns, owner, step = signal.period_columns, signal.period_owner, STEPS[interval]
    make = {"min": lambda at: signal.minute(at // BLOCK), "hour": signal.hour, "day": signal.day}
    calm = ["N"] * len(columns)
    midnight = day_start(since)
    first = midnight + math.ceil((since - midnight) / step) * step
    for at in range(first, math.floor(until) - step + 1, step):
        values, letters = make[interval](at)
        flags = calm if letters is signal.normal else [letters[f] for f in owner]
        yield Row(at, columns, values, flags)
