"""What keeps a record from being submitted. Two sides run the same rules: the server these."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from qingyuan.forms.accepting import Problem
from qingyuan.forms.computing import examined
from qingyuan.forms.definition import (
    ABNORMAL,
    MARKS,
    NORMAL,
    NOT_CHECKED,
    Field,
    Form,
    Setting,
    Table,
    printed,
)
from qingyuan.forms.functions import NotComputable
from qingyuan.forms.kinds import filled
from qingyuan.forms.sheet import Cells, Group, Row, Sheet
from qingyuan.forms.values import is_blank
from qingyuan.standards import Book, Unregulated

CODES: tuple[str, ...] = (
    "wrong_shape", "unknown", "not_asked", "wrong_value", "cannot_compute", "unregulated",
    "computed_differs", "missing", "unmarked", "handling_missing", "note_missing", "empty",
    "too_few_blocks", "too_few_rows", "too_many_rows", "no_result", "rule",
)
"""The closed list of a problem's codes; a form's own rules are ``rule.<code>``."""


def validate(
    form: Form, answers: Cells, book: Book, day: date, technique: str | Setting = ""
) -> list[Problem]:
    """What is wrong with the answers on ``day``, in the form's order; [] when they can be
    submitted. Computed values need not be there; typed ones that differ are refused."""
    found = examined(form, answers, book, day, technique)
    sheet = found.sheet
    problems = list(found.problems)
    refused = {problem.path for problem in problems}
    for section in form.sections:
        if not section.applies(sheet.setting):
            continue
        groups = list(sheet.groups_of(section))
        if section.blocks and len(groups) < section.fewest_blocks:
            problems.append(Problem(section.name, "too_few_blocks",
                                    f"{section.title}：至少填写{section.fewest_blocks}项"))
        for group in groups:
            problems.extend(p for p in _group(sheet, group) if p.path not in refused)
    if (empty := _empty(sheet)) is not None:
        problems.append(empty)
    return problems


def _group(sheet: Sheet, group: Group) -> Iterator[Problem]:
    unit = group.cells.get("unit")
    if group.block and group.block.units and unit and unit not in group.block.units:
        known = "、".join(map(printed, group.block.units))
        yield Problem(f"{group.path}.unit", "wrong_value", f"{group.label}的单位应为{known}")
    for one in group.section.fields:
        yield from _field(sheet, one, group, None)
    for table in group.section.tables:
        rows = sheet.rows(group, table)
        yield from _count(sheet, group, table, len(rows))
        for one_row in rows:
            for one in table.fields:
                yield from _field(sheet, one, group, one_row)
    for check in group.section.checks:
        table_of = group.section.table(check.table)
        places: list[Row | None] = [None] if table_of is None else [*sheet.rows(group, table_of)]
        for row in places:
            try:
                right = sheet.work_out(check.node, group, row)
            except (NotComputable, Unregulated):
                continue  # the field that cannot be worked out is a problem of its own
            if right is False:
                path = group.path if row is None else row.path
                yield Problem(path, f"rule.{check.code}", check.says)


def _field(sheet: Sheet, one: Field, group: Group, row: Row | None) -> Iterator[Problem]:
    if not sheet.shows(one, group, row):
        return
    cells = group.cells if row is None else row.cells
    path = f"{group.path if row is None else row.path}.{one.name}"
    if one.computed is not None:
        if one.type == "result" and one.name not in cells:
            yield Problem(path, "no_result", f"{one.label}：所填内容不足以评价")
        return
    given = cells.get(one.name)
    must = one.required or (
        one.required_when is not None and sheet.holds(one.required_when, group, row)
    )
    if one.type == "check":
        yield from _item(one, given, must, path)
    elif must and is_blank(given):
        yield Problem(path, "missing", f"请{_VERB.get(one.type, '填写')}{one.label}")


_VERB = {
    "choice": "选择", "choices": "选择", "truth": "选择", "photo": "拍摄", "file": "上传",
    "signature": "完成", "person": "选择", "instrument": "选择", "material": "选择",
}


def _item(one: Field, given: Any, must: bool, path: str) -> Iterator[Problem]:
    given = given or {}
    mark = given.get("mark")
    if mark not in MARKS:
        if must or any(not is_blank(v) for k, v in given.items() if k != "mark"):
            yield Problem(path, "unmarked", f"{one.label}：请标记√、×或/")
    elif mark == ABNORMAL and is_blank(given.get("handling", "").strip()):
        yield Problem(f"{path}.handling", "handling_missing",
                      f"{one.label}异常，请填写处理情况，或说明转工单")
    elif mark == NOT_CHECKED and must and is_blank(given.get("note", "").strip()):
        yield Problem(f"{path}.note", "note_missing", f"{one.label}未检查，请说明原因")


def _count(sheet: Sheet, group: Group, table: Table, rows: int) -> Iterator[Problem]:
    path, title = f"{group.path}.{table.name}", table.title or group.label
    try:
        fewest = table.fewest if isinstance(table.fewest, int) else int(
            sheet.figures.limit(filled(table.fewest, group.keys)))
    except Unregulated as error:
        yield Problem(path, "unregulated", f"{title}：当日没有可用的规定（{error}）")
        return
    if rows < fewest:
        yield Problem(path, "too_few_rows", f"{title}：至少{fewest}行，现有{rows}行")
    if rows > table.most:
        yield Problem(path, "too_many_rows", f"{title}：最多{table.most}行，现有{rows}行")


def _empty(sheet: Sheet) -> Problem | None:
    """An inspection in which nothing was looked at is no inspection."""
    items = [(group, one) for group in sheet.groups() for one in group.section.fields
             if one.type == "check" and sheet.shows(one, group)]
    if not items:
        return None
    marks = ((group.cells.get(one.name) or {}).get("mark") for group, one in items)
    if any(mark in (NORMAL, ABNORMAL) for mark in marks):
        return None
    return Problem("", "empty", "没有检查任何项目，不能提交")
