"""Lines of a file into values of instants; a line that is wrong anywhere is rejected whole."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST, parse_stamp

from ..intake.plans import NUMBERS, number_of
from ..models import Interval
from .headings import Long, Names, Wide, main_suffix

MISSING = frozenset({"", "-", "--", "—", "——", "/", "null", "none", "无"})
_HOUR = re.compile(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})[ T]*(\d{1,2})(?:时|h)?$")
_FUTURE = 86_400  # a value of tomorrow is a wrong year or a wrong clock
_STEP = {Interval.REALTIME: 1, Interval.MINUTE: 60, Interval.HOUR: 3600, Interval.DAY: 86_400}
_CHINA = 8 * 3600


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was not taken."""

    line: int
    cells: list[str]
    reason: str


@dataclass(slots=True)
class Sorted:
    """Values by instant: {epoch second: {(code, suffix): number}} (None: a flag alone), flags
    {epoch second: {code: text}}, and what was rejected."""

    values: dict[int, dict[tuple[str, str], float | None]] = field(default_factory=dict)
    flags: dict[int, dict[str, str]] = field(default_factory=dict)
    lines: int = 0
    rejects: list[Reject] = field(default_factory=list)


class Refused(ValueError):
    """Why a line is rejected."""


def sort(
    lines: Iterable[tuple[int, list[str]]], meaning: Wide | Long, interval: str, names: Names,
    now: float,
) -> Sorted:
    """Read all lines below the heading. ``now`` in epoch seconds."""
    found = Sorted()
    take = _wide if isinstance(meaning, Wide) else _long
    for number, texts in lines:
        try:
            moment = instant(_cell(texts, meaning.time), interval, now)
            take(texts, meaning, moment, interval, names, found)
            found.lines += 1
        except Refused as error:
            found.rejects.append(Reject(number, texts, str(error)))
    return found


def _cell(texts: list[str], place: int | None) -> str:
    return texts[place].strip() if place is not None and place < len(texts) else ""


def instant(text: str, interval: str, now: float) -> int:
    """Epoch second of a China time that lies on the interval's grid. Refused otherwise.

    >>> instant("2026/11/23 14", "hour", 2e9) == instant("20261123140000", "hour", 2e9)
    True
    """
    moment = parse_stamp(text) or _iso(text)
    if moment is None:
        raise Refused(_("时间“%s”无法识别") % text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CST)
    seconds = int(moment.timestamp())
    if (seconds + _CHINA) % _STEP[Interval(interval)]:
        raise Refused(_("时间“%s”不是该类数据的起始时刻") % text)
    if seconds > now + _FUTURE:
        raise Refused(_("时间“%s”在将来") % text)
    return seconds


def _iso(text: str) -> datetime | None:
    hour = _HOUR.match(text)
    plain = f"{hour[1]} {int(hour[2]):02d}:00" if hour else text
    day, _blank, rest = plain.replace("/", "-").replace("T", " ").partition(" ")
    parts = day.split("-")
    if len(parts) == 3:
        day = "-".join(part.zfill(2) for part in parts)
    clock = rest.strip()
    if clock[1:2] == ":":
        clock = f"0{clock}"
    try:
        return datetime.fromisoformat(f"{day} {clock}".strip())
    except ValueError:
        return None


def number(text: str) -> float | None:
    """A cell's number, None where it says that there is none. Refused for anything else."""
    if text.lower() in MISSING:
        return None
    value = number_of(text)
    if value is None:
        raise Refused(_("“%s”不是数值") % text)
    return value


def _wide(
    texts: list[str], meaning: Wide, moment: int, interval: str, names: Names, found: Sorted
) -> None:
    if moment in found.values:
        raise Refused(_("该时间在文件中重复"))
    values: dict[tuple[str, str], float | None] = {}
    flags: dict[str, str] = {}
    for place, code, suffix in meaning.columns:
        cell = _cell(texts, place)
        if suffix == "Flag":
            if cell:
                flags[code] = flag(cell)
        elif (value := number(cell)) is not None:
            values[code, suffix] = value
    valued = {code for code, _suffix in values}
    for code in flags.keys() - valued:
        values[code, main_suffix(interval)] = None
    if not values:
        raise Refused(_("没有数值"))
    found.values[moment], found.flags[moment] = values, flags


def _long(
    texts: list[str], meaning: Long, moment: int, interval: str, names: Names, found: Sorted
) -> None:
    name = _cell(texts, meaning.factor)
    factor = names.find(name)
    if factor is None:
        raise Refused(_("未知因子“%s”") % name)
    suffix = _cell(texts, meaning.suffix) or main_suffix(interval)
    if suffix not in NUMBERS:
        raise Refused(_("未知数据类型“%s”") % suffix)
    value, letter = number(_cell(texts, meaning.value)), _cell(texts, meaning.flag)
    if value is None and not letter:
        raise Refused(_("没有数值"))
    values = found.values.setdefault(moment, {})
    if (factor.code, suffix) in values:
        raise Refused(_("该时间的因子 %s 在文件中重复") % factor.code)
    values[factor.code, suffix] = value
    flags = found.flags.setdefault(moment, {})
    if letter:
        flags[factor.code] = flag(letter)


def flag(text: str) -> str:
    """A data flag of at most eight letters or digits."""
    if len(text) > 8 or not text.isascii() or not text.isalnum():
        raise Refused(_("数据标识“%s”应为字母") % text)
    return text
