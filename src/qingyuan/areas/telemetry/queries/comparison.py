"""What the logger reported beside what was computed from its minutes, where the two differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc.roles import FLOW, under_2017
from qingyuan.kernel.rounding import round_gbt8170
from qingyuan.ui.numbers import decimals

from ..models import DayReading, Factor, HourReading
from .judged import Judged, days_of, hours_of
from .verdicts import MASS_DIGITS, Quantity, quantities

# Units of the last place by which two roundings of one figure may stand apart: the logger rounds
# what it has rounded before (minutes, then the hour), we round once. A matter of arithmetic, so it
# is in no standard and in no book of rules.
LAST_PLACES = 1
TABLES: Mapping[str, Any] = {"hour": HourReading, "day": DayReading}
WHOLE = {"hour": 60, "day": 24}  # valid minutes of a whole hour, valid hours of a whole day
# Relative difference up to which the order of steps explains it: a logger converts or adds up each
# minute and then takes the mean, we convert the hour's means (HJ 212-2017 D.2.3, D.2.5). Another
# oxygen reference, area or field factor moves a figure by more than this.
ORDER = 0.01
CAUSES = ("flag", "verdict", "count", "reference", "flow", "order", "empty", "unjudged", "method")
"""What a difference most likely comes from, the closed list."""


class Difference(NamedTuple):
    """One figure of one period: ``column`` is Avg, ZsAvg or Cou; ``computed`` None where we have
    none. ``digits`` are those the two are compared with."""

    time: int
    of: Quantity
    column: str
    reported: float
    computed: float | None
    unit: str
    digits: int
    flag: str
    row: Judged | None
    cause: str

    @property
    def apart(self) -> float | None:
        """Computed less reported."""
        return None if self.computed is None else self.computed - self.reported


class Comparison(NamedTuple):
    """``found`` newest first; ``compared`` counts the figures that were laid side by side."""

    found: list[Difference]
    compared: int


class _Sent(NamedTuple):
    time: int
    code: str
    avg: float | None
    zs_avg: float | None
    cou: float | None
    flag: str


def comparison(
    scope: Scope, point: MonitoringPoint, level: str, since: int, until: int
) -> Comparison:
    """Hours or days of a visible point with since <= time < until. Seven queries."""
    read = hours_of if level == "hour" else days_of
    rows = {(row.time, row.factor): row for row in read(scope, point, since, until)}
    sent = _sent(level, point.pk, since, until)
    known = {one.code: one for one in quantities({code for _time, code in rows})}
    digits = _digits(sent, known)
    found, compared = [], 0
    for one in sent:
        if one.code not in known:
            continue
        row = rows.get((one.time, one.code))
        pairs = list(_pairs(one, known[one.code], row))
        compared += len(pairs)
        same = {column: _same(was, own, digits[one.code, column])
                for column, was, own, _unit in pairs}
        found += [
            Difference(one.time, known[one.code], column, was, own, unit,
                       digits[one.code, column], one.flag, row,
                       _cause(level, column, own, one, row, same.get("Avg", True)))
            for column, was, own, unit in pairs if not same[column]
        ]
    return Comparison(sorted(found, key=lambda d: (-d.time, d.of.code, d.column)), compared)


def _sent(level: str, point: int, since: int, until: int) -> list[_Sent]:
    """Reported rows under 2017 codes; of two for one period the later frame's."""
    rows = (
        TABLES[level].objects.filter(point=point, time__gte=since, time__lt=until)
        .order_by("time", "frame", "source")
        .values_list("time", "factor_id", "avg", "zs_avg", "cou", "flag")
    )
    codes = dict(Factor.objects.values_list("id", "code"))
    found: dict[tuple[int, str], _Sent] = {}
    for time, factor, avg, zs_avg, cou, flag in rows:
        code, scale = under_2017(codes[factor])
        found[time, code] = _Sent(
            time, code, None if avg is None else avg * scale, zs_avg, cou, flag)
    return list(found.values())


def _digits(sent: Sequence[_Sent], known: Mapping[str, Quantity]) -> dict[tuple[str, str], int]:
    """Decimals to compare with: the factor's, or those the logger keeps where it keeps fewer."""
    values: dict[tuple[str, str], list[float]] = {}
    for one in sent:
        for column, value in (("Avg", one.avg), ("ZsAvg", one.zs_avg), ("Cou", one.cou)):
            if value is not None:
                values.setdefault((one.code, column), []).append(value)
    return {
        (code, column): min(decimals(found), MASS_DIGITS if column == "Cou" else known[code].digits)
        for (code, column), found in values.items() if code in known
    }


def _pairs(
    sent: _Sent, of: Quantity, row: Judged | None
) -> Iterator[tuple[str, float, float | None, str]]:
    """The figures that mean the same on both sides: column, reported, computed, unit."""
    if sent.avg is not None:
        yield "Avg", sent.avg, row.value if row else None, of.unit
    if sent.zs_avg is not None and of.second == "converted":
        yield "ZsAvg", sent.zs_avg, row.converted if row else None, of.unit
    if sent.cou is not None and of.pollutant:
        yield "Cou", sent.cou, row.mass if row else None, "kg"
    if sent.cou is not None and of.code == FLOW:
        yield "Cou", sent.cou, row.converted if row else None, "m³"


def _same(reported: float, computed: float | None, digits: int) -> bool:
    """Whether two figures are the same but for rounding.

    >>> _same(12.3, 12.349, 1), _same(12.3, 12.44, 1), _same(12.3, 12.46, 1), _same(1.0, None, 1)
    (True, True, False, False)
    """
    if computed is None:
        return False
    apart = abs(round_gbt8170(reported, digits) - round_gbt8170(computed, digits))
    return apart.scaleb(digits) <= LAST_PLACES


def _cause(
    level: str, column: str, own: float | None, sent: _Sent, row: Judged | None, mean_same: bool
) -> str:
    if row is None:
        return "unjudged"
    if own is None:
        return "empty"
    if sent.flag not in ("", "N"):
        return "flag"
    if row.count < WHOLE[level]:
        return "count" if row.verdict == "valid" else "verdict"
    if column == "Avg" or not mean_same:
        return "method"
    reported = sent.zs_avg if column == "ZsAvg" else sent.cou
    if reported is not None and abs(own - reported) <= ORDER * abs(own):
        return "order"
    return "reference" if column == "ZsAvg" else "flow"
