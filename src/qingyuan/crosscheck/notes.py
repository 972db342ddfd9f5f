"""What a check says while it looks, and how numbers and times are written in its sentences."""

from collections.abc import Sequence
from datetime import datetime

from qingyuan.kernel.clock import CST

from .types import Answer, Evidence, Outcome, Severity, Signal

STRONG_FROM, MEDIUM_FROM = 0.6, 0.35


class Notes:
    """One check's answers about one visit, as it comes to them."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._signals: list[Signal] = []
        self._reasons: list[str] = []
        self._fine = False

    def fine(self) -> None:
        """Something was looked at and is in order."""
        self._fine = True

    def cannot(self, reason: str) -> None:
        """Something could not be looked at; why, in Chinese."""
        if reason not in self._reasons:
            self._reasons.append(reason)

    def signal(self, score: float, sentence: str, evidence: Sequence[Evidence] = (), *,
               work: str = "", factor: str = "") -> None:
        """Something is not as an honest visit leaves it."""
        self._signals.append(Signal(self.code, severity(score), round(score, 3), sentence,
                                    tuple(evidence), work, factor))

    def outcome(self) -> Outcome:
        """The whole answer."""
        answer: Answer = "not_asked"
        if self._signals:
            answer = "signal"
        elif self._fine:
            answer = "fine"
        elif self._reasons:
            answer = "cannot_tell"
        return Outcome(self.code, answer, "；".join(self._reasons), tuple(self._signals))


def severity(score: float) -> Severity:
    """The word for a score.

    >>> severity(0.7), severity(0.4), severity(0.1)
    ('strong', 'medium', 'weak')
    """
    if score >= STRONG_FROM:
        return "strong"
    return "medium" if score >= MEDIUM_FROM else "weak"


def clock(at: float) -> str:
    """China date and time of an instant, as a sentence wants it.

    >>> clock(1470013137)
    '8月1日 08:58'
    """
    moment = datetime.fromtimestamp(at, CST)
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def between(since: float, until: float) -> str:
    """A span of time; the day once where both ends lie in it.

    >>> between(1470013137, 1470016737)
    '8月1日 08:58至09:58'
    """
    first, last = datetime.fromtimestamp(since, CST), datetime.fromtimestamp(until, CST)
    end = f"{last:%H:%M}" if first.date() == last.date() else clock(until)
    return f"{clock(since)}至{end}"


def number(value: float) -> str:
    """A figure without needless digits.

    >>> number(80.0), number(0.12345), number(1234.5)
    ('80', '0.123', '1234')
    """
    text = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return "0" if text in ("-0", "0.0") else text


def minutes(seconds: float) -> str:
    """A length of time in minutes, from two hours in hours.

    >>> minutes(330), minutes(9000)
    ('6 分钟', '2.5 小时')
    """
    if seconds >= 7200:
        return f"{seconds / 3600:.1f} 小时"
    return f"{seconds / 60:.0f} 分钟"


def metres(distance: float) -> str:
    """A distance, from two kilometres in kilometres.

    >>> metres(420.4), metres(12345)
    ('420 米', '12.3 公里')
    """
    return f"{distance / 1000:.1f} 公里" if distance >= 2000 else f"{distance:.0f} 米"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names side by side, each once.

    >>> listed(["SO2", "NOx", "SO2"])
    'SO2、NOx'
    """
    once = list(dict.fromkeys(names))
    return "、".join(once[:most]) + ("等" if len(once) > most else "")
