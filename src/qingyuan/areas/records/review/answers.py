"""A record's answers as a reviewer reads them: one line a question, whatever block or row it stands
in, and what differs from another record of the same form. Reads nothing but its arguments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from qingyuan.forms import Block, Field, Form, Section, Setting, Table, printed
from qingyuan.forms.definition import NOT_CHECKED, visible
from qingyuan.forms.kinds import filled
from qingyuan.forms.values import is_blank

from ..words import RESULT_TONES, answer_word, text_word

Cells = Mapping[str, Any]
PLAIN = ("number", "whole", "text", "choice", "choices", "truth", "time", "duration")


@dataclass(frozen=True, slots=True)
class Said:
    """One answered question. ``mark`` is an item's √, × or /; ``note`` its remark and handling;
    ``before`` what the compared record says ("" the same or nothing), ``changed`` that it differs.
    """

    path: str
    label: str
    field: Field
    value: Any
    text: str
    unit: str
    before: str = ""
    changed: bool = False

    @property
    def mark(self) -> str:
        return self.value.get("mark", "") if self.field.type == "check" and isinstance(
            self.value, dict) else ""

    @property
    def note(self) -> str:
        if not isinstance(self.value, dict):
            return ""
        told = (self.value.get("handling", ""), self.value.get("note", ""))
        return "；".join(str(one) for one in told if one)

    @property
    def tone(self) -> str:
        if self.field.type == "result" and isinstance(self.value, str):
            return RESULT_TONES.get(self.value, "")
        return {"√": "green", "×": "red", "/": "slate"}.get(self.mark, "")

    @property
    def computed(self) -> bool:
        return self.field.computed is not None


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of a section: its columns' heads, and per row the cells in their order (None where a
    row says nothing)."""

    title: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Said | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A section, or one block of it."""

    section: str
    block: str
    title: str
    items: tuple[Said, ...]
    fields: tuple[Said, ...]
    tables: tuple[Rows, ...]

    @property
    def every(self) -> Iterator[Said]:
        yield from self.items
        yield from self.fields
        for table in self.tables:
            for row in table.rows:
                yield from (one for one in row if one is not None)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The blocks of a section side by side: a column each, a row a question."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Said | None, ...]], ...]

    @property
    def every(self) -> Iterator[Said]:
        for _label, cells in self.rows:
            yield from (one for one in cells if one is not None)


def setting_of(kept: Mapping[str, Any]) -> Setting:
    """A record's ``setting`` as forms take it."""
    return Setting(str(kept.get("technique", "")), frozenset(kept.get("methods", ())),
                   frozenset(kept.get("sets", ())))


def pieces(
    form: Form, setting: Setting, answers: Cells, other: Cells | None = None
) -> list[Piece]:
    """What is answered, section by section; sections that say nothing are left out. ``other`` are
    the answers of a record to compare with."""
    found = []
    for section in form.sections:
        blocks: Sequence[Block | None] = section.blocks_for(setting)
        if not section.applies(setting) or (section.blocks and not blocks):
            continue
        cells, beside = answers.get(section.name) or {}, (other or {}).get(section.name) or {}
        for block in blocks or (None,):
            one = _piece(section, block, setting, cells, beside, compared=other is not None)
            if any(True for _said in one.every):
                found.append(one)
    return found


def side_by_side(found: Sequence[Piece]) -> list[Piece | Matrix]:
    """The pieces again, neighbouring blocks that ask the same questions drawn together."""
    laid: list[Piece | Matrix] = []
    for _section, group in groupby(found, key=lambda one: one.section):
        blocks = list(group)
        matrix = _matrix(blocks)
        laid += [matrix] if matrix else blocks
    return laid


def _matrix(blocks: Sequence[Piece]) -> Matrix | None:
    """None where there is but one block, or blocks have tables, items or words of their own."""
    if len(blocks) < 2 or any(one.tables or one.items for one in blocks):
        return None
    labels: dict[str, str] = {}
    for said_ in (one for piece in blocks for one in piece.fields):
        if labels.setdefault(said_.field.name, said_.label) != said_.label:
            return None
    cells = [{one.field.name: one for one in piece.fields} for piece in blocks]
    rows = tuple((label, tuple(held.get(name) for held in cells))
                 for name, label in labels.items())
    return Matrix(blocks[0].title.rpartition(" · ")[0], tuple(one.block for one in blocks), rows)


