"""``cems-verification``: pairs of reference method and monitor against the accuracy table."""

from collections.abc import Sequence
from fractions import Fraction

from qingyuan.assess.records.answer import Json, agreed, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_among
from qingyuan.assess.records.table import Table
from qingyuan.calc.quality import verification
from qingyuan.calc.quality.bands import Band
from qingyuan.calc.quality.figures import Item, Reader, number
from qingyuan.calc.quality.verification import Accuracy, Scheme

KINDS = ("relative_accuracy", "relative_error", "absolute_error")


def judge(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """The results by factor, and whether all pass."""
    verdicts, results = [], []
    for table in record.tables("factor"):
        good, result = _factor(table, reader)
        verdicts.append(good)
        results.append(result)
    return {"results": results, "pass": agreed(verdicts)}, []


def _factor(table: Table, reader: Reader) -> tuple[bool, Json]:
    shown_code, code = code_of(table)
    scheme = verification.scheme(code)
    if scheme is None:
        raise table.refuse("code", "expected a factor of the accuracy table (gas, oxygen, "
                                   "particulate, velocity, temperature, humidity), "
                                   f"not {shown_code!r}")
    unit = unit_among(table, scheme.units)
    emission_limit = table.maybe("emission_limit")
    pairs = table.tuples("pairs", "reference", "cems")
    found = verification.accuracy_of(reader, _column(pairs, 1), _column(pairs, 0))
    needed_name = f"gas.accuracy.pairs.{scheme.pairs}"
    needed = int(number(reader, needed_name))
    band = _band(reader, scheme, unit, found, emission_limit)
    good, reason = (verification.verdict(found, band, needed) if band
                    else (False, f"0 pairs: at least {needed} are needed"))
    items = _items(found, band, needed_name, unit, good, reason)
    limit_unit = verification.UNITS.get(band.kind, unit) if band else None
    result: Json = {
        "code": shown_code,
        "unit": unit,
        "n": found.count,
        "needed": needed,
        "mean_reference": plain(found.mean_reference),
        "mean_cems": plain(found.mean_monitor),
        "standard_deviation": plain(found.deviation),
        "confidence_coefficient": plain(found.confidence),
        "relative_accuracy_pct": plain(found.relative_accuracy),
        "relative_error_pct": plain(found.relative_error),
        "absolute_error": plain(found.absolute_error),
        "criterion": band.kind if band else None,
        "value": plain(found.figure(band.kind)) if band else None,
        "limit": plain(band.limit) if band else None,
        "limit_unit": limit_unit,
        "pass": good,
        "state": "pass" if good else "fail",
        "reason": reason or None,
        **sources(items, reader),
        "items": [shown(item, reader) for item in items],
    }
    return good, result


def _band(
    reader: Reader, scheme: Scheme, unit: str, found: Accuracy, emission_limit: Fraction | None
) -> Band | None:
    if found.mean_reference is None:
        return None
    return verification.criterion(reader, scheme, unit, found.mean_reference, emission_limit)


def _items(
    found: Accuracy, band: Band | None, needed: str, unit: str, good: bool, reason: str
) -> list[Item]:
    """The three figures, the criterion first, with the number of pairs among what decided."""
    kinds = sorted(KINDS, key=lambda kind: band is None or kind != band.kind)
    return [_item(found, kind, band, needed, unit, good, reason) for kind in kinds]


def _item(
    found: Accuracy, kind: str, band: Band | None, needed: str, unit: str, good: bool, reason: str
) -> Item:
    own = verification.UNITS.get(kind, unit)
    if band is None or kind != band.kind:
        return Item(kind, found.figure(kind), own, "unjudged",
                    reason="not the criterion at this reference mean" if band else reason)
    tails = ("gas.accuracy.tails",) if kind == "relative_accuracy" else ()
    return Item(kind, found.figure(kind), own, "pass" if good else "fail", band.limit, own, None,
                (*band.names, needed, *tails), reason)


def _column(pairs: Sequence[Sequence[Fraction]], at: int) -> list[Fraction]:
    return [pair[at] for pair in pairs]
