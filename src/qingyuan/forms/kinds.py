"""Checks an expression before it ever runs: names, functions, kinds, provisions, cycles."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qingyuan.calc.formulas import FORMULAS
from qingyuan.forms.definition import Field, Section, Spot, Table
from qingyuan.forms.functions import FUNCTIONS, Kind
from qingyuan.forms.tree import Call, Const, Node, Ref, walk
from qingyuan.standards import Book

KIND_OF: Mapping[str, Kind] = {
    "number": "number", "whole": "number", "duration": "number", "truth": "truth",
    "date": "moment", "datetime": "moment", "choices": "list", "photo": "list", "file": "list",
}
RANDOM = "random"
"""In examples only: a number from 0 to 1, another one each time."""
_KEY = re.compile(r"\{([a-z_]+)\}")
_PROVISION_AT = {"limit": "{}", "band_kind": "{}.band1.limit", "band_limit": "{}.band1.limit"}


class BadTree(ValueError):
    """An expression that cannot mean anything here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Near:
    """Where an expression stands: the form's sections, its own one, and the table of its row."""

    sections: Mapping[str, Section]
    section: Section
    table: Table | None
    book: Book
    example: bool = False


def kind_of_field(field: Field) -> Kind:
    return KIND_OF.get(field.type, "text")


def filled(text: str, keys: Mapping[str, str]) -> str:
    """``{key}`` in a text replaced by a block's.

    >>> filled("gas.control.{family}.zero.ok", {"family": "pm"})
    'gas.control.pm.zero.ok'
    """
    return _KEY.sub(lambda found: keys.get(found[1], found[0]), text)


def kind(node: Node, near: Near) -> Kind:
    """The kind of the expression's value. Raises BadTree."""
    if isinstance(node, Const):
        _all_filled(node, near)
        return {bool: "truth", str: "text", float: "number"}[type(node.value)]
    if isinstance(node, Ref):
        if near.example and node.parts == (RANDOM,):
            return "number"
        return resolved(node, near)[1]
    return _of_formula(node, near) if node.name in FORMULAS else _of_function(node, near)


def resolved(ref: Ref, near: Near) -> tuple[Spot, Kind]:
    """The field that a path means from there, and the kind of its value. Raises BadTree."""
    parts = ref.parts
    here = near.section
    if len(parts) == 1:
        if near.table is not None and (own := near.table.field(parts[0])) is not None:
            return Spot(here.name, near.table.name, own.name), kind_of_field(own)
        field = here.field(parts[0])
        if field is not None:
            return Spot(here.name, "", field.name), kind_of_field(field)
    if len(parts) == 2 and (table := here.table(parts[0])) is not None:
        return _column(here, table, parts[1], ref)
    other = near.sections.get(parts[0])
    if other is not None and len(parts) == 2 and (field := other.field(parts[1])) is not None:
        return Spot(other.name, "", field.name), _series(kind_of_field(field), bool(other.blocks))
    if other is not None and len(parts) == 3 and not other.blocks:
        table = other.table(parts[1])
        if table is not None:
            return _column(other, table, parts[2], ref)
    raise BadTree(f"there is no field {'.'.join(parts)!r}")


def needs(node: Node, near: Near) -> Iterator[Spot]:
    """The fields that an expression reads."""
    for one in walk(node):
        if isinstance(one, Ref) and not (near.example and one.parts == (RANDOM,)):
            yield resolved(one, near)[0]


def provisions(node: Node, keys: Mapping[str, str], book: Book) -> Iterator[str]:
    """The provisions that an expression reads with a block's keys."""
    for one in walk(node):
        if not isinstance(one, Call):
            continue
        if one.name in FORMULAS:
            given = {name for name, _ in one.named}
            yield from (p.provision for p in FORMULAS[one.name].parameters
                        if p.provision and p.name not in given)
        elif one.name == "needed_passes":
            yield from ("water.comparison.min_pairs", *(
                f"water.comparison.pass_of_{n}" for n in (3, 4, 5)))
        elif one.name in _PROVISION_AT and isinstance(one.args[0], Const):
            name = filled(str(one.args[0].value), keys)
            if one.name == "limit":
                yield name
            else:
                both = f"{name}.band", f"{name}.low"
                yield from (n for n in book.names() if n.startswith(both))


