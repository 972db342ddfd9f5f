"""Readings as rows: for the table and export of a page, and for the command line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, station_by_mn
from qingyuan.areas.organisations.scope import Scope

from ..models import Factor, Source
from ..readings import TABLES, Reading, load

CHUNK = 5000  # instants read at once while exporting


@dataclass(frozen=True, slots=True)
class Table:
    """A page of readings, newest first. ``factors`` are the columns, ``suffixes`` theirs."""

    rows: list[Reading]
    factors: list[Factor]
    suffixes: dict[str, list[str]]
    total: int
    sources: dict[int, Source]


def table(
    scope: Scope, point: MonitoringPoint, interval: str, since: int, until: int, *,
    page: int = 1, size: int = 50,
) -> Table:
    """Page ``page`` (from 1) of a visible point's readings with since <= time < until."""
    points_of(scope).get(pk=point.pk)
    times = (
        TABLES[interval].objects.filter(point=point.pk, time__gte=since, time__lt=until)
        .order_by("-time").values_list("time", flat=True).distinct()
    )
    total = times.count()
    shown = list(times[(page - 1) * size:page * size])
    rows = load(interval, [point.pk], shown[-1], shown[0] + 1)[::-1] if shown else []
    suffixes = suffixes_of(rows)
    known = {f.code: f for f in Factor.objects.filter(code__in=suffixes)}
    sources = Source.objects.in_bulk({row.source for row in rows})
    return Table(rows, [known[code] for code in suffixes], suffixes, total, sources)


def suffixes_of(rows: Sequence[Reading]) -> dict[str, list[str]]:
    """{code: [suffix, …]} in the order of first appearance, the flag last."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for code, values in row.factors.items():
            found.setdefault(code, {}).update(dict.fromkeys(values))
    return {
        code: sorted(names, key=lambda name: name in ("Flag", "EFlag"))
        for code, names in found.items()
    }


def readings(
    scope: Scope, point: MonitoringPoint, interval: str, since: int, until: int
) -> Iterator[Reading]:
    """Every reading with since <= time < until in order of time, read in pieces, for exports."""
    points_of(scope).get(pk=point.pk)
    return _pieces(point.pk, interval, since, until)


def _pieces(point: int, interval: str, since: int, until: int) -> Iterator[Reading]:
    rows = TABLES[interval].objects
    while since < until:
        ahead = rows.filter(point=point, time__gte=since, time__lt=until).order_by("time")
        edge = ahead.values_list("time", flat=True)[CHUNK:CHUNK + 1].first()
        stop = until if edge is None else max(edge, since + 1)
        yield from load(interval, [point], since, stop)
        since = stop


def readings_of_mn(
    scope: Scope, mn: str, interval: str, since: int, until: int
) -> Iterator[Reading]:
    """What a logger's MN reported with since <= time < until, over all its points and dates, in
    order of time; DataLogger.DoesNotExist for an MN the scope does not see."""
    windows: dict[int, list[tuple[int, int]]] = {}
    for link in station_by_mn(scope, mn).links:
        start = max(since, int(link.since.timestamp()))
        stop = until if link.until is None else min(until, int(link.until.timestamp()))
        if (start, stop) not in windows.setdefault(link.point_id, []) and start < stop:
            windows[link.point_id].append((start, stop))
    found = [
        reading for point, spans in windows.items() for start, stop in _joined(spans)
        for reading in load(interval, [point], start, stop)
    ]
    return iter(sorted(found, key=lambda reading: (reading.time, reading.point)))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping windows as one (a logger is linked to its point once for each ST).

    >>> _joined([(0, 5), (3, 9), (12, 13)])
    [(0, 9), (12, 13)]
    """
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def factors_of_point(
    scope: Scope, point: MonitoringPoint, interval: str, since: int, until: int
) -> list[tuple[Factor, list[str]]]:
    """(factor, suffixes) in a visible point's newest readings of a window, for the pickers."""
    points_of(scope).get(pk=point.pk)
    last = (
        TABLES[interval].objects.filter(point=point.pk, time__gte=since, time__lt=until)
        .order_by("-time").values_list("time", flat=True)[:20]
    )
    times = list(last)
    rows = load(interval, [point.pk], times[-1], times[0] + 1) if times else []
    suffixes = suffixes_of(rows)
    known = {f.code: f for f in Factor.objects.filter(code__in=suffixes)}
    return [(known[code], names) for code, names in suffixes.items() if code in known]


def import_batches(scope: Scope) -> QuerySet[Source]:
    """Imports into visible points, newest first."""
    return (
        Source.objects.filter(kind="import", point__in=points_of(scope))
        .select_related("point").order_by("-id")
    )
