"""Judged hours as small charts: two lines, the limit, and what lay under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.rounding import round_all
from qingyuan.kernel.windows import HOUR

from .charts import thin
from .judged import Judged, events_of, hours_of, marks_of
from .series import Dot, with_gaps
from .verdicts import Quantity, limits

MOMENT = 20 * 60  # seconds for which something done at an instant is drawn


class Band(NamedTuple):
    """A stretch [since, until) of one state; ``lane`` is judged, mark or event, ``code`` its state
    in the one table."""

    since: int
    until: int
    lane: str
    code: str


@dataclass(frozen=True, slots=True)
class JudgedChart:
    """One factor. Dots are (epoch second, rounded value, verdict); ``limits`` (from, to, value);
    ``total`` counts the hours behind the first line."""

    of: Quantity
    values: list[Dot]
    seconds: list[Dot]
    bands: list[Band]
    limits: list[tuple[int, int, float]]
    total: int


def judged_charts(
    scope: Scope, point: MonitoringPoint, of: Sequence[Quantity], since: int, until: int, *,
    max_points: int = 2000,
) -> list[JudgedChart]:
    """A chart for each factor over [since, until), the lines thinned with their extremes kept,
    bands and gaps whole. A fixed number of queries."""
    rows: dict[str, list[Judged]] = {one.code: [] for one in of}
    for row in hours_of(scope, point, since, until, list(rows)):
        rows[row.factor].append(row)
    shared = [*_events(scope, point, since, until), *_marks(scope, point, since, until)]
    held = limits(scope, point, since, until)
    return [
        JudgedChart(
            one,
            _line([(r.time, r.value, r.verdict) for r in rows[one.code]], one.digits, max_points),
            _line([(r.time, r.converted, r.verdict) for r in rows[one.code]], one.digits,
                  max_points) if one.second == "converted" else [],
            [*runs(rows[one.code]), *(band for code, band in shared if code in ("", one.code))],
            held.get(one.code, []), sum(r.value is not None for r in rows[one.code]),
        )
        for one in of
    ]


def _line(dots: Sequence[Dot], digits: int, most: int) -> list[Dot]:
    """Rounded as the table shows them, so that a chart's label and a cell say the same."""
    there = [dot for dot in dots if dot[1] is not None]
    rounded = round_all(np.array([dot[1] for dot in there], dtype=np.float64), digits).tolist()
    there = [(time, value, word) for (time, _v, word), value in zip(there, rounded, strict=True)]
    return thin(with_gaps(there, there, 1.5 * HOUR), most)


def runs(rows: Sequence[Judged]) -> list[Band]:
    """Consecutive hours of one verdict other than valid, as bands.

    >>> row = lambda hour, verdict: Judged(hour * 3600, "a", 0, *4 * [None], verdict, *6 * [""])
    >>> runs([row(0, "valid"), row(1, "invalid"), row(2, "invalid"), row(4, "invalid")])
    [Band(since=3600, until=10800, lane='judged', code='invalid'), \
Band(since=14400, until=18000, lane='judged', code='invalid')]
    """
    found: list[Band] = []
    for row in rows:
        if row.verdict == "valid":
            continue
        if found and found[-1].until == row.time and found[-1].code == row.verdict:
            found[-1] = found[-1]._replace(until=row.time + HOUR)
        else:
            found.append(Band(row.time, row.time + HOUR, "judged", row.verdict))
    return found


def _events(
    scope: Scope, point: MonitoringPoint, since: int, until: int
) -> list[tuple[str, Band]]:
    return [
        (event.factor, Band(max(since, event.start), min(until, _end(event, until)), "event",
                            event.kind))
        for event in events_of(scope, point, since, until)
    ]


def _end(event, until: int) -> int:  # type: ignore[no-untyped-def]
    if event.end is not None:
        return int(event.end)
    return until if event.kind in ("fault", "maintenance", "stop") else int(event.start) + MOMENT


def _marks(scope: Scope, point: MonitoringPoint, since: int, until: int) -> list[tuple[str, Band]]:
    return [
        (mark.factor, Band(max(since, mark.start), min(until, mark.end), "mark", mark.kind))
        for mark in marks_of(scope, point, since, until)
    ]
