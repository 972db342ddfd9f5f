"""``pm-correlation`` and ``velocity-field``: what a commissioning test fits and how well."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from qingyuan.assess.records.answer import Json, agreed, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_among
from qingyuan.assess.records.table import Table
from qingyuan.calc.quality import correlation, velocity
from qingyuan.calc.quality.figures import Item, Reader, number, passed
from qingyuan.calc.roles import VELOCITY, is_particulate

METHODS = ("field_factor", "correlation")
_MOST_TESTS = 200  # exact quotients of more would grow to no end


def judge_particulate(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """Line, r, confidence and tolerance half-widths of particulate monitors."""
    found = [_line(table, reader) for table in record.tables("factor")]
    return {"results": found, "pass": agreed(_verdict(result) for result in found)}, []


def judge_velocity(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """Velocity field factors and their precision, or the correlation instead."""
    found = [_field(table, reader) for table in record.tables("factor")]
    return {"results": found, "pass": agreed(_verdict(result) for result in found)}, []


def _verdict(result: Json) -> bool:
    return result["pass"] is True


def _line(table: Table, reader: Reader) -> Json:
    shown_code, code = code_of(table)
    if not is_particulate(code):
        raise table.refuse("code", f"expected particulate matter, such as a34013, "
                                   f"not {shown_code!r}")
    unit = unit_among(table, ("mg/m3",))
    emission_limit = table.above_zero("emission_limit")
    full_scale = table.span("range")[1] if table.has("range") else None
    pairs = table.tuples("pairs", "reference", "signal")
    count = _count(reader, len(pairs), "gas.commissioning.pm.pairs")
    result: Json = {"code": shown_code, "unit": unit, "n": len(pairs),
                    "needed": plain(count.limit)}
    try:
        found = correlation.fitted([one[1] for one in pairs], [one[0] for one in pairs])
    except ValueError as error:
        return result | {"slope": None, "intercept": None, "correlation": None,
                         **_close([replace(count, state="fail", reason=str(error))], reader)}
    r, confidence, tolerance = items = correlation.judge(reader, found, emission_limit, full_scale)
    return result | {
        "slope": plain(found.line.slope),
        "intercept": plain(found.line.intercept),
        "correlation": plain(r.value),
        "correlation_limit": plain(r.limit),
        "standard_error": plain(found.error),
        "confidence_half_width_pct": plain(confidence.value),
        "confidence_limit_pct": plain(confidence.limit),
        "tolerance_half_width_pct": plain(tolerance.value),
        "tolerance_limit_pct": plain(tolerance.limit),
        "confidence_at_mean_pct": plain(100 * found.confidence / emission_limit),
        "confidence_greatest_pct": plain(100 * found.confidence_greatest / emission_limit),
        "tolerance_at_mean_pct": plain(100 * found.tolerance / emission_limit),
        "tolerance_greatest_pct": plain(100 * found.tolerance_greatest / emission_limit),
        **_close([*items, count], reader),
    }


def _field(table: Table, reader: Reader) -> Json:
    shown_code, code = code_of(table)
    if code != VELOCITY:
        raise table.refuse("code", f'expected "{VELOCITY}", not {shown_code!r}')
    unit = unit_among(table, ("m/s",))
    method = table.word("method", METHODS, METHODS[0])
    areas = (table.above_zero("reference_area") if table.has("reference_area") else Fraction(1),
             table.above_zero("monitor_area") if table.has("monitor_area") else Fraction(1))
    days = table.groups("days", "reference", "cems")
    _check_days(table, days)
    found = velocity.field(days, areas)
    tests = [one for day in days for one in day]
    precision = velocity.precision(reader, found)
    r = velocity.correlation(reader, tests)
    judged, beside = (precision, r) if method == METHODS[0] else (r, precision)
    fewest = min(len(day) for day in days)
    counts = [_count(reader, len(days), "gas.commissioning.days", "days"),
              _count(reader, fewest, "gas.commissioning.tests_per_day", "tests_per_day")]
    return {
        "code": shown_code,
        "unit": unit,
        "n": len(tests),
        "method": method,
        "field_factor": plain(found.factor),
        "day_factors": [plain(one) for one in found.days],
        "factors": [[plain(one) for one in day] for day in found.tests],
        "precision_pct": plain(precision.value),
        "precision_limit_pct": plain(precision.limit),
        "correlation": plain(r.value),
        "correlation_limit": plain(r.limit),
        **_close([judged, *counts, replace(beside, state="unjudged", limit=None, limit_unit="",
                                           provisions=(), reason="not the method chosen")],
                 reader),
    }


def _check_days(table: Table, days: Sequence[Sequence[Sequence[Fraction]]]) -> None:
    if not days or not all(days):
        raise table.refuse("days", "expected one or more days, each with one or more rows of "
                                   "[reference, cems]")
    if sum(map(len, days)) > _MOST_TESTS:
        raise table.refuse("days", f"expected at most {_MOST_TESTS} tests")
    if any(velocity <= 0 for day in days for test in day for velocity in test):
        raise table.refuse("days", "expected velocities above 0 m/s")


def _count(reader: Reader, count: int, name: str, item: str = "pairs") -> Item:
    """How many there are against how many there must be."""
    needed = number(reader, name)
    good = count >= needed
    return Item(item, Fraction(count), "", "pass" if good else "fail", needed, "", None, (name,),
                "" if good else f"{count} {item}: at least {needed:g} are needed")


def _close(items: Sequence[Item], reader: Reader) -> Json:
    good = passed(items) is True
    reasons = [item.reason for item in items if item.state == "fail" and item.reason]
    return {
        "pass": good,
        "state": "pass" if good else "fail",
        "reason": "; ".join(reasons) or None,
        **sources(items, reader),
        "items": [shown(item, reader) for item in items],
    }
