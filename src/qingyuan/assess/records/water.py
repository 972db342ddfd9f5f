"""``water-standard-check``, ``water-comparison`` and ``flow-comparison``. HJ 355-2019 table 1."""

from fractions import Fraction

from qingyuan.assess.records.answer import Json, agreed, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_among
from qingyuan.assess.records.table import BadRecord, Table
from qingyuan.calc.quality import water
from qingyuan.calc.quality.figures import Item, Reader, number, passed
from qingyuan.calc.quality.water import ABSOLUTE, TABLES, Pair
from qingyuan.calc.roles import FLOW, medium

_MASS = ("mg/L",)


def judge_check(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """Readings on standard solutions."""
    found = [_check(table, reader) for table in record.tables("factor")]
    return {"results": found, "pass": all(result["pass"] for result in found)}, []


def _check(table: Table, reader: Reader) -> Json:
    shown_code, code = code_of(table)
    if medium(code) != "water" or code in ABSOLUTE or code == FLOW:
        raise table.refuse("code", "expected a water analyser, such as w01018, "
                                   f"not {shown_code!r}")
    unit = unit_among(table, _MASS)
    nominal, reading = table.above_zero("nominal"), table.number("reading")
    full_scale = table.span("range")[1] if table.has("range") else None
    item = water.standard_check(reader, reading, nominal)
    return {
        "code": shown_code,
        "unit": unit,
        "nominal": plain(nominal),
        "reading": plain(reading),
        "error_pct": plain(item.value),
        "limit": plain(item.limit),
        "limit_unit": item.limit_unit,
        "nominal_of_range": plain(nominal / full_scale) if full_scale else None,
        **_close([item], reader),
    }


def judge_comparison(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """Water samples measured by the laboratory and by the analyser."""
    found = [_comparison(table, reader) for table in record.tables("factor")]
    return {"results": found, "pass": all(result["pass"] for result in found)}, []


def _comparison(table: Table, reader: Reader) -> Json:
    shown_code, code = code_of(table)
    pairs = table.tuples("pairs", "laboratory", "analyser")
    if code in ABSOLUTE:
        return _on_site(table, reader, shown_code, code, pairs)
    if code not in TABLES:
        hint = '; flow has a form of its own, "flow-comparison"' if code == FLOW else ""
        raise table.refuse("code", f"expected one of {', '.join((*TABLES, *ABSOLUTE))}, "
                                   f"not {shown_code!r}{hint}")
    unit = unit_among(table, _MASS)
    judged = water.compared(reader, TABLES[code], pairs) if pairs else []
    items = [_pair_item(pair, unit) for pair in judged]
    good = sum(pair.passed for pair in judged)
    enough = _enough(reader, len(pairs), good)
    return {
        "code": shown_code,
        "unit": unit,
        "n": len(pairs),
        "pairs": [{"laboratory": plain(pair.laboratory), "analyser": plain(pair.analyser),
                   "error": plain(item.value), "error_unit": item.unit,
                   "relative_error_pct": plain(pair.relative_error),
                   "absolute_error": plain(pair.absolute_error),
                   "criterion": pair.band.kind, "limit": plain(item.limit),
                   "limit_unit": item.limit_unit, "pass": pair.passed}
                  for pair, item in zip(judged, items, strict=True)],
        "passed_pairs": good,
        "needed": plain(enough.limit),
        **_close([enough, *items], reader, enough.state == "pass"),
    }


def _pair_item(pair: Pair, unit: str) -> Item:
    absolute = pair.band.kind == "absolute_error"
    value = pair.absolute_error if absolute else pair.relative_error
    own = unit if absolute else "%"
    reason = "" if value is not None else "a relative error needs a laboratory value above 0"
    return Item("comparison_error", value, own, "pass" if pair.passed else "fail",
                pair.band.limit, own, None, (*pair.band.names, "water.comparison.band_by"), reason)


def _enough(reader: Reader, count: int, good: int) -> Item:
    fewest, name = "water.comparison.min_pairs", water.needed_name(count)
    try:
        needed = water.needed(reader, count)
    except water.TooFew:
        least = number(reader, fewest)
        return Item("passed_pairs", Fraction(good), "", "fail", None, "", None, (fewest,),
                    f"{count} pairs: at least {least:g} are needed")
    return Item("passed_pairs", Fraction(good), "", "pass" if good >= needed else "fail", needed,
                "", None, (name, fewest))


def _on_site(
    table: Table, reader: Reader, shown_code: str, code: str, pairs: list[list[Fraction]]
) -> Json:
    unit = unit_among(table, (ABSOLUTE[code][1],))
    if not pairs:
        raise table.refuse("pairs", "expected one or more rows of [reference, instrument]")
    item = water.on_site(reader, code, pairs)
    each = [(pair, water.on_site(reader, code, [pair])) for pair in pairs]
    return {
        "code": shown_code,
        "unit": unit,
        "n": len(pairs),
        "pairs": [{"laboratory": plain(pair[0]), "analyser": plain(pair[1]),
                   "error": plain(own.value), "error_unit": unit, "criterion": "absolute_error",
                   "limit": plain(own.limit), "limit_unit": unit, "pass": own.state == "pass"}
                  for pair, own in each],
        "passed_pairs": sum(own.state == "pass" for _, own in each),
        "needed": None,
        "value": plain(item.value),
        "limit": plain(item.limit),
        "limit_unit": unit,
        **_close([item], reader),
    }


def judge_flow(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """An open-channel flow meter against a portable one: level, and the total of ten minutes."""
    results, notes = [], []
    if record.has("level_mm"):
        rows = record.tuples("level_mm", "portable", "installed")
        if not rows:
            raise record.refuse("level_mm", "expected one or more rows of [portable, installed]")
        item = water.level(reader, rows)
        fewest = number(reader, "water.flow.level.readings")
        if len(rows) < fewest:
            notes.append(f"level_mm: {len(rows)} readings, the test takes {fewest:g}")
        results.append({"code": FLOW, "item": "level", "unit": "mm", "n": len(rows),
                        "level_error_mm": plain(item.value), "value": plain(item.value),
                        "limit": plain(item.limit), "limit_unit": item.limit_unit,
                        **_close([item], reader)})
    if record.has("volume"):
        totals = record.numbers("volume")
        if len(totals) != 2 or totals[0] <= 0 or totals[1] < 0:
            raise record.refuse("volume", "expected [portable, installed], the portable meter's "
                                          "total above 0 and the other not below")
        item = water.flow(reader, *totals)
        results.append({"code": FLOW, "item": "volume", "unit": "%",
                        "flow_error_pct": plain(item.value), "value": plain(item.value),
                        "limit": plain(item.limit), "limit_unit": item.limit_unit,
                        **_close([item], reader)})
    if not results:
        raise BadRecord("level_mm is missing: expected level_mm = [[portable, installed], …] or "
                        "volume = [portable, installed]")
    return {"results": results, "pass": agreed(one["pass"] is True for one in results)}, notes


def _close(items: list[Item], reader: Reader, verdict: bool | None = None) -> Json:
    good = passed(items) is True if verdict is None else verdict
    return {
        "pass": good,
        "state": "pass" if good else "fail",
        "reason": items[0].reason or None,
        **sources(items, reader),
        "items": [shown(item, reader) for item in items],
    }
