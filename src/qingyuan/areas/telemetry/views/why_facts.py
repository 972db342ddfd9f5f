"""Events, marks, parameters and reported values as lines of an explanation."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.telemetry.models import Event, Factor, Mark, PointParameter
from qingyuan.areas.telemetry.parameter_words import title_of, unit_of, value_word
from qingyuan.areas.telemetry.queries.judged import Judged
from qingyuan.areas.telemetry.queries.touching import Cause, Touching
from qingyuan.areas.telemetry.queries.verdicts import MASS_DIGITS, Quantity, same_codes
from qingyuan.calc.control import Lost
from qingyuan.calc.roles import under_2017
from qingyuan.hj212 import factors


def parameter_line(row: PointParameter) -> dict[str, Any]:
    """A parameter with title, value in words, unit and where it comes from."""
    return {
        "row": row, "title": title_of(row.name), "factor": factor_word(row.name.partition(".")[2]),
        "text": value_word(row.value), "unit": unit_of(row.name),
    }


def factor_word(code: str) -> str:
    """A factor as people call it; "" stays "", what the standard does not list stays its code.

    >>> factor_word("a21002"), factor_word("")
    ('氮氧化物', '')
    """
    known = factors.find(code) if code else None
    return known.name if known else code


def event_line(row: Event, shown: Shown | None = None) -> dict[str, Any]:
    """An event with its result in words and what it refers to."""
    result = {True: _("合格"), False: _("不合格"), None: ""}[row.passed]
    return {"row": row, "result": result, "factor": factor_word(row.factor), "shown": shown}


def mark_line(row: Mark) -> dict[str, Any]:
    """A mark with whether it counts."""
    return {"row": row, "counts": row.state in ("declared", "matched"),
            "factor": factor_word(row.factor)}


def touching_lines(found: Touching) -> dict[str, Any]:
    """Context of what touched a period: spans with what failed, events, marks."""
    said: set[str] = set()
    lost: list[dict[str, Any]] = []
    for cause in found.lost:
        lines = [line for line in _failing(cause, found.shown) if line not in said]
        said.update(lines)
        if lines or not any(_within(cause.span, one["span"]) for one in lost):
            lost.append({"span": cause.span, "failing": lines})
    return {
        "lost": lost,
        "events": [event_line(one, found.shown.get(one.reference)) for one in found.events],
        "marks": [mark_line(one) for one in found.marks], "more_events": found.more,
    }


def _within(span: Lost, other: Lost) -> bool:
    """Whether it says no more than another one: a calibration that failed before and after."""
    return (other.start <= span.start and span.end <= other.end
            and (span.code, span.clause) == (other.code, other.clause))


def _failing(cause: Cause, known: Mapping[str, Shown]) -> list[str]:
    lines = [line for one in cause.events if one.reference in known
             for line in known[one.reference].failing if one.passed is False]
    return list(dict.fromkeys(lines))


def reported_lines(table: Any, point: int, row: Judged, of: Quantity) -> list[dict[str, Any]]:
    """What the logger reported for the same period beside what was computed, by kind of value."""
    codes = {f.pk: f.code for f in Factor.objects.filter(code__in=same_codes(of.code))}
    held = table.objects.filter(point=point, time=row.time, factor__in=list(codes)).order_by(
        "frame", "source").last()
    if held is None:
        return []
    scale = under_2017(codes[held.factor_id])[1]
    lines = [(_("平均"), held.avg, row.value, of.unit, of.digits)]
    if of.second == "converted":
        lines.append((_("折算平均"), held.zs_avg, row.converted, of.unit, of.digits))
    if of.pollutant:
        lines.append((_("累计"), held.cou, row.mass, "kg", MASS_DIGITS))
    return [{"label": label, "reported": None if sent is None else sent * scale,
             "computed": own, "unit": unit, "digits": digits, "flag": held.flag}
            for label, sent, own, unit, digits in lines if sent is not None]
