"""What a check answers: one outcome for each way to read the clause, the default one first."""

from dataclasses import dataclass
from fractions import Fraction

Figure = Fraction | int | bool | None
PLAIN = "as_written"
"""The reading of a clause that has one way to be read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that a verdict stands on: what kind of row (``person``, ``office`` …), its id or
    name, whether it is as it should be (None: unknown or only counted), and what it says."""

    kind: str
    id: str
    ok: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One reading. ``passed`` is None where facts are missing; the sentence then says which.
    ``value`` and ``limit`` have the same unit."""

    reading: str
    passed: bool | None
    value: Figure
    limit: Figure
    sentence: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check. ``clause`` cites the standard, ``status`` says how sure its text is."""

    check: str
    title: str
    clause: str
    status: str
    outcomes: tuple[Outcome, ...]

    @property
    def default(self) -> Outcome:
        return self.outcomes[0]


def missing(sentence: str, *readings: str) -> tuple[Outcome, ...]:
    """The same answer "not known" for each reading."""
    return tuple(Outcome(one, None, None, None, sentence) for one in readings or (PLAIN,))


def ordered(default: object, *outcomes: Outcome) -> tuple[Outcome, ...]:
    """The outcomes with the one of the default reading first."""
    return tuple(sorted(outcomes, key=lambda one: one.reading != default))


def said(value: Fraction | int) -> str:
    """A number for a sentence, its digits kept as far as they tell it apart from its limit.

    >>> said(Fraction(801, 100)), said(Fraction(50)), said(Fraction(25, 3))
    ('8.01', '50', '8.3333333333')
    """
    return str(int(value)) if value == int(value) else f"{float(value):.11g}"


def verdict_word(passed: bool | None) -> str:
    """合格, 不合格 or 无从评价."""
    return "无从评价" if passed is None else "合格" if passed else "不合格"
