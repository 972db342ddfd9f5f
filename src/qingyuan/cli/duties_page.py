"""The page ``docs/duties.md``: the matrix of duties, made by code from the data."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from qingyuan.standards.duties import COLUMNS, Cell, Duties, Row

_STATUS = {"text": "", "secondary": "¹", "recalled": "²"}

_ABOUT = (
    "Each kind of system by interval, as the book of rules reads on that day. An item stands in "
    "the column of its tightest",
    "interval; of several the earlier is due. `S` is done on site, `R` at the desk from telemetry. "
    "¹ restated elsewhere, ² recalled",
    "and still to be checked against the printed text. [How to add a duty]"
    "(how-to/add-a-duty.md), [decision 0006](decisions/0006-duties.md).",
)


def page(duties: Duties, rows: Iterable[Row], day: date) -> str:
    """The whole page as Markdown, ending with a line end."""
    return "\n".join(_lines(duties, tuple(rows), day)) + "\n"


def _lines(duties: Duties, rows: tuple[Row, ...], day: date) -> Iterator[str]:
    yield "# Duties"
    yield ""
    yield "Made by code from `src/qingyuan/standards/data/duties/*.toml`; do not edit by hand:"
    yield ""
    yield f"    qingyuan duties matrix --markdown --at {day} > docs/duties.md"
    yield ""
    yield from _ABOUT
    yield ""
    yield "## Sets"
    yield ""
    yield "| set | 名称 | default | 说明 |"
    yield "|---|---|---|---|"
    for key, own in duties.sets.items():
        yield f"| `{key}` | {own.title} | {'on' if own.default else 'off'} | {own.about} |"
    yield ""
    yield "## How many"
    yield ""
    yield f"| | {' | '.join(COLUMNS.values())} |"
    yield "|---|" + "---|" * len(COLUMNS)
    for row in rows:
        yield f"| {row.name} | {' | '.join(str(len(row.cells[c])) for c in COLUMNS)} |"
    for row in rows:
        yield ""
        yield f"## {row.name}"
        yield from _system(duties, row)


def _system(duties: Duties, row: Row) -> Iterator[str]:
    for column, title in COLUMNS.items():
        cells = row.cells[column]
        if not cells:
            continue
        yield ""
        yield f"### {row.name} · {title}"
        yield ""
        yield "| 项目 | | interval | clause of the item | form |"
        yield "|---|---|---|---|---|"
        for _, group in groupby(cells, key=lambda c: (c.duty.set, c.duty.group)):
            yield from _group(duties.forms, row.technique, tuple(group))


def _group(
    forms: Mapping[str, str], technique: str, cells: tuple[Cell, ...]
) -> Iterator[str]:
    first = cells[0].duty
    yield f"| **{first.group}** (`{first.set}`) | | | | |"
    for cell in cells:
        duty = cell.duty
        form = duty.form(technique)
        where = "S" if duty.where == "site" else "R"
        yield (f"| {duty.name}{_only(cell)} | {where} | {_interval(cell)} | "
               f"{duty.cite()}{_STATUS[duty.status]} | {forms.get(form, form)} |")


def _interval(cell: Cell) -> str:
    """The printed interval and the book's with its clause; both where they differ."""
    rules = [f"{t.interval}, {t.source}{_STATUS[t.status]}" for t in cell.terms if t.rule]
    in_rules = {t.interval for t in cell.terms if t.rule}
    printed = [str(t.interval) for t in cell.terms if not t.rule and t.interval not in in_rules]
    return " or ".join((*printed, *rules))


def _only(cell: Cell) -> str:
    """In which cases the item is called for, in brackets."""
    parts: list[str] = []
    if cell.auto_calibration is not None:
        parts.append("有自动校准" if cell.auto_calibration else "无自动校准")
    if cell.duty.months:
        parts.append(f"{'、'.join(map(str, cell.duty.months))}月")
    if cell.duty.below is not None:
        parts.append(f"或≤{cell.duty.below:g} ℃")
    if cell.duty.same_as:
        parts.append(f"同 `{cell.duty.same_as}`")
    return f"（{'，'.join(parts)}）" if parts else ""
