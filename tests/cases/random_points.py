"""Random points for the reference: values with few decimals (so that ties happen), gaps, flags,
spans, calibrations and marks in bursts, as a bad month of a station has them."""

from decimal import Decimal
from random import Random

from reference_point import DAY, HOUR, Declared, Happened, Point

FIRST = 1_700_000_000 // DAY * DAY - 8 * HOUR  # 2023-11-14 00:00 China time
GAS_RANGE = {  # lowest and highest value in hundredths
    "a34013": (-20, 3000), "a21026": (-50, 20000), "a21002": (0, 30000), "a19001": (300, 2150),
    "a01011": (100, 2000), "a01012": (3000, 16000), "a01013": (-150, 50), "a01014": (200, 1800),
}
WATER_RANGE = {
    "w01018": (-100, 8000), "w21003": (-5, 800), "w21011": (-1, 90), "w21001": (0, 2500),
    "w00000": (0, 3000), "w01001": (600, 900), "w01010": (500, 3000),
}
LETTERS = ("N", "", "D", "M", "C", "F", "T", "B", "S")


def decimals(random: Random, low: int, high: int) -> Decimal:
    """A decimal number between two hundredths, often with one decimal or none."""
    return Decimal(random.randint(low, high) // random.choice((1, 1, 10)) * 1) / 100


def series(random: Random, bounds: tuple[int, int], hours: int,
           slots: int) -> list[tuple[Decimal | None, str]]:
    """Values around a level that moves by the hour; bursts without value, bursts of a letter."""
    low, high = bounds
    made: list[tuple[Decimal | None, str]] = []
    for _ in range(hours):
        level = random.randint(low, high)
        width = max(1, (high - low) // 20)
        for _ in range(slots):
            value = min(high, max(low, level + random.randint(-width, width)))
            made.append((Decimal(value) / 100, "N"))
    for _ in range(random.randint(0, 2 + hours // 8)):
        at = random.randrange(len(made))
        length = random.choice((1, 2, 14, 15, 16, 17, 60, 200)) * slots // 60 or 1
        letter = random.choice(LETTERS)
        for place in range(at, min(len(made), at + length)):
            made[place] = (made[place][0], letter)
    for _ in range(random.randint(0, 1 + hours // 24)):
        at = random.randrange(len(made))
        length = random.choice((1, 14, 15, 16, 60, 150)) * slots // 60 or 1
        for place in range(at, min(len(made), at + length)):
            made[place] = (None, made[place][1])
    return made


def spans(random: Random, start: int, hours: int, factors: tuple[str, ...]) -> list[Happened]:
    """Faults, maintenance and stops that do not overlap within their kind."""
    made = []
    for kind, most in (("fault", 3), ("maintenance", 2), ("stop", 1)):
        at, factor = start, random.choice(("", *factors))
        for _ in range(random.randint(0, most)):
            at += random.randint(0, hours * 20) * 60
            end = at + random.choice((10, 15, 16, 45, 59, 60, 61, 180, 600)) * 60
            made += [Happened(at, f"{kind}_start", factor), Happened(end, f"{kind}_end", factor)]
            at = end + 60
    return [e for e in made if e.time < start + hours * HOUR or e.kind.endswith("end")]


def marks(random: Random, start: int, hours: int, factors: tuple[str, ...]) -> list[Declared]:
    kinds = ("device_maintenance", "calibration", "standard_check", "fault", "communication",
             "stopped", "start_up", "shut_down", "banked", "accident")
    made = []
    for _ in range(random.randint(0, 4)):
        at = start + random.randint(0, hours * 60) * 60
        length = random.choice((10, 15, 16, 60, 61, 240)) * 60
        made.append(Declared(at, at + length, random.choice(kinds), random.choice(("", *factors))))
    return made


def checks(random: Random, start: int, hours: int, kinds: tuple[str, ...],
           factors: tuple[str, ...], *, back: int) -> list[Happened]:
    """Checks on full hours, each hour at most one; mostly passed."""
    taken = random.sample(range(-back, hours), k=min(back + hours, random.randint(0, 9)))
    return [Happened(start + HOUR * at, random.choice(kinds), random.choice(("", "", *factors)),
                     random.random() < 0.7) for at in taken]


def calm(random: Random, start: int, hours: int) -> list[Happened]:
    """A calibration in the first hours of most days, now and then failed and mended."""
    made = []
    for day in range(-3, hours // 24):
        at = start + DAY * day + random.choice((1, 2)) * HOUR
        made.append(Happened(at, "calibration", "", random.random() < 0.95))
        if not made[-1].passed:
            made.append(Happened(at + random.choice((2, 5, 26)) * HOUR + 60, "calibration", "",
                                 True))
    return [event for event in made if random.random() < 0.97]


def gas_point(random: Random, days: int, slots: int = 60) -> Point:
    """``slots`` 1 makes a logger that sends hours only, good for long times."""
    hours = 24 * days - random.choice((0, 0, 0, 5))
    start = FIRST + random.randint(0, 700) * DAY + random.choice((0, 0, 7)) * HOUR
    factors = tuple(random.sample(("a34013", "a21026", "a21002"), k=random.randint(1, 2)))
    facts: dict[str, object] = {
        "technique": random.choice(("extractive", "dilution", "in_situ")),
        "auto_calibration": random.random() < 0.5,
        "duct_area_m2": decimals(random, 50, 4000), "velocity_field_factor": Decimal("0.95"),
        "atmospheric_pressure_kpa": decimals(random, 8800, 10300),
    }
    conversion = random.choice(("o2", "o2", "alpha", "enriched", "none"))
    if conversion in ("o2", "enriched"):
        facts["o2_reference"] = random.choice((Decimal(6), Decimal("3.5"), Decimal(11)))
    if conversion == "enriched":
        facts["combustion_air_o2"] = Decimal(28)
    if conversion == "alpha":
        facts["excess_air_reference"] = random.choice((Decimal("1.4"), Decimal("1.7")))
    if random.random() < 0.3:
        facts["flag_f"] = "source"
    for factor in factors:
        if random.random() < 0.3:
            facts[f"basis.{factor}"] = random.choice(("wet_standard", "dry_actual", "wet_actual"))
        if factor != "a34013" and random.random() < 0.2:
            facts[f"unit.{factor}"] = "ppm"
    codes = (*factors, "a19001", "a01011", "a01012", "a01013", "a01014")
    kinds = ("calibration", "calibration", "calibration", "full_calibration", "verification",
             "comparison")
    checked = calm(random, start, hours) if slots == 1 or random.random() < 0.5 else checks(
        random, start, hours, kinds, factors, back=random.choice((24, 400)))
    return Point(
        "gas", start, hours, factors,
        {code: series(random, GAS_RANGE[code], hours, slots) for code in codes}, facts,
        [*spans(random, start, hours, factors), *checked], marks(random, start, hours, factors))


def water_point(random: Random, days: int) -> Point:
    hours = 24 * days
    start = FIRST + random.randint(0, 700) * DAY
    factors = tuple(random.sample(("w01018", "w21003", "w21011", "w21001"), k=2))
    facts: dict[str, object] = {}
    if random.random() < 0.3:
        facts["sampling_offset_hours"] = Decimal(1)
    if random.random() < 0.3:
        facts[f"detection.{factors[0]}"] = decimals(random, 1, 500)
    made = {code: series(random, WATER_RANGE[code], hours, 1 if code in factors else 6)
            for code in (*factors, "w00000", "w01001", "w01010")}
    for _ in range(random.randint(0, 3)):
        at = random.randrange(hours - 3) * 6
        for place in range(at, at + random.choice((3, 6, 12, 18))):
            made["w00000"][place] = (Decimal(0), "N")
    return Point(
        "water", start, hours, factors, made, facts,
        [*spans(random, start, hours, factors),
         *checks(random, start, hours, ("standard_check", "standard_check", "calibration",
                                        "comparison"), factors, back=random.choice((24, 200)))],
        marks(random, start, hours, factors))
