"""Figures of the book as one record reads them, and what one judged number is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from qingyuan.calc.exact import Number, at_least, within
from qingyuan.standards import Book, Provision, Unregulated

Figure = float | str | bool


class Figures(Protocol):
    """Where a limit comes from: the book on the record's day. ``limit`` raises Unregulated."""

    def limit(self, name: str) -> Figure: ...
    def has(self, name: str) -> bool: ...


class Reader:
    """``book`` on ``day`` under ``scope``; ``used`` keeps each provision whose value was read."""

    def __init__(self, book: Book, day: date, scope: Sequence[str] = ()) -> None:
        self.book, self.day, self.scope = book, day, tuple(scope)
        self.used: dict[str, Provision] = {}

    def limit(self, name: str) -> Figure:
        """The value in force; raises Unregulated where there is none."""
        return self.provision(name).value

    def provision(self, name: str) -> Provision:
        """The provision in force; raises Unregulated where there is none."""
        if name not in self.used:
            self.used[name] = self.book.at(name, self.day, self.scope)
        return self.used[name]

    def has(self, name: str) -> bool:
        """Whether the book has a value of that name on the day."""
        if name not in self.book:
            return False
        try:
            self.book.at(name, self.day, self.scope)
        except Unregulated:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Item:
    """One number of a record, judged or not.

    ``state`` is within, adjust or out_of_control for a drift; pass or fail for anything else;
    unjudged where the book has no limit. ``limit`` is in ``limit_unit``, ``out`` is the
    out-of-control limit in the same unit. ``provisions`` names the figures that decided. ``reason``
    (English) says why there is no value, or why it does not pass although within its limit.
    """

    name: str
    value: Number | None
    unit: str
    state: str
    limit: Number | None = None
    limit_unit: str = ""
    out: Number | None = None
    provisions: tuple[str, ...] = ()
    reason: str = ""


def number(figures: Figures, name: str) -> float:
    """A figure that has to be a number; TypeError for a word."""
    found = figures.limit(name)
    if isinstance(found, str | bool):
        raise TypeError(f"{name} is {found!r}, no number")
    return found


def at_most(
    figures: Figures, name: str, value: Number | None, unit: str, limit: str, reason: str = ""
) -> Item:
    """A number whose size may not exceed the figure ``limit``; one that could not be had fails."""
    figure = number(figures, limit)
    good = value is not None and within(value, figure)
    return Item(name, value, unit, "pass" if good else "fail", figure, unit, None, (limit,), reason)


def not_below(
    figures: Figures, name: str, value: Number | None, unit: str, limit: str, reason: str = ""
) -> Item:
    """A number that may not be less than the figure ``limit``."""
    figure = number(figures, limit)
    good = value is not None and at_least(value, figure)
    return Item(name, value, unit, "pass" if good else "fail", figure, unit, None, (limit,), reason)


def passed(items: Sequence[Item]) -> bool | None:
    """False when an item failed; None when none was judged; else True."""
    states = {item.state for item in items}
    if "fail" in states:
        return False
    return True if "pass" in states else None
