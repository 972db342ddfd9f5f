"""The panel of a record's cross-check: signals with links to what they stand on, and the reviewer's
word on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.organisations.access import page
from qingyuan.areas.records.crosscheck import actions, queries
from qingyuan.areas.records.crosscheck.queries import Fact, Panel, Shown, panel_of
from qingyuan.areas.records.models import CrossCheck, Record
from qingyuan.areas.records.review.risk import CROSSED
from qingyuan.kernel.clock import CST
from qingyuan.ui.numbers import to_datetime

MARGIN = 1800  # s shown before and after what a signal speaks of


@dataclass(frozen=True, slots=True)
class Line:
    """A signal and its facts, each with the address to open ("" none)."""

    signal: Shown
    facts: tuple[tuple[Fact, str], ...]


def shown(record: Record, photos: Mapping[int, str]) -> tuple[Panel | None, list[Line]]:
    """The panel of a record whose ``cross_check`` is loaded, and its lines; ``photos`` are digests
    by the key of the file. One query where something was found."""
    check: CrossCheck | None = getattr(record, "cross_check", None)
    panel = panel_of(record, check) if check is not None else None
    if panel is None:
        return None, []
    return panel, [Line(one, tuple((fact, _address(record, fact, photos)) for fact in one.facts))
                   for one in panel.signals]


def title_of(risk: Mapping[str, Any]) -> str:
    """What a risk that is a signal is called, whose sentence stands in the panel; "" for others."""
    code = str(risk.get("code", ""))
    return queries.title(code.removeprefix(CROSSED)) if code.startswith(CROSSED) else ""


def _address(record: Record, fact: Fact, photos: Mapping[int, str]) -> str:
    if fact.kind == "record":
        return "" if fact.key == record.pk else reverse("records:review-record", args=[fact.key])
    if fact.kind == "photo" and fact.key in photos:
        return f"{reverse('files:file', args=[photos[fact.key]])}?view=1"
    if fact.kind == "mark":
        return reverse("telemetry:facts", args=[record.point_id])
    if fact.factor and fact.since is not None:
        return _window(record.point_id, fact.since, fact.until or fact.since)
    return ""


def _window(point: int, since: int, until: int) -> str:
    span = {name: _local(at) for name, at in (("from", since - MARGIN), ("to", until + MARGIN))}
    return (f"{reverse('telemetry:point', args=[point])}?"
            f"{urlencode({'interval': 'min', **span}, safe=':')}")


def _local(at: int) -> str:
    when = to_datetime(at)
    return when.astimezone(CST).strftime("%Y-%m-%dT%H:%M") if when is not None else ""


@require_POST
@page("review_record")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A word on one signal, then back to it."""
    sent = request.POST
    code, _dot, factor = sent.get("signal", "").partition(".")
    try:
        found = actions.answer(request.scope, Record(pk=pk), code[:32], factor[:16],
                               verb=sent.get("verb", ""), text=sent.get("text", ""))
    except Record.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已答复：%s") % found.get_verb_display())
    back = sent.get("back", "")
    query = f"?{back}" if back else ""
    return redirect(f"{reverse('records:review-record', args=[pk])}{query}#crosscheck")
