"""The two doors of a judgement: the engine on arrays, and the files of ``qingyuan judge``.

Both answer with the same rows, so that one expectation is held against either.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from case_language import (
    HOUR,
    Dating,
    Expected,
    Scenario,
    Series,
    moment,
    number,
    stamp,
)

from qingyuan.assess.exceedances import exceedances
from qingyuan.assess.judge import Inputs, judge_files
from qingyuan.calc.engine import judge
from qingyuan.calc.types import VERDICTS, Case, Dated, Event, Grid, Mark
from qingyuan.standards import Book, load
from qingyuan.standards.provision import Override

Row = Mapping[str, Any]
Answer = Callable[[str, str, str], Row]
"""(level, key, factor) → what the door says of that row."""

LINK = "permit:case"
ALWAYS = date(2000, 1, 1)
GRABBED = ("w00000", "w01001", "w01010")
MOST_ROWS = 15_000  # a file of more lines costs more than it proves
DAY = timedelta(days=1)


# -- the engine


def grid(series: Series) -> Grid:
    shape = (-1, series.slots)
    return Grid(series.values.reshape(shape), series.flags.reshape(shape), tuple(series.letters))


def properties(scenario: Scenario) -> dict[str, Dated]:
    """The point's own facts, which hold always, and the dated ones over them."""
    plain = {k: v for k, v in scenario.point.items()
             if k not in ("kind", "pollutants", "analysers", "limits") and v != "none"}
    plain |= {f"limit.{factor}": v for factor, v in scenario.point.get("limits", {}).items()}
    made = {name: Dated.always(value) for name, value in plain.items()}
    for dating in scenario.parameters:
        if dating.since is None:
            made[dating.name] = Dated.always(dating.value)
        else:
            before = made.get(dating.name, Dated((), ()))
            made[dating.name] = Dated((*before.since, moment(dating.since.isoformat())),
                                      (*before.values, dating.value))
    return made


def factors(scenario: Scenario) -> tuple[str, ...]:
    return tuple(scenario.point["pollutants" if scenario.kind == "gas" else "analysers"])


def judged(scenario: Scenario) -> tuple[str, ...]:
    return factors(scenario) + (GRABBED if scenario.kind == "water" else ())


def as_case(scenario: Scenario) -> Case:
    manual: dict[str, list[tuple[int, float]]] = {}
    for factor, at, value in scenario.manual:
        manual.setdefault(factor, []).append((at, value))
    return Case(
        kind="gas" if scenario.kind == "gas" else "water",
        start=scenario.period[0], hours=scenario.hours,
        grids={factor: grid(series) for factor, series in scenario.series().items()},
        pollutants=factors(scenario), judged=judged(scenario), parameters=properties(scenario),
        events=tuple(Event(e.time, e.kind, e.factor, e.passed) for e in scenario.events),
        marks=tuple(Mark(m.start, m.end, m.kind, m.factor) for m in scenario.marks),
        manual={factor: tuple(values) for factor, values in manual.items()},
    )


def override(rule: Dating, book: Book) -> Override:
    national = book.history(rule.name)[0].value
    value = float(rule.value) if isinstance(national, float) else rule.value
    return Override(rule.name, value, LINK, rule.since or ALWAYS,
                    rule.until - DAY if rule.until else None, clause="自定", source="自定")


def ruled(scenario: Scenario, book: Book) -> Book:
    """``book`` with the scenario's own rules in it."""
    return book.with_overrides(override(rule, book) for rule in scenario.rules)


def by_engine(scenario: Scenario, book: Book | None = None, case: Case | None = None) -> Answer:
    case = case or as_case(scenario)
    made = judge(case, ruled(scenario, book or load()), (LINK,))
    above = {(e.key, e.factor) for e in exceedances(case, made)}
    periods = {
        (level, p.key, p.factor): {
            "count": p.count, "value": p.value, "converted": p.converted, "mass": p.mass,
            "substituted": p.substituted, "verdict": p.verdict, "reason": p.reason,
            "clause": p.clause}
        for level, rows in (("day", made.days), ("month", made.months),
                            ("quarter", made.quarters), ("year", made.years))
        for p in rows}

    def answer(level: str, key: str, factor: str) -> Row:
        if level == "hour":
            hours, i = made.hours[factor], (moment(key) - made.start) // HOUR
            return {
                "minutes": int(hours.valid_minutes[i]), "value": _there(hours.value[i]),
                "converted": _there(hours.converted[i]), "mass": _there(hours.mass[i]),
                "substituted": _there(hours.substituted[i]),
                "verdict": VERDICTS[hours.verdict[i]],
                "reason": made.reasons[hours.reason[i]], "clause": made.clauses[hours.clause[i]]}
        if level == "capture":
            found = made.capture[key, factor]
            return {"hours": found.hours, "stopped_hours": found.stopped,
                    "invalid_hours": found.invalid, "rate": found.rate, "pass": found.passed}
        if level == "limit":
            return {"above": (key, factor) in above}
        return periods[level, key, factor]

    return answer


