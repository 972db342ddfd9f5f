"""Reads a folder of TOML files into a book and refuses what is not sound, by file and entry."""

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from .book import Book, overlapping, overlaps
from .entries import FileOfProvisions, Table
from .provision import BadBook, Provision, kind_of

DATA = Path(__file__).with_name("data")
CITATIONS = "citations.toml"
"""The file of the folder that holds laws and not provisions; see ``citations``."""


def load(folder: Path = DATA) -> Book:
    """The book of a folder's ``*.toml`` (without ``citations.toml``).

    BadBook lists every fault: a file that cannot be parsed, a missing or unknown key, a double
    entry, overlapping days, until before since, a wrong status, unit or type, a reading that is
    no alternative, a value without source. The shipped folder is read once in a process.
    """
    return _shipped() if folder == DATA else _read(folder)


@lru_cache(maxsize=1)
def _shipped() -> Book:
    return _read(DATA)


def _read(folder: Path) -> Book:
    paths = sorted(p for p in folder.glob("*.toml") if p.name != CITATIONS)
    if not paths:
        raise BadBook(f"{folder}: there is no TOML file of provisions")
    faults: list[str] = []
    found: list[Provision] = []
    titles: dict[str, str] = {}
    files: dict[str, str] = {}
    for path in paths:
        try:
            reader = FileOfProvisions(path.name, parsed(path))
        except BadBook as error:
            faults.extend(error.problems)
            continue
        found.extend(reader.provisions())
        faults.extend(reader.faults)
        if reader.standard in titles:
            faults.append(f"{path.name}: {reader.standard}: has a file already, "
                          f"{files[reader.standard]}")
            continue
        titles[reader.standard], files[reader.standard] = reader.title, path.name
    faults.extend(_across(found, files))
    if faults:
        raise BadBook(*faults)
    return Book(found, titles)


def parsed(path: Path) -> Table:
    """A TOML file's tables; BadBook names the file and the place of what is not TOML."""
    try:
        # editors on Windows begin a UTF-8 file with a mark that TOML does not know
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadBook(f"{path.name}: not TOML: {error}") from error
    except OSError as error:
        raise BadBook(f"{path.name}: cannot be read: {error.strerror}") from error


def _across(found: list[Provision], files: dict[str, str]) -> Iterator[str]:
    """What only shows when all files are there: doubles, overlaps, units and types that differ."""
    ordered = sorted(found, key=lambda p: (p.name, p.link, p.since))
    first: dict[str, Provision] = {}
    days: set[tuple[str, str, date]] = set()
    kept: list[Provision] = []
    for p in ordered:
        pattern = first.setdefault(p.name, p)
        where = f"{files.get(p.standard, p.standard)}: {p.name} since {p.since}"
        if (p.name, p.link, p.since) in days:
            yield f"{where}: a second value for {p.link} from that day"
            continue
        days.add((p.name, p.link, p.since))
        kept.append(p)
        if p.unit != pattern.unit:
            yield f"{where}: unit {p.unit!r} differs from {pattern.unit!r} of {pattern.cite()}"
        if kind_of(p.value) != kind_of(pattern.value):
            yield (f"{where}: {p.value!r} is {kind_of(p.value)}, "
                   f"{kind_of(pattern.value)} in {pattern.cite()}")
    for before, p in overlaps(kept):
        yield f"{files.get(p.standard, p.standard)}: {overlapping(before, p)}"
