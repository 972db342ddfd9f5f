"""Answers laid out over their form: groups (a section, or one block of it) and their rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qingyuan.forms.definition import Block, Field, Form, Section, Setting, Table
from qingyuan.forms.evaluating import BookOnDay, value
from qingyuan.forms.functions import NotComputable, Value
from qingyuan.forms.tree import Node
from qingyuan.standards import Unregulated

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of a section, or of one block of a section of blocks."""

    section: Section
    block: Block | None
    cells: Cells

    @property
    def path(self) -> str:
        return f"{self.section.name}.{self.block.name}" if self.block else self.section.name

    @property
    def keys(self) -> Mapping[str, str]:
        return self.block.keys if self.block else self.section.keys

    @property
    def label(self) -> str:
        return self.block.label if self.block else self.section.title


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    table: Table
    cells: Cells
    path: str


class Sheet:
    """One record's answers, of sound shape, with the values that can be worked out from them."""

    def __init__(
        self, form: Form, answers: Cells, setting: Setting, figures: BookOnDay
    ) -> None:
        self.form, self.answers, self.setting, self.figures = form, answers, setting, figures

    def groups(self) -> Iterator[Group]:
        """Sections and present blocks that the setting shows, in the form's order."""
        for section in self.form.sections:
            if section.applies(self.setting):
                yield from self.groups_of(section)

    def groups_of(self, section: Section) -> Iterator[Group]:
        cells = self.answers.setdefault(section.name, {})
        if not section.blocks:
            yield Group(section, None, cells)
            return
        for block in section.blocks_for(self.setting):
            if block.name in cells:
                yield Group(section, block, cells[block.name])

    @staticmethod
    def rows(group: Group, table: Table) -> list[Row]:
        """The rows that were filled in, numbered from 1 in their paths."""
        found: list[Cells] = group.cells.get(table.name) or []
        return [Row(table, cells, f"{group.path}.{table.name}.{number}")
                for number, cells in enumerate(found, 1)]

    def work_out(self, node: Node, group: Group, row: Row | None = None) -> Value:
        """The value of an expression there; None when something is absent. Raises NotComputable,
        Unregulated."""
        return value(
            node, lambda parts: self._look(parts, group, row), self.figures, group.keys
        )

    def holds(self, node: Node | None, group: Group, row: Row | None = None) -> bool:
        """Whether a condition is known to be true; without one, true."""
        if node is None:
            return True
        try:
            return self.work_out(node, group, row) is True
        except (NotComputable, Unregulated):
            return False

    def shows(self, field: Field, group: Group, row: Row | None = None) -> bool:
        """Whether the field is asked here at all."""
        return field.applies(self.setting) and self.holds(field.shown_when, group, row)

    def _look(self, parts: tuple[str, ...], group: Group, row: Row | None) -> Value:
        section = group.section
        if len(parts) == 1:
            own = row is not None and row.table.has(parts[0])
            return plain((row.cells if own and row else group.cells).get(parts[0]))
        if len(parts) == 2 and section.table(parts[0]) is not None:
            return [plain(r.get(parts[1])) for r in group.cells.get(parts[0]) or []]
        cells = self.answers.get(parts[0]) or {}
        other = self.form.section(parts[0])
        if other is not None and other.blocks:
            return [plain(g.cells.get(parts[1])) for g in self.groups_of(other)]
        if len(parts) == 3:
            return [plain(r.get(parts[2])) for r in cells.get(parts[1]) or []]
        return plain(cells.get(parts[1]))


def plain(found: Any) -> Value:
    """An answer as an expression sees it: an item by its mark, a name by its text, a number as a
    double, attachments as their digests."""
    if isinstance(found, Mapping):
        text = found.get("mark", found.get("text", found.get("name")))
        return text or None
    if isinstance(found, bool) or found is None:
        return found
    if isinstance(found, int | float):
        return float(found)
    if isinstance(found, list):
        return [one["sha256"] if isinstance(one, Mapping) else one for one in found]
    return str(found) or None
