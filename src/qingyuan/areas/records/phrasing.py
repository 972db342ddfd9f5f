"""The expressions of a form in words, with the figures of the book as they stand on a day.

A condition that asks only the book is answered here, so that one reads the rule that
holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.rules import values
from qingyuan.calc.formulas import FORMULAS
from qingyuan.forms import Field, Form, Section, Table
from qingyuan.forms.evaluating import BookOnDay, value
from qingyuan.forms.functions import NotComputable
from qingyuan.forms.kinds import Near, filled, resolved
from qingyuan.forms.tree import Call, Const, Node, Ref, walk
from qingyuan.standards import Unregulated

from .words import number, text_word


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; ``rule`` names the provision that the figure in it is from."""

    text: str
    rule: str = ""


Phrase = list[Part]

_OPERATORS = {
    "add": ("+", 4), "sub": ("−", 4), "mul": ("×", 5), "div": ("/", 5), "eq": ("=", 3),
    "ne": ("≠", 3), "lt": ("<", 3), "le": ("≤", 3), "gt": (">", 3), "ge": ("≥", 3),
    "and": (gettext_lazy("且"), 2), "or": (gettext_lazy("或"), 1),
}
_CALLS = {
    "min": gettext_lazy("最小值"), "max": gettext_lazy("最大值"), "mean": gettext_lazy("平均值"),
    "sum": gettext_lazy("合计"), "lowest": gettext_lazy("最低值"),
    "highest": gettext_lazy("最高值"), "count": gettext_lazy("个数"),
    "count_true": gettext_lazy("符合的个数"), "hours": gettext_lazy("相隔小时数"),
    "days": gettext_lazy("相隔天数"), "clock_hours": gettext_lazy("涉及的整点小时数"),
    "round": gettext_lazy("修约"), "worst": gettext_lazy("最差结果"),
    "worst_of": gettext_lazy("最差结果"), "needed_passes": gettext_lazy("应符合的个数"),
}
_PLAIN_EXPRESSION = re.compile(r"[^A-Za-z]*")
_SLOT = re.compile(r"\{(\w+)\}")


class Phraser:
    """Says expressions of one form on one day. ``keys`` are a block's."""

    def __init__(self, form: Form, figures: BookOnDay) -> None:
        self.figures = figures
        self.sections = {section.name: section for section in form.sections}

    def rule(
        self, field: Field, section: Section, table: Table | None, keys: Mapping[str, str]
    ) -> Phrase:
        """How a computed field comes about; [] for one that is asked."""
        if field.computed is None:
            return []
        near = Near(self.sections, section, table, self.figures.book)
        said = _Saying(near, keys, self.figures)
        if field.type == "result":
            return said.result(field.computed)
        return said.say(field.computed)


