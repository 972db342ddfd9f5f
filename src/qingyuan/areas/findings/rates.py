"""How many findings were answered and handled in time, and how long it took.

Counted are findings that were raised in the span, were told to somebody (neither silenced nor part
of a group) and have the clock. In time: done by the clock's end. Late: done after it, or not done
and the clock has run out; one that ended by itself before its clock ran out counts neither way, nor
does one whose clock still runs. Instants are epoch milliseconds.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from qingyuan.kernel.clock import CST

from .models import Finding

CLOCKS: Mapping[str, tuple[str, str]] = {
    "respond": ("respond_due", "acknowledged_at"), "handle": ("handle_due", "handled_at")}
"""Clock → (when it runs out, when it was met)."""
MET = tuple(f"{clock}_{how}" for clock in CLOCKS for how in ("met", "late"))
"""What a list of findings can be narrowed to."""
MINUTE = 60_000


def told(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Those that somebody was told of."""
    return rows.filter(parent=None, silenced=False)


def of_clock(rows: QuerySet[Finding], which: str, now: int | None = None) -> QuerySet[Finding]:
    """Findings that met a clock or were late for it; ``which`` is one of ``MET``."""
    clock, how = which.rsplit("_", 1)
    due, done = CLOCKS[clock]
    when = round(time.time() * 1000) if now is None else now
    if how == "met":
        return told(rows).filter(**{f"{done}__lte": F(due)})
    never = Q(closed_at__gt=F(due)) | Q(closed_at=None, **{f"{due}__lt": when})
    return told(rows).filter(
        Q(**{f"{done}__gt": F(due)}) | (Q(**{done: None, f"{due}__isnull": False}) & never))


@dataclass(slots=True)
class Clock:
    """One clock of one group; ``minutes`` of those that were done, in time or late."""

    met: int = 0
    late: int = 0
    minutes: list[float] = field(default_factory=list)

    @property
    def due(self) -> int:
        return self.met + self.late

    @property
    def share(self) -> float | None:
        """In time, per cent; None where nothing was due."""
        return 100 * self.met / self.due if self.due else None

    @property
    def median(self) -> float | None:
        """Minutes from being raised to being done."""
        return statistics.median(self.minutes) if self.minutes else None


@dataclass(slots=True)
class Rate:
    """A group: all findings told of, and both clocks."""

    key: Any
    count: int = 0
    respond: Clock = field(default_factory=Clock)
    handle: Clock = field(default_factory=Clock)


@dataclass(frozen=True, slots=True)
class Line:
    """What the figures need of a finding."""

    kind: str
    person: int | None
    raised_at: int
    respond_due: int | None
    acknowledged_at: int | None
    handle_due: int | None
    handled_at: int | None
    closed_at: int | None


def month_of(at: int) -> str:
    """The China month of an instant, 2026-11."""
    return f"{datetime.fromtimestamp(at / 1000, CST):%Y-%m}"


def begins(month: date) -> int:
    """The first instant of a China month."""
    return round(datetime(month.year, month.month, 1, tzinfo=CST).timestamp() * 1000)


def after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


GROUPS: Mapping[str, Callable[[Line], Any]] = {
    "kind": lambda one: one.kind, "person": lambda one: one.person,
    "month": lambda one: month_of(one.raised_at)}


def lines(rows: QuerySet[Finding]) -> list[Line]:
    """One query."""
    return [Line(*one) for one in told(rows).order_by().values_list(*Line.__slots__)]


def rates(found: Iterable[Line], by: str, now: int | None = None) -> tuple[list[Rate], Rate]:
    """The groups by their key's count, and the whole; ``by`` is one of ``GROUPS``."""
    when = round(time.time() * 1000) if now is None else now
    groups: dict[Any, Rate] = {}
    whole = Rate(None)
    key = GROUPS[by]
    for one in found:
        mine = key(one)
        if mine not in groups:
            groups[mine] = Rate(mine)
        for rate in (groups[mine], whole):
            rate.count += 1
            _count(rate.respond, one, one.respond_due, one.acknowledged_at, when)
            _count(rate.handle, one, one.handle_due, one.handled_at, when)
    return sorted(groups.values(), key=lambda one: -one.count), whole


def _count(clock: Clock, one: Line, due: int | None, done: int | None, now: int) -> None:
    if due is None:
        return
    if done is not None:
        clock.met += done <= due
        clock.late += done > due
        clock.minutes.append((done - one.raised_at) / MINUTE)
    elif (one.closed_at if one.closed_at is not None else now) > due:
        clock.late += 1
