"""Template filters of judged values: sentences of reasons, numbers with the digits of a formula."""

from typing import Any

from django import template

from qingyuan.calc.reasons import REASONS

register = template.Library()


@register.filter
def sentence(code: str) -> str:
    """The Chinese sentence of a reason."""
    found = REASONS.get(code)
    return found.sentence if found else code


@register.filter
def significant(value: Any) -> Any:
    """A number with seven significant digits, as formulas show it: enough to work it out again."""
    return float(f"{value:.7g}") if isinstance(value, float) else value


@register.filter
def percent(value: Any) -> Any:
    """A fraction in percent."""
    return None if value is None else 100 * value
