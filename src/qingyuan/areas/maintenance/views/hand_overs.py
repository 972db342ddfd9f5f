"""Hand-overs: list, the list that both sign, entry."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import PointKeeper
from qingyuan.areas.assets.queries import in_force, points_of, today
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.agreements import hand_overs, queries
from qingyuan.areas.maintenance.agreements.forms import (
    HandOverForm,
    ItemForm,
    SignForm,
    WhyForm,
)
from qingyuan.areas.maintenance.agreements.hand_over_items import PARTS
from qingyuan.areas.maintenance.models import HandOver, HandOverKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Organisation, OrganisationKind, Role, User
from qingyuan.areas.organisations.scope import MAY, Scope
from qingyuan.ui.sheets import FORMS, answer
from qingyuan.ui.states import state as state_word

from .verbs import Verb, filled, found, handled, status

PAGE = 50
TABS = ("draft", "given", "done", "withdrawn")


@page("hand_over")
def hand_over_list(request: HttpRequest) -> HttpResponse:
    """Hand-overs of the unit and those to it; ``?form=xlsx`` as a file."""
    rows = _search(queries.hand_overs_of(request.scope), request.GET)
    chosen = request.GET.get("state", "")
    listed = _by_state(rows, chosen).order_by("-day", "-pk")
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.state = hand_overs.state_of(row)
    return render(request, "maintenance/hand_overs.html", {
        "page": shown, "chosen": chosen, "kinds": HandOverKind.choices,
        "tabs": [("", _("全部"), rows.count()), *(
            (code, state_word("handover", code).label, _by_state(rows, code).count())
            for code in TABS)],
        "filtered": any(request.GET.get(name) for name in ("q", "kind", "state")),
    })


def _search(rows: QuerySet[HandOver], params: Any) -> QuerySet[HandOver]:
    text = params.get("q", "").strip()[:64]
    if text:
        named = HandOver.objects.filter(points__name__icontains=text).values("pk")
        rows = rows.filter(Q(giver__name__icontains=text) | Q(taker__name__icontains=text)
                           | Q(taking_unit__name__icontains=text) | Q(pk__in=named))
    return rows.filter(kind=params["kind"]) if params.get("kind") in HandOverKind.values else rows


def _by_state(rows: QuerySet[HandOver], code: str) -> QuerySet[HandOver]:
    if code not in TABS:
        return rows
    if code == "withdrawn":
        return rows.exclude(withdrawn_why="")
    if code == "done":
        return rows.filter(done_at__isnull=False)
    return rows.filter(withdrawn_why="", done_at=None, given__isnull=code == "draft")


def _export(form: str, rows: QuerySet[HandOver]) -> HttpResponse:
    lines = ((row.get_kind_display(), str(row.giver or row.organisation),
              str(row.taker or row.taking_unit), row.day, row.point_count,
              str(state_word("handover", hand_overs.state_of(row)).label)) for row in rows)
    return answer(form, _("交接"), [
        _("类别"), _("移交方"), _("接收方"), _("交接日期"), _("点位数"), _("状态")], lines,
        file="hand-overs", widths=(12, 24, 24, 12, 8, 18))


@page("hand_over")
def new(request: HttpRequest) -> HttpResponse:
    """Draw up a hand-over."""
    scope = request.scope
    manages = scope.role == Role.MANAGER
    people = colleagues(scope).filter(role__in=[str(role) for role in MAY["hand_over"]])
    points = points_of(scope).order_by("organisation__name", "name")
    form = HandOverForm(
        people, _units(scope) if manages else None, points, request.POST or None,
        suggested=_known_units(scope) if manages else (),
        initial={"day": today(), "giver": scope.user, "points": _kept_by(scope, scope.user)})

    def store(facts: dict[str, Any]) -> str:
        if facts["kind"] == HandOverKind.ENGINEER and not facts["points"]:
            facts["points"] = points.filter(pk__in=_kept_by(scope, facts["giver"]))
        row = hand_overs.draft(scope, **facts)
        return reverse("maintenance:hand-over", args=[row.pk])

    return filled(
        request, form, heading=_("办理交接"), crumbs=_crumbs(), store=store,
        done=_("交接清单已生成，请核对并补充钥匙、标气、随车物资。"),
        back=reverse("maintenance:hand-overs"),
        note=_("清单自动列出未完成的任务和工单、今后 30 天到期的内容、现行参数、"
               "入厂证件与入厂条件。"))


def _kept_by(scope: Scope, person: User | None) -> list[int]:
    """The points that a colleague looks after today."""
    return list(PointKeeper.objects.filter(
        in_force(today()), organisation=scope.organisation, person=person,
    ).values_list("point_id", flat=True))


def _known_units(scope: Scope) -> list[str]:
    """Whom the unit knows anyhow: the dischargers it works for, and who works for them as well."""
    owners = points_of(scope).order_by().values("organisation")
    return list(_units(scope).filter(
        Q(pk__in=owners) | Q(contracts__point__organisation__in=owners),
    ).distinct().values_list("name", flat=True))


def _units(scope: Scope) -> QuerySet[Organisation]:
    """Who may take over a contract: other units, and dischargers that go on by themselves. Never to
    be listed whole."""
    owners = points_of(scope).order_by().values("organisation")
    return Organisation.objects.filter(
        Q(kind=OrganisationKind.OM_UNIT)
        | Q(kind=OrganisationKind.DISCHARGER, pk__in=owners), active=True,
    ).exclude(pk=scope.organisation.pk).order_by("kind", "name")


@page("hand_over")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """The list that both sign, for both sides."""
    scope = request.scope
    row = found(queries.hand_overs_of(scope), pk)
    row.state = hand_overs.state_of(row)
    if request.GET.get("form") in FORMS:
        return _export_items(request.GET["form"], row)
    verbs = _verbs(request, scope, row)
    went = handled(request, verbs, reverse("maintenance:hand-over", args=[pk]))
    own = row.organisation_id == scope.organisation.pk
    return went or render(request, "maintenance/hand_over.html", {
        "row": row, "verbs": verbs, "own": own, "parts": _parts(row),
        "points": row.points.select_related("organisation").order_by(
            "organisation__name", "name"),
        "can_edit": hand_overs.may_edit(scope, row),
        "giver": row.giver or row.organisation, "taker": row.taker or row.taking_unit,
        "history": history(scope, row) if own else [],
    }, status=status(verbs))


def _parts(row: HandOver) -> list[dict[str, Any]]:
    """Every part with its lines, each with its place in the list."""
    lines = [{**line, "place": place} for place, line in enumerate(row.items)]
    return [{"code": code, "label": label,
             "lines": [line for line in lines if line["part"] == code]}
            for code, label in PARTS.items()]


def _verbs(request: HttpRequest, scope: Scope, row: HandOver) -> list[Verb]:
    verbs = []
    if hand_overs.may_edit(scope, row):
        verbs = _editing(request, scope, row)
    if hand_overs.may_sign(scope, row):
        giving = row.state == "draft"
        sign = hand_overs.give if giving else hand_overs.take
        verbs.append(Verb(
            "sign", _("移交方签字") if giving else _("接收方签字"),
            lambda facts: sign(scope, row, **facts),
            _("已签字，待接收方签字。") if giving else _("交接完成，任务与工单已转移。"), SignForm,
            icon="signature", open=not giving, initial={"name": scope.who},
            note=_("签字后清单不能再改。") if giving else _(
                "签字后立即生效：任务、工单与责任人一次转移。")))
        if not giving:
            verbs.append(Verb("back", _("退回"), lambda facts: hand_overs.send_back(
                scope, row, facts["why"]), _("已退回移交方。"), WhyForm, icon="arrow-back-up"))
    if row.state in ("draft", "given") and hand_overs.is_giver(scope, row):
        verbs.append(Verb("withdraw", _("撤销交接"), lambda facts: hand_overs.withdraw(
            scope, row, facts["why"]), _("交接已撤销。"), WhyForm, icon="ban"))
    return verbs


def _editing(request: HttpRequest, scope: Scope, row: HandOver) -> list[Verb]:
    def remove(_facts: dict[str, Any]) -> None:
        said = request.POST.get("place", "")
        hand_overs.remove_item(scope, row, int(said) if said.isdigit() else -1)

    return [
        Verb("redraw", _("按现状重列"), lambda _facts: hand_overs.redraw(scope, row),
             _("清单已按现状重列，手工内容保留。"), icon="refresh"),
        Verb("item", _("补充一行"), lambda facts: hand_overs.add_item(scope, row, **facts),
             _("已补充。"), ItemForm, icon="plus", initial={"part": "keys"}),
        Verb("remove", _("删除"), remove, _("已删除。"), icon="trash"),
    ]


def _export_items(form: str, row: HandOver) -> HttpResponse:
    lines = ((str(PARTS.get(line["part"], line["part"])), line["what"], line["note"])
             for part in PARTS for line in row.items if line["part"] == part)
    name = _("交接清单 %s") % row.day.isoformat()
    return answer(form, name, [_("部分"), _("内容"), _("备注")], lines, file="hand-over",
                  widths=(24, 70, 30))


@page("hand_over")
def signature(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """The signature of one side, to whoever may read the hand-over."""
    row = found(queries.hand_overs_of(request.scope), pk)
    signed = {"given": row.given, "taken": row.taken}.get(side)
    unit = row.organisation if side == "given" else row.taking_unit or row.organisation
    kept = None if not signed or not signed["sha256"] else Attachment.objects.filter(
        organisation=unit, sha256=signed["sha256"]).first()
    if kept is None:
        raise Http404
    return served(kept, request=request)


def _crumbs() -> list[tuple[str, str]]:
    return [(_("交接"), reverse("maintenance:hand-overs"))]
