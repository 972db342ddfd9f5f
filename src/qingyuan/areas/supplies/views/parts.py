"""The page of a part: its limits with what they are made of, where it lies, moving it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.references import shown_all
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.supplies import actions, catalogue, queries, use
from qingyuan.areas.supplies.forms import FitForm, Given, MinimumForm, MoveForm, PartForm
from qingyuan.areas.supplies.models import Move, MoveKind, Part
from qingyuan.areas.supplies.standing import standings

SOME = 20
MOVES: dict[str, tuple[str, str, str]] = {  # verb → (right, word, icon)
    "receive": ("move_stock", "入库", "download"),
    "issue": ("issue_stock", "领用", "upload"),
    "give_back": ("issue_stock", "退库", "arrow-back-up"),
    "transfer": ("move_stock", "调拨", "arrows-exchange"),
    "scrap": ("move_stock", "报废", "trash"),
}


@page("see_supplies")
def part_new(request: HttpRequest) -> HttpResponse:
    """A new line of the catalogue."""
    form = PartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = catalogue.add_part(request.scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已添加，请登记适用的仪器并入库。"))
            return redirect("supplies:part", pk=made.pk)
    return render(request, "supplies/part_form.html", {"form": form},
                  status=422 if form.errors else 200)


@page("see_supplies")
def part_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a part."""
    row = part_or_404(request.scope, pk)
    form = PartForm(request.POST or None, initial={
        name: getattr(row, name) for name in catalogue.PART_FIELDS})
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.edit_part(request.scope, row, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("supplies:part", pk=pk)
    return render(request, "supplies/part_form.html", {"form": form, "row": row},
                  status=422 if form.errors else 200)


@page("see_supplies")
def part_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One part; it is moved, and what it fits is said, here."""
    scope, row = request.scope, part_or_404(request.scope, pk)
    verb = request.POST.get("verb", "")
    given = Given(scope, row, refs_out(scope, row))
    offered = {name: MoveForm(given, name, *([request.POST] if verb == name else []))
               for name, (right, _word, _icon) in MOVES.items() if may(scope, right)}
    fit = FitForm(request.POST if verb == "fit" else None)
    least = MinimumForm(scope, request.POST if verb == "minimum" else None)
    asked: dict[str, forms.Form] = {**offered, "fit": fit, "minimum": least}
    if request.method == "POST":
        if verb in MOVES and verb not in offered:
            raise Http404
        form = asked.get(verb)
        if verb not in _ACTS or form is not None and not form.is_valid():
            if verb not in _ACTS:
                raise Http404
        else:
            try:
                done = _ACTS[verb](request, row, form)
            except ValidationError as error:
                refuse(form if form is not None else fit, error)
            else:
                messages.success(request, done)
                return redirect("supplies:part", pk=pk)
    wrong = any(one.errors for one in asked.values())
    return render(request, "supplies/part.html", {
        **_shown(scope, row), "fit_form": fit, "minimum_form": least,
        "moves_offered": [(name, MOVES[name][1], MOVES[name][2], one)
                          for name, one in offered.items()],
    }, status=422 if wrong else 200)


def part_or_404(scope: Scope, pk: int) -> Part:
    try:
        return queries.part(scope, pk)
    except Part.DoesNotExist as error:
        raise Http404 from error


def refs_out(scope: Scope, row: Part) -> list[tuple[str, str]]:
    """What pieces of the part are out for, as choices."""
    out: dict[str, int] = {}
    for ref, quantity in Move.objects.filter(
            part=row, kind__in=(MoveKind.ISSUE, MoveKind.RETURN)).exclude(
                ref__startswith="loan:").values_list("ref", "quantity"):
        out[ref] = out.get(ref, 0) - quantity
    known = shown_all(scope, out)
    return [(ref, f"{known[ref].label if ref in known else ref or _('没有工单')}"
                  f"（{count} {row.unit}）") for ref, count in sorted(out.items()) if count > 0]


def _shown(scope: Scope, row: Part) -> dict[str, Any]:
    day = today()
    standing = standings(scope.organisation, day, [
        queries.parts_of(scope).prefetch_related("fits").get(pk=row.pk)])[0]
    months = [(month, use.used(scope.organisation, [month]).get(row.pk, 0))
              for month in standing.months[:use.USE_MONTHS]]
    moves = list(queries.moves_of(scope).filter(part=row)[:SOME])
    known = shown_all(scope, {one.ref for one in moves if one.ref})
    for move in moves:
        move.about = known.get(move.ref)
    return {
        "row": row, "standing": standing, "months": months, "moves": moves, "today": day,
        "places": row.balances.filter(quantity__gt=0).select_related("store__office", "batch"),
        "fits": list(row.fits.all()), "minimums": list(row.minimums.select_related("office")),
        "reading": queries.reading_word(standing.reading),
        "other_reading": queries.reading_word(standing.other_reading),
        "short": queries.office_short(scope.organisation, day, row),
        "may_edit": may(scope, "edit_supplies"), "history": history(scope, row)}


def _moved(act: Callable[..., Any]) -> Callable[..., str]:
    def run(request: HttpRequest, row: Part, form: forms.Form) -> str:
        facts = dict(form.cleaned_data)
        store = facts.pop("store")
        to = (facts.pop("to"),) if "to" in facts else ()
        made = act(request.scope, store, *to, row, facts.pop("quantity"), **facts)
        return _("已登记：%s") % "；".join(
            f"{one.store} {one.get_kind_display()} {abs(one.quantity)} {row.unit}"
            + (f"（{one.batch}）" if str(one.batch) else "") for one in made)
    return run


def _add_fit(request: HttpRequest, row: Part, form: forms.Form) -> str:
    catalogue.set_fits(request.scope, row, [*_fits(row), form.cleaned_data])
    return _("已登记适用。")


def _drop_fit(request: HttpRequest, row: Part, form: None) -> str:
    gone = request.POST.get("fit", "")
    catalogue.set_fits(request.scope, row, _fits(row, gone))
    return _("已删除适用。")


def _fits(row: Part, gone: str = "") -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in catalogue.FIT_FIELDS}
            for one in row.fits.all() if str(one.pk) != gone]


def _set_minimum(request: HttpRequest, row: Part, form: forms.Form) -> str:
    catalogue.set_minimum(request.scope, row, **form.cleaned_data)
    return _("已设定。")


_ACTS: dict[str, Callable[..., str]] = {
    "receive": _moved(actions.receive), "issue": _moved(actions.issue),
    "give_back": _moved(actions.give_back), "transfer": _moved(actions.transfer),
    "scrap": _moved(actions.scrap), "fit": _add_fit, "drop_fit": _drop_fit,
    "minimum": _set_minimum,
}