def formulas(node: Node) -> Iterator[str]:
    """The formulas of ``calc`` that an expression calls."""
    for one in walk(node):
        if isinstance(one, Call) and one.name in FORMULAS:
            yield one.name


def ordered(computed: Mapping[Spot, Iterable[Spot]]) -> tuple[Spot, ...]:
    """Computed fields so that each comes after those it needs. BadTree names a cycle."""
    done: dict[Spot, None] = {}
    open_: list[Spot] = []

    def visit(spot: Spot) -> None:
        if spot in done or spot not in computed:
            return
        if spot in open_:
            ring = [*open_[open_.index(spot):], spot]
            raise BadTree("computed in a circle: " + " -> ".join(s.name for s in ring))
        open_.append(spot)
        for other in computed[spot]:
            visit(other)
        open_.pop()
        done[spot] = None

    for spot in computed:
        visit(spot)
    return tuple(done)


def key_sets(section: Section) -> Sequence[Mapping[str, str]]:
    """The keys of each block of a section; its own when it has no blocks."""
    return [b.keys for b in section.blocks] or [section.keys]


def _column(section: Section, table: Table, name: str, ref: Ref) -> tuple[Spot, Kind]:
    field = table.field(name)
    if field is None:
        raise BadTree(f"there is no field {'.'.join(ref.parts)!r}")
    return Spot(section.name, table.name, name), _series(kind_of_field(field), True)


def _series(one: Kind, many: bool) -> Kind:
    return f"*{one}" if many else one


def _all_filled(node: Const, near: Near) -> None:
    for keys in key_sets(near.section):
        left = _KEY.search(filled(node.value, keys)) if isinstance(node.value, str) else None
        if left:
            raise BadTree(f"a block has no key {left[1]!r}")


def _of_formula(node: Call, near: Near) -> Kind:
    formula = FORMULAS[node.name]
    if node.args:
        raise BadTree(f"{node.name}() takes its values by name")
    known = {p.name: p for p in formula.parameters}
    given = dict(node.named)
    if unknown := given.keys() - known.keys():
        raise BadTree(f"{node.name}() has no {', '.join(sorted(unknown))}")
    missing = [p.name for p in formula.parameters if p.name not in given and not p.provision]
    if missing:
        raise BadTree(f"{node.name}() needs {', '.join(missing)}")
    for name, value in given.items():
        wanted = "*number" if known[name].kind == "series" else "number"
        if (found := kind(value, near)) != wanted:
            raise BadTree(f"{node.name}({name}=…) takes {wanted}, not {found}")
    return "number"


def _of_function(node: Call, near: Near) -> Kind:
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise BadTree(f"there is no function {node.name!r}")
    if node.named:
        raise BadTree(f"{node.name}() takes its values in order")
    kinds = [kind(one, near) for one in node.args]
    gives = function.accepts(kinds)
    if gives is None:
        raise BadTree(f"{node.name}() does not take ({', '.join(kinds)})")
    if node.name in _PROVISION_AT:
        found = _kind_of_provision(node, near)
        return found if node.name == "limit" else gives
    return gives


def _kind_of_provision(node: Call, near: Near) -> Kind:
    name = node.args[0]
    if not isinstance(name, Const):
        raise BadTree(f"{node.name}() takes a provision's name as a plain text")
    found: set[Kind] = set()
    for keys in key_sets(near.section):
        whole = _PROVISION_AT[node.name].format(filled(str(name.value), keys))
        if whole not in near.book:
            raise BadTree(f"the book has no provision {whole!r}")
        value = near.book.history(whole)[0].value
        found.add("truth" if isinstance(value, bool) else
                  "text" if isinstance(value, str) else "number")
    if len(found) > 1:
        raise BadTree(f"{name.value!r} is not of one kind for all blocks")
    return found.pop()
