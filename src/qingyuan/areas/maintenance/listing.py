"""The duties as a list for people: each with the terms that bind it on a day, filters, the matrix.

Everything here is in memory: there are some hundred duties, shared between requests.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from qingyuan.areas.rules.queries import BookFor
from qingyuan.standards import Unregulated
from qingyuan.standards.due import tightest
from qingyuan.standards.duties import (
    COLUMNS,
    SYSTEMS,
    Column,
    Due,
    Duties,
    Duty,
    Term,
    next_due,
    system_name,
    terms,
)
from qingyuan.standards.duty import PLACES

ALL = "all"


@dataclass(frozen=True, slots=True)
class Line:
    """One duty on a day. ``manual`` and ``auto`` are the terms without and with automatic
    calibration, the tightest first; both are empty where the book has none ("unregulated") or an
    own figure that is no interval ("no_interval"): ``trouble``."""

    duty: Duty
    manual: tuple[Term, ...]
    auto: tuple[Term, ...]
    trouble: str = ""

    @property
    def term(self) -> Term | None:
        """The one that decides, for a system as the duty is meant for."""
        found = self.auto if self.duty.auto_calibration else self.manual
        return found[0] if found else None

    @property
    def differs(self) -> bool:
        """Whether automatic calibration changes the interval."""
        return self.manual != self.auto

    @property
    def columns(self) -> frozenset[Column]:
        """Where it stands in the matrix."""
        return frozenset(found[0].interval.column() for found in (self.manual, self.auto) if found)

    @property
    def systems(self) -> tuple[tuple[str, str], ...]:
        """Kinds of systems with technique that it holds for."""
        return tuple(one for one in SYSTEMS if self.duty.holds(*one))


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; unknown words filter nothing. ``system`` is a key as of
    ``system_key``; ``set`` is a set's key, ALL, or "" for those that are switched on."""

    set: str = ""
    system: str = ""
    interval: str = ""
    where: str = ""
    form: str = ""
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str], duties: Duties) -> "Filters":
        def known(name: str, among: Iterable[str]) -> str:
            found = params.get(name, "")
            return found if found in among else ""

        return cls(
            set=known("set", (*duties.sets, ALL)), where=known("where", PLACES),
            system=known("system", map(system_key, SYSTEMS)),
            interval=known("interval", COLUMNS), form=known("form", duties.forms),
            text=params.get("q", "").strip()[:64],
        )

    @property
    def any(self) -> bool:
        return self != Filters()

    def holds(self, key: str, on: Collection[str]) -> bool:
        """Whether duties of a set are shown; ``on`` are the sets that are switched on."""
        return key == self.set if self.set not in ("", ALL) else self.set == ALL or key in on

    def keeps(self, line: Line, on: Collection[str]) -> bool:
        duty = line.duty
        words = f"{duty.name} {duty.group} {duty.cite()} {duty.key}".casefold()
        return (
            self.holds(duty.set, on)
            and (not self.where or duty.where == self.where)
            and (not self.interval or self.interval in line.columns)
            and (not self.system or self.system in map(system_key, line.systems))
            and (not self.form or self.form in forms_of(duty, self.system))
            and all(part in words for part in self.text.casefold().split())
        )


def system_key(system: tuple[str, str]) -> str:
    """A system in an address.

    >>> system_key(("gas", "dilution")), system_key(("water", ""))
    ('dilution', 'water')
    """
    return system[1] or system[0]


def forms_of(duty: Duty, system: str = "") -> dict[str, None]:
    """Slugs of its forms in order; of one system, if it is named."""
    return dict.fromkeys(slug for own, slug in duty.forms if own in ("", system) or not system)


def lines_of(duties: Iterable[Duty], book: BookFor, day: date) -> list[Line]:
    """Each duty with its terms on a day, as the organisation's book has them."""
    return [line_of(duty, book, day) for duty in duties]


def line_of(duty: Duty, book: BookFor, day: date) -> Line:
    """One duty with its terms on a day."""
    try:
        manual, auto = (
            _ordered(terms(duty, book.book, day, auto_calibration=one, scope=book.chain))
            for one in (False, True))
    except Unregulated:
        return Line(duty, (), (), "unregulated")
    except ValueError:
        # an organisation may have entered a figure that is no interval
        return Line(duty, (), (), "no_interval")
    return Line(duty, manual, auto)


def due_after(
    duty: Duty, done: datetime, book: BookFor, *, auto_calibration: bool
) -> Due | None:
    """When it is due again after a finish; None where no interval is to be had on that day."""
    try:
        return next_due(duty, done, book.book, auto_calibration=auto_calibration,
                        scope=book.chain)
    except (Unregulated, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Cell:
    """``count`` duties of one system in one column, ``remote`` of them at the desk."""

    column: Column
    count: int
    remote: int


def matrix(lines: Sequence[Line]) -> list[tuple[str, str, list[Cell]]]:
    """(key, name, cells) of each kind of system, over all columns that hold anything."""
    columns = [one for one in COLUMNS if any(one in line.columns for line in lines)]
    return [(system_key(system), system_name(*system),
             [_cell(lines, system, column) for column in columns]) for system in SYSTEMS]


def _cell(lines: Sequence[Line], system: tuple[str, str], column: Column) -> Cell:
    found = [line for line in lines if column in line.columns and line.duty.holds(*system)]
    return Cell(column, len(found), sum(line.duty.where == "remote" for line in found))


def _ordered(found: tuple[Term, ...]) -> tuple[Term, ...]:
    if len(found) < 2:
        return found
    first = tightest(found)
    return (first, *(term for term in found if term is not first))
