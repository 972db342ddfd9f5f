"""Why a figure is what it is: the words of the wire, where they lie, what stood there before."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan import hj212
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.telemetry import queries
from qingyuan.areas.telemetry.models import Factor, Interval, ReadingChange, Source
from qingyuan.areas.telemetry.queries.columns import LABELS, unit_of
from qingyuan.areas.telemetry.readings import load
from qingyuan.hj212 import factors as protocol

from . import reading
from .packets import sm4_keys
from .point import point_or_404


@page("see_points")
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """One factor's values of one instant, in the drawer or as a page of its own."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    interval, moment, code = (params.get(name, "") for name in ("interval", "time", "code"))
    if interval not in Interval.values or not moment.isdecimal() or len(moment) > 11:
        raise Http404
    found = load(interval, [point.pk], int(moment), int(moment) + 1, codes=[code])
    if not found:
        raise Http404
    held = found[0]
    factor = Factor.objects.filter(code=code).first()
    frame = (
        queries.frame(scope, point, held.frame) if held.frame and may(scope, "see_frames") else None
    )
    row = protocol.find(code)
    context = {
        "point": point,
        "code": code,
        "factor": factor,
        "time": held.time,
        "interval": Interval(interval),
        "values": values(held.factors[code], code, factor),
        "flag": str(held.factors[code].get("Flag", "")),
        "frame": frame,
        "frame_seq": held.frame,
        "wire": wire_words(frame, code) if frame else [],
        "source": Source.objects.filter(pk=held.source).first(),
        "before": list(superseded(point.pk, interval, held.time, code)),
        "clause": f"HJ 212-2017 {row.clause}" if row else "",
        "time_form": {"rtd": "second", "day": "day"}.get(interval, "minute"),
    }
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/evidence_body.html" if part else "telemetry/evidence.html"
    return render(request, template, context)


def values(texts: dict[str, Any], code: str, factor: Factor | None) -> list[dict[str, Any]]:
    """A factor's stored values with names and units."""
    return [
        {
            "label": LABELS.get(suffix, suffix),
            "suffix": suffix,
            "value": value,
            "unit": unit_of(code, suffix, factor),
        }
        for suffix, value in texts.items()
        if suffix != "Flag"
    ]


def wire_words(frame: Any, code: str) -> list[str]:
    """The items of the packet that speak of the factor, as they were sent."""
    event = reading.read(frame.raw, sm4_keys({frame.mn}).get(frame.mn))
    if not isinstance(event, hj212.PacketReceived):
        return []
    return [
        f"{name}={text}" for name, text in event.packet.pairs if name.rpartition("-")[0] == code
    ]


def superseded(point: int, interval: str, moment: int, code: str) -> Any:
    """What stood there before, newest first: the factor's facts, frame, when replaced."""
    changes = ReadingChange.objects.filter(
        point=point, interval=interval, time=moment, factor__in=("", code)
    ).order_by("-at")[:10]
    for change in changes:
        facts = change.values.get(code)
        if facts:
            yield {"facts": facts, "frame": change.frame, "at": change.at}
