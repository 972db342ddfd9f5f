"""What a duty is: one item of the standards' inspection lists, and the interval it returns at.

Nothing here reads a file. Text for people (name, group, why, source) is Chinese data.
"""

import re
from dataclasses import dataclass
from typing import Literal

from .provision import Status

Kind = Literal["gas", "nmhc", "water", "video"]
Technique = Literal["extractive", "dilution", "in_situ"]
Where = Literal["remote", "site"]
Column = Literal["day", "week", "fortnight", "month", "quarter", "half_year", "year"]

KINDS: dict[str, str] = {"gas": "废气", "nmhc": "NMHC", "water": "水", "video": "视频"}
TECHNIQUES: dict[str, str] = {
    "extractive": "完全抽取法", "dilution": "稀释采样法", "in_situ": "直接测量法",
}
PLACES: dict[str, str] = {"remote": "远程", "site": "现场"}
COLUMNS: dict[Column, str] = {
    "day": "日", "week": "周", "fortnight": "半月", "month": "月", "quarter": "季",
    "half_year": "半年", "year": "年",
}
PREFILLS: dict[str, str] = {
    "completeness": "数据是否齐全", "transmission": "传输状况", "alarms": "报警",
    "parameters": "关键参数", "agreement": "各级数据的一致性", "calibration": "最近一次校准",
    "standard_check": "最近一次标样核查", "video": "视频状态", "marks": "标记",
    "temperature": "温度状态量", "records": "系统内已有的记录",
}
"""What telemetry, or the records kept, can fill in beforehand for a duty done at the desk."""

EQUIPMENT: dict[str, str] = {
    "pm_optical": "光学法颗粒物仪", "pm_weighing": "β射线法或称重法颗粒物仪",
    "pitot": "皮托管流速仪", "thermal_velocity": "热平衡法流速仪",
    "ultrasonic_velocity": "超声波法流速仪", "hygrometer": "湿度仪",
    "converter": "NO2→NO转换器", "compressor": "空气压缩机",
    "hydrogen_generator": "氢气发生器", "auto_sampler": "自动采样器", "toc": "TOC分析仪",
    "ph": "pH计", "thermometer": "温度计", "electrode": "电极法仪器",
    "photometer": "分光光度法仪器", "open_channel": "明渠流量计", "pipe_flow": "管道流量计",
}
"""Parts that not every system has. A duty that ``needs`` one is left out where it is known to
be missing."""

