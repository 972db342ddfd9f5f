"""The China clock: every HJ standard speaks UTC+8 without daylight saving.

Instants are epoch seconds (int, UTC) in storage and ``datetime`` with tzinfo at the edge.
"""

from datetime import UTC, datetime, timedelta, timezone

CST = timezone(timedelta(hours=8), "CST")


def parse_stamp(text: str) -> datetime | None:
    """Read an HJ 212 time stamp ``YYYYMMDDhhmmss`` (China time); None when it is not one.

    >>> parse_stamp("20160801085857").isoformat()
    '2016-08-01T08:58:57+08:00'
    >>> parse_stamp("20160801085857223") is None
    True
    >>> parse_stamp("20161301085857") is None
    True
    """
    if len(text) != 14 or not text.isascii() or not text.isdigit():
        return None
    try:
        return datetime(
            int(text[:4]), int(text[4:6]), int(text[6:8]),
            int(text[8:10]), int(text[10:12]), int(text[12:14]), tzinfo=CST,
        )
    except ValueError:
        return None


def stamp(epoch: float) -> str:
    """Write epoch seconds as ``YYYYMMDDhhmmss`` in China time.

    >>> stamp(1470013137)
    '20160801085857'
    """
    return datetime.fromtimestamp(epoch, CST).strftime("%Y%m%d%H%M%S")


def qn(epoch_ms: int) -> str:
    """Write epoch milliseconds as a 17-digit QN in China time (HJ 212-2017 table 2).

    >>> qn(1470013137223)
    '20160801085857223'
    """
    return stamp(epoch_ms // 1000) + f"{epoch_ms % 1000:03d}"


def day_of(epoch: float) -> str:
    """The China calendar day of an instant, ISO form.

    >>> day_of(1470013137)
    '2016-08-01'
    """
    return datetime.fromtimestamp(epoch, CST).date().isoformat()


def to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
