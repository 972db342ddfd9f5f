"""Points at a glance: who is live, and the newest values."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope

from ..intake.latest import AHEAD
from ..models import Factor, Interval, LatestReading
from ..readings import TABLES, Reading, read

# A point is live within three of its own intervals, late within the hour, then silent.
MISSED, SILENT_AFTER = 3, 3600


@dataclass(frozen=True, slots=True)
class Tile:
    """One factor's newest value. ``converted`` is the value at reference O2 (Zs…), where sent."""

    code: str
    name: str
    unit: str
    decimals: int | None
    value: float | None
    converted: float | None
    flag: str
    time: int  # epoch second
    interval: str


@dataclass(frozen=True, slots=True)
class PointState:
    """A point, its state ``live|late|silent|never``, its last arrival (epoch ms), its tiles."""

    point: MonitoringPoint
    state: str
    at: int | None
    frame: int | None
    mn: str
    tiles: tuple[Tile, ...]


def points_overview(
    scope: Scope, points: Iterable[MonitoringPoint] | None = None, *, now: float | None = None
) -> list[PointState]:
    """Visible points with state and newest values, in a fixed number of queries.

    ``points`` (a page of ``assets.queries.points_of(scope)``) limits the work to what is shown.
    """
    shown = list(points_of(scope) if points is None else points_of(scope).filter(
        pk__in=[point.pk for point in points]
    ))
    heard = {row.pk: row for row in LatestReading.objects.filter(pk__in=[p.pk for p in shown])}
    loggers = _loggers([p.pk for p in shown])
    newest = _newest(list(heard.values()), time.time() if now is None else now)
    names = _names({code for reading, _kind in newest.values() for code in reading.factors})
    moment = time.time() if now is None else now
    states = []
    for point in shown:
        latest, (mn, seconds) = heard.get(point.pk), loggers.get(point.pk, ("", 30))
        states.append(PointState(
            point, _state(latest, seconds, moment),
            latest.at or None if latest else None, latest.frame or None if latest else None,
            mn, _tiles(newest.get(point.pk), names),
        ))
    return states


def point_latest(scope: Scope, point: MonitoringPoint, *, now: float | None = None) -> PointState:
    """One visible point's state; MonitoringPoint.DoesNotExist for any other."""
    found = points_overview(scope, [point], now=now)
    if not found:
        raise MonitoringPoint.DoesNotExist(point.pk)
    return found[0]


def _loggers(points: Sequence[int]) -> dict[int, tuple[str, int]]:
    """point → (MN, seconds between real-time packets) of its present logger."""
    links = LoggerAssignment.objects.filter(point__in=points).order_by("since", "-id")
    return {
        point: (mn, seconds) for point, mn, seconds in
        links.values_list("point_id", "logger__mn", "logger__realtime_seconds")
    }


def _state(heard: LatestReading | None, seconds: int, now: float) -> str:
    if heard is None or not heard.at:
        return "never"  # history may have been filled in without a single packet
    silence = now - heard.at / 1000
    if silence <= max(MISSED * seconds, 120):
        return "live"
    return "late" if silence <= SILENT_AFTER else "silent"


def _newest(heard: Sequence[LatestReading], now: float) -> dict[int, tuple[Reading, str]]:
    """point → its newest reading of the finest interval it sends, at most one query an interval
    (and one for shapes or factors, and one for each point whose reach is none)."""
    found: dict[int, tuple[Reading, str]] = {}
    for interval in (Interval.REALTIME, Interval.MINUTE, Interval.HOUR, Interval.DAY):
        keys = [
            (row.pk, moment) for row in heard
            if row.pk not in found and (moment := _reach(row, interval, now)) is not None
        ]
        for start in range(0, len(keys), 400):
            asked = [Q(point=pk, time=moment) for pk, moment in keys[start:start + 400]]
            rows = TABLES[interval].objects.filter(reduce(or_, asked))
            found |= {r.point: (r, str(interval)) for r in read(interval, rows)}
    return found


def _reach(row: LatestReading, interval: str, now: float) -> int | None:
    """Time of the newest reading. A reach in the future, as a file's rows may have, is looked up
    in the table instead; the point's next packet mends it."""
    held: int | None = getattr(row, interval)
    limit = int(max(now, row.at / 1000)) + AHEAD
    if held is None or held <= limit:
        return held
    rows = TABLES[interval].objects.filter(point=row.pk, time__lte=limit)
    return rows.order_by("-time").values_list("time", flat=True).first()


def _names(codes: Iterable[str]) -> dict[str, Factor]:
    return {factor.code: factor for factor in Factor.objects.filter(code__in=set(codes))}


def _tiles(newest: tuple[Reading, str] | None, names: dict[str, Factor]) -> tuple[Tile, ...]:
    if newest is None:
        return ()
    reading, interval = newest
    main = "Rtd" if interval == Interval.REALTIME else "Avg"
    return tuple(
        Tile(
            code, names[code].name if code in names else code,
            names[code].unit if code in names else "",
            names[code].decimals if code in names else None,
            _number(values.get(main)), _number(values.get(f"Zs{main}")),
            str(values.get("Flag", "")), reading.time, interval,
        )
        for code, values in reading.factors.items()
    )


def _number(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None
