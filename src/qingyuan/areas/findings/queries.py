"""Reads on findings. Instants are epoch milliseconds."""

from django.db.models import Q, QuerySet

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may

from .models import Finding, FindingRule, Silence

INTERNAL = ("record", "supervision")
"""Groups that only the unit itself sees: suspicions about its people."""

FEW = 500  # points


def findings_of(scope: Scope) -> QuerySet[Finding]:
    """Findings the scope may read: a unit its own; a discharger and a regulator those of points
    that they see, without what concerns the unit's own people."""
    if not may(scope, "see_findings"):
        return Finding.objects.none()
    rows = Finding.objects.select_related(
        "organisation", "point__organisation", "point__outlet", "person")
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        return rows.filter(organisation=scope.organisation)
    points = points_of(scope).order_by().values_list("pk", flat=True)
    # Few keys said one by one are found by the index; a question in the question reads every row.
    few = list(points[:FEW + 1])
    seen = Q(point__in=few if len(few) <= FEW else points) & ~Q(group__in=INTERNAL)
    return rows.filter(Q(organisation=scope.organisation) | seen)


def finding(scope: Scope, pk: int) -> Finding:
    """One visible finding; Finding.DoesNotExist for any other."""
    return findings_of(scope).get(pk=pk)


def silences_of(scope: Scope) -> QuerySet[Silence]:
    """The unit's silences, newest first."""
    if not may(scope, "see_findings"):
        return Silence.objects.none()
    return Silence.objects.filter(organisation=scope.organisation).select_related(
        "point__organisation")


def rules_of(scope: Scope) -> QuerySet[FindingRule]:
    """What the unit wants otherwise than the table says."""
    if not may(scope, "see_findings"):
        return FindingRule.objects.none()
    return FindingRule.objects.filter(organisation=scope.organisation).select_related(
        "point__organisation")
