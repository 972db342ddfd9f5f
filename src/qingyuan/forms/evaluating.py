"""Works out a tree: values by path from a form's answers, limits from the book on a day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from qingyuan.calc.formulas import FORMULAS, Argument, Unsolvable
from qingyuan.forms.functions import FUNCTIONS, NotComputable, Value
from qingyuan.forms.kinds import filled
from qingyuan.forms.tree import Call, Const, Node, Ref
from qingyuan.standards import Book

Look = Callable[[tuple[str, ...]], Value]


class BookOnDay:
    """The book on the record's day, for the scope of its point."""

    __slots__ = ("book", "day", "scope")

    def __init__(self, book: Book, day: date, scope: Sequence[str] = ()) -> None:
        self.book, self.day, self.scope = book, day, tuple(scope)

    def limit(self, name: str) -> float | str | bool:
        """The value in force; raises ``standards.Unregulated``."""
        return self.book.at(name, self.day, self.scope).value

    def has(self, name: str) -> bool:
        return name in self.book


def value(node: Node, look: Look, figures: BookOnDay, keys: Mapping[str, str]) -> Value:
    """The value of an expression; None when something it needs is absent.

    Raises NotComputable (Chinese sentence) when the values are there without a result, and
    ``standards.Unregulated`` when the book has no figure for the day.
    """
    if isinstance(node, Const):
        return filled(node.value, keys) if isinstance(node.value, str) else node.value
    if isinstance(node, Ref):
        return look(node.parts)
    if node.name in FORMULAS:
        return _formula(node, look, figures, keys)
    function = FUNCTIONS[node.name]
    if node.name == "if":  # the branch not taken may have no result at all
        condition = value(node.args[0], look, figures, keys)
        if condition is None:
            return None
        return value(node.args[1 if condition else 2], look, figures, keys)
    args = [value(one, look, figures, keys) for one in node.args]
    if not function.lenient and any(map(_absent, args)):
        return None
    return function.call(figures, *args) if function.figures else function.call(*args)


def _absent(one: Value) -> bool:
    """Nothing there, or a series that is empty or has a gap."""
    if isinstance(one, str) or not isinstance(one, Sequence):
        return one is None
    return not one or any(v is None for v in one)


def _formula(node: Call, look: Look, figures: BookOnDay, keys: Mapping[str, str]) -> Value:
    formula = FORMULAS[node.name]
    arguments: dict[str, Argument] = {
        p.name: float(figures.limit(p.provision)) for p in formula.parameters if p.provision
    }
    for name, one in node.named:
        found = value(one, look, figures, keys)
        if _absent(found):
            return None
        arguments[name] = found  # type: ignore[assignment]  # kinds were checked at load
    try:
        return formula.solve(arguments)
    except Unsolvable as error:
        raise NotComputable(f"{formula.title}：这些数值没有结果（{error}）") from None
