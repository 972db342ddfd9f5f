"""Sites: the list of points with their places, and the page of one with who may go in."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries, sites, sites_queries
from qingyuan.areas.assets.models import (
    PERMITS,
    EntryKind,
    MonitoringPoint,
    OfficeMember,
    PointPlace,
)
from qingyuan.areas.assets.site_forms import EntryForm, HouseForm, PlaceForm
from qingyuan.areas.assets.site_listing import by_state, dressed, own_keepers, search
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.models import Role, User
from qingyuan.areas.organisations.regions import (
    place_code,
    place_word,
    prefecture_of,
    short_word,
)
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.sheets import FORMS, answer

from .filled import filled, found

PAGE = 50
HISTORY = 20
CREW = (Role.ENGINEER, Role.SUPERVISOR, Role.MANAGER)
FILTERS = ("q", "area", "keeper", "state")
TABS = (("", _("全部点位")), ("nowhere", _("未填坐标")), ("nobody", _("没有责任人")))


@page("see_sites")
def site_list(request: HttpRequest) -> HttpResponse:
    """All points with place, keeper and entry conditions, filtered by what stands in the address;
    ``?form=xlsx`` as a file."""
    scope = request.scope
    points = search(scope, request.GET)
    chosen = request.GET.get("state", "")
    listed = by_state(scope, points, chosen).order_by("organisation__name", "name", "id")
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], scope, listed)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    dressed(scope, shown.object_list)
    areas = PointPlace.objects.filter(point__in=queries.points_of(scope).values("pk"))
    codes = sorted({code for code in areas.values_list("area", flat=True).distinct() if code})
    return render(request, "assets/sites.html", {
        "page": shown, "chosen": chosen, "can_edit": may(scope, "edit_sites"),
        "can_label": may(scope, "print_labels"), "can_keep": may(scope, "edit_keepers"),
        "areas": [(code, place_word(code)) for code in codes],
        "people": sites_queries.colleagues(scope) if own_keepers(scope) else [],
        "tabs": [{"code": code, "label": label, "count": by_state(scope, points, code).count()}
                 for code, label in TABS],
        "filtered": any(request.GET.get(name) for name in FILTERS),
    })


def _export(form: str, scope: Scope, points: QuerySet[MonitoringPoint]) -> HttpResponse:
    listed = list(points)
    dressed(scope, listed)
    rows = ((
        p.organisation.name, p.outlet.name, p.name, p.area_word,
        p.lies.house.name if p.lies and p.lies.house else "",
        p.lies.latitude if p.lies else None, p.lies.longitude if p.lies else None,
        p.lies.fence if p.lies else None, str(p.main.person) if p.main else "",
        "、".join(str(k.person) for k in p.kept if k.backup), p.asks) for p in listed)
    return answer(form, _("站点位置"), [
        _("排污单位"), _("排放口"), _("点位"), _("地州市"), _("站房"), _("纬度"), _("经度"),
        _("签到半径（m）"), _("运维责任人"), _("备岗"), _("入厂条件数")], rows, file="sites",
        widths=(28, 20, 24, 16, 20))


@page("see_sites")
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """One point: place, house and neighbours, keepers, entry conditions, who may go in on a day,
    history."""
    scope = request.scope
    point = found(queries.points_of(scope).select_related("place__house"), pk)
    today = queries.today()
    day = parse_day(request.GET.get("day", "")) or today
    dressed(scope, [point])
    house = point.lies.house if point.lies else None
    conditions = list(sites_queries.conditions_of(scope).filter(
        Q(point=point) | Q(point=None, discharger=point.organisation_id)).order_by(
        "kind", "since"))
    for row in conditions:
        row.over = row.until is not None and row.until < today
    keepers = list(sites_queries.keepers_of(scope).filter(point=point).order_by(
        "backup", "-since"))
    for keeper in keepers:
        keeper.over = keeper.until is not None and keeper.until < today
    return render(request, "assets/site.html", {
        "point": point, "house": house, "keepers": keepers, "conditions": conditions, "day": day,
        "neighbours": queries.points_of(scope).filter(place__house=house).exclude(pk=pk)
        if house else [],
        "matrix": matrix(scope, point, day, everybody="crew" in request.GET)
        if may(scope, "see_permits") else None,
        "can_edit": may(scope, "edit_sites"), "can_keep": may(scope, "edit_keepers"),
        "can_label": may(scope, "print_labels"),
        "can_open": may(scope, "open_ledger")
        and point.organisation_id == scope.organisation.pk,
        "can_enter": may(scope, "edit_entry"), "can_permit": may(scope, "edit_permits"),
        "history": _history(scope, point, house, keepers, conditions),
    })


def parse_day(text: str) -> date | None:
    """The day that an address names, None for none."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _history(scope: Scope, point: Any, house: Any, *more: list[Any]) -> list[Any]:
    things = [[point.lies] if point.lies else [], [house] if house else [], *more]
    entries = [entry for rows in things for entry in histories(scope, rows, HISTORY)]
    return sorted(entries, key=lambda entry: -entry.at)[:HISTORY]


