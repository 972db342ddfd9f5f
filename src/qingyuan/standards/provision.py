"""What the book consists of: a provision, the other ways to read it, and what can go wrong.

Nothing here reads a file. Text for people (title, why, source) is Chinese data.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, cast

Value: TypeAlias = int | float | str | bool
Status = Literal["text", "secondary", "recalled"]

STATUSES: tuple[Status, ...] = ("text", "secondary", "recalled")
"""``text``: read in the standard or a verbatim copy; ``secondary``: restated elsewhere;
``recalled``: from memory or carried over, still to be checked against the printed text."""

NATIONAL = "national"
"""The last link of every chain."""

UNITS: frozenset[str] = frozenset({
    "",  # a count, a fraction, a switch
    "s", "min", "h", "d", "working day", "month", "year", "o'clock", "day of month",
    "%", "% F.S.", "permille",
    "mg/m3", "mg/L", "umol/mol", "g/mol", "L/mol",
    "K", "degC", "kPa", "m", "m2", "mm", "m/s", "km/h", "t", "mg", "L", "kg", "CNY", "pH",
})
"""The closed list of units; a new one is added here first, so that a misspelt one is refused."""


class Unregulated(LookupError):
    """No provision of that name is in force on that day for that scope."""


class BadBook(ValueError):
    """Entries cannot be made into a book. ``problems`` has one sentence for each fault, each
    naming its file and entry."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read a provision where texts conflict; ``why`` says what speaks for it."""

    value: Value
    clause: str
    source: str
    status: Status
    why: str


@dataclass(frozen=True, slots=True)
class Provision:
    """One value of one rule over [since, until], both days included; ``until`` None is open.

    ``link`` says who set it: "national", "region:65", "organisation:3" or "permit:12". ``standard``
    is empty for an override, whose ``clause`` then names its whole basis. ``choices`` lists the
    words that a switch may have; it is empty for numbers and booleans.
    """

    name: str
    standard: str
    title: str
    value: Value
    unit: str
    clause: str
    since: date
    until: date | None
    status: Status
    source: str
    readings: tuple[Reading, ...] = ()
    why: str = ""
    link: str = NATIONAL
    choices: tuple[str, ...] = ()

    def cite(self) -> str:
        """The standard and the clause, as one quotes them.

        >>> from datetime import date
        >>> Provision("gas.capture.min_rate", "HJ 75-2017", "", 0.75, "", "12.1.3",
        ...           date(2018, 3, 1), None, "recalled", "").cite()
        'HJ 75-2017 12.1.3'
        """
        return f"{self.standard} {self.clause}".strip()

    def covers(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def substance(self) -> tuple[Value, str, str, str]:
        """What a result depends on or quotes: value, unit, standard and clause. Status, source,
        title and reasons are not in it."""
        return self.value, self.unit, self.standard, self.clause

    def words(self) -> tuple[str, ...]:
        """The words that this switch may have: its choices, or its value and its readings'."""
        if not isinstance(self.value, str):
            return ()
        read = (self.value, *(r.value for r in self.readings if isinstance(r.value, str)))
        return self.choices or tuple(dict.fromkeys(read))


@dataclass(frozen=True, slots=True)
class Override:
    """A value that a region, an organisation or a permit sets in place of the national one.

    ``link`` is "region:…", "organisation:…" or "permit:…"; ``clause`` names the whole basis (a
    local standard and its clause, a contract's annex), since there is no file to carry it.
    """

    name: str
    value: Value
    link: str
    since: date
    until: date | None = None
    clause: str = ""
    source: str = ""
    status: str = "text"
    why: str = ""


def kind_of(value: object) -> str | None:
    """ "bool", "int", "float" or "str"; None for what cannot be a provision's value.

    A boolean is not a number, NaN and infinities are not values.

    >>> kind_of(True), kind_of(45), kind_of(0.75), kind_of("strict"), kind_of(float("nan"))
    ('bool', 'int', 'float', 'str', None)
    """
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float" if abs(value) < float("inf") else None
    return "str" if isinstance(value, str) and value else None


def fitted(value: object, kind: str) -> Value | None:
    """``value`` as that kind, or None where it does not fit; a whole number fits a float.

    >>> fitted(21, "float"), fitted(45.5, "int"), fitted(True, "int")
    (21.0, None, None)
    """
    own = kind_of(value)
    if own == "int" and kind == "float":
        return float(cast(int, value))
    return cast(Value, value) if own == kind else None
