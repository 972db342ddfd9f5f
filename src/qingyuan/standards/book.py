"""The book of rules, read by name, day and scope."""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from .provision import (
    NATIONAL,
    STATUSES,
    BadBook,
    Override,
    Provision,
    Unregulated,
    fitted,
    kind_of,
)

_LINK = re.compile(r"(region|organisation|permit):\S+")
_DAY = timedelta(days=1)


class Book:
    """Provisions by name, link and day. Immutable; two books of the same entries are equal in
    fingerprint whatever the order their files were read in.

    ``provisions`` keeps the files' own order, which is the standards'. ``standards`` maps a
    standard's number to its Chinese title, in the order of the files.
    """

    __slots__ = ("_spans", "fingerprint", "provisions", "standards")

    def __init__(
        self, provisions: Iterable[Provision], standards: Mapping[str, str] | None = None
    ) -> None:
        """Refuses (BadBook) entries of one name and link whose days overlap."""
        self.provisions: tuple[Provision, ...] = tuple(provisions)
        ordered = sorted(self.provisions, key=_order)
        self.standards: Mapping[str, str] = dict(standards or {})
        self._spans: dict[str, dict[str, list[Provision]]] = {}
        for provision in ordered:
            by_link = self._spans.setdefault(provision.name, {})
            by_link.setdefault(provision.link, []).append(provision)
        problems = [overlapping(*pair) for pair in overlaps(ordered)]
        if problems:
            raise BadBook(*problems)
        self.fingerprint: str = _fingerprint(ordered)

    def at(self, name: str, day: date, scope: Sequence[str] = ()) -> Provision:
        """What is in force on ``day``: the nearest link of ``scope`` that has a value then, the
        national one last. Unregulated names the dates that exist.

        ``scope`` is nearest first: ("permit:12", "organisation:3", "region:650100", "region:65").
        """
        by_link = self._spans.get(name)
        if by_link is None:
            raise Unregulated(self._unknown(name))
        for link in (*scope, NATIONAL):
            for provision in by_link.get(link, ()):
                if provision.covers(day):
                    return provision
        known = "; ".join(map(_span, self.history(name)))
        asked = ", ".join((*scope, NATIONAL))
        raise Unregulated(f"{name} has no value on {day} for {asked}; known: {known}")

    def names(self) -> tuple[str, ...]:
        """Every provision's name, sorted."""
        return tuple(self._spans)

    def __contains__(self, name: object) -> bool:
        return name in self._spans

    def history(self, name: str) -> tuple[Provision, ...]:
        """Every value of that name, the national ones first, each link's by date.

        Unregulated when the book has no such name.
        """
        if name not in self._spans:
            raise Unregulated(self._unknown(name))
        return tuple(p for spans in self._spans[name].values() for p in spans)

    def with_overrides(self, overrides: Iterable[Override]) -> "Book":
        """A book in which the overrides stand at their links. An entry of the book at the same
        link gives way on the override's days.

        BadBook when a name is unknown, a value does not have the national value's type or is no
        word of the switch, a date, link, clause or status is wrong, or two overrides overlap.
        """
        new = tuple(self._overriding(override) for override in overrides)
        if not new:
            return self
        problems = [overlapping(*pair) for pair in overlaps(sorted(new, key=_order))]
        if problems:
            raise BadBook(*problems)
        kept: list[Provision] = list(self.provisions)
        for override in new:
            kept = [piece for p in kept for piece in _without(p, override)]
        return Book((*kept, *new), self.standards)

    def _overriding(self, override: Override) -> Provision:
        where = f"override of {override.name} at {override.link}"
        if override.name not in self._spans:
            raise BadBook(f"{where}: {self._unknown(override.name)}")
        pattern = self.history(override.name)[0]
        if not _LINK.fullmatch(override.link):
            raise BadBook(f"{where}: a link is region:…, organisation:… or permit:…")
        kind = kind_of(pattern.value) or ""
        value = fitted(override.value, kind)
        if value is None:
            raise BadBook(f"{where}: {override.value!r} is not of type {kind}")
        words = self.words(override.name)
        if words and value not in words:
            raise BadBook(f"{where}: {value!r} is not one of {', '.join(words)}")
        if override.until is not None and override.until < override.since:
            raise BadBook(f"{where}: until {override.until} lies before since {override.since}")
        status = next((s for s in STATUSES if s == override.status), None)
        if status is None:
            raise BadBook(f"{where}: status {override.status!r} is not one of "
                          f"{', '.join(STATUSES)}")
        if not override.clause.strip():
            raise BadBook(f"{where}: it needs a clause that names its basis")
        if status != "text" and not override.source.strip():
            raise BadBook(f"{where}: a value of status {status} needs a source")
        return Provision(
            name=pattern.name, standard="", title=pattern.title, value=value, unit=pattern.unit,
            clause=override.clause, since=override.since, until=override.until, status=status,
            source=override.source, why=override.why, link=override.link, choices=words,
        )

    def words(self, name: str) -> tuple[str, ...]:
        """The words that the switch ``name`` may have; none for numbers and booleans."""
        return tuple(dict.fromkeys(w for p in self.history(name) for w in p.words()))

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._spans, n=3)
        hint = f"; near: {', '.join(near)}" if near else ""
        return f"there is no provision named {name!r}{hint}"


def overlaps(ordered: Iterable[Provision]) -> Iterable[tuple[Provision, Provision]]:
    """Each pair of neighbours of one name and link that share a day; the provisions come ordered
    by name, link and date."""
    before: Provision | None = None
    for p in ordered:
        if before is not None and (before.name, before.link) == (p.name, p.link) and (
            before.until is None or before.until >= p.since
        ):
            yield before, p
        before = p


def overlapping(before: Provision, p: Provision) -> str:
    """The sentence for such a pair."""
    return (f"{p.name} ({p.link}) since {p.since} overlaps the value of {before.cite()}, "
            f"{_span(before)}")


def _order(p: Provision) -> tuple[str, bool, str, date]:
    return p.name, p.link != NATIONAL, p.link, p.since


def _span(p: Provision) -> str:
    return f"{p.since} to {p.until or 'now'} ({p.link})"


def _without(p: Provision, override: Provision) -> Iterable[Provision]:
    """What is left of ``p`` on the days that the override does not cover."""
    if (p.name, p.link) != (override.name, override.link):
        yield p
        return
    end = override.until
    if p.since < override.since:
        last = override.since - _DAY
        yield p if p.until is not None and p.until <= last else replace(p, until=last)
    if end is not None and (p.until is None or p.until > end):
        yield p if p.since > end else replace(p, since=end + _DAY)


def _fingerprint(provisions: Sequence[Provision]) -> str:
    """12 hex digits of sha256 over what a result can depend on or quote; a figure that is checked
    against its text, or explained in a better sentence, re-judges nothing."""
    canonical = [
        [p.name, p.link, p.since.isoformat(), p.until.isoformat() if p.until else None,
         kind_of(p.value), *p.substance()]
        for p in provisions
    ]
    text = json.dumps(canonical, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
