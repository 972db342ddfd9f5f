"""How figures, units, times and ages are written for people: one place, pages and exports alike."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST
from qingyuan.kernel.rounding import fixed


def figure(value: Any, digits: int | None = None) -> str:
    """A number as text: the shortest form that keeps every digit sent, or ``digits`` decimals,
    rounded by GB/T 8170.

    >>> figure(120.30)
    '120.3'
    >>> figure(5.0), figure(1234567.0), figure(0.00021)
    ('5', '1234567', '0.00021')
    >>> figure(2.5, 2), figure(2.675, 2), figure(None)
    ('2.50', '2.68', '')
    """
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if digits is not None:
        return fixed(value, digits)
    if isinstance(value, float):
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        text = f"{value:.12g}"
        return f"{value:.10f}".rstrip("0") if "e-" in text and abs(value) > 1e-10 else text
    return str(value)


def decimals(values: Iterable[Any]) -> int:
    """The most decimals that occur: with them every number of a column keeps its digits and the
    points stand under each other.

    >>> decimals([9.0, 9.17, None, 7.1]), decimals([12.0, "text", None]), decimals([])
    (2, 0, 0)
    """
    texts = (figure(value) for value in values if isinstance(value, float))
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def count(value: int | None) -> str:
    """A count with thousands separated by thin spaces.

    >>> count(12345)
    '12\\u202f345'
    """
    return "" if value is None else f"{int(value):,}".replace(",", "\u202f")


def size(octets: int | None) -> str:
    """Bytes in words.

    >>> size(900), size(2048), size(5 * 1024 * 1024)
    ('900 B', '2.0 KB', '5.0 MB')
    """
    if octets is None:
        return ""
    amount = float(octets)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"


def to_datetime(moment: Any) -> datetime | None:
    """Epoch seconds, epoch milliseconds (beyond year 2286) or a datetime as China time."""
    if moment is None or moment == "":
        return None
    if isinstance(moment, datetime):
        return moment.astimezone(CST)
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=CST)
    seconds = float(moment)
    if seconds > 1e10:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, CST)


def china_time(moment: Any, form: str = "minute") -> str:
    """An instant in China time; ``form`` is day, minute, second or milli.

    >>> china_time(1470013137)
    '2016-08-01 08:58'
    >>> china_time(1470013137223, "milli")
    '2016-08-01 08:58:57.223'
    """
    when = to_datetime(moment)
    if when is None:
        return ""
    if form == "day":
        return when.strftime("%Y-%m-%d")
    if form == "milli":
        return when.strftime("%Y-%m-%d %H:%M:%S.") + f"{when.microsecond // 1000:03d}"
    return when.strftime("%Y-%m-%d %H:%M:%S" if form == "second" else "%Y-%m-%d %H:%M")


def duration(seconds: float) -> str:
    """A length of time in its largest whole unit."""
    seconds = int(abs(seconds))
    for length, form in ((86400, _("%(n)d 天")), (3600, _("%(n)d 小时")), (60, _("%(n)d 分钟"))):
        if seconds >= length:
            return form % {"n": seconds // length}
    return _("%(n)d 秒") % {"n": seconds}


def ago(moment: Any, now: datetime | None = None) -> str:
    """How long ago an instant was, in words; a future one says when it will be."""
    when = to_datetime(moment)
    if when is None:
        return ""
    delta = ((now or datetime.now(UTC)) - when).total_seconds()
    if -5 < delta < 5:
        return _("刚刚")
    return (_("%(t)s前") if delta > 0 else _("%(t)s后")) % {"t": duration(delta)}
