"""``cems-drift``: zero and span drift of a periodic calibration, in three states."""

from fractions import Fraction

from qingyuan.assess.records.answer import Json, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_of
from qingyuan.assess.records.table import Table
from qingyuan.calc.quality import drift
from qingyuan.calc.quality.figures import Item, Reader

WHICH: tuple[drift.Which, ...] = ("zero", "span")
TECHNIQUES = ("extractive", "dilution", "in_situ")


def judge(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """The results and the worst state, with notes for the user."""
    notes = []
    record.truth("auto_calibration")
    technique = record.text("technique", "extractive")
    if technique not in TECHNIQUES:
        notes.append(f"technique {technique!r} is none of {', '.join(TECHNIQUES)}; "
                     "the limits of table 4 do not depend on it")
    found = [_factor(table, reader) for table in record.tables("factor")]
    return {"results": [result for result, _ in found],
            "state": drift.worst(state for _, state in found)}, notes


def _factor(table: Table, reader: Reader) -> tuple[Json, drift.State]:
    shown_code, code = code_of(table)
    family = drift.family(code)
    if family is None:
        raise table.refuse("code", f"expected a factor with a drift limit (gas, oxygen, "
                                   f"particulate, velocity), not {shown_code!r}")
    low, high = table.span("range")
    unit = unit_of(table, "m/s" if family == "velocity" else "")
    items: list[Item] = []
    extras: Json = {}
    for which in WHICH:
        if not table.has(which):
            continue
        gas = table.table(which)
        readings = _readings(gas)
        value = drift.drift(reader, readings, low, high)
        if family == "velocity" and which == "zero":
            error = readings.before - drift.reference(reader, readings)
            items += drift.judge_velocity(reader, value, error)
        else:
            items.append(drift.judge(reader, family, which, value))
        extras |= _after(gas, family, which, (low, high), reader)
    if not items:
        raise table.refuse("zero", "expected zero = {…} or span = {…} with before and after_last")
    by_name = {item.name: item for item in items}
    state = drift.worst(item.state for item in items)
    zero, span = by_name.get("zero_drift"), by_name.get("span_drift")
    result: Json = {
        "code": shown_code,
        "unit": unit or None,
        "zero_drift_pct": plain(zero.value) if zero else None,
        "zero_state": _state(zero),
        "span_drift_pct": plain(span.value) if span else None,
        "span_state": _state(span),
        **sources(items, reader),
        "state": state,
        **extras,
        "items": [shown(item, reader) for item in items],
    }
    if "zero_abs" in by_name:
        result["zero_abs"] = plain(by_name["zero_abs"].value)
    return result, state


def _state(item: Item | None) -> str | None:
    return None if item is None or item.state == "unjudged" else item.state


def _readings(gas: Table) -> drift.Readings:
    readings = drift.Readings(gas.number("before"), gas.maybe("after_last"), gas.maybe("gas"))
    if readings.last is None and readings.gas is None:
        raise gas.refuse("after_last", "expected the reading after the last calibration, "
                                       "or gas to stand in for it")
    return readings


def _after(
    gas: Table, family: drift.Family, which: drift.Which, span: tuple[Fraction, Fraction],
    reader: Reader,
) -> Json:
    """What the calibration left: the reading after against the gas, the new one where the bottle
    was changed, and whether that lies within the index."""
    after, nominal = gas.maybe("after"), gas.maybe("gas")
    new = gas.maybe("gas_new") if which == "span" else None
    certified = nominal if new is None else new
    if after is None or certified is None:
        return {}
    left = drift.left(after, certified, *span)
    good = drift.met_again(reader, family, which, left, after - certified)
    return {f"{which}_left_pct": plain(left), f"{which}_left_within": good}
