"""Takes answers as they come (a web form, a phone, a file) and keeps what has shape and type."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qingyuan.forms.definition import Field, Form, Section, Setting, Table
from qingyuan.forms.values import is_blank, refused

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps answers from being submitted: where, a stable code, a Chinese sentence.

    A path is section.field, section.block.field, section.table.2.field (rows from 1) or the
    section's or table's own.
    """

    path: str
    code: str
    sentence: str


def accepted(form: Form, answers: object, setting: Setting) -> tuple[Cells, list[Problem]]:
    """A copy of the answers without what cannot be an answer, and a problem for each such thing.

    Codes: wrong_shape, unknown, not_asked (another technique's or set's), wrong_value.
    """
    reader = _Reader(setting)
    found: Cells = {}
    given = reader.table(answers, "", form.title)
    names = {section.name for section in form.sections}
    reader.unknown(given, names, "")
    for section in form.sections:
        if section.name in given:
            found[section.name] = reader.section(section, given[section.name])
    return found, reader.problems


class _Reader:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.problems: list[Problem] = []

    def section(self, section: Section, given: object) -> Cells:
        cells = self.table(given, section.name, section.title)
        if not section.applies(self.setting):
            if not is_blank(given):
                self._not_asked(section.name, section.title)
            return {}
        if not section.blocks:
            return self._group(section, cells, section.name)
        self.unknown(cells, {b.name for b in section.blocks}, section.name)
        found: Cells = {}
        shown = {b.name for b in section.blocks_for(self.setting)}
        for block in section.blocks:
            if block.name not in cells or cells[block.name] is None:
                continue
            path = f"{section.name}.{block.name}"
            if block.name not in shown:
                self._not_asked(path, block.label)
                continue
            inner = self.table(cells[block.name], path, block.label)
            found[block.name] = self._group(section, inner, path)
        return found

    def _group(self, section: Section, cells: Cells, path: str) -> Cells:
        names = {f.name for f in section.fields} | {t.name for t in section.tables}
        self.unknown(cells, names, path)
        found = self._fields(section.fields, cells, path)
        for table in section.tables:
            if table.name in cells:
                found[table.name] = self._rows(table, cells[table.name], f"{path}.{table.name}")
        return found

    def _rows(self, table: Table, given: object, path: str) -> list[Cells]:
        if given is None:
            return []
        if not isinstance(given, list):
            self._problem(path, "wrong_shape", f"{table.title or '行'}：应为若干行")
            return []
        found = []
        for number, one in enumerate(given, 1):
            cells = self.table(one, f"{path}.{number}", table.title)
            self.unknown(cells, {f.name for f in table.fields}, f"{path}.{number}")
            found.append(self._fields(table.fields, cells, f"{path}.{number}"))
        return found

    def _fields(self, fields: Iterable[Field], cells: Cells, path: str) -> Cells:
        found: Cells = {}
        for one in fields:
            given = cells.get(one.name)
            if is_blank(given):
                continue
            if not one.applies(self.setting):
                self._not_asked(f"{path}.{one.name}", one.label)
            elif one.computed is not None:
                found[one.name] = given
            elif (sentence := refused(one, given)) is not None:
                self._problem(f"{path}.{one.name}", "wrong_value", f"{one.label}：{sentence}")
            else:
                found[one.name] = given
        return found

    def table(self, given: object, path: str, label: str) -> Cells:
        """``given`` as cells; {} and a problem when it is something else."""
        if isinstance(given, dict) and all(isinstance(key, str) for key in given):
            return given
        if given is not None:
            self._problem(path, "wrong_shape", f"{label}：内容格式不正确")
        return {}

    def unknown(self, cells: Cells, names: set[str], path: str) -> None:
        for key in cells:
            if key not in names:
                where = f"{path}.{key}".strip(".")
                self._problem(where, "unknown", f"表中没有“{key}”这一项")

    def _not_asked(self, path: str, label: str) -> None:
        self._problem(path, "not_asked", f"{label}：不适用于本系统的采样方式，不应填写")

    def _problem(self, path: str, code: str, sentence: str) -> None:
        self.problems.append(Problem(path, code, sentence))
