"""What waits for a person."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.assets.queries import loggers_of, points_of
from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may

from ..models import Quarantine, QuarantineState


@dataclass(frozen=True, slots=True)
class QuarantineCounts:
    """Rows by state and by kind, and packets behind the open rows."""

    states: dict[str, int]
    kinds: dict[str, int]
    packets: int


def quarantine(
    scope: Scope, *, state: str = QuarantineState.OPEN, kind: str = "", mn: str = ""
) -> QuerySet[Quarantine]:
    """Rows of the loggers that stand at visible points, and for an O&M unit those of an MN that is
    not registered (a station it has yet to enter); newest first. ``state=""`` gives all."""
    rows = _visible(scope).order_by("-last_at", "-id")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(mn__icontains=mn) if mn else rows


def _visible(scope: Scope) -> QuerySet[Quarantine]:
    if not may(scope, "see_quarantine"):
        return Quarantine.objects.none()
    # By MN, not by discharger: another unit may serve other points of the same one.
    own = Q(mn__in=loggers_of(scope).values("mn"))
    nobodys = ~Q(mn__in=DataLogger.objects.values("mn"))
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        own |= nobodys & Q(organisation=None)
    else:
        # An MN that has been corrected since is still the discharger's.
        own |= nobodys & Q(organisation__in=points_of(scope).values("organisation"))
    return Quarantine.objects.filter(own).select_related("organisation")


def quarantine_row(scope: Scope, pk: int) -> Quarantine:
    """One visible row; Quarantine.DoesNotExist for any other."""
    return _visible(scope).get(pk=pk)


def quarantine_counts(scope: Scope) -> QuarantineCounts:
    """For tabs and badges. Three queries."""
    rows = _visible(scope)
    still = rows.filter(state=QuarantineState.OPEN)
    return QuarantineCounts(
        dict(rows.order_by().values_list("state").annotate(Count("id"))),
        dict(still.order_by().values_list("kind").annotate(Count("id"))),
        still.aggregate(n=Sum("count"))["n"] or 0,
    )
