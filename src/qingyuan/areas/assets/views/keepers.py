"""Keepers: points chosen from a list and put into somebody's care; the end of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries, sites, sites_queries
from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.site_forms import EndKeepingForm, KeeperForm
from qingyuan.areas.assets.site_listing import by_state, dressed, load, search
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may

from .filled import filled, found
from .sites import TABS

PAGE = 100


@page("see_permits")
def keepers(request: HttpRequest) -> HttpResponse:
    """The points that fit the address, to be chosen; a person and a day; how much each has."""
    scope = request.scope
    can_keep = may(scope, "edit_keepers")
    form = KeeperForm(scope, request.POST or None, initial={"since": queries.today()})
    if request.method == "POST":
        done = _assign(request, form)
        if done is not None:
            return done
    points = search(scope, request.GET)
    chosen = request.GET.get("state", "")
    listed = by_state(scope, points, chosen).order_by("organisation__name", "name", "id")
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    dressed(scope, shown.object_list)
    loads = load(scope)
    people = list(sites_queries.colleagues(scope))
    for who in people:
        who.kept = loads[who.pk]
    return render(request, "assets/keepers.html", {
        "page": shown, "chosen": chosen, "form": form, "people": people, "can_keep": can_keep,
        "picked": set(request.POST.getlist("points")),
        "tabs": [{"code": code, "label": label, "count": by_state(scope, points, code).count()}
                 for code, label in TABS if code != "nowhere"],
        "filtered": any(request.GET.get(name) for name in ("q", "keeper", "state")),
    }, status=422 if form.errors else 200)


def _assign(request: HttpRequest, form: KeeperForm) -> HttpResponse | None:
    """Put the chosen points into the person's care; None when it was refused."""
    if not form.is_valid():
        return None
    facts = form.cleaned_data
    try:
        rows = sites.keep_point(request.scope, facts["points"], facts["person"], facts["since"],
                                backup=facts["backup"])
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, _("%(who)s 自 %(day)s 起负责 %(n)d 个点位。") % {
        "who": facts["person"], "day": facts["since"], "n": len(rows)})
    return redirect(request.get_full_path())


@page("edit_keepers")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day on which somebody looks after a point."""
    row = found(sites_queries.keepers_of(request.scope).filter(
        organisation=request.scope.organisation), pk)
    form = EndKeepingForm(request.POST or None, initial={"until": queries.today()})
    home = reverse("assets:site", args=[row.point_id])
    return filled(request, form, heading=_("结束负责"), back=home,
                  crumbs=[(_("站点位置与入厂"), reverse("assets:sites")), (row.point.name, home)],
                  store=lambda facts: sites.end_keeping(request.scope, row, facts["until"]),
                  done=_("已设定最后一日。"),
                  note=_("%(who)s 之后没有接替的人；要换人请在分派页面直接指定新的责任人。") % {
                      "who": row.person})
