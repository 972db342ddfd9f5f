"""A second, slow and plain judge in Decimal, written from decision 0005 and the standards' figures.

It covers hours, substitution, capture and days of gas, hours and days of waste water; not long
stops, manual values, the 30-day load, months and longer.
"""

from datetime import UTC, datetime
from decimal import Decimal, localcontext

from reference_gas import gas_hours
from reference_point import (
    CHINA,
    ENOUGH_HOURS,
    ENOUGH_VALUES,
    FLOOR,
    FLOW_PARTS,
    HOUR,
    SHARE,
    Day,
    Hour,
    Point,
    mean,
    raw_hours,
)
from reference_water import floored, water_hours


def days_of(point: Point) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index in range(point.hours):
        then = datetime.fromtimestamp(point.start + HOUR * index, UTC) + CHINA
        found.setdefault(f"{then:%Y-%m-%d}", []).append(index)
    return found


def day_verdict(verdicts: list[str], needed: Decimal) -> str:
    if all(v == "stopped" for v in verdicts):
        return "stopped"
    if all(v == "missing" for v in verdicts):
        return "missing"
    valid, free = verdicts.count("valid"), verdicts.count("exempt")
    if valid >= needed:
        return "valid"
    return "exempt" if valid + free >= needed else "invalid"


def total(hours: list[Hour]) -> Decimal | None:
    masses = [h.mass for h in hours if h.verdict in ("valid", "exempt") and h.mass is not None]
    return sum(masses, Decimal(0)) if masses else None


def gas_day(hours: list[Hour]) -> Day:
    valid = [h for h in hours if h.verdict == "valid"]
    return Day(
        len(valid), mean([h.value for h in valid if h.value is not None]),
        mean([h.converted for h in valid if h.converted is not None]), total(hours),
        day_verdict([h.verdict for h in hours], Decimal(ENOUGH_HOURS)))


def water_day(point: Point, factor: str, hours: list[Hour], met: list[Decimal | None]) -> Day:
    """``met`` is the valid flow that each hour's concentration meets."""
    valid = [(h, q) for h, q in zip(hours, met, strict=True) if h.verdict == "valid"]
    due = sum(h.verdict != "stopped" for h in hours)
    if factor in FLOOR:
        pairs = [(floored(point, factor, h.value), q) for h, q in valid
                 if h.value is not None and q is not None]
        water = sum((q for _, q in pairs), Decimal(0))
        value = sum((c * q for c, q in pairs), Decimal(0)) / water if water else None
    else:
        value = mean([h.value for h, _ in valid if h.value is not None])
    return Day(len(valid), value, None, total(hours),
               day_verdict([h.verdict for h in hours], SHARE * due))


def judge(point: Point) -> tuple[dict[str, list[Hour]], dict[tuple[str, str], Day]]:
    """Hours by factor, and days by (day, factor)."""
    with localcontext() as context:
        context.prec = 40
        hours: dict[str, list[Hour]] = {}
        days: dict[tuple[str, str], Day] = {}
        if point.kind == "gas":
            others = {code: raw_hours(point, code) for code in ("a19001", *FLOW_PARTS)}
            for factor in point.factors:
                hours[factor] = gas_hours(point, factor, others)
                for key, of in days_of(point).items():
                    days[key, factor] = gas_day([hours[factor][i] for i in of])
            return hours, days
        flow = raw_hours(point, "w00000")
        offset = int(str(point.facts.get("sampling_offset_hours", 0)))
        running = [r.value if r.valid >= ENOUGH_VALUES else None for r in flow]
        for factor in (*point.factors, "w00000", "w01001", "w01010"):
            hours[factor] = water_hours(point, factor, flow)
            for key, of in days_of(point).items():
                met = [running[i - offset] if i >= offset else None for i in of]
                days[key, factor] = water_day(point, factor, [hours[factor][i] for i in of], met)
        return hours, days
