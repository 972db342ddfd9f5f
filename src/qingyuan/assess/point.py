"""POINT.toml: what is measured where, by what, against which limits, under which rules.

Every key is known or refused; a value is of its kind or refused. A parameter is one value, or an
array of ``{since, value}`` from the day (or minute) on which each began to hold.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

from qingyuan.assess import keys
from qingyuan.assess.keys import Kind, line_of
from qingyuan.assess.refusal import Complaints
from qingyuan.assess.text import utf8
from qingyuan.calc.types import Dated, Medium
from qingyuan.kernel.clock import CST
from qingyuan.standards.book import Book
from qingyuan.standards.provision import BadBook, Override, Provision, Value

LINK = "permit:file"
"""Under this link the overrides of [rules] stand in the book; nothing stands nearer."""
_ALWAYS = date(2000, 1, 1)
_DATED = '{since = YYYY-MM-DD, value = …}'
_LISTS: Mapping[Medium, str] = {"gas": "pollutants", "water": "analysers"}
_SINGLE: Mapping[Medium, Mapping[str, Kind]] = {"gas": keys.GAS, "water": keys.WATER}

_USUAL = {"technique": "extractive", "auto_calibration": "without automatic calibration"}

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Point:
    """A point as its file has it. ``factors`` are the pollutants or analysers; ``parameters`` go
    into a Case as they are; ``book`` has the file's overrides, and ``scope`` is the chain under
    which it must be asked; ``notes`` say what of the file has no effect."""

    kind: Medium
    name: str
    factors: tuple[str, ...]
    minutes_per_value: int
    parameters: Mapping[str, Dated]
    book: Book
    scope: tuple[str, ...]
    accounting_2007: bool
    notes: tuple[str, ...]


def read_point(path: Path, raw: bytes, book: Book) -> Point:
    """Read POINT.toml against a book of rules; Refused with everything that is wrong in it."""
    complaints = Complaints(path)
    text = utf8(path, raw.removeprefix(b"\xef\xbb\xbf")).decode()
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(at line ")[2].partition(",")[0]
        line = int(place) if place.isdigit() else len(text.splitlines())
        shown = (text.splitlines() or [""])[max(line - 1, 0)]
        complaints.add(max(line, 1), shown, f"TOML ({error})")
    complaints.refuse()
    reader = _File(text, table, complaints)
    point = reader.point(book)
    complaints.refuse()
    return cast(Point, point)


class _File:
    def __init__(self, text: str, table: Table, complaints: Complaints) -> None:
        self.text, self.table, self.complaints = text, table, complaints
        self.notes: list[str] = []

    def point(self, book: Book) -> Point | None:
        """The point, or None when its kind is not known; complaints say whether it can be used."""
        kind = self._one((), "kind", keys.word("gas", "water"))
        name = self._one((), "name", keys.TEXT)
        if kind is None:
            return None
        medium = cast(Medium, kind)
        own = {"kind", "name", "region", "flag_f", "accounting_2007", medium, "limits", "rules"}
        self._known((), self.table, own)
        for key in (medium, "limits", "rules"):
            self._one((), key, keys.TABLE, needed=False)
        section = self._table((medium,))
        singles, tables = _SINGLE[medium], keys.PER_FACTOR[medium]
        spacing = {"minutes_per_value"} if medium == "gas" else set[str]()
        self._known((medium,), section, {_LISTS[medium], *spacing, *singles, *tables})
        factors = self._one((medium,), _LISTS[medium], keys.codes(medium))
        chosen = tuple(cast(list[str], factors or []))
        parameters = dict(self._parameters(medium, chosen))
        if {"o2_reference", "excess_air_reference"} <= parameters.keys():
            self._wrong(("gas", "excess_air_reference"),
                        "o2_reference or excess_air_reference, not both")
        if medium == "gas":
            self.notes += [f"gas.{key} is not given: judged as {usual}"
                           for key, usual in _USUAL.items() if key not in section]
        region = self._one((), "region", keys.REGION, needed=False)
        slot = self._one((medium,), "minutes_per_value", keys.SPACING, needed=False)
        accounting = self._one((), "accounting_2007", keys.TRUTH, needed=False)
        if accounting and medium == "gas":
            self._wrong(("accounting_2007",), 'no such key where kind is "gas": HJ/T 356 is for '
                        "water")
        return Point(medium, str(name), chosen, cast(int, slot or 1), parameters,
                     self._with_rules(book), (LINK, *_regions(cast(str | None, region))),
                     bool(accounting), tuple(self.notes))

    def _parameters(self, medium: Medium, factors: tuple[str, ...]
                    ) -> Iterator[tuple[str, Dated]]:
        for key, kind in _SINGLE[medium].items():
            yield from self._dated((medium, key), kind, key)
        yield from self._dated(("flag_f",), keys.FLAG_F, "flag_f")
        for table, (name, kind) in keys.PER_FACTOR[medium].items():
            self._one((medium,), table, keys.TABLE, needed=False)
            self._known((medium, table), self._table((medium, table)), set(factors))
            yield from self._of_factors((medium, table), name, kind)
        rows = judged(medium, factors)
        for code in self._table(("limits",)):
            if not keys.is_code(medium, code):
                self._wrong(("limits", code), "one of the factors " + ", ".join(rows))
            elif code not in rows:
                self.notes.append(f"limits.{code}: the factor is not judged; its limit is unused")
        yield from self._of_factors(("limits",), "limit", keys.LIMIT)

    def _of_factors(self, path: tuple[str, ...], name: str, kind: Kind
                    ) -> Iterator[tuple[str, Dated]]:
        for code in self._table(path):
            yield from self._dated((*path, code), kind, f"{name}.{code}")

    def _dated(self, path: tuple[str, ...], kind: Kind, name: str) -> Iterator[tuple[str, Dated]]:
        value = self._table(path[:-1]).get(path[-1])
        if value is None:
            return
        steps = self._steps(path, value, kind)
        if steps is None:
            if self._fits(path, value, kind, f" (or an array of {_DATED})"):
                yield name, Dated.always(cast(Value, value))
        elif steps:
            yield name, Dated(tuple(_epoch(since) for since, _ in steps),
                              tuple(value for _, value in steps))

    def _steps(self, path: tuple[str, ...], value: object, kind: Kind | None
               ) -> list[tuple[date, Value]] | None:
        """A dated value's steps; None when it is no array of tables, [] when it is a wrong one."""
        if not isinstance(value, list) or not all(isinstance(step, dict) for step in value):
            return None
        if not value or any(set(step) != {"since", "value"} or not isinstance(step["since"], date)
                            for step in value):
            self._wrong(path, f"one or more of {_DATED}")
            return []
        steps = [(step["since"], step["value"]) for step in value]
        begins = [_epoch(since) for since, _ in steps]
        if begins != sorted(set(begins)):
            self._wrong(path, "each since later than the one before it")
            return []
        fine = [kind is None or self._fits(path, step, kind, "") for _, step in steps]
        return steps if all(fine) else []

    def _with_rules(self, book: Book) -> Book:
        good: list[Override] = []
        seen: set[str] = set()
        for path, value in _leaves(("rules",), self._table(("rules",))):
            if (name := ".".join(path[1:])) in seen:
                self._wrong(path, "each rule once, by its quoted name or nested")
                continue
            seen.add(name)
            for override in self._overrides(path, value):
                override = _whole(override, book)
                try:
                    book.with_overrides([override])
                except BadBook as error:
                    problem = error.problems[0].partition(": ")[2]
                    self._wrong(path, f"a provision of the book with a value of its type "
                                      f"({problem})")
                else:
                    if self._sane(path, override.value, book.history(override.name)[0]):
                        good.append(override)
        return book.with_overrides(good)

    def _sane(self, path: tuple[str, ...], value: Value, usual: Provision) -> bool:
        """Whether a number is of an order that can be judged by: clocks end before year 9999,
        windows have a length, states of a gas are above 0. Words and switches have been compared
        with the book already."""
        if isinstance(value, str | bool) or isinstance(usual.value, str) or usual.value <= 0:
            return True
        physical = usual.unit in ("K", "kPa", "L/mol", "g/mol")
        return self._fits(path, value, keys.number(0, 1000 * usual.value, above=physical), "")

    def _overrides(self, path: tuple[str, ...], value: object) -> Iterator[Override]:
        steps = self._steps(path, value, None)
        if steps is None:
            steps = [(_ALWAYS, cast(Value, value))]
        if not steps:
            return  # its complaint has been made
        days = [since.date() if isinstance(since, datetime) else since for since, _ in steps]
        untils = [day - timedelta(days=1) for day in days[1:]]
        for day, until, (_, figure) in zip(days, [*untils, None], steps, strict=True):
            yield Override(".".join(path[1:]), figure, LINK, day, until,
                           clause="POINT.toml [rules]", source="POINT.toml")

    def _one(self, path: tuple[str, ...], key: str, kind: Kind, *, needed: bool = True) -> object:
        table = self._table(path)
        if key not in table:
            if needed:
                where = (*path, key) if path else (key,)
                self.complaints.add(line_of(self.text, where), ".".join(path) or "POINT.toml",
                                    f"{key} = {kind.expected}")
            return None
        return table[key] if self._fits((*path, key), table[key], kind, "") else None

    def _fits(self, path: tuple[str, ...], value: object, kind: Kind, more: str) -> bool:
        if not kind.fits(value):
            self._wrong(path, kind.expected + more, value)
        return kind.fits(value)

    def _table(self, path: tuple[str, ...]) -> Table:
        """A table of the file; empty when it is not there or (a complaint of its own) no table."""
        table: object = self.table
        for key in path:
            table = table.get(key, {}) if isinstance(table, dict) else {}
        return table if isinstance(table, dict) else {}

    def _known(self, path: tuple[str, ...], table: Table, allowed: set[str]) -> None:
        for key in table:
            if key not in allowed:
                self._wrong((*path, key), "one of the keys " + ", ".join(sorted(allowed)))

    def _wrong(self, path: tuple[str, ...], expected: str, value: object = None) -> None:
        text = ".".join(path) if value is None else f"{'.'.join(path)} = {_shown(value)}"
        self.complaints.add(line_of(self.text, path), text, expected)


def judged(kind: Medium, factors: tuple[str, ...]) -> tuple[str, ...]:
    """The factors that get rows, in the order of the rows."""
    return factors if kind == "gas" else (*factors, "w00000", "w01001", "w01010")


def _whole(override: Override, book: Book) -> Override:
    """45.0 for a figure that the book counts in whole numbers is 45."""
    value = override.value
    if (isinstance(value, float) and value.is_integer() and override.name in book.names()
            and type(book.history(override.name)[0].value) is int):
        return replace(override, value=int(value))
    return override


def _leaves(path: tuple[str, ...], table: Table) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value


def _regions(code: str | None) -> tuple[str, ...]:
    """Links of a region, the nearest first: 650102 lies in 6501 (written 650100, too) and in 65."""
    own = (code, f"{code[:4]}00", code[:4], code[:2]) if code and len(code) > 2 else (code,)
    return tuple(f"region:{part}" for part in dict.fromkeys(own) if part)


def _epoch(since: date) -> int:
    if not isinstance(since, datetime):
        since = datetime(since.year, since.month, since.day, tzinfo=CST)
    return int((since if since.tzinfo else since.replace(tzinfo=CST)).timestamp())


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
