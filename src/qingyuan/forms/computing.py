"""Computed values: put into a copy of the answers, in the order that the form was checked for."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from qingyuan.forms.accepting import Problem, accepted
from qingyuan.forms.definition import Field, Form, Setting, Spot, setting_of
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.functions import NotComputable, Value
from qingyuan.forms.sheet import Cells, Group, Row, Sheet
from qingyuan.standards import Book, Unregulated


@dataclass(frozen=True, slots=True)
class Examined:
    """Answers of sound shape with their computed values, and what was wrong on the way."""

    sheet: Sheet
    problems: tuple[Problem, ...]


def compute(
    form: Form, answers: Cells, book: Book, day: date, technique: str | Setting = ""
) -> Cells:
    """A copy of the answers with every computed value worked out anew.

    What was typed into a computed field is replaced, or removed where there is no result. Values
    of questions that are not asked here (another technique, a condition that does not hold) are
    left out. Answers of the wrong type stay, for ``validate`` to name.
    """
    found = examined(form, answers, book, day, technique)
    whole = copy.deepcopy(answers) if isinstance(answers, dict) else {}
    for group, row, one in _cells(found.sheet):
        target = _same_place(whole, group, row)
        if target is None:
            continue
        if one.computed is not None:
            cells = group.cells if row is None else row.cells
            target.pop(one.name, None)
            if cells.get(one.name) is not None:
                target[one.name] = cells[one.name]
        elif not found.sheet.shows(one, group, row):
            target.pop(one.name, None)
    return whole


def examined(
    form: Form, answers: Cells, book: Book, day: date, technique: str | Setting
) -> Examined:
    """The answers read and computed. Typed values that differ from the computed are problems."""
    setting = setting_of(technique)
    sound, problems = accepted(form, answers, setting)
    sheet = Sheet(form, sound, setting, BookOnDay(book, day, setting.scope))
    for spot in form.order:
        problems.extend(_one(sheet, spot))
    return Examined(sheet, tuple(problems))


def _one(sheet: Sheet, spot: Spot) -> Iterator[Problem]:
    for group, row, one in _cells(sheet, spot):
        cells = group.cells if row is None else row.cells
        path = f"{group.path if row is None else row.path}.{one.name}"
        typed = cells.pop(one.name, None)
        if one.computed is None or not sheet.shows(one, group, row):
            continue
        try:
            found = sheet.work_out(one.computed, group, row)
        except NotComputable as error:
            yield Problem(path, "cannot_compute", f"{one.label}：{error}")
            continue
        except Unregulated as error:
            yield Problem(path, "unregulated", f"{one.label}：当日没有可用的规定（{error}）")
            continue
        if found is not None and found != "":
            cells[one.name] = found
        if typed is not None and not _alike(typed, found):
            yield Problem(path, "computed_differs",
                          f"{one.label}由系统计算，填写值与计算值不一致")


def _alike(typed: Any, found: Value) -> bool:
    if isinstance(typed, int | float) and isinstance(found, int | float):
        return abs(typed - found) <= 1e-9 * max(1.0, abs(found))
    return bool(typed == found)


def _cells(sheet: Sheet, spot: Spot | None = None) -> Iterator[tuple[Group, Row | None, Field]]:
    """Every place of every field, or of the field at ``spot``."""
    for group in sheet.groups():
        if spot is not None and group.section.name != spot.section:
            continue
        if spot is None or not spot.table:
            for one in group.section.fields:
                if spot is None or one.name == spot.name:
                    yield group, None, one
        for table in group.section.tables:
            if spot is None or table.name == spot.table:
                for row in sheet.rows(group, table):
                    for one in table.fields:
                        if spot is None or one.name == spot.name:
                            yield group, row, one


def _same_place(answers: Cells, group: Group, row: Row | None) -> Cells | None:
    """The cells of that group or row in the answers as they were given; made where only absent."""
    found: Any = answers.setdefault(group.section.name, {})
    if group.block is not None:
        found = found.get(group.block.name) if isinstance(found, dict) else None
    if row is not None and isinstance(found, dict):
        number = int(row.path.rpartition(".")[2])
        rows = found.get(row.table.name)
        found = rows[number - 1] if isinstance(rows, list) and number <= len(rows) else None
    return found if isinstance(found, dict) else None
