"""Up the ladder: hours to days, days to months, months to quarters and years.

Gas: HJ 75-2017 12.1 (20 hours, 25 days, 23 in February). Water: HJ 356-2019 chapters 7 and 8 (three
quarters of what is due; the daily load may come from manual monitoring or from earlier days).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import periods, spans, substitution
from qingyuan.calc.derived import entering
from qingyuan.calc.periods import Level
from qingyuan.calc.reasons import BIT
from qingyuan.calc.ruling import Properties, Ruling, number
from qingyuan.calc.sheet import NOT_JUDGED, History, Sheet
from qingyuan.calc.types import EXEMPT, STOPPED, VALID, Case, Floats
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR, Groups

Mask = NDArray[np.bool_]

_CHECKS = ("calibration", "full_calibration", "standard_check", "comparison", "verification")


@dataclass(frozen=True, slots=True)
class Ladder:
    """All levels above the hour."""

    days: Level
    months: Level
    quarters: Level
    years: Level


@dataclass(frozen=True, slots=True)
class _Hours:
    """The hours of all factors as rows, shape (factors, hours)."""

    factors: tuple[str, ...]
    verdict: NDArray[np.uint8]
    value: Floats
    converted: Floats
    mass: Floats
    substituted: Floats
    remarks: NDArray[np.int64]


def climb(
    case: Case,
    ruling: Ruling,
    sheet: Sheet,
    substituted: Mapping[str, Floats],
    remarks: Mapping[str, NDArray[np.int64]],
    history: History,
) -> Ladder:
    """Everything above the hour. ``substituted`` (kg) and ``remarks`` are the final ones of each
    factor's hours."""
    factors = tuple(case.judged)
    own = [sheet.factors[factor] for factor in factors]
    width = sheet.hours
    hours = _Hours(
        factors,
        np.stack([f.verdict for f in own]) if own else np.empty((0, width), np.uint8),
        periods.stacked([f.value for f in own], width),
        periods.stacked([f.converted for f in own], width),
        periods.stacked([f.mass for f in own], width),
        periods.stacked([substituted[f] for f in factors], width),
        np.stack([remarks[f] for f in factors]) if own else np.empty((0, width), np.int64),
    )
    groups = windows.group("day", ruling.starts)
    days = (_gas_days(ruling, hours, groups) if case.kind == "gas"
            else _water_days(case, ruling, sheet, hours, groups, history))
    months = _months(case, ruling, sheet, hours, days)
    return Ladder(days, months, longer("quarter", days, months), longer("year", days, months))


def _gas_days(ruling: Ruling, hours: _Hours, groups: Groups) -> Level:
    firsts = periods.bounds(groups.index)
    least = periods.first_day_rule(ruling, "gas.day.min_valid_hours", groups)
    count, verdict, why = periods.verdicts(
        hours.verdict, firsts, lambda valid: valid >= least, "too_few_hours")
    valid, counting = hours.verdict == VALID, _counting(hours.verdict)
    everything = np.ones_like(valid)
    return Level(
        hours.factors, groups, count,
        periods.mean(hours.value, valid, firsts), periods.mean(hours.converted, valid, firsts),
        periods.total(hours.mass, counting, firsts)[0],
        periods.total(hours.substituted, everything, firsts)[0],
        verdict, why, periods.gathered(hours.remarks, counting, firsts))


def _counting(verdict: NDArray[np.uint8]) -> Mask:
    """What was measured and may be added up: valid and exempt."""
    return np.asarray((verdict == VALID) | (verdict == EXEMPT), dtype=np.bool_)


# ── water days ───────────────────────────────────────────────────────────────────────────────────


