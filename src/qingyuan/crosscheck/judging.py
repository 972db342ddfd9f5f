"""All checks of one visit, and whether somebody should look at it."""

from collections.abc import Iterable

from .checks import CHECKS
from .limits import Limits
from .notes import Notes
from .types import Examination, Outcome, Signal, Visit


def examine(visit: Visit, limits: Limits) -> Examination:
    """Every check's answer, those that could not tell with their reasons. A visit is flagged when
    the signals' scores together reach ``limits.flag_score``."""
    outcomes = tuple(_asked(code, visit, limits) for code in CHECKS)
    score = joined(signal.score for outcome in outcomes for signal in _strongest(outcome))
    return Examination(outcomes, score, score >= limits.flag_score)


def judge(visit: Visit, limits: Limits) -> list[Signal]:
    """The signals alone, the heaviest first."""
    return list(examine(visit, limits).signals)


def joined(scores: Iterable[float]) -> float:
    """Scores together, as of independent reasons for doubt.

    >>> joined([0.5, 0.5]), joined([])
    (0.75, 0.0)
    """
    left = 1.0
    for score in scores:
        left *= 1.0 - score
    return round(1.0 - left, 4)


def _asked(code: str, visit: Visit, limits: Limits) -> Outcome:
    notes = Notes(code)
    CHECKS[code].run(visit, limits, notes)
    return notes.outcome()


def _strongest(outcome: Outcome) -> list[Signal]:
    """One signal a check: the same doubt about three analysers is one doubt."""
    return sorted(outcome.signals, key=lambda signal: -signal.score)[:1]
