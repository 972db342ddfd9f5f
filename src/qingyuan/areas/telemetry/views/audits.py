"""The quarterly audit: all points, one point's figures, preparing and confirming."""

import time
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import Medium, MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Role
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.telemetry import audits
from qingyuan.areas.telemetry.marking.forms import ConfirmForm
from qingyuan.areas.telemetry.models import QuarterAudit
from qingyuan.areas.telemetry.queries import audits as queries
from qingyuan.calc.reasons import REASONS
from qingyuan.calc.types import VERDICTS
from qingyuan.ui.numbers import china_time

from .marks import kept_proof, proof_answer
from .point import point_or_404

PAGE = 50
MOST_POINTS = 2000  # whose states are counted
BACK = 8  # quarters offered
RUNS = 60  # unmarked spans listed, a factor


@page("see_points")
def audit_list(request: HttpRequest) -> HttpResponse:
    """Every visible point's audit of a quarter, by state; the last whole quarter unless asked."""
    scope, params, now = request.scope, request.GET, time.time()
    quarter = quarter_or(params.get("quarter", ""), queries.quarter_key(now, 1))
    kind = params.get("kind", "gas") if params.get("kind") in (*Medium.values, "all") else "gas"
    text = params.get("q", "").strip()[:64]
    points = points_of(scope).order_by("organisation__name", "name", "pk")
    points = points if kind == "all" else points.filter(kind=kind)
    if text:
        points = points.filter(name__icontains=text) | points.filter(
            organisation__name__icontains=text)
    found = queries.standings(scope, list(points[:MOST_POINTS]), quarter, now=now)
    counts = Counter(one.state for one in found)
    state = params.get("state", "") if params.get("state") in queries.STATES else ""
    order = {code: place for place, code in enumerate(_URGENT)}
    kept = [one for one in found if state in ("", one.state)]
    kept.sort(key=lambda one: order[one.state])
    clocks = {(one.deadline.calendar, one.deadline.day, one.deadline.provisional): one
              for one in found if one.deadline}
    return render(request, "telemetry/audits.html", {
        "page": Paginator(kept, PAGE).get_page(params.get("page")), "quarter": quarter,
        "quarters": [queries.quarter_key(now, back) for back in range(BACK)],
        "tabs": [{"code": code, "count": counts[code]} for code in _URGENT], "state": state,
        "total": len(found), "kind": kind, "kinds": Medium.choices, "text": text,
        "clocks": list(clocks.values())[:4], "filtered": bool(text or state),
    })


_URGENT = ("overdue", "changed", "due", "prepared", "voluntary", "confirmed", "not_due", "no_data")


def quarter_or(text: str, usual: str) -> str:
    """The quarter that a text names, else the usual one."""
    try:
        queries.bounds(text)
    except ValueError:
        return usual
    return text


def asked(request: HttpRequest, pk: int, quarter: str) -> tuple[MonitoringPoint, str]:
    """The visible point and quarter of an address; 404 for any other."""
    if quarter_or(quarter, "") != quarter:
        raise Http404
    return point_or_404(request.scope, pk), quarter


@page("see_points")
def audit_page(request: HttpRequest, pk: int, quarter: str) -> HttpResponse:
    """One point's quarter: the figures now, and those that were prepared."""
    point, quarter = asked(request, pk, quarter)
    return _shown(request, point, quarter)


def _shown(request: HttpRequest, point: MonitoringPoint, quarter: str,
           form: ConfirmForm | None = None, error: str = "") -> HttpResponse:
    scope, now = request.scope, time.time()
    standing = queries.standing_of(scope, point, quarter, now=now)
    figures = queries.figures_of(scope, point, quarter)
    factors = [_dressed(one) for one in figures["factors"]]
    row = standing.audit
    prepared = row is not None and bool(row.prepared_at)
    changed = prepared and queries.digest_of(figures) != row.digest
    state = "changed" if changed else standing.state
    over = now >= queries.bounds(quarter)[1]
    return render(request, "telemetry/audit.html", {
        "point": point, "quarter": quarter, "standing": standing, "state": state, "row": row,
        "factors": factors, "figures": figures,
        "differences": [_difference(one) for one in queries.differences(
            row.figures, figures)] if changed else [],
        "told": _alike(factors, "told"),
        "unmarked": [one for one in _alike(factors, "spans") if one["spans"]],
        "verdicts": VERDICTS, "over": over, "runs_shown": RUNS,
        "may_prepare": over and figures["factors"] and may(scope, "prepare_audit")
        and (not prepared or changed),
        "may_confirm": prepared and not changed and not row.confirmed_at
        and may(scope, "confirm_audit"),
        "needs_scan": scope.role != Role.DISCHARGER_MANAGER,
        "form": form or ConfirmForm(initial={
            "on": today(), "name": scope.who if scope.role == Role.DISCHARGER_MANAGER else ""}),
        "error": error, "history": history(scope, row) if row else [],
        "quarters": [queries.quarter_key(now, back) for back in range(BACK)],
    }, status=422 if form or error else 200)


