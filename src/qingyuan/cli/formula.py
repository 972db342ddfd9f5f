"""``qingyuan formula``: the formulas of the standards, their sources, and numbers put in."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import orjson

from qingyuan.calc.formulas import (
    FORMULAS,
    Argument,
    Formula,
    Parameter,
    Unsolvable,
    figures,
)
from qingyuan.kernel.clock import CST
from qingyuan.standards import Provision, Unregulated, load

from . import BadInput


def run(argv: list[str]) -> int:
    """List the formulas; show one; or work one out with ``parameter=value`` for each parameter."""
    options = _options(argv)
    if options.name is None:
        sys.stdout.write(_list(options.json))
        return 0
    formula = _named(options.name)
    book = _figures(formula, _day(options.at))
    if not options.values:
        sys.stdout.write(_shown(formula, book, options.json))
        return 0
    values = _values(formula, options.values)
    arguments = {name: _number(name, found) for name, found in book.items()} | values
    try:
        result = formula.solve(arguments)
    except Unsolvable as error:
        raise BadInput(f"{error}; see 'qingyuan formula {formula.name}'") from None
    own = {name: found for name, found in book.items() if name not in values}
    sys.stdout.write(_solved(formula, arguments, result, own, options.json))
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="qingyuan formula",
        description="The formulas of the standards. Without NAME: list them. With NAME: show its "
                    "parameters. With values: work it out. Series are numbers separated by "
                    "commas; parameters with a figure in the book of rules may be left out.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("values", nargs="*", metavar="parameter=value")
    parser.add_argument("--at", metavar="DATE", help="day whose book of rules holds (today)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _named(name: str) -> Formula:
    if name not in FORMULAS:
        words = set(name.split("_"))
        near = [known for known in FORMULAS if words & set(known.split("_"))]
        hint = f"did you mean {', '.join(near)}?" if near else "'qingyuan formula' lists them"
        raise BadInput(f"there is no formula {name!r}; {hint}")
    return FORMULAS[name]


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(CST).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--at takes a day as YYYY-MM-DD, not {text!r}") from None


def _figures(formula: Formula, day: date) -> dict[str, Provision]:
    try:
        return figures(formula, load(), day)
    except Unregulated as error:
        raise BadInput(f"the book of rules has no figure for {day}: {error}") from None


def _values(formula: Formula, texts: Sequence[str]) -> dict[str, Argument]:
    found: dict[str, Argument] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"expected parameter=value, not {text!r}")
        if name in found:
            raise BadInput(f"{name} is given twice")
        try:
            found[name] = _read(formula.parameter(name), value)
        except Unsolvable as error:
            raise BadInput(str(error)) from None
    return found


def _read(parameter: Parameter, text: str) -> Argument:
    parts = [part.strip() for part in text.split(",")]
    if not all(_DECIMAL.fullmatch(part) for part in parts):
        wanted = "numbers separated by commas" if parameter.kind == "series" else "a number"
        unit = f" in {parameter.unit}" if parameter.unit else ""
        raise Unsolvable(f"{parameter.name} takes {wanted}{unit}, not {text!r}")
    if parameter.kind == "series":
        return [float(part) for part in parts]
    if len(parts) > 1:
        raise Unsolvable(f"{parameter.name} takes a single number, not {text!r}")
    return int(parts[0]) if _WHOLE.fullmatch(parts[0]) else float(parts[0])


_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)


def _number(name: str, provision: Provision) -> float:
    if isinstance(provision.value, str | bool):
        raise BadInput(f"{name}: {provision.name} is {provision.value!r}, no number")
    return provision.value


def _list(as_json: bool) -> str:
    if as_json:
        return _json([_described(formula) for formula in FORMULAS.values()])
    width = max(map(len, FORMULAS))
    return "".join(
        f"{name:<{width}}  {formula.title}  [{formula.cite()}, {formula.status}]\n"
        for name, formula in FORMULAS.items()
    )


def _shown(formula: Formula, book: Mapping[str, Provision], as_json: bool) -> str:
    if as_json:
        return _json(_described(formula))
    lines = [_head(formula), f"  {formula.summary}", f"  {formula.symbolic()}"]
    lines += [f"  {_line(parameter, book)}" for parameter in formula.parameters]
    return "\n".join(lines) + "\n"


def _head(formula: Formula) -> str:
    unit = f", {formula.unit}" if formula.unit else ""
    return f"{formula.name}  {formula.title}{unit}  [{formula.cite()}, {formula.status}]"


def _line(parameter: Parameter, book: Mapping[str, Provision]) -> str:
    parts = [f"{parameter.name}={'a,b,…' if parameter.kind == 'series' else '…'}"]
    parts += [parameter.unit, parameter.symbol, parameter.label]
    if parameter.name in book:
        found = book[parameter.name]
        parts.append(f"(else {found.value}, {found.name}: {found.cite()})")
    return "  ".join(part for part in parts if part)


def _solved(
    formula: Formula,
    arguments: Mapping[str, Argument],
    result: float,
    book: Mapping[str, Provision],
    as_json: bool,
) -> str:
    if as_json:
        return _json(_described(formula) | {
            "values": dict(arguments),
            "statistics": dict(formula.statistics(arguments)),
            "with_numbers": formula.with_numbers(arguments),
            "result": result,
            "figures": {name: f"{found.name}: {found.cite()}" for name, found in book.items()},
        })
    unit = f" {formula.unit}" if formula.unit else ""
    lines = [
        _head(formula),
        f"  {formula.symbolic()}",
        f"  = {formula.with_numbers(arguments)}",
        f"  = {result:.12g}{unit}",
    ]
    lines += [
        f"  {name} = {value:.12g}" for name, value in formula.statistics(arguments).items()
    ]
    lines += [
        f"  {name} = {found.value} {found.unit}  ({found.name}: {found.cite()})"
        for name, found in book.items()
    ]
    return "\n".join(lines) + "\n"


def _described(formula: Formula) -> dict[str, object]:
    return {
        "name": formula.name,
        "title": formula.title,
        "unit": formula.unit,
        "cite": formula.cite(),
        "status": formula.status,
        "equation": formula.symbolic(),
        "parameters": [
            {
                "name": parameter.name,
                "unit": parameter.unit,
                "label": parameter.label,
                "symbol": parameter.symbol,
                "kind": parameter.kind,
                "provision": parameter.provision or None,
            }
            for parameter in formula.parameters
        ],
    }


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
