"""Telemetry cross-check of field records: facts of a visit in, signals with their evidence out.

Pure: no Django, no files, no clock. ``types`` says what a visit is, ``checks`` has one function a
check, ``judging`` asks them all and decides.
"""

from .checks import CHECKS, Check
from .judging import examine, judge
from .limits import Limits, delivered, limits_of
from .types import (
    Bottle,
    Evidence,
    Examination,
    FactorWork,
    Mark,
    Outcome,
    Pair,
    Photo,
    Point,
    Presence,
    Series,
    Signal,
    Step,
    Told,
    Use,
    Visit,
    Work,
)

__all__ = [
    "CHECKS", "Bottle", "Check", "Evidence", "Examination", "FactorWork", "Limits", "Mark",
    "Outcome", "Pair", "Photo", "Point", "Presence", "Series", "Signal", "Step", "Told", "Use",
    "Visit", "Work", "delivered", "examine", "judge", "limits_of",
]
