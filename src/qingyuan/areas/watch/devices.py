"""device_parameter and device_alarm by minutes: surroundings of the analysers outside their bounds,
values that the logger flags as those of a device in fault."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.verdicts import Quantity
from qingyuan.calc.roles import medium
from qingyuan.ui.numbers import figure

from .eye import Eye, Said, Scene, clock, name_of, normal
from .increment import Minute
from .standing import BOUNDS
from .stretches import Stretch

FAULT = "D"


def bounds(code: str, thresholds: Mapping[str, float]) -> tuple[float | None, float | None]:
    """Between which figures a reading lies, as the point's rule has it; None is open."""
    bound = BOUNDS[code]
    return (thresholds[bound.low] if bound.low else None,
            thresholds[bound.high] if bound.high else None)


def outside(code: str, value: float, thresholds: Mapping[str, float]) -> bool:
    low, high = bounds(code, thresholds)
    return (low is not None and value < low) or (high is not None and value > high)


def parameters(scene: Scene, minute: Minute) -> Iterator[Said]:
    for code in BOUNDS.keys() & minute.values.keys():
        value, flag = minute.values[code]
        if normal(flag):
            yield Said(code, value, outside(code, value, scene.thresholds)
                       and not scene.place.declared(code, minute.time))


def parameter_title(
    scene: Scene, factor: str, stretch: Stretch, names: Mapping[str, Quantity]
) -> str:
    return worded(factor, stretch.low, stretch.high, stretch.since, scene.thresholds)


def worded(
    code: str, lowest: float, highest: float, since: int, thresholds: Mapping[str, float]
) -> str:
    """The sentence on a reading outside its bounds since an instant."""
    low, high = bounds(code, thresholds)
    extreme = lowest if low is not None and lowest < low else highest
    usual = (f"≤ {figure(high)}" if low is None else f"≥ {figure(low)}" if high is None
             else f"{figure(low)}～{figure(high)}")
    return _("%(what)s自 %(since)s 起异常：%(figure)s %(unit)s，应为 %(usual)s %(unit)s") % {
        "what": BOUNDS[code].label, "since": clock(since), "figure": figure(extreme),
        "unit": BOUNDS[code].unit, "usual": usual}


def parameter_detail(scene: Scene, factor: str, _stretch: Stretch) -> dict[str, Any]:
    return {"bounds": list(bounds(factor, scene.thresholds))}


def faults(scene: Scene, minute: Minute) -> Iterator[Said]:
    """All factors of a device go into one matter: an analyser of four gases is one fault."""
    bad = {code for code, (_value, flag) in minute.values.items()
           if flag == FAULT and medium(code) == scene.medium
           and not scene.place.declared(code, minute.time)}
    if not bad and not (scene.memory.get("on") and any(
            medium(code) == scene.medium for code in minute.values)):
        return
    if bad:
        kept = set(scene.memory.get("factors", ())) if scene.memory.get("on") else set()
        scene.memory["factors"] = sorted(kept | bad)
    scene.memory["on"] = bool(bad)
    yield Said("", float(len(bad)), bool(bad))


def fault_title(scene: Scene, _factor: str, stretch: Stretch, names: Mapping[str, Quantity]) -> str:
    said = "、".join(name_of(names, code) for code in named(scene))
    return _("%(factors)s自 %(since)s 起标识为设备故障（D）") % {
        "factors": said, "since": clock(stretch.since)}


def fault_detail(scene: Scene, _factor: str, _stretch: Stretch) -> dict[str, Any]:
    return {"factors": named(scene)}


def named(scene: Scene) -> list[str]:
    """The factors that were flagged in the stretch."""
    return list(scene.memory.get("factors", ()))


PARAMETERS = Eye("device_parameter", parameters, parameter_title, parameter_detail)
FAULTS = Eye("device_alarm", faults, fault_title, fault_detail)
