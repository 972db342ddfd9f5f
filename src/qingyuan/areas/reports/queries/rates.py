"""Capture, transmission and validity rates of many points at once: sums over months and quarters,
grouped by region, discharger or point. Scope first; four queries, however many points."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db.models import Max, Min, QuerySet, Sum

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import Factor, QuarterValue
from qingyuan.areas.telemetry.queries.states import search_points
from qingyuan.calc.rates import Tally, capture_rate
from qingyuan.calc.roles import is_pollutant

from ..models import MonthTally

BY = ("region", "discharger", "point")
COUNTS = ("due", "received", "valid", "left_out", "silent", "soon_received", "soon_valid",
          "soon_left_out", "soon_silent", "exempt", "bad", "stopped")
RATES = ("capture", "transmission", "validity", "effective")
_CAPTURE = ("hours", "stopped", "invalid")


@dataclass(frozen=True, slots=True)
class Sums:
    """Hours of any number of factors and points, as ``MonthTally`` has them; ``capture`` is
    (hours, stopped, invalid) of the quarter so far. ``at`` epoch ms of the oldest count."""

    counts: Mapping[str, int] = field(default_factory=dict)
    capture: tuple[int, int, int] = (0, 0, 0)
    at: int | None = None
    until: int | None = None

    def __add__(self, other: "Sums") -> "Sums":
        keys = {**self.counts, **other.counts}
        return Sums(
            {key: self.counts.get(key, 0) + other.counts.get(key, 0) for key in keys},
            tuple(a + b for a, b in zip(self.capture, other.capture, strict=True)),  # type: ignore[arg-type]
            min((at for at in (self.at, other.at) if at is not None), default=None),
            max((at for at in (self.until, other.until) if at is not None), default=None))

    def tally(self, *, soon: bool, raw: bool) -> Tally:
        """The numbers of a rate: realtime or after back-fill, raw or with the daily check's hour
        left out."""
        of = "soon_" if soon else ""
        count = self.counts.get
        left_out, silent = (0, 0) if raw else (count(f"{of}left_out", 0), count(f"{of}silent", 0))
        due = count("due", 0)
        return Tally(count(f"{of}received", 0), due - silent, count(f"{of}valid", 0), due, left_out)

    @property
    def capture_rate(self) -> float | None:
        """Capture rate of the quarter so far, a fraction."""
        return capture_rate(*self.capture)

    def rate(self, name: str, *, soon: bool, raw: bool) -> float | None:
        """One of RATES, a fraction; None when nothing was due."""
        if name == "capture":
            return self.capture_rate
        found: float | None = getattr(self.tally(soon=soon, raw=raw), name)
        return found


class Group(NamedTuple):
    """One line of the statistics: ``key`` is an area code, a discharger's or a point's id."""

    key: str
    name: str
    place: str  # what stands below the name: outlet and discharger of a point
    points: int
    kinds: frozenset[str]
    sums: Sums


class Place(NamedTuple):
    """A point with what it is grouped by."""

    pk: int
    name: str
    kind: str
    outlet: str
    discharger: int
    owner: str
    area: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the statistics are asked for: months as [start, end) epoch seconds, the quarter of the
    capture rate likewise, and the filters of the address."""

    by: str
    start: int
    end: int
    quarter: tuple[int, int]
    text: str = ""
    kind: str = ""
    area: str = ""
    discharger: int | None = None
    point: int | None = None


def places_of(scope: Scope, asked: Asked) -> list[Place]:
    """The visible points that the filters leave. One query."""
    points: QuerySet[MonitoringPoint] = search_points(
        points_of(scope), {"q": asked.text, "kind": asked.kind})
    if asked.area:
        area = asked.area if asked.area != "-" else ""
        # PostgreSQL takes no NUL in a text; no area has one.
        points = points.none() if "\x00" in area else points.filter(organisation__area=area)
    if asked.discharger is not None:
        points = points.filter(organisation=asked.discharger)
    if asked.point is not None:
        points = points.filter(pk=asked.point)
    rows = points.order_by("organisation__name", "outlet__name", "name", "pk").values_list(
        "pk", "name", "kind", "outlet__name", "organisation_id", "organisation__name",
        "organisation__area")
    return [Place(*row) for row in rows]


