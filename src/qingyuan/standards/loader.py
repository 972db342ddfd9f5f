"""Reads a folder of TOML files into a book and refuses what is not sound, by file and entry."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from .book import Book, overlaps
from .provision import (
    NATIONAL,
    STATUSES,
    UNITS,
    BadBook,
    Provision,
    Reading,
    Status,
    Value,
    kind_of,
)

DATA = Path(__file__).with_name("data")
CITATIONS = "citations.toml"
"""The file of the folder that holds laws and not provisions; see ``citations``."""

Table = Mapping[str, object]

_FILE = ({"standard", "title", "provision"}, set[str]())
_PROVISION = ({"name", "title", "unit", "value"}, {"scope", "choices"})
_VALUE = ({"since", "value", "clause", "status", "source"}, {"until", "why", "reading"})
_READING = ({"value", "clause", "status", "source", "why"}, set[str]())
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_SCOPE = re.compile(r"region:\d{2,6}|(organisation|permit):\S+")


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
    for path in paths:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: not TOML: {error}")
            continue
        reader = _File(path.name, table)
        found.extend(reader.provisions())
        faults.extend(reader.faults)
        if reader.standard in titles:
            faults.append(f"{path.name}: a second file for {reader.standard}")
        titles[reader.standard] = reader.title
    faults.extend(_across(found))
    if faults:
        raise BadBook(*faults)
    return Book(found, titles)


class _File:
    """One standard's file; ``faults`` fills while the provisions are taken out."""

    def __init__(self, name: str, table: Table) -> None:
        self.name, self.table = name, table
        self.faults: list[str] = []
        self.standard = str(table.get("standard", ""))
        self.title = str(table.get("title", ""))

    def provisions(self) -> Iterator[Provision]:
        self._keys(self.table, _FILE, "the file")
        seen: set[tuple[str, str]] = set()
        for index, entry in enumerate(self._tables(self.table, "provision", "the file"), 1):
            name = entry.get("name")
            where = name if isinstance(name, str) and name else f"provision {index}"
            if not self._keys(entry, _PROVISION, where) or not self._named(entry, where):
                continue
            link = str(entry.get("scope", NATIONAL))
            if (where, link) in seen:
                self._fault(where, f"is in this file twice for {link}")
                continue
            seen.add((where, link))
            for value in self._tables(entry, "value", where):
                made = self._provision(entry, value, link, where)
                if made is not None:
                    yield made

    def _named(self, entry: Table, where: str) -> bool:
        faults = len(self.faults)
        if not _NAME.fullmatch(str(entry["name"])):
            self._fault(where, "a name is dotted lower-case English")
        if entry["unit"] not in UNITS:
            self._fault(where, f"unit {entry['unit']!r} is not in the list of units")
        if not isinstance(entry["title"], str) or not entry["title"]:
            self._fault(where, "title is empty")
        if "scope" in entry and not _SCOPE.fullmatch(str(entry["scope"])):
            self._fault(where, f"scope {entry['scope']!r} is not region:NN, organisation:… "
                               "or permit:…")
        choices = entry.get("choices", ())
        if "choices" in entry and (
            not isinstance(choices, list) or len(choices) < 2
            or any(kind_of(c) != "str" for c in choices)
        ):
            self._fault(where, "choices are two or more words")
        return len(self.faults) == faults

    def _provision(self, entry: Table, value: Table, link: str, name: str) -> Provision | None:
        if not self._keys(value, _VALUE, name):
            return None
        since, until = value["since"], value.get("until")
        where = f"{name} since {since}"
        faults = len(self.faults)
        if not _is_day(since) or not (until is None or _is_day(until)):
            self._fault(where, "since and until are dates (YYYY-MM-DD)")
        elif until is not None and cast(date, until) < cast(date, since):
            self._fault(where, f"until {until} lies before it")
        self._sourced(value, where)
        readings = tuple(self._readings(value, where))
        words = tuple(cast(list[str], entry.get("choices", [])))
        self._worded(value["value"], readings, words, where)
        if readings and not value.get("why"):
            self._fault(where, "has other readings, so its own why must say why it was chosen")
        if len(self.faults) > faults:
            return None
        return Provision(
            name=name, standard=self.standard, title=str(entry["title"]),
            value=cast(Value, value["value"]), unit=str(entry["unit"]),
            clause=str(value["clause"]), since=cast(date, since), until=cast(date | None, until),
            status=cast(Status, value["status"]), source=str(value["source"]),
            readings=readings, why=str(value.get("why", "")), link=link, choices=words,
        )

    def _readings(self, value: Table, where: str) -> Iterator[Reading]:
        seen = [value["value"]]
        for entry in self._tables(value, "reading", where, needed=False):
            if not self._keys(entry, _READING, f"{where}, reading"):
                continue
            other = entry["value"]
            if kind_of(other) != kind_of(value["value"]):
                self._fault(where, f"the reading {other!r} is of another type")
            elif other in seen:
                self._fault(where, f"the reading {other!r} is no other value")
            elif not entry["why"]:
                self._fault(where, f"the reading {other!r} does not say what speaks for it")
            seen.append(other)
            self._sourced(entry, f"{where}, reading {other!r}")
            yield Reading(cast(Value, other), str(entry["clause"]), str(entry["source"]),
                          cast(Status, entry["status"]), str(entry["why"]))

    def _worded(
        self, value: object, readings: tuple[Reading, ...], words: tuple[str, ...], where: str
    ) -> None:
        kind = kind_of(value)
        if kind is None:
            self._fault(where, f"{value!r} is not a number, a boolean or a word")
        elif kind != "str":
            if words:
                self._fault(where, "choices are for words only")
        elif not words and not readings:
            self._fault(where, f"the word {value!r} needs choices or a reading beside it")
        elif words:
            for word in (value, *(r.value for r in readings)):
                if word not in words:
                    self._fault(where, f"{word!r} is not one of its choices")

    def _sourced(self, entry: Table, where: str) -> None:
        if entry["status"] not in STATUSES:
            self._fault(where, f"status {entry['status']!r} is not one of {', '.join(STATUSES)}")
        for key in ("clause", "source"):
            if not isinstance(entry[key], str) or not str(entry[key]).strip():
                self._fault(where, f"a {entry['status']} value needs a {key}")

    def _keys(self, table: Table, shape: tuple[set[str], set[str]], where: str) -> bool:
        needed, more = shape
        missing, unknown = needed - table.keys(), table.keys() - needed - more
        if missing:
            self._fault(where, f"lacks {', '.join(sorted(missing))}")
        if unknown:
            self._fault(where, f"has unknown keys {', '.join(sorted(unknown))}")
        return not missing and not unknown

    def _tables(self, table: Table, key: str, where: str, needed: bool = True) -> list[Table]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            self._fault(where, f"{key} is not an array of tables")
            return []
        if needed and key in table and not found:
            self._fault(where, f"has no {key}")
        return found

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(f"{self.name}: {where}: {what}")


def _across(found: list[Provision]) -> Iterator[str]:
    """What only shows when all files are there: doubles, overlaps, units and types that differ."""
    ordered = sorted(found, key=lambda p: (p.name, p.link, p.since))
    first: dict[str, Provision] = {}
    days: set[tuple[str, str, date]] = set()
    kept: list[Provision] = []
    for p in ordered:
        pattern = first.setdefault(p.name, p)
        where = f"{p.standard}: {p.name} since {p.since}"
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
    yield from overlaps(kept)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
