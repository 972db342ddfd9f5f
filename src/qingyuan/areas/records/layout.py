"""A form with its answers laid out for a page or for paper: what is asked, how, and what is wrong.

One layout serves the preview, the try-out and the blank print, so that they cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qingyuan.forms import (
    RESULT_WORDS,
    Block,
    Field,
    Form,
    Problem,
    Section,
    Setting,
    Table,
    printed,
)
from qingyuan.forms.computing import examined
from qingyuan.forms.definition import visible
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.kinds import filled
from qingyuan.forms.sheet import Cells, Group, Row
from qingyuan.standards import Unregulated

from .phrasing import Phrase, Phraser
from .reading import attachment_text
from .words import RESULT_TONES, answer_word, hint_word

INPUTS = {"date": "date", "datetime": "datetime-local", "time": "time"}


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a group or a column: how it is asked, wherever the answer stands."""

    field: Field
    label: str
    hint: str
    rule: Phrase

    @property
    def computed(self) -> bool:
        return self.field.computed is not None

    @property
    def input_type(self) -> str:
        return INPUTS.get(self.field.type, "text")

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(one, printed(one)) for one in self.field.options]

    @property
    def verdicts(self) -> list[str]:
        """The results to be ticked on paper."""
        beyond = any(RESULT_WORDS["out_of_control"] in part.text for part in self.rule)
        return [RESULT_WORDS[one] for one in ("pass", "fail", *["out_of_control"] * beyond)]

    @property
    def wide(self) -> bool:
        return self.field.type in ("photo", "file", "choices", "signature")


