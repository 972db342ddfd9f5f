"""What a packet's maker should mend: the protocol's findings as a page shows them."""

from typing import Any

from qingyuan import hj212
from qingyuan.hj212.lint import Finding, lint

PLACES = {"header": "报文头", "frame": "报文", "CP": "数据区"}


def findings(event: Any, edition: str | None) -> list[dict[str, str]]:
    """Findings of a frame's event, errors first. ``edition`` is the registered one."""
    if event is None:
        return []
    subject = event.packet if isinstance(event, hj212.PacketReceived) else event
    return [_words(finding) for finding in lint(subject, edition)]


def _words(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity,
        "text": finding.message_zh,
        "clause": finding.clause,
        "where": PLACES.get(finding.where, finding.where),
    }
