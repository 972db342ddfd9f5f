"""Pages of findings: list, export, one with its acts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.findings import actions, forms, kinds, listing, queries, states
from qingyuan.areas.findings.models import Finding, Severity, State
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel.clock import CST
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time

PAGE = 50
MOST = 20_000  # rows of an export


@page("see_findings")
def finding_list(request: HttpRequest) -> HttpResponse:
    """Findings by state, the newest first."""
    scope = request.scope
    by = listing.Filters.of(request.GET)
    held = listing.listed(scope, by, request.GET.get("page"))
    return render(request, "findings/findings.html", {
        "page": held.page, "by": by, "capped": held.capped, "most": listing.HITS,
        "kinds": [(code, kind.label) for code, kind in kinds.KINDS.items()],
        "severities": Severity.choices, "labels": kinds.label,
        "tabs": [{"code": code, "count": held.counts[code]} for code in listing.TABS],
        "point": points_of(scope).filter(pk=by.point).first() if by.point is not None else None,
        "query": request.GET.urlencode(), "may_work": may(scope, "work_finding"),
    })


@page("see_findings")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list, as it is filtered."""
    if form not in sheets.FORMS:
        raise Http404
    by = listing.Filters.of(request.GET)
    rows = listing.of_tab(listing.found(request.scope, by), by.state)[:MOST]
    heads = [_("发现"), _("种类"), _("级别"), _("状态"), _("点位"), _("排污单位"), _("起"),
             _("最近"), _("结束"), _("次数"), _("处理人"), _("处理方式"), _("原因"), _("处理情况")]
    return sheets.answer(form, _("报警与发现"), heads, (_line(row) for row in rows),
                         file="findings", widths=(48, 16, 8))


def _line(row: Finding) -> list[Any]:
    point = row.point
    return [row.title, kinds.label(row.kind), row.get_severity_display(), row.get_state_display(),
            point.name if point else "", point.organisation.name if point else "",
            china_time(row.first_at), china_time(row.last_at), china_time(row.ended_at), row.count,
            str(row.person or ""), row.get_handling_display(), row.get_cause_display(), row.text]


@require_POST
@page("work_finding")
def many(request: HttpRequest) -> HttpResponse:
    """Respond to the chosen ones at once."""
    chosen = [int(one) for one in request.POST.getlist("pk") if one.isdecimal() and len(one) < 19]
    done = actions.acknowledge_many(request.scope, [Finding(pk=pk) for pk in chosen])
    messages.success(request, _("已响应 %d 条。") % done)
    return redirect(f"{reverse('findings:findings')}?{request.GET.urlencode()}")


@dataclass
class Verb:
    """An act as the page offers it."""

    code: str
    label: str
    icon: str
    form: forms.Act
    run: Callable[[dict[str, Any]], Any]
    open: bool = False


_OFFERS: tuple[tuple[str, str, str, type[forms.Act], str], ...] = (
    # act, role's verb, icon, form, name in the address of nothing but the form
    ("acknowledge", "work_finding", "check", forms.Word, "acknowledge"),
    ("handle", "work_finding", "tool", forms.Handle, "handle"),
    ("take", "work_finding", "user", forms.Take, "take"),
    ("verify", "verify_finding", "circle-check", forms.Word, "verify"),
    ("refuse", "verify_finding", "arrow-back-up", forms.Reason, "refuse"),
    ("close", "verify_finding", "lock", forms.Word, "close"),
    ("reopen", "verify_finding", "refresh", forms.Reason, "reopen"),
    ("note", "work_finding", "notes", forms.Note, "note"),
)
_RUN: dict[str, Callable[[Scope, Finding, dict[str, Any]], Any]] = {
    "acknowledge": lambda scope, row, said: actions.acknowledge(scope, row, said["text"]),
    "handle": lambda scope, row, said: actions.handle(
        scope, row, how=said["how"], cause=said.get("cause", ""), text=said["text"]),
    "take": lambda scope, row, said: actions.take(scope, row, said["person"], said["reason"]),
    "verify": lambda scope, row, said: actions.verify(scope, row, True, said["text"]),
    "refuse": lambda scope, row, said: actions.verify(scope, row, False, said["text"]),
    "close": lambda scope, row, said: actions.close(scope, row, said["text"]),
    "reopen": lambda scope, row, said: actions.reopen(scope, row, said["text"]),
    "note": lambda scope, row, said: actions.note(scope, row, said["text"]),
}


