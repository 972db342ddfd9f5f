"""Runs of flagged instants as spans: what a logger's flags suggest to mark."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from qingyuan.calc.marks import MARK_OF_FLAG

LETTERS = frozenset(MARK_OF_FLAG)


class Run(NamedTuple):
    """A span [start, end) in epoch seconds of one kind; ``factor`` "" when all factors had it."""

    kind: str
    factor: str
    start: int
    end: int


def runs(flagged: Iterable[tuple[int, str, str]], step: int, factors: int) -> list[Run]:
    """Spans of (instant, factor, letter) whose letter is a state of the device, ``step`` seconds
    from one instant to the next. When all of ``factors`` factors share a span it is one run.

    >>> [run[:2] + (run.start, run.end) for run in runs(
    ...     [(0, "a", "C"), (60, "a", "C"), (0, "b", "C"), (60, "b", "C"), (300, "a", "D")], 60, 2)]
    [('calibration', '', 0, 120), ('fault', 'a', 300, 360)]
    """
    times: dict[tuple[str, str], list[int]] = defaultdict(list)
    for instant, factor, letter in flagged:
        if letter in MARK_OF_FLAG:
            times[MARK_OF_FLAG[letter], factor].append(instant)
    shared: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for (kind, factor), instants in times.items():
        for start, end in spans(instants, step):
            shared[kind, start, end].append(factor)
    found = []
    for (kind, start, end), who in shared.items():
        named = [""] if len(who) >= factors > 1 else who
        found += [Run(kind, factor, start, end) for factor in named]
    return sorted(found, key=lambda run: (run.start, run.kind, run.factor))


def spans(instants: Iterable[int], step: int) -> list[tuple[int, int]]:
    """[start, end) of instants that follow each other at ``step`` seconds.

    >>> spans([60, 0, 300], 60)
    [(0, 120), (300, 360)]
    """
    found: list[tuple[int, int]] = []
    for instant in sorted(set(instants)):
        if found and instant <= found[-1][1]:
            found[-1] = (found[-1][0], instant + step)
        else:
            found.append((instant, instant + step))
    return found
