"""Whether analyser, logger and platform say the same.

Over an analog link the logger may differ from the analyser by 1 permille of the range, over a
digital one not at all (HJ/T 477-2009); the platform from the logger by 1 % (HJ 356-2019 6).
"""

from fractions import Fraction

from qingyuan.calc.exact import exact, within
from qingyuan.calc.quality.figures import Figures, Item, at_most, number


def analog(figures: Figures, analyser: Fraction, logger: Fraction, full_scale: Fraction) -> Item:
    """The difference in permille of the range."""
    return at_most(figures, "analyser_logger", 1000 * (logger - analyser) / full_scale,
                   "permille", "logger.analog.difference_max")


def digital(analyser: Fraction, logger: Fraction, unit: str) -> Item:
    """The difference in the factor's unit, which must be none."""
    value = logger - analyser
    return Item("analyser_logger", value, unit, "fail" if value else "pass", Fraction(0), unit,
                reason="over a digital link both must be identical")


def transferred(figures: Figures, logger: Fraction, platform: Fraction) -> Item:
    """The difference in % of the logger's value; where that is 0 the platform's must be 0 too."""
    name = "rates.transfer.max_difference"
    limit = 100 * exact(number(figures, name))
    if logger == 0:
        good, value = platform == 0, Fraction(0) if platform == 0 else None
    else:
        value = 100 * (platform - logger) / abs(logger)
        good = within(value, limit)
    return Item("logger_platform", value, "%", "pass" if good else "fail", limit, "%", None,
                (name,), "" if value is not None else "the logger has 0, the platform has not")
