"""When a logger has something to send."""

import heapq

from qingyuan.simulator.physics.signal import day_start

_INSTANTS = ("2011", "2021", "2062")
"""Commands whose DataTime is an instant, not the start of a period."""


class Timetable:
    """Due times of the regular uploads: (due, command, start of the period, its length), all in
    epoch seconds.

    Day before hour before minute before real time when they fall together, as in the examples of
    annex C. `check` is the second of the China day at which the result of the standard check is
    there (2062), None for stations that make none.
    """

    def __init__(self, now: float, rtd: int, minutes: int, check: int | None = None) -> None:
        self._steps = {"2031": 86400, "2061": 3600, "2051": 60 * minutes, "2011": rtd}
        self._shift = {"2062": check or 0}
        if check is not None:
            self._steps["2062"] = 86400
        self._heap: list[tuple[int, int, str]] = []
        for cn in self._steps:
            self._plan(cn, now)

    @property
    def next(self) -> int:
        """The next due time; a very distant one when nothing is to be sent."""
        return self._heap[0][0] if self._heap else 1 << 40

    def step(self, cn: str) -> int:
        """Seconds between two uploads of a command; 0 when the station does not send it."""
        return self._steps.get(cn, 0)

    def shift(self, cn: str) -> int:
        """Seconds after China midnight from which a command's periods are counted."""
        return self._shift.get(cn, 0)

    def change(self, cn: str, step: int, now: float) -> None:
        """Another interval from now on; 0 stops the command."""
        self._steps[cn] = step
        self._heap = [row for row in self._heap if row[2] != cn]
        heapq.heapify(self._heap)
        if step:
            self._plan(cn, now)

    def due(self, now: float) -> list[tuple[int, str, int, int]]:
        """What is due by now, in order; each row is given once."""
        rows = []
        while self._heap and self._heap[0][0] <= now:
            at, rank, cn = heapq.heappop(self._heap)
            step = self._steps[cn]
            rows.append((at, cn, at if cn in _INSTANTS else at - step, step))
            heapq.heappush(self._heap, (at + step, rank, cn))
        return rows

    def _plan(self, cn: str, now: float) -> None:
        step = self._steps[cn]
        origin = day_start(now) + self._shift.get(cn, 0) - 86400
        at = origin + (int(now - origin) // step + 1) * step
        heapq.heappush(self._heap, (at, list(self._steps).index(cn), cn))
