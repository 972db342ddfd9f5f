"""Worked calls of single functions (``[[call]]``): figures in, figures out, no judgement."""

import importlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from case_language import ROOT
from case_words import Unreadable, moment, number

from qingyuan.standards import Book

DAY = date(2025, 10, 1)


@dataclass(frozen=True)
class Call:
    """One worked call: a function, rows of arguments and what comes of them."""

    path: Path
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}/{self.data['name']}"

    @property
    def proves(self) -> tuple[str, ...]:
        return tuple(self.data.get("proves", ()))

    def complaints(self, book: Book) -> list[str]:
        """What the function gives otherwise than written; ``rule NAME`` stands for the book's
        value on the case's day."""
        module, _, name = self.data["function"].rpartition(".")
        function = getattr(importlib.import_module(f"qingyuan.{module}"), name)
        day = date.fromisoformat(self.data.get("day", DAY.isoformat()))
        found = []
        for row in self.data["rows"]:
            given = {k: _argument(v, book, day) for k, v in row.get("given", {}).items()}
            arrays = {k: np.array(v) for k, v in row.get("arrays", {}).items()}
            result = function(**arrays, **given)
            if "then" in row:
                name, *rest = row["then"]
                result = getattr(result, name)(*(_argument(v, book, day) for v in rest))
            found.extend(fault for line in row["gives"] if (fault := _fault(result, line)))
        return found


def _argument(value: object, book: Book, day: date) -> object:
    """``rule NAME`` is the book's value, ``the book`` the book, ``at TIME`` an epoch second."""
    if not isinstance(value, str):
        return value
    if value.startswith("rule "):
        return book.at(value.removeprefix("rule "), day).value
    if value.startswith("at "):
        return moment(value.removeprefix("at "))
    return book if value == "the book" else value


def _fault(result: object, line: str) -> str:
    """``exempted.effective = 1``, ``values[4] = none``, ``= 25``, ``[0] = 'N'``."""
    place, separator, wanted = line.partition("= ")
    if not separator:
        raise Unreadable(f"not a result: {line!r}")
    found: Any = result
    for attribute, index in re.findall(r"(\w+)(?![^\[]*\])|\[(-?\d+)\]", place.strip()):
        found = getattr(found, attribute) if attribute else found[int(index)]
    return "" if _same(found, wanted.strip()) else f"{line}: is {found!r}"


def _same(found: Any, wanted: str) -> bool:
    if wanted == "none":
        return found is None or bool(np.isnan(found))
    if wanted in ("true", "false"):
        return bool(found) is (wanted == "true")
    if wanted.startswith("'"):
        return str(found) == wanted.strip("'")
    if wanted.startswith("at "):
        return int(found) == moment(wanted.removeprefix("at "))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", wanted):
        return bool(found == date.fromisoformat(wanted))
    exact = float(number(wanted))
    return found is not None and abs(float(found) - exact) <= 1e-9 * max(1.0, abs(exact))


def load_calls(root: Path = ROOT) -> list[Call]:
    """Every worked call, by folder and file."""
    return [Call(path, entry) for path in sorted(root.glob("*/*.toml"))
            for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("call", ())]
