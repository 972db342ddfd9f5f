"""The record forms: their list, and the blank sheet to be printed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.records import words
from qingyuan.areas.records.keeping.forms import forms_of
from qingyuan.areas.records.layout import Leaf, lay_out
from qingyuan.forms import Form, prepare
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.sheet import Cells

from .chosen import Chosen, chosen

PAPER_ROWS = 3  # empty rows of a table on paper beyond those that must be filled in


@page("see_forms")
def form_list(request: HttpRequest) -> HttpResponse:
    """Every form, by kind; filters in the address."""
    every = list(forms_of(request.scope.organisation, today()).values())
    kind, technique = request.GET.get("kind", ""), request.GET.get("technique", "")
    text = request.GET.get("q", "").strip()[:64]
    found = [one for one in every if _keeps(one, technique, text)]
    kinds = [(code, label, sum(one.kind == code for one in found))
             for code, label in words.FORM_KINDS.items() if any(o.kind == code for o in every)]
    shown = [one for one in found if kind in ("", one.kind) or kind not in words.FORM_KINDS]
    return render(request, "records/forms.html", {
        "rows": [_row(one) for one in shown], "kinds": kinds, "total": len(found), "kind": kind,
        "technique": technique, "text": text, "techniques": words.TECHNIQUES.items(),
        "filtered": bool(kind or technique or text), "day": today(),
    })


@page("see_forms")
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The blank sheet on A4, its head filled from what is known of the point."""
    asked = chosen(request, code)
    figures = BookOnDay(asked.book.book, asked.day, asked.setting.scope)
    layout = lay_out(asked.form, asked.setting, figures, _known(asked), spare=PAPER_ROWS)
    return render(request, "records/paper.html", {
        "asked": asked, "form": asked.form,
        "leaves": [(leaf, _rules(leaf)) for leaf in layout.leaves],
    })


def _known(asked: Chosen) -> Cells:
    """What the register knows. Nothing of the visit, which is still to come, and none of the
    values that a form begins with: what is printed nobody crosses out."""
    known = {k: v for k, v in asked.context.items() if k.startswith("asset:")}
    answers = prepare(asked.form, known, technique=asked.setting)
    for section in asked.form.sections:
        own = {one.name for one in section.fields if one.default in known}
        cells = answers.get(section.name, {})
        for group in cells.values() if section.blocks else [cells]:
            for name in [name for name in group if name not in own]:
                del group[name]
    return answers


def _rules(leaf: Leaf) -> list[str]:
    """How the section's computed values come about, each sentence once with the blocks it is
    for."""
    said: dict[str, list[str]] = {}
    for part in leaf.parts:
        asks = [one.ask for one in part.fields] + [c for grid in part.grids for c in grid.columns]
        for ask in asks:
            if ask.rule:
                text = f"{ask.label} = {''.join(piece.text for piece in ask.rule)}"
                said.setdefault(text, []).append(part.label)
    return [text if len(whose) == len(leaf.parts) else f"{'、'.join(whose)}：{text}"
            for text, whose in said.items()]


def _keeps(form: Form, technique: str, text: str) -> bool:
    said = f"{form.title} {form.code} {form.cite()}".casefold()
    known = technique in words.TECHNIQUES
    return (not known or technique in form.techniques) and all(
        part in said for part in text.casefold().split())


def _row(form: Form) -> dict[str, Any]:
    every = len(form.techniques) == len(words.TECHNIQUES)
    return {
        "form": form, "kind": words.FORM_KINDS[form.kind], "every": every,
        "techniques": [words.TECHNIQUES[one] for one in form.techniques],
        "questions": sum(one.computed is None for _spot, one in form.fields()),
        "computed": sum(one.computed is not None for _spot, one in form.fields()),
    }
