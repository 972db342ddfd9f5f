"""Stops of the source: list, one of them with what follows from it, entry."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.agreements import queries, restarts, stops
from qingyuan.areas.maintenance.agreements.forms import (
    FileStopForm,
    RestartForm,
    StopForm,
    WhyForm,
)
from qingyuan.areas.maintenance.agreements.stop_rules import (
    READY,
    VERIFY,
    Standing,
    last_day,
    standing,
)
from qingyuan.areas.maintenance.models import SourceStop
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules.queries import book_for, books_for
from qingyuan.ui.numbers import china_time
from qingyuan.ui.sheets import FORMS, answer
from qingyuan.ui.states import state as state_word

from .verbs import Verb, filled, found, handled, status

PAGE = 50
TABS = ("now", "over", "withdrawn")


@page("see_tasks")
def stop_list(request: HttpRequest) -> HttpResponse:
    """Stops, the running ones first; ``?form=xlsx`` as a file."""
    scope = request.scope
    rows = _search(queries.stops_of(scope), request.GET.get("q", "").strip()[:64])
    chosen = request.GET.get("state", "")
    listed = _by_state(rows, chosen)
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    _stand(shown.object_list)
    return render(request, "maintenance/stops.html", {
        "page": shown, "chosen": chosen, "can_edit": may(scope, "record_stop"),
        "tabs": [(code, label, _by_state(rows, code).count()) for code, label in (
            ("", _("全部")), ("now", _("停运中")), ("over", _("已启运")),
            ("withdrawn", _("已撤销")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    })


def _search(rows: QuerySet[SourceStop], text: str) -> QuerySet[SourceStop]:
    if not text:
        return rows
    return rows.filter(Q(point__name__icontains=text) | Q(reason__icontains=text)
                       | Q(point__organisation__name__icontains=text)
                       | Q(filing__icontains=text))


def _by_state(rows: QuerySet[SourceStop], code: str) -> QuerySet[SourceStop]:
    now = timezone.now()
    if code == "withdrawn":
        return rows.exclude(withdrawn_why="")
    if code == "now":
        return rows.filter(Q(restart_at=None) | Q(restart_at__gt=now), withdrawn_why="")
    return rows.filter(restart_at__lte=now, withdrawn_why="") if code == "over" else rows


def _stand(rows: Any) -> None:
    books = books_for({row.point_id: row.point for row in rows}.values())
    for row in rows:
        row.stands = standing(row, books[row.point_id])


def _export(form: str, rows: QuerySet[SourceStop]) -> HttpResponse:
    listed = list(rows)
    _stand(listed)
    lines = ((row.point.organisation.name, row.point.name, china_time(row.since),
              china_time(row.planned_until), china_time(row.restart_at), row.reason,
              row.filed_on, row.filing, str(state_word("stop", row.stands.state).label))
             for row in listed)
    return answer(form, _("停运"), [
        _("排污单位"), _("点位"), _("停运开始"), _("计划恢复"), _("实际启运"), _("原因"),
        _("报备日期"), _("报备文号"), _("状态")], lines, file="stops",
        widths=(28, 20, 18, 18, 18, 30, 12, 24, 18))


@page("record_stop")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a stop."""
    scope = request.scope
    points = points_of(scope).order_by("organisation__name", "name")
    form = StopForm(points, request.POST or None, initial={"point": request.GET.get("point")})

    def store(facts: dict[str, Any]) -> str:
        row = stops.record_stop(scope, facts.pop("point"), **facts)
        return reverse("maintenance:stop", args=[row.pk])

    return filled(
        request, form, heading=_("登记停运"), crumbs=[(_("停运"), reverse("maintenance:stops"))],
        store=store, done=_("停运已登记。"), back=reverse("maintenance:stops"),
        note=_("废气：计划停运不超过一个季度的，CEMS 照常运行和维护；更长的，"
               "向主管部门报备后运维中止（HJ 75-2017 12.1.2）。废水的停运只作登记，运维不中止。"))


@page("see_tasks")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """One stop: how long, filed or not, what follows, its history."""
    scope = request.scope
    row = found(queries.stops_of(scope), pk)
    book = book_for(row.point)
    stands = standing(row, book)
    verbs = _verbs(scope, row, stands)
    went = handled(request, verbs, reverse("maintenance:stop", args=[pk]))
    return went or render(request, "maintenance/stop.html", {
        "stop": row, "stands": stands, "verbs": verbs, "history": history(scope, row),
        "until": None if stands.limit is None else last_day(row, stands.limit),
        "tasks": restarts.tasks_of_stop(row), "today": today(),
        "ready": book.find(READY, today()), "verify": book.find(VERIFY, today()),
    }, status=status(verbs))


def _verbs(scope: Scope, row: SourceStop, stands: Standing) -> list[Verb]:
    own = row.organisation_id == scope.organisation.pk
    if not (own and may(scope, "record_stop")) or row.withdrawn_why:
        return []
    verbs = [Verb("withdraw", _("撤销"), lambda facts: stops.withdraw_stop(
        scope, row, facts["why"]), _("停运已撤销。"), WhyForm, icon="ban")]
    if stands.state == "ended":
        return verbs
    return [
        Verb("restart", _("登记启运"), lambda facts: stops.restart(scope, row, facts["at"]),
             _("启运已登记。"), RestartForm, icon="player-play", main=True,
             initial={"at": row.restart_at or row.planned_until},
             note=_("长期停运后：CEMS 须先于污染源启动并校准，启运后限期校验，"
                    "登记后自动生成任务。")),
        Verb("file", _("登记报备"), lambda facts: stops.file_stop(scope, row, **facts),
             _("报备已登记。"), FileStopForm, icon="rubber-stamp", initial={
                 "filed_on": row.filed_on or today(), "filing": row.filing,
                 "planned_until": row.planned_until}),
        *verbs,
    ]


@page("see_tasks")
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of a stop's filing."""
    row = found(queries.stops_of(request.scope).exclude(filing_scan=""), pk)
    kept = Attachment.objects.filter(
        organisation=row.organisation_id, sha256=row.filing_scan).first()
    if kept is None:
        raise Http404
    return served(kept, request=request)
