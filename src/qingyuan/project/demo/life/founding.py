"""The day on which the company began to work with the platform: last dates are entered, the first
month is planned."""

from datetime import date, timedelta
from typing import Any

from .. import clock
from . import instant
from .people import House, share


def found(house: House, day: date) -> None:
    """Enter when everything was last done, and plan from there."""
    from qingyuan.areas.maintenance.planning import clocks, generate

    with clock.at(instant(day, 6.0)):
        clocks.refresh(house.unit, today=day)
        clocks.finish_many(house.unit, _dones(house, day))
        generate.plan(house.unit, today=day)


def _dones(house: House, day: date) -> list[Any]:
    """The last finish of every duty: what is done together was done on one day, spread over the
    interval, so that not all points are due at once."""
    from qingyuan.areas.maintenance.models import DutyClock
    from qingyuan.areas.maintenance.planning.clocks import Done

    groups: dict[tuple[int, Any, int], list[Any]] = {}
    for row in DutyClock.objects.filter(organisation=house.unit, active=True, done_at=None
                                        ).select_related("system"):
        length = max(1, min(170, (row.due - row.since).days))
        groups.setdefault((row.point_id, row.system, length), []).append(row)
    dones = []
    for (point, system, length), rows in groups.items():
        back = 1 + int(share("founded", point, min(length, 8)) * max(1, length - 1))
        at = int(instant(day - timedelta(days=back), 0.0) * 1000)
        dones.append(Done(system, [row.duty for row in rows], at, "示例：建档导入", True))
    return dones
