"""Fills a form in with generated values.

A number, text or truth comes from its field's ``example`` where that has one; moments advance from
field to field, so that ends lie behind beginnings.
"""

import hashlib
import random
from datetime import date, datetime, timedelta
from typing import Any

from qingyuan.forms.definition import (
    ABNORMAL,
    NORMAL,
    NOT_CHECKED,
    Field,
    Form,
    Section,
    Setting,
    Table,
    setting_of,
    visible,
)
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.functions import NotComputable
from qingyuan.forms.kinds import RANDOM, filled
from qingyuan.forms.sheet import Cells, Group, Row, Sheet
from qingyuan.forms.tree import Call, Const, Node, Ref
from qingyuan.standards import Book

_BEGIN = datetime(2026, 3, 5, 9, 0)  # noqa: DTZ001  (forms speak China time without a zone)


def full_setting(form: Form, technique: str | Setting) -> Setting:
    """The setting, with the form's first technique where none is named."""
    setting = setting_of(technique)
    return setting if setting.technique else Setting(
        form.techniques[0], setting.methods, setting.sets, setting.scope)

class Sampler:
    """Fills a form in as an engineer would on ``day``; the same for the same seed."""

    def __init__(
        self, form: Form, seed: int, setting: Setting, book: Book, day: date,
        answers: Cells | None = None, known: Cells | None = None,
    ) -> None:
        self.form, self.setting, self.day = form, setting, day
        self.random = random.Random(f"{form.code}:{seed}")
        self.clock = datetime.combine(day, _BEGIN.time())
        self.figures = BookOnDay(book, day, setting.scope)
        self.known = known or {}
        self.sheet = Sheet(form, {} if answers is None else answers, setting, self.figures)

    def answers(self) -> Cells:
        """Good answers, section by section, as an engineer fills them in."""
        for section in self.form.sections:
            if not section.applies(self.setting):
                continue
            known = self.known.get(section.name)
            cells: Cells = {b.name: {} for b in section.blocks_for(self.setting)
                            if known is None or b.name in known}
            self.sheet.answers[section.name] = cells
            for group in self.sheet.groups_of(section):
                self._fill(group, section)
        return self.sheet.answers

    def _fill(self, group: Group, section: Section) -> None:
        known = self.known.get(section.name, {})
        if group.block is not None:
            known = known.get(group.block.name, {})
        self._fields(group, None, section.fields, group.cells, known)
        for table in section.tables:
            told = known.get(table.name) or []
            wanted = max(self._rows_needed(table, group), table.example_rows, len(told))
            group.cells[table.name] = []
            for place in range(wanted):
                cells: Cells = {}
                group.cells[table.name].append(cells)
                row = self.sheet.rows(group, table)[-1]
                self._fields(group, row, table.fields, cells,
                             told[place] if place < len(told) else {})

    def _rows_needed(self, table: Table, group: Group) -> int:
        if isinstance(table.fewest, int):
            return table.fewest
        return int(self.figures.limit(filled(table.fewest, group.keys)))

    def _fields(
        self, group: Group, row: Row | None, fields: tuple[Field, ...], cells: Cells, known: Cells
    ) -> None:
        for one in visible(fields, self.setting):
            if one.computed is not None:
                found = self._worked_out(one.computed, group, row)
            elif one.name in known:
                found = known[one.name]
            else:
                found = self._good(one, group, row)
            if found is not None:
                cells[one.name] = found

    def _good(self, one: Field, group: Group, row: Row | None) -> Any:
        if not self.sheet.holds(one.shown_when, group, row):
            return None
        if one.name == "unit" and group.block is not None and group.block.units:
            return self.random.choice(group.block.units)
        if one.example is not None:
            found = self._from(one.example, group, row)
            return int(found) if one.type == "whole" else found
        return self._by_type(one)

    def _by_type(self, one: Field) -> Any:
        kind = one.type
        if kind in ("date", "time", "datetime"):
            return self._moment(one)
        if kind == "check":
            return {"mark": NORMAL}
        if kind == "choice":
            return self.random.choice(one.options)
        if kind == "choices":
            return list(one.options)
        if kind == "truth":
            return self.random.random() < 0.5
        if kind in ("photo", "file"):
            return [{"sha256": self._digest()} for _ in range(max(1, one.fewest))]
        if kind == "signature":
            return {"name": "示例甲", "at": self._stamp()}
        if kind in ("number", "whole", "duration"):
            low = 1.0 if one.least is None else one.least
            high = low + 9 if one.most is None else min(low + 9, one.most)
            low = min(low, high)
            return int(min(low + 1, high)) if kind == "whole" else round(
                low + (high - low) * self.random.random(), 3)
        return f"示例{one.label}"[:60]

    def _moment(self, one: Field) -> str:
        if one.type == "date":
            late = any(word in one.name for word in ("next", "valid", "due"))
            early = one.name.startswith("last")
            shift = 365 if late else -30 if early else 0
            return (self.day + timedelta(days=shift)).isoformat()
        return self._stamp() if one.type == "datetime" else self._stamp()[11:]

    def _stamp(self) -> str:
        self.clock += timedelta(minutes=2)
        return self.clock.isoformat(timespec="minutes")

    def _digest(self) -> str:
        return hashlib.sha256(str(self.random.random()).encode()).hexdigest()

    def _worked_out(self, node: Node, group: Group, row: Row | None) -> Any:
        """A computed value, for later examples to refer to; None while its rows are not there."""
        try:
            return self.sheet.work_out(node, group, row)
        except NotComputable:
            return None

    def _from(self, node: Node, group: Group, row: Row | None) -> Any:
        return self.sheet.work_out(self._drawn(node), group, row)

    def _drawn(self, node: Node) -> Node:
        """The expression with a number drawn for each ``random``."""
        if isinstance(node, Ref) and node.parts == (RANDOM,):
            return Const(self.random.random())
        if isinstance(node, Call):
            return Call(node.name, tuple(map(self._drawn, node.args)),
                        tuple((name, self._drawn(value)) for name, value in node.named))
        return node

    def wrong(self, one: Field, kind: str, group: Group, row: Row | None) -> Any:
        """A value of ``one`` with that kind of defect; None to leave it out."""
        cells = group.cells if row is None else row.cells
        given = cells.get(one.name)
        if kind == "counterexample" and one.counterexample is not None:
            return self._from(one.counterexample, group, row)
        if kind == "out_of_bounds":
            return one.most + 1 if one.least is None and one.most is not None else (
                (one.least or 0.0) - 1)
        return {
            "missing": None, "wrong_type": {"?": 1}, "no_option": "没有这一项",
            "too_few_photos": given[:1] if isinstance(given, list) else None,
            "unhandled": {"mark": ABNORMAL}, "unmarked": {"note": "忘了标记"},
            "unexplained": {"mark": NOT_CHECKED},
        }.get(kind)
