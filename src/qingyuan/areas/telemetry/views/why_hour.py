"""An hour explained: its slots counted again, the equations, the substitute, what touched it."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qingyuan.areas.rules.queries import BookFor
from qingyuan.areas.telemetry.models import HourReading
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.hour_inputs import Hour, hour_inputs, lost, three
from qingyuan.areas.telemetry.queries.judged import Judged
from qingyuan.areas.telemetry.queries.substitutes import substitute
from qingyuan.areas.telemetry.queries.touching import touching
from qingyuan.areas.telemetry.queries.verdicts import Quantity, in_force, quantities
from qingyuan.calc import roles
from qingyuan.calc.ruling import Properties
from qingyuan.kernel.windows import HOUR

from .why_facts import parameter_line, reported_lines, touching_lines
from .why_steps import Step, agree, flow_steps, gas_steps, water_steps

if TYPE_CHECKING:
    from .why import Asked

GAS_INPUTS = (roles.O2, roles.VELOCITY, roles.TEMPERATURE, roles.PRESSURE, roles.HUMIDITY)


def explained_hour(asked: "Asked", book: BookFor) -> dict[str, Any]:
    """Context of an hour's reasons."""
    scope, point, row, code = asked.scope, asked.point, asked.row, asked.of.code
    hour = hour_inputs(scope, point, row.time)
    steps = _steps(asked, hour)
    own = hour.means.get(code)
    until = row.time + HOUR
    parameters = in_force(list(judged.parameters_of(scope, point)), row.time)
    away = lost(hour, code)
    return {
        "own": own, "own_same": own is not None and agree(own.mean, row.value),
        "steps": steps, "step_note": not _stands(steps, row, asked.of),
        "inputs": _inputs(asked, hour), "slots": _slots(hour, code),
        "substitute": substitute(scope, point, row, asked.version.provisions, hour.case.events)
        if asked.of.pollutant and point.kind == "gas" else None,
        "parameters": [parameter_line(one) for one in parameters if _concerns(one.name, code)],
        **touching_lines(touching(scope, point, code, row.time, until, away)),
        "reported": reported_lines(HourReading, point.pk, row, asked.of),
        "three": _three(hour, code),
    }


def _steps(asked: "Asked", hour: Hour) -> list[Step]:
    code = asked.of.code
    if asked.point.kind == "gas":
        if asked.of.pollutant:
            return list(gas_steps(hour, code)) if code in hour.means else []
        return list(flow_steps(hour)) if code == roles.VELOCITY else []
    if not asked.of.pollutant:
        return []
    return list(water_steps(hour, code, _weight(asked, hour)))


def _weight(asked: "Asked", hour: Hour) -> Judged | None:
    """The flow's row of the hour in which the value's water was sampled."""
    own = Properties(hour.case).at("sampling_offset_hours", asked.row.time)
    if own is None:
        own = hour.ruling.at("water.sampling_offset", asked.row.time).value
    sampled = asked.row.time - HOUR * round(float(own))
    found = judged.hours_of(asked.scope, asked.point, sampled, sampled + HOUR, [roles.FLOW])
    return found[0] if found else None


def _stands(steps: list[Step], row: Judged, of: Quantity) -> bool:
    """Whether the equations end in what is stored. They do not when something came in since and
    the hour waits to be judged again."""
    if not steps:
        return True
    if of.second == "flow":
        return agree(steps[-1].result, row.converted)
    converted = next((s.result for s in steps if s.symbolic.startswith("C折")), None)
    return agree(steps[-1].result, row.mass) and (
        of.second != "converted" or agree(converted, row.converted))


def _inputs(asked: "Asked", hour: Hour) -> list[dict[str, Any]]:
    """What the equations take in beside the factor itself: mean, count, whether it is enough."""
    if asked.point.kind == "gas":
        wanted = GAS_INPUTS if asked.of.pollutant else GAS_INPUTS[1:]
    else:
        wanted = (roles.FLOW,)
    wanted = tuple(code for code in wanted if code != asked.of.code)
    if not (asked.of.pollutant or asked.of.second):
        return []
    known = {one.code: one for one in quantities(wanted)}
    return [{"of": known[code], "mean": hour.means.get(code)} for code in wanted if code in known]


def _slots(hour: Hour, code: str) -> list[dict[str, Any]]:
    """How many of the hour's slots carry which flag, "" for those without a value; nothing where
    all are normal."""
    grid = hour.case.grids.get(code)
    if grid is None or (code in hour.means and hour.means[code].reported):
        return []
    there = ~np.isnan(grid.values[0])
    letters = [grid.letters[place] or "N" for place in grid.flags[0].tolist()]
    counts = Counter(letter if known or letter != "N" else ""
                     for letter, known in zip(letters, there.tolist(), strict=True))
    if set(counts) == {"N"}:
        return []
    return [{"flag": letter, "count": count} for letter, count in sorted(counts.items())]


def _three(hour: Hour, code: str) -> dict[str, float | None] | None:
    found = three(hour, code)
    if found is None:
        return None
    return {name: None if np.isnan(value[0]) else float(value[0])
            for name, value in found._asdict().items()}


def _concerns(name: str, code: str) -> bool:
    """Whether a parameter is the point's own or of the factor or of the oxygen."""
    own = name.partition(".")[2]
    return own in ("", code, roles.O2)
