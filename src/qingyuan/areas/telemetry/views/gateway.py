"""The gateway: who is connected, how fast, how far behind, what goes wrong."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render

from qingyuan.areas.assets.queries import stations
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.queries import GatewayStatus, gateway_status

PREFIX = "qingyuan_gateway_"
MOST = 500  # links drawn at once
BEHIND = 2000  # frames; intake takes thousands a second


@page("see_gateway")
def gateway(request: HttpRequest) -> HttpResponse:
    """The page, or for a poll only its changing part."""
    status = gateway_status(request.scope)
    poll = request.headers.get("HX-Request") == "true"
    tag = f'"{hashlib.sha256(repr(status).encode()).hexdigest()[:32]}"'
    if poll and request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    context = {
        "tag": tag,
        "status": status,
        "links": named(request.scope, status.links)[:MOST],
        "hidden": max(0, len(status.links) - MOST),
        "relays": named(request.scope, status.relays),
        "figures": figures(status),
        "behind": status.lag > BEHIND,
        "answer": quantile(status.metrics, "answer_seconds", 0.99),
    }
    template = "telemetry/gateway_live.html" if poll else "telemetry/gateway.html"
    response = render(request, template, context)
    response["ETag"] = tag
    response["Cache-Control"] = "no-store"
    return response


def named(scope: Scope, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the station and point behind their MN, the last heard first."""
    mns = {row.get("mn", "") for row in rows}
    known = {s.mn: s for s in stations(scope).filter(mn__in=mns)}
    found = [
        {
            **row,
            "station": known.get(row.get("mn", "")),
            "point": next((link.point for link in known[row["mn"]].links), None)
            if row.get("mn") in known
            else None,
        }
        for row in rows
    ]
    return sorted(found, key=lambda row: -(row.get("last") or 0))


def figures(status: GatewayStatus) -> dict[str, float | None]:
    """The gateway's counters that the page names, None where it does not report them."""
    names = (
        "links",
        "links_waiting",
        "queue_frames",
        "stations",
        "duplicates_total",
        "answers_total",
        "bytes_in_total",
        "refused_total",
        "garbage_unkept_total",
        "spool_errors_total",
        "registry_errors_total",
    )
    found: dict[str, float | None] = {name: status.metrics.get(PREFIX + name) for name in names}
    frames = {
        key[len(PREFIX + 'frames_total{verdict="') : -2]: value
        for key, value in status.metrics.items()
        if key.startswith(PREFIX + "frames_total{")
    }
    found["sound"] = frames.get("ok")
    found["strange"] = frames.get("unknown", 0) + frames.get("password", 0) if frames else None
    bad = [frames.get(kind, 0) for kind in ("crc", "length", "segment", "noise")]
    found["bad"] = sum(bad) if frames else None
    return found


def quantile(metrics: dict[str, float], name: str, share: float) -> float | None:
    """Upper bound (ms) of a share of a Prometheus histogram; None without observations."""
    start = f'{PREFIX}{name}_bucket{{le="'
    buckets = [
        (float(key[len(start) : -2]), value)
        for key, value in metrics.items()
        if key.startswith(start)
    ]
    buckets.sort()
    whole = buckets[-1][1] if buckets else 0
    if not whole:
        return None
    bound = next(bound for bound, seen in buckets if seen >= whole * share)
    return None if bound == float("inf") else bound * 1000
