"""Expressions of a form as trees, and the small grammar that they are written in.

    either  = both { "or" both }
    both    = sense { "and" sense }
    sense   = "not" sense | compare
    compare = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
    sum     = product { ("+" | "-") product }
    product = sign { ("*" | "/") sign }
    sign    = "-" sign | atom
    atom    = number | 'text' | true | false | name "(" [ arguments ] ")" | path | "(" either ")"
    path    = name { "." name }
    arguments = argument { "," argument },  argument = [ name "=" ] either

Nothing of it is Python: a text becomes a tree of three kinds of node or is refused.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeAlias


class BadExpression(ValueError):
    """A text that is no expression; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Const:
    """A number, a text or a truth. A text may hold ``{key}``, which each block fills."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Ref:
    """A field by its path: ``name`` near by, ``table.column``, ``section.field``."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the closed list; operators are functions too."""

    name: str
    args: tuple["Node", ...] = ()
    named: tuple[tuple[str, "Node"], ...] = ()


Node: TypeAlias = Const | Ref | Call

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>[^']*)'|(?P<name>[a-z][a-z0-9_]*)"
    r"|(?P<mark>==|!=|<=|>=|[-+*/()<>,.=]))"
)
_COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SUM = {"+": "add", "-": "sub"}
_PRODUCT = {"*": "mul", "/": "div"}
_WORDS = frozenset({"and", "or", "not", "true", "false"})
_DEEPEST, _LONGEST = 40, 400


def parse(text: str) -> Node:
    """The tree of an expression.

    >>> parse("x <= 2.5")
    Call(name='le', args=(Ref(parts=('x',)), Const(value=2.5)), named=())

    Raises BadExpression.
    """
    reader = _Reader(text)
    node = reader.either()
    reader.finish()
    return node


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, depth first."""
    yield node
    if isinstance(node, Call):
        for argument in (*node.args, *(value for _, value in node.named)):
            yield from walk(argument)


def as_json(node: Node) -> dict[str, object]:
    """The tree as JSON objects, for the phone.

    >>> as_json(parse("not done"))
    {'call': 'not', 'args': [{'ref': ['done']}]}
    """
    if isinstance(node, Const):
        return {"const": node.value}
    if isinstance(node, Ref):
        return {"ref": list(node.parts)}
    found: dict[str, object] = {"call": node.name, "args": [as_json(a) for a in node.args]}
    if node.named:
        found["named"] = {name: as_json(value) for name, value in node.named}
    return found


class _Reader:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        if len(self.tokens) > _LONGEST:
            raise BadExpression(f"an expression has at most {_LONGEST} words and marks")
        self.at = 0
        self.depth = 0

    def finish(self) -> None:
        if self.at < len(self.tokens):
            self._refuse("an end")

    def either(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadExpression(f"{self.text!r} is nested deeper than {_DEEPEST}")
        node = self._words("or", lambda: self._words("and", self._sense))
        self.depth -= 1
        return node

    def _words(self, word: str, part: Callable[[], Node]) -> Node:
        found = [part()]
        while self._took("name", word):
            found.append(part())
        return found[0] if len(found) == 1 else Call(word, tuple(found))

    def _sense(self) -> Node:
        if self._took("name", "not"):
            return Call("not", (self._sense(),))
        left = self._sum()
        for mark, name in _COMPARE.items():
            if self._took("mark", mark):
                return Call(name, (left, self._sum()))
        return left

    def _sum(self) -> Node:
        return self._chain(_SUM, lambda: self._chain(_PRODUCT, self._sign))

    def _chain(self, marks: dict[str, str], part: Callable[[], Node]) -> Node:
        left = part()
        while (mark := self._one_of(marks)) is not None:
            left = Call(marks[mark], (left, part()))
        return left

    def _sign(self) -> Node:
        if self._took("mark", "-"):
            return Call("neg", (self._sign(),))
        return self._atom()

    def _atom(self) -> Node:
        if self.at >= len(self.tokens):
            self._refuse("a value")
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Const(float(word))
        if kind == "text":
            return Const(word)
        if kind == "mark" and word == "(":
            node = self.either()
            self._need(")")
            return node
        if kind != "name" or word in _WORDS - {"true", "false"}:
            self.at -= 1
            self._refuse("a value")
        if word in ("true", "false"):
            return Const(word == "true")
        return self._call(word) if self._took("mark", "(") else self._path(word)

    def _path(self, word: str) -> Node:
        parts = [word]
        while self._took("mark", "."):
            parts.append(self._name())
        return Ref(tuple(parts))

    def _call(self, name: str) -> Node:
        args: list[Node] = []
        named: dict[str, Node] = {}
        while not self._took("mark", ")"):
            if args or named:
                self._need(",")
            if self._sees("name", 0) and self._sees("mark", 1, "="):
                key = self._name()
                self._need("=")
                if key in named:
                    raise BadExpression(f"{name}() is given {key} twice")
                named[key] = self.either()
            elif named:
                self._refuse("a named argument")
            else:
                args.append(self.either())
        return Call(name, tuple(args), tuple(named.items()))

    def _name(self) -> str:
        if not self._sees("name", 0):
            self._refuse("a name")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _sees(self, kind: str, ahead: int, word: str | None = None) -> bool:
        place = self.at + ahead
        if place >= len(self.tokens) or self.tokens[place][0] != kind:
            return False
        return word is None or self.tokens[place][1] == word

    def _took(self, kind: str, word: str) -> bool:
        found = self._sees(kind, 0, word)
        self.at += found
        return found

    def _one_of(self, marks: dict[str, str]) -> str | None:
        return next((mark for mark in marks if self._took("mark", mark)), None)

    def _need(self, mark: str) -> None:
        if not self._took("mark", mark):
            self._refuse(f"{mark!r}")

    def _refuse(self, wanted: str) -> NoReturn:
        found = repr(self.tokens[self.at][1]) if self.at < len(self.tokens) else "the end"
        raise BadExpression(f"{self.text!r}: expected {wanted}, found {found}")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    end = len(text.rstrip())
    place = 0
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadExpression(f"{text!r}: what is {text[place:].strip()[:10]!r}?")
        yield match.lastgroup or "", match[match.lastgroup or 0]
        place = match.end()
