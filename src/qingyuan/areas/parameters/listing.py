"""The list of points by how their parameters stand, as its address asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qingyuan.areas.assets.models import Medium, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope, may

from .models import Filing, FilingState

DIFFERS = Q(parameter_status__differs__gt=0)
NONE = Q(parameter_status=None) | Q(parameter_status__filed=0)
UNFILED = NONE | Q(parameter_status__unfiled__gt=0)
FILED = Q(parameter_status__filed__gt=0)
TABS: Mapping[str, Q] = {
    "": Q(), "differs": DIFFERS, "unfiled": UNFILED, "filed": FILED, "pending": Q(pending=True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; what makes no sense filters nothing."""

    state: str = ""
    medium: str = ""
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state, medium = params.get("state", ""), params.get("kind", "")
        return cls(state if state in TABS else "", medium if medium in Medium.values else "",
                   params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        return bool(self.medium or self.text)


def found(scope: Scope, by: Filters) -> QuerySet[MonitoringPoint]:
    """Visible points in use by everything but the state, each with ``pending``."""
    if not may(scope, "see_parameters"):
        return MonitoringPoint.objects.none()
    waiting = Filing.objects.filter(point=OuterRef("pk"), state=FilingState.SUBMITTED)
    rows = points_of(scope).filter(active=True).annotate(pending=Exists(waiting))
    if by.medium:
        rows = rows.filter(kind=by.medium)
    if by.text:
        rows = rows.filter(Q(name__icontains=by.text) | Q(organisation__name__icontains=by.text))
    return rows


def of_tab(rows: QuerySet[MonitoringPoint], state: str) -> QuerySet[MonitoringPoint]:
    """The points of one tab with their status; those that differ first."""
    return rows.filter(TABS[state]).select_related("parameter_status").order_by(
        "organisation__name", "name", "id")


def counts(rows: QuerySet[MonitoringPoint]) -> dict[str, int]:
    """How many each tab has; those of no tab's choice under "all". Two queries."""
    found = rows.order_by().aggregate(**{
        name or "all": Count("pk", filter=within or None)
        for name, within in TABS.items() if name != "pending"})
    return {**found, "pending": rows.filter(TABS["pending"]).count()}


def state_of(point: MonitoringPoint) -> str:
    """Which badge a listed point has."""
    status = getattr(point, "parameter_status", None)
    if status is None or not status.filed:
        return "unfiled"
    return "differs" if status.differs else "filed"
