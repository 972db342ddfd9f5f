"""Reads on filings and readings. Instants are epoch milliseconds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Max, Q, QuerySet

from qingyuan.areas.assets.models import (
    Instrument,
    MonitoringPoint,
    MonitoringSystem,
    ServiceContract,
    SystemKind,
)
from qingyuan.areas.assets.queries import in_force, points_of, today
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.telemetry.models import JudgedPoint, PointParameter

from .kinds import Key, applicable, ordered
from .models import Filing, FilingLine, FilingState, ParameterReading

HAND_OUT = (FilingState.SUBMITTED, FilingState.APPROVED, FilingState.REFUSED,
            FilingState.SUPERSEDED)
"""States that others than the unit itself see."""


def filings_of(scope: Scope) -> QuerySet[Filing]:
    """Filings of points that the scope sees: its own, and of others what was handed in."""
    if not may(scope, "see_parameters"):
        return Filing.objects.none()
    mine = Q(organisation=scope.organisation) | Q(state__in=HAND_OUT)
    return Filing.objects.filter(mine, point__in=points_of(scope).values("pk")).select_related(
        "organisation", "point__organisation", "point__outlet", "system")


def filing(scope: Scope, pk: int) -> Filing:
    """One visible filing; Filing.DoesNotExist for any other."""
    return filings_of(scope).get(pk=pk)


def readings_of(scope: Scope, point: MonitoringPoint) -> QuerySet[ParameterReading]:
    """What was read at a visible point, the newest first."""
    if not may(scope, "see_parameters"):
        return ParameterReading.objects.none()
    return ParameterReading.objects.filter(
        point=point, point__in=points_of(scope).values("pk"))


def lines_in_force(points: Iterable[int], at: int) -> dict[int, dict[Key, FilingLine]]:
    """By point the lines that hold at an instant, each with its ``filing``. Of each system (and of
    the point as a whole) the approved filing that began last; of two with the same parameter the
    later one. Two queries."""
    newest: dict[tuple[int, int | None], int] = {}
    rows = Filing.objects.filter(
        point__in=list(points), state__in=(FilingState.APPROVED, FilingState.SUPERSEDED),
        valid_from__lte=at).order_by("valid_from", "decided_at", "id")
    for pk, point, system in rows.values_list("pk", "point_id", "system_id"):
        newest[point, system] = pk
    found: dict[int, dict[Key, FilingLine]] = defaultdict(dict)
    lines = FilingLine.objects.filter(filing__in=newest.values()).select_related(
        "filing__system").order_by("filing__valid_from", "filing_id", "id")
    for line in lines:
        found[line.filing.point_id][line.kind, line.factor] = line
    return found


def newest_readings(
    points: Iterable[int],
) -> dict[int, dict[Key, dict[str, ParameterReading]]]:
    """By point, parameter and source what was read last. Two queries."""
    last = ParameterReading.objects.filter(point__in=list(points)).order_by().values_list(
        "point", "kind", "factor", "source").annotate(last=Max("last_at"))
    wanted = {tuple(row) for row in last}
    found: dict[int, dict[Key, dict[str, ParameterReading]]] = defaultdict(
        lambda: defaultdict(dict))
    if not wanted:
        return found
    rows = ParameterReading.objects.filter(
        point__in={row[0] for row in wanted}, last_at__in={row[4] for row in wanted})
    for row in rows.order_by("id"):
        if (row.point_id, row.kind, row.factor, row.source, row.last_at) in wanted:
            found[row.point_id][row.kind, row.factor][row.source] = row
    return found


def judged_values(points: Iterable[int], at: int) -> dict[int, dict[str, PointParameter]]:
    """By point and name what judging reads at an instant. One query."""
    found: dict[int, dict[str, PointParameter]] = defaultdict(dict)
    rows = PointParameter.objects.filter(
        point__in=list(points), replaced_by=None, withdrawn_at=None, since__lte=at // 1000)
    for row in rows.order_by("since", "id"):
        found[row.point_id][row.name] = row
    return found


def serving(points: Iterable[int]) -> dict[int, Organisation]:
    """Which unit answers for each point today; of several contracts the latest. One query."""
    rows = ServiceContract.objects.filter(
        in_force(today()), point__in=list(points), om_unit__active=True,
    ).select_related("om_unit").order_by("since", "id")
    return {row.point_id: row.om_unit for row in rows}


def systems_of(point: MonitoringPoint) -> list[MonitoringSystem]:
    """The point's running systems that measure, by name."""
    rows = MonitoringSystem.objects.filter(in_force(today()), point=point)
    return list(rows.exclude(kind=SystemKind.VIDEO).order_by("name", "id"))


def keys_of(
    point: MonitoringPoint, system: MonitoringSystem | None = None,
    known: Mapping[Key, object] | Iterable[Key] = (),
) -> list[Key]:
    """What can be filed at the point, or at one of its systems: by what its instruments measure
    (where none is registered, by what it is judged for), and what is ``known`` of it already."""
    systems = systems_of(point) if system is None else [system]
    factors: dict[str, None] = {}
    for codes in Instrument.objects.filter(
            in_force(today()), system__in=systems).order_by("name", "id").values_list(
            "factors", flat=True):
        factors.update(dict.fromkeys(codes))
    if not factors and system is None:
        judged = JudgedPoint.objects.filter(pk=point.pk).values_list("factors", flat=True).first()
        factors.update(dict.fromkeys(sorted(judged or {})))
    techniques = {one.technique for one in systems if one.technique}
    own = applicable(point.kind, factors, techniques)
    return ordered([*own, *known])
