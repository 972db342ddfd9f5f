"""The book of rules as one judgement reads it: by hour, by instant, remembering what was read.

A rule holds by China day. An hour is judged by the rule of its own day, an interval runs under the
rule of the day its clock started, and a day, month, quarter or year as a whole is judged by the
rule of its first day (of the first judged day, when the judgement begins later): what has begun
under a rule ends under it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.types import Case, Floats
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST
from qingyuan.standards import Book, Provision, Unregulated

JUDGED: tuple[str, ...] = (
    "control.hour_rule",
    "gas.calibration.auto.day_rule", "gas.calibration.auto.interval",
    "gas.calibration.extractive.interval", "gas.calibration.full.interval",
    "gas.calibration.in_situ.interval", "gas.calibration.particulate.interval",
    "gas.capture.high_rate", "gas.capture.min_rate",
    "gas.day.min_valid_hours", "gas.hour.min_valid_minutes",
    "gas.molar_mass.a21002", "gas.molar_mass.a21026", "gas.molar_mass.no", "gas.molar_volume",
    "gas.month.mean", "gas.month.min_valid_days", "gas.month.min_valid_days_february",
    "gas.o2.air", "gas.o2.guard", "gas.standard.pressure", "gas.standard.temperature",
    "gas.stop.long", "gas.stop.verification_within",
    "gas.substitution.long_run_hours", "gas.substitution.previous_calibration",
    "gas.substitution.window_long", "gas.substitution.window_low_capture",
    "gas.substitution.window_short",
    "water.backward.ended_by",
    "water.below_detection.w01018", "water.below_detection.w21001",
    "water.below_detection.w21003", "water.below_detection.w21011",
    "water.calibration.interval", "water.check.interval",
    "water.day.mean", "water.day.min_share", "water.flow_zero_invalid", "water.hour.min_values",
    "water.manual.min_per_day", "water.month.mean", "water.month.min_share",
    "water.overdue", "water.sampling_offset", "water.substitution.days",
)
"""What ``engine.judge`` reads."""

BESIDE: tuple[str, ...] = ("gas.flag.normal_share", "rates.standard_check_free_hours")
"""What callers read from the book for other functions of ``calc`` (flags, rates)."""

CLOCKS: tuple[str, ...] = (
    "audit.working_days", "marks.deadline_days", "marks.deadline_hour",
    "rates.effective_transmission.min", "rates.valid_data.min",
)
"""What the clocks of marks and audits and the lines of the rates read."""

_BANDS = {
    "gas.accuracy.so2": (4, ("from", "from_mass", "kind", "limit")),
    "gas.accuracy.nox": (4, ("from", "from_mass", "kind", "limit")),
    "gas.accuracy.o2": (2, ("from", "kind", "limit")),
    "gas.accuracy.pm": (6, ("from", "kind", "limit")),
    "gas.accuracy.velocity": (2, ("from", "kind", "limit")),
    "gas.accuracy.temperature": (1, ("kind", "limit")),
    "gas.accuracy.humidity": (2, ("from", "kind", "limit")),
    "nmhc.accuracy": (3, ("from", "kind", "limit")),
    "water.accuracy.w01018": (3, ("from", "limit")),
    "water.accuracy.w21003": (1, ("from", "limit")),
    "water.accuracy.w21011": (1, ("from", "limit")),
    "water.accuracy.w21001": (1, ("from", "limit")),
}
"""Acceptance tables by name: how many bands, and what each consists of. The lowest band of gas
takes everything below the one above it, so that its own bound decides nothing."""

RECORDS: tuple[str, ...] = (
    *(f"{table}.band{band}.{part}" for table, (count, parts) in _BANDS.items()
      for band in range(1, count + 1) for part in parts
      if not (part.startswith("from") and table[:5] != "water" and band == count)),
    *(f"gas.accuracy.{gas}.band{band}.limit_mass" for gas in ("so2", "nox") for band in (2, 4)),
    *(f"water.accuracy.{code}.low.limit" for code in ("w01018", "w21003", "w21011", "w21001")),
    *(f"gas.control.{family}.{which}.{line}" for family in ("gas", "pm")
      for which in ("zero", "span") for line in ("ok", "out")),
    *(f"gas.control.velocity.{which}.{line}" for which in ("zero", "absolute")
      for line in ("ok", "out")),
    *(f"gas.indication.{gas}.{part}" for gas in ("so2", "nox")
      for part in ("split", "split_mass", "limit", "limit_small_range")),
    *(f"gas.indication.{level}.{end}" for level in ("low", "mid", "high")
      for end in ("from", "to")),
    "gas.accuracy.other.limit", "gas.accuracy.pairs.gas", "gas.accuracy.pairs.other",
    "gas.accuracy.tails",
    "gas.commissioning.days", "gas.commissioning.tests_per_day",
    *(f"gas.commissioning.pm.{part}" for part in (
        "confidence_half_width_max", "correlation_min", "correlation_min_low_range", "interval_at",
        "low_range", "pairs", "tolerance_half_width_max")),
    *(f"gas.commissioning.velocity.{part}" for part in (
        "correlation_min", "precision_max", "precision_of")),
    "gas.control.velocity.combination", "gas.drift.full_scale", "gas.drift.reference",
    "gas.indication.o2.limit", "gas.indication.readings", "gas.response.max",
    "logger.analog.difference_max",
    "nmhc.drift.span.limit", "nmhc.drift.zero.limit", "nmhc.indication.limit",
    "nmhc.response.max", "nmhc.trueness.low_level", "nmhc.trueness.low_limit",
    "rates.transfer.max_difference",
    "water.accuracy.level.limit", "water.accuracy.w00000.limit", "water.accuracy.w01001.limit",
    "water.accuracy.w01010.limit",
    "water.check.limit", "water.check.limit_inclusive",
    *(f"water.comparison.{part}" for part in (
        "band_by", "min_pairs", "pass_of_3", "pass_of_4", "pass_of_5")),
    "water.flow.level.readings",
)
"""What ``calc.quality`` reads to judge a record of a calibration, verification or comparison."""

CAPABILITY: tuple[str, ...] = (
    *(f"capability.{one}.required" for one in (
        "certificates", "commitment", "core_spare", "filing", "lab", "material", "platform",
        "rooms", "scope", "staff_types", "store", "systems", "tools")),
    *(f"capability.system.{one}" for one in (
        "archives", "hazardous_waste", "personnel", "reporting", "sop", "supervision")),
    *(f"capability.platform.{one}" for one in (
        "analysis", "back_office_review", "data_access", "data_management",
        "document_management", "mobile", "om_management", "reports", "task_management")),
    "capability.certificates.judged", "capability.commitment.by", "capability.consumable.basis",
    "capability.consumable.share", "capability.core_spare.compare",
    "capability.core_spare.compatible", "capability.newcomer.months",
    "capability.newcomer.reading", "capability.office.area_min", "capability.office.area_of",
    "capability.om_staff.min", "capability.om_staff.points_by", "capability.om_staff.points_max",
    "capability.posts.count", "capability.store.standby_min", "capability.supervisor.points",
    "capability.vehicle.sets",
)
"""What ``assess.capability`` reads to judge what a unit must have."""

READ: tuple[str, ...] = tuple(sorted({*JUDGED, *BESIDE, *CLOCKS, *RECORDS, *CAPABILITY}))
"""Every provision that judging works with. A name comes in together with the code that reads it
and a scenario under ``cases/`` that fails when its value changes."""


class Piece(NamedTuple):
    """Hours [first, end) of the judgement over which one provision holds."""

    first: int
    end: int
    provision: Provision


class Ruling:
    """``book`` under ``scope`` over ``hours`` clock hours from ``start`` (epoch second).

    Every method raises Unregulated where the book has no value; ``under`` names what was read.
    """

    def __init__(self, book: Book, scope: Sequence[str], start: int, hours: int) -> None:
        self.book = book
        self.scope = tuple(scope)
        self.start = start
        self.hours = hours
        self.starts = windows.hours(start, hours)
        self._pieces: dict[str, tuple[Piece, ...]] = {}
        self._days: dict[tuple[str, date], Provision] = {}
        self._numbers: dict[str, Floats] = {}

    @property
    def under(self) -> tuple[str, ...]:
        """Names of the provisions read so far, sorted."""
        return tuple(sorted({*self._pieces, *(name for name, _ in self._days)}))

    def at(self, name: str, instant: int) -> Provision:
        """What is in force on the China day of ``instant``."""
        day = datetime.fromtimestamp(instant, CST).date()
        found = self._days.get((name, day))
        if found is None:
            found = self._days[name, day] = self.book.at(name, day, self.scope)
        return found

    def since(self, name: str, instant: int) -> Provision:
        """What is in force on the day of ``instant``, or on the judgement's first day when no rule
        of that name existed yet at ``instant``: a clock cannot start before its rule."""
        try:
            return self.at(name, instant)
        except Unregulated:
            if instant >= self.start:
                raise
            return self.at(name, self.start)

    def pieces(self, name: str) -> tuple[Piece, ...]:
        """The hours in order, cut where the provision changes."""
        found = self._pieces.get(name)
        if found is None:
            found = self._pieces[name] = tuple(self._cut(name))
        return found

    def numbers(self, name: str) -> Floats:
        """The value of each hour, shape (hours,), in the provision's unit. Do not write to it."""
        found = self._numbers.get(name)
        if found is None:
            found = np.empty(self.hours)
            for first, end, provision in self.pieces(name):
                found[first:end] = number(provision)
            self._numbers[name] = found
        return found

    def says(self, name: str, word: str | bool) -> NDArray[np.bool_]:
        """For each hour whether the switch ``name`` stands at ``word``."""
        found = np.empty(self.hours, dtype=np.bool_)
        for first, end, provision in self.pieces(name):
            found[first:end] = provision.value == word
        return found

    def _cut(self, name: str) -> list[Piece]:
        if not self.hours:
            return []
        last = self.start + windows.HOUR * (self.hours - 1)
        first_day, last_day = (datetime.fromtimestamp(t, CST).date() for t in (self.start, last))
        changes = {first_day}
        for provision in self.book.history(name):
            changes.add(provision.since)
            if provision.until is not None and provision.until < date.max:
                changes.add(provision.until + timedelta(days=1))
        days = sorted(day for day in changes if first_day <= day <= last_day)
        firsts = [max(0, self._hour(day)) for day in days]
        return [Piece(first, end, self.book.at(name, day, self.scope))
                for day, first, end in zip(days, firsts, [*firsts[1:], self.hours], strict=True)]

    def _hour(self, day: date) -> int:
        return (windows.start(day.isoformat(), "day") - self.start) // windows.HOUR


