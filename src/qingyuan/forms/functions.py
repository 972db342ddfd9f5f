"""The closed list of functions that an expression may call, beside the formulas of ``calc``.

A function takes values that are there: where an argument is absent the result is absent, except
for those marked lenient. Numbers are compared as the decimal numbers that they stand for (12
significant digits), unrounded otherwise: GB/T 8170-2008 4.3.1 judges the full value unless a
standard asks for the rounded one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TypeAlias

from qingyuan.calc.quality import drift, water
from qingyuan.calc.quality.bands import Band, NoBands, band_of
from qingyuan.calc.quality.figures import Figures
from qingyuan.forms.values import moment
from qingyuan.kernel.rounding import round_gbt8170, snap

Value: TypeAlias = "float | str | bool | Sequence[Value] | None"
Kind: TypeAlias = str
"""number, text, truth, moment, list (ticked choices, photos); a series is ``*number`` and so on."""


class NotComputable(ValueError):
    """The values are there, but there is no result for them; a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Function:
    """``accepts`` gives the kind of the result for the kinds of the arguments, None to refuse.
    ``lenient``: the function itself looks after absent arguments. ``figures``: it is handed the
    book first. ``provisions``: which of its arguments are names of provisions."""

    name: str
    call: Callable[..., Value]
    accepts: Callable[[Sequence[Kind]], Kind | None]
    lenient: bool = False
    figures: bool = False
    meaning: str = ""


def _band(figures: Figures, prefix: str, mean: float, lower: str, suffix: str) -> Band:
    try:
        return band_of(figures, prefix, mean, lower, suffix)
    except NoBands:
        raise NotComputable(f"规则库中没有{prefix}的分档限值") from None


def _band_kind(figures: Figures, prefix: str, mean: float, lower: str, suffix: str) -> str:
    return _band(figures, prefix, mean, lower, suffix).kind


def _band_limit(figures: Figures, prefix: str, mean: float, lower: str, suffix: str) -> float:
    return _band(figures, prefix, mean, lower, suffix).limit


def _limit(figures: Figures, name: str) -> Value:
    found = figures.limit(name)
    return float(found) if isinstance(found, int) and not isinstance(found, bool) else found


def _needed_passes(figures: Figures, count: float) -> float:
    """How many of ``count`` water samples must pass: 2 of 3, 3 of 4, 4 of 5 and more."""
    try:
        return float(water.needed(figures, int(count)))
    except water.TooFew:
        raise NotComputable("水样数不足，不能评价") from None


def _judged(value: float, ok: float, out: float) -> str:
    """pass within ``ok``, out_of_control beyond ``out``, else adjust; by absolute value."""
    found = drift.state(value, ok, out)
    return "pass" if found == "within" else found


def _worst(*results: Value) -> str:
    order = ("pass", "adjust", "fail", "out_of_control")
    return order[max(order.index(str(r)) for r in results)]


def _worst_of(results: Sequence[Value]) -> str:
    return _worst(*results)


def _if(condition: Value, yes: Value, no: Value) -> Value:
    return None if condition is None else yes if condition else no


def _and(*parts: Value) -> Value:
    return False if any(p is False for p in parts) else None if None in parts else True


def _or(*parts: Value) -> Value:
    return True if any(p is True for p in parts) else None if None in parts else False


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return snap(one) == snap(other)
    return one == other


def _compared(test: Callable[[object, object], bool]) -> Callable[[Value, Value], bool]:
    def compare(one: Value, other: Value) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return test(_instant(one), _instant(other))
        return test(snap(_float(one)), snap(_float(other)))

    return compare


