"""A day's load from samples measured by hand, explained."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.substitutes import figure as rule_figure
from qingyuan.calc.formulas import FORMULAS
from qingyuan.calc.roles import FLOW
from qingyuan.kernel import windows

from .why_steps import SIGNIFICANT, Step, agree, solved_with, tidy

if TYPE_CHECKING:
    from .why import Asked

LEAST = "water.manual.min_per_day"


def uses_manual(asked: "Asked") -> bool:
    """Whether the row is a day whose load is of values measured by hand."""
    return asked.level == "day" and "manual_used" in asked.row.reason.split(";")


def measured_by_hand(asked: "Asked") -> dict[str, Any]:
    """The day's values, whether they were used, how many a day needs, and the load as a step."""
    if asked.level != "day" or asked.point.kind != "water" or not asked.of.pollutant:
        return {"values": [], "used": False, "step": None}
    start, end = asked.row.time, windows.end_of("day", asked.row.time)
    rows = judged.manual_values_of(asked.scope, asked.point, start, end)
    values = list(rows.filter(factor=asked.of.code))
    used, least = uses_manual(asked), None
    if LEAST in asked.version.provisions:
        least = int(rule_figure(asked.version.provisions, LEAST))
    return {"values": values, "used": used, "least": least,
            "too_few": least is not None and len(values) < least,
            "step": _load(asked, [row.value for row in values]) if used and values else None}


def _load(asked: "Asked", values: list[float]) -> Step:
    mean = sum(values) / len(values)
    flow = judged.days_of(asked.scope, asked.point, asked.row.time, asked.row.time + 1, [FLOW])
    volume = flow[0].converted if flow else None
    title = _("修约后排放量：%d 个手工监测值的均值乘以当日水量") % len(values)
    if volume is None:
        return Step(title, "", "", None, "kg", "", "", _("当日水量"))
    known = {"volumes": volume, "concentration": mean}
    step = solved_with("water_load", known)
    shown = {name: float(f"{value:.{SIGNIFICANT}g}") for name, value in known.items()}
    other = not agree(step.result, asked.row.substituted)
    return replace(step, title=title,
                   numbers=tidy(FORMULAS["water_load"].with_numbers(shown)),
                   missing=_("手工监测值在判定之后有变化，正在等待重新判定。") if other else "")