def matrix(scope: Scope, point: MonitoringPoint, day: date, *, everybody: bool) -> dict[str, Any]:
    """Who of the crew meets which condition on a day: ``kinds`` (code, word), ``rows`` with the
    state of each cell. The crew are the keepers and who works from an office in the prefecture;
    ``everybody``: all who go out."""
    conditions = sites_queries.conditions_at(point, day)
    kinds = [k for k in PERMITS if any(c.kind == k for c in conditions)]
    crew = _crew(scope, point, day, everybody)
    vehicles = sorted({row.vehicle for row in sites_queries.permits_of(scope).filter(
        kind=EntryKind.VEHICLE_PERMIT)}) if EntryKind.VEHICLE_PERMIT in kinds else []
    permits = sites_queries.permits_for(scope.organisation, crew, vehicles)
    rows = []
    for who in (*crew, *vehicles):
        whose = {"vehicle": who} if isinstance(who, str) else {"person": who}
        lacks = {gap.condition.kind: gap for gap in sites_queries.gaps(
            conditions, permits, point.organisation_id, day, **whose)}
        asked = [k for k in kinds if (k == EntryKind.VEHICLE_PERMIT) == isinstance(who, str)]
        cells = [{"label": k.label, "asked": k in asked,
                  "state": lacks[k].state if k in lacks else "ok",
                  "why": lacks[k].sentence if k in lacks else ""} for k in kinds]
        shut = any(c["asked"] and c["state"] not in ("ok", "soon") for c in cells)
        rows.append({"who": who, "cells": cells, "may": not shut})
    return {"kinds": [k.label for k in kinds], "rows": rows, "everybody": everybody}


def _crew(scope: Scope, point: Any, day: date, everybody: bool) -> list[User]:
    people = sites_queries.colleagues(scope).filter(memberships__role__in=CREW,
                                                    memberships__active=True,
                                                    memberships__organisation=scope.organisation)
    if everybody:
        return list(people.distinct())
    area = sites_queries.area_of(point, point.lies)
    near = OfficeMember.objects.filter(
        queries.in_force(day), office__organisation=scope.organisation, office__area=area)
    kept = [k.person_id for k in point.kept]
    chosen = list(people.filter(Q(pk__in=kept) | Q(pk__in=near.values("person"))).distinct())
    return chosen or list(people.distinct())


# -- forms --------------------------------------------------------------------------------------


def _crumbs(point: MonitoringPoint) -> list[tuple[str, str]]:
    return [(_("站点位置与入厂"), reverse("assets:sites")),
            (point.name, reverse("assets:site", args=[point.pk]))]


@page("edit_sites")
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a point lies."""
    scope = request.scope
    point = found(queries.points_of(scope), pk)
    lies = sites_queries.place_of(point)
    held = {name: getattr(lies, name) for name in PlaceForm.base_fields} if lies else {}
    area = sites_queries.area_of(point, lies)
    form = PlaceForm(
        sites_queries.houses_of(scope).filter(discharger=point.organisation_id),
        request.POST or None, initial={"fence": 300, **held, "area": short_word(area)})

    def store(facts: dict[str, Any]) -> MonitoringPoint:
        same = place_code(facts["area"]) == prefecture_of(point.organisation.area)
        if facts["area"] and same and not (lies and lies.area):
            facts["area"] = ""
        sites.set_place(scope, point, **facts)
        return point

    return filled(request, form, heading=_("填写位置"), crumbs=_crumbs(point), store=store,
                  back=reverse("assets:site", args=[pk]), done=_("点位 %s 的位置已保存。"),
                  note=_("坐标用 WGS 84，十进制度；签到时按到此处的距离判断是否在现场。"))


@page("edit_sites")
def new_house(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a house of the point's discharger and put the point into it."""
    scope = request.scope
    point = found(queries.points_of(scope), pk)

    def store(facts: dict[str, Any]) -> Any:
        house = sites.add_house(scope, point.organisation, **facts)
        sites.set_place(scope, point, house=house)
        return house

    return filled(request, HouseForm(request.POST or None), heading=_("登记站房"),
                  crumbs=_crumbs(point), store=store, back=reverse("assets:site", args=[pk]),
                  done=_("站房 %s 已登记。"))


@page("edit_sites")
def edit_house(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the house that the point stands in."""
    scope = request.scope
    point = found(queries.points_of(scope).exclude(place__house=None), pk)
    house = found(sites_queries.houses_of(scope), point.place.house_id)
    return filled(request, HouseForm.of(house, request.POST or None), heading=_("修改站房"),
                  crumbs=_crumbs(point), back=reverse("assets:site", args=[pk]),
                  store=lambda facts: sites.edit_house(scope, house, **facts),
                  done=_("站房 %s 已保存。"))


@page("edit_entry")
def new_condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what the site asks of whoever comes."""
    scope = request.scope
    point = found(queries.points_of(scope), pk)

    def store(facts: dict[str, Any]) -> None:
        here = None if facts.pop("whole") else point
        sites.add_entry_condition(scope, point.organisation, point=here, **facts)

    return filled(request, EntryForm(request.POST or None, initial={"since": queries.today()}),
                  heading=_("登记入厂条件"), crumbs=_crumbs(point), store=store,
                  back=reverse("assets:site", args=[pk]), done=_("入厂条件已登记。"))


@page("edit_entry")
def edit_condition(request: HttpRequest, pk: int, condition: int) -> HttpResponse:
    """Correct an entry condition, or end it."""
    scope = request.scope
    point = found(queries.points_of(scope), pk)
    row = found(sites_queries.conditions_of(scope).filter(
        Q(point=point) | Q(point=None, discharger=point.organisation_id)), condition)
    return filled(request, EntryForm.of(row, request.POST or None), heading=_("修改入厂条件"),
                  crumbs=_crumbs(point), back=reverse("assets:site", args=[pk]),
                  store=lambda facts: sites.edit_entry_condition(scope, row, **facts),
                  done=_("入厂条件已保存。"))
