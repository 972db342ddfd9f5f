"""What could not be stored, why, and the two things one can do about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import stations
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.telemetry import actions, queries
from qingyuan.areas.telemetry.forms import FactorForm
from qingyuan.areas.telemetry.models import Quarantine, QuarantineKind, QuarantineState
from qingyuan.areas.telemetry.secrets import without_secrets

from . import reading
from .packets import sm4_keys, taken_apart

PAGE = 50
SAMPLES = 20
# A value that is no number stays none however often it is read.
REPLAYABLE = frozenset(QuarantineKind.values) - {QuarantineKind.VALUE, QuarantineKind.TIME}


@page("see_quarantine")
def quarantine_list(request: HttpRequest) -> HttpResponse:
    """Reasons by state and kind; the state is a tab, kind and MN are filters of the address."""
    scope, params = request.scope, request.GET
    state = params.get("state", QuarantineState.OPEN)
    if state not in (*QuarantineState.values, "all"):
        state = QuarantineState.OPEN
    kind = params.get("kind", "") if params.get("kind") in QuarantineKind.values else ""
    rows = queries.quarantine(
        scope, state="" if state == "all" else state, kind=kind, mn=params.get("q", "").strip()[:64]
    )
    counts = queries.quarantine_counts(scope)
    shown = Paginator(rows, PAGE).get_page(params.get("page"))
    known = {s.mn: s for s in stations(scope).filter(mn__in={row.mn for row in shown.object_list})}
    for row in shown.object_list:
        row.station = known.get(row.mn)
        row.sample = without_password(row.sample)
    return render(
        request,
        "telemetry/quarantine.html",
        {
            "page": shown,
            "chosen": state,
            "kind": kind,
            "packets": counts.packets,
            "tabs": [
                {"code": code, "count": counts.states.get(code, 0)}
                for code in QuarantineState.values
            ],
            "kinds": [
                (code, label, counts.kinds.get(code, 0)) for code, label in QuarantineKind.choices
            ],
            "filtered": bool(kind or params.get("q")),
            "can_act": may(scope, "replay_quarantine"),
            "replayable": REPLAYABLE,
        },
    )


def without_password(sample: str) -> str:
    """An example of the wire's text with the password starred out."""
    return without_secrets(sample.encode()).decode()


def row_or_404(request: HttpRequest, pk: int) -> Quarantine:
    try:
        return queries.quarantine_row(request.scope, pk)
    except Quarantine.DoesNotExist as error:
        raise Http404 from error


@page("see_quarantine")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One reason: what it means, what to do, and the packets that may be meant."""
    scope = request.scope
    row = row_or_404(request, pk)
    row.sample = without_password(row.sample)
    shown = may(scope, "see_frames")
    found = queries.quarantined_frames(scope, pk, limit=SAMPLES)[1] if shown else []
    keys = sm4_keys({frame.mn for frame in found})
    return render(
        request,
        "telemetry/quarantine_entry.html",
        {
            "row": row,
            "lines": [reading.summary(frame, keys.get(frame.mn)) for frame in found],
            "station": stations(scope).filter(mn=row.mn).first() if row.mn else None,
            "can_act": may(scope, "replay_quarantine"),
            "can_edit": may(scope, "edit_stations"),
            "can_frames": shown,
            "replayable": REPLAYABLE,
        },
    )


@page("see_frames")
def sample(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """One packet of a reason, taken apart; it may belong to no point."""
    row = row_or_404(request, pk)
    found = queries.quarantined_frames(request.scope, pk, limit=500)[1]
    frame = next((f for f in found if f.seq == seq), None)
    if frame is None:
        raise Http404
    return render(
        request, "telemetry/quarantine_packet.html", {"row": row, **taken_apart(request, frame)}
    )


@page("edit_stations")
def add_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the factor that a reason says is unknown, then read its frames again."""
    row = row_or_404(request, pk)
    if row.kind != QuarantineKind.FACTOR:
        raise Http404
    form = FactorForm(request.POST or None, initial={"code": row.detail})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_factor(request.scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            return replay(request, pk)
    return render(request, "telemetry/factor_form.html", {"form": form, "row": row},
                  status=422 if form.errors else 200)


@require_POST
@page("replay_quarantine")
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the frames of a reason again, after the registry or the factor table was mended."""
    row = row_or_404(request, pk)
    outcome = actions.replay_quarantine(request.scope, row)
    tell = messages.warning if outcome.failing else messages.success
    tell(request, _("已重放：%s") % outcome)
    return redirect("telemetry:quarantine")


@require_POST
@page("replay_quarantine")
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a reason aside; the frames stay where they are."""
    row = row_or_404(request, pk)
    actions.dismiss_quarantine(request.scope, row, note=request.POST.get("note", "").strip()[:200])
    messages.success(request, _("已忽略，报文仍保存，可在“已忽略”中查看。"))
    return redirect("telemetry:quarantine")
