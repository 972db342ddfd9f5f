"""Telemetry cross-check of field records: facts of a visit in, signals with their evidence out.

Pure: no Django, no files, no clock. ``types`` says what a visit is, ``checks`` has one function a
check, ``judging`` asks them all and decides.
"""

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
    "Bottle", "Evidence", "Examination", "FactorWork", "Mark", "Outcome", "Pair", "Photo", "Point",
    "Presence", "Series", "Signal", "Step", "Told", "Use", "Visit", "Work",
]
