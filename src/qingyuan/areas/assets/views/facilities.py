"""The systems of a point: list over all points, the point's page, entry, change, end."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets import facilities, measuring, queries
from qingyuan.areas.assets.facility_forms import (
    EndForm,
    InstrumentForm,
    RangeForm,
    ReplaceForm,
    SystemForm,
)
from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import (
    Instrument,
    MonitoringPoint,
    MonitoringSystem,
    SystemKind,
    Technique,
)
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may

PAGE = 50
HISTORY = 20  # acts at the end of a point's page
FILTERS = ("q", "kind", "technique", "state")


@page("see_facilities")
def facility_list(request: HttpRequest) -> HttpResponse:
    """All points with their systems, filtered by what stands in the address."""
    scope = request.scope
    found = search(scope, request.GET)
    chosen = request.GET.get("state", "")
    listed = by_state(found, chosen).order_by("organisation__name", "name", "id")
    shown = Paginator(queries.outfitted(scope, listed), PAGE).get_page(request.GET.get("page"))
    today = queries.today()
    for point in shown.object_list:
        point.running = [dressed(s, today) for s in point.outfit if runs(s, today)]
    return render(request, "assets/facilities.html", {
        "page": shown, "chosen": chosen, "kinds": SystemKind.choices,
        "techniques": Technique.choices, "can_edit": may(scope, "edit_facilities"),
        "tabs": [{"code": code, "label": label, "count": by_state(found, code).count()}
                 for code, label in (("", _("全部点位")), ("with", _("已登记设施")),
                                     ("without", _("未登记设施")))],
        "filtered": any(request.GET.get(name) for name in FILTERS),
    })


def search(scope: Scope, params: Any) -> QuerySet[MonitoringPoint]:
    """Visible points that fit the text, kind and technique of an address."""
    points = queries.points_of(scope)
    text = params.get("q", "").strip()[:64]
    if text:
        systems = MonitoringSystem.objects.filter(point=OuterRef("pk"))
        points = points.filter(
            Q(name__icontains=text) | Q(organisation__name__icontains=text)
            | Exists(systems.filter(
                Q(name__icontains=text) | Q(maker__icontains=text) | Q(model__icontains=text)
                | Q(instruments__serial__icontains=text) | Q(instruments__name__icontains=text)))
        )
    fits = {name: params[name] for name, choices in
            (("kind", SystemKind), ("technique", Technique)) if params.get(name) in choices.values}
    return points.filter(_with(**fits)) if fits else points


def by_state(points: QuerySet[MonitoringPoint], state: str) -> QuerySet[MonitoringPoint]:
    """Points with or without a running system."""
    if state == "with":
        return points.filter(_with())
    if state == "without":
        return points.filter(~_with())
    return points


def _with(**facts: str) -> Exists:
    running = queries.in_force(queries.today())
    return Exists(MonitoringSystem.objects.filter(running, point=OuterRef("pk"), **facts))


def runs(row: MonitoringSystem | Instrument, day: Any) -> bool:
    """Whether a row is not yet at its end on a day; what begins later counts."""
    return row.until is None or row.until >= day


def dressed(system: MonitoringSystem, today: Any) -> MonitoringSystem:
    """The system with what its page shows: words of its parts; how many instruments stand there;
    each instrument's factors with the range in force, ranges to come, and those before. All of it
    from what was prefetched."""
    words = measuring.parts()[system.kind]
    system.words = None if system.equipment is None else [words.get(w, w) for w in system.equipment]
    system.runs = runs(system, today)
    now = timezone.now()
    for one in system.parts:
        one.runs = runs(one, today)
        held = facilities.ranges_at(one, now)
        one.lines = [{"code": code, "name": measuring.factor_name(code), "range": held.get(code)}
                     for code in one.factors]
        ranges = list(one.ranges.all())
        for r in ranges:
            r.name = measuring.factor_name(r.factor)
        one.coming = [r for r in ranges if r.since > now]
        one.past = [r for r in ranges if r.since <= now and held[r.factor].pk != r.pk]
    system.standing = sum(one.runs for one in system.parts)
    return system


@page("see_facilities")
def of_point(request: HttpRequest, pk: int) -> HttpResponse:
    """The systems of one point, with instruments, ranges and everything that was before."""
    scope = request.scope
    found = queries.outfitted(scope, queries.points_of(scope).filter(pk=pk)).first()
    if found is None:
        raise Http404
    today = queries.today()
    systems = [dressed(system, today) for system in found.outfit]
    entries = [*histories(scope, systems, HISTORY),
               *histories(scope, [part for system in systems for part in system.parts], HISTORY)]
    return render(request, "assets/point_facilities.html", {
        "point": found, "systems": [s for s in systems if s.runs],
        "past": [s for s in systems if not s.runs], "can_edit": may(scope, "edit_facilities"),
        "history": sorted(entries, key=lambda entry: -entry.at)[:HISTORY],
    })


@page("edit_facilities")
def new_system(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a system of a point."""
    point = queries.points_of(request.scope).filter(pk=pk).first()
    if point is None:
        raise Http404
    form = SystemForm(point, request.POST or None, initial={"since": queries.today()})
    return _form(request, form, point, _("登记设施"), lambda facts: facilities.add_system(
        request.scope, point, **facts), _("设施 %s 已登记。"))


