"""A point's report tables in the trade's usual layout (HJ 75-2017 D.9 to D.12; water likewise):
what stands in each cell, what the statistics below are made of. Pages, prints and files share it.

Concentrations and states of the stream count in the statistics of valid periods only; masses and
volumes wherever they are part of the total, the substituted ones included.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import HourReading
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.judged import RUNNING, Judged, JudgedQuarter
from qingyuan.areas.telemetry.queries.verdicts import MASS_DIGITS, quantities
from qingyuan.calc.reasons import REASONS
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR
from qingyuan.ui.states import state

from .layout import LOADS, T_DIGITS, WAN_DIGITS, Column, Group, groups_of

ROWS: Mapping[str, str] = {"day": "hour", "month": "day", "quarter": "month", "year": "month"}
"""The level of a report's rows by the level of the report."""


class Cell(NamedTuple):
    """``value`` as stored, in the column's unit; ``counts``: it is part of the statistics;
    ``substituted``: a mass that was put in place of the measured one."""

    column: Column
    row: Judged | None
    value: float | None
    counts: bool
    substituted: bool

    @property
    def struck(self) -> bool:
        """A figure that was judged not to count; one of a period that still runs is not judged."""
        return self.value is not None and not self.counts and not (
            self.row is not None and self.row.verdict == RUNNING)


class Line(NamedTuple):
    """One period; ``remark`` says in words what is not valid in it."""

    time: int
    cells: tuple[Cell, ...]
    remark: str


class Figure(NamedTuple):
    """One figure of a statistics line; ``row`` is the judged row whose ``field`` it is, if one."""

    value: float | None
    digits: int
    row: Judged | None = None
    field: str = ""


