"""The door for people: a scenario as the files of ``qingyuan judge``, and its tables read back."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
from case_demands import Answer, Row
from case_engine import ALWAYS, factors
from case_language import Scenario
from case_words import HOUR, stamp

from qingyuan.assess.judge import Inputs, judge_files

MOST_ROWS = 15_000  # a file of more lines costs more than it proves


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
