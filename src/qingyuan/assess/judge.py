"""The file door: a point, its minutes and what happened, as files, judged into a folder.

Exactly the format of ``docs/how-to/judge-a-file.md``, which is a promise.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qingyuan.assess import accounts
from qingyuan.assess.case import Facts, make_case
from qingyuan.assess.facts import read_events, read_manual, read_marks
from qingyuan.assess.minutes import read_minutes
from qingyuan.assess.placing import check_place, place
from qingyuan.assess.point import Point, read_point
from qingyuan.assess.refusal import Refused
from qingyuan.assess.seal import Json, digest, seal
from qingyuan.assess.tables import quarters, tables, write
from qingyuan.assess.text import read
from qingyuan.calc.engine import judge
from qingyuan.calc.types import Case, Judgement
from qingyuan.standards import Unregulated, load

SEAL, ACCOUNTS = "judgement.json", "accounting.csv"
OUTPUTS = (
    "hours.csv", "days.csv", "months.csv", "exceedances.csv", "quarter.json", ACCOUNTS, SEAL,
)
"""All that may be written; accounting.csv only on demand. The seal comes last, naming the rest."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one judgement."""

    point: Path
    minutes: Path
    events: Path | None = None
    marks: Path | None = None
    manual: Path | None = None

    def given(self) -> dict[str, Path]:
        """The files that were named, by what they are."""
        every = {"point": self.point, "minutes": self.minutes, "events": self.events,
                 "marks": self.marks, "manual": self.manual}
        return {name: path for name, path in every.items() if path is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A judgement, what it was of, the names of the files written, and notes for the user."""

    point: Point
    case: Case
    judgement: Judgement
    files: tuple[str, ...]
    notes: tuple[str, ...]


def judge_files(inputs: Inputs, out: Path) -> Outcome:
    """Judge and write; Refused for input that cannot be judged or a folder that cannot be written,
    and then nothing in ``out`` has changed."""
    check_place(out, OUTPUTS, inputs.given().values())
    shipped = load()
    seen: dict[str, Json] = {}
    point = read_point(inputs.point, _taken("point", inputs.point, seen), shipped)
    if point.kind == "gas" and inputs.manual:
        raise Refused(f"{inputs.manual}: manual values are for a water point; the point is gas")
    case, remarks = _case(inputs, point, seen)
    try:
        judgement = judge(case, point.book, point.scope)
    except Unregulated as error:
        raise Refused(f"{inputs.minutes}: no rule in force: {error}") from None
    notes = (*point.notes, *remarks)
    files = dict(_contents(point, case, judgement))
    files[SEAL] = _json(seal(case, judgement, point, shipped, list(seen.values()), files, notes))
    place(out, files, [name for name in OUTPUTS if name not in files])
    return Outcome(point, case, judgement, tuple(files), notes)


def _case(inputs: Inputs, point: Point, seen: dict[str, Json]) -> tuple[Case, list[str]]:
    rows = read_minutes(inputs.minutes, _taken("minutes", inputs.minutes, seen))
    events, marks, manual = inputs.events, inputs.marks, inputs.manual
    facts = Facts(
        read_events(events, _taken("events", events, seen)) if events else (),
        read_marks(marks, _taken("marks", marks, seen)) if marks else (),
        read_manual(manual, _taken("manual", manual, seen)) if manual else None)
    return make_case(inputs.minutes, rows, point, facts)


def _taken(name: str, path: Path, seen: dict[str, Json]) -> bytes:
    """The bytes of an input, noted with their digest as judged."""
    content = read(path)
    seen[name] = {"input": name, "file": path.name, **digest(content)}
    return content


def _contents(point: Point, case: Case, judgement: Judgement) -> Iterator[tuple[str, bytes]]:
    for name, text in tables(case, judgement):
        yield name, text.encode()
    yield "quarter.json", _json(quarters(case, judgement))
    if point.accounting_2007:
        rows = accounts.accounts(case, judgement, point.book, point.scope)
        yield ACCOUNTS, write(accounts.COLUMNS, rows).encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