class Foot(NamedTuple):
    """A statistics line: one figure (or None) for each column."""

    label: str
    figures: tuple[Figure | None, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``whole`` has the judged row of the whole period by factor; ``books`` are the
    fingerprints of the rule sets that its rows were made under; ``made`` epoch ms of the newest."""

    level: str
    start: int
    end: int
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    feet: tuple[Foot, ...]
    whole: Mapping[str, Judged]
    captures: Mapping[str, JudgedQuarter]
    made: int

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for group in self.groups for column in group.columns)

    @property
    def rows_level(self) -> str:
        return ROWS[self.level]

    @property
    def empty(self) -> bool:
        return all(cell.row is None for line in self.lines for cell in line.cells)


def report(scope: Scope, point: MonitoringPoint, level: str, start: int) -> Report:
    """The report of a visible point for the ``level`` (day, month, quarter, year) that begins at
    ``start``. Twelve queries at most, whatever the period."""
    end = windows.end_of(_level(level), start)
    known = quantities(judged.judged_factors(scope, point))
    codes = [one.code for one in known]
    rows = _READ[ROWS[level]](scope, point, start, end, codes)
    captures: dict[str, JudgedQuarter] = {}
    if level == "quarter":
        captures = {one.row.factor: one for one in judged.quarters_of(scope, point, start, end)}
        whole = {code: one.row for code, one in captures.items()}
    else:
        whole = {row.factor: row for row in _READ[level](scope, point, start, start + 1, codes)}
    loads = _loads(point, start, end) if level == "day" and point.kind == "gas" else {}
    groups = tuple(groups_of(point.kind, level, known, loads=bool(loads)))
    held = {(row.time, row.factor): row for row in rows}
    names = {one.code: one.name for one in known}
    columns = [column for group in groups for column in group.columns]
    lines = tuple(
        Line(time, tuple(_cell(column, held.get((time, column.code)), loads.get(time))
                         for column in columns),
             remark([row for code in codes if (row := held.get((time, code)))], names))
        for time in _times(level, start, end))
    made = max((row.at for row in [*rows, *whole.values()]), default=0)
    return Report(level, start, end, groups, lines,
                  tuple(_feet(point.kind, level, columns, lines, whole)),
                  whole, captures, made)


_READ: dict[str, Callable[..., list[Judged]]] = {
    "hour": judged.hours_of, "day": judged.days_of, "month": judged.months_of,
    "year": judged.years_of,
}


def _level(level: str) -> windows.Level:
    if level not in ROWS:
        raise ValueError(f"there is no report of a {level!r}")
    return level  # type: ignore[return-value]


def _times(level: str, start: int, end: int) -> list[int]:
    if level == "day":
        return list(range(start, end, HOUR))
    if level == "month":
        return list(range(start, end, DAY))
    times = []
    while start < end:
        times.append(start)
        start = windows.end_of("month", start)
    return times


def _loads(point: MonitoringPoint, start: int, end: int) -> dict[int, float]:
    """Load by hour as the logger reported it: it is no factor of the gas and is not judged."""
    rows = HourReading.objects.filter(point=point.pk, time__gte=start, time__lt=end,
                                      factor__code__in=LOADS)
    return {time: avg for time, avg in rows.values_list("time", "avg") if avg is not None}


def _cell(column: Column, row: Judged | None, load: float | None) -> Cell:
    if column.field == "load":
        return Cell(column, None, load, load is not None, False)
    if row is None:
        return Cell(column, None, None, False, False)
    value = getattr(row, column.field)
    replaced = column.kind == "mass" and row.substituted is not None and (
        row.substituted != row.mass)
    if column.kind == "mass" and value is None and row.verdict in ("valid", "exempt"):
        value = row.mass
    # A mass (substituted where it must be) or volume that is there is part of the period's total.
    # That of a period that still runs is only a part of its own, no largest or smallest.
    counts = value is not None and row.verdict != RUNNING and (
        row.verdict == "valid" or column.kind in ("mass", "volume"))
    return Cell(column, row, None if value is None else value / column.scale, counts, replaced)


def remark(rows: Sequence[Judged], names: Mapping[str, str]) -> str:
    """What is not valid in a period, the factors with the same verdict and reason together."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.verdict != "valid":
            found.setdefault((row.verdict, row.reason.partition(";")[0]), []).append(
                names.get(row.factor, row.factor))
    total = len(rows)
    return "；".join(
        f"{'' if len(of) == total else '、'.join(of) + ' '}{state('judged', verdict).label}"
        f"{_sentence(verdict, code)}"
        for (verdict, code), of in found.items())


def _sentence(verdict: str, code: str) -> str:
    if verdict == RUNNING:
        return _("：时段尚未结束，不计入统计")
    known = REASONS.get(code)
    if known is None or known.verdict != verdict or verdict in ("missing", "stopped"):
        return ""
    return "：" + known.sentence.rstrip("。")


def _feet(
    kind: str, level: str, columns: Sequence[Column], lines: Sequence[Line],
    whole: Mapping[str, Judged],
) -> Iterable[Foot]:
    """平均值, 最大值, 最小值, 样本数, then the totals."""
    values = [[line.cells[place].value for line in lines if line.cells[place].counts]
              for place in range(len(columns))]
    # The means of longer periods are made as the rules in the head say.
    weighed = kind == "water" and level == "day"
    mean = _("平均值（浓度按流量加权）") if weighed else _("平均值")
    yield Foot(mean, tuple(_mean(column, held, whole.get(column.code))
                           for column, held in zip(columns, values, strict=True)))
    for label, pick in ((_("最大值"), max), (_("最小值"), min)):
        yield Foot(label, tuple(Figure(pick(held), column.digits) if held else None
                                for column, held in zip(columns, values, strict=True)))
    yield Foot(_("样本数"), tuple(Figure(float(len(held)), 0) for held in values))
    if any(column.kind == "mass" for column in columns):
        totals = ((_("排放总量（实测）"), "mass"), (_("排放总量（修约后）"), "substituted"))
        for label, field in totals:
            yield _total(label, field, columns, whole, "kg", MASS_DIGITS, 1.0)
            yield _total(label, field, columns, whole, "t", T_DIGITS, 1000.0)
    if any(column.kind == "volume" for column in columns):
        scale, unit, digits = (10_000.0, _("万m³"), WAN_DIGITS) if kind == "gas" else (1.0, "m³", 2)
        yield Foot(_("累计流量"), tuple(
            Figure(_divided(whole[column.code].converted, scale), digits, whole[column.code],
                   "converted")
            if column.kind == "volume" and column.code in whole else None
            for column in columns), unit)


def _mean(column: Column, held: Sequence[Any], row: Judged | None) -> Figure | None:
    """The period's own mean where judging makes one: it is weighted where the rules weigh."""
    if column.kind in ("concentration", "state", "flow") and row is not None:
        value = getattr(row, column.field, None)
        return Figure(value, column.digits, row, column.field)
    return Figure(sum(held) / len(held), column.digits) if held else None


def _total(
    label: str, field: str, columns: Sequence[Column], whole: Mapping[str, Judged], unit: str,
    digits: int, scale: float,
) -> Foot:
    return Foot(label, tuple(
        Figure(_divided(getattr(row, field), scale), digits, row, field)
        if column.kind == "mass" and (row := whole.get(column.code)) is not None else None
        for column in columns), unit)


def _divided(value: float | None, scale: float) -> float | None:
    return None if value is None else value / scale
