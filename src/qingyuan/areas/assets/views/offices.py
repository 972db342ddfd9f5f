"""Offices: how many people and points each has; one office with its people; entry and change."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries, sites, sites_queries
from qingyuan.areas.assets.models import Office, OfficeMember
from qingyuan.areas.assets.site_forms import EndKeepingForm, MemberForm, OfficeForm
from qingyuan.areas.assets.site_listing import areas, load, members
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Role
from qingyuan.areas.organisations.regions import place_word
from qingyuan.areas.organisations.scope import may

from .filled import filled, found

# How a unit staffs its offices is its own matter: the door is that of its permits, which neither
# discharger nor regulator opens.
SHARE = 8  # points that one person looks after are the figure people compare with; no rule


@page("see_permits")
def office_list(request: HttpRequest) -> HttpResponse:
    """The unit's offices with people, points and points per person; and who works from none."""
    scope = request.scope
    today = queries.today()
    people = members(scope)
    loads = load(scope)
    points = Counter(areas(scope))
    offices = list(sites_queries.offices_of(scope))
    for office in offices:
        office.people = people.get(office.pk, [])
        office.kept = sum(loads[who.pk] for who in office.people)
        office.points = points[office.area]
        office.share = office.kept / len(office.people) if office.people else None
        office.area_word = place_word(office.area)
        office.over = office.until is not None and office.until < today
    placed = {who.pk for rows in people.values() for who in rows}
    without = [who for who in sites_queries.colleagues(scope) if who.pk not in placed]
    for who in without:
        who.role_word, who.kept = Role(who.role).label, loads[who.pk]
    chosen = request.GET.get("state", "")
    shown = {"": [o for o in offices if not o.over], "over": [o for o in offices if o.over]}
    return render(request, "assets/offices.html", {
        "offices": shown.get(chosen, shown[""]), "chosen": chosen, "without": without,
        "tabs": [{"code": code, "label": label, "count": len(shown[code])}
                 for code, label in (("", _("在用")), ("over", _("已撤销")))],
        "can_edit": may(scope, "edit_offices"), "can_people": may(scope, "edit_organisation"),
        "share": SHARE,
    })


@page("see_permits")
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """One office: where it is, its people with what they look after, its history."""
    scope = request.scope
    row = found(sites_queries.offices_of(scope), pk)
    loads = load(scope)
    people = members(scope).get(row.pk, [])
    for who in people:
        who.role_word, who.kept = Role(who.role).label, loads[who.pk]
    past = OfficeMember.objects.filter(office=row, until__lt=queries.today()).select_related(
        "person").order_by("-until")[:50]
    return render(request, "assets/office.html", {
        "office": row, "area_word": place_word(row.area), "people": people, "past": past,
        "points": Counter(areas(scope))[row.area], "kept": sum(who.kept for who in people),
        "share": sum(who.kept for who in people) / len(people) if people else None,
        "can_edit": may(scope, "edit_offices"), "usual": SHARE, "history": history(scope, row),
    })


def _crumbs(office: Office | None = None) -> list[tuple[str, str]]:
    home = [(_("办事处与人员"), reverse("assets:offices"))]
    return home + ([(office.name, reverse("assets:office", args=[office.pk]))] if office else [])


@page("edit_offices")
def new(request: HttpRequest) -> HttpResponse:
    """Enter an office."""
    form = OfficeForm(request.POST or None, initial={"since": queries.today()})
    return filled(request, form, heading=_("登记办事处"), crumbs=_crumbs(),
                  store=lambda facts: sites.add_office(request.scope, **facts),
                  back=reverse("assets:offices"), done=_("办事处 %s 已登记。"))


@page("edit_offices")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an office."""
    row = found(sites_queries.offices_of(request.scope), pk)
    return filled(request, OfficeForm.of(row, request.POST or None), heading=_("修改办事处"),
                  crumbs=_crumbs(row), back=reverse("assets:office", args=[pk]),
                  store=lambda facts: sites.edit_office(request.scope, row, **facts),
                  done=_("办事处 %s 已保存。"))


@page("edit_offices")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of an office."""
    row = found(sites_queries.offices_of(request.scope), pk)
    form = EndKeepingForm(request.POST or None, initial={"until": queries.today()})
    return filled(request, form, heading=_("撤销办事处"), crumbs=_crumbs(row),
                  store=lambda facts: sites.close_office(request.scope, row, facts["until"]),
                  back=reverse("assets:office", args=[pk]), done=_("办事处 %s 的最后一日已设定。"),
                  note=_("仍在该办事处的人员到这一天为止。"))


@page("edit_offices")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """People who work from this office from a day on."""
    row = found(sites_queries.offices_of(request.scope), pk)
    form = MemberForm(request.scope, request.POST or None, initial={"since": queries.today()})

    def store(facts: dict[str, Any]) -> str:
        for who in facts["people"]:
            sites.set_office_of(request.scope, who, row, facts["since"])
        return row.name

    return filled(request, form, heading=_("安排人员"), crumbs=_crumbs(row), store=store,
                  back=reverse("assets:office", args=[pk]), done=_("办事处 %s 的人员已安排。"))
