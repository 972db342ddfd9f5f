"""When which MN stood where: dated links as spans of instants."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from qingyuan.areas.assets.models import LoggerAssignment

FOREVER = 2**62


class Window(NamedTuple):
    """An MN in [start, stop), epoch milliseconds, with the system codes linked in that span."""

    mn: str
    start: int
    stop: int
    codes: frozenset[str]

    def holds(self, at: int) -> bool:
        """Whether an instant in epoch milliseconds lies within."""
        return self.start <= at < self.stop


def windows(links: QuerySet[LoggerAssignment]) -> list[Window]:
    """Links as windows, those of one span as one. One query."""
    spans: dict[tuple[str, int, int], set[str]] = {}
    for mn, st, since, until in links.values_list("logger__mn", "st", "since", "until"):
        start = int(since.timestamp() * 1000)
        stop = FOREVER if until is None else int(until.timestamp() * 1000)
        spans.setdefault((mn, start, stop), set()).add(st)
    return [Window(*span, frozenset(codes)) for span, codes in spans.items()]


def inside(found: Iterable[Window], at: int) -> bool:
    """Whether an instant lies in any of the windows."""
    return any(window.holds(at) for window in found)
