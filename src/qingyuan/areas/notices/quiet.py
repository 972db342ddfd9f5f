"""When a message may go out: quiet hours and the day's digest. Minutes are those after midnight in
China, instants epoch milliseconds. Plain arithmetic."""

MINUTE, DAY = 60_000, 86_400_000
CHINA = 8 * 3_600_000  # ms ahead of UTC, all year


def minute_of(at: int) -> int:
    """Minutes after midnight in China.

    >>> minute_of(0)  # 1970-01-01 08:00
    480
    """
    return (at + CHINA) % DAY // MINUTE


def is_quiet(at: int, since: int | None, until: int | None) -> bool:
    """Whether an instant lies in quiet hours; ``since`` belongs to them, ``until`` does not. Hours
    without both ends, or with equal ends, are none.

    >>> is_quiet(0, 22 * 60, 8 * 60), is_quiet(0, 22 * 60, 8 * 60 + 1), is_quiet(0, None, 480)
    (False, True, False)
    """
    if since is None or until is None or since == until:
        return False
    now = minute_of(at)
    return since <= now < until if since < until else now >= since or now < until


def next_at(at: int, minute: int) -> int:
    """The first instant after ``at`` at which the China clock shows the minute.

    >>> next_at(0, 480) == DAY, next_at(0, 481)
    (True, 60000)
    """
    midnight = (at + CHINA) // DAY * DAY - CHINA
    due = midnight + minute * MINUTE
    return due if due > at else due + DAY
