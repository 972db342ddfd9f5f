"""The register's tables."""

from .directives import Directive, DirectiveEntry, DirectiveKind, DirectiveState
from .findings import (
    OPEN,
    Cause,
    Finding,
    FindingEntry,
    FindingRule,
    Handling,
    Severity,
    Silence,
    State,
)

__all__ = [
    "OPEN", "Cause", "Directive", "DirectiveEntry", "DirectiveKind", "DirectiveState", "Finding",
    "FindingEntry", "FindingRule", "Handling", "Severity", "Silence", "State",
]
