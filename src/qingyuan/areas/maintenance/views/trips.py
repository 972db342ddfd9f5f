"""Trips: list, one trip day by day, entry."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.maintenance.agreements import queries, reach, trips
from qingyuan.areas.maintenance.agreements.forms import TripForm
from qingyuan.areas.maintenance.models import Task, TaskState, Trip
from qingyuan.areas.maintenance.task_queries import own_tasks
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Role
from qingyuan.areas.organisations.scope import MAY, Scope, may
from qingyuan.ui.sheets import FORMS, answer

from .verbs import Verb, filled, found, handled, status

PAGE = 50
CANDIDATES = 200  # tasks offered for a trip
EMPTY_LINES = 3


@page("see_trips")
def trip_list(request: HttpRequest) -> HttpResponse:
    """Trips, the next on top; ``?form=xlsx`` as a file."""
    scope = request.scope
    rows = _search(queries.trips_of(scope), request.GET.get("q", "").strip()[:64])
    chosen = request.GET.get("state", "")
    listed = queries.with_totals(_by_state(rows, chosen)).order_by("-first", "name", "pk")
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    return render(request, "maintenance/trips.html", {
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")), "chosen": chosen,
        "can_edit": may(scope, "edit_trips"), "today": today(),
        "tabs": [(code, label, _by_state(rows, code).count()) for code, label in (
            ("", _("全部")), ("coming", _("未出发")), ("now", _("途中")), ("over", _("已结束")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    })


def _search(rows: QuerySet[Trip], text: str) -> QuerySet[Trip]:
    if not text:
        return rows
    points = Task.objects.filter(Q(point__name__icontains=text)
                                 | Q(point__organisation__name__icontains=text))
    return rows.filter(
        Q(name__icontains=text) | Q(vehicle__icontains=text)
        | Q(pk__in=Trip.objects.filter(crew__person__name__icontains=text).values("pk"))
        | Q(pk__in=points.exclude(trip=None).values("trip")))


def _by_state(rows: QuerySet[Trip], code: str) -> QuerySet[Trip]:
    day = today()
    return {
        "coming": rows.filter(first__gt=day, closed=False),
        "now": rows.filter(first__lte=day, last__gte=day, closed=False),
        "over": rows.filter(Q(closed=True) | Q(last__lt=day)),
    }.get(code, rows)


def _export(form: str, rows: QuerySet[Trip]) -> HttpResponse:
    lines = ((row.name, row.first, row.last, "、".join(str(m.person) for m in row.crew.all()),
              row.vehicle, row.overnight, row.point_count, row.task_count) for row in rows)
    return answer(form, _("出差"), [
        _("名称"), _("出发"), _("返回"), _("人员"), _("车牌号"), _("住宿"), _("点位数"),
        _("任务数")], lines, file="trips", widths=(28, 12, 12, 28, 12, 28, 8, 8))


def _people(scope: Scope) -> Any:
    return colleagues(scope).filter(role__in=[str(role) for role in MAY["work_task"]])


@page("edit_trips")
def new(request: HttpRequest) -> HttpResponse:
    """Draw a trip."""
    scope = request.scope
    form = TripForm(_people(scope), request.POST or None, initial={
        "first": today(), "last": today(),
        "crew": [scope.user] if scope.role == Role.ENGINEER else []})
    return filled(
        request, form, heading=_("安排出差"), crumbs=_crumbs(), done=_("行程已保存，请加入任务。"),
        store=lambda facts: reverse(
            "maintenance:trip", args=[trips.add_trip(scope, **facts).pk]),
        back=reverse("maintenance:trips"))


@page("edit_trips")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a trip's own facts."""
    scope = request.scope
    row = found(queries.trips_of(scope), pk)
    held = {name: getattr(row, name) for name in trips.FACTS}
    form = TripForm(_people(scope), request.POST or None, initial={
        **held, "crew": [member.person_id for member in row.crew.all()]})
    back = reverse("maintenance:trip", args=[pk])

    def store(facts: dict[str, Any]) -> str:
        trips.edit_trip(scope, row, **facts)
        return back

    return filled(request, form, heading=_("修改行程"), crumbs=[*_crumbs(), (row.name, back)],
                  store=store, done=_("行程已保存。"), back=back)


@page("see_trips")
def trip(request: HttpRequest, pk: int) -> HttpResponse:
    """One trip: each day, what is loaded, who cannot be reached, what is lacking at the gates."""
    scope = request.scope
    row = found(queries.trips_of(scope), pk)
    edits = may(scope, "edit_trips") and not row.closed
    verbs = _verbs(request, scope, row) if edits else []
    went = handled(request, verbs, reverse("maintenance:trip", args=[pk]))
    if went:
        return went
    days = reach.days_of(scope, row)
    tasks = [task for day in days for task in day.tasks]
    chosen = [task for task in row.tasks.exclude(state__in=queries.GONE) if task not in tasks]
    return render(request, "maintenance/trip.html", {
        "trip": row, "days": days, "verbs": verbs, "can_edit": edits,
        "strays": chosen, "lacking": reach.permits_lacking(scope, row),
        "candidates": _candidates(scope, row) if edits else [],
        "loading": [*row.loading, *({} for _n in range(EMPTY_LINES if edits else 0))],
        "loaded": sum(bool(line["done"]) for line in row.loading),
        "totals": {"tasks": len(tasks), "points": len({task.point_id for task in tasks}),
                   "done": sum(task.state == TaskState.DONE for task in tasks),
                   "forms": sum(len(task.sheets.all()) for task in tasks)},
        "history": history(scope, row),
    }, status=status(verbs))


def _verbs(request: HttpRequest, scope: Scope, row: Trip) -> list[Verb]:
    post = request.POST
    return [
        Verb("add", _("加入行程"), lambda _facts: trips.add_tasks(
            scope, row, _chosen(scope, post.getlist("task"))), _("任务已加入行程。")),
        Verb("remove", _("移出"), lambda _facts: trips.remove_task(
            scope, row, _chosen(scope, post.getlist("task"))[0]), _("任务已移出行程。")),
        Verb("loading", _("保存清单"), lambda _facts: trips.set_loading(
            scope, row, loaded(post)), _("装车清单已保存。")),
        Verb("close", _("结束行程"), lambda _facts: trips.close_trip(scope, row),
             _("行程已结束。"), icon="flag",
             confirm=_("结束后未完成的任务退出行程，仍按原日期执行。确定结束？")),
    ]


def _chosen(scope: Scope, keys: list[str]) -> list[Task]:
    wanted = {int(key) for key in keys if key.isascii() and key.isdigit()}
    rows = list(own_tasks(scope).filter(pk__in=wanted))
    if not wanted or len(rows) != len(wanted):
        raise Http404
    return rows


def loaded(post: QueryDict) -> list[dict[str, Any]]:
    """The loading list as it was posted: what-N, amount-N, done-N."""
    places = sorted({int(name[5:]) for name in post
                     if name.startswith("what-") and name[5:].isascii() and name[5:].isdigit()})
    return [{"what": post.get(f"what-{n}", ""), "amount": post.get(f"amount-{n}", ""),
             "done": f"done-{n}" in post} for n in places]


def _candidates(scope: Scope, row: Trip) -> QuerySet[Task]:
    """Own tasks within the trip's days that are on none."""
    return own_tasks(scope).filter(
        trip=None, day__range=(row.first, row.last),
        state__in=(TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY),
    ).order_by("day", "point__organisation__name", "point__name")[:CANDIDATES]


def _crumbs() -> list[tuple[str, str]]:
    return [(_("出差"), reverse("maintenance:trips"))]