def _float(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotComputable("需要数字")
    return float(value)


def _instant(text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise NotComputable("需要日期或时刻")
    return found


def _divided(one: float, other: float) -> float:
    if other == 0:
        raise NotComputable("除数为零，不能计算")
    return one / other


def _hours(begin: str, end: str) -> float:
    return (_instant(end) - _instant(begin)).total_seconds() / 3600


def _days(begin: str, end: str) -> float:
    return float((_instant(end).date() - _instant(begin).date()).days)


def _clock_hours(begin: str, end: str) -> float:
    """Clock hours touched from ``begin`` to ``end``, both named hours counted: 02:00–03:00 is 2."""
    first, last = _instant(begin), _instant(end)
    return float(int((last - first.replace(minute=0, second=0)).total_seconds() // 3600) + 1)


def _rounded(value: float, digits: float) -> float:
    return float(round_gbt8170(value, int(digits)))


def _filled(values: Sequence[Value]) -> float:
    return float(sum(v is not None and v != "" for v in values))


def _true(values: Sequence[Value]) -> float:
    return float(sum(v is True for v in values))


def _has(values: Value, word: str) -> bool:
    return isinstance(values, Sequence) and not isinstance(values, str) and word in values


def _fixed(gives: Kind, *takes: Kind) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda kinds: gives if tuple(kinds) == takes else None


def _many(gives: Kind, kind: Kind) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda kinds: gives if kinds and all(k == kind for k in kinds) else None


def _same(gives: Kind, allowed: Sequence[Kind]) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda k: gives if len(k) == 2 and k[0] == k[1] and k[0] in allowed else None


def _choice_kinds(kinds: Sequence[Kind]) -> Kind | None:
    right = len(kinds) == 3 and kinds[0] == "truth" and kinds[1] == kinds[2]
    return kinds[1] if right else None


def _any_one(gives: Kind) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda kinds: gives if len(kinds) == 1 else None


def _any_series(gives: Kind) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda k: gives if len(k) == 1 and (k[0].startswith("*") or k[0] == "list") else None


_ALIKE = ("number", "text", "truth", "moment")
_BANDED = ("text", "number", "text", "text")
_ALL: tuple[Function, ...] = (
    Function("add", lambda a, b: a + b, _fixed("number", "number", "number")),
    Function("sub", lambda a, b: a - b, _fixed("number", "number", "number")),
    Function("mul", lambda a, b: a * b, _fixed("number", "number", "number")),
    Function("div", _divided, _fixed("number", "number", "number")),
    Function("neg", lambda a: -a, _fixed("number", "number")),
    Function("eq", _equal, _same("truth", _ALIKE)),
    Function("ne", lambda a, b: not _equal(a, b), _same("truth", _ALIKE)),
    Function("lt", _compared(lambda a, b: a < b), _same("truth", ("number", "moment"))),  # type: ignore[operator]
    Function("le", _compared(lambda a, b: a <= b), _same("truth", ("number", "moment"))),  # type: ignore[operator]
    Function("gt", _compared(lambda a, b: a > b), _same("truth", ("number", "moment"))),  # type: ignore[operator]
    Function("ge", _compared(lambda a, b: a >= b), _same("truth", ("number", "moment"))),  # type: ignore[operator]
    Function("and", _and, _many("truth", "truth"), lenient=True),
    Function("or", _or, _many("truth", "truth"), lenient=True),
    Function("not", lambda a: not a, _fixed("truth", "truth")),
    Function("if", _if, _choice_kinds, lenient=True, meaning="if(condition, yes, no)"),
    Function("known", lambda a: a is not None and a != "", _any_one("truth"), lenient=True,
             meaning="whether something was answered"),
    Function("has", _has, _fixed("truth", "list", "text"), meaning="whether a choice was ticked"),
    Function("abs", abs, _fixed("number", "number")),
    Function("min", min, _many("number", "number")),
    Function("max", max, _many("number", "number")),
    Function("round", _rounded, _fixed("number", "number", "number"),
             meaning="GB/T 8170 rounding to so many decimals"),
    Function("mean", fmean, _fixed("number", "*number")),
    Function("sum", math.fsum, _fixed("number", "*number")),
    Function("lowest", min, _fixed("number", "*number")),
    Function("highest", max, _fixed("number", "*number")),
    Function("count", _filled, _any_series("number"), lenient=True, meaning="how many are there"),
    Function("count_true", _true, _fixed("number", "*truth"), lenient=True),
    Function("worst", _worst, _many("text", "text"), meaning="the worst of several results"),
    Function("worst_of", _worst_of, _fixed("text", "*text")),
    Function("judge", _judged, _fixed("text", "number", "number", "number"),
             meaning="judge(value, ok, out): pass, adjust or out_of_control"),
    Function("passed_if", lambda a: "pass" if a else "fail", _fixed("text", "truth")),
    Function("hours", _hours, _fixed("number", "moment", "moment")),
    Function("days", _days, _fixed("number", "moment", "moment")),
    Function("clock_hours", _clock_hours, _fixed("number", "moment", "moment")),
    Function("limit", _limit, _fixed("figure", "text"), figures=True,
             meaning="a figure of the book of rules"),
    Function("band_kind", _band_kind, _fixed("text", *_BANDED), figures=True),
    Function("band_limit", _band_limit, _fixed("number", *_BANDED), figures=True),
    Function("needed_passes", _needed_passes, _fixed("number", "number"), figures=True),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _ALL}
"""What may be called besides ``calc.formulas.FORMULAS``; nothing else can."""
