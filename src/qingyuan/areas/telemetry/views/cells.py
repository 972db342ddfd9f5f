"""One judged figure as a cell of a table: text, colour, icon, words on hover, way to its reason."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.judged import Judged
from qingyuan.areas.telemetry.queries.verdicts import (
    MASS_DIGITS,
    Quantity,
    empty_reason,
    sentences,
)
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel import windows
from qingyuan.ui.numbers import figure
from qingyuan.ui.states import state
from qingyuan.ui.templatetags.qingyuan import icon


class Cell(NamedTuple):
    """``text`` is the rounded figure or a dash; ``query`` leads on to the reasons."""

    text: str
    tone: str
    icon: str
    title: str
    query: str
    verdict: str
    first: bool = False  # of its factor: the one that bears the icon


class Head(NamedTuple):
    """One column of a judged table."""

    name: str  # field of the row
    label: str
    unit: str
    digits: int


def heads(of: Quantity, show: str) -> list[Head]:
    """The columns of a factor: ``show`` is values, mass or all. A factor without mass has no
    column among masses, unless it is the flow that they are made of."""
    second = Head("converted", second_label(of.second), of.second_unit, of.second_digits)
    found = [] if show == "mass" else [Head("value", _("均值"), of.unit, of.digits)]
    if of.second and (show != "mass" or not of.pollutant):
        found.append(second)
    if of.pollutant and show != "values":
        found += [Head("mass", _("排放量"), "kg", MASS_DIGITS),
                  Head("substituted", _("修约后"), "kg", MASS_DIGITS)]
    if show == "all":
        found.append(Head("count", _("有效数"), "", 0))
    return found


def second_label(word: str) -> str:
    """What a row's second figure is called."""
    return {"converted": _("折算"), "flow": _("标干流量"), "volume": _("水量")}.get(word, "")


@lru_cache(maxsize=16)
def icon_of(verdict: str) -> SafeString:
    """The icon of a verdict; none for a valid one, which is what everybody expects."""
    return SafeString("") if verdict == "valid" else icon(state("judged", verdict).icon)


def tone_of(verdict: str) -> str:
    """The class of a verdict's colour; "" for a valid one."""
    return "" if verdict == "valid" else f"judged tone-{state('judged', verdict).tone}"


def query(level: str, row: Judged) -> str:
    """The address of a row's reasons behind ``why/``."""
    return "?" + urlencode({"level": level, "time": row.time, "factor": row.factor})


def cells(level: str, row: Judged | None, of: Quantity, wanted: Iterable[Head]) -> list[Cell]:
    """The cells of one factor of one period; without a row they say that nothing is judged yet."""
    if row is None:
        return [Cell("", "", "", _("尚未判定"), "", "", first)
                for first in _firsts(wanted)]
    said = f"{windows.key(_LEVEL[level], row.time)} {of.name} {said_of(row)}"
    where, tone, mark = query(level, row), tone_of(row.verdict), icon_of(row.verdict)
    made = []
    for number, head in enumerate(wanted):
        value = getattr(row, head.name)
        text = figure(value, head.digits)
        title = f"{said} {head.label} {text} {head.unit}".rstrip() if text else said
        if not text and (reason := empty_reason(row, head.name)) not in said:
            title = f"{said} {head.label}：{reason}"
        made.append(Cell(text or "—", tone, "" if number else mark, title, where, row.verdict,
                         not number))
    return made


_LEVEL: dict[str, Any] = {level: level for level in ("hour", "day", "month", "quarter", "year")}


def _firsts(wanted: Iterable[Head]) -> list[bool]:
    return [number == 0 for number, _head in enumerate(wanted)]


def said_of(row: Judged) -> str:
    """A verdict in words with its first sentence."""
    why = sentences(row.reason)
    word = str(state("judged", row.verdict).label)
    return f"{word}：{why[0]}" if why and row.verdict != "valid" else word


def tallies(rows: Iterable[Judged], chosen: str) -> list[dict[str, Any]]:
    """How many rows have each verdict, in the order of the closed list; those that are there, and
    the chosen one."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        counts[row.verdict] += 1
    return [{"code": code, "count": count} for code, count in counts.items()
            if count or code == chosen]


def linked(cell: Cell, address: str) -> SafeString:
    """A cell's figure as a quiet link."""
    return format_html('<a class="why" href="{}{}">{}</a>', address, cell.query, cell.text)
