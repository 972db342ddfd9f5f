"""A record's answers as the cross-check takes them: readings by gas, pairs, bottles, times. What
the form did not ask, or nobody answered, stays None."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qingyuan.crosscheck.types import Bottle, FactorWork, Pair, Step, Work
from qingyuan.forms import Form
from qingyuan.forms.values import moment
from qingyuan.kernel.clock import CST

from ..models import Record
from ..review import answers as reading
from .mapping import Analysers, BottlesAt, FormMap, PairsAt, StepAt, factor_between, of, plain

Cells = Mapping[str, Any]
LONGEST = 24 * 3600  # s: a longer span of work is a typing error
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Range:
    """A range of the register for one factor."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Known:
    """What reading answers needs of the point: factors' units on the wire and names by code, and
    the register's ranges at the time."""

    units: Mapping[str, str]
    names: Mapping[str, str]
    ranges: Mapping[str, Range]


def work_of(record: Record, form: Form | None, known: Known, bottles: Sequence[Bottle] = (),
            previous: Record | None = None) -> Work:
    """One record of the visit; ``previous`` is the record before it whose numbers are compared."""
    told = of(record.form, record.kind)
    factors = tuple(_factors(form, told, record.answers, known)) if form else ()
    begun, ended = hours(record, form, factors)
    setting = reading.setting_of(record.setting)
    numbers = reading.measured(form, setting, record.answers) if form else {}
    before = reading.measured(form, reading.setting_of(previous.setting),
                              previous.answers) if form and previous else {}
    return Work(
        ref=f"record:{record.pk}", kind=_kind(told, record.answers), title=record.title,
        form=record.form, person=_person(record), day=record.day, started=begun, finished=ended,
        submitted=_seconds(record.submitted_at), factors=factors, bottles=tuple(bottles),
        numbers=numbers, previous=before,
        previous_ref=f"record:{previous.pk}" if previous else "",
        previous_day=previous.day.isoformat() if previous else "")


def _kind(told: FormMap, answers: Cells) -> Any:
    if told.whole is not None:
        section, name, option, kind = told.whole
        if (answers.get(section) or {}).get(name) == option:
            return kind
    return told.kind


def hours(
    record: Record, form: Form | None, factors: Sequence[FactorWork] = ()
) -> tuple[int | None, int | None]:
    """When the work began and ended, epoch s: the form's own times, else the last analyser's, else
    those that the record keeps. What cannot be (an end before its beginning, more than a day) is
    not known."""
    begun = asked_time(form, record.answers, "begin")
    ended = asked_time(form, record.answers, "end")
    if ended is None:
        done = [one.done for one in factors if one.done is not None]
        ended = max(done) if done else _seconds(record.finished_at)
    if begun is None:
        begun = _seconds(record.begun_at)
    if begun is None or ended is None or not 0 <= ended - begun <= LONGEST:
        return None, ended if begun is None else None
    return begun, ended


def asked_time(form: Form | None, answers: Cells, name: str) -> int | None:
    """A moment that the form asks outside of tables and blocks, epoch s."""
    for section in form.sections if form else ():
        one = section.field(name)
        if one is None or one.type != "datetime" or section.blocks:
            continue
        found = _moment((answers.get(section.name) or {}).get(name))
        if found is not None:
            return found
    return None


def _factors(form: Form, told: FormMap, answers: Cells, known: Known) -> Iterator[FactorWork]:
    sections = {one.name: one for one in form.sections}
    for where in told.analysers:
        section, cells = sections.get(where.section), answers.get(where.section)
        if section is None or not isinstance(cells, dict):
            continue
        if where.factor:
            yield _factor(where, where.factor, "", cells, known)
            continue
        for block in section.blocks:
            code = block.keys.get("factor", "")
            said = cells.get(block.name)
            if code and said and isinstance(said, dict):
                yield _factor(where, code, block.label, said, known)


