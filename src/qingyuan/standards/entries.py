"""Takes the provisions out of one parsed file and notes every fault with its entry's name."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import cast

from .provision import NATIONAL, STATUSES, UNITS, Provision, Reading, Status, Value, kind_of

Table = Mapping[str, object]
Shape = tuple[frozenset[str], frozenset[str]]
"""The keys that a table must have, and those that it may have besides."""

_FILE: Shape = (frozenset({"standard", "title", "provision"}), frozenset())
_PROVISION: Shape = (frozenset({"name", "title", "unit", "value"}),
                     frozenset({"scope", "choices"}))
_VALUE: Shape = (frozenset({"since", "value", "clause", "status", "source"}),
                 frozenset({"until", "why", "reading"}))
_READING: Shape = (frozenset({"value", "clause", "status", "source", "why"}), frozenset())
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_SCOPE = re.compile(r"region:\d{2,12}|(organisation|permit):\S+")


class FileOfProvisions:
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
        if not isinstance(entry["unit"], str) or entry["unit"] not in UNITS:
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
        for fault in day_faults(since, until):
            self._fault(where, fault)
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
        for fault in source_faults(entry, ("clause", "source")):
            self._fault(where, fault)

    def _keys(self, table: Table, shape: Shape, where: str) -> bool:
        faults = list(key_faults(table, shape))
        for fault in faults:
            self._fault(where, fault)
        return not faults

    def _tables(self, table: Table, key: str, where: str, needed: bool = True) -> list[Table]:
        found = tables(table, key)
        if found is None or (needed and key in table and not found):
            self._fault(where, f"{key} is not an array of tables with an entry")
        return found or []

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(f"{self.name}: {where}: {what}")


def key_faults(table: Table, shape: Shape) -> Iterator[str]:
    """What a table lacks and what it has too much."""
    needed, more = shape
    missing, unknown = needed - table.keys(), table.keys() - needed - more
    if missing:
        yield f"lacks {', '.join(sorted(missing))}"
    if unknown:
        yield f"has unknown keys {', '.join(sorted(unknown))}"


def day_faults(since: object, until: object) -> Iterator[str]:
    """Whether [since, until] is a span of days; ``until`` None is open."""
    if not _is_day(since) or not (until is None or _is_day(until)):
        yield "since and until are dates (YYYY-MM-DD)"
    elif until is not None and cast(date, until) < cast(date, since):
        yield f"until {until} lies before since {since}"


def source_faults(entry: Table, texts: tuple[str, ...]) -> Iterator[str]:
    """Whether the status is known and each of ``texts`` says something."""
    status = entry["status"]
    if status not in STATUSES:
        yield f"status {status!r} is not one of {', '.join(STATUSES)}"
    for key in texts:
        if not isinstance(entry[key], str) or not str(entry[key]).strip():
            yield f"a {status} value needs a {key}"


def tables(table: Table, key: str) -> list[Table] | None:
    """The array of tables under ``key``, [] without one; None when it is something else."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
        return None
    return found


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
