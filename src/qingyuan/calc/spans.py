"""Half-open spans of epoch seconds, and how much of each hour or slot they cover."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.types import Event, Mark
from qingyuan.kernel.windows import HOUR

Span = tuple[int, int]


def own(events: Iterable[Event], factor: str) -> list[Event]:
    """The events of all factors and of ``factor``, by time; those of one second keep their order.
    """
    return sorted((e for e in events if e.factor in ("", factor)), key=lambda e: e.time)


def between(events: Iterable[Event], kind: str, begin: int, end: int) -> list[Span]:
    """The spans from ``{kind}_start`` to ``{kind}_end``, the events given in order of time.

    A start that is never ended runs to ``end``, an end that was never started from ``begin``.
    A repeated start or end says nothing new. What is for all factors is paired apart from what is
    for one; only where nothing of its own is open does an end close what the other began: SO2 is
    mended first after a fault of everything, or a fault of SO2 is over when all is well again.

    >>> spans = between((Event(10, "fault_start"), Event(20, "fault_end", "a21026"),
    ...                  Event(30, "fault_end")), "fault", 0, 40)
    >>> spans
    [(10, 20)]
    """
    found: list[Span] = []
    opened: dict[str, int] = {}
    seen: set[str] = set()
    for event in events:
        if event.kind == f"{kind}_start":
            opened.setdefault(event.factor, event.time)
        elif event.kind == f"{kind}_end":
            ended = event.factor if event.factor in opened else next(iter(opened), None)
            if ended is not None:
                found.append((opened.pop(ended), event.time))
            elif event.factor not in seen:
                found.append((min(begin, event.time), event.time))
        else:
            continue
        seen.add(event.factor)
    return found + [(since, max(since, end)) for since in opened.values()]


def marked(marks: Iterable[Mark], kind: str, factor: str) -> list[Span]:
    """The spans of the marks of one kind for all factors and for ``factor``."""
    return [(m.start, m.end) for m in marks if m.kind == kind and m.factor in ("", factor)]


def union(spans: Iterable[Span]) -> list[Span]:
    """The same seconds as disjoint spans in order; touching spans become one.

    >>> union([(5, 9), (0, 3), (3, 4), (8, 10), (7, 7)])
    [(0, 4), (5, 10)]
    """
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def seconds(spans: Iterable[Span], start: int, hours: int) -> NDArray[np.int64]:
    """How many seconds of each of ``hours`` clock hours from ``start`` the spans cover together.

    >>> seconds([(1800, 7200), (7000, 7260)], 0, 3).tolist()
    [1800, 3600, 60]
    """
    apart = union(spans)
    if not apart:
        return np.zeros(hours, dtype=np.int64)
    begins, ends = np.array(apart, dtype=np.int64).T
    before = np.concatenate([[0], np.cumsum(ends - begins)])
    edges = start + HOUR * np.arange(hours + 1, dtype=np.int64)
    last = np.searchsorted(begins, edges, side="right") - 1  # the last span begun at each edge
    within = np.clip(edges - begins[last], 0, (ends - begins)[last])
    covered = np.where(last >= 0, before[last] + within, 0)
    return np.asarray(np.diff(covered), dtype=np.int64)


def touched(spans: Sequence[Span], start: int, hours: int) -> NDArray[np.bool_]:
    """For each hour whether its first second lies in one of the spans."""
    found = np.zeros(hours, dtype=np.bool_)
    for begin, end in spans:
        first, behind = (max(0, -((start - t) // HOUR)) for t in (begin, end))
        found[first:behind] = True
    return found


def slots_covered(
    spans: Sequence[Span], start: int, hours: int, slots: int
) -> NDArray[np.bool_]:
    """For each slot, shape (hours, slots), whether its first second lies in one of the spans.

    >>> slots_covered([(600, 1201)], 0, 1, 6).tolist()
    [[False, True, True, False, False, False]]
    """
    found = np.zeros(hours * slots, dtype=np.bool_)
    for begin, end in spans:
        # the first slot at or after t: ceil((t - start) * slots / 3600)
        first, behind = (max(0, -((start - t) * slots // HOUR)) for t in (begin, end))
        found[first:behind] = True
    return found.reshape(hours, slots)
