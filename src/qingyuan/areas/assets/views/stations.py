"""List, page, entry and correction of stations."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets import actions, queries
from qingyuan.areas.assets.forms import LoggerForm, NewStationForm, PointForm, days_left, refuse
from qingyuan.areas.assets.models import DataLogger, Edition, Medium
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.hj212 import commands as protocol

PAGE = 50
SOON = 30  # days before a data plan or key runs out that the list warns
KEY_LIFE = 90  # days, HJ 212-2025 6.4.3
SECRETS = ("password", "sm4_key")


@page("see_stations")
def station_list(request: HttpRequest) -> HttpResponse:
    """The registry, filtered by what stands in the address."""
    scope = request.scope
    found = _search(queries.stations(scope), request.GET)
    tabs = _tabs(found)
    chosen = request.GET.get("state", "")
    listed = _by_state(found, chosen).order_by("mn")
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for logger in shown.object_list:
        logger.plan = due(days_left(logger.sim_plan_until, queries.today()))
    return render(request, "assets/stations.html", {
        "page": shown, "tabs": tabs, "chosen": chosen, "kinds": Medium.choices,
        "editions": Edition.choices, "can_edit": may(scope, "edit_stations"),
        "filtered": any(request.GET.get(k) for k in ("q", "kind", "edition", "state")),
    })


def _search(loggers: QuerySet[DataLogger], params: Any) -> QuerySet[DataLogger]:
    text = params.get("q", "").strip()[:64]
    if text:
        loggers = loggers.filter(
            Q(mn__icontains=text) | Q(organisation__name__icontains=text)
            | Q(assignments__point__name__icontains=text) | Q(sim_iccid__icontains=text)
        ).distinct()
    if params.get("kind") in Medium.values:
        loggers = loggers.filter(assignments__point__kind=params["kind"]).distinct()
    if params.get("edition") in Edition.values:
        loggers = loggers.filter(edition=params["edition"])
    return loggers


def _by_state(loggers: QuerySet[DataLogger], state: str) -> QuerySet[DataLogger]:
    today = queries.today()
    if state == "soon":
        return loggers.filter(active=True, sim_plan_until__gte=today,
                              sim_plan_until__lte=today + timedelta(days=SOON))
    if state == "over":
        return loggers.filter(active=True, sim_plan_until__lt=today)
    if state == "off":
        return loggers.filter(active=False)
    return loggers


def _tabs(loggers: QuerySet[DataLogger]) -> list[dict[str, Any]]:
    names = {"": _("全部"), "soon": _("套餐即将到期"), "over": _("套餐已过期"), "off": _("停用")}
    return [
        {"code": code, "label": label, "count": _by_state(loggers, code).count()}
        for code, label in names.items()
    ]


def due(days: int | None) -> dict[str, Any]:
    """State and words of something that runs out in so many days."""
    if days is None:
        return {"state": "none", "days": None}
    return {"state": "over" if days < 0 else "soon" if days <= SOON else "ok", "days": days}


def station_or_404(scope: Scope, pk: int) -> DataLogger:
    """A visible logger; what is not visible does not exist."""
    try:
        return queries.station(scope, pk)
    except DataLogger.DoesNotExist as error:
        raise Http404 from error


@page("see_stations")
def station(request: HttpRequest, pk: int) -> HttpResponse:
    """One station: what is entered, its points over time, its consents, its history."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    key_until = logger.sm4_key_date + timedelta(days=KEY_LIFE) if logger.sm4_key_date else None
    return render(request, "assets/station.html", {
        "logger": logger,
        "links": _grouped(logger.links),
        "consents": _judged(queries.consents(scope, logger), logger.edition),
        "plan": due(days_left(logger.sim_plan_until, queries.today())),
        "key": due(days_left(key_until, queries.today())), "key_until": key_until,
        "secrets": queries.can_see_secrets(scope),
        "can_edit": may(scope, "edit_stations"),
        "can_consent": may(scope, "give_consent") or may(scope, "record_consent"),
        "can_command": may(scope, "send_command"),
        "history": history(scope, logger, 30),
    })


def _grouped(links: list[Any]) -> list[dict[str, Any]]:
    """Links of one point and period as one line: the ST codes side by side."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for link in links:
        key = (link.point_id, link.since, link.until)
        group = groups.setdefault(key, {"point": link.point, "since": link.since,
                                        "until": link.until, "sts": [], "pk": link.pk})
        group["sts"].append(link.st)
    return list(groups.values())


def _judged(consents: Any, edition: str) -> list[Any]:
    """Consents with their state and the command's name in the station's edition."""
    today = queries.today()
    rows = list(consents)
    for row in rows:
        in_force = row.since <= today and (row.until is None or row.until >= today)
        named = protocol.find(row.cn, edition, "down") or protocol.find(row.cn)
        row.name = named[0].name if named else ""
        row.state = "over" if row.withdrawn_at or not in_force else "ok"
    return rows


@page("edit_stations")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a station; what was typed comes back with the reason beside the field."""
    scope = request.scope
    form = NewStationForm(request.POST or None, initial={
        "kind": Medium.GAS, "mn": request.GET.get("mn", "")[:64]})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        since = facts.pop("since") or actions.BEGINNING
        try:
            logger, _point = actions.register_station(scope, since=since, **facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("站点 %s 已登记，网关将在数秒内接受其数据。") % logger.mn)
            return redirect("assets:station", pk=logger.pk)
    return render(request, "assets/station_form.html", {
        "form": form, "heading": _("登记站点"), "dischargers": queries.dischargers(scope),
        "secrets": True,
    }, status=422 if form.errors else 200)


@page("edit_stations")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a logger's fields. Secrets that the role may not see are left as they are."""
    scope = request.scope
    logger = station_or_404(scope, pk)
    form = LoggerForm.of(logger, request.POST or None)
    shows = queries.can_see_secrets(scope)
    if not shows:
        for name in SECRETS:
            form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_station(scope, logger, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("站点 %s 已保存。") % form.cleaned_data["mn"])
            return redirect("assets:station", pk=pk)
    return render(request, "assets/station_form.html", {
        "form": form, "logger": logger, "heading": _("修改站点"), "secrets": shows,
    }, status=422 if form.errors else 200)


@page("edit_stations")
def edit_point(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the name or code of a point and its outlet."""
    scope = request.scope
    place = queries.points_of(scope).filter(pk=pk).first()
    if place is None:
        raise Http404
    form = PointForm(request.POST or None, initial={
        "name": place.name, "code": place.code, "active": place.active,
        "outlet_name": place.outlet.name, "outlet_code": place.outlet.code,
    })
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_point(scope, place, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("点位已保存。"))
            return redirect("telemetry:point", pk=pk)
    return render(request, "assets/point_form.html", {"form": form, "point": place},
                  status=422 if form.errors else 200)