def _dressed(one: dict[str, Any]) -> dict[str, Any]:
    """A factor's figures with sentences for its reasons and days for its unmarked hours."""
    due = one["hours"] - one["stopped"]
    return one | {
        "due": due, "valid": due - one["invalid"],
        "told": sorted(((_sentence(code), n) for code, n in one["reasons"].items()),
                       key=lambda pair: -pair[1]),
        "spans": [(first, last, china_time(first, "day")) for first, last in one["unmarked"]],
    }


def _alike(factors: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    """Factors of which the same is to be told, together: a fault of all of them is one line."""
    groups: dict[str, dict[str, Any]] = {}
    for one in factors:
        group = groups.setdefault(str(one[what]), {
            what: one[what], "names": [], "codes": [], "hours": one["unmarked_hours"]})
        group["names"].append(one["name"])
        group["codes"].append(one["factor"])
    return list(groups.values())


def _sentence(code: str) -> str:
    return REASONS[code].sentence.rstrip("。") if code in REASONS else code


_WHAT = {"hours": "应统计小时", "stopped": "停运小时", "invalid": "无效小时", "capture": "捕集率",
         "unmarked_hours": "未标记的无效小时"}


def _difference(one: queries.Difference) -> dict[str, Any]:
    kind, _dot, code = one.what.partition(".")
    word = _(_WHAT[one.what]) if one.what in _WHAT else ""
    if one.what == "capture":
        shown = [None if value is None else f"{100 * value:.2f} %" for value in (one.then, one.now)]
    else:
        shown = [one.then, one.now]
    return {"name": one.name, "word": word or (_sentence(code) if kind == "reason" else ""),
            "verdict": code if kind == "verdict" else "", "then": shown[0], "now": shown[1]}


@require_POST
@page("prepare_audit")
def audit_prepare(request: HttpRequest, pk: int, quarter: str) -> HttpResponse:
    """Freeze the figures."""
    point, quarter = asked(request, pk, quarter)
    try:
        audits.prepare_audit(request.scope, point, quarter, note=request.POST.get("note", ""))
    except ValidationError as error:
        return _shown(request, point, quarter, error="；".join(error.messages))
    messages.success(request, _("审核已编制，请排污单位核对确认。"))
    return redirect("telemetry:audit", pk=pk, quarter=quarter)


@require_POST
@page("confirm_audit")
def audit_confirm(request: HttpRequest, pk: int, quarter: str) -> HttpResponse:
    """The discharger confirms, or the unit records that it did."""
    point, quarter = asked(request, pk, quarter)
    row = QuarterAudit.objects.filter(point=point, quarter=quarter).first()
    if row is None:
        raise Http404
    form = ConfirmForm(request.POST, request.FILES)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            audits.confirm_audit(
                request.scope, row, name=typed["name"], on=typed["on"],
                digest=request.POST.get("digest", ""), scan=_scan(typed["scan"]))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("审核已确认。"))
            return redirect("telemetry:audit", pk=pk, quarter=quarter)
    return _shown(request, point, quarter, form=form)


def _scan(file: Any) -> Any:
    try:
        return kept_proof(file)
    except ValidationError as error:
        raise ValidationError({"scan": error.messages}) from error


@page("see_points")
def audit_scan(request: HttpRequest, pk: int, quarter: str) -> FileResponse:
    """The scan that stands behind a confirmation."""
    point, quarter = asked(request, pk, quarter)
    row = QuarterAudit.objects.filter(point=point, quarter=quarter).first()
    return proof_answer(row.scan if row else "", f"{point.name}-{quarter}")