@page("see_findings")
def finding_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found, its clocks, evidence and log, and what may be done about it."""
    scope = request.scope
    try:
        row = queries.finding(scope, pk)
    except Finding.DoesNotExist:
        raise Http404 from None
    own = row.organisation_id == scope.organisation.pk
    verbs = [Verb(code, str(states.WORDS[act]), icon, form(scope, row), _RUN[act])
             for act, role, icon, form, code in _OFFERS
             if own and may(scope, role) and states.can(act, row)]
    if request.method == "POST":
        done = _act(request, scope, row, verbs)
        if done is not None:
            return done
    order = row.order.removeprefix("order:")
    return render(request, "findings/finding.html", {
        "row": row, "label": kinds.label(row.kind), "verbs": verbs,
        "members": row.members.select_related("point").order_by("-last_at")[:PAGE],
        "entries": [(one, states.WORDS.get(one.verb, one.verb)) for one in row.entries.all()],
        "evidence": evidence(row), "about": shown(scope, row.ref),
        "order": int(order) if order.isdecimal() else None,
        "may_silence": own and row.open and not row.silenced and may(scope, "silence_findings"),
        "may_order": (own and row.open and not row.order and may(scope, "open_order")
                      and row.kind in kinds.KINDS and kinds.KINDS[row.kind].orders),
        "day": datetime.fromtimestamp(row.first_at / 1000, CST).date(), "done": State.CLOSED,
        "history": history(scope, row),
    }, status=422 if any(verb.form.errors for verb in verbs) else 200)


def _act(
    request: HttpRequest, scope: Scope, row: Finding, verbs: list[Verb]
) -> HttpResponse | None:
    verb = next((one for one in verbs if one.code == request.POST.get("verb")), None)
    if verb is None:
        raise Http404
    verb.form, verb.open = type(verb.form)(scope, row, request.POST), True
    if not verb.form.is_valid():
        return None
    try:
        verb.run(scope, row, dict(verb.form.cleaned_data))
    except ValidationError as error:
        refuse(verb.form, error)
        return None
    messages.success(request, _("已登记：%s。") % verb.label)
    return redirect("findings:finding", pk=row.pk)


def evidence(row: Finding) -> list[tuple[str, str]]:
    """What the detector wrote down, in words: lines of (name, text)."""
    said: list[tuple[str, str]] = []
    for name, words in (("hours", _("超标小时")), ("days", _("超标日"))):
        unit = row.detail.get("unit", "")
        for time, figure, limit in row.detail.get(name, ()):
            begun = datetime.fromtimestamp(time, CST)
            shown = f"{begun:%Y-%m-%d %H:%M}" if name == "hours" else f"{begun:%Y-%m-%d}"
            said.append((f"{words} {shown}", _("%(figure)g %(unit)s，限值 %(limit)g %(unit)s") % {
                "figure": figure, "limit": limit, "unit": unit}))
    said += [(_("核查意见"), str(one)) for one in row.detail.get("sentences", ())]
    if "filed" in row.detail:
        unit = row.detail.get("unit", "")
        said.append((_("备案值"), f"{row.detail['filed']} {unit}".strip()))
        said += [(source, _("%(value)s %(unit)s，自 %(since)s") % {
            "value": value, "unit": unit, "since": china_time(since) or "—"})
            for source, value, since, _ref in row.detail.get("read", ())]
    if clause := row.detail.get("clause"):
        said.append((_("依据"), str(clause)))
    return said
