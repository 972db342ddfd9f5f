"""What the table says of each kind, and what the unit wants otherwise."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.findings import kinds, queries, silences
from qingyuan.areas.findings.forms import RuleForm, WhyForm
from qingyuan.areas.findings.models import FindingRule, Severity
from qingyuan.areas.findings.settings import RuleSet, Settings, minutes
from qingyuan.areas.findings.thresholds import words
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import figure

BIG = 2**62


@page("see_findings")
def rule_list(request: HttpRequest) -> HttpResponse:
    """All kinds by group: as they hold, what the unit changed, exceptions."""
    scope = request.scope
    group = request.GET["group"] if request.GET.get("group") in kinds.GROUPS else ""
    own = request.GET.get("own") == "1"
    held = RuleSet(scope.organisation)
    rules: dict[str, list[FindingRule]] = {}
    for row in queries.rules_of(scope):
        rules.setdefault(row.kind, []).append(row)
    book = book_of(scope)
    lines = [line(code, held.at(code), rules.get(code, []), book) for code in kinds.KINDS]
    shown = [one for one in lines if one["own"] or one["exceptions"]] if own else lines
    return render(request, "findings/rules.html", {
        "groups": [(word, [one for one in shown if one["group"] == code])
                   for code, word in kinds.GROUPS.items() if group in ("", code)],
        "tabs": [("", _("全部"), len(shown)), *(
            (code, word, sum(one["group"] == code for one in shown))
            for code, word in kinds.GROUPS.items())],
        "group": group, "own": own, "shown": shown,
    })


def line(
    code: str, holds: Settings, rules: list[FindingRule], book: BookFor
) -> dict[str, Any]:
    """A kind as the list and its page show it."""
    table = kinds.KINDS[code]
    return {
        "code": code, "label": table.label, "group": table.group, "on": holds.on,
        "severity": holds.severity, "respond": clock(holds.respond, book),
        "handle": clock(holds.handle, book),
        "thresholds": thresholds(code, holds), "own": any(one.point_id is None for one in rules),
        "exceptions": sum(one.point_id is not None for one in rules),
    }


def thresholds(code: str, holds: Settings) -> list[tuple[object, str, object, bool]]:
    """(name, figure, unit, whether it differs from the table) of each threshold."""
    table = kinds.KINDS[code].thresholds
    return [(words(code, name).label, figure(value), words(code, name).unit,
             value != table.get(name)) for name, value in holds.thresholds.items()]


def clock(said: int | str | None, book: BookFor) -> str:
    """A clock in words: minutes, hours or days; of a provision what the unit's book says."""
    length = minutes(said, book, today())
    if length is None:
        return ""
    size, word = next((size, word) for size, word in (
        (1440, _("天")), (60, _("小时")), (1, _("分钟"))) if length % size == 0)
    return f"{length // size} {word}"


@page("see_findings")
def rule_page(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind; ``point`` of the address: how it holds at one point."""
    scope = request.scope
    if kind not in kinds.KINDS:
        raise Http404
    point = _point(request)
    rules = list(queries.rules_of(scope).filter(kind=kind))
    row = next((one for one in rules if one.point_id == (point.pk if point else None)), None)
    may_set = may(scope, "set_finding_rules")
    form = RuleForm(kind, point, row, request.POST or None) if may_set else None
    if request.method == "POST":
        done = _set(request, kind, point, form)
        if done is not None:
            return done
    sets, book = RuleSet(scope.organisation, [kind]), book_of(scope)
    table = kinds.KINDS[kind]
    usual = Settings(table, True, table.severity, table.respond, table.handle, table.thresholds)
    return render(request, "findings/rule.html", {
        "kind": kind, "label": table.label, "group": kinds.GROUPS[table.group], "origin":
        table.origin, "point": point, "row": row, "form": form, "why": WhyForm(),
        "usual": line(kind, usual, [], book), "holds": line(kind, sets.at(
            kind, point.pk if point else None), rules, book),
        "exceptions": [(one, line(kind, sets.at(kind, one.point_id), [], book)) for one in rules
                       if one.point_id is not None],
        "points": points_of(scope).order_by("organisation__name", "name")
        if may_set and point is None else [],
        "severities": dict(Severity.choices), "history": histories(scope, rules),
    }, status=422 if form is not None and form.errors else 200)


def _point(request: HttpRequest) -> MonitoringPoint | None:
    asked = small_int(request.GET.get("point", ""), None, BIG)
    if asked is None:
        return None
    found = points_of(request.scope).filter(pk=asked).first()
    if found is None:
        raise Http404
    return found


def _set(
    request: HttpRequest, kind: str, point: MonitoringPoint | None, form: RuleForm | None
) -> HttpResponse | None:
    if form is None:
        raise Http404
    if not form.is_valid():
        return None
    try:
        silences.set_rule(request.scope, kind, point=point, **form.facts())
    except ValidationError as error:
        refuse(form, error)
        return None
    messages.success(request, _("已保存，今后的发现按此判定。"))
    return redirect("findings:finding-rule", kind=kind)


@require_POST
@page("set_finding_rules")
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the table."""
    row = queries.rules_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    try:
        silences.clear_rule(request.scope, row, request.POST.get("why", ""))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已恢复默认。"))
    tail = f"?point={row.point_id}" if row.point_id and "point" in request.GET else ""
    return redirect(reverse("findings:finding-rule", args=[row.kind]) + tail)
