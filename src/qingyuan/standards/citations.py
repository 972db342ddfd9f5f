"""Laws whose numbers changed by date: the same duty is cited by another article before and after.

The entries live in ``data/citations.toml``. A later law does not repeal an earlier rule of the
same content by being listed after it; the list names the article that an act of that day is
measured by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import cast

from .entries import Shape, Table, day_faults, key_faults, source_faults, tables
from .loader import CITATIONS, DATA, parsed
from .provision import BadBook, Status, Unregulated

_CITATION: Shape = (frozenset({"key", "title", "law"}), frozenset())
_LAW: Shape = (frozenset({"since", "name", "article", "status", "source"}),
               frozenset({"until", "note"}))


@dataclass(frozen=True, slots=True)
class Citation:
    """An article in force over [since, until], both days included; ``until`` None is open.
    ``title`` says in Chinese what it is about, ``note`` what a reader should know besides."""

    key: str
    title: str
    law: str
    article: str
    since: date
    until: date | None
    status: Status
    source: str
    note: str = ""

    def cite(self) -> str:
        """Law and article, as one quotes them."""
        return f"{self.law} {self.article}".strip()

    def covers(self, day: date) -> bool:
        """Whether it is what an act of that day is measured by."""
        return self.since <= day and (self.until is None or day <= self.until)


def citation(key: str, day: date) -> Citation:
    """The article that ``key`` is cited by on ``day``.

    Unregulated when the key is unknown or no law of it was in force.

    >>> citation("data_transmission", date(2025, 12, 31)).law
    'HJ 212-2017'
    >>> citation("data_transmission", date(2026, 1, 1)).law
    'HJ 212-2025'
    """
    known = citations()
    if key not in known:
        raise Unregulated(f"there is no citation {key!r}; known: {', '.join(known)}")
    for found in known[key]:
        if found.covers(day):
            return found
    spans = "; ".join(f"{c.law} {c.since} to {c.until or 'now'}" for c in known[key])
    raise Unregulated(f"no law for {key} on {day}; known: {spans}")


def citations(folder: Path = DATA) -> Mapping[str, tuple[Citation, ...]]:
    """Key → its articles by date; {} when the folder has no ``citations.toml``.

    BadBook lists every fault by key, as the loader of provisions does.
    """
    return _shipped() if folder == DATA else _read(folder)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, tuple[Citation, ...]]:
    return _read(DATA)


def _read(folder: Path) -> Mapping[str, tuple[Citation, ...]]:
    path = folder / CITATIONS
    if not path.exists():
        return {}
    table = parsed(path)
    faults = list(key_faults(table, (frozenset({"citation"}), frozenset())))
    found: dict[str, tuple[Citation, ...]] = {}
    for index, entry in enumerate(tables(table, "citation") or [], 1):
        key = str(entry.get("key", f"citation {index}"))
        if key in found:
            faults.append(f"{key}: is there twice")
        own: list[str] = list(key_faults(entry, _CITATION))
        laws = tuple(_laws(entry, own)) if not own else ()
        own.extend(_overlaps(laws))
        if not laws and not own:
            own.append("has no law")
        faults.extend(f"{key}: {fault}" for fault in own)
        found[key] = laws
    if faults:
        raise BadBook(*(f"{CITATIONS}: {fault}" for fault in faults))
    return found


def _laws(entry: Table, faults: list[str]) -> Iterator[Citation]:
    for law in tables(entry, "law") or []:
        own = list(key_faults(law, _LAW))
        if not own:
            own.extend(day_faults(law["since"], law.get("until")))
            own.extend(source_faults(law, ("name", "article", "source")))
        faults.extend(f"{law.get('name', 'law')}: {fault}" for fault in own)
        if own:
            continue
        yield Citation(
            key=str(entry["key"]), title=str(entry["title"]), law=str(law["name"]),
            article=str(law["article"]), since=cast(date, law["since"]),
            until=cast(date | None, law.get("until")), status=cast(Status, law["status"]),
            source=str(law["source"]), note=str(law.get("note", "")),
        )


def _overlaps(laws: tuple[Citation, ...]) -> Iterator[str]:
    for one, other in zip(laws, laws[1:], strict=False):
        if one.until is None or one.until >= other.since:
            yield f"{other.cite()} from {other.since} overlaps {one.cite()}, or is out of order"
