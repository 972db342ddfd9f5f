"""What dischargers have to provide: the ledger, one line of it, its photos."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.agreements import needs, queries
from qingyuan.areas.maintenance.agreements.forms import AnswerForm, NeedForm, RefuseForm
from qingyuan.areas.maintenance.models import CustomerNeed, NeedKind, NeedState
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.sheets import FORMS, answer

from .verbs import Verb, filled, found, handled, status

PAGE = 50
FILTERS = ("q", "kind", "state")


@page("see_tasks")
def need_list(request: HttpRequest) -> HttpResponse:
    """The ledger, filtered by what stands in the address; ``?form=xlsx`` as a file."""
    scope = request.scope
    rows = _search(queries.needs_of(scope), request.GET)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    chosen = request.GET.get("state", "")
    listed = rows.filter(state=chosen) if chosen in NeedState.values else rows
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    return render(request, "maintenance/needs.html", {
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")), "chosen": chosen,
        "kinds": NeedKind.choices, "today": today(), "can_ask": may(scope, "edit_needs"),
        "tabs": [("", _("全部"), sum(counts.values())),
                 *((code, label, counts.get(code, 0)) for code, label in NeedState.choices)],
        "filtered": any(request.GET.get(name) for name in FILTERS),
    })


def _search(rows: QuerySet[CustomerNeed], params: Any) -> QuerySet[CustomerNeed]:
    text = params.get("q", "").strip()[:64]
    if text:
        rows = rows.filter(Q(text__icontains=text) | Q(point__name__icontains=text)
                           | Q(point__organisation__name__icontains=text))
    return rows.filter(kind=params["kind"]) if params.get("kind") in NeedKind.values else rows


def _export(form: str, rows: QuerySet[CustomerNeed]) -> HttpResponse:
    lines = ((row.point.organisation.name, row.point.name, row.get_kind_display(), row.text,
              row.asked_on, row.due, row.get_state_display(), row.answered_on, row.answer)
             for row in rows)
    return answer(form, _("厂方保障"), [
        _("排污单位"), _("点位"), _("类别"), _("内容"), _("提出日期"), _("要求完成"), _("状态"),
        _("答复日期"), _("答复")], lines, file="needs", widths=(28, 20, 12, 40, 12, 12, 10, 12, 40))


@page("edit_needs")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for something."""
    scope = request.scope
    points = points_of(scope).order_by("organisation__name", "name")
    form = NeedForm(points, request.POST or None, request.FILES or None,
                    initial={"point": request.GET.get("point")})

    def store(facts: dict[str, Any]) -> str:
        facts["photos"] = _kept(scope, facts["photos"])
        row = needs.ask_need(scope, facts.pop("point"), **facts)
        return reverse("maintenance:need", args=[row.pk])

    return filled(request, form, heading=_("提出保障事项"), crumbs=_crumbs(), store=store,
                  done=_("已提出，待厂方落实。"), back=reverse("maintenance:needs"))


@page("see_tasks")
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need with its photos, its answer and its history."""
    scope = request.scope
    row = found(queries.needs_of(scope), pk)
    verbs = _verbs(scope, row)
    went = handled(request, verbs, reverse("maintenance:need", args=[pk]))
    return went or render(request, "maintenance/need.html", {
        "need": row, "verbs": verbs, "history": history(scope, row), "today": today(),
    }, status=status(verbs))


def _verbs(scope: Scope, row: CustomerNeed) -> list[Verb]:
    if not may(scope, "answer_needs") or row.state == NeedState.DONE:
        return []

    def done(facts: dict[str, Any]) -> None:
        facts["photos"] = _kept(scope, facts["photos"])
        needs.answer_need(scope, row, **facts)

    verbs = [Verb("answer", _("登记已落实"), done, _("已登记落实。"), AnswerForm,
                  initial={"answered_on": today()}, main=True)]
    if row.state == NeedState.ASKED:
        verbs.append(Verb(
            "refuse", _("不能落实"), lambda facts: needs.refuse_need(scope, row, facts["answer"]),
            _("已登记不能落实的原因。"), RefuseForm, icon="x"))
    return verbs


def _kept(scope: Scope, photos: list[Any]) -> list[str]:
    return [keep(scope, one, kind="photo", name=_("厂方保障")).sha256 for one in photos]


@page("see_tasks")
def photo(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A photo of a need that the scope may read, whoever of the two took it."""
    row = found(queries.needs_of(request.scope), pk)
    kept = Attachment.objects.filter(
        organisation__in=(row.organisation_id, row.point.organisation_id), sha256=sha256).first()
    if kept is None or sha256 not in row.photos:
        raise Http404
    return served(kept, view="view" in request.GET, request=request)


def _crumbs() -> list[tuple[str, str]]:
    return [(_("厂方保障"), reverse("maintenance:needs"))]
