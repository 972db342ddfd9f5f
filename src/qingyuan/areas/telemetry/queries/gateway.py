"""The gateway as the web half sees it: its own report, and how far intake lags behind."""

import http.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.assets.queries import loggers_of
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.spool import SpoolReader

from ..models import Position


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """``links``: one entry a link and station heard on it, those of visible or unknown MNs;
    ``relays`` alike; ``metrics`` name → value; ``lag`` frames kept, not yet stored; ``error`` why
    nothing is known; ``troubles`` what the gateway complains of (spool, registry file)."""

    up: bool
    error: str
    links: list[dict[str, Any]]
    metrics: dict[str, float]
    last_seq: int
    stored_seq: int
    stored_at: int  # epoch ms of intake's last commit, 0 when it never ran
    rate: float  # frames a second, lately
    relays: list[dict[str, Any]]
    troubles: tuple[str, ...]

    @property
    def lag(self) -> int:
        return max(0, self.last_seq - self.stored_seq)


def gateway_status(scope: Scope) -> GatewayStatus:
    """Ask the gateway on this machine (1.5 s at most) and compare positions."""
    require(scope, "see_gateway")
    error, metrics = "", {}
    report: dict[str, Any] = {}
    try:
        report = orjson.loads(_get("/links.json"))
        metrics = parse_metrics(_get("/metrics").decode())
    except (OSError, http.client.HTTPException, orjson.JSONDecodeError) as problem:
        error = str(problem) or type(problem).__name__
    position = Position.objects.filter(name="intake").first() or Position()
    with SpoolReader(settings.PLACES.spool) as spool:
        last = spool.last_seq()
    return GatewayStatus(
        not error,
        error,
        _shown(scope, by_station(report)),
        metrics,
        last,
        position.seq,
        position.at,
        position.rate,
        _shown(scope, list(report.get("relays", []))),
        tuple(filter(None, (report.get("spool_error"), report.get("registry_error")))),
    )


def _get(path: str) -> bytes:
    parts = urlsplit(settings.GATEWAY_HTTP)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=1.5)
    try:
        link.request("GET", path)
        return link.getresponse().read()
    finally:
        link.close()


def by_station(report: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry for each station on each link, the link's own facts repeated; a link on which
    nobody has spoken yet has the MN "".

    >>> link = {"peer": "a:1", "frames": 3, "stations": [{"mn": "M", "frames": 2}]}
    >>> by_station({"links": [link]})
    [{'peer': 'a:1', 'frames': 2, 'mn': 'M', 'link_frames': 3}]
    """
    found = []
    for link in report.get("links", []):
        plain = {name: value for name, value in link.items() if name != "stations"}
        for heard in link.get("stations") or [{"mn": "", "frames": plain.get("frames", 0)}]:
            found.append({**plain, **heard, "link_frames": plain.get("frames", 0)})
    return found


def _shown(scope: Scope, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Links of visible loggers, and of MNs that no organisation owns."""
    mns = {link.get("mn", "") for link in links}
    owned = set(DataLogger.objects.filter(mn__in=mns).values_list("mn", flat=True))
    mine = set(loggers_of(scope).filter(mn__in=mns).values_list("mn", flat=True))
    return [link for link in links if link.get("mn", "") not in owned - mine]


def parse_metrics(text: str) -> dict[str, float]:
    """Prometheus text as {"name" or "name{labels}": value}.

    >>> parse_metrics("# TYPE a counter\\na 3\\nb{x=\\"1\\"} 0.5")
    {'a': 3.0, 'b{x="1"}': 0.5}
    """
    found = {}
    for line in text.splitlines():
        name, _blank, value = line.rpartition(" ")
        if name and not line.startswith("#"):
            found[name] = float(value)
    return found
