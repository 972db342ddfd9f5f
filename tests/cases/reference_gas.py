"""The reference's hours of flue gas, with substitution and capture."""

from datetime import UTC, datetime
from decimal import Decimal

from reference_control import gas_out_of_control, of_factor
from reference_point import (
    CHINA,
    ENOUGH_MINUTES,
    HOUR,
    MOLAR,
    Hour,
    Point,
    Raw,
    Span,
    covered,
    exempt,
    raw_hours,
    stopped_whole,
)


def gas_verdict(point: Point, factor: str, raw: Raw, begin: int, lost: list[Span]) -> str:
    source = point.facts.get("flag_f") == "source"
    if stopped_whole(point, factor, begin) or (source and raw.all_f):
        return "stopped"
    if raw.present == 0:
        return "missing"
    if HOUR - covered(lost, begin, begin + HOUR) < ENOUGH_MINUTES * 60:
        return "out_of_control"
    if raw.valid < ENOUGH_MINUTES:
        return "invalid"
    return "exempt" if exempt(point, factor, begin) else "valid"


def gas_hours(point: Point, factor: str, others: dict[str, list[Raw]]) -> list[Hour]:
    lost = gas_out_of_control(point, factor)
    found = []
    for index, raw in enumerate(raw_hours(point, factor)):
        begin = point.start + HOUR * index
        parts = {code: rows[index].value if rows[index].valid >= ENOUGH_MINUTES else None
                 for code, rows in others.items()}
        dry = None if raw.value is None else dry_standard(point, factor, raw.value, parts)
        flow = dry_flow(point, parts)
        mass = None if dry is None or flow is None else dry * flow / 10 ** 6
        found.append(Hour(raw.valid, raw.value, converted(point, dry, parts["a19001"]), mass, None,
                          gas_verdict(point, factor, raw, begin, lost)))
    substitute(point, factor, found)
    return found


def fact(point: Point, name: str) -> Decimal | None:
    value = point.facts.get(name)
    return value if isinstance(value, Decimal) else None


def state(point: Point, parts: dict[str, Decimal | None]) -> Decimal | None:
    """Standard volume in a volume of the duct."""
    heat, static, air = parts["a01012"], parts["a01013"], fact(point, "atmospheric_pressure_kpa")
    if heat is None or static is None or air is None:
        return None
    return Decimal(273) / (273 + heat) * (air + static) / Decimal("101.325")


def dry_standard(point: Point, factor: str, value: Decimal,
                 parts: dict[str, Decimal | None]) -> Decimal | None:
    basis = str(point.facts.get(f"basis.{factor}", "dry_standard"))
    if point.facts.get(f"unit.{factor}") == "ppm":
        value = value * MOLAR[factor] / Decimal("22.4")
    if basis.endswith("actual"):
        volume = state(point, parts)
        if volume is None:
            return None
        value = value / volume
    if basis.startswith("wet"):
        if parts["a01014"] is None:
            return None
        value = value / (1 - parts["a01014"] / 100)
    return value


def converted(point: Point, dry: Decimal | None, oxygen: Decimal | None) -> Decimal | None:
    air = fact(point, "combustion_air_o2") or Decimal(21)  # the guard lies 0.1 % below this
    if dry is None or oxygen is None or oxygen >= air - Decimal("0.1"):
        return None
    reference, excess = fact(point, "o2_reference"), fact(point, "excess_air_reference")
    if reference is not None:
        return dry * (21 - reference) / (air - oxygen)
    return None if excess is None else dry * (21 / (21 - oxygen)) / excess


def dry_flow(point: Point, parts: dict[str, Decimal | None]) -> Decimal | None:
    area, field_factor = fact(point, "duct_area_m2"), fact(point, "velocity_field_factor")
    speed, water, volume = parts["a01011"], parts["a01014"], state(point, parts)
    if area is None or field_factor is None or speed is None or water is None or volume is None:
        return None
    return 3600 * area * field_factor * speed * volume * (1 - water / 100)


TABLE = {"out_of_control": 5, "invalid": 6, "missing": 6}


def quarter(at: int) -> str:
    then = datetime.fromtimestamp(at, UTC) + CHINA
    return f"{then.year}Q{(then.month + 2) // 3}"


def captured(point: Point, hours: list[Hour]) -> dict[str, Decimal | None]:
    counts: dict[str, list[int]] = {}
    for index, hour in enumerate(hours):
        running, bad = counts.setdefault(quarter(point.start + HOUR * index), [0, 0])
        counts[quarter(point.start + HOUR * index)] = [
            running + (hour.verdict != "stopped"), bad + (hour.verdict in TABLE)]
    return {name: Decimal(running - bad) / running if running else None
            for name, (running, bad) in counts.items()}


def substitute(point: Point, factor: str, hours: list[Hour]) -> None:
    rates = captured(point, hours)
    index = 0
    while index < len(hours):
        table = TABLE.get(hours[index].verdict)
        if table is None:
            hour = hours[index]
            hour.substituted = None if hour.verdict == "stopped" else hour.mass
            index += 1
            continue
        last = index
        while last < len(hours) and TABLE.get(hours[last].verdict) == table:
            last += 1
        for place in range(index, last):
            rate = rates[quarter(point.start + HOUR * place)]
            if rate is not None and rate >= Decimal("0.75"):
                most = 2160 if rate < Decimal("0.9") else 180 if last - index <= 24 else 720
                hours[place].substituted = greatest(point, factor, hours, index, table, most)
        index = last


def greatest(point: Point, factor: str, hours: list[Hour], first: int, table: int,
             most: int) -> Decimal | None:
    border = point.start + HOUR * first
    if table == 5:
        kinds = ("calibration", "full_calibration")
        earlier = [e.time for e in of_factor(point, factor, kinds)
                   if e.passed is not False and e.time < border]
        border = max(earlier, default=border)
    masses = [h.mass for i, h in enumerate(hours)
              if h.verdict == "valid" and h.mass is not None
              and point.start + HOUR * (i + 1) <= border]
    return max(masses[-most:], default=None)
