"""What instruments make of what is there: drift, calibration, faults, and tampering."""

import math
from collections.abc import Callable, Sequence

from qingyuan.simulator.factors import FactorSpec
from qingyuan.simulator.physics.boiler import Upset
from qingyuan.simulator.physics.events import Event

LAG = 75.0
"""Time constant of a gas analyser and its line, s (90 % after 173 s, allowed 200 s)."""

ORDER = (
    "drift", "tamper_gas_path", "tamper_scale", "tamper_cap", "tamper_flat", "spike", "stuck",
    "manual", "maintenance", "calibration", "check", "over_range", "fault", "instrument_stop",
    "link_down",
)  # fmt: skip
"""The order in which effects are laid over each other; a later one hides an earlier one."""


def ramp(event: Event, at: float) -> float:
    """How far a process event has taken hold at an instant: 0 not yet, 1 fully, exponential."""
    tau = event.get("ramp") / 3.0
    if at < event.start:
        return 0.0
    taken = 1.0 - math.exp(-(min(at, event.end) - event.start) / tau)
    return taken if at < event.end else taken * math.exp(-(at - event.end) / tau)


def upset(events: Sequence[Event], at: float) -> Upset:
    """What the process events do together at an instant."""
    load = emission = running = 1.0
    for event in events:
        hold = ramp(event, at)
        if event.kind == "stop":
            running *= 1.0 - hold
        elif event.kind == "low_load":
            load *= 1.0 + (event.get("load") - 1.0) * hold
        else:
            emission *= 1.0 + (event.get("factor") - 1.0) * hold
    return Upset(load, emission, running)


def effect(
    event: Event,
    factor: FactorSpec,
    value: float,
    at: float,
    shape: float,
    usual: Callable[[], float],
) -> float | None:
    """What the instrument shows at an instant instead of `value`.

    `shape` is the tick's pattern value in −1…1 and serves as noise; `usual` gives the level at the
    event's start.
    """
    return _EFFECTS[event.kind](event, factor, value, at, shape, usual)


def plateaus(event: Event, factor: FactorSpec, value: float, at: float) -> float:
    """Zero gas, span gas, purge, each reached with the analyser's lag (zero gas N2: O2 is 0)."""
    length = event.end - event.start
    full = factor.high - factor.low
    span = factor.low + (event.get("span") + event.get("span_error")) * full
    zero = (0.0 if factor.low < 0 else factor.low) + event.get("zero_error") * full
    steps = ((0.0, zero), (0.42 * length, span), (0.75 * length, value))
    elapsed, shown = at - event.start, value
    for i, (begin, target) in enumerate(steps):
        end = steps[i + 1][0] if i + 1 < len(steps) else float(length)
        passed = min(elapsed, end) - begin
        if passed < 0:
            break
        shown = target + (shown - target) * math.exp(-passed / LAG)
    return shown


def _drift(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    return max(f.low, v + e.get("per_day") * (at - e.start) / 86400.0 * (f.high - f.low))


def _gas_path(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    air = 20.9 if f.key == "a19001" else 0.0
    return v + (air - v) * e.get("dilution") if f.analyser else v


def _scale(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    return v * e.get("factor")


def _cap(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    cap = e.get("level") * (f.limit if f.limit is not None else f.high)
    return v if v < cap else cap * (0.99 + 0.01 * s)


def _flat(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    level = e.get("level") * f.limit if f.limit is not None else u()
    return level * (1.0 + e.get("noise") * s)


def _spike(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    hit = f.analyser == "wet" or int(at) // 30 * 2654435761 % 7 == 0
    return min(f.high, v * e.get("factor")) if hit else v


def _stuck(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    return u()


def _manual(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    return e.get("value")


def _maintenance(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    """A gas analyser draws room air while it is worked on; a wet one keeps its last result."""
    if f.analyser == "wet":
        return u()
    room = 20.9 if f.key == "a19001" else max(f.low, 0.0)
    return room + (v - room) * math.exp(-(at - e.start) / LAG)


def _calibration(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    return plateaus(e, f, v, at) + 0.0005 * (1.0 + s) * (f.high - f.low)


def _check(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    return e.get("span") * f.high * (1.0 + 0.02 * s)


def _over_range(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    return f.high


def _fault(e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]) -> float:
    return max(f.low, v * math.exp(-(at - e.start) / 600.0) * (1.0 + 0.3 * s))


def _instrument_stop(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> float:
    return 0.0


def _link_down(
    e: Event, f: FactorSpec, v: float, at: float, s: float, u: Callable[[], float]
) -> None:
    return None


_EFFECTS: dict[str, Callable[..., float | None]] = {
    "drift": _drift, "tamper_gas_path": _gas_path, "tamper_scale": _scale, "tamper_cap": _cap,
    "tamper_flat": _flat, "spike": _spike, "stuck": _stuck, "manual": _manual,
    "maintenance": _maintenance, "calibration": _calibration, "check": _check,
    "over_range": _over_range, "fault": _fault, "instrument_stop": _instrument_stop,
    "link_down": _link_down,
}  # fmt: skip