@dataclass(frozen=True, slots=True)
class Answer:
    """One question in its place. ``value`` is the answer as it is kept, ``text`` as it is read;
    ``problems`` are sentences; ``shown`` is False while a condition leaves it out."""

    ask: Question
    path: str
    value: Any
    text: str
    unit: str
    shown: bool
    must: bool
    problems: tuple[str, ...]

    @property
    def tone(self) -> str:
        return RESULT_TONES.get(str(self.value), "") if self.ask.field.type == "result" else ""

    @property
    def chosen(self) -> list[str]:
        """Ticked options, or attachments as a page sends them back."""
        found = self.value if isinstance(self.value, list) else []
        return [one if isinstance(one, str) else attachment_text(one) for one in found
                if isinstance(one, str | dict)]

    @property
    def parts(self) -> Mapping[str, Any]:
        """Of an item or a signature."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a grid."""

    number: int
    path: str
    cells: tuple[Answer, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of rows; ``fewest`` is what must be filled in, None where the book has no figure."""

    table: Table
    path: str
    columns: tuple[Question, ...]
    lines: tuple[Line, ...]
    fewest: int | None
    problems: tuple[str, ...]

    @property
    def can_add(self) -> bool:
        return len(self.lines) < self.table.most


@dataclass(frozen=True, slots=True)
class Part:
    """A section's questions, or one block's: ``open`` when it is filled in."""

    path: str
    label: str
    block: bool
    open: bool
    items: tuple[Answer, ...]
    fields: tuple[Answer, ...]
    grids: tuple[Grid, ...]
    checks: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A section of the form with its parts."""

    section: Section
    parts: tuple[Part, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole form. ``astray`` are problems that no question on the page stands for."""

    leaves: tuple[Leaf, ...]
    astray: tuple[str, ...]


@dataclass(slots=True)
class _Trouble:
    """Sentences by the path they stand at, and which have found their place."""

    by_path: dict[str, list[str]] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)

    def at(self, *paths: str) -> tuple[str, ...]:
        self.placed.update(paths)
        return tuple(s for path in paths for s in self.by_path.get(path, ()))


def lay_out(
    form: Form, setting: Setting, figures: BookOnDay, answers: Cells,
    problems: Iterable[Problem] = (), *, spare: int = 0,
) -> Layout:
    """The questions that the setting shows, each with its answer and its problems.

    ``answers`` are laid out as ``reading.answers_of``, ``prepare`` and ``compute`` give them; what
    is no answer to its question is shown as it was typed. A table has the rows that must be there
    and ``spare`` more, at least one.
    """
    trouble = _Trouble()
    for one in problems:
        trouble.by_path.setdefault(one.path, []).append(one.sentence)
    maker = _Maker(form, setting, figures, answers, trouble, spare)
    leaves = tuple(maker.leaf(s) for s in form.sections if s.applies(setting))
    astray = tuple(s for path, said in trouble.by_path.items() if path not in trouble.placed
                   for s in said)
    return Layout(leaves, astray)


class _Maker:
    def __init__(
        self, form: Form, setting: Setting, figures: BookOnDay, answers: Cells, trouble: _Trouble,
        spare: int,
    ) -> None:
        self.setting, self.trouble, self.spare = setting, trouble, spare
        self.figures, self.answers = figures, answers
        # conditions are asked of the answers that can be read, values shown as they were typed
        self.sheet = examined(form, answers, figures.book, figures.day, setting).sheet
        self.phraser = Phraser(form, figures)

    def leaf(self, section: Section) -> Leaf:
        if not section.blocks:
            return Leaf(section, (self._part(section, None),), ())
        parts = tuple(self._part(section, one) for one in section.blocks_for(self.setting))
        return Leaf(section, parts, self.trouble.at(section.name))

    def _part(self, section: Section, block: Block | None) -> Part:
        typed = self.answers.get(section.name) or {}
        sound = self.sheet.answers.get(section.name) or {}
        opened = block is None or block.name in typed
        if block is not None:
            typed, sound = typed.get(block.name) or {}, sound.get(block.name) or {}
        group = Group(section, block, sound)
        found = [self._answer(one, group, None, typed)
                 for one in visible(section.fields, self.setting)]
        return Part(
            group.path, group.label, block is not None, opened,
            tuple(one for one in found if one.ask.field.type == "check"),
            tuple(one for one in found if one.ask.field.type != "check"),
            tuple(self._grid(group, one, typed) for one in section.tables),
            tuple(one.says for one in section.checks), self.trouble.at(group.path))

    def _grid(self, group: Group, table: Table, typed: Cells) -> Grid:
        path = f"{group.path}.{table.name}"
        fewest = self._fewest(table, group)
        given: list[Cells] = list(typed.get(table.name) or [])
        wanted = max((fewest or 0) + self.spare, 1)
        given += [{} for _missing in range(wanted - len(given))]
        sound = self.sheet.rows(group, table)
        shown = visible(table.fields, self.setting)
        lines = []
        for number, cells in enumerate(given, 1):
            row = sound[number - 1] if number <= len(sound) else Row(table, {}, f"{path}.{number}")
            found = tuple(self._answer(one, group, row, cells) for one in shown)
            lines.append(Line(number, row.path, found, self.trouble.at(row.path)))
        columns = tuple(self._question(one, group, table) for one in shown)
        return Grid(table, path, columns, tuple(lines), fewest, self.trouble.at(path))

    def _fewest(self, table: Table, group: Group) -> int | None:
        if isinstance(table.fewest, int):
            return table.fewest
        try:
            return int(self.figures.limit(filled(table.fewest, group.keys)))
        except Unregulated:
            return None

    def _question(self, one: Field, group: Group, table: Table | None) -> Question:
        return Question(one, filled(one.label, group.keys), hint_word(one.hint),
                        self.phraser.rule(one, group.section, table, group.keys))

    def _answer(self, one: Field, group: Group, row: Row | None, typed: Cells) -> Answer:
        cells = group.cells if row is None else row.cells
        path = f"{group.path if row is None else row.path}.{one.name}"
        own = (path, f"{path}.handling", f"{path}.note") if one.type == "check" else (path,)
        value = typed.get(one.name)
        unit = one.unit or str(cells.get(one.unit_from) or group.cells.get(one.unit_from) or "")
        must = one.required or (
            one.required_when is not None and self.sheet.holds(one.required_when, group, row))
        return Answer(
            self._question(one, group, None if row is None else row.table), path, value,
            answer_word(one, value), printed(unit), self.sheet.shows(one, group, row), must,
            self.trouble.at(*own))
