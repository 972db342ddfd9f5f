"""What happened to the demonstration's stations in the last six weeks, beside the everyday.

All of it is invented and fixed by the number of the station: forgotten and failed calibrations, a
stop, faults, visits, and the marks that go with them. Days count back from the anchor (0: the day
on which the demonstration was set up).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qingyuan.kernel.windows import DAY, HOUR

DAYS = 42
UNCALIBRATED = (9, 8)  # days back on which a calibration was forgotten
LATE_FULL = 3  # days back on which the overdue full-system calibration was made up for
FAILED, MENDED_AFTER = 12 * DAY - 8 * HOUR, 31 * HOUR  # before the anchor; after the failure
STOP = (16, 13)  # days back: the source stopped at 08:00, started again at 08:00


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the register, times in epoch seconds; ``factor`` a 2017 code or ""."""

    kind: str
    start: int
    end: int | None = None
    factor: str = ""
    passed: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """One mark; ``state`` is a MarkState."""

    kind: str
    start: int
    end: int
    factor: str = ""
    state: str = "matched"
    note: str = ""


def forgets(number: int, spec: Any) -> bool:
    return spec.kind == "gas" and number % 10 == 0 and number > 0


def fails(number: int, spec: Any) -> bool:
    return spec.kind == "gas" and number % 8 == 5


def fails_check(number: int, spec: Any) -> bool:
    return spec.kind == "water" and number % 3 == 1


def full_overdue(number: int, spec: Any) -> bool:
    return spec.kind == "gas" and number % 11 == 7


def stops(number: int, spec: Any) -> bool:
    return spec.kind == "gas" and number % 9 == 4


def happenings(number: int, spec: Any, today: int) -> list[Happening]:
    """The register of a station's events over the story's days, oldest first."""
    found = [*_calibrations(number, spec, today), *_controls(number, spec, today)]
    return sorted(found, key=lambda one: (one.start, one.factor))


def _calibrations(number: int, spec: Any, today: int) -> Iterator[Happening]:
    for back, event in _routine(spec, today):
        if event.kind != "calibration":
            continue
        if forgets(number, spec) and back in UNCALIBRATED:
            continue
        for code in event.factors:
            if fails(number, spec) and code == "a21026" and _failing(event.start, today):
                continue
            yield Happening("calibration", event.start, factor=code, passed=True,
                            note="示例：自动校准")


def _failing(moment: int, today: int) -> bool:
    """Whether the analyser that failed its calibration is still waiting for its new sensor."""
    return 0 <= moment - (today - FAILED) < MENDED_AFTER


def _controls(number: int, spec: Any, today: int) -> Iterator[Happening]:
    if spec.kind == "gas":
        yield from _gas_controls(number, spec, today)
        return
    for back in range(DAYS, -1, -1):
        at = today - back * DAY + 5 * HOUR
        failed = fails_check(number, spec) and back == 6
        for code in _wet(spec):
            bad = failed and code == "w21003"
            yield Happening("standard_check", at, factor=code, passed=not bad,
                            note="示例：标样核查不合格，试剂失效" if bad else "示例：自动标样核查")
    if fails_check(number, spec):
        mended = today - 6 * DAY + 15 * HOUR
        yield Happening("calibration", mended, factor="w21003", passed=True,
                        note="示例：更换试剂后校准")
    yield Happening("comparison", today - 21 * DAY + 11 * HOUR, passed=True,
                    note="示例：实际水样比对")


def _gas_controls(number: int, spec: Any, today: int) -> Iterator[Happening]:
    back = 96 if full_overdue(number, spec) else 75
    yield Happening("full_calibration", today - back * DAY + 10 * HOUR, passed=True,
                    note="示例：全系统校准")
    if full_overdue(number, spec):
        yield Happening("full_calibration", today - LATE_FULL * DAY + 11 * HOUR, passed=True,
                        note="示例：补做全系统校准")
    yield Happening("verification", today - 62 * DAY + 10 * HOUR, passed=True, note="示例：校验")
    if fails(number, spec):
        first = today - FAILED
        yield Happening("calibration", first, factor="a21026", passed=False,
                        note="示例：量程漂移失控")
        yield Happening("calibration", first + MENDED_AFTER, factor="a21026", passed=True,
                        note="示例：更换传感器后校准合格")


def declared(number: int, spec: Any, today: int) -> list[Declared]:
    """The marks of a station: the stop and its start-up, faults as flagged; those of yesterday wait
    for the discharger, one of them differs from what was declared. Marks of visits come with the
    visits."""
    found: list[Declared] = []
    if stops(number, spec):
        first, last = (today - back * DAY + 8 * HOUR for back in STOP)
        found += [Declared("stopped", first, last, note="示例：机组停运检修"),
                  Declared("start_up", last, last + 3 * HOUR, note="示例：冷态启炉")]
    for back, event in _routine(spec, today):
        if event.kind not in _MARKED or back > DAYS - 1:
            continue
        state = "prepared" if back <= 1 else "differs" if back % 17 == 5 else "matched"
        factors: Sequence[str] = event.factors if event.kind in _OF_FACTOR else ("",)
        found += [
            Declared(_MARKED[event.kind], event.start - event.start % 60,
                     event.end - event.end % 60 + 60, code, state, _WHY[event.kind])
            for code in factors
        ]
    return sorted(found, key=lambda one: one.start)


_MARKED = {"fault": "fault", "link_down": "communication"}
_OF_FACTOR = ("fault", "link_down")
_WHY = {"fault": "示例：分析仪故障", "link_down": "示例：仪器与数采仪通讯中断"}


def parameters(number: int, spec: Any) -> dict[str, float | str | bool]:
    """What judging must know of a station."""
    known: dict[str, float | str | bool] = {
        f"limit.{f.key}": float(f.limit) for f in spec.factors if f.limit is not None
    }
    known |= {f"range.{f.key}": float(f.high) for f in spec.factors if f.analyser}
    if spec.kind == "water":
        return {**known, "discharge": "continuous", "sampling_offset_hours": 0.0}
    technique = ("extractive", "extractive", "dilution", "in_situ")[number % 4]
    return {
        **known, "technique": technique, "auto_calibration": True,
        "o2_reference": spec.o2_reference, "duct_area_m2": spec.area_m2,
        "velocity_field_factor": 1.0, "atmospheric_pressure_kpa": spec.barometric_kpa,
        "flag_f": "source" if spec.edition == "2005" else "instrument",
    }


def _routine(spec: Any, today: int) -> Iterator[tuple[int, Any]]:
    """(days back, event) of the everyday, as the physics lives it."""
    from qingyuan.simulator.physics import block_of, china_day
    from qingyuan.simulator.physics.calendar import routine

    day = china_day(block_of(today))
    for back in range(DAYS, -1, -1):
        for event in routine(spec, day - back):
            yield back, event


def _wet(spec: Any) -> tuple[str, ...]:
    return tuple(f.key for f in spec.factors if f.analyser == "wet")
