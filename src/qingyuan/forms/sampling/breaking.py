"""Good answers changed until one check of theirs does not hold."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from qingyuan.forms.computing import compute
from qingyuan.forms.definition import Form, Section, Setting, Spot
from qingyuan.forms.kinds import Near, needs
from qingyuan.forms.sheet import Cells
from qingyuan.forms.tree import Node
from qingyuan.forms.validation import validate
from qingyuan.standards import Book, load

from .defects import DAY
from .sampler import full_setting

_PAST, _FUTURE = "2001-01-01T00:00", "2099-01-01T00:00"


def broken(
    form: Form, answers: Cells, section: Section, code: str, technique: str | Setting = "",
    book: Book | None = None, day: date = DAY,
) -> Cells | None:
    """A copy of good answers in which the check ``code`` of ``section`` does not hold, by changing
    one of the answers it reads; None when no such change was found."""
    setting, book = full_setting(form, technique), book or load()
    check = next(c for c in section.checks if c.code == code)
    near = Near({s.name: s for s in form.sections}, section, section.table(check.table), book)
    spots = list(dict.fromkeys(_inputs(form, check.node, near)))
    for spot in spots:
        for attempt in _attempts(form, answers, spot, spots):
            attempt = compute(form, attempt, book, day, setting)
            found = validate(form, attempt, book, day, setting)
            if any(p.code == f"rule.{code}" and p.path.startswith(section.name) for p in found):
                return attempt
    return None


def _inputs(form: Form, node: Node, near: Near) -> Iterator[Spot]:
    """The fields that an expression reads, those behind computed ones included."""
    for spot in needs(node, near):
        yield spot
        section = near.sections[spot.section]
        table = section.table(spot.table)
        one = table.field(spot.name) if table else section.field(spot.name)
        if one is not None and one.computed is not None:
            yield from _inputs(form, one.computed, replace(near, section=section, table=table))


def _attempts(form: Form, answers: Cells, spot: Spot, others: list[Spot]) -> Iterator[Cells]:
    section = form.section(spot.section)
    if section is None or spot.section not in answers:
        return
    if section.blocks:
        changed = copy.deepcopy(answers)
        for other in others:
            changed[other.section] = {}
        yield changed
    if spot.table and not section.blocks:
        empty: tuple[list[Cells], ...] = ([], [{}])
        for rows in empty:
            yield {**copy.deepcopy(answers), spot.section: {**answers[spot.section],
                                                           spot.table: rows}}
    firsts = [_first(answers, form, one) for one in others]
    for wrong in (_PAST, _FUTURE, _PAST[:10], _FUTURE[:10], 0, -1, 1e9, True, False, "无", "有",
                  *(cells[one.name] for cells, one in zip(firsts, others, strict=True)
                    if cells and one.name in cells)):
        changed = copy.deepcopy(answers)
        cells = _first(changed, form, spot)
        if cells is not None:
            cells[spot.name] = wrong
            yield changed


def _first(answers: Cells, form: Form, spot: Spot) -> Cells | None:
    """The cells of the first place where the field at ``spot`` stands."""
    section = form.section(spot.section)
    found: Any = answers.get(spot.section) or {}
    if section is not None and section.blocks:
        found = next(iter(found.values()), {})
    rows = found.get(spot.table) if spot.table else [found]
    return rows[0] if rows else None
