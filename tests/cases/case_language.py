"""A worked scenario as written, and the arrays that its lines stand for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from case_words import (
    ANALYSERS,
    HOUR,
    Dating,
    Expected,
    Happening,
    Marked,
    Unreadable,
    dating,
    event,
    expected,
    mark,
    moment,
    number,
    spans,
)

ROOT = Path(__file__).parents[2] / "cases"


@dataclass
class Series:
    """One factor's slots over the period. ``rows`` tells which slots have a line in MIN.csv."""

    slots: int
    values: np.ndarray[Any, np.dtype[np.float64]]
    flags: np.ndarray[Any, np.dtype[np.uint8]]
    rows: np.ndarray[Any, np.dtype[np.bool_]]
    letters: list[str] = field(default_factory=lambda: ["", "N"])

    def letter(self, text: str) -> int:
        if text not in self.letters:
            self.letters.append(text)
        return self.letters.index(text)


@dataclass(frozen=True)
class Scenario:
    """One worked scenario as written; arrays are made when they are asked for."""

    path: Path
    data: Mapping[str, Any]
    base: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}/{self.data['name']}"

    @property
    def proves(self) -> tuple[str, ...]:
        return tuple(self.data.get("proves", ()))

    @cached_property
    def point(self) -> Mapping[str, Any]:
        return {**self.base.get("point", {}), **self.data.get("point", {})}

    @property
    def kind(self) -> str:
        return str(self.point["kind"])

    def lines(self, what: str) -> list[str]:
        return [*self.base.get(what, ()), *self.data.get(what, ())]

    @cached_property
    def period(self) -> tuple[int, int]:
        text = self.data.get("period") or self.base["period"]
        return next(spans(text, (0, 0)))

    @property
    def hours(self) -> int:
        return (self.period[1] - self.period[0]) // HOUR

    @cached_property
    def events(self) -> tuple[Happening, ...]:
        return tuple(sorted(map(event, self.lines("events")), key=lambda e: e.time))

    @cached_property
    def marks(self) -> tuple[Marked, ...]:
        return tuple(map(mark, self.lines("marks")))

    @cached_property
    def rules(self) -> tuple[Dating, ...]:
        return tuple(map(dating, self.lines("rules")))

    @cached_property
    def parameters(self) -> tuple[Dating, ...]:
        return tuple(map(dating, self.lines("parameters")))

    @cached_property
    def manual(self) -> tuple[tuple[str, int, float], ...]:
        """``w01018 2025-10-05 08:00 60``: manual monitoring in mg/L."""
        made = []
        for line in self.lines("manual"):
            factor, rest = line.split(" ", 1)
            when, value = rest.rsplit(" ", 1)
            made.append((factor, moment(when), float(value)))
        return tuple(made)

    @cached_property
    def expected(self) -> tuple[Expected, ...]:
        return tuple(e for line in self.data.get("expect", ()) for e in expected(line))

    def slots(self, factor: str) -> int:
        every = self.data.get("every", self.base.get("every", "minute"))
        if every == "hour" or (self.kind == "water" and factor in ANALYSERS):
            return 1
        return 6 if self.kind == "water" else {"minute": 60, "5 minutes": 12}[every]

    def series(self) -> dict[str, Series]:
        made: dict[str, Series] = {}
        for line in self.lines("series"):
            head, separator, rest = line.partition(": ")
            if not separator:
                raise Unreadable(f"not a series: {line!r}")
            what, _, when = rest.partition(", ")
            for factor in head.split(","):
                if factor not in made:
                    slots = self.slots(factor)
                    size = self.hours * slots
                    made[factor] = Series(slots, np.full(size, np.nan), np.zeros(size, np.uint8),
                                          np.zeros(size, bool))
                for begin, end in spans(when, self.period):
                    self._write(made[factor], what.strip(), begin, end)
        return made

    def _write(self, series: Series, what: str, begin: int, end: int) -> None:
        step = HOUR // series.slots
        first = max(0, -(-(begin - self.period[0]) // step))
        last = max(first, min(len(series.values), -(-(end - self.period[0]) // step)))
        word, _, rest = what.partition(" ")
        size = last - first
        if word == "flag":
            series.flags[first:last] = series.letter(rest)
        elif word == "absent":
            series.rows[first:last] = False
            series.values[first:last] = np.nan
        elif word == "empty":
            series.rows[first:last] = True
            series.values[first:last] = np.nan
        else:
            series.rows[first:last] = True
            if word in ("cycle", "hourly", "daily"):
                width = {"cycle": 1, "hourly": series.slots, "daily": 24 * series.slots}[word]
                pattern = np.repeat([float(n) for n in rest.split()], width)
                series.values[first:last] = np.resize(pattern, size)
            else:
                series.values[first:last] = float(number(what))


def load(root: Path = ROOT) -> list[Scenario]:
    """Every scenario of judging, by folder and file. Files of frames hold none."""
    found = []
    for path in sorted(root.glob("*/*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in document.get("case", ()):
            base = document.get("base", {}).get(entry.get("base", ""), {})
            found.append(Scenario(path, entry, base))
    return found
