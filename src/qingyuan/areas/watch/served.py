"""Which unit answers for a point today."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force
from qingyuan.areas.organisations.models import Organisation


def by_unit(
    day: date, points: Iterable[int] | None = None
) -> dict[Organisation, list[MonitoringPoint]]:
    """Active points by the unit that serves them on a China day (a discharger that operates itself
    is its own unit); of several contracts the latest. One query."""
    rows = ServiceContract.objects.filter(
        in_force(day), point__active=True, om_unit__active=True)
    if points is not None:
        rows = rows.filter(point__in=list(points))
    rows = rows.select_related("om_unit", "point__organisation", "point__outlet", "point__place")
    latest = {row.point_id: row for row in rows.order_by("since", "id")}
    found: dict[Organisation, list[MonitoringPoint]] = defaultdict(list)
    for row in latest.values():
        found[row.om_unit].append(row.point)
    return dict(found)
