"""A second, slow and plain judge in Decimal, written from decision 0005 and the standards' figures.

It shares nothing with the engine: no arrays, no book, no code. Its figures are written out below.
It covers hours, substitution, capture and days of gas, hours and days of waste water; not long
stops, manual values, the 30-day load, months and longer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

HOUR, DAY = 3600, 86400
ONE = Decimal(1)
CHINA = timedelta(hours=8)
ENOUGH_MINUTES, ENOUGH_HOURS, ENOUGH_VALUES, SHARE = 45, 20, 6, Decimal("0.75")
MOLAR = {"a21026": Decimal(64), "a21002": Decimal(46)}
FLOOR = {"w01018": Decimal(2), "w21003": Decimal("0.01"), "w21011": Decimal("0.005"),
         "w21001": Decimal("0.025")}
DEVICE = ("device_maintenance", "calibration", "standard_check", "fault", "communication",
          "stopped")
PROCESS = ("start_up", "shut_down", "banked", "accident")
CHECKS = ("standard_check", "calibration", "comparison")
FLOW_PARTS = ("a01011", "a01012", "a01013", "a01014")

Span = tuple[int, int]


@dataclass
class Happened:
    time: int
    kind: str
    factor: str = ""
    passed: bool | None = None


@dataclass
class Declared:
    start: int
    end: int
    kind: str
    factor: str = ""


@dataclass
class Point:
    """Everything a judgement stands on, as plain lists: ``series[factor]`` has one (value, letter)
    for each slot, the value None where there is none."""

    kind: str
    start: int
    hours: int
    factors: tuple[str, ...]
    series: dict[str, list[tuple[Decimal | None, str]]]
    facts: dict[str, object]
    events: list[Happened] = field(default_factory=list)
    marks: list[Declared] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + HOUR * self.hours


@dataclass
class Hour:
    minutes: int = 0
    value: Decimal | None = None
    converted: Decimal | None = None
    mass: Decimal | None = None
    substituted: Decimal | None = None
    verdict: str = ""


@dataclass
class Day:
    count: int
    value: Decimal | None
    converted: Decimal | None
    mass: Decimal | None
    verdict: str


def rounded(value: Decimal, digits: int) -> Decimal:
    """GB/T 8170 on a decimal number. It is first brought from 40 to 30 digits: thirds that were cut
    off at the fortieth must not push a tie to one side."""
    with localcontext() as context:
        context.prec = 30
        value = +value
        context.prec = 60
        found = value.quantize(ONE.scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return found if found else abs(found)


def concerns(of: str, factor: str) -> bool:
    return of in ("", factor)


def covered(spans: Iterable[Span], begin: int, end: int) -> int:
    """Seconds of [begin, end) that lie in one of the spans or more."""
    total, reached = 0, begin
    for low, high in sorted(spans):
        low, high = max(low, reached), min(high, end)
        if high > low:
            total += high - low
            reached = high
    return total


def within(spans: Iterable[Span], at: int) -> bool:
    return any(low <= at < high for low, high in spans)


def lasting(point: Point, factor: str, kind: str) -> list[Span]:
    """Spans of ``kind``_start and ``kind``_end, paired in order."""
    found, begun = [], None
    first = True
    for event in sorted(point.events, key=lambda e: e.time):
        if not concerns(event.factor, factor):
            continue
        if event.kind == f"{kind}_start" and begun is None:
            begun = event.time
        elif event.kind == f"{kind}_end" and (begun is not None or first):
            found.append((point.start if begun is None else begun, event.time))
            begun = None
        first = first and event.kind not in (f"{kind}_start", f"{kind}_end")
    return [*found, (begun, point.end)] if begun is not None else found


def marked(point: Point, factor: str, kinds: tuple[str, ...]) -> list[Span]:
    return [(m.start, m.end) for m in point.marks
            if m.kind in kinds and concerns(m.factor, factor)]


def mean(values: list[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) / len(values) if values else None


# -- one factor's hours, before any rule of a medium


@dataclass
class Raw:
    """What an hour's slots come to; ``valid`` counts minutes of gas, values of waste water."""

    present: int
    valid: int
    value: Decimal | None
    all_f: bool