_DAYS = {"h": 1 / 24, "d": 1.0, "month": 30.4}
_WORDS: dict[str, tuple[int, str]] = {
    "day": (1, "d"), "week": (7, "d"), "month": (1, "month"), "quarter": (3, "month"),
    "half_year": (6, "month"), "year": (12, "month"),
}
_COUNT = re.compile(r"([1-9]\d{0,2})(h|d|m)", re.ASCII)
_UNTIL: tuple[tuple[float, Column], ...] = (
    (1, "day"), (7, "week"), (15, "fortnight"), (31, "month"), (92, "quarter"),
    (184, "half_year"), (10_000, "year"),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """``amount`` of ``unit`` ("h", "d", "month"), counted from the finish; when ``calendar``,
    once in each calendar day, week (Monday to Sunday), month, quarter, half-year or year."""

    amount: int
    unit: Literal["h", "d", "month"]
    calendar: bool = False

    def column(self) -> Column:
        """Where it stands in the matrix: the shortest column that is not shorter than it.

        >>> Interval(168, "h").column(), Interval(30, "d").column(), Interval(3, "month").column()
        ('week', 'month', 'quarter')
        """
        return next(column for most, column in _UNTIL if self.days() <= most)

    def days(self) -> float:
        """Its length for comparing; a month is 30.4 days."""
        return self.amount * _DAYS[self.unit]

    def __str__(self) -> str:
        for word, (amount, unit) in _WORDS.items():
            if self.calendar and (self.amount, self.unit) == (amount, unit):
                return f"each {word.replace('_', '-')}"
        return f"{self.amount} {self.unit}"


def interval_of(text: str) -> Interval | None:
    """An interval as duties are written: 7d, 24h, 3m, or a calendar word; None for another text.

    >>> interval_of("90d"), interval_of("quarter"), interval_of("often")
    (Interval(amount=90, unit='d', calendar=False), Interval(amount=3, unit='month', calendar=True), None)
    """  # noqa: E501
    if text in _WORDS:
        amount, unit = _WORDS[text]
        return Interval(amount, "month" if unit == "month" else "d", calendar=True)
    counted = _COUNT.fullmatch(text)
    if counted is None:
        return None
    units: dict[str, Literal["h", "d", "month"]] = {"h": "h", "d": "d", "m": "month"}
    return Interval(int(counted[1]), units[counted[2]])


@dataclass(frozen=True, slots=True)
class Duty:
    """One item that returns.

    ``name`` and ``group`` are the form's own words. ``forms`` pairs a technique ("" for any) with
    the slug of the form that the item is recorded in; the techniques named there are those it
    holds for. ``interval`` is the one that the list prints, ``rule`` the name of the provision
    that sets it; with both, the earlier is due. ``*_auto`` stand in for them where the system
    calibrates itself. ``calendar``: the rule's months are the calendar's, once in each.
    ``auto_calibration`` True or False restricts the duty to such systems.
    ``months`` and ``below`` (degC, day's lowest) say when it is called for; neither: always.
    ``invalidates``: data past the deadline are not valid, so the deadline counts to the second.
    ``prefill`` names what telemetry knows about it, ``needs`` the parts it is about. ``same_as``
    is the key of a duty that asks the same at least as often: where that is asked, this is not.
    """

    key: str
    name: str
    group: str
    set: str
    kind: Kind
    forms: tuple[tuple[str, str], ...]
    where: Where
    standard: str
    clause: str
    status: Status
    source: str
    interval: Interval | None = None
    rule: str = ""
    interval_auto: Interval | None = None
    rule_auto: str = ""
    calendar: bool = False
    auto_calibration: bool | None = None
    months: tuple[int, ...] = ()
    below: float | None = None
    invalidates: bool = False
    prefill: str = ""
    needs: tuple[str, ...] = ()
    same_as: str = ""
    lead: int | None = None
    why: str = ""

    @property
    def techniques(self) -> tuple[str, ...]:
        """The techniques it holds for; () where the kind has none or all are meant."""
        return tuple(technique for technique, _ in self.forms if technique)

    def form(self, technique: str = "") -> str:
        """Slug of the form it is recorded in. LookupError when it does not hold for that
        technique."""
        for own, slug in self.forms:
            if own in ("", technique):
                return slug
        raise LookupError(f"{self.key} does not hold for technique {technique!r}")

    def cite(self) -> str:
        """Standard and clause that the item comes from."""
        return f"{self.standard} {self.clause}".strip()

    def rules(self) -> tuple[str, ...]:
        """Names of the provisions that set its interval."""
        return tuple(name for name in (self.rule, self.rule_auto) if name)

    def holds(self, kind: str, technique: str = "") -> bool:
        """Whether it is an item of such a system."""
        return self.kind == kind and (not self.techniques or technique in self.techniques)

    def seasonal(self) -> bool:
        """Whether it is called for only at times."""
        return bool(self.months) or self.below is not None

    def called_for(self, month: int, temperature: float | None = None) -> bool:
        """Whether it is called for in that month (1–12) or at that day's lowest temperature
        (degC); either is enough."""
        if not self.seasonal():
            return True
        cold = self.below is not None and temperature is not None and temperature <= self.below
        return month in self.months or cold


@dataclass(frozen=True, slots=True)
class DutySet:
    """A list of duties that a company takes as a whole. ``default``: switched on for a new
    company. ``about`` says in Chinese whose list it is."""

    key: str
    title: str
    default: bool
    about: str
