"""The time limits of a work order as a table: which figure of the book, which calendar, what starts
a clock, what meets it, for which orders. A new time limit is an entry here.

Plain: no table of the database is read. Instants are epoch milliseconds; ``due_at`` is the last
moment that is in time ("以内" takes in the figure itself), for working days the last millisecond
of the last day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from qingyuan.kernel.clock import CST
from qingyuan.standards.calendars import Calendar
from qingyuan.standards.provision import Provision

HOUR = 3_600_000
PLAIN = {"min": 60_000, "h": HOUR}
Find = Callable[[str], Provision | None]
"""A provision of the book on the day and for the point that are asked about; None without one."""

TRAITS: Mapping[str, object] = {
    "fault": _("监测设备故障"),
    "easy": _("易诊断的故障（电磁阀、膜裂损、气路堵塞、死机等）"),
    "logger": _("数采仪或数据存储控制仪故障"),
    "stopped": _("数据不能正常获得（须人工监测）"),
    "force_majeure": _("不可抗力或突发停运"),
    "failed_check": _("标样核查不合格"),
}
"""What one says of an order; ``gas`` and ``water`` follow from its point."""

MEDIA = ("gas", "water")
IMPLIES = {"easy": "fault", "logger": "fault"}
OF_KIND = {"repair": ("fault",), "customer": ("fault",), "check": ("failed_check",)}
"""Traits that a kind of order has without being told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of clock. ``figures`` are provisions by medium, the first in force counts;
    ``traits`` call for it, none: every order has it. ``starts`` is found or failed, ``met_by`` the
    act that stops it. ``pausable`` names those figures that no law sets."""

    code: str
    title: object
    figures: Mapping[str, tuple[str, ...]]
    starts: str
    met_by: str
    traits: frozenset[str] = frozenset()
    pausable: frozenset[str] = frozenset()

    def applies(self, traits: Iterable[str], medium: str) -> bool:
        """Whether an order with those traits at a point of that medium has this clock."""
        return medium in self.figures and (not self.traits or bool(self.traits & set(traits)))


def _both(*names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(MEDIA, names)


_FAULT = frozenset({"fault"})
KINDS: tuple[Kind, ...] = (
    Kind("reply", _("答复"), _both("fault.reply"), "found", "accepted",
         pausable=frozenset({"fault.reply"})),
    Kind("on_site", _("到达现场"), {
        "gas": ("gas.fault.on_site", "fault.on_site"),
        "water": ("water.fault.on_site", "fault.on_site"),
    }, "found", "arrived", _FAULT, frozenset({"fault.on_site"})),
    Kind("easy_repair", _("易诊断故障修复"), {
        "gas": ("gas.fault.simple_repair",), "water": ("water.fault.simple_repair",),
    }, "found", "repaired", frozenset({"easy"})),
    Kind("logger_repair", _("数采仪修复或更换"), {
        "gas": ("gas.fault.logger_repair",), "water": ("water.fault.logger_repair",),
    }, "found", "repaired", frozenset({"logger"})),
    Kind("report", _("故障报告"), _both("fault.report"), "found", "reported", _FAULT),
    Kind("force_majeure", _("不可抗力报告"), {"water": ("water.fault.force_majeure_report",)},
         "found", "reported", frozenset({"force_majeure"})),
    Kind("recover", _("核查不合格后恢复合格"), {"water": ("water.check.recover_within",)},
         "failed", "passed", frozenset({"failed_check"})),
    Kind("spare", _("启用备机"), {"water": ("water.fault.spare_after",)},
         "found", "restored", _FAULT),
    Kind("restore_hours", _("恢复正常运行（小时）"), _both("fault.restore.hours"),
         "found", "restored", _FAULT),
    Kind("restore_days", _("恢复正常运行（工作日）"), _both("fault.restore.working_days"),
         "found", "restored", _FAULT),
)
BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in KINDS}
RESTORE_RULE = "fault.restore.rule"
READINGS = {"hours": "restore_hours", "working_days": "restore_days"}
"""The reading of the restore rule, and the one clock that counts under it."""

ANSWERS: Mapping[str, tuple[str, str]] = {
    "stop": ("fault.stop_answer.working_days", "fault.stop_answer.silence_consents"),
    "replacement": ("fault.stop_answer.days", "fault.change_answer.silence_consents"),
}
"""Kinds of letters that the authority decides: the term of the answer, whether silence consents."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that has been started. ``calendar`` is "" for plain hours, else the calendar's name;
    ``provisional``: a day counted over may still change; ``counts``: False for the one of two
    restore clocks that the rule leaves aside."""

    code: str
    title: str
    provision: str
    source: str
    status: str
    amount: float
    unit: str
    calendar: str
    since: int
    due_at: int
    provisional: bool
    counts: bool = True


def with_implied(traits: Iterable[str], kind: str = "") -> tuple[str, ...]:
    """The traits in the order of the table, with what they and the kind of order imply.

    >>> with_implied(["logger"]), with_implied([], "repair"), with_implied(["gas"])
    (('fault', 'logger'), ('fault',), ())
    """
    said = set(traits) | set(OF_KIND.get(kind, ()))
    said |= {IMPLIES[trait] for trait in said if trait in IMPLIES}
    return tuple(trait for trait in TRAITS if trait in said)


def due(amount: float, unit: str, since: int, calendar: Calendar) -> tuple[int, str, bool]:
    """(the last moment in time, the calendar's name, whether it may still change) of a term that
    begins at ``since``. Hours run from the instant; days and working days from the end of its China
    day. ValueError for another unit.

    >>> from qingyuan.standards.calendars import working_days
    >>> found = 1790780400000  # 2026-09-30T23:00:00+08:00, before eight days of holiday
    >>> [due(n, u, found, working_days("110000"))[0] - found for n, u in ((12, "h"), (1, "d"))]
    [43200000, 89999999]
    >>> due(1, "working day", found, working_days("110000"))[0] - found == 8 * 24 * HOUR + HOUR - 1
    True
    """
    if unit in PLAIN:
        return since + round(amount * PLAIN[unit]), "", False
    day = day_of(since)
    if unit == "d":
        return since_day(day, int(amount) + 1) - 1, "", False
    if unit == "working day":
        ends = calendar.deadline(day, int(amount))
        return ends.instant * 1000 - 1, ends.calendar, ends.provisional
    raise ValueError(f"no clock counts in {unit!r}")


def start(
    kind: Kind, medium: str, find: Find, since: int, calendar: Calendar
) -> Clock | None:
    """The clock of a kind from an instant; None where the book has no such term on that day."""
    rule = next((p for name in kind.figures[medium] if (p := find(name)) is not None), None)
    if rule is None:
        return None
    ends, counted_by, provisional = due(float(rule.value), rule.unit, since, calendar)
    return Clock(kind.code, str(kind.title), rule.name, rule.cite(), rule.status,
                 float(rule.value), rule.unit, counted_by, since, ends, provisional)


def begin(
    traits: Iterable[str], medium: str, find: Find, since: int, calendar: Calendar
) -> list[Clock]:
    """All clocks that an order with those traits starts at an instant, the first due first."""
    said = set(traits)
    found = [clock for kind in KINDS if kind.applies(said, medium)
             if (clock := start(kind, medium, find, since, calendar)) is not None]
    rule = find(RESTORE_RULE)
    only = READINGS.get(str(rule.value)) if rule else None
    both = set(READINGS.values()) <= {clock.code for clock in found}
    if only and both:
        aside = set(READINGS.values()) - {only}
        found = [replace(one, counts=one.code not in aside) for one in found]
    return sorted(found, key=lambda clock: clock.due_at)


def pausable(code: str, provision: str) -> bool:
    """Whether a clock may stand still: only an agreed term, never one that a law or standard sets.

    >>> pausable("reply", "fault.reply"), pausable("report", "fault.report")
    (True, False)
    """
    return code in BY_CODE and provision in BY_CODE[code].pausable


def moved(since: int, due_at: int, pause: tuple[int, int]) -> int:
    """The due instant after a pause [from, to): later by as much of it as the clock was running.

    >>> moved(0, 100, (40, 70)), moved(50, 100, (40, 70)), moved(0, 100, (100, 130))
    (130, 120, 130)
    >>> moved(0, 100, (101, 130)), moved(80, 100, (40, 70))
    (100, 100)
    """
    first, last = max(pause[0], since), pause[1]
    return due_at + last - first if first <= due_at and last > first else due_at


def day_of(instant: int) -> date:
    """The China day of an epoch millisecond."""
    return datetime.fromtimestamp(instant / 1000, CST).date()


def since_day(day: date, days: int = 0) -> int:
    """The first epoch millisecond of the China day that lies so many days after ``day``."""
    begins = datetime(day.year, day.month, day.day, tzinfo=CST).timestamp()
    return round(begins + days * 86_400) * 1000
