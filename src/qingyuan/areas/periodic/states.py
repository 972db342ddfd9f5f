"""The life of a report: {(state, verb): state}."""

from .models import ReportState as S

LIFE: dict[tuple[str, str], str] = {
    (S.DRAFT, "renew"): S.DRAFT, (S.DRAFT, "write"): S.DRAFT,
    (S.DRAFT, "approve"): S.APPROVED, (S.APPROVED, "reopen"): S.DRAFT,
    (S.APPROVED, "seal"): S.SEALED, (S.SEALED, "send"): S.SENT,
    (S.SENT, "read"): S.READ,
}
FIXED = (S.SEALED, S.SENT, S.READ)
"""States in which nothing of a report changes any more."""


def can(state: str, verb: str) -> bool:
    """Whether a report in this state takes the verb."""
    return (state, verb) in LIFE