def raw_hours(point: Point, factor: str) -> list[Raw]:
    slots = point.series.get(factor, [])
    width = len(slots) // point.hours if slots else 1
    blocked = [span for kind in ("fault", "maintenance", "stop")
               for span in lasting(point, factor, kind)]
    blocked += marked(point, factor, DEVICE)
    found = []
    for hour in range(point.hours):
        present, good, letters = 0, [], []
        for slot, (value, letter) in enumerate(slots[hour * width:(hour + 1) * width]):
            if value is None:
                continue
            present += 1
            letters.append(letter)
            at = point.start + HOUR * hour + slot * (HOUR // width)
            if letter in ("", "N") and not within(blocked, at):
                good.append(value)
        each = 60 // width if point.kind == "gas" else 1
        found.append(Raw(present, len(good) * each, mean(good),
                         bool(letters) and all(letter == "F" for letter in letters)))
    return found


def stopped_whole(point: Point, factor: str, begin: int) -> bool:
    spans = lasting(point, factor, "stop") + marked(point, factor, ("stopped",))
    return covered(spans, begin, begin + HOUR) == HOUR


def exempt(point: Point, factor: str, begin: int) -> bool:
    spans = marked(point, factor, PROCESS)
    return covered(spans, begin, begin + HOUR) > (60 - ENOUGH_MINUTES) * 60


# -- out of control


def of_factor(point: Point, factor: str, kinds: tuple[str, ...]) -> list[Happened]:
    return sorted((e for e in point.events if e.kind in kinds and concerns(e.factor, factor)),
                  key=lambda e: e.time)


def until_passed(point: Point, factor: str, failing: tuple[str, ...],
                 ending: tuple[str, ...]) -> list[Span]:
    found = []
    endings = [e.time for e in of_factor(point, factor, ending) if e.passed]
    for event in of_factor(point, factor, failing):
        if event.passed is False:
            found.append((event.time, min((t for t in endings if t > event.time),
                                          default=point.end)))
    return found


def past_due(renewals: list[int], due: Callable[[int], int], end: int) -> list[Span]:
    """From each deadline to the next renewal."""
    found = []
    for index, at in enumerate(renewals):
        following = renewals[index + 1] if index + 1 < len(renewals) else end
        if due(at) < following:
            found.append((due(at), following))
    return found


def next_day_end(at: int) -> int:
    midnight = at - (at + 8 * HOUR) % DAY
    return midnight + 2 * DAY


def three_months_on(at: int) -> int:
    then = datetime.fromtimestamp(at, UTC) + CHINA
    month = then.month + 3
    year, month = (then.year + 1, month - 12) if month > 12 else (then.year, month)
    for day in (then.day, 30, 29, 28):
        try:
            later = then.replace(year=year, month=month, day=day)
        except ValueError:
            continue
        return int((later - CHINA).timestamp())
    raise AssertionError("every month has 28 days")


def gas_out_of_control(point: Point, factor: str) -> list[Span]:
    spans = until_passed(point, factor, ("calibration",), ("calibration", "full_calibration"))
    spans += until_passed(point, factor, ("full_calibration",), ("full_calibration",))
    either = ("verification", "comparison")
    spans += until_passed(point, factor, either, either)
    own = [e.time for e in of_factor(point, factor, ("calibration",)) if e.passed is not False]
    full = [e.time for e in of_factor(point, factor, ("full_calibration",))
            if e.passed is not False]
    if own:
        renewals = sorted({*own, *(t for t in full if t > own[0])})
        if point.facts["auto_calibration"]:
            spans += past_due(renewals, next_day_end, point.end)
        else:
            short = point.facts["technique"] != "in_situ" and factor != "a34013"
            days = 7 if short else 15
            spans += past_due(renewals, lambda at: at + days * DAY, point.end)
    if point.facts["technique"] != "in_situ" and factor != "a34013":
        spans += past_due(full, three_months_on, point.end)
    return spans


# -- gas


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


# -- waste water


def at_fault(point: Point, factor: str) -> tuple[list[Span], list[Span]]:
    """Spans out of control and spans invalid backward, any check ending both. The 168 hours are
    for analysers: nobody calibrates a flume every week."""
    lost = until_passed(point, factor, CHECKS, CHECKS)
    renewals = [e.time for e in of_factor(point, factor, ("calibration",))
                if e.passed is not False]
    if factor in FLOOR:
        lost += past_due(renewals, lambda at: at + 168 * HOUR, point.end)
    passed = [e.time for e in of_factor(point, factor, CHECKS) if e.passed]
    backward = [(max((t for t in passed if t < e.time), default=point.start), e.time)
                for e in of_factor(point, factor, CHECKS) if e.passed is False]
    return lost, backward


def touched(spans: list[Span], begin: int) -> bool:
    return within(spans, begin) or covered(spans, begin, begin + HOUR) > 15 * 60


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


# -- days


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
