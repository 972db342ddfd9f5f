"""Waste water: standard check, comparison with water samples, flow meter. HJ 355-2019 table 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyuan.calc import accuracy, roles
from qingyuan.calc.exact import mean, settled, within
from qingyuan.calc.quality.bands import Band, band_of
from qingyuan.calc.quality.figures import Figures, Item, at_most, number

TABLES = {
    roles.COD: "water.accuracy.w01018", "w01020": "water.accuracy.w01018",
    roles.AMMONIA: "water.accuracy.w21003", roles.PHOSPHORUS: "water.accuracy.w21011",
    roles.NITROGEN: "water.accuracy.w21001",
}
"""The bands of each analyser; TOC has those of COD."""
ABSOLUTE = {
    roles.PH: ("water.accuracy.w01001.limit", "pH"),
    roles.WATER_TEMPERATURE: ("water.accuracy.w01010.limit", "degC"),
}
"""What is read on site and judged by absolute error: limit and unit."""


class TooFew(ValueError):
    """There are fewer samples than can be judged."""


def standard_check(figures: Figures, reading: Fraction, nominal: Fraction) -> Item:
    """Relative error (%) on a standard solution against ``water.check.limit``; whether the limit
    itself passes is ``water.check.limit_inclusive``. ValueError for a nominal not above 0."""
    value = accuracy.check_error(reading, nominal)
    item = at_most(figures, "check_error", value, "%", "water.check.limit")
    inclusive = "water.check.limit_inclusive"
    at_limit = abs(settled(value)) == settled(number(figures, "water.check.limit"))
    state = "fail" if at_limit and not figures.limit(inclusive) else item.state
    return Item(item.name, value, "%", state, item.limit, "%", None,
                (*item.provisions, inclusive))


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample: both errors (the relative one None where the laboratory found nothing), by which
    it is judged and within what, and whether it passes."""

    laboratory: Fraction
    analyser: Fraction
    relative_error: Fraction | None
    absolute_error: Fraction
    band: Band
    passed: bool


def compared(figures: Figures, table: str, pairs: Sequence[Sequence[Fraction]]) -> list[Pair]:
    """Each pair (laboratory, analyser), mg/L, judged by the band of the laboratory's mean, or of
    its own laboratory value where ``water.comparison.band_by`` says ``each_sample``."""
    each = figures.limit("water.comparison.band_by") == "each_sample"
    middle = mean([one[0] for one in pairs])
    found = []
    for laboratory, analyser in pairs:
        band = band_of(figures, table, laboratory if each else middle)
        relative = accuracy.check_error(analyser, laboratory) if laboratory > 0 else None
        absolute = accuracy.difference(analyser, laboratory)
        value = absolute if band.kind == "absolute_error" else relative
        good = value is not None and within(value, band.limit)
        found.append(Pair(laboratory, analyser, relative, absolute, band, good))
    return found


def needed(figures: Figures, count: int) -> int:
    """How many of ``count`` samples must pass: 2 of 3, 3 of 4, 4 of 5 and more. TooFew below
    ``water.comparison.min_pairs``."""
    if count < number(figures, "water.comparison.min_pairs"):
        raise TooFew(f"{count} pairs")
    return int(number(figures, needed_name(count)))


def needed_name(count: int) -> str:
    """The figure that says how many must pass.

    >>> needed_name(4), needed_name(7)
    ('water.comparison.pass_of_4', 'water.comparison.pass_of_5')
    """
    return f"water.comparison.pass_of_{max(3, min(count, 5))}"


def on_site(figures: Figures, code: str, pairs: Sequence[Sequence[Fraction]]) -> Item:
    """pH or temperature: the difference of the means of readings taken together (reference,
    instrument) against its limit."""
    limit, unit = ABSOLUTE[code]
    value = mean([one[1] for one in pairs]) - mean([one[0] for one in pairs])
    return at_most(figures, "difference", value, unit, limit)


def level(figures: Figures, pairs: Sequence[Sequence[Fraction]]) -> Item:
    """The largest difference in mm of levels read together (portable, installed)."""
    value = accuracy.level_error([one[0] for one in pairs], [one[1] for one in pairs])
    return at_most(figures, "level_error", value, "mm", "water.accuracy.level.limit")


def flow(figures: Figures, portable: Fraction, installed: Fraction) -> Item:
    """Error (%) of the installed meter's total; ValueError for a portable total not above 0."""
    value = accuracy.flow_error(portable, installed)
    return at_most(figures, "flow_error", value, "%", "water.accuracy.w00000.limit")