def _water_days(
    case: Case, ruling: Ruling, sheet: Sheet, hours: _Hours, groups: Groups, history: History
) -> Level:
    point = Properties(case)
    firsts = periods.bounds(groups.index)
    share = periods.first_day_rule(ruling, "water.day.min_share", groups)
    due = _hours_due(case, point, sheet, hours, firsts)
    count, verdict, why = periods.verdicts(
        hours.verdict, firsts, lambda valid: (valid >= share * due - 1e-9) & (due > 0),
        "too_few_hours")
    valid = hours.verdict == VALID
    value = periods.mean(hours.value, valid, firsts)
    flows = periods.first_day_says(ruling, "water.day.mean", "flow_weighted", groups)
    for row, factor in enumerate(hours.factors):
        if factor in case.pollutants:
            values = entering(ruling, point, factor, hours.value[row])
            value[row] = np.where(
                flows, periods.weighted(values, sheet.weight, valid[row], firsts),
                periods.mean(values, valid[row], firsts))
    remarks = periods.gathered(hours.remarks, _counting(hours.verdict), firsts)
    remarks[(count > 0) & ~np.isfinite(value)] |= BIT["flow_missing"]
    stopped = verdict == STOPPED
    dry = (due <= 0) & ~stopped
    remarks[dry] |= BIT["no_discharge"]
    mass = periods.total(hours.mass, _counting(hours.verdict), firsts)[0]
    running = (groups.starts + DAY > case.start + HOUR * case.hours) & case.goes_on
    days = Level(hours.factors, groups, count, value, np.full(value.shape, np.nan), mass,
                 np.where(_counting(verdict) | running, mass, np.where(dry, 0.0, np.nan)),
                 verdict, why, remarks)
    volume = periods.total(sheet.flow, np.ones(sheet.hours, np.bool_), firsts)[0]
    lacking = ~_counting(verdict) & ~stopped & ~dry & ~running & (verdict != NOT_JUDGED)
    for row, factor in enumerate(hours.factors):
        if factor in case.pollutants:
            _substitute_days(case, ruling, history, days, row, volume, lacking[row])
        else:
            days.substituted[row] = np.nan
    return days


