"""What a formula of the registry is, how it is solved, and how it is written with its numbers."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Argument = float | Sequence[float]
Kind = Literal["number", "series", "whole"]
Status = Literal["text", "secondary", "recalled"]


class Unsolvable(ValueError):
    """A formula that these values cannot be put into, or that has no result for them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a formula takes. ``kind`` "series" is a list of numbers, "whole" a whole one.
    ``provision`` names the figure of the book of rules that stands when no value is given."""

    name: str
    unit: str
    label: str  # Chinese
    symbol: str
    kind: Kind = "number"
    provision: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with its source. ``expression`` holds the parameters in braces, in plain
    arithmetic; ``function`` takes them by name and is what counts. ``needs`` says (English) for
    which values there is a result at all. ``parts`` gives statistics of the series that the
    expression names as it names parameters."""

    name: str
    function: Callable[..., object]
    title: str  # Chinese
    symbol: str
    unit: str
    standard: str
    clause: str
    status: Status
    expression: str
    parameters: tuple[Parameter, ...]
    needs: str = ""
    parts: Callable[..., Mapping[str, float]] | None = None

    def cite(self) -> str:
        """Standard and clause: ``HJ 212-2017 D.2.5 (33)``."""
        return f"{self.standard} {self.clause}".strip()

    @property
    def summary(self) -> str:
        """The function's own first paragraph, English, on one line."""
        paragraph = (self.function.__doc__ or "").strip().split("\n\n")[0]
        return " ".join(paragraph.replace("``", "").split())

    def parameter(self, name: str) -> Parameter:
        """Raises Unsolvable for a name that the formula does not have."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(parameter.name for parameter in self.parameters)
        raise Unsolvable(f"{self.name} takes {known}; not {name!r}")

    def solve(self, values: Mapping[str, Argument]) -> float:
        """The result, in ``unit``, for one value of every parameter, those of the book included.

        Raises Unsolvable when a value is missing, unknown or not finite, and when the equation has
        no result for them.
        """
        for name in values:
            self.parameter(name)
        for parameter in self.parameters:
            _accept(parameter, values)
        try:
            result = self.function(**values)
        except ValueError as error:
            raise Unsolvable(f"{self.name}: {error}") from None
        number = math.nan if result is None else float(result)  # type: ignore[arg-type]
        if not math.isfinite(number):
            needs = f": it needs {self.needs}" if self.needs else ""
            raise Unsolvable(f"{self.name} has no result for these values{needs}")
        return number

    def symbolic(self) -> str:
        """The equation in symbols.

        >>> from qingyuan.calc.formulas import FORMULAS
        >>> FORMULAS["to_dry"].symbolic()
        'C干 = C湿 / (1 - Xsw / 100)'
        """
        return f"{self.symbol} = {self._filled({p.name: p.symbol for p in self.parameters})}"

    def statistics(self, values: Mapping[str, Argument]) -> Mapping[str, float]:
        """The ``parts`` for these values, by the names that stand in the equation."""
        return self.parts(**values) if self.parts else {}

    def with_numbers(self, values: Mapping[str, Argument]) -> str:
        """The right-hand side with the numbers put in.

        >>> from qingyuan.calc.formulas import FORMULAS
        >>> FORMULAS["to_dry"].with_numbers({"wet": 90.0, "humidity": 10.0})
        '90 / (1 - 10 / 100)'
        """
        known = {**values, **self.statistics(values)}
        return self._filled({name: written(value) for name, value in known.items()})

    def _filled(self, texts: Mapping[str, str]) -> str:
        found = re.compile(r"\{(\w+)\}")
        return found.sub(lambda match: texts.get(match[1], match[1]), self.expression)


def written(value: Argument) -> str:
    """A number with at most 12 significant digits, in parentheses when negative; a series in
    brackets.

    >>> written(0.1 + 0.2), written(-5.0), written([1.0, -2.5]), written(60750.0)
    ('0.3', '(-5)', '[1, -2.5]', '60750')
    """
    if isinstance(value, Sequence):
        return "[" + ", ".join(f"{number:.12g}" for number in value) + "]"
    return f"({value:.12g})" if value < 0 else f"{value:.12g}"


def _accept(parameter: Parameter, values: Mapping[str, Argument]) -> None:
    if parameter.name not in values:
        unit = f" in {parameter.unit}" if parameter.unit else ""
        raise Unsolvable(f"{parameter.name} ({_WANTED[parameter.kind]}{unit}) is missing")
    value = values[parameter.name]
    if isinstance(value, Sequence) != (parameter.kind == "series") or value == []:
        raise Unsolvable(f"{parameter.name} must be {_WANTED[parameter.kind]}")
    numbers = value if isinstance(value, Sequence) else (value,)
    if not all(map(math.isfinite, numbers)):
        raise Unsolvable(f"{parameter.name} must be finite")
    if parameter.kind == "whole" and any(number != int(number) for number in numbers):
        raise Unsolvable(f"{parameter.name} must be a whole number")


_WANTED: Mapping[Kind, str] = {
    "number": "a number",
    "series": "numbers separated by commas",
    "whole": "a whole number",
}
