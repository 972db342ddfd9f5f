"""Raw packets of a point: the list, and one packet taken apart."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan import hj212
from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may, require
from qingyuan.areas.telemetry import queries
from qingyuan.areas.telemetry.models import Factor
from qingyuan.areas.telemetry.secrets import without_secrets
from qingyuan.spool import Frame, SpoolReader
from qingyuan.ui.address import small_int

from . import reading
from .point import point_or_404
from .remarks import findings
from .window import field_value, instant

SIZE = 50
MOST_SEQ = 10**18 - 1


@page("see_frames")
def packet_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Newest first; ``before`` (a sequence) and the arrival window stand in the address."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    before = params.get("before", "")
    since, until = instant(params.get("from", "")), instant(params.get("to", ""))
    found = queries.frames(
        scope,
        point,
        before=small_int(before, None, MOST_SEQ),
        since_at=None if since is None else since * 1000,
        until_at=None if until is None else until * 1000,
        limit=SIZE + 1,
    )
    shown = found[:SIZE]
    keys = sm4_keys({frame.mn for frame in shown})
    return render(
        request,
        "telemetry/packets.html",
        {
            "point": point,
            "lines": [reading.summary(f, keys.get(f.mn)) for f in shown],
            "older": shown[-1].seq if len(found) > SIZE else None,
            "newest": not before,
            "from_value": "" if since is None else field_value(since),
            "to_value": "" if until is None else field_value(until),
            "filtered": bool(since or until or before),
        },
    )


def sm4_keys(mns: set[str]) -> dict[str, bytes]:
    """MN → key, for frames that the caller may already see."""
    rows = DataLogger.objects.filter(mn__in=mns).exclude(sm4_key="").values_list("mn", "sm4_key")
    return {mn: bytes.fromhex(key) for mn, key in rows}


def frame_or_404(request: HttpRequest, pk: int, seq: int) -> tuple[Any, Frame]:
    point = point_or_404(request.scope, pk)
    frame = queries.frame(request.scope, point, seq)
    if frame is None:
        raise Http404
    return point, frame


@page("see_frames")
def packet(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """Everything that can be said of one packet."""
    point, frame = frame_or_404(request, pk, seq)
    return render(
        request,
        "telemetry/packet.html",
        {
            "point": point,
            **taken_apart(request, frame),
            "neighbours": _neighbours(request, point, seq),
        },
    )


def taken_apart(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """What the template shows of a frame that the caller may see."""
    secrets = may(request.scope, "see_secrets")
    logger = DataLogger.objects.filter(mn=frame.mn).first()
    key = bytes.fromhex(logger.sm4_key) if logger and logger.sm4_key else None
    event = reading.read(frame.raw, key)
    raw = frame.raw if secrets else without_secrets(frame.raw)
    with SpoolReader(settings.PLACES.spool) as spool:
        before = spool.get(frame.seq - 1) if frame.seq > 1 else None
    context: dict[str, Any] = {
        "frame": frame,
        "size": len(frame.raw),
        "text": reading.as_text(raw),
        "hex": reading.as_hex(raw),
        "link": frame.link.hex(),
        "holds": reading.chain_holds(frame, before),
        "secrets": secrets,
        "remarks": findings(event, logger.edition if logger else None),
        "packet": None,
        "bad": None,
    }
    if isinstance(event, hj212.PacketReceived):
        found = event.packet
        names = {f.code: f for f in Factor.objects.filter(code__in=list(found.factors))}
        context |= {
            "packet": found,
            "header": reading.header(found, secrets),
            "fields": reading.fields(found, secrets),
            "factors": reading.factor_lines(found, names),
            "command": reading.command_name(found),
            "data_time": reading.time_of(found),
        }
    elif event is not None:
        context["bad"] = event
    return context


def _neighbours(request: HttpRequest, point: Any, seq: int) -> dict[str, int | None]:
    older = queries.frames(request.scope, point, before=seq, limit=1)
    return {"older": older[0].seq if older else None}


@page("see_frames")
def download(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """The bytes as they came. They hold the password, so only for roles that may read it."""
    require(request.scope, "see_secrets")
    _point, frame = frame_or_404(request, pk, seq)
    return HttpResponse(
        frame.raw,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{frame.seq}.hj212"',
        },
    )
