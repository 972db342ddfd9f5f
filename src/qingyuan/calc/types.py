"""What goes into a judgement and what comes out of it: plain frozen values and numpy arrays.

Hours are clock hours of China, named by their start. ``start`` is an epoch second on a full hour
(UTC and China agree on where hours begin), hour ``i`` begins at ``start + 3600 * i``. Absence is
NaN inside an array and always has a reason beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Small = NDArray[np.uint8]
Counts = NDArray[np.int16]

Medium = Literal["gas", "water"]

VERDICTS: tuple[str, ...] = ("valid", "exempt", "invalid", "out_of_control", "missing", "stopped")
"""The closed list; an array of verdicts holds indexes into it."""
VALID, EXEMPT, INVALID, OUT_OF_CONTROL, MISSING, STOPPED = range(6)

EVENT_KINDS: tuple[str, ...] = (
    "calibration", "full_calibration", "standard_check", "comparison", "verification",
    "fault_start", "fault_end", "maintenance_start", "maintenance_end", "stop_start", "stop_end",
)
MARK_KINDS: tuple[str, ...] = (
    "device_maintenance", "calibration", "standard_check", "fault", "communication",
    "start_up", "shut_down", "banked", "accident", "stopped",
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One factor's values of ``hours`` clock hours, ``slots`` to the hour (60: each minute, 6: each
    ten minutes, 1: one value an hour). ``values`` and ``flags`` have the shape (hours, slots);
    ``flags`` index ``letters``, whose first entry is "" (no flag). ``stamps``, of the same shape,
    has the seconds from each hour's start to a value's own time; without it a value is of its
    slot's start."""

    values: Floats
    flags: Small
    letters: tuple[str, ...] = ("", "N")
    stamps: NDArray[np.int16] | None = None

    @property
    def hours(self) -> int:
        return int(self.values.shape[0])

    @property
    def slots(self) -> int:
        return int(self.values.shape[1])


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a system at an instant. ``factor`` "" means all factors.
    ``passed`` None means that no result is known; it counts as done."""

    time: int  # epoch second
    kind: str  # one of EVENT_KINDS
    factor: str = ""
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A declared or flagged state over [start, end) (epoch seconds); ``factor`` "" means all."""

    start: int
    end: int
    kind: str  # one of MARK_KINDS
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A property of a point over time: ``values[i]`` holds from ``since[i]`` (epoch seconds,
    ascending) until the next; before the first, and where the value is None, there is none."""

    since: tuple[int, ...]
    values: tuple[float | str | bool | None, ...]

    @classmethod
    def always(cls, value: float | str | bool | None) -> "Dated":
        return cls((-(2**62),), (value,))


PARAMETERS: Mapping[str, str] = {
    # name: unit
    "technique": "",  # extractive | dilution | in_situ
    "auto_calibration": "",  # bool
    "o2_reference": "%",
    "excess_air_reference": "",
    "combustion_air_o2": "%",  # oxygen-enriched combustion; 21 when absent
    "duct_area_m2": "m2",
    "velocity_field_factor": "",
    "atmospheric_pressure_kpa": "kPa",
    "flag_f": "",  # instrument | source: what flag F of the logger means
    "sampling_offset_hours": "h",  # water: time stamp minus sampling hour of the analysers
    "discharge": "",  # water: continuous | intermittent
}
"""Parameters of a point that judging reads; ``limit.CODE``, ``range.CODE``, ``detection.CODE``,
``basis.CODE`` (dry_standard | wet_standard | dry_actual | wet_actual) and ``unit.CODE`` (mg/m3 |
ppm) come beside them, one for a factor."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one judgement stands on. ``grids`` has a Grid for each factor that reported,
    under the 2017 codes; ``pollutants`` (gas) or analysers (water) are the factors that get a
    conversion, a mass and a substitute. ``judged`` lists the factors that get rows."""

    kind: Medium
    start: int
    hours: int
    grids: Mapping[str, Grid]
    pollutants: tuple[str, ...]
    judged: tuple[str, ...]
    parameters: Mapping[str, Dated]
    events: tuple[Event, ...] = ()
    marks: tuple[Mark, ...] = ()
    manual: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    # manual monitoring of water: factor → ((epoch second, mg/L), …)
    goes_on: bool = False  # a last day that it cuts short still runs: its load is not made up yet


@dataclass(frozen=True, slots=True)
class Hours:
    """The judged hours of one factor, arrays of length ``hours``. ``valid_minutes`` counts what the
    hour's mean is made of: minutes for gas, values for water. ``reason`` indexes the judgement's
    ``reasons``, ``clause`` its ``clauses``."""

    valid_minutes: Counts
    value: Floats
    converted: Floats
    mass: Floats  # kg
    substituted: Floats  # kg
    verdict: Small
    reason: NDArray[np.int32]
    clause: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Period:
    """One factor's day, month, quarter or year. ``key`` is YYYY-MM-DD, YYYY-MM, YYYYQn or YYYY;
    ``count`` the valid hours of a day, the valid days of anything longer; None is absent."""

    key: str
    start: int  # epoch second
    factor: str
    count: int
    value: float | None
    converted: float | None
    mass: float | None
    substituted: float | None
    verdict: str
    reason: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Capture:
    """A quarter's data capture rate of one factor (HJ 75-2017 12.1.3). ``rate`` is a fraction,
    None when no hour counts; ``passed`` likewise."""

    hours: int
    stopped: int
    invalid: int
    rate: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer: hours by factor, longer periods in order of (key, factor), capture by (quarter,
    factor), the dry standard flow (gas, m3/h) or volume (water, m3) of each hour, and the names of
    the provisions it was made under."""

    start: int
    count: int
    hours: Mapping[str, Hours]
    days: tuple[Period, ...]
    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    years: tuple[Period, ...]
    capture: Mapping[tuple[str, str], Capture]
    flow: Floats
    reasons: tuple[tuple[str, ...], ...]
    clauses: tuple[str, ...]
    under: tuple[str, ...]
