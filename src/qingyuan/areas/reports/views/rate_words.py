"""Rates in words: their names, what they have to reach, the arithmetic with its numbers."""

import time
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.reports.queries.rates import Sums
from qingyuan.areas.rules.links import place_word
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.calc.rates import reaches
from qingyuan.kernel.clock import day_of
from qingyuan.standards import Provision
from qingyuan.ui.numbers import figure
from qingyuan.ui.periods import Period

DIGITS = 2  # of a rate in percent
TITLES = {
    "capture": gettext_lazy("季度捕集率"), "transmission": gettext_lazy("传输率"),
    "validity": gettext_lazy("有效率"), "effective": gettext_lazy("有效传输率"),
}
BARS = {"capture": "gas.capture.min_rate", "effective": "rates.effective_transmission.min",
        "validity": "rates.valid_data.min"}


class Bar(NamedTuple):
    """What a rate has to reach, and where that stands; ``high`` is a second line, or None."""

    least: float
    high: float | None
    cite: Provision


def inside(shown: Period) -> int:
    """An instant of the period: now, or its nearest end."""
    return max(shown.start, min(shown.end - 1, int(time.time())))


def bars_of(scope: Scope, shown: Period) -> dict[str, Bar]:
    """What each rate has to reach on the last day of the period, as the unit's book has it."""
    book: BookFor = book_of(scope)
    day = date.fromisoformat(day_of(inside(shown)))
    high = book.find("gas.capture.high_rate", day)
    found = {}
    for rate, name in BARS.items():
        one = book.find(name, day)
        if one is not None:
            second = float(high.value) if rate == "capture" and high is not None else None
            found[rate] = Bar(float(one.value), second, one)
    return found


def judged(rate: str, value: float | None, kinds: frozenset[str], bars: dict[str, Bar]) -> str:
    """ok, fair or low; "" where nothing was due or the rate has no bar: the validity rate has one
    for waste water only (HJ 355)."""
    bar = bars.get(rate)
    if value is None or bar is None or rate == "validity" and kinds != {"water"}:
        return ""
    return reaches(value, bar.least, bar.high)


def percent(value: float | None) -> str:
    """A fraction in percent with two decimals.

    >>> percent(0.958333), percent(None)
    ('95.83', '')
    """
    return "" if value is None else figure(100 * value, DIGITS)


def area_word(code: str) -> str:
    """An administrative area for people.

    >>> area_word("650100"), area_word("-"), area_word("")
    ('新疆乌鲁木齐', '未填行政区划', '')
    """
    if code == "-":
        return _("未填行政区划")
    return place_word(code)


def made_of(sums: Sums, rate: str, *, soon: bool, raw: bool) -> str:
    """The numbers that a rate is made of, in one line."""
    if rate == "capture":
        hours, stopped, bad = sums.capture
        return _("有效 %(good)s h ÷ 应计 %(due)s h") % {
            "good": hours - stopped - bad, "due": hours - stopped}
    tally = sums.tally(soon=soon, raw=raw)
    parts = {
        "transmission": _("收到 %(a)s ÷ 应有 %(b)s") % {"a": tally.received, "b": tally.due},
        "validity": _("有效 %(a)s ÷ 应有 %(b)s") % {
            "a": tally.valid, "b": tally.groups - tally.left_out},
    }
    return parts.get(rate) or " × ".join(f"({part})" for part in parts.values())


def formula(sums: Sums, rate: str, *, soon: bool, raw: bool) -> list[str]:
    """The arithmetic of a rate with its numbers, a line a step."""
    if rate == "capture":
        hours, stopped, bad = sums.capture
        return [_("捕集率 = (总小时 − 停运 − 无效) ÷ (总小时 − 停运)"),
                f"= ({hours} − {stopped} − {bad}) ÷ ({hours} − {stopped})"]
    tally = sums.tally(soon=soon, raw=raw)
    sent = [_("传输率 = 收到的小时 ÷ 应有的小时"), f"= {tally.received} ÷ {tally.due}"]
    good = [_("有效率 = 有效的小时 ÷ (应有的小时 − 豁免)"),
            f"= {tally.valid} ÷ ({tally.groups} − {tally.left_out})"]
    if rate == "effective":
        return [_("有效传输率 = 传输率 × 有效率"), *sent, *good]
    return sent if rate == "transmission" else good


def variants(sums: Sums, rate: str) -> list[dict[str, Any]]:
    """The rate in its four readings, the numbers beside it."""
    if rate == "capture":
        return []
    return [
        {"soon": soon, "raw": raw, "tally": sums.tally(soon=soon, raw=raw),
         "value": percent(sums.rate(rate, soon=soon, raw=raw))}
        for soon in (True, False) for raw in (False, True)
    ]


def bar_words(bars: dict[str, Bar]) -> list[dict[str, Any]]:
    """The bars for the notes below a table, in percent."""
    return [{"title": TITLES[rate], "least": f"{100 * bar.least:g}", "one": bar.cite,
             "high": "" if bar.high is None else f"{100 * bar.high:g}"}
            for rate, bar in bars.items()]
