"""Pages of the unit file, vehicles and tools."""

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import MonitoringSystem
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.assets.sites_queries import area_of, offices_of
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.regions import place_word, prefecture_of
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.areas.rules.queries import book_of

from . import actions, forms, queries
from .models import PaperKind, UseState, Vehicle, VehicleUse

Writes = dict[str, tuple[str, Any, Callable[[dict[str, Any]], Any]]]


@page("see_means")
def unit_file(request: HttpRequest) -> HttpResponse:
    """Papers by kind, offices with their area against the limit, rooms."""
    scope, day = request.scope, today()
    writes = _file_forms(request, scope) if may(scope, "edit_means") else {}
    done = _acted(request, writes, "means:unit-file")
    if done is not None:
        return done
    papers: dict[str, list[Any]] = {kind: [] for kind in PaperKind.values}
    for row in queries.papers_of(scope):
        gone = row.withdrawn_on is not None and row.withdrawn_on <= day
        papers[row.kind].append((row, queries.state_of(row.expires, day, gone)))
    premises = [(row, queries.state_of(row.until, day)) for row in queries.premises_of(scope)]
    area = sum((row.area_m2 for row, _s in premises if row.since <= day and (
        row.until is None or row.until >= day)), start=0)
    limit = book_of(scope).at("capability.office.area_min", day)
    return render(request, "means/unit_file.html", {
        "papers": [(str(PaperKind(kind).label), rows) for kind, rows in papers.items()
                   if rows or kind != PaperKind.OTHER],
        "premises": premises, "area": area, "limit": limit, "short": area < limit.value,
        "offices": offices_of(scope), "rooms": queries.rooms_of(scope), "verbs": _listed(writes),
    }, status=_status(writes))


def _file_forms(request: HttpRequest, scope: Scope) -> Writes:
    bound = _binder(request)
    return {
        "paper": (_("登记证照"), bound("paper", forms.PaperForm), lambda said: actions.add_paper(
            scope, **_kept(scope, said))),
        "premises": (_("登记办公场所"), bound("premises", forms.PremisesForm, scope),
                     lambda said: actions.add_premises(scope, **_kept(scope, said))),
        "room": (_("检查房间"), bound("room", forms.RoomForm, scope),
                 lambda said: actions.look_at_room(scope, **said)),
    }


