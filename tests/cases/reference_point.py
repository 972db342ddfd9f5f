"""What the reference judge is given and gives, and an hour's slots before any rule of a medium.

It shares nothing with the engine: no arrays, no book, no code. Its figures are written out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
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
