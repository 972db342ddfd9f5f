"""Permits by the day they run out; entry, change, scan."""

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries, sites, sites_queries
from qingyuan.areas.assets.models import PERMITS, EntryPermit
from qingyuan.areas.assets.site_forms import PermitForm
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may
from qingyuan.ui.sheets import FORMS, answer

from .filled import filled, found

PAGE = 50
FILTERS = ("q", "kind", "state")


@page("see_permits")
def permit_list(request: HttpRequest) -> HttpResponse:
    """Permits, those that run out first on top; ``?form=xlsx`` as a file."""
    scope = request.scope
    rows = _search(sites_queries.permits_of(scope), request.GET)
    chosen = request.GET.get("state", "")
    listed = _by_state(rows, chosen).order_by(F("until").asc(nulls_last=True), "kind", "id")
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.state = state_of(row, queries.today())
    return render(request, "assets/permits.html", {
        "page": shown, "chosen": chosen, "can_edit": may(scope, "edit_permits"),
        "kinds": [(k.value, k.label) for k in PERMITS],
        "tabs": [{"code": code, "label": label, "count": _by_state(rows, code).count()}
                 for code, label in (("", _("全部")), ("soon", _("即将到期")),
                                     ("over", _("已过期")))],
        "filtered": any(request.GET.get(name) for name in FILTERS),
    })


def state_of(row: EntryPermit, today: date) -> str:
    """Code of the family ``permit``."""
    if row.since > today:
        return "later"
    if row.until is None or row.until > today + timedelta(days=sites_queries.SOON):
        return "ok"
    return "over" if row.until < today else "soon"


def _search(rows: QuerySet[EntryPermit], params: Any) -> QuerySet[EntryPermit]:
    text = params.get("q", "").strip()[:64]
    if text:
        rows = rows.filter(
            Q(person__name__icontains=text) | Q(vehicle__icontains=text)
            | Q(number__icontains=text) | Q(discharger__name__icontains=text))
    return rows.filter(kind=params["kind"]) if params.get("kind") in PERMITS else rows


def _by_state(rows: QuerySet[EntryPermit], state: str) -> QuerySet[EntryPermit]:
    today = queries.today()
    if state == "soon":
        return rows.filter(until__gte=today,
                           until__lte=today + timedelta(days=sites_queries.SOON))
    return rows.filter(until__lt=today) if state == "over" else rows


def _export(form: str, rows: QuerySet[EntryPermit]) -> HttpResponse:
    lines = ((str(row.person) if row.person_id else row.vehicle, row.get_kind_display(),
              row.discharger.name if row.discharger else _("不限"), row.number, row.since,
              row.until or _("长期")) for row in rows)
    return answer(form, _("入厂证件"), [_("人员或车辆"), _("证件"), _("排污单位"), _("编号"),
                                     _("起"), _("止")], lines, file="permits",
                  widths=(20, 18, 28, 20, 12, 12))


def _crumbs() -> list[tuple[str, str]]:
    return [(_("办事处与人员"), reverse("assets:offices")),
            (_("入厂证件"), reverse("assets:permits"))]


@page("edit_permits")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a permit."""
    scope = request.scope
    form = PermitForm(scope, None, request.POST or None, request.FILES or None,
                      initial={"since": queries.today()})
    _without_scan(scope, form)
    return filled(request, form, heading=_("登记证件"), crumbs=_crumbs(),
                  store=lambda facts: sites.add_permit(scope, **facts),
                  back=reverse("assets:permits"), done=_("证件已登记。"))


@page("edit_permits")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a permit, end it, or add its scan."""
    scope = request.scope
    row = found(sites_queries.permits_of(scope), pk)
    names = ("discharger", "number", "since", "until")
    form = PermitForm(scope, row, request.POST or None, request.FILES or None,
                      initial={name: getattr(row, name) for name in names})
    _without_scan(scope, form)
    whose = str(row.person) if row.person_id else row.vehicle
    return filled(request, form, heading=f"{whose} · {row.get_kind_display()}", crumbs=_crumbs(),
                  store=lambda facts: sites.edit_permit(scope, row, **facts),
                  back=reverse("assets:permits"), done=_("证件已保存。"))


def _without_scan(scope: Any, form: PermitForm) -> None:
    if not may(scope, "attach"):
        del form.fields["scan"]


@page("see_permits")
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """One permit with its history."""
    row = found(sites_queries.permits_of(request.scope), pk)
    row.state = state_of(row, queries.today())
    return render(request, "assets/permit.html", {
        "permit": row, "can_edit": may(request.scope, "edit_permits"),
        "history": history(request.scope, row)})


@page("see_permits")
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of a permit that the scope may read."""
    row = found(sites_queries.permits_of(request.scope).exclude(sha256=""), pk)
    kept = Attachment.objects.filter(
        organisation=request.scope.organisation, sha256=row.sha256).first()
    if kept is None:
        raise Http404
    return served(kept, request=request)
