"""Worked records (``[[record]]``): a record as its file is written, and what must be answered."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from case_language import ROOT
from case_words import Unreadable, number

from qingyuan.assess.records.check import check
from qingyuan.assess.records.table import BadRecord
from qingyuan.standards import Book

_REPEATED = re.compile(r"<(\d+) x (.*?)>")
_NAME = re.compile(r"\$(\w+)")
_STEP = re.compile(r"(\w+)|\[(-?\d+)\]")
_NUMBER = re.compile(r"[-+0-9.(]")


@dataclass(frozen=True)
class Record:
    """One record with its rows: ``NAME=VALUE …: KEY VALUE; KEY VALUE``. A row puts its values in
    place of ``$NAME``; a key is looked up in the first result, one that begins with ``/`` in the
    answer itself."""

    path: Path
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}/{self.data['name']}"

    @property
    def proves(self) -> tuple[str, ...]:
        return tuple(self.data.get("proves", ()))

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(self.data["rows"])

    def complaints(self, book: Book) -> list[str]:
        """What is answered otherwise than written."""
        return [fault for row in self.rows for fault in self._faults(row, book)]

    def text(self, row: str) -> str:
        """The record's file for one row."""
        put = dict(one.split("=", 1) for one in row.partition(": ")[0].split())
        spread = _REPEATED.sub(lambda m: ", ".join([m[2]] * int(m[1])), self.data["toml"])
        return _NAME.sub(lambda m: put.get(m[1], m[0]), spread)

    def answer(self, row: str, book: Book) -> Any:
        """What one row is answered, or how it is refused."""
        try:
            return check(self.text(row), book)
        except BadRecord as error:
            return {"results": [{}], "refused": str(error)}

    def _faults(self, row: str, book: Book) -> Iterator[str]:
        put, colon, demands = row.partition(": ")
        if not colon:
            raise Unreadable(f"not a row: {row!r}")
        answer = self.answer(row, book)
        for demand in demands.split("; "):
            key, _, wanted = demand.strip().partition(" ")
            found = _looked_up(answer, key)
            if not _holds(found, wanted.strip()):
                yield f"{put}: {demand}: is {found!r}"


def _looked_up(answer: Any, key: str) -> Any:
    found = answer if key.startswith("/") else answer["results"][0]
    for name, index in _STEP.findall(key.lstrip("/")):
        if found is None or (name and name not in found):
            return f"no {name or index}"
        if index and int(index) >= len(found):
            return f"no [{index}]"
        found = found[name] if name else found[int(index)]
    return found


def _holds(found: Any, wanted: str) -> bool:
    if wanted in ("true", "false", "none"):
        return found is {"true": True, "false": False, "none": None}[wanted]
    lines = [found] if isinstance(found, str) else found or []
    if wanted.startswith("has "):
        return any(wanted[4:] in line for line in lines)
    if wanted.startswith("without "):
        return not any(wanted[8:] in line for line in lines)
    if isinstance(found, str) or not _NUMBER.match(wanted):
        return bool(found == wanted)
    exact = float(number(wanted))
    return (isinstance(found, int | float) and not isinstance(found, bool)
            and abs(found - exact) <= 1e-9 * max(1.0, abs(exact)))


def load_records(root: Path = ROOT) -> list[Record]:
    """Every worked record, by folder and file."""
    return [Record(path, entry) for path in sorted(root.glob("*/*.toml"))
            for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("record", ())]
