"""The unit on one day: who is in service, which points are served, which figures are in force."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

from qingyuan.assess.capability.facts import Facts, Office, Person, Point, Work, within
from qingyuan.calc.exact import exact
from qingyuan.standards import Book, Provision


class Situation:
    """``facts`` on ``day`` under the book's figures for ``scope``. Unregulated where the book has
    no figure for the day."""

    def __init__(self, facts: Facts, day: date, book: Book, scope: Sequence[str] = ()) -> None:
        self.facts, self.day, self.book, self.scope = facts, day, book, tuple(scope)

    def rule(self, name: str) -> Provision:
        """What is in force on the day."""
        return self.book.at(name, self.day, self.scope)

    def figure(self, name: str) -> Fraction:
        """A number in force; TypeError for a word."""
        value = self.rule(name).value
        if isinstance(value, str | bool):
            raise TypeError(f"{name} is {value!r}, no number")
        return exact(value)

    @cached_property
    def people(self) -> tuple[Person, ...] | None:
        """Those in service on the day."""
        if self.facts.people is None:
            return None
        return tuple(p for p in self.facts.people if within(self.day, p.hired, p.left))

    def holding(self, *posts: str) -> list[Person]:
        """Those in service who hold one of the posts; [] also where no people are told."""
        return [p for p in self.people or () if not p.posts.isdisjoint(posts)]

    @cached_property
    def points(self) -> tuple[Point, ...] | None:
        """Those served on the day."""
        if self.facts.points is None:
            return None
        return tuple(p for p in self.facts.points if within(self.day, p.since, p.until))

    @cached_property
    def offices(self) -> tuple[Office, ...] | None:
        """Those kept on the day."""
        if self.facts.offices is None:
            return None
        return tuple(o for o in self.facts.offices if within(self.day, o.since, o.until))

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """What was done up to the day, by date, point and person."""
        done = [work for work in self.facts.works or () if work.date <= self.day]
        return tuple(sorted(done, key=lambda work: (work.date, work.point, work.person)))

    @cached_property
    def points_of(self) -> dict[str, list[Point]]:
        """The points served, by their engineer; "" has those of nobody who is an O&M person in
        service."""
        able = {person.id for person in self.holding("om")}
        found: dict[str, list[Point]] = defaultdict(list)
        for point in self.points or ():
            found[point.engineer if point.engineer in able else ""].append(point)
        return dict(found)