class _Saying:
    def __init__(self, near: Near, keys: Mapping[str, str], figures: BookOnDay) -> None:
        self.near, self.keys, self.figures = near, keys, figures

    def result(self, node: Node) -> Phrase:
        if isinstance(node, Call) and node.name == "passed_if":
            asked = node.args[0]
            yes = [Part(_(" 为是"))] if isinstance(asked, Ref) else []
            return [*self.say(asked), *yes, Part(_("，为合格"))]
        return self.say(node)

    def say(self, node: Node, above: int = 0) -> Phrase:
        if isinstance(node, Const):
            return [Part(self._const(node))]
        if isinstance(node, Ref):
            return [Part(self._label(node))]
        if node.name in FORMULAS:
            return self._formula(node)
        if node.name in _OPERATORS:
            return self._operator(node, above)
        return self._call(node, above)

    def _const(self, node: Const) -> str:
        if isinstance(node.value, bool):
            return _("是") if node.value else _("否")
        if isinstance(node.value, str):
            return text_word(filled(node.value, self.keys))
        return number(node.value)

    def _label(self, ref: Ref) -> str:
        spot, kind = resolved(ref, self.near)
        section = self.near.sections[spot.section]
        table = section.table(spot.table)
        field = table.field(spot.name) if table else section.field(spot.name)
        label = filled(field.label, self.keys) if field else ""
        return _("各%s") % label if kind.startswith("*") else label

    def _operator(self, node: Call, above: int) -> Phrase:
        sign, level = _OPERATORS[node.name]
        said: Phrase = []
        for place, one in enumerate(node.args):
            if place:
                said.append(Part(f" {sign} "))
            said += self.say(one, level + bool(place and node.name in ("sub", "div")))
        return _bracketed(said) if level < above else said

    def _call(self, node: Call, above: int) -> Phrase:
        name, args = node.name, node.args
        if name in ("limit", "band_limit", "band_kind"):
            return self._figure(node)
        if name == "if":
            return self._choice(node, above)
        if name == "judge":
            given = self.say(args[0])
            return [Part("|"), *given, Part("| ≤ "), *self.say(args[1]), Part(_(" 合格，> ")),
                    *self.say(args[2]), Part(_(" 失控，其间须调整"))]
        if name == "abs":
            return [Part("|"), *self.say(args[0]), Part("|")]
        if name == "neg":
            return [Part("−"), *self.say(args[0], 6)]
        if name == "not":
            return [Part(_("非")), *self.say(args[0], 6)]
        if name == "known":
            return [Part(_("已填")), *self.say(args[0])]
        if name == "has":
            return [*self.say(args[0]), Part(_("含")), *self.say(args[1])]
        if name == "passed_if":
            return self.result(node)
        word = _CALLS[name]
        return [Part(f"{word}（"), *_joined([self.say(one) for one in args], "，"), Part("）")]

    def _figure(self, node: Call) -> Phrase:
        """A limit with its unit; of a table by bands, whose it is."""
        told = node.args[0]
        name = filled(str(told.value), self.keys) if isinstance(told, Const) else ""
        if node.name != "limit":
            word = _("分档评价指标") if node.name == "band_kind" else _("分档限值")
            by = self.say(node.args[1])
            return [Part(_("按")), *by, Part(word, f"{name}.band1.limit")]
        try:
            found = self.figures.book.at(name, self.figures.day, self.figures.scope)
        except Unregulated:
            return [Part(_("（该日没有规定）"), name)]
        unit = values.unit(found.unit)
        return [Part(f"{values.word(found.value)} {unit}".strip(), name)]

    def _choice(self, node: Call, above: int) -> Phrase:
        asked, yes, no = node.args
        if self.say(yes) == self.say(no):
            return self.say(yes, above)
        if _only_book(asked):
            decided = self._decided(asked)
            if decided is not None:
                return [*self.say(yes if decided else no, above), *self._reading(asked)]
        said = [Part(_("若 ")), *self.say(asked), Part(_("，取 ")), *self.say(yes),
                Part(_("；否则 ")), *self.say(no)]
        return _bracketed(said) if above else said

    def _decided(self, asked: Node) -> bool | None:
        try:
            return bool(value(asked, lambda _parts: None, self.figures, self.keys))
        except (NotComputable, Unregulated):
            return None

    def _reading(self, asked: Node) -> Phrase:
        """Which reading of the book decided."""
        said: Phrase = []
        for one in walk(asked):
            if isinstance(one, Call) and one.name == "limit" and isinstance(one.args[0], Const):
                name = filled(str(one.args[0].value), self.keys)
                found = self.figures.book.at(name, self.figures.day, self.figures.scope)
                said.append(Part(f"〔{found.title}：{values.word(found.value)}〕", name))
        return said

    def _formula(self, node: Call) -> Phrase:
        formula, given = FORMULAS[node.name], dict(node.named)
        if not _PLAIN_EXPRESSION.fullmatch(_SLOT.sub("", formula.expression)):
            return [Part(f"{formula.title}（"), *_joined(
                [self.say(one) for one in given.values()], _("，")), Part("）")]
        said: Phrase = []
        rules = {p.name: p.provision for p in formula.parameters}
        for place, piece in enumerate(_SLOT.split(formula.expression)):
            if place % 2 == 0:
                said.append(Part(piece.replace("*", "×").replace(" - ", " − ")))
            elif piece in given:
                said += self.say(given[piece], 6)
            else:
                said += self._figure(Call("limit", (Const(rules[piece]),)))
        return said


def _only_book(node: Node) -> bool:
    return not any(isinstance(one, Ref) for one in walk(node))


def _bracketed(said: Phrase) -> Phrase:
    return [Part("("), *said, Part(")")]


def _joined(phrases: list[Phrase], between: str) -> Phrase:
    said: Phrase = []
    for place, one in enumerate(phrases):
        said += [Part(between), *one] if place else one
    return said
