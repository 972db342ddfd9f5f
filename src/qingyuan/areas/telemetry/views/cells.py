"""One judged figure as a cell of a table: text, colour, icon, words on hover, way to its reason."""

from collections.abc import Iterable
from html import escape
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.judged import Judged
from qingyuan.areas.telemetry.queries.verdicts import (
    MASS_DIGITS,
    Quantity,
    empty_reason,
    said_of,
    why_query,
)
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel import windows
from qingyuan.kernel.windows import Level
from qingyuan.ui.numbers import figure
from qingyuan.ui.verdicts import icon_of, tone_of

_LONGER = "\u2009m³"  # unit of a flow that is summed up over a day and longer


class Cell(NamedTuple):
    """``text`` is the rounded figure or a dash, "" where nothing is judged; ``query`` leads on to
    the reasons; ``title`` says on hover what is not as expected."""

    text: str
    verdict: str
    title: str
    query: str
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


def cells(level: Level, row: Judged | None, of: Quantity, wanted: Iterable[Head]) -> list[Cell]:
    """The cells of one factor of one period; without a row nothing is judged yet."""
    if row is None:
        return [Cell("", "", "", "", number == 0) for number, _head in enumerate(wanted)]
    where, made = why_query(level, row), []
    for number, head in enumerate(wanted):
        text = figure(getattr(row, head.name), head.digits)
        if text and level != "hour" and head.name == "converted" and of.second == "flow":
            text += _LONGER  # the column is headed by the hour's rate
        # A table has a thousand valid figures, which their headings explain.
        title = "" if text and row.verdict == "valid" else _title(level, row, of, head, text)
        made.append(Cell(text or "—", row.verdict, title, where, number == 0))
    return made


def _title(level: Level, row: Judged, of: Quantity, head: Head, text: str) -> str:
    said = f"{windows.key(level, row.time)} {of.name} {said_of(row)}"
    if text:
        return f"{said} {head.label} {text} {head.unit}".rstrip()
    reason = empty_reason(row, head.name)
    return said if reason in said else f"{said} {head.label}：{reason}"


def html_of(cell: Cell, address: str, column: str, *, dim: bool = False) -> str:
    """A cell as HTML, escaped. Written here and not in a template: a page has up to two thousand,
    and they are most of its time. ``column`` are classes, ``address`` that of the reasons."""
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    state_class = tone_of(cell.verdict) if cell.verdict != "valid" else "is-valid"
    dimmed = " is-dim" if dim else ""
    mark = icon_of(cell.verdict) if cell.first else ""
    shown = (f'<a class="why" href="{escape(address + cell.query)}">{mark}'
             f'<span class="figure">{escape(cell.text)}</span></a>') if cell.query else ""
    return f'<td class="{column} {state_class}{dimmed}"{title}>{shown}</td>'


def line_of(
    row: Iterable[Cell], address: str, column: str = "right nowrap", keep: str = ""
) -> SafeString:
    """The cells of a row; those of another verdict than ``keep`` are dimmed when it is given."""
    return mark_safe("".join(html_of(cell, address, column, dim=bool(keep)
                                     and cell.verdict != keep) for cell in row))


def tallies(rows: Iterable[Judged], chosen: str) -> list[dict[str, Any]]:
    """How many rows have each verdict, in the order of the closed list; those that are there, and
    the chosen one."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        counts[row.verdict] += 1
    return [{"code": code, "count": count} for code, count in counts.items()
            if count or code == chosen]
