"""``/healthz``: 200 when gateway, intake, work and web are up, else 503 naming what is missing."""

import http.client
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from qingyuan.project import heartbeat


def healthz(request: HttpRequest) -> JsonResponse:
    """``{"ok": bool, "up": [...], "missing": [...]}``."""
    up = [name for name in heartbeat.EXPECTED if heartbeat.alive(settings.PLACES, name)]
    if gateway_answers(settings.GATEWAY_HTTP):
        up.insert(0, "gateway")
    missing = [name for name in ("gateway", *heartbeat.EXPECTED) if name not in up]
    return JsonResponse(
        {"ok": not missing, "up": up, "missing": missing},
        status=503 if missing else 200,
        headers={"Cache-Control": "no-store"},
    )


def gateway_answers(address: str) -> bool:
    """Ask the gateway's own /healthz."""
    parts = urlsplit(address)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=2)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
