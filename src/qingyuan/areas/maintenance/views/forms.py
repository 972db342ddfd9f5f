"""The record forms: their list, and the blank sheet to be printed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import queries, words
from qingyuan.areas.maintenance.layout import lay_out
from qingyuan.areas.organisations.access import page
from qingyuan.forms import Form, prepare
from qingyuan.forms.evaluating import BookOnDay

from .chosen import chosen

PAPER_ROWS = 3  # empty rows of a table on paper beyond those that must be filled in


@page("see_forms")
def form_list(request: HttpRequest) -> HttpResponse:
    """Every form, by kind; filters in the address."""
    every = list(queries.forms().values())
    kind, technique = request.GET.get("kind", ""), request.GET.get("technique", "")
    text = request.GET.get("q", "").strip()[:64]
    found = [one for one in every if _keeps(one, technique, text)]
    kinds = [(code, label, sum(one.kind == code for one in found))
             for code, label in words.FORM_KINDS.items() if any(o.kind == code for o in every)]
    shown = [one for one in found if kind in ("", one.kind) or kind not in words.FORM_KINDS]
    return render(request, "maintenance/forms.html", {
        "rows": [_row(one) for one in shown], "kinds": kinds, "total": len(found), "kind": kind,
        "technique": technique, "text": text, "techniques": words.TECHNIQUES.items(),
        "filtered": bool(kind or technique or text), "day": today(),
    })


@page("see_forms")
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The blank sheet on A4, its head filled from what is known of the point."""
    asked = chosen(request, code)
    answers = prepare(asked.form, asked.context, technique=asked.setting)
    figures = BookOnDay(asked.book.book, asked.day, asked.setting.scope)
    return render(request, "maintenance/paper.html", {
        "asked": asked, "form": asked.form,
        "layout": lay_out(asked.form, asked.setting, figures, answers, spare=PAPER_ROWS),
    })


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
