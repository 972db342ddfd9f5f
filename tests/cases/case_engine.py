"""The door for programs: a scenario as arrays, judged by ``calc.engine``."""

from datetime import date, timedelta

import numpy as np
from case_demands import Answer, Row
from case_language import Scenario, Series
from case_words import HOUR, Dating, moment

from qingyuan.assess.exceedances import exceedances
from qingyuan.calc.engine import judge
from qingyuan.calc.types import VERDICTS, Case, Dated, Event, Grid, Mark
from qingyuan.standards import Book, load
from qingyuan.standards.provision import Override

LINK = "permit:case"
ALWAYS = date(2000, 1, 1)
GRABBED = ("w00000", "w01001", "w01010")
DAY = timedelta(days=1)


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
