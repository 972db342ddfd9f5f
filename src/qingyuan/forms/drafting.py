"""A draft: what the asset register and the last record already know."""

import copy
from collections.abc import Mapping
from typing import Any

from qingyuan.forms.definition import Field, Form, Section, Setting, setting_of
from qingyuan.forms.sheet import Cells
from qingyuan.forms.values import is_blank, refused

BLOCKS = "blocks"
"""The key of a context under which stands which blocks the point has: {section: [names]}."""


def prepare(
    form: Form, context: Mapping[str, Any], last: Cells | None = None,
    technique: str | Setting = "",
) -> Cells:
    """A draft of the answers: defaults from ``context``, copies from the last record.

    ``context`` maps a source (``asset:point.name``) to a value; one that differs between analysers
    is asked as ``source@block`` first. Its key "blocks" names the blocks of each section that the
    point has; a section that is not named there opens all its blocks. A value that cannot be an
    answer is left out.
    """
    setting = setting_of(technique)
    draft: Cells = {}
    for section in form.sections:
        if not section.applies(setting):
            continue
        before = _cells(last, section.name)
        if section.blocks:
            draft[section.name] = {
                name: _filled(section, context, _cells(before, name), setting, name)
                for name in _opened(section, context, setting)
            }
        else:
            draft[section.name] = _filled(section, context, before, setting, "")
    return draft


def _opened(section: Section, context: Mapping[str, Any], setting: Setting) -> list[str]:
    wanted = context.get(BLOCKS, {}).get(section.name)
    shown = [block.name for block in section.blocks_for(setting)]
    return shown if wanted is None else [name for name in shown if name in wanted]


def _filled(
    section: Section, context: Mapping[str, Any], before: Cells, setting: Setting, block: str
) -> Cells:
    cells: Cells = {}
    for one in section.fields:
        found = _value(one, context, before, block)
        if one.applies(setting) and found is not None:
            cells[one.name] = found
    for table in section.tables:
        rows = before.get(table.name)
        if table.copy_last and isinstance(rows, list):
            kept = [{f.name: copy.deepcopy(row[f.name]) for f in table.fields
                     if f.computed is None and f.name in row} for row in rows]
        else:
            start = {f.name: v for f in table.fields
                     if (v := _value(f, context, {}, block)) is not None}
            fewest = table.fewest if isinstance(table.fewest, int) else 0
            kept = [dict(start) for _ in range(fewest)]
        if kept:
            cells[table.name] = kept
    return cells


def _value(one: Field, context: Mapping[str, Any], before: Cells, block: str) -> Any:
    if one.computed is not None:
        return None
    for found in (
        context.get(f"{one.default}@{block}") if one.default and block else None,
        context.get(one.default) if one.default else None,
        before.get(one.copy_last) if one.copy_last else None,
        one.default_value,
    ):
        if not is_blank(found) and refused(one, found) is None:
            return copy.deepcopy(found)
    return None


def _cells(found: Any, name: str) -> Cells:
    inner = found.get(name) if isinstance(found, Mapping) else None
    return inner if isinstance(inner, dict) else {}