def _hours_due(
    case: Case, point: Properties, sheet: Sheet, hours: _Hours, firsts: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Hours of which the day wants its share: 24 without the stopped ones; where the discharge is
    intermittent, for all but the flow itself, those with flow (an unknown flow may be one)."""
    due = 24 - periods.counted(hours.verdict == STOPPED, firsts)
    intermittent = point.says("discharge", "intermittent")
    if intermittent.any():
        for row, factor in enumerate(hours.factors):
            if factor != "w00000":
                flow = sheet.weight if factor in case.pollutants else sheet.flow
                flowing = ~(flow <= 0) & (hours.verdict[row] != STOPPED)
                due[row] = np.where(
                    intermittent[firsts], periods.counted(flowing, firsts), due[row])
    return due


def _substitute_days(
    case: Case, ruling: Ruling, history: History, days: Level, row: int, volume: Floats,
    lacking: Mask,
) -> None:
    """Fill the load of the days without a valid mean, in place."""
    factor = days.factors[row]
    starts = days.groups.starts
    loads = list(history.daily.get(factor, ()))
    good = (days.verdict[row] == VALID) & np.isfinite(days.mass[row])
    loads += zip(starts[good].tolist(), days.mass[row][good].tolist(), strict=True)
    checks = [e.time for e in spans.own(case.events, factor) if e.passed and e.kind in _CHECKS]
    for index in np.flatnonzero(lacking).tolist():
        day = int(starts[index])
        at = max(day, ruling.start)
        manual = [value for time, value in case.manual.get(factor, ()) if day <= time < day + DAY]
        found = substitution.water(
            day, float(volume[index]), manual,
            round(number(ruling.at("water.manual.min_per_day", at))), loads, checks,
            round(number(ruling.at("water.substitution.days", at))))
        days.substituted[row, index] = np.nan if found.mass is None else found.mass
        days.remarks[row, index] |= found.remarks


# ── months and longer ────────────────────────────────────────────────────────────────────────────


def _months(case: Case, ruling: Ruling, sheet: Sheet, hours: _Hours, days: Level) -> Level:
    groups = windows.group("month", days.groups.starts)
    firsts = periods.bounds(groups.index)
    need = (_gas_days_needed(ruling, groups) if case.kind == "gas"
            else _water_days_needed(ruling, groups, days, firsts))
    count, verdict, why = periods.verdicts(
        days.verdict, firsts, lambda valid: (valid >= need - 1e-9) & (valid > 0), "too_few_days")
    valid = days.verdict == VALID
    value = periods.mean(days.value, valid, firsts)
    converted = periods.mean(days.converted, valid, firsts)
    if case.kind == "gas":
        by_hours = periods.first_day_says(ruling, "gas.month.mean", "mean_of_hours", groups)
        if by_hours.any():
            of_hour = firsts_of_hours(days.groups, firsts)
            good = hours.verdict == VALID
            value = np.where(by_hours, periods.mean(hours.value, good, of_hour), value)
            converted = np.where(by_hours, periods.mean(hours.converted, good, of_hour), converted)
    else:
        by_flow = periods.first_day_says(ruling, "water.month.mean", "flow_weighted", groups)
        volume = periods.total(
            sheet.flow, np.ones(sheet.hours, np.bool_), periods.bounds(days.groups.index))[0]
        for row, factor in enumerate(days.factors):
            if factor in case.pollutants and by_flow.any():
                value[row] = np.where(
                    by_flow, periods.weighted(days.value[row], volume, valid[row], firsts),
                    value[row])
    return Level(
        days.factors, groups, count, value, converted,
        periods.total(days.mass, _counting(days.verdict), firsts)[0],
        periods.total(days.substituted, np.ones_like(valid), firsts)[0],
        verdict, why, periods.gathered(days.remarks, _counting(days.verdict), firsts))


def firsts_of_hours(days: Groups, firsts: NDArray[np.intp]) -> NDArray[np.intp]:
    """From where windows begin among days to where they begin among hours."""
    return periods.bounds(days.index)[firsts]


def _gas_days_needed(ruling: Ruling, groups: Groups) -> Floats:
    names = ["gas.month.min_valid_days_february" if key.endswith("-02")
             else "gas.month.min_valid_days" for key in groups.keys]
    return np.array([number(ruling.at(name, max(start, ruling.start)))
                     for name, start in zip(names, groups.starts.tolist(), strict=True)])


def _water_days_needed(
    ruling: Ruling, groups: Groups, days: Level, firsts: NDArray[np.intp]
) -> Floats:
    """A share of the month's calendar days without the stopped ones and those without discharge."""
    share = periods.first_day_rule(ruling, "water.month.min_share", groups)
    length = np.array([(windows.end_of("month", start) - start) // DAY
                       for start in groups.starts.tolist()])
    free = (days.verdict == STOPPED) | (days.remarks & BIT["no_discharge"] > 0)
    return np.asarray(share * (length - periods.counted(free, firsts)))


def longer(level: Literal["quarter", "year"], days: Level, months: Level) -> Level:
    """Quarters and years: means and sums of the valid months' days. Valid when every month that did
    not stop is. The substituted mass is that of all days: filling what lacks is its purpose."""
    groups = windows.group(level, months.groups.starts)
    of_month = periods.bounds(groups.index)
    of_day = firsts_of_hours(windows.group("month", days.groups.starts), of_month)
    free = (months.verdict == STOPPED) | (months.verdict == NOT_JUDGED)
    ran = periods.counted(~free, of_month)
    _, verdict, why = periods.verdicts(
        months.verdict, of_month, lambda valid: (valid >= ran) & (valid > 0), "too_few_months")
    index = windows.group("month", days.groups.starts).index
    in_valid = (months.verdict == VALID)[:, index]
    use = in_valid & (days.verdict == VALID)
    counting = _counting(months.verdict)[:, index] & _counting(days.verdict)
    return Level(
        days.factors, groups, periods.counted(days.verdict == VALID, of_day),
        periods.mean(days.value, use, of_day), periods.mean(days.converted, use, of_day),
        periods.total(days.mass, counting, of_day)[0],
        periods.total(days.substituted, np.ones_like(use), of_day)[0],
        verdict, why,
        periods.gathered(months.remarks, _counting(months.verdict), of_month))
