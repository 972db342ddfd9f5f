"""The figures that checks read, from the book: all are our own (清源互证约定) and may be set by
region or organisation like any provision. Travel's speed and detours are those of arrivals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

from qingyuan.standards import Book, load

MINUTES = 60.0

PROVISIONS: Mapping[str, tuple[str, float]] = {
    "slack": ("crosscheck.clock.slack", MINUTES),
    "gap": ("crosscheck.gap.longest", MINUTES),
    "near": ("crosscheck.plateau.near", 0.01),
    "distinct": ("crosscheck.plateau.distinct", 0.01),
    "steady": ("crosscheck.plateau.steady", 0.01),
    "result_wait": ("crosscheck.result.wait", MINUTES),
    "reading": ("crosscheck.reading.tolerance", 0.01),
    "pair": ("crosscheck.pair.tolerance", 0.01),
    "pair_share": ("crosscheck.pair.share", 1.0),
    "mark_slack": ("crosscheck.mark.slack", MINUTES),
    "mark_least": ("crosscheck.mark.least", MINUTES),
    "auto_longest": ("crosscheck.auto.longest", MINUTES),
    "vague": ("crosscheck.position.vague", 1.0),
    "apart": ("crosscheck.apart.least", 1.0),
    "travel_share": ("crosscheck.travel.share", 1.0),
    "overlap": ("crosscheck.overlap.least", MINUTES),
    "stay_share": ("crosscheck.stay.share", 1.0),
    "stay_slack": ("crosscheck.stay.slack", MINUTES),
    "least_calibration": ("crosscheck.least.calibration", MINUTES),
    "least_calibration_factor": ("crosscheck.least.calibration_factor", MINUTES),
    "least_full_calibration": ("crosscheck.least.full_calibration", MINUTES),
    "least_standard_check": ("crosscheck.least.standard_check", MINUTES),
    "least_comparison": ("crosscheck.least.comparison", MINUTES),
    "least_maintenance": ("crosscheck.least.maintenance", MINUTES),
    "least_inspection": ("crosscheck.least.inspection", MINUTES),
    "sample_apart": ("crosscheck.sample.apart", MINUTES),
    "bottle_days": ("crosscheck.bottle.days", 1.0),
    "photo_slack": ("crosscheck.photo.slack", MINUTES),
    "copied_fewest": ("crosscheck.copied.fewest", 1.0),
    "copied_share": ("crosscheck.copied.share", 1.0),
    "good_drift": ("crosscheck.good.drift", 0.01),
    "good_error": ("crosscheck.good.error", 0.01),
    "good_odds": ("crosscheck.good.odds", 1.0),
    "flag_score": ("crosscheck.flag_score", 1.0),
    "speed": ("travel.speed", 1 / 3.6),
    "winding": ("travel.winding", 1.0),
}
"""Field → (provision, factor into the field's unit)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in s, distances in m, shares of the range or plain shares as fractions, speed in m/s.
    ``PROVISIONS`` names where each comes from."""

    slack: float
    gap: float
    near: float
    distinct: float
    steady: float
    result_wait: float
    reading: float
    pair: float
    pair_share: float
    mark_slack: float
    mark_least: float
    auto_longest: float
    vague: float
    apart: float
    travel_share: float
    overlap: float
    stay_share: float
    stay_slack: float
    least_calibration: float
    least_calibration_factor: float
    least_full_calibration: float
    least_standard_check: float
    least_comparison: float
    least_maintenance: float
    least_inspection: float
    sample_apart: float
    bottle_days: float
    photo_slack: float
    copied_fewest: float
    copied_share: float
    good_drift: float
    good_error: float
    good_odds: float
    flag_score: float
    speed: float
    winding: float


def limits_of(book: Book, day: date, scope: Sequence[str] = ()) -> Limits:
    """The limits in force on ``day`` for ``scope`` (nearest link first).

    >>> from datetime import date
    >>> limits_of(load(), date(2026, 11, 24)).slack
    1200.0

    Raises Unregulated where the book has no value.
    """
    found = {}
    for one in fields(Limits):
        name, factor = PROVISIONS[one.name]
        value = book.at(name, day, scope).value
        if not isinstance(value, int | float):
            raise TypeError(f"{name} must be a number, not {value!r}")
        found[one.name] = float(value) * factor
    return Limits(**found)


@lru_cache(maxsize=8)
def delivered(day: date = date(2026, 1, 1)) -> Limits:
    """The limits of the book as delivered."""
    return limits_of(load(), day)
