"""Figures of the store as people read them."""

from fractions import Fraction
from typing import Any

from django import template

from qingyuan.areas.supplies.queries import reading_word
from qingyuan.ui.numbers import figure

register = template.Library()
register.filter("reading_word", reading_word)


@register.filter
def amount(value: Any, places: int = 2) -> str:
    """An exact figure to so many places at most.

    >>> amount(Fraction(11, 2)), amount(Fraction(1, 3)), amount(4), amount(None)
    ('5.5', '0.33', '4', '')
    """
    if value is None:
        return ""
    exact = Fraction(value)
    if exact.denominator == 1:
        return str(int(exact))
    return figure(round(float(exact), places))
