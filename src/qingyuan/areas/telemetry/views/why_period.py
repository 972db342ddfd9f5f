"""A day, month, quarter or year explained: the periods it is made of, counted and added up."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from qingyuan.areas.rules.queries import BookFor
from qingyuan.areas.telemetry.models import DayReading
from qingyuan.areas.telemetry.pipeline.subject import subject_of
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.hour_inputs import lost_spans
from qingyuan.areas.telemetry.queries.judged import RUNNING, Judged
from qingyuan.areas.telemetry.queries.touching import touching
from qingyuan.calc.formulas import FORMULAS
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel import windows

from .cells import cells, heads
from .why_facts import reported_lines, touching_lines
from .why_manual import measured_by_hand, uses_manual
from .why_steps import Step, agree, solved_with, tidy

if TYPE_CHECKING:
    from .why import Asked

PARTS = {"day": "hour", "month": "day", "quarter": "day", "year": "day"}
WORDS = {"hour": "小时", "day": "天"}


def explained_period(asked: "Asked", book: BookFor) -> dict[str, Any]:
    """Context of the reasons of anything longer than an hour."""
    start, end = asked.row.time, windows.end_of(asked.level, asked.row.time)
    lower = PARTS[asked.level]
    read = judged.hours_of if lower == "hour" else judged.days_of
    parts = read(asked.scope, asked.point, start, end, [asked.of.code])
    columns = [head for head in heads(asked.of, "all") if head.name != "count"]
    months = judged.months_of(asked.scope, asked.point, start, end, [asked.of.code]) if (
        asked.level in ("quarter", "year")) else []
    counts = Counter(part.verdict for part in parts)
    by_hand = measured_by_hand(asked)
    return {
        **_touching(asked, start, end),
        "lower": lower, "part_word": WORDS[lower], "columns": columns,
        "parts": [{"row": part, "key": windows.key(lower, part.time),
                   "cells": cells(lower, part, asked.of, columns)} for part in parts],
        "counts": [{"code": code, "count": counts[code]} for code in (*VERDICTS, RUNNING)
                   if counts[code]],
        "months": [{"row": one, "key": windows.key("month", one.time)} for one in months],
        "steps": [step for step in (
            _mean(asked, parts), _mean_converted(asked, parts), *_sums(asked, parts),
            by_hand["step"], _capture(asked)) if step],
        "by_hand": by_hand,
        "reported": reported_lines(DayReading, asked.point.pk, asked.row, asked.of)
        if asked.level == "day" else [],
    }


def _touching(asked: "Asked", start: int, end: int) -> dict[str, Any]:
    """What touched a day or month; of a month without the controls that passed."""
    if asked.level not in ("day", "month"):
        return {}
    away = lost_spans(subject_of(asked.point), asked.of.code, start, end)
    return touching_lines(touching(asked.scope, asked.point, asked.of.code, start, end, away,
                                   passing=asked.level == "day"))


def _mean(asked: "Asked", parts: list[Judged]) -> Step | None:
    """The mean in words and numbers; of what it is made the list below shows."""
    row, word = asked.row, WORDS[PARTS[asked.level]]
    used = [part.value for part in parts if part.verdict == "valid" and part.value is not None]
    if not used or row.value is None:
        return None
    plain = sum(used) / len(used)
    if agree(plain, row.value) or abs(plain - row.value) <= 1e-9 * abs(plain):
        numbers = f"{sum(used):.10g} / {len(used)}"
        return Step(f"{len(used)} 个有效{word}的算术平均", "ΣC / n", numbers, row.value,
                    asked.of.unit, row.clause, "")
    return Step(f"{len(used)} 个有效{word}按流量加权平均", tidy("ΣC·D / ΣD"), "", row.value,
                asked.of.unit, FORMULAS["water_weighted_mean"].cite(), "text")


def _mean_converted(asked: "Asked", parts: list[Judged]) -> Step | None:
    used = [part.converted for part in parts
            if part.verdict == "valid" and part.converted is not None]
    if asked.of.second != "converted" or not used or asked.row.converted is None:
        return None
    return Step(f"{len(used)} 个有效{WORDS[PARTS[asked.level]]}折算值的算术平均", "ΣC折 / n",
                f"{sum(used):.10g} / {len(used)}", asked.row.converted, asked.of.unit, "", "")


def _sums(asked: "Asked", parts: list[Judged]) -> list[Step]:
    if not asked.of.pollutant:
        return []
    word = WORDS[PARTS[asked.level]]
    found = []
    for title, total, values in (
        ("实测排放量", asked.row.mass,
         [p.mass for p in parts if p.verdict in ("valid", "exempt") and p.mass is not None]),
        ("修约后排放量", asked.row.substituted,
         [] if uses_manual(asked) else
         [p.substituted for p in parts if p.substituted is not None]),
    ):
        if total is not None and values:
            added = abs(sum(values) - total) <= 1e-6 * max(abs(total), 1e-9)
            note = "" if added else "不由各期相加"
            found.append(Step(f"{title}：{len(values)} 个{word}之和", "ΣG", "", total, "kg", "", "",
                              note))
    return found


def _capture(asked: "Asked") -> Step | None:
    """The quarter's capture rate from its counts."""
    row = asked.version.row
    if asked.level != "quarter" or row.get("hours") is None:
        return None
    return solved_with("capture_rate", {
        "hours": row["hours"], "stopped": row["stopped"], "invalid": row["invalid"]})
