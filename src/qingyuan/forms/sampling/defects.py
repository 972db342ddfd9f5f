"""What can be wrong in a form's answers, and answers in which it is."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from qingyuan.forms.definition import Field, Form, Setting
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.sheet import Cells, Sheet
from qingyuan.standards import Book, load

from .sampler import Sampler, full_setting

DAY = date(2026, 3, 5)


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that can be wrong: where, and how. ``kind`` is missing, wrong_type, out_of_bounds,
    no_option, too_few_photos, no_rows, one_row, unhandled, unmarked, unexplained, or
    counterexample (in a table: in every row, since one bad pair of several may be allowed)."""

    path: str
    kind: str


def defects(form: Form, answers: Cells, technique: str | Setting = "") -> Iterator[Defect]:
    """Everything that can be made wrong in these answers."""
    setting = full_setting(form, technique)
    sheet = Sheet(form, answers, setting, BookOnDay(load(), DAY, setting.scope))
    for group in sheet.groups():
        for one in group.section.fields:
            if sheet.shows(one, group):
                yield from _of_field(one, group.cells, f"{group.path}.{one.name}")
        for table in group.section.tables:
            rows = sheet.rows(group, table)
            if rows and table.fewest:
                yield Defect(f"{group.path}.{table.name}", "no_rows")
            if len(rows) > 1 and table.fewest == 1:
                yield Defect(f"{group.path}.{table.name}", "one_row")
            for row in rows[:1]:
                for one in table.fields:
                    if sheet.shows(one, group, row):
                        yield from _of_field(one, row.cells, f"{row.path}.{one.name}")


def spoil(
    form: Form, answers: Cells, defect: Defect, technique: str | Setting = "", seed: int = 0,
    book: Book | None = None, day: date = DAY,
) -> Cells:
    """A copy of the answers with that defect, nothing recomputed."""
    setting = full_setting(form, technique)
    spoilt = copy.deepcopy(answers)
    sampler = Sampler(form, seed, setting, book or load(), day, spoilt)
    sheet = sampler.sheet
    for group in sheet.groups():
        for table in group.section.tables:
            if f"{group.path}.{table.name}" == defect.path:
                kept = 1 if defect.kind == "one_row" else 0
                group.cells[table.name] = group.cells[table.name][:kept]
            rows = sheet.rows(group, table)
            for one in table.fields:
                if rows and f"{rows[0].path}.{one.name}" == defect.path:
                    for row in rows if defect.kind == "counterexample" else rows[:1]:
                        row.cells[one.name] = sampler.wrong(one, defect.kind, group, row)
        for one in group.section.fields:
            if f"{group.path}.{one.name}" == defect.path:
                group.cells[one.name] = sampler.wrong(one, defect.kind, group, None)
    return spoilt


def _of_field(one: Field, cells: Cells, path: str) -> Iterator[Defect]:
    if one.computed is not None:
        return
    if one.type == "check":
        if (cells.get(one.name) or {}).get("mark"):
            yield from (Defect(path, "unhandled"), Defect(path, "wrong_type"))
            if one.required:
                yield from (Defect(path, "unmarked"), Defect(path, "unexplained"))
        return
    if one.counterexample is not None:
        yield Defect(path, "counterexample")
    if one.name in cells:
        yield Defect(path, "wrong_type")
        if one.required:
            yield Defect(path, "missing")
        if one.least is not None or one.most is not None:
            yield Defect(path, "out_of_bounds")
        if one.options:
            yield Defect(path, "no_option")
        if one.type == "photo" and one.fewest > 1:
            yield Defect(path, "too_few_photos")
