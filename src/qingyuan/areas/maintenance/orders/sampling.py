"""The duty to sample by hand while data do not come: so many times a day, no longer apart than so
many hours (环发〔2008〕6号 第十五条; HJ 355-2019 9 for water). Read, never stored.

It begins when an order says that data do not come, or when a failed check is not put right in
time, and ends when normal running is restored. Samples are the manual values of the point
(telemetry) and the samples that were written into the order's log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qingyuan.areas.maintenance.models import ClockState, WorkOrder
from qingyuan.areas.telemetry.models import ManualValue
from qingyuan.standards.provision import Provision

from . import clocks, keeping, queries

FIGURES = {
    "gas": ("fault.manual.min_per_day", "fault.manual.gap_max"),
    "water": ("fault.manual.min_per_day", "fault.manual.gap_max",
              "water.fault.manual.min_per_day", "water.fault.manual.gap_max"),
}


@dataclass(frozen=True, slots=True)
class DayCount:
    """Samples of one China day; ``needed`` in the part of it that the duty has covered so far."""

    day: date
    count: int
    needed: int

    @property
    def short(self) -> int:
        """How many are missing."""
        return max(0, self.needed - self.count)


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty of one order as it stands. Instants in epoch milliseconds; ``until`` None: it lasts.
    ``gaps`` are (from, to) longer than allowed, the running one included."""

    since: int
    until: int | None
    per_day: int
    gap: float
    rules: tuple[Provision, ...]
    samples: tuple[int, ...]
    next_due: int | None
    late: bool
    gaps: tuple[tuple[int, int], ...]
    days: tuple[DayCount, ...]

    @property
    def short(self) -> int:
        """Samples missing over all days."""
        return sum(day.short for day in self.days)


def duty(order: WorkOrder, now: int | None = None) -> Duty | None:
    """The sampling duty of an order; None where it has none. Five queries at most."""
    at = queries.now_ms() if now is None else now
    since = begins(order, at)
    if since is None:
        return None
    find, _calendar = keeping.ruling(order.point, since)
    rules = tuple(p for name in FIGURES[order.point.kind] if (p := find(name)) is not None)
    counts = [int(p.value) for p in rules if p.unit == ""]
    gaps = [float(p.value) for p in rules if p.unit == "h"]
    if not counts or not gaps:
        return None
    until = order.restored_at or order.closed_at
    return reckon(since, until, max(counts), min(gaps), rules,
                  taken(order, since, at if until is None else until), at)


def begins(order: WorkOrder, now: int) -> int | None:
    """When the duty begins: with the fault where data do not come; when the time for putting a
    failed check right has passed. None for neither."""
    if "stopped" in order.traits:
        return order.found_at
    late = [clock.due_at for clock in order.clocks.all()
            if clock.code == "recover" and clock.state in (ClockState.RUNNING, ClockState.LATE)
            and clock.due_at < (clock.met_at or now)]
    return min(late, default=None)


def taken(order: WorkOrder, since: int, until: int) -> list[int]:
    """Instants of samples in [since, until], each once."""
    values = ManualValue.objects.filter(
        point=order.point_id, replaced_by=None, withdrawn_at=None,
        time__gte=-(-since // 1000), time__lte=until // 1000,
    ).order_by().values_list("time", flat=True).distinct()
    logged = order.entries.filter(verb="sample", at__gte=since, at__lte=until)
    return sorted({time * 1000 for time in values} | set(logged.values_list("at", flat=True)))


def reckon(
    since: int, until: int | None, per_day: int, gap: float, rules: Sequence[Provision],
    samples: Sequence[int], now: int,
) -> Duty:
    """The duty from plain figures: ``gap`` in hours, the rest in epoch milliseconds.

    A day that the duty covers in part asks for one sample in each whole gap of that part, a whole
    day for ``per_day``; of a running day, what has passed of it.
    """
    longest = round(gap * clocks.HOUR)
    ends = now if until is None else until
    marks = [since, *samples, ends]
    gaps = tuple((a, b) for a, b in zip(marks, marks[1:], strict=False) if b - a > longest)
    last = samples[-1] if samples else since
    due = last + longest if until is None else None
    return Duty(since, until, per_day, gap, tuple(rules), tuple(samples), due,
                due is not None and now > due, gaps,
                tuple(_days(since, ends, per_day, longest, samples)))


def _days(
    since: int, ends: int, per_day: int, longest: int, samples: Sequence[int]
) -> list[DayCount]:
    found, day = [], clocks.day_of(since)
    while (begin := clocks.since_day(day)) < max(ends, since + 1):
        finish = clocks.since_day(day, 1)
        covered = min(finish, ends) - max(begin, since)
        whole = covered == finish - begin
        needed = per_day if whole else min(per_day, covered // longest)
        count = sum(begin <= at < finish for at in samples)
        found.append(DayCount(day, count, needed))
        day = clocks.day_of(finish)
    return found
