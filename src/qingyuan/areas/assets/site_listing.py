"""Lists of sites and people as pages and the API show them: filtered, with what stands beside each
row in a fixed number of queries."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.regions import place_word, prefecture_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.address import small_int

from . import queries, sites_queries
from .models import EntryCondition, MonitoringPoint, OfficeMember, PointKeeper


def search(scope: Scope, params: Any) -> QuerySet[MonitoringPoint]:
    """Visible points that fit the text, prefecture and keeper of an address."""
    points = queries.points_of(scope).select_related("place__house")
    text = str(params.get("q", "")).strip()[:64]
    if text:
        points = points.filter(
            Q(name__icontains=text) | Q(organisation__name__icontains=text)
            | Q(place__house__name__icontains=text))
    area = params.get("area", "")
    if area.isdecimal():
        points = points.filter(
            Q(place__area=area) | (Q(place__area="") | Q(place=None))
            & Q(organisation__area__startswith=area.removesuffix("00")))
    keeper = small_int(params.get("keeper", ""), None, 2**62)
    if keeper is not None:
        points = points.filter(Exists(_keepers(scope).filter(
            person=keeper, point=OuterRef("pk"))))
    return points


def by_state(
    scope: Scope, points: QuerySet[MonitoringPoint], state: str
) -> QuerySet[MonitoringPoint]:
    """Points without coordinates, or without a main keeper."""
    if state == "nowhere":
        return points.filter(Q(place=None) | Q(place__latitude=None))
    if state == "nobody":
        return points.filter(~Exists(_keepers(scope).filter(backup=False, point=OuterRef("pk"))))
    return points


def _keepers(scope: Scope) -> QuerySet[PointKeeper]:
    rows = PointKeeper.objects.filter(queries.in_force(queries.today()))
    return rows.filter(organisation=scope.organisation) if own_keepers(scope) else rows


def own_keepers(scope: Scope) -> bool:
    """Whether the scope reads its own keepers only, as a unit does."""
    return scope.organisation.kind == OrganisationKind.OM_UNIT


def dressed(scope: Scope, points: list[MonitoringPoint]) -> None:
    """Each point with ``lies`` (its place or None), ``area_word``, ``kept`` (its keepers) and
    ``asks`` (how many entry conditions hold today); in three queries."""
    today = queries.today()
    unit = scope.organisation if own_keepers(scope) else None
    kept = sites_queries.keepers_on([p.pk for p in points], today, unit=unit)
    rows = EntryCondition.objects.filter(
        queries.in_force(today), discharger__in={p.organisation_id for p in points}).order_by()
    asks = {(d, p): n for d, p, n in rows.values_list("discharger", "point").annotate(
        n=Count("id"))}
    for point in points:
        point.lies = getattr(point, "place", None)
        area = sites_queries.area_of(point, point.lies)
        point.area_word = place_word(area) if area else ""
        point.kept = kept.get(point.pk, [])
        point.main = next((k for k in point.kept if not k.backup), None)
        point.asks = asks.get((point.organisation_id, None), 0) + asks.get(
            (point.organisation_id, point.pk), 0)


def members(scope: Scope) -> dict[int, list[Any]]:
    """Office id → the colleagues who work from it today."""
    home = dict(OfficeMember.objects.filter(
        queries.in_force(queries.today()), office__organisation=scope.organisation
    ).values_list("person", "office"))
    found_: dict[int, list[Any]] = defaultdict(list)
    for who in sites_queries.colleagues(scope):
        if who.pk in home:
            found_[home[who.pk]].append(who)
    return found_


def load(scope: Scope) -> Counter[int]:
    """Person id → points that he or she is the main keeper of today."""
    rows = PointKeeper.objects.filter(
        queries.in_force(queries.today()), organisation=scope.organisation, backup=False,
        point__in=queries.points_of(scope).values("pk"))
    return Counter(rows.values_list("person", flat=True))


def areas(scope: Scope) -> list[str]:
    """The prefecture of each visible point."""
    rows = queries.points_of(scope).values_list("place__area", "organisation__area")
    return [own or prefecture_of(area) for own, area in rows]
