"""Which events touch which block: the routine of the day and what the scenario adds."""

from typing import TYPE_CHECKING

from qingyuan.simulator.physics import BLOCK, block_of, china_day, first_block
from qingyuan.simulator.physics.calendar import LONGEST, routine
from qingyuan.simulator.physics.events import KINDS, Event

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec

_DAYS_KEPT = 4
_NONE: tuple[Event, ...] = ()


class Diary:
    """Events by block; days are worked out when first asked for and a few of them kept."""

    def __init__(self, spec: "StationSpec") -> None:
        self._spec = spec
        self._own = list(spec.events)
        self._days: dict[int, dict[int, tuple[Event, ...]]] = {}

    def add(self, event: Event) -> None:
        self._own.append(event)
        self._days.clear()

    def of(self, block: int) -> tuple[Event, ...]:
        """The events that touch a block, with the time they need to die away."""
        day = china_day(block)
        blocks = self._days.get(day)
        if blocks is None:
            if len(self._days) >= _DAYS_KEPT:
                self._days.pop(next(iter(self._days)))
            blocks = self._days[day] = self._work_out(day)
        return blocks.get(block, _NONE)

    def beginning_on(self, day: int) -> list[Event]:
        """Routine events that begin on a China day, and every scenario event."""
        return [*routine(self._spec, day), *self._own]

    def _work_out(self, day: int) -> dict[int, tuple[Event, ...]]:
        first = first_block(day)
        last = first_block(day + 1) - 1
        found: dict[int, list[Event]] = {}
        events = [e for d in range(day - LONGEST, day + 1) for e in routine(self._spec, d)]
        for event in events + self._own:
            begin, end = block_of(event.start), (event.end + tail(event) - 1) // BLOCK
            for block in range(max(first, begin), min(last, end) + 1):
                found.setdefault(block, []).append(event)
        return {block: tuple(rows) for block, rows in found.items()}


def tail(event: Event) -> int:
    """Seconds after its end during which it still shows: twice the ramp of a source."""
    return int(2 * event.get("ramp")) if "ramp" in KINDS[event.kind].params else 0
