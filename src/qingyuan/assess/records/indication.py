"""``cems-indication``: indication error by level and class of range, and system response time."""

from fractions import Fraction

from qingyuan.assess.records.answer import Json, agreed, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_of
from qingyuan.assess.records.table import Table
from qingyuan.calc.exact import mean, settled
from qingyuan.calc.quality import indication
from qingyuan.calc.quality.figures import Item, Reader, number, passed
from qingyuan.calc.roles import NOX, O2, SO2, is_gaseous


def judge(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """The results by factor, whether all pass, and notes on tests that are not complete."""
    verdicts, results, notes = [], [], list[str]()
    for table in record.tables("factor"):
        good, result = _factor(table, reader, notes)
        verdicts.append(good)
        results.append(result)
    return {"results": results, "pass": agreed(verdicts)}, notes


def _factor(table: Table, reader: Reader, notes: list[str]) -> tuple[bool | None, Json]:
    shown_code, code = code_of(table)
    if not is_gaseous(code):
        raise table.refuse("code", f"expected a gas or oxygen, not {shown_code!r}")
    unit = _unit(table, code, notes)
    low, high = table.span("range")
    full_scale = high - low
    found = indication.class_of(reader, code, unit, full_scale)
    levels: list[Json] = []
    items: list[Item] = []
    for level in table.tables("levels") if table.has("levels") else []:
        item, line = _level(level, reader, found, full_scale, notes)
        items.append(item)
        levels.append(line)
    worst = max(items, key=lambda item: abs(settled(item.value or 0.0)), default=None)
    response = _response(table, reader, code)
    if response:
        items.append(response)
    if not items:
        raise table.refuse("levels", "expected levels = [{gas, readings}, …] or response = "
                                     "[[t1, t2], …]")
    good = passed(items)
    result: Json = {
        "code": shown_code,
        "unit": unit,
        "full_scale": plain(full_scale),
        "basis": found.basis,
        "levels": levels,
        "error_pct": plain(worst.value) if worst else None,
        "limit": plain(worst.limit) if worst else None,
        "limit_unit": worst.unit if worst else None,
        "response_mean_s": plain(response.value) if response else None,
        "response_limit_s": plain(response.limit) if response else None,
        "response_pass": passed([response]) if response else None,
        "pass": good,
        "state": "unjudged" if good is None else "pass" if good else "fail",
        **sources(items, reader),
        "items": [shown(item, reader) for item in items],
    }
    return good, result


def _unit(table: Table, code: str, notes: list[str]) -> str:
    usual = "%" if code == O2 else "mg/m3"
    if code in (SO2, NOX) and not table.has("unit"):
        notes.append(f"{table.place}unit is not given: the class of the range is read in mg/m3")
    unit = unit_of(table, usual)
    allowed = ("%",) if code == O2 else ("mg/m3", "umol/mol")
    if code in (SO2, NOX, O2) and unit not in allowed:
        listed = ", ".join(f'"{one}"' for one in allowed)
        raise table.refuse("unit", f"expected {listed} for this factor, not {unit!r}")
    return unit


def _level(
    level: Table, reader: Reader, found: indication.Class, full_scale: Fraction, notes: list[str]
) -> tuple[Item, Json]:
    gas = level.above_zero("gas") if found.basis == "nominal" else level.number("gas")
    readings = level.numbers("readings")
    item = indication.error(reader, found, readings, gas, full_scale)
    name = indication.level(reader, gas, full_scale)
    if name is None:
        notes.append(f"{level.place}gas is {float(100 * gas / full_scale):g} % of full scale: "
                     "neither the low, the middle nor the high concentration")
    fewest = number(reader, "gas.indication.readings")
    if len(readings) < fewest:
        notes.append(f"{level.place}readings: {len(readings)}, the test takes {fewest:g}")
    return item, {
        "gas": plain(gas), "level": name, "mean": plain(mean(readings)),
        "error_pct": plain(item.value), "error_unit": item.unit, "limit": plain(item.limit),
        "pass": passed([item]),
    }


def _response(table: Table, reader: Reader, code: str) -> Item | None:
    if not table.has("response"):
        return None
    runs = table.tuples("response", "t1", "t2")
    if not runs:
        raise table.refuse("response", "expected one or more rows of [t1, t2], not an empty list")
    if any(time < 0 for run in runs for time in run):
        raise table.refuse("response", "expected times of 0 s or more")
    return indication.response(reader, code, runs)
