"""over_range: at or above the upper end of the instrument's range in force, or flagged T.

Where no range is filed only the logger's own flag says so (HJ 212-2017 table 8: T, above range).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.verdicts import Quantity
from qingyuan.ui.numbers import figure

from .eye import Eye, Said, Scene, clock, name_of, normal
from .increment import Minute
from .standing import composite
from .stretches import Stretch

ABOVE = "T"


def says(scene: Scene, minute: Minute) -> Iterator[Said]:
    return _of(scene, minute, composites=False)


def says_hours(scene: Scene, hour: Minute) -> Iterator[Said]:
    """The same of what analysers of waste water measure on composite samples, hour by hour."""
    return _of(scene, hour, composites=True)


def _of(scene: Scene, minute: Minute, *, composites: bool) -> Iterator[Said]:
    ranged = scene.place.ranged
    for code, (value, flag) in minute.values.items():
        if (flag != ABOVE and code not in ranged) or composite(code) != composites:
            continue
        high = scene.place.at(f"range.{code}", minute.time)
        if flag == ABOVE or (high is not None and normal(flag)):
            over = flag == ABOVE or value >= float(high or 0.0)
            if over or code in scene.held:
                yield Said(code, value, over and not scene.place.declared(code, minute.time))


def title(scene: Scene, factor: str, stretch: Stretch, names: Mapping[str, Quantity]) -> str:
    high = scene.place.at(f"range.{factor}", stretch.last)
    unit = names[factor].unit if factor in names else ""
    said = {"factor": name_of(names, factor), "since": clock(stretch.since),
            "figure": figure(stretch.high), "unit": unit,
            "range": "" if high is None else figure(float(high))}
    if high is None:
        return _("%(factor)s自 %(since)s 起标识为超测量上限，最高 %(figure)s %(unit)s") % said
    return _("%(factor)s自 %(since)s 起达到或超过量程上限 %(range)s %(unit)s，"
             "最高 %(figure)s") % said


def detail(scene: Scene, factor: str, stretch: Stretch) -> dict[str, Any]:
    return {"range": scene.place.at(f"range.{factor}", stretch.last)}


OVER_RANGE = Eye("over_range", says, title, detail)
OVER_RANGE_HOURS = Eye("over_range", says_hours, title, detail)
