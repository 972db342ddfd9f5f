"""One form as it is filled in: preview and try-out. Nothing that is entered here is kept."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.records import queries, reading, words
from qingyuan.areas.records.layout import Layout, lay_out
from qingyuan.areas.rules import values
from qingyuan.forms import Outcome, Problem, compute, limits_of, outcome, prepare, validate
from qingyuan.forms.definition import ABNORMAL, NORMAL, NOT_CHECKED
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.sheet import Cells
from qingyuan.kernel.clock import CST

from .chosen import POINTS, Chosen, chosen, methods_of, sets_of

MARKS = ((NORMAL, _("正常")), (ABNORMAL, _("异常")), (NOT_CHECKED, _("未检查")))


@page("see_forms")
def form_page(request: HttpRequest, code: str) -> HttpResponse:
    """The form; posted answers come back computed, with problems beside their questions and the
    outcome. 422 while something keeps them from being submitted."""
    asked = chosen(request, code)
    if request.method != "POST":
        return _shown(request, asked, prepare(asked.form, asked.context, technique=asked.setting))
    answers = reading.answers_of(asked.form, asked.setting, request.POST, request.FILES)
    if "add" in request.POST or "remove" in request.POST:
        change_rows(answers, request.POST.get("add", ""), request.POST.get("remove", ""))
        return _shown(request, asked, computed(asked, answers))
    answers = computed(asked, reading.shortened(answers, asked.form))
    problems = validate(asked.form, answers, asked.book.book, asked.day, asked.setting)
    found = outcome(asked.form, answers, asked.book.book, asked.day, asked.setting)
    return _shown(request, asked, answers, problems, found)


@page("see_forms")
@require_POST
def live(request: HttpRequest, code: str) -> HttpResponse:
    """What the answers so far give, for the page while it is being filled in: computed values as
    text, and the questions that a condition leaves out, by path."""
    asked = chosen(request, code)
    answers = reading.answers_of(asked.form, asked.setting, request.POST, request.FILES)
    return JsonResponse(worked_out(laid_out(asked, computed(asked, answers))))


def worked_out(layout: Layout) -> dict[str, Any]:
    """What a page that is being filled in has to show anew."""
    every = [one for leaf in layout.leaves for part in leaf.parts for one in (
        *part.items, *part.fields, *(c for g in part.grids for r in g.lines for c in r.cells))]
    return {
        "computed": {one.path: {"text": one.text, "tone": one.tone, "unit": one.unit}
                     for one in every if one.ask.computed},
        "units": {one.path: one.unit for one in every if one.ask.field.unit_from},
        "hidden": [one.path for one in every if not one.shown],
    }


def _shown(
    request: HttpRequest, asked: Chosen, answers: Cells, problems: list[Problem] | None = None,
    found: Outcome | None = None,
) -> HttpResponse:
    form, scope = asked.form, request.scope
    points = list(queries.points_for(scope, form)[:POINTS])
    if asked.point is not None and asked.point not in points:
        points.insert(0, asked.point)
    return render(request, "records/form.html", {
        "asked": asked, "form": form, "layout": laid_out(asked, answers, problems or ()),
        "problems": problems, "told": told_problems(asked, problems or []), "outcome": found,
        "kind": words.FORM_KINDS[form.kind],
        "techniques": [(one, words.TECHNIQUES[one]) for one in form.techniques],
        "methods": methods_of(form), "sets": sets_of(form), "points": points,
        "events": _events(found), "marks": MARKS, "limits": limits_read(asked),
        "today": today(), "dated": asked.day != today(),
    }, status=422 if problems else 200)


def laid_out(asked: Chosen, answers: Cells, problems: Any = ()) -> Layout:
    """The questions with their answers, by the limits of the day."""
    figures = BookOnDay(asked.book.book, asked.day, asked.setting.scope)
    return lay_out(asked.form, asked.setting, figures, answers, problems)


def computed(asked: Chosen, answers: Cells) -> Cells:
    """The answers with every computed value."""
    return compute(asked.form, answers, asked.book.book, asked.day, asked.setting)


def told_problems(asked: Chosen, problems: list[Problem]) -> list[tuple[str, str]]:
    """(path, sentence) of each, the block named that it stands in."""
    labels = {f"{section.name}.{block.name}": block.label
              for section in asked.form.sections for block in section.blocks}
    told = []
    for one in problems:
        label = labels.get(".".join(one.path.split(".")[:2]), "")
        path = one.path.removesuffix(".handling").removesuffix(".note")
        told.append((path, one.sentence if not label or label in one.sentence
                     else f"{label}：{one.sentence}"))
    return told


def _events(found: Outcome | None) -> list[dict[str, Any]]:
    """What telemetry would be told, with instants."""
    return [
        {"kind": one.kind, "factor": one.factor, "passed": one.passed,
         "time": datetime.fromtimestamp(one.time, CST)} for one in (found.events if found else ())
    ]


def limits_read(asked: Chosen) -> list[dict[str, Any]]:
    """The figures of the book that the form reads, as they stand on the day."""
    found = []
    for name in limits_of(asked.form, asked.book.book):
        p = asked.book.find(name, asked.day)
        title = p.title if p else asked.book.book.history(name)[0].title
        found.append({"name": name, "title": title, "p": p,
                      "word": f"{values.word(p.value)} {values.unit(p.unit)}".strip() if p else ""})
    return found


def change_rows(answers: Cells, add: str, remove: str) -> None:
    """Puts an empty row at the end of the table ``add``, or takes the row ``remove`` out."""
    path, number = (add, "") if add else (remove.rpartition(".")[0], remove.rpartition(".")[2])
    *groups, table = path.split(".")
    cells: Any = answers
    for name in groups:
        cells = cells.get(name, {}) if isinstance(cells, dict) else {}
    if not groups or not isinstance(cells, dict):
        return
    rows = cells.setdefault(table, [])
    if not isinstance(rows, list):
        return
    if add:
        rows.append({})
    elif number.isdecimal() and len(number) < 4 and 1 <= int(number) <= len(rows):
        del rows[int(number) - 1]