def number(provision: Provision) -> float:
    """The value of a provision that has to be a number; TypeError for a word."""
    if isinstance(provision.value, str):
        raise TypeError(f"{provision.name} is {provision.value!r}, no number")
    return float(provision.value)


def later(instant: int, provision: Provision) -> int:
    """``instant`` plus an interval in s, min, h, d or month; months keep day (clipped) and time.

    ValueError for another unit.
    """
    amount = number(provision)
    if provision.unit == "month":
        return windows.add_months(instant, round(amount))
    if provision.unit not in _SECONDS:
        raise ValueError(f"{provision.name}: {provision.unit!r} is no unit of an interval")
    return instant + round(amount * _SECONDS[provision.unit])


_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


class Properties:
    """The dated properties of the point of ``case``, read by hour and by instant."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._starts = windows.hours(case.start, case.hours)

    def at(self, name: str, instant: int) -> float | str | bool | None:
        """The property in force at ``instant``; None when there is none."""
        dated = self._case.parameters.get(name)
        if dated is None:
            return None
        index = int(np.searchsorted(np.array(dated.since), instant, side="right")) - 1
        return dated.values[index] if index >= 0 else None

    def numbers(self, name: str) -> Floats:
        """The property at the start of each hour, NaN where there is none."""
        found = np.full(self._case.hours, np.nan)
        for first, end, value in self._runs(name):
            if value is not None and not isinstance(value, str):
                found[first:end] = float(value)
        return found

    def says(self, name: str, word: str | bool) -> NDArray[np.bool_]:
        """For each hour whether the property is ``word``."""
        found = np.zeros(self._case.hours, dtype=np.bool_)
        for first, end, value in self._runs(name):
            found[first:end] = value == word
        return found

    def _runs(self, name: str) -> list[tuple[int, int, float | str | bool | None]]:
        dated = self._case.parameters.get(name)
        if dated is None:
            return []
        firsts = np.searchsorted(self._starts, np.array(dated.since, dtype=np.int64)).tolist()
        return list(zip(firsts, [*firsts[1:], self._case.hours], dated.values, strict=False))
