"""A record laid out for paper as plain data: what the template ``records/record.typ`` sets.

Words stand here, not in the template, so that they are translated like all others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.records.layout import Answer, Grid, Layout, Leaf, Line, Part
from qingyuan.forms.definition import ABNORMAL, NOT_CHECKED, printed

Cell = dict[str, Any]
WIDE = 11
"""A table of so many columns is printed across the paper's long side."""
_ATTACHED = ("photo", "file")


@dataclass(frozen=True, slots=True)
class Figure:
    """A photo or file that an answer names: shown behind the tables, by its number."""

    number: int
    sha256: str
    name: str
    label: str


@dataclass(slots=True)
class Figures:
    """Photos and files in the order of the questions; the same file has one number."""

    found: list[Figure] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    def numbers(self, attached: Any, label: str) -> list[int]:
        """Numbers of what one answer names; anything that is no attachment is passed over."""
        given = attached if isinstance(attached, list) else []
        return [self._number(one, label) for one in given
                if isinstance(one, dict) and isinstance(one.get("sha256"), str)]

    def _number(self, one: Mapping[str, Any], label: str) -> int:
        for known in self.found:
            if known.sha256 == one["sha256"]:
                return known.number
        made = Figure(len(self.found) + 1, one["sha256"], str(one.get("name") or ""), label)
        self.found.append(made)
        return made.number


def sections(layout: Layout, figures: Figures) -> list[dict[str, Any]]:
    """The form's sections that say something, with what was answered."""
    return [
        {"title": leaf.section.title, "note": leaf.section.note, "rules": rules_of(leaf),
         "parts": [_part(part, figures) for part in leaf.parts if part.open]}
        for leaf in layout.leaves if any(part.open for part in leaf.parts)
    ]


def across(made: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the widest table needs the paper's long side."""
    return any(len(grid["columns"]) >= WIDE for one in made for part in one["parts"]
               for grid in part["grids"])


def rules_of(leaf: Leaf) -> list[str]:
    """How computed values come about and what they are judged by, each sentence once with the
    blocks that it is for."""
    said: dict[str, list[str]] = {}
    filled = [part for part in leaf.parts if part.open]
    for part in filled:
        asks = [one.ask for one in part.fields if one.shown]
        for ask in asks + [ask for grid in part.grids for ask in grid.columns]:
            if ask.rule:
                clause = f"（{ask.field.clause}）" if ask.field.clause else ""
                text = f"{ask.label} = {''.join(piece.text for piece in ask.rule)}{clause}"
                said.setdefault(text, []).append(part.label)
    return [text if len(whose) == len(filled) else f"{'、'.join(whose)}：{text}"
            for text, whose in said.items()]


def _part(part: Part, figures: Figures) -> dict[str, Any]:
    items = [one for one in part.items if one.shown]
    return {
        "label": part.label if part.block else "",
        "every": any(one.ask.field.every for one in items),
        "items": [_item(one, figures) for one in items],
        "pairs": [[one.ask.label, one.unit, _cell(one, figures)]
                  for one in part.fields if one.shown],
        "grids": [_grid(grid, figures) for grid in part.grids],
    }


def _item(one: Answer, figures: Figures) -> dict[str, Any]:
    parts = one.parts
    mark = str(parts.get("mark") or "")
    said = [str(parts.get("note") or "")]
    if parts.get("handling"):
        said.append(_("处理：%s") % parts["handling"])
    if parts.get("order"):
        said.append(_("已转工单"))
    said.append(_attached(parts.get("photos"), one.ask.label, figures))
    every = one.ask.field.every
    return {"label": one.ask.label, "every": f"{every} d" if every else "", "mark": mark,
            "tone": {ABNORMAL: "red", NOT_CHECKED: "grey"}.get(mark, ""),
            "notes": "；".join(text for text in said if text)}


def _cell(one: Answer, figures: Figures) -> Cell:
    cell: Cell = {"text": one.text, "tone": one.tone, "signature": "", "small": ""}
    kind, value = one.ask.field.type, one.value
    if kind in _ATTACHED:
        cell["text"] = _attached(value, one.ask.label, figures)
    elif kind == "signature" and isinstance(value, dict):
        cell["small"] = str(value.get("at") or "").replace("T", " ")[:16]
        cell["signature"] = str(value.get("sha256") or "")
        figures.signatures += filter(None, [cell["signature"]])
    elif kind == "choice":
        cell["text"] = printed(one.text)
    elif kind == "datetime":
        cell["text"] = one.text.replace("T", " ")[:16]
    return cell


def _attached(given: Any, label: str, figures: Figures) -> str:
    """Where the pictures of an answer stand; of those not taken, why not."""
    numbers = figures.numbers(given, label)
    said = [_("见附图 %s") % "、".join(map(str, numbers))] if numbers else []
    said += [_("未拍照：%s") % one["left_out"]
             for one in (given if isinstance(given, list) else []) if isinstance(one, dict)
             and one.get("left_out")]
    return "；".join(said)


def _grid(grid: Grid, figures: Figures) -> dict[str, Any]:
    """The rows that were filled in; none at all is said."""
    # An answer may take its unit from another of its row: then it stands with the value.
    units = [{one.unit for one in column} for column in zip(*(x.cells for x in grid.lines),
                                                            strict=True)]
    rows = [[_row_cell(one, figures, len(units[n]) > 1) for n, one in enumerate(line.cells)]
            for line in _written(grid)]
    heads = [[ask.label, next(iter(found)) if len(found) == 1 else ""]
             for ask, found in zip(grid.columns, units, strict=True)]
    return {"title": grid.table.title, "columns": heads, "rows": rows,
            "weights": [_weight("".join(head), [row[n]["text"] for row in rows])
                        for n, head in enumerate(heads)]}


def _row_cell(one: Answer, figures: Figures, with_unit: bool) -> Cell:
    cell = _cell(one, figures)
    if not one.shown:
        cell["text"] = "/"
    elif with_unit and one.unit and cell["text"]:
        cell["text"] += f" {one.unit}"
    return cell


def _written(grid: Grid) -> Iterator[Line]:
    for line in grid.lines:
        if any(one.value not in (None, "", [], {}) and one.ask.field.computed is None
               for one in line.cells):
            yield line


def _weight(head: str, texts: list[str]) -> float:
    """How wide a column should be beside the others: by its longest answer, a head in two or three
    lines, never less than a number needs."""
    longest = max((_letters(text) for text in texts), default=0)
    return max(2.6, min(max(longest, _letters(head) / 2.5), 12.0))


def _letters(text: str) -> float:
    """Length in Chinese characters.

    >>> _letters("合格"), _letters("12.5")
    (2.0, 2.2)
    """
    return round(sum(1.0 if ord(one) > 0x2E80 else 0.55 for one in text), 2)
