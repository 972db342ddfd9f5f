"""Generated answers: good ones that can be submitted, and ones with one thing wrong.

Used by tests and demonstrations. A number, text or truth comes from its field's ``example`` where
that has one; moments advance from field to field, so that ends lie behind beginnings.
"""

import copy
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from qingyuan.forms.computing import compute
from qingyuan.forms.definition import (
    ABNORMAL,
    NORMAL,
    NOT_CHECKED,
    Field,
    Form,
    Section,
    Setting,
    Spot,
    Table,
    setting_of,
    visible,
)
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.forms.functions import NotComputable
from qingyuan.forms.kinds import RANDOM, Near, filled, needs
from qingyuan.forms.sheet import Cells, Group, Row, Sheet
from qingyuan.forms.tree import Call, Const, Node, Ref
from qingyuan.forms.validation import validate
from qingyuan.standards import Book, load

DAY = date(2026, 3, 5)
_BEGIN = datetime(2026, 3, 5, 9, 0)  # noqa: DTZ001  (forms speak China time without a zone)


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that can be wrong: where, and how. ``kind`` is missing, wrong_type, out_of_bounds,
    no_option, too_few_photos, no_rows, one_row, unhandled, unmarked, unexplained, or
    counterexample (in a table: in every row, since one bad pair of several may be allowed)."""

    path: str
    kind: str


def sample(
    form: Form, seed: int, good: bool = True, technique: str | Setting = "",
    book: Book | None = None, day: date = DAY,
) -> Cells:
    """Answers of a visit on ``day``, computed values included; the same for the same seed.

    Good ones pass ``validate`` and their outcome; else one ``defects`` of theirs is put in.
    """
    setting = _setting(form, technique)
    answers = _Sampler(form, seed, setting, book or load(), day).answers()
    if not good:
        choices = list(defects(form, answers, setting))
        spoilt = random.Random(seed).choice(choices)
        answers = spoil(form, answers, spoilt, setting, seed, book, day)
    return compute(form, answers, book or load(), day, setting)


def defects(form: Form, answers: Cells, technique: str | Setting = "") -> Iterator[Defect]:
    """Everything that can be made wrong in these answers."""
    setting = _setting(form, technique)
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
    setting = _setting(form, technique)
    spoilt = copy.deepcopy(answers)
    sampler = _Sampler(form, seed, setting, book or load(), day, spoilt)
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


def broken(
    form: Form, answers: Cells, section: Section, code: str, technique: str | Setting = "",
    book: Book | None = None, day: date = DAY,
) -> Cells | None:
    """A copy of good answers in which the check ``code`` of ``section`` does not hold, by changing
    one of the answers it reads; None when no such change was found."""
    setting, book = _setting(form, technique), book or load()
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


_PAST, _FUTURE = "2001-01-01T00:00", "2099-01-01T00:00"


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


def _setting(form: Form, technique: str | Setting) -> Setting:
    setting = setting_of(technique)
    return setting if setting.technique else Setting(
        form.techniques[0], setting.methods, setting.sets, setting.scope)


class _Sampler:
    def __init__(
        self, form: Form, seed: int, setting: Setting, book: Book, day: date,
        answers: Cells | None = None,
    ) -> None:
        self.form, self.setting, self.day = form, setting, day
        self.random = random.Random(f"{form.code}:{seed}")
        self.clock = datetime.combine(day, _BEGIN.time())
        self.figures = BookOnDay(book, day, setting.scope)
        self.sheet = Sheet(form, {} if answers is None else answers, setting, self.figures)

    def answers(self) -> Cells:
        """Good answers, section by section, as an engineer fills them in."""
        for section in self.form.sections:
            if not section.applies(self.setting):
                continue
            cells: Cells = {b.name: {} for b in section.blocks_for(self.setting)}
            self.sheet.answers[section.name] = cells
            for group in self.sheet.groups_of(section):
                self._fill(group, section)
        return self.sheet.answers

    def _fill(self, group: Group, section: Section) -> None:
        self._fields(group, None, section.fields, group.cells)
        for table in section.tables:
            wanted = max(self._rows_needed(table, group), table.example_rows)
            group.cells[table.name] = []
            for _ in range(wanted):
                cells: Cells = {}
                group.cells[table.name].append(cells)
                row = self.sheet.rows(group, table)[-1]
                self._fields(group, row, table.fields, cells)

    def _rows_needed(self, table: Table, group: Group) -> int:
        if isinstance(table.fewest, int):
            return table.fewest
        return int(self.figures.limit(filled(table.fewest, group.keys)))

    def _fields(
        self, group: Group, row: Row | None, fields: tuple[Field, ...], cells: Cells
    ) -> None:
        for one in visible(fields, self.setting):
            if one.computed is not None:
                found = self._worked_out(one.computed, group, row)
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