def said(form: Form, setting: Setting, answers: Cells) -> dict[str, Said]:
    """All answered questions by path."""
    return {one.path: one for piece in pieces(form, setting, answers) for one in piece.every}


def measured(form: Form, setting: Setting, answers: Cells) -> dict[str, float]:
    """The numbers that somebody read off and typed, by path: none that are computed, come from the
    register or are taken over from the last record."""
    return {
        path: float(one.value) for path, one in said(form, setting, answers).items()
        if one.field.type in ("number", "whole") and _by_hand(one.field)
        and isinstance(one.value, int | float) and not isinstance(one.value, bool)
    }


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was answered by hand, how many items there are, how many were not checked."""

    answered: int
    items: int
    skipped: int


def tally(form: Form, setting: Setting, answers: Cells) -> Tally:
    """Counts for weighing a record."""
    every = list(said(form, setting, answers).values())
    items = [one for one in every if one.field.type == "check"]
    return Tally(sum(_by_hand(one.field) for one in every), len(items),
                 sum(one.mark == NOT_CHECKED for one in items))


def _by_hand(field: Field) -> bool:
    """Whether somebody has to enter it: it is neither computed nor comes from the register, the
    last record or the form itself."""
    return (field.computed is None and not field.default and not field.copy_last
            and field.default_value is None)


def _piece(
    section: Section, block: Block | None, setting: Setting, cells: Cells, beside: Cells, *,
    compared: bool,
) -> Piece:
    path, keys, title = section.name, dict(section.keys), section.title
    if block is not None:
        path, title = f"{path}.{block.name}", f"{section.title} · {block.label}"
        keys |= dict(block.keys)
        cells, beside = cells.get(block.name) or {}, beside.get(block.name) or {}
    reader = _Reader(keys, cells, compared)
    group = [one for field in visible(section.fields, setting)
             if (one := reader.said(field, path, cells, beside))]
    tables = [found for table in section.tables
              if (found := _rows(table, setting, reader, path, cells, beside))]
    items = tuple(one for one in group if one.field.type == "check")
    fields = tuple(one for one in group if one.field.type != "check")
    return Piece(section.name, block.label if block else "", title, items, fields, tuple(tables))


def _rows(
    table: Table, setting: Setting, reader: "_Reader", path: str, cells: Cells, beside: Cells
) -> Rows | None:
    shown = visible(table.fields, setting)
    typed, before = _list(cells.get(table.name)), _list(beside.get(table.name))
    rows = []
    for number, row in enumerate(typed, 1):
        old = before[number - 1] if number <= len(before) else {}
        rows.append(tuple(reader.said(one, f"{path}.{table.name}.{number}", row, old)
                          for one in shown))
    rows = [row for row in rows if any(row)]
    # A column that no row answers is not worth its place.
    kept = [place for place in range(len(shown)) if any(row[place] for row in rows)]
    if not rows:
        return None
    heads = tuple((filled(shown[place].label, reader.keys), printed(shown[place].unit))
                  for place in kept)
    return Rows(table.title, heads, tuple(tuple(row[place] for place in kept) for row in rows))


def _list(value: Any) -> list[Cells]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class _Reader:
    """Reads answers of one group: its keys fill labels, its cells give units."""

    def __init__(self, keys: Mapping[str, str], group: Cells, compared: bool) -> None:
        self.keys, self.group, self.compared = keys, group, compared

    def said(self, field: Field, path: str, cells: Cells, beside: Cells) -> Said | None:
        value = cells.get(field.name)
        if is_blank(value):
            return None
        before = beside.get(field.name)
        comparable = self.compared and field.type in (*PLAIN, "check", "result")
        text, old = _word(field, value), "" if is_blank(before) else _word(field, before)
        unit = field.unit or str(
            cells.get(field.unit_from) or self.group.get(field.unit_from) or "")
        return Said(f"{path}.{field.name}", filled(field.label, self.keys), field, value, text,
                    printed(unit), old, comparable and text != old)


def _word(field: Field, value: Any) -> str:
    if field.type == "check" and isinstance(value, dict):
        return str(value.get("mark", ""))
    if field.type == "result" and isinstance(value, str):
        return text_word(value)
    if field.type == "datetime" and isinstance(value, str):
        return value.replace("T", " ")
    if field.type == "choice" and isinstance(value, str):
        return printed(value)
    return answer_word(field, value)
