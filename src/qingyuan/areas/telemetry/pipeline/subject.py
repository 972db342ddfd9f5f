"""What judging one point rests on, read once for a stretch of work."""

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.calc.roles import is_pollutant
from qingyuan.calc.ruling import Ruling
from qingyuan.calc.types import Case, Grid, Medium
from qingyuan.kernel.windows import HOUR
from qingyuan.standards import Unregulated

from ..factors import factor_id
from ..models import JudgedPoint
from .facts import Facts, facts_of
from .grids import Link, links_of


@dataclass
class Subject:
    """A point with its facts, its book, and how far it is judged: ``first`` and ``last`` hour,
    ``since`` the first hour of each factor (2017 code)."""

    point: int
    kind: Medium
    book: BookFor
    facts: Facts
    links: list[Link]
    fingerprint: str  # of the book it was judged by before
    first: int | None
    last: int | None
    since: dict[str, int]
    ids: dict[str, int] = field(default_factory=dict)

    def id_of(self, code: str) -> int:
        """The dictionary's id of a 2017 code."""
        if code not in self.ids:
            found = factor_id(code)
            if found is None:
                raise LookupError(f"there is no factor {code} in the dictionary")
            self.ids[code] = found
        return self.ids[code]

    @property
    def codes(self) -> tuple[str, ...]:
        """The factors that are judged, sorted."""
        return tuple(sorted(self.since))

    @property
    def other_rules(self) -> bool:
        """Whether the book is another than when the point was judged last."""
        return self.fingerprint not in ("", self.book.book.fingerprint)

    def case(self, start: int, hours: int, codes: tuple[str, ...],
             grids: dict[str, Grid] | None = None) -> Case:
        """A case over these hours, with all facts of the point."""
        return Case(
            self.kind, start, hours, grids or {},
            tuple(code for code in codes if is_pollutant(code)), codes,
            self.facts.parameters, self.facts.events, self.facts.marks, self.facts.manual,
            goes_on=True,
        )

    def ruling(self, start: int, hours: int) -> Ruling:
        """The book over these hours."""
        return Ruling(self.book.book, self.book.chain, start, hours)

    @cached_property
    def lead(self) -> int:
        """Hours by which the flow that a value belongs to may lie before its stamp (water)."""
        if self.kind != "water":
            return 0
        dated = self.facts.parameters.get("sampling_offset_hours")
        known = [value for value in dated.values if value is not None] if dated else []
        try:
            known += [one.value for one in self.book.book.history("water.sampling_offset")]
        except Unregulated:
            pass  # a book without it has no offset; the engine says so if it needs one
        return max((ceil(float(value)) for value in known if float(value) > 0), default=0)

    def end(self) -> int | None:
        """Where the judged hours end, epoch second."""
        return None if self.last is None else self.last + HOUR


def subject_of(point: MonitoringPoint) -> Subject:
    """Everything about a point but its readings. Ten queries."""
    row = JudgedPoint.objects.get(pk=point.pk)
    return Subject(
        point.pk, "gas" if point.kind == "gas" else "water", book_for(point), facts_of(point.pk),
        links_of(point.pk), row.rules, row.first, row.last, dict(row.factors))
