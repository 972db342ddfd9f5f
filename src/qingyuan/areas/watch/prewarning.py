"""over_limit_minute: the mean of the running hour nears the limit before the hour is judged.

The mean of the hour so far is compared as the hour will be: converted by the mean oxygen of the
same minutes where the emission standard converts (HJ 212-2017 D.2.3 converts means, not minutes).
Minutes in ppm, wet, or of the duct's own state are no figures that a limit speaks of; points with
such minutes get no pre-warning, their hours are judged as ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.verdicts import Quantity
from qingyuan.calc.roles import O2
from qingyuan.kernel.windows import HOUR

from .eye import Eye, Said, Scene, clock, digits, normal
from .increment import Minute
from .stretches import Stretch

HAIR = 1e-9  # a mean of doubles may lie so far below the figure it stands for


def says(scene: Scene, minute: Minute) -> Iterator[Said]:
    """The mean of each limited factor since the full hour against its share of the limit."""
    place, time = scene.place, minute.time
    if not place.limited:
        return
    sums = _sums(scene.memory, time - time % HOUR)
    for code in {*place.limited, O2}:
        value, flag = minute.values.get(code, (0.0, "missing"))
        if normal(flag) and not place.declared(code, time):
            held = sums.setdefault(code, [0.0, 0])
            held[0], held[1] = held[0] + value, held[1] + 1
    oxygen = sums[O2][0] / sums[O2][1] if O2 in sums else None
    times = place.conversion(oxygen, time) if scene.medium == "gas" else 1.0
    for code in place.limited:
        limit = place.at(f"limit.{code}", time)
        if place.declared(code, time):
            yield Said(code, 0.0, False)
        elif None not in (limit, times) and code in sums and code in minute.values and (
                place.comparable(code, time)):
            mean = sums[code][0] / sums[code][1] * (times or 0.0)
            yield Said(code, mean, mean >= scene.thresholds["ratio"] * float(limit) * (1 - HAIR))


def _sums(memory: dict[str, Any], hour: int) -> dict[str, list[Any]]:
    """By factor sum and number of the hour's minutes; begun anew with each hour."""
    if memory.get("hour") != hour:
        memory["hour"], memory["sums"] = hour, {}
    sums: dict[str, list[Any]] = memory["sums"]
    return sums


def title(scene: Scene, factor: str, stretch: Stretch, names: Mapping[str, Quantity]) -> str:
    limit = float(scene.place.at(f"limit.{factor}", stretch.last) or 0)
    return _("%(factor)s本小时均值接近或超过限值：最高 %(figure)s %(unit)s，限值 %(limit)s，"
             "自 %(since)s 起") % {
        "factor": names[factor].name, "figure": f"{stretch.high:.{digits(factor)}f}",
        "unit": names[factor].unit, "limit": f"{limit:g}", "since": clock(stretch.since)}


def detail(scene: Scene, factor: str, stretch: Stretch) -> dict[str, Any]:
    return {"limit": scene.place.at(f"limit.{factor}", stretch.last),
            "ratio": scene.thresholds["ratio"]}


PREWARNING = Eye("over_limit_minute", says, title, detail)