def sums_of(scope: Scope, asked: Asked) -> dict[int, Sums]:
    """By point what its months and its quarter add up to. Two queries."""
    seen = points_of(scope).order_by().values("pk")
    months = MonthTally.objects.filter(point__in=seen, time__gte=asked.start, time__lt=asked.end)
    quarters = QuarterValue.objects.filter(
        point__in=seen, time__gte=asked.quarter[0], time__lt=asked.quarter[1],
        factor__in=pollutants())
    if asked.point is not None:
        months, quarters = months.filter(point=asked.point), quarters.filter(point=asked.point)
    found = {row["point_id"]: _counted(row) for row in _summed(months.values("point_id"))}
    captured = quarters.order_by().values("point_id").annotate(
        **{f"sum_{name}": Sum(name) for name in _CAPTURE})
    for row in captured:
        held = found.get(row["point_id"], Sums())
        found[row["point_id"]] = replace(
            held, capture=tuple(row[f"sum_{name}"] for name in _CAPTURE))  # type: ignore[arg-type]
    return found


def pollutants() -> list[int]:
    """Ids of the factors that rates are counted for. One query."""
    rows = Factor.objects.values_list("id", "code")
    return [pk for pk, code in rows if is_pollutant(code)]


def _summed(rows: Any) -> Any:
    return rows.order_by().annotate(
        **{f"sum_{name}": Sum(name) for name in COUNTS}, oldest=Min("at"), upto=Max("until"))


def _counted(row: Mapping[str, Any]) -> Sums:
    return Sums({name: row[f"sum_{name}"] for name in COUNTS}, at=row["oldest"],
                until=row["upto"])


def statistics(scope: Scope, asked: Asked) -> list[Group]:
    """The lines of the statistics, by name. Four queries."""
    places, sums = places_of(scope, asked), sums_of(scope, asked)
    if asked.by == "point":
        return [Group(str(one.pk), one.name, _where(one), 1, frozenset((one.kind,)),
                      sums.get(one.pk, Sums())) for one in places]
    grouped: dict[str, list[Place]] = {}
    for one in places:
        key = one.area or "-" if asked.by == "region" else str(one.discharger)
        grouped.setdefault(key, []).append(one)
    return [
        Group(key, key if asked.by == "region" else of[0].owner, "", len(of),
              frozenset(one.kind for one in of), whole(sums.get(one.pk, Sums()) for one in of))
        for key, of in sorted(grouped.items(), key=lambda item: _order(asked.by, item))
    ]


def _where(one: Place) -> str:
    return one.owner if one.outlet == one.name else f"{one.outlet} · {one.owner}"


def _order(by: str, item: tuple[str, Sequence[Place]]) -> str:
    return item[0] if by == "region" else item[1][0].owner


def whole(parts: Iterable[Sums]) -> Sums:
    """What many sums add up to; in place, for ten thousand points are many."""
    counts = dict.fromkeys(COUNTS, 0)
    capture, oldest, upto = [0, 0, 0], None, None
    for one in parts:
        for name, value in one.counts.items():
            counts[name] += value
        for place, value in enumerate(one.capture):
            capture[place] += value
        if one.at is not None:
            oldest = one.at if oldest is None else min(oldest, one.at)
        if one.until is not None:
            upto = one.until if upto is None else max(upto, one.until)
    return Sums(counts, (capture[0], capture[1], capture[2]), oldest, upto)


def by_factor(scope: Scope, asked: Asked) -> list[tuple[str, str, Sums]]:
    """(code, name, sums) of the points that the filters leave, by factor. Three queries."""
    points = [one.pk for one in places_of(scope, asked)]
    rows = MonthTally.objects.filter(time__gte=asked.start, time__lt=asked.end)
    found: dict[int, Sums] = {}
    for some in _chunks(points):
        for row in _summed(rows.filter(point__in=some).values("factor_id")):
            held = found.get(row["factor_id"])
            found[row["factor_id"]] = held + _counted(row) if held else _counted(row)
        captured = QuarterValue.objects.filter(
            point__in=some, time__gte=asked.quarter[0], time__lt=asked.quarter[1],
            factor__in=pollutants()).order_by().values("factor_id").annotate(
            **{f"sum_{name}": Sum(name) for name in _CAPTURE})
        for row in captured:
            own = Sums(capture=tuple(row[f"sum_{name}"] for name in _CAPTURE))  # type: ignore[arg-type]
            held = found.get(row["factor_id"])
            found[row["factor_id"]] = held + own if held else own
    names = {pk: (code, name) for pk, code, name in
             Factor.objects.filter(pk__in=found).values_list("id", "code", "name")}
    return sorted((*names[pk], sums) for pk, sums in found.items())


def _chunks(points: Sequence[int], size: int = 10_000) -> Iterable[Sequence[int]]:
    return (points[start:start + size] for start in range(0, len(points), size))