def _there(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


# -- the files


def fits_files(scenario: Scenario) -> bool:
    """Whether the promised formats can say what the scenario says, in a file of bearable size."""
    hourly_water = scenario.kind == "water" and scenario.slots("w00000") == 1
    seconds = any(e.time % 60 for e in scenario.events)
    bounded = any(rule.until for rule in scenario.rules)
    if hourly_water or seconds or bounded:
        return False
    series = scenario.series().values()
    size = sum(int(s.rows.sum()) for s in series)
    edges = [any(s.rows[i * s.slots:(i + 1) * s.slots].any() for s in series)
             for i in (0, scenario.hours - 1)]
    return size <= MOST_ROWS and all(edges)


def toml_value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def steps(values: Iterable[tuple[date | None, object]]) -> str:
    """One value, or the array of ``{since, value}`` of POINT.toml."""
    listed = list(values)
    if len(listed) == 1 and listed[0][0] is None:
        return toml_value(listed[0][1])
    return "[" + ", ".join(f"{{since = {since or ALWAYS}, value = {toml_value(value)}}}"
                           for since, value in listed) + "]"


PER_FACTOR = {"basis": "basis", "unit": "unit", "detection": "detection_limits"}


def point_toml(scenario: Scenario) -> str:
    kind, lines = scenario.kind, {"": [], "own": [], "rules": []}
    values: dict[str, list[tuple[date | None, object]]] = {}
    for name, value in scenario.point.items():
        if name not in ("kind", "limits") and value != "none":
            values[name] = [(None, value)]
    for dating in scenario.parameters:
        kept = values.get(dating.name, []) if dating.since else []
        values[dating.name] = [*kept, (dating.since, dating.value)]
    tables: dict[str, list[str]] = {}
    for name, dated in values.items():
        head, _, code = name.partition(".")
        if name == "flag_f":
            lines[""].append(f"flag_f = {steps(dated)}")
        elif code:
            tables.setdefault(PER_FACTOR[head], []).append(f"{code} = {steps(dated)}")
        else:
            lines["own"].append(f"{name} = {steps(dated)}")
    for rule in scenario.rules:
        shown = steps([(rule.since, rule.value)])
        lines["rules"].append(f'"{rule.name}" = {shown}')
    spacing = 60 // scenario.slots(factors(scenario)[0])
    if kind == "gas" and spacing > 1:
        lines["own"].append(f"minutes_per_value = {spacing}")
    return "\n".join([
        f'kind = "{kind}"', 'name = "示例排口"', *lines[""], f"[{kind}]", *lines["own"],
        *(line for table, rows in tables.items() for line in (f"[{kind}.{table}]", *rows)),
        "[limits]", *(f"{code} = {v}" for code, v in scenario.point.get("limits", {}).items()),
        "[rules]", *lines["rules"], ""])


def write_files(scenario: Scenario, folder: Path) -> Inputs:
    """The scenario as the files that an operator would hand in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "POINT.toml").write_text(point_toml(scenario), encoding="utf-8")
    rows = [
        (scenario.period[0] + i * (HOUR // s.slots), factor,
         "" if np.isnan(s.values[i]) else repr(float(s.values[i])), s.letters[s.flags[i]])
        for factor, s in scenario.series().items() for i in np.flatnonzero(s.rows).tolist()]
    rows.sort(key=lambda row: row[0])
    stamps = {at: stamp(at) for at in {row[0] for row in rows}}
    table(folder / "MIN.csv", ("time", "factor", "value", "flag"),
          ((stamps[at], *rest) for at, *rest in rows))
    table(folder / "EVENTS.csv", ("time", "kind", "factor", "passed"),
          ((stamp(e.time), e.kind, e.factor, {True: "1", False: "0", None: ""}[e.passed])
           for e in scenario.events))
    table(folder / "MARKS.csv", ("start", "end", "kind", "factor"),
          ((stamp(m.start), stamp(m.end), m.kind, m.factor) for m in scenario.marks))
    if scenario.manual:
        table(folder / "MANUAL.csv", ("time", "factor", "value"),
              ((stamp(at), factor, repr(value)) for factor, at, value in scenario.manual))
    manual = folder / "MANUAL.csv"
    return Inputs(folder / "POINT.toml", folder / "MIN.csv", folder / "EVENTS.csv",
                  folder / "MARKS.csv", manual if manual.exists() else None)


def table(path: Path, columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


TABLES = (("hour", "hours.csv", "hour"), ("day", "days.csv", "day"), ("month", "months.csv",
                                                                       "month"))
COUNTS = {"hour": "valid_minutes", "day": "valid_hours", "month": "valid_days"}


def by_files(scenario: Scenario, folder: Path) -> Answer:
    """What ``qingyuan judge`` writes; quarters and years are not among its tables."""
    out = folder / "out"
    judge_files(write_files(scenario, folder), out)
    rows: dict[tuple[str, str, str], Row] = {}
    for level, name, column in TABLES:
        with (out / name).open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                rows[level, line[column], line["factor"]] = {
                    "minutes" if level == "hour" else "count": int(line[COUNTS[level]]),
                    "value": _read(line["value"]), "converted": _read(line["converted"]),
                    "mass": _read(line["mass_kg"]),
                    "substituted": _read(line["mass_substituted_kg"]),
                    "verdict": line["verdict"], "clause": line["clause"],
                    "reason": tuple(c for c in line["reason"].split(";") if c)}
    with (out / "exceedances.csv").open(encoding="utf-8", newline="") as file:
        above = {(line["start"], line["factor"]) for line in csv.DictReader(file)}
    quarters = json.loads((out / "quarter.json").read_text(encoding="utf-8"))

    def answer(level: str, key: str, factor: str) -> Row:
        if level == "capture":
            found = quarters[key][factor]
            return {**{k: found[k] for k in ("hours", "stopped_hours", "invalid_hours", "pass")},
                    "rate": found["capture_rate"]}
        if level == "limit":
            return {"above": (key, factor) in above}
        return rows[level, key, factor]

    return answer


def _read(text: str) -> float | None:
    return float(text) if text else None


# -- holding an answer against what is expected

PASSES = {"pass": True, "fail": False, "undecided": None}
OF_PERIODS = ("quarter", "year")


def complaints(scenario: Scenario, answer: Answer, *, levels: tuple[str, ...] = ()) -> list[str]:
    """Every demand that the answer does not meet, in words; ``levels`` are left aside."""
    found = []
    for wanted in scenario.expected:
        if wanted.level in levels:
            continue
        for key in wanted.keys:
            try:
                row = answer(wanted.level, key, wanted.factor)
            except KeyError:
                found.append(f"{wanted.level} {key} {wanted.factor}: there is no such row")
                continue
            found.extend(f"{wanted.level} {key} {wanted.factor}: {fault}"
                         for fault in faults(wanted, row))
    return found


def faults(wanted: Expected, row: Row) -> Iterable[str]:
    within = next((float(rest) for word, rest in wanted.demands if word == "within"), 1e-9)
    for word, rest in wanted.demands:
        if word == "within":
            continue
        if word == "verdict":
            good, shown = row["verdict"] == rest, f"{row['verdict']} ({';'.join(row['reason'])})"
        elif word == "pass":
            good, shown = row["pass"] is PASSES[rest], row["pass"]
        elif word == "above":
            good, shown = row["above"] is (rest == "above"), row["above"]
        elif word in ("reason", "without"):
            good, shown = (rest in row["reason"]) == (word == "reason"), ";".join(row["reason"])
        elif word == "clause":
            good, shown = rest in row["clause"], row["clause"]
        else:
            field = "count" if word in ("hours", "days") and "count" in row else word
            shown = row[field]
            good = agrees(shown, rest, within)
        if not good:
            yield f"{word} should be {rest}, is {shown}"


def agrees(value: float | None, expected: str, within: float) -> bool:
    """Whether a figure is the expected one: absent for ``none``, else within a relative error (and
    an absolute one of as much around zero)."""
    if expected == "none" or value is None:
        return expected == "none" and value is None
    exact = float(number(expected))
    return abs(value - exact) <= within * max(1.0, abs(exact))

