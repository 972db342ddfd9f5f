"""Lines of a chart with their flag bands: bands are found in all readings, the line is thinned."""

from collections.abc import Sequence
from dataclasses import dataclass

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope

from .columns import columns
from .series import Dot, decimate, series

EVERYTHING = 1 << 60
CONVERTED = {"Rtd": "ZsRtd", "Avg": "ZsAvg"}
NORMAL = frozenset({"N", "", "3"})


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of one flag, epoch seconds, ``until`` excluded."""

    since: int
    until: int
    flag: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a small chart; ``total`` counts the readings behind it."""

    label: str
    dots: list[Dot]
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One factor's small chart: measured and, where sent, converted line, and its flag bands."""

    code: str
    name: str
    unit: str
    lines: list[Line]
    bands: list[Band]


def charts(
    scope: Scope, point: MonitoringPoint, interval: str, since: int, until: int, *,
    max_points: int = 1200,
) -> list[Chart]:
    """A small chart for every factor that has a value in the window."""
    main = [c for c in columns(scope, point, interval, since, until) if c.main]
    found = series(scope, point, interval, [f"{c.code}-{c.suffix}" for c in main], since, until,
                   max_points=EVERYTHING)
    lines = {(s.code, s.suffix): s for s in found}
    result = []
    for code in dict.fromkeys(c.code for c in main):
        own = [c for c in main if c.code == code]
        held = [(c, lines[code, c.suffix].dots) for c in own]
        result.append(Chart(
            code, own[0].name, own[0].unit,
            [Line("折算" if c.suffix.startswith("Zs") else "实测", thin(dots, max_points),
                  lines[code, c.suffix].total) for c, dots in held],
            bands(held[0][1]),
        ))
    return result


def thin(dots: Sequence[Dot], limit: int) -> list[Dot]:
    """At most about ``limit`` dots, the extremes and the gaps kept.

    >>> thin([(0, 1.0, "N"), (1, None, ""), (9, 2.0, "N")], 2)
    [(0, 1.0, 'N'), (1, None, ''), (9, 2.0, 'N')]
    """
    gaps = [dot for dot in dots if dot[1] is None]
    kept = decimate([dot for dot in dots if dot[1] is not None], limit)
    return sorted([*kept, *gaps], key=lambda dot: dot[0]) if gaps else kept


def bands(dots: Sequence[Dot]) -> list[Band]:
    """Stretches with a flag other than normal; each ends where the next reading or a gap begins.

    >>> bands([(0, 1.0, "N"), (60, 2.0, "C"), (120, 2.0, "C"), (180, 1.0, "N")])
    [Band(since=60, until=180, flag='C')]
    """
    found: list[Band] = []
    for index, (at, value, flag) in enumerate(dots):
        if value is None or flag in NORMAL:
            continue
        end = dots[index + 1][0] if index + 1 < len(dots) else at + 60
        if found and found[-1].flag == flag and found[-1].until == at:
            found[-1] = Band(found[-1].since, end, flag)
        else:
            found.append(Band(at, end, flag))
    return found