def _factor(
    where: Analysers, code: str, label: str, cells: Cells, known: Known
) -> FactorWork:
    wire = known.units.get(code, "")
    unit = plain(where.of or str(cells.get(where.unit) or "") or wire)
    low, high = _range(where, code, unit, cells, known)
    rows = _rows(cells, where.table) if where.table else [cells]
    steps = tuple(step for row in rows for one in where.steps
                  if (step := _step(one, row)) is not None)
    done = [at for row in rows if where.done and (at := _moment(row.get(where.done))) is not None]
    return FactorWork(
        code=code, name=label or known.names.get(code, code), unit=unit,
        to_series=factor_between(code, unit, wire), range_low=low, range_high=high,
        steps=_with_digits(steps), pairs=tuple(_pairs(where.pairs, cells)) if where.pairs else (),
        done=max(done) if done else None)


def _range(
    where: Analysers, code: str, unit: str, cells: Cells, known: Known
) -> tuple[float | None, float | None]:
    high = _number(cells.get(where.high)) if where.high else None
    if high is not None:
        low = 0.0 if where.zero_based else _number(cells.get(where.low))
        return low, high
    held = known.ranges.get(code)
    share = factor_between(code, held.unit or unit, unit) if held else None
    if held is None or share is None:
        return None, None
    return held.low * share, held.high * share


def _step(one: StepAt, row: Cells) -> Step | None:
    value = _number(row.get(one.reading))
    if value is None:
        return None
    gas = _number(row.get(one.gas_new)) if one.gas_new and row.get("new_gas") else None
    return Step(one.name, one.label, gas if gas is not None else _number(row.get(one.gas)), value,
                _number(row.get(one.last)) if one.last else None,
                _moment(row.get(one.at)) if one.at else None)


def _with_digits(steps: Sequence[Step]) -> tuple[Step, ...]:
    """A display has the same digits for all readings, of which a typed figure drops the zeros."""
    digits = max((_digits(one.reading or 0.0) for one in steps), default=0)
    return tuple(Step(one.name, one.label, one.gas, one.reading, one.last, one.at, digits)
                 for one in steps)


def _digits(value: float) -> int:
    """
    >>> _digits(12.0), _digits(12.25), _digits(0.1 + 0.2)
    (0, 2, 1)
    """
    text = f"{value:.{DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])


def _pairs(where: PairsAt, cells: Cells) -> Iterator[Pair]:
    for row in _rows(cells, where.table):
        reference, analyser = _number(row.get(where.reference)), _number(row.get(where.analyser))
        if reference is None or analyser is None:
            continue
        start = _moment(row.get(where.start))
        yield Pair(reference, analyser, start, _moment(row.get(where.end)) if where.end else start)


def bottles_in(record: Record) -> list[Bottle]:
    """The bottles that a record says were brought to its point, without their other uses."""
    where: BottlesAt | None = of(record.form, record.kind).bottles
    found = []
    for row in _rows(record.answers.get(where.section) or {}, where.table) if where else ():
        name = row.get(where.name) if where else ""
        name = str(name.get("text", "") if isinstance(name, dict) else name or "")
        found.append(Bottle(
            serial=str(row.get(where.serial) or "").strip() if where else "",
            expires=_day(row.get(where.expires)) if where else None,
            concentration=_number(row.get(where.concentration)) if where else None,
            unit=plain(str(row.get(where.unit) or "")) if where else "", name=name))
    return found


def gases_of(work: Work) -> list[tuple[float, str, str]]:
    """(value, unit, factor) of the gases and standards that a record says were used; not the
    zeros."""
    return list(dict.fromkeys(
        (step.gas, factor.unit, factor.code) for factor in work.factors for step in factor.steps
        if step.gas))


def _rows(cells: Cells, table: str) -> list[Cells]:
    rows = cells.get(table)
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(value: object) -> int | None:
    found = moment(value)
    return int(found.timestamp()) if found is not None else None


def _day(value: object) -> date | None:
    found = moment(value)
    return found.date() if found is not None else None


def day_of(at: int) -> date:
    """The China day of an instant (epoch s)."""
    return datetime.fromtimestamp(at, CST).date()


def _seconds(at: int | None) -> int | None:
    return None if at is None else at // 1000


def _person(record: Record) -> str:
    return f"user:{record.author_id}" if record.author_id else ""
