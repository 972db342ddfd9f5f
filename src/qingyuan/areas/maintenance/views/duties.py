"""What has to be done, how often, by which clause: the matrix, the list, one duty."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import listing, queries, words
from qingyuan.areas.maintenance.duty_sets import duties_of, sets_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.rules.queries import BookFor
from qingyuan.forms import load_forms
from qingyuan.standards.duties import SYSTEMS, Duties, Duty, system_name
from qingyuan.standards.duty import COLUMNS, EQUIPMENT, KINDS, PLACES, PREFILLS
from qingyuan.ui import sheets
from qingyuan.ui.states import state

PAGE = 50
HEADINGS = ("项目", "分组", "系统", "采样方式", "周期", "周期依据", "条款", "核对状态", "记录表",
            "方式", "项目集", "编号")
WIDTHS = (40, 20, 8, 30, 16, 30, 26, 10, 34, 8, 20, 30)
TROUBLES = {"unregulated": "该日没有规定", "no_interval": "本单位登记的数值不是周期"}


@page("see_duties")
def matrix(request: HttpRequest) -> HttpResponse:
    """Kind of system × interval, with counts that lead to the lists."""
    duties, on, book = _asked(request)
    by = listing.Filters.of(request.GET, duties)
    lines = listing.lines_of(duties, book, today())
    chosen = [line for line in lines if by.holds(line.duty.set, on)]
    rows = listing.matrix(chosen)
    return render(request, "maintenance/matrix.html", {
        "rows": rows, "by": by, "day": today(), "total": len(chosen),
        "columns": [(cell.column, COLUMNS[cell.column]) for cell in rows[0][2]],
        "sets": [(one, sum(line.duty.set == one.key for line in lines), one.key in on)
                 for one in duties.sets.values()],
        "may_choose": may(request.scope, "choose_duties"),
    })


def _asked(request: HttpRequest) -> tuple[Duties, tuple[str, ...], BookFor]:
    """The organisation's duties, the sets that it has switched on, and its book."""
    own = request.scope.organisation
    return duties_of(own), sets_of(own), queries.standing(request.scope)


@page("see_duties")
def duty_list(request: HttpRequest) -> HttpResponse:
    """The duties that the address asks for."""
    duties, on, book = _asked(request)
    by = listing.Filters.of(request.GET, duties)
    found = [line for line in listing.lines_of(duties, book, today()) if by.keeps(line, on)]
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "maintenance/duties.html", {
        "page": shown, "rows": [row_of(line, duties, by.system) for line in shown.object_list],
        "by": by, "day": today(), "query": request.GET.urlencode(),
        "systems": [(listing.system_key(one), system_name(*one)) for one in SYSTEMS],
        "intervals": list(COLUMNS.items()), "places": list(PLACES.items()),
        "sets": [(one.key, one.title) for one in duties.sets.values()],
        "forms": sorted(duties.forms.items(), key=lambda one: one[1]),
    })


@page("see_duties")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The rows that the list's address shows, all of them, with its columns."""
    if form not in sheets.FORMS:
        raise Http404
    duties, on, book = _asked(request)
    by = listing.Filters.of(request.GET, duties)
    lines = [line for line in listing.lines_of(duties, book, today()) if by.keeps(line, on)]
    return sheets.answer(form, _("运维内容 %s") % today(), HEADINGS,
                         _cells(lines, duties, by.system), file="duties", widths=WIDTHS)


@page("see_duties")
def duty(request: HttpRequest, key: str) -> HttpResponse:
    """One duty: what, why, the terms that bind today, and when it would be due again."""
    duties, on, book = _asked(request)
    if key not in duties:
        raise Http404
    one = duties[key]
    line = listing.line_of(one, book, today())
    return render(request, "maintenance/duty.html", {
        "row": row_of(line, duties), "duty": one, "day": today(), "terms": _terms(line),
        "dues": _dues(line, book), "season": words.season_word(one),
        "prefill": PREFILLS.get(one.prefill, ""), "needs": [EQUIPMENT[n] for n in one.needs],
        "same_as": duties[one.same_as] if one.same_as else None,
        "stands_for": [other for other in duties if other.same_as == key],
        "set": duties.sets[one.set], "is_on": one.set in on,
    })


def row_of(line: listing.Line, duties: Duties, system: str = "") -> dict[str, Any]:
    """A line as the list shows it."""
    one = line.duty
    return {
        "line": line, "duty": one, "set": duties.sets[one.set],
        "kind": KINDS[one.kind], "place": PLACES[one.where], "cite": one.cite(),
        "techniques": [system_name(*s) for s in line.systems] if one.techniques else [],
        "interval": words.interval_word(line.term.interval) if line.term else "",
        "auto": words.interval_word(line.auto[0].interval)
        if line.differs and line.auto and line.term is not line.auto[0] else "",
        "trouble": _(TROUBLES[line.trouble]) if line.trouble else "",
        "season": words.season_word(one), "forms": _forms(one, duties, system),
    }


def _forms(one: Duty, duties: Duties, system: str) -> list[dict[str, Any]]:
    """Its forms with their names; ``there`` when the definition can be opened."""
    own = {slug: technique for technique, slug in reversed(one.forms)
           if system in ("", technique) or not technique}
    known = load_forms()
    return [{"slug": slug, "title": duties.forms[slug], "there": slug in known,
             "technique": own[slug]} for slug in listing.forms_of(one, system)]


def _terms(line: listing.Line) -> list[dict[str, Any]]:
    """What binds it, without and with automatic calibration where they differ."""
    groups = [(_("没有自动校准功能的系统"), line.manual), (_("有自动校准功能的系统"), line.auto)]
    if not line.differs:
        groups = [("", line.manual)]
    return [
        {"whom": whom if place == 0 else "", "term": term, "decides": place == 0,
         "word": words.interval_word(term.interval)}
        for whom, found in groups for place, term in enumerate(found)
    ]


def _dues(line: listing.Line, book: Any) -> list[dict[str, Any]]:
    """When it would be due again if it were done this minute."""
    cases = [(False, _("没有自动校准功能")), (True, _("有自动校准功能"))]
    if not line.differs:
        cases = [(bool(line.duty.auto_calibration), "")]
    now = timezone.now()
    found = [(whom, listing.due_after(line.duty, now, book, auto_calibration=auto))
             for auto, whom in cases]
    return [{"whom": whom, "due": due} for whom, due in found if due is not None]


def _cells(lines: list[listing.Line], duties: Duties, system: str) -> Iterator[list[Any]]:
    for line in lines:
        row, one, term = row_of(line, duties, system), line.duty, line.term
        interval = row["interval"] or row["trouble"]
        if row["auto"]:
            interval = _("%(one)s；有自动校准 %(two)s") % {"one": interval, "two": row["auto"]}
        yield [one.name, one.group, row["kind"], "、".join(row["techniques"]), interval,
               term.source if term else "", row["cite"], str(state("status", one.status).label),
               "、".join(form["title"] for form in row["forms"]), row["place"], row["set"].title,
               one.key]
