"""Pages of the 21 checks: today and on any day, one check, persons and offices, the forecast."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.references import shown_all
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.assess.capability.answer import answer
from qingyuan.ui import sheets
from qingyuan.ui.navigation import address_of
from qingyuan.ui.numbers import figure

from . import gather, kept, platform, standing, whatif
from .models import Evaluation
from .readings import READINGS, UNITS

TABS = ("", "no", "coming", "unknown", "yes")
MOST = 500  # pieces of evidence on a page
_PLACES = {  # kind of evidence → page with the rows
    "unit": "means:unit-file", "office": "means:unit-file", "prefecture": "means:vehicles",
    "room": "means:unit-file", "tool": "means:tools", "filing": "means:unit-file",
    "document": "documents:documents", "lab": "laboratory:laboratory",
    "store": "supplies:stores", "consumable": "supplies:supplies",
    "core_spare": "supplies:supplies", "reference_material": "materials:materials",
    "person": "people:people", "work": "people:people", "post": "people:people"}
_USED = {  # function of the platform → page where it is used
    "data_access": "telemetry:overview", "om_management": "records:records",
    "task_management": "maintenance:tasks", "document_management": "documents:documents",
    "mobile": "records:presence", "back_office_review": "records:review",
    "analysis": "findings:findings", "reports": "reports:statistics"}


@page("see_capability")
def capability(request: HttpRequest) -> HttpResponse:
    """The 21 checks, today as they were said last, or on any day from the rows."""
    scope, day = request.scope, _day(request)
    rows, said, soon = _rows(scope, day)
    tab = request.GET.get("state", "")
    chosen = tab if tab in TABS else ""
    counts = {code: sum(row["state"] == code for row in rows) for code in ("no", "unknown", "yes")}
    counts |= {"": len(rows), "coming": sum(bool(row["soon"]) for row in rows)}
    return render(request, "capability/capability.html", {
        "rows": [row for row in rows if chosen in ("", row["state"])
                 or (chosen == "coming" and row["soon"])],
        "tabs": [(code, counts[code]) for code in TABS], "state": chosen, "day": day,
        "now": today(), "said": said, "soon": soon, "query": request.GET.urlencode(),
        "differs": _differs(scope, day, rows)})


def _rows(
    scope: Scope, day: date
) -> tuple[list[dict[str, Any]], Evaluation | None, list[dict[str, Any]]]:
    if day == today():
        said = kept.current(scope.organisation)
        soon: dict[str, dict[str, Any]] = {}
        for one in said.forecast:
            if one["after"] is False:
                soon.setdefault(one["check"], one)
        return [dressed(one, soon.get(one["check"])) for one in said.verdicts], said, said.forecast
    found = kept.named([kept.slim(one) for one in standing.verdicts(scope.organisation, day)])
    return [dressed(one) for one in found], None, []


def dressed(one: dict[str, Any], soon: dict[str, Any] | None = None) -> dict[str, Any]:
    """A verdict with what the page shows of it: states, figures, readings in words."""
    readings = [{**each, "state": kept.state(each["pass"]), "word": word(each["reading"]),
                 "value_text": said(each["value"]), "limit_text": said(each["limit"])}
                for each in one["readings"]]
    return {**one, "state": kept.state(one["pass"]), "readings": readings,
            "unit": str(UNITS.get(one["check"], "")), "value_text": said(one["value"]),
            "limit_text": said(one["limit"]), "many": len(readings) > 1,
            "soon": soon if one["pass"] is not False else None}


def word(reading: str) -> str:
    """A reading in words."""
    return str(READINGS.get(reading, reading))


def said(value: Any) -> str:
    """A figure for a cell; "" for none."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else figure(round(value, 4))