@page("see_means")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper, and withdrawing it."""
    scope = request.scope
    row = queries.papers_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        require(scope, "edit_means")
        try:
            actions.withdraw_paper(scope, row, today(), request.POST.get("reason", ""))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, _("已保存。"))
        return redirect("means:paper", pk=row.pk)
    gone = row.withdrawn_on is not None
    return render(request, "means/paper.html", {
        "row": row, "state": queries.state_of(row.expires, today(), gone), "gone": gone,
        "may_edit": may(scope, "edit_means"), "history": history(scope, row)})


@page("see_means")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    """A scan of a paper, a lease or a metrology certificate."""
    scope = request.scope
    own = (queries.papers_of(scope).filter(scan=sha256).exists()
           or queries.premises_of(scope).filter(scan=sha256).exists()
           or queries.tools_of(scope).filter(scan=sha256).exists())
    held = attachments_of(scope).filter(sha256=sha256).first() if own else None
    if held is None:
        raise Http404
    return served(held, request=request)


@page("see_means")
def vehicles(request: HttpRequest) -> HttpResponse:
    """Vehicles by prefecture against the sets there, and their uses."""
    scope, day = request.scope, today()
    writes: Writes = {"vehicle": (
        _("登记车辆"), _binder(request)("vehicle", forms.VehicleForm, scope),
        lambda said: actions.save_vehicle(scope, **said))} if may(scope, "edit_means") else {}
    done = _acted(request, writes, "means:vehicles")
    if done is not None:
        return done
    rows = list(queries.vehicles_of(scope))
    for row in rows:
        row.inspected = queries.state_of(row.inspection_until, day)
        row.insured = queries.state_of(row.insurance_until, day)
        row.gone = row.until is not None and row.until < day
    return render(request, "means/vehicles.html", {
        "rows": rows, "places": _places(scope, rows), "verbs": _listed(writes),
        "uses": queries.uses_of(scope).filter(
            state__in=(UseState.ASKED, UseState.APPROVED, UseState.OUT)),
    }, status=_status(writes))


def _places(scope: Scope, rows: list[Any]) -> list[dict[str, Any]]:
    """By prefecture: sets in service, vehicles, vehicles wanted (one for so many sets)."""
    day = today()
    per = book_of(scope).at("capability.vehicle.sets", day)
    sets: dict[str, int] = defaultdict(int)
    points = {one.pk: prefecture_of(area_of(one, getattr(one, "place", None))) for one in
              points_of(scope, day).select_related("place", "organisation")}
    for pk in MonitoringSystem.objects.filter(
            Q(until=None) | Q(until__gte=day), point__in=list(points), since__lte=day,
    ).exclude(kind="video").values_list("point", flat=True):
        sets[points[pk]] += 1
    cars: dict[str, int] = defaultdict(int)
    for row in rows:
        if not row.gone and row.since <= day:
            cars[prefecture_of(row.office.area)] += 1
    return [{"name": place_word(code) if code else _("未知地区"), "sets": sets[code],
             "cars": cars[code], "wanted": math.ceil(sets[code] / per.value), "per": per,
             "short": cars[code] < math.ceil(sets[code] / per.value)}
            for code in sorted({*sets, *cars})]


@page("see_means")
def vehicle(request: HttpRequest, pk: int) -> HttpResponse:
    """One vehicle: its uses, asking for it, deciding, out and back."""
    scope = request.scope
    row = queries.vehicles_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    bound, writes = _binder(request), {}
    if may(scope, "apply_vehicle") and scope.user:
        writes["ask"] = (_("申请用车"), bound("ask", forms.AskForm), lambda said: (
            actions.ask_for_vehicle(scope, row, round(said["since"].timestamp() * 1000),
                                    round(said["until"].timestamp() * 1000), said["purpose"])))
    if may(scope, "edit_means"):
        start = {name: getattr(row, name) for name in (
            "office", "plate", "model", "since", "until", "inspection_until", "insurance_until",
            "odometer")}
        writes["edit"] = (_("修改资料"), bound("edit", forms.VehicleForm, scope, initial=start),
                          lambda said: actions.save_vehicle(scope, row, **said))
    if request.method == "POST" and request.POST.get("use"):
        return _used(request, scope, row)
    done = _acted(request, writes, "means:vehicle", pk=row.pk)
    if done is not None:
        return done
    return render(request, "means/vehicle.html", {
        "row": row, "uses": row.uses.select_related("person")[:100], "verbs": _listed(writes),
        "may_decide": may(scope, "approve_vehicle"), "me": scope.user,
        "leads": scope.role == "manager", "history": history(scope, row),
    }, status=_status(writes))


def _used(request: HttpRequest, scope: Scope, row: Vehicle) -> HttpResponse:
    said = request.POST
    use = row.uses.filter(pk=int(said["use"])).first() if (
        said["use"].isdecimal() and len(said["use"]) < 19) else None
    if use is None:
        raise Http404
    km = int(said.get("km", "")) if said.get("km", "").isdecimal() and len(
        said.get("km", "")) < 8 else -1
    acts: dict[str, Callable[[VehicleUse], Any]] = {
        "approve": lambda one: actions.decide_use(scope, one, True),
        "refuse": lambda one: actions.decide_use(scope, one, False, said.get("reason", "")),
        "out": lambda one: actions.take_out(scope, one, km),
        "back": lambda one: actions.bring_back(scope, one, km),
    }
    if said.get("act") not in acts:
        raise Http404
    try:
        acts[said["act"]](use)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已保存。"))
    return redirect("means:vehicle", pk=row.pk)


@page("see_means")
def tools(request: HttpRequest) -> HttpResponse:
    """Tools with their metrology and who has them."""
    scope, day = request.scope, today()
    writes: Writes = {"tool": (
        _("登记工具"), _binder(request)("tool", forms.ToolForm, scope),
        lambda said: actions.save_tool(scope, **_kept(scope, said)))} if may(
            scope, "edit_means") else {}
    done = _acted(request, writes, "means:tools")
    if done is not None:
        return done
    rows = list(queries.tools_of(scope).prefetch_related("lendings__person"))
    for row in rows:
        row.state = queries.state_of(row.metrology_until, day, row.retired_on is not None)
        row.lent = next((one for one in row.lendings.all() if one.returned_at is None), None)
        row.late = row.lent is not None and row.lent.due < day
    return render(request, "means/tools.html", {"rows": rows, "verbs": _listed(writes)},
                  status=_status(writes))


@page("see_means")
def tool(request: HttpRequest, pk: int) -> HttpResponse:
    """One tool: metrology, lending."""
    scope = request.scope
    row = queries.tools_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    bound, writes = _binder(request), {}
    lent = row.lendings.filter(returned_at=None).select_related("person").first()
    if may(scope, "lend_tool") and lent is None and row.retired_on is None:
        writes["lend"] = (_("借出"), bound("lend", forms.LendForm, scope),
                          lambda said: actions.lend(scope, row, **said))
    if may(scope, "edit_means"):
        start = {name: getattr(row, name) for name in (
            "number", "name", "model", "kind", "office", "metrology_number", "metrology_until",
            "retired_on")}
        writes["edit"] = (_("修改资料"), bound("edit", forms.ToolForm, scope, initial=start),
                          lambda said: actions.save_tool(scope, row, **_kept(scope, said)))
    if request.method == "POST" and request.POST.get("verb") == "back":
        require(scope, "lend_tool")
        try:
            actions.give_back(scope, row)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("means:tool", pk=row.pk)
    done = _acted(request, writes, "means:tool", pk=row.pk)
    if done is not None:
        return done
    return render(request, "means/tool.html", {
        "row": row, "lent": lent, "may_lend": may(scope, "lend_tool"),
        "state": queries.state_of(row.metrology_until, today(), row.retired_on is not None),
        "lendings": row.lendings.select_related("person")[:50], "verbs": _listed(writes),
        "history": history(scope, row)}, status=_status(writes))


def _binder(request: HttpRequest) -> Callable[..., Any]:
    verb = request.POST.get("verb", "")

    def bound(code: str, make: Any, *args: Any, **more: Any) -> Any:
        said = (request.POST, request.FILES) if verb == code else ()
        return make(*args, *said, **more)

    return bound


def _acted(request: HttpRequest, writes: Writes, back: str, **where: Any) -> HttpResponse | None:
    if request.method != "POST":
        return None
    held = writes.get(request.POST.get("verb", ""))
    if held is None:
        require(request.scope, "edit_means")
        raise Http404
    label, form, run = held
    if not form.is_valid():
        return None
    try:
        run(dict(form.cleaned_data))
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, _("已保存：%s。") % label)
    return redirect(back, **where)


def _kept(scope: Scope, said: dict[str, Any]) -> dict[str, Any]:
    upload = said.pop("scan", None)
    return {**said, "scan": keep(
        scope, upload, kind="scan", name=upload.name).sha256 if upload else ""}


def _listed(writes: Writes) -> list[tuple[str, str, Any]]:
    return [(code, label, form) for code, (label, form, _run) in writes.items()]


def _status(writes: Writes) -> int:
    return 422 if any(form.errors for _label, form, _run in writes.values()) else 200


