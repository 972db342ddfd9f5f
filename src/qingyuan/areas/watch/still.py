"""zero and constant: values that a running source cannot give for hours."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.verdicts import Quantity
from qingyuan.calc.roles import FLOW, O2, VELOCITY
from qingyuan.ui.numbers import decimals, figure

from .eye import Eye, Said, Scene, clock, digits, lasted, name_of, normal
from .increment import Minute
from .standing import COARSE, composite, moves, never_zero
from .stretches import Stretch

Asked = Callable[[str, str], bool]  # whether a factor of a medium is asked about
_moves, _never_zero = lru_cache(maxsize=1024)(moves), lru_cache(maxsize=1024)(never_zero)


def running(minute: Minute, medium: str, thresholds: Mapping[str, float]) -> bool | None:
    """Whether the source runs, by what its other instruments say; None where none says anything.

    Gas: oxygen below that of a standing plant, or else velocity. A zero of oxygen is no evidence.
    Water: something flows.
    """
    if medium == "water":
        flow = _sound(minute, FLOW)
        return None if flow is None else flow > 0
    oxygen, velocity = _sound(minute, O2), _sound(minute, VELOCITY)
    if oxygen is not None and oxygen > 0.5 * 10 ** -digits(O2):
        return oxygen < thresholds["o2"]
    return None if velocity is None else velocity >= thresholds["velocity"]


def _sound(minute: Minute, code: str) -> float | None:
    value, flag = minute.values.get(code, (None, ""))
    return value if normal(flag) else None


def zero(scene: Scene, minute: Minute) -> Iterator[Said]:
    """Zero to the last digit while the source is seen to run."""
    return _zeros(scene, minute, _never_zero)


def _zeros(scene: Scene, minute: Minute, asked: Asked) -> Iterator[Said]:
    runs = running(minute, scene.medium, scene.thresholds)
    for code, (value, flag) in minute.values.items():
        if normal(flag) and asked(code, scene.medium):
            none = runs is True and abs(value) < 0.5 * 10 ** -digits(code)
            if none or code in scene.held:
                yield Said(code, value, none and not scene.place.declared(code, minute.time))


def constant(scene: Scene, minute: Minute) -> Iterator[Said]:
    """The same figure again and again, unless the source is seen to stand; zeros are ``zero``."""
    return _constants(scene, minute, _moves)


def _constants(scene: Scene, minute: Minute, asked: Asked) -> Iterator[Said]:
    runs = running(minute, scene.medium, scene.thresholds)
    for code, (value, flag) in minute.values.items():
        if normal(flag) and asked(code, scene.medium):
            last = 10 ** -digits(code)
            still = runs is not False and abs(value) >= 0.5 * last and not coarse(value)
            yield Said(code, value, still and not scene.place.declared(code, minute.time),
                       scene.thresholds["spread"] * last + 1e-9 * abs(value))


def coarse(value: float) -> bool:
    """Whether a value has too few units of its last digit to be called still; loggers send at least
    one decimal.

    >>> coarse(0.3), coarse(0.31), coarse(6.0), coarse(-0.4)
    (True, False, False, True)
    """
    return abs(value) * 10 ** max(1, decimals([value])) < COARSE if abs(value) < 1 else False


def zero_title(scene: Scene, factor: str, stretch: Stretch, names: Mapping[str, Quantity]) -> str:
    return _("%(factor)s自 %(since)s 起持续为零，已 %(lasted)s，排放源在运行") % {
        "factor": name_of(names, factor), "since": clock(stretch.since),
        "lasted": lasted(stretch, scene.place.step)}


def constant_title(
    scene: Scene, factor: str, stretch: Stretch, names: Mapping[str, Quantity]
) -> str:
    shown = figure(stretch.low) if stretch.low == stretch.high else (
        f"{figure(stretch.low)}～{figure(stretch.high)}")
    return _("%(factor)s自 %(since)s 起恒为 %(figure)s %(unit)s，已 %(lasted)s") % {
        "factor": name_of(names, factor), "since": clock(stretch.since), "figure": shown,
        "unit": names[factor].unit if factor in names else "",
        "lasted": lasted(stretch, scene.place.step)}


def zero_hours(scene: Scene, hour: Minute) -> Iterator[Said]:
    """The same of what analysers of waste water measure on composite samples, hour by hour."""
    return _zeros(scene, hour, _composite)


def constant_hours(scene: Scene, hour: Minute) -> Iterator[Said]:
    """The same of what analysers of waste water measure on composite samples, hour by hour."""
    return _constants(scene, hour, _composite)


def _composite(code: str, medium: str) -> bool:
    return medium == "water" and composite(code)


ZERO = Eye("zero", zero, zero_title)
ZERO_HOURS = Eye("zero", zero_hours, zero_title, lasting="hours")
CONSTANT_HOURS = Eye("constant", constant_hours, constant_title, lasting="hours")
CONSTANT = Eye("constant", constant, constant_title)
