"""A judgement as the CSV files that are promised: full precision, nothing where nothing is."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from qingyuan.assess.exceedances import exceedances
from qingyuan.calc.types import VERDICTS, Case, Floats, Judgement, Period
from qingyuan.kernel import windows

HOURS = ("hour", "factor", "valid_minutes", "value", "converted", "verdict", "reason", "clause",
         "mass_kg", "mass_substituted_kg")
DAYS = ("day", "factor", "valid_hours", *HOURS[3:])
MONTHS = ("month", "factor", "valid_days", *HOURS[3:])
EXCEEDANCES = ("period", "start", "factor", "basis", "figure", "limit")

Row = Sequence[str]


def tables(case: Case, judgement: Judgement) -> Iterator[tuple[str, str]]:
    """File names with their text: hours.csv, days.csv, months.csv, exceedances.csv. Rows go by time
    and, within it, by the order of ``case.judged``."""
    yield "hours.csv", write(HOURS, _hours(case, judgement))
    yield "days.csv", write(DAYS, _periods(case, judgement.days))
    yield "months.csv", write(MONTHS, _periods(case, judgement.months))
    yield "exceedances.csv", write(EXCEEDANCES, (
        (e.level, e.key, e.factor, e.basis, repr(e.figure), repr(e.limit))
        for e in exceedances(case, judgement)))


def quarters(case: Case, judgement: Judgement) -> dict[str, dict[str, dict[str, object]]]:
    """The capture rates as quarter.json has them, by quarter and factor."""
    answer: dict[str, dict[str, dict[str, object]]] = {}
    order = {factor: at for at, factor in enumerate(case.judged)}
    own = [key for key in judgement.capture if key[1] in order]
    for quarter, factor in sorted(own, key=lambda key: (key[0], order[key[1]])):
        capture = judgement.capture[quarter, factor]
        answer.setdefault(quarter, {})[factor] = {
            "hours": capture.hours, "stopped_hours": capture.stopped,
            "invalid_hours": capture.invalid, "capture_rate": capture.rate, "pass": capture.passed}
    return answer


def write(header: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV text with a line feed at each line's end."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def figure(value: float | None) -> str:
    """A double so that reading it gives the same double; nothing for what is absent.

    >>> figure(0.1), figure(None), figure(float("nan"))
    ('0.1', '', '')
    """
    return "" if value is None or value != value else repr(float(value))


def _hours(case: Case, judgement: Judgement) -> Iterator[Row]:
    reasons = [";".join(codes) for codes in judgement.reasons]
    columns = []
    for factor in case.judged:
        own = judgement.hours[factor]
        columns.append(list(zip(
            map(str, own.valid_minutes.tolist()), _figures(own.value), _figures(own.converted),
            (VERDICTS[verdict] for verdict in own.verdict), (reasons[at] for at in own.reason),
            (judgement.clauses[at] for at in own.clause), _figures(own.mass),
            _figures(own.substituted), strict=True)))
    for at, start in enumerate(windows.hours(judgement.start, judgement.count).tolist()):
        hour = windows.key("hour", start)
        for factor, rows in zip(case.judged, columns, strict=True):
            yield hour, factor, *rows[at]


def _figures(column: Floats) -> list[str]:
    return [figure(value) for value in column.tolist()]


def _periods(case: Case, periods: Iterable[Period]) -> Iterator[Row]:
    order = {factor: at for at, factor in enumerate(case.judged)}
    own = [period for period in periods if period.factor in order]
    for p in sorted(own, key=lambda p: (p.start, order[p.factor])):
        yield (p.key, p.factor, str(p.count), figure(p.value), figure(p.converted), p.verdict,
               ";".join(p.reason), p.clause, figure(p.mass), figure(p.substituted))
