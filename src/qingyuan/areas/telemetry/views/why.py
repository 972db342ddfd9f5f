"""Why a judged figure is what it is: verdict, clause, arithmetic, inputs, facts, versions. In the
drawer, or as a page of its own."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.areas.telemetry.models import LEVELS
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.judged import RUNNING, Judged, Version
from qingyuan.areas.telemetry.queries.substitutes import figure as rule_figure
from qingyuan.areas.telemetry.queries.verdicts import (
    MASS_DIGITS,
    Quantity,
    empty_reason,
    quantities,
)
from qingyuan.calc.reasons import REASONS, provision_of
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of
from qingyuan.ui.address import small_int
from qingyuan.ui.states import state

from .cells import second_label
from .judging import point_or_404
from .why_hour import explained_hour
from .why_period import explained_period
from .window import LATEST, field_value

SECOND = {"month": "m³", "day": "m³", "quarter": "m³", "year": "m³"}


@page("see_points")
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """``level`` (hour, day, month, quarter, year), ``time`` (epoch second), ``factor`` (2017 code);
    404 for what was never judged."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    level, code = params.get("level", "hour"), params.get("factor", "")
    moment = small_int(params.get("time", ""), None, LATEST)
    known = quantities([code]) if code else []
    if level not in LEVELS or moment is None or not known:
        raise Http404
    start = windows.start_of(level, moment)
    versions = judged.versions_of(scope, point, level, start, code)
    if not versions or versions[0].cause:
        raise Http404
    row = judged.so_far(level, row_of(versions[0], start, code), time.time())
    asked = Asked(scope, point, level, known[0], row, versions[0])
    book = book_for(point)
    explained = explained_hour if level == "hour" else explained_period
    context = {
        "point": point, "level": level, "of": asked.of, "row": asked.row,
        "end": windows.end_of(level, start), "from_iso": field_value(start),
        "to_iso": field_value(windows.end_of(level, start)), "key": windows.key(level, start),
        "figures": figures(asked), "least": least(asked), "why": reasons(asked, book),
        "rules": rules(asked, book), "day": day_of(start),
        "versions": changes(versions), "can_frames": may(scope, "see_frames"),
        **explained(asked, book),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "telemetry/why_body.html" if part else "telemetry/why.html", context)


@dataclass(frozen=True, slots=True)
class Asked:
    """The figure that is asked about: its current row and what it was made under."""

    scope: Scope
    point: MonitoringPoint
    level: str
    of: Quantity
    row: Judged
    version: Version


def row_of(version: Version, start: int, code: str) -> Judged:
    """A version as a row."""
    return Judged(start, code, *(version.row[name] for name in judged.FIELDS))


def figures(asked: Asked) -> list[dict[str, Any]]:
    """The row's figures in words, rounded for people, each with its reason where it is empty."""
    of, row = asked.of, asked.row
    unit = of.second_unit if asked.level == "hour" else SECOND.get(asked.level, "")
    lines = [("value", _mean_label(asked.level), of.unit, of.digits)]
    if of.second:
        lines.append(("converted", second_label(of.second),
                      of.unit if of.second == "converted" else unit, of.second_digits))
    if of.pollutant:
        lines += [("mass", "排放量（实测）", "kg", MASS_DIGITS),
                  ("substituted", "排放量（修约后）", "kg", MASS_DIGITS)]
    return [{"label": label, "value": getattr(row, name), "unit": word, "digits": digits,
             "reason": empty_reason(row, name)} for name, label, word, digits in lines]


def _mean_label(level: str) -> str:
    return {"hour": "小时均值", "day": "日均值", "month": "月均值", "quarter": "季均值",
            "year": "年均值"}[level]


def least(asked: Asked) -> float | None:
    """How many valid minutes, hours or days make the period valid, where that is one number; of
    water from the day on it is a share of what is due."""
    held, kind = asked.version.provisions, asked.point.kind
    if kind == "water":
        if asked.level != "hour" or asked.of.pollutant:
            return None
        return rule_figure(held, "water.hour.min_values")
    names = {"hour": "gas.hour.min_valid_minutes", "day": "gas.day.min_valid_hours",
             "month": "gas.month.min_valid_days"}
    name = names.get(asked.level, "")
    if asked.level == "month" and windows.key("month", asked.row.time).endswith("-02"):
        name += "_february"
    found = rule_figure(held, name) if name else float("nan")
    return None if found != found else found


def reasons(asked: Asked, book: BookFor) -> list[dict[str, Any]]:
    """The verdict's sentence with its clause, then the remarks."""
    codes = asked.row.reason.split(";") if asked.row.reason else []
    first = codes[0] if codes and REASONS[codes[0]].verdict != "remark" else ""
    if asked.row.verdict == RUNNING:
        lines = [{"code": RUNNING, "sentence": state("judged", RUNNING).hint, "remark": False}]
    else:
        lines = [{"code": first, "sentence": REASONS[first].sentence, "remark": False,
                  **clause(asked, first, book)}]
    lines += [{"code": code, "sentence": REASONS[code].sentence, "remark": True}
              for code in codes if code != first]
    return lines


def clause(asked: Asked, code: str, book: BookFor) -> dict[str, Any]:
    """The clause that the row cites, and the provision behind it: the one that the reason names, or
    another that was read and has that clause (an interval by the kind of system)."""
    day = date.fromisoformat(day_of(asked.row.time))
    usual = provision_of(code, asked.point.kind)
    named = [usual, *(name for name in asked.version.provisions if name != usual)]
    found = next((one for name in named if name and (one := book.find(name, day)) is not None
                  and one.cite() == asked.row.clause), None)
    return {"clause": asked.row.clause, "provision": found}


def rules(asked: Asked, book: BookFor) -> list[dict[str, Any]]:
    """Every provision that the row was made under as it was then, with its title and status now."""
    day = date.fromisoformat(day_of(asked.row.time))
    lines = []
    for name, held in sorted(asked.version.provisions.items()):
        one = book.find(name, day)
        last = held[-1] if isinstance(held[0], list) else held
        lines.append({"name": name, "value": last[0], "cite": last[1], "provision": one,
                      "changed": one is not None and one.value != last[0]})
    return lines


SHOWN = {"count": "有效数", "value": "均值", "converted": "折算", "mass": "排放量",
         "substituted": "修约后", "verdict": "判定", "reason": "原因", "clause": "条款",
         "capture": "捕集率"}


def changes(versions: list[Version]) -> list[dict[str, Any]]:
    """Versions, newest first, each with what is different from the one before it and why the one
    before gave way."""
    lines = []
    for new, old in zip(versions, [*versions[1:], None], strict=True):
        differs = [] if old is None else [
            {"name": name, "label": label, "before": old.row.get(name), "after": new.row.get(name)}
            for name, label in SHOWN.items() if old.row.get(name) != new.row.get(name)]
        lines.append({
            "version": new.version, "at": new.at, "cause": old.cause if old else "",
            "differs": differs, "rules": bool(old and old.row.get("rules") != new.row.get("rules")),
            "inputs": bool(old and old.row.get("inputs") != new.row.get("inputs"))})
    return lines
