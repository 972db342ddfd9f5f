"""The reference's hours of waste water."""

from decimal import Decimal

from reference_control import at_fault, touched
from reference_gas import fact
from reference_point import (
    ENOUGH_VALUES,
    FLOOR,
    HOUR,
    Hour,
    Point,
    Raw,
    exempt,
    raw_hours,
    stopped_whole,
)


def water_hours(point: Point, factor: str, flow: list[Raw]) -> list[Hour]:
    analyser = factor in FLOOR
    lost, backward = at_fault(point, factor)
    raws = raw_hours(point, factor)
    found = []
    for index, raw in enumerate(raws):
        begin = point.start + HOUR * index
        offset = int(str(point.facts.get("sampling_offset_hours", 0)))
        met = flow[index - offset] if 0 <= index - offset < len(flow) else Raw(0, 0, None, False)
        running = met.value if met.valid >= ENOUGH_VALUES else None
        source = point.facts.get("flag_f") == "source"
        if stopped_whole(point, factor, begin) or (source and raw.all_f):
            verdict = "stopped"
        elif raw.present == 0:
            verdict = "missing"
        elif touched(lost, begin):
            verdict = "out_of_control"
        elif raw.valid < (1 if analyser else ENOUGH_VALUES) or touched(backward, begin) or (
                analyser and running == 0):
            verdict = "invalid"
        else:
            verdict = "exempt" if exempt(point, factor, begin) else "valid"
        mass = None
        if analyser and raw.value is not None and running is not None:
            mass = floored(point, factor, raw.value) * running * Decimal("3.6") / 1000
        found.append(Hour(raw.valid, raw.value, None, mass, None, verdict))
    return found


def floored(point: Point, factor: str, value: Decimal) -> Decimal:
    detection = fact(point, f"detection.{factor}")
    low = value <= 0 or (detection is not None and value < detection)
    return FLOOR[factor] if low else value
