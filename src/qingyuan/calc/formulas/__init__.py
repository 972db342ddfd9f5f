"""The closed registry of formulas: what a form, a page or ``qingyuan formula`` may call by name.

Each entry names function, parameters with unit and Chinese label, result unit, source and status,
and an expression that can be shown with the numbers put in. Figures of the standards are not in
the entries: a parameter names the provision of the book that stands when no value is given.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from qingyuan.calc.formulas import checks, counts, flue, waste_water
from qingyuan.calc.formulas.formula import Argument, Formula, Parameter, Unsolvable, written
from qingyuan.standards import Book, Provision

__all__ = [
    "FORMULAS", "Argument", "Formula", "Parameter", "Unsolvable", "figures", "written",
]  # fmt: skip

FORMULAS: Mapping[str, Formula] = MappingProxyType({
    formula.name: formula
    for formula in (
        *flue.FORMULAS, *waste_water.FORMULAS, *checks.FORMULAS, *counts.FORMULAS,
    )
})


def figures(
    formula: Formula, book: Book, day: date, scope: Sequence[str] = ()
) -> dict[str, Provision]:
    """The provisions that stand on ``day`` for the formula's parameters, by parameter name.

    Raises ``standards.Unregulated`` where the book has none.
    """
    return {
        parameter.name: book.at(parameter.provision, day, scope)
        for parameter in formula.parameters
        if parameter.provision
    }
