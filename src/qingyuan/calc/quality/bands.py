"""Acceptance tables in bands: the reference mean chooses what is judged and within what.

HJ 75-2017 9.3.8 table 2 (gas), HJ 1013-2018 (hydrocarbons), HJ 355-2019 table 1 (water). A band
begins at the number that is printed for the record's own unit; its lower bound belongs to it
(``from``) or to the next one below (``above``), as the table writes it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qingyuan.calc.exact import Number, above, settled
from qingyuan.calc.quality.figures import Figures, number


class NoBands(LookupError):
    """The book has no bands under that name."""


@dataclass(frozen=True, slots=True)
class Band:
    """From which mean on, judged how, within what; ``names`` are the figures it consists of."""

    low: float
    kind: str  # relative_accuracy | relative_error | absolute_error
    limit: float
    names: tuple[str, ...] = ()


def bands(figures: Figures, prefix: str, suffix: str = "") -> list[Band]:
    """The bands ``prefix.band1`` … of the book, highest first; a ``prefix.low`` closes the list.

    ``suffix`` "_mass" reads the figures in mg/m3. A band without a ``kind`` is judged by relative
    error (water); ``low`` by absolute error.
    """
    found: list[Band] = []
    while figures.has(f"{(name := f'{prefix}.band{len(found) + 1}')}.limit"):
        low = _first(figures, (f"{name}.from{suffix}", f"{name}.from"))
        limit = _first(figures, (f"{name}.limit{suffix}", f"{name}.limit"))
        kind = f"{name}.kind" if figures.has(f"{name}.kind") else None
        found.append(Band(
            number(figures, low) if low else 0.0,
            str(figures.limit(kind)) if kind else "relative_error",
            number(figures, limit) if limit else 0.0,
            tuple(one for one in (limit, low, kind) if one),
        ))
    if figures.has(low_limit := f"{prefix}.low.limit"):
        found.append(Band(-math.inf, "absolute_error", number(figures, low_limit), (low_limit,)))
    return found


def band_of(
    figures: Figures, prefix: str, mean: Number, lower: str = "from", suffix: str = ""
) -> Band:
    """The band of a mean; ``lower`` "above" leaves a band's own bound to the next one. Below the
    lowest bound it is the lowest band. NoBands where there are none."""
    found = bands(figures, prefix, suffix)
    for band in found:
        if band.low == -math.inf or above(mean, band.low):
            return band
        if lower == "from" and settled(mean) == settled(band.low):
            return band
    if not found:
        raise NoBands(prefix)
    return found[-1]


def _first(figures: Figures, names: Sequence[str]) -> str | None:
    return next((name for name in names if figures.has(name)), None)