@page("edit_facilities")
def edit_system(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a system."""
    system = _found(queries.systems_of(request.scope), pk)
    return _form(request, SystemForm.of(system, request.POST or None), system.point,
                 _("修改设施"), lambda facts: facilities.edit_system(
                     request.scope, system, **facts), _("设施 %s 已保存。"), system)


@page("edit_facilities")
def end_system(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a system out of use."""
    system = _found(queries.systems_of(request.scope), pk)
    form = EndForm(request.POST or None, initial={"until": queries.today()})
    return _form(request, form, system.point, _("停用设施"), lambda facts: facilities.end_system(
        request.scope, system, facts["until"], why=facts["why"]), _("设施 %s 已停用。"), system)


@page("edit_facilities")
def new_instrument(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an instrument of a system."""
    system = _found(queries.systems_of(request.scope), pk)
    form = InstrumentForm(request.POST or None, initial={"since": system.since})
    return _form(request, form, system.point, _("登记仪器"),
                 lambda facts: facilities.add_instrument(request.scope, system, **facts),
                 _("仪器 %s 已登记。"), system)


@page("edit_facilities")
def edit_instrument(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an instrument."""
    one = _found(queries.instruments_of(request.scope), pk)
    return _form(request, InstrumentForm.of(one, request.POST or None), one.system.point,
                 _("修改仪器"), lambda facts: facilities.edit_instrument(
                     request.scope, one, **facts), _("仪器 %s 已保存。"), one)


@page("edit_facilities")
def replace_instrument(request: HttpRequest, pk: int) -> HttpResponse:
    """Another instrument in the place of one."""
    one = _found(queries.instruments_of(request.scope), pk)
    form = ReplaceForm(request.POST or None, initial={
        "on": queries.today(), "maker": one.maker, "model": one.model, "principle": one.principle})
    return _form(request, form, one.system.point, _("更换仪器"),
                 lambda facts: facilities.replace_instrument(request.scope, one, **facts),
                 _("仪器 %s 已更换。"), one)


@page("edit_facilities")
def end_instrument(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an instrument out of use."""
    one = _found(queries.instruments_of(request.scope), pk)
    form = EndForm(request.POST or None, initial={"until": queries.today()})
    return _form(request, form, one.system.point, _("停用仪器"),
                 lambda facts: facilities.end_instrument(
                     request.scope, one, facts["until"], why=facts["why"]),
                 _("仪器 %s 已停用。"), one)


@page("edit_facilities")
def new_range(request: HttpRequest, pk: int) -> HttpResponse:
    """A new range of an instrument."""
    one = _found(queries.instruments_of(request.scope), pk)
    form = RangeForm(one, request.POST or None, initial={
        "since": timezone.now(), "low": 0, "factor": request.GET.get("factor", "")})

    def store(facts: dict[str, Any]) -> Instrument:
        return facilities.set_range(request.scope, one, **facts).instrument

    return _form(request, form, one.system.point, _("设定量程"), store,
                 _("仪器 %s 的量程已设定。"), one)


def _found(rows: QuerySet[Any], pk: int) -> Any:
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _form(
    request: HttpRequest, form: forms.Form, point: MonitoringPoint, heading: str, store: Any,
    done: str, thing: Any = None,
) -> HttpResponse:
    """Show a form; keep what was typed when it is refused; go back to the point when it is done."""
    if request.method == "POST" and form.is_valid():
        try:
            made = store(form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done % made)
            return redirect("assets:point-facilities", pk=point.pk)
    return render(request, "assets/facility_form.html", {
        "form": form, "point": point, "heading": heading, "thing": thing,
    }, status=422 if form.errors else 200)