def _differs(scope: Scope, day: date, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """On a past day: checks that were said otherwise on that day than the rows say now."""
    held = kept.last(scope.organisation, day) if day < today() else None
    if held is None:
        return []
    before = {one["check"]: one for one in held.verdicts}
    return [{**row, "then": kept.state(before[row["check"]]["pass"])} for row in rows
            if row["check"] in before and before[row["check"]]["pass"] is not row["pass"]]


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return today()


@page("see_capability")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The capability table of the dossier: a line a reading, the default one first."""
    if form not in sheets.FORMS:
        raise Http404
    day = _day(request)
    rows, _said, _soon = _rows(request.scope, day)
    heads = [_("序号"), _("检查项"), _("条款"), _("读法"), _("结论"), _("数值"), _("限值"),
             _("单位"), _("说明"), _("条文状态"), _("评价日期")]
    states = {"yes": _("符合"), "no": _("不符合"), "unknown": _("无从评价")}
    lines = ([row["check"], row["title"], row["clause"], one["word"], states[one["state"]],
              one["value_text"], one["limit_text"], row["unit"], one["sentence"], one["status"],
              day.isoformat()] for row in rows for one in row["readings"])
    return sheets.answer(form, _("服务能力评价"), heads, lines, file="capability",
                         widths=(8, 18, 24, 16, 10, 10, 10, 8, 60, 10, 12))


@page("see_capability")
def check(request: HttpRequest, code: str) -> HttpResponse:
    """One check: figures, evidence with ways to the rows, what was said before, what is coming."""
    if code not in standing.CODES:
        raise Http404
    scope, day = request.scope, _day(request)
    unit = scope.organisation
    found = standing.verdict(unit, day, code)
    row = dressed(kept.named([{**answer(found), "title": found.title}])[0])
    word_ = request.GET.get("reading", "")
    chosen = next((one for one in row["readings"] if one["reading"] == word_), row["readings"][0])
    order = {False: 0, None: 1, True: 2}
    evidence = sorted(chosen["evidence"], key=lambda one: order[one["ok"]])
    held = kept.last(unit, today())
    return render(request, "capability/check.html", {
        "row": row, "chosen": chosen, "day": day, "now": today(),
        "evidence": _linked(scope, evidence[:MOST]), "more": max(len(evidence) - MOST, 0),
        "history": kept.history(unit, code),
        "coming": [one for one in held.forecast if one["check"] == code] if held else [],
        "uses": _uses(scope, day) if code == "C12" else (),
        "findings": f"{reverse('findings:findings')}?kind=capability_breach"
        if may(scope, "see_findings") else ""})


def _linked(scope: Scope, evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = shown_all(scope, [one["id"] for one in evidence])
    pages = {kind: address_of(name) for kind, name in _PLACES.items()}
    return [{**one, "state": kept.state(one["ok"]),
             "link": known[one["id"]].link if one["id"] in known else pages.get(one["kind"]) or ""}
            for one in evidence]


def _uses(scope: Scope, day: date) -> list[dict[str, Any]]:
    rules = standing.book(scope.organisation)
    return [{"title": rules.at(f"capability.platform.{one.function}", day).title,
             "count": one.count, "what": one.what,
             "link": address_of(_USED.get(one.function, "")) or ""}
            for one in platform.uses(scope.organisation, day)]


@page("see_capability")
def levels(request: HttpRequest) -> HttpResponse:
    """The figures that can be broken down: by person and by prefecture."""
    scope, day = request.scope, _day(request)
    rules, by = standing.book(scope.organisation), request.GET.get("by", "person")
    facts = gather.facts(scope.organisation, day, works=by != "office")
    _kinds, posts = whatif.words()
    rows: list[Any] = (standing.by_office(facts, day, rules) if by == "office"
                       else standing.by_person(facts, day, rules))
    known = shown_all(scope, [row.id for row in rows]) if by != "office" else {}
    asked = standing.OFFICE_CHECKS if by == "office" else standing.PERSON_CHECKS
    lines = [{"row": row, "link": known[row.id].link if by != "office" and row.id in known else "",
              "posts": "、".join(posts.get(one, one) for one in getattr(row, "posts", ())),
              "marks": [kept.state(row.marks[code]) if code in row.marks else ""
                        for code, _word in asked]} for row in rows]
    for line, texts in zip(lines, kept.named([{"t": row.notes} for row in rows]), strict=True):
        line["notes"] = texts["t"]
    return render(request, "capability/levels.html", {
        "by": "office" if by == "office" else "person", "lines": lines, "day": day, "now": today(),
        "checks": [(code, standing.check(code).title) for code, _word in asked]})


@page("see_capability")
def forecast_page(request: HttpRequest) -> HttpResponse:
    """What changes within 180 days, on which day and why."""
    said = kept.current(request.scope.organisation)
    bad = request.GET.get("verdict") == "no"
    rows = [{**one, "was": kept.state(one["before"]), "will": kept.state(one["after"])}
            for one in said.forecast if not bad or one["after"] is False]
    return render(request, "capability/forecast.html", {
        "rows": rows, "said": said, "bad": bad, "day": today(), "all": len(said.forecast),
        "failing": sum(one["after"] is False for one in said.forecast)})
