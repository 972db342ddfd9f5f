"""A month of tasks for many points, from an empty database.

``--points`` gas points of two systems each (a CEMS and a camera; every fourth one water) are
entered under one contract in a new SQLite database; then the clocks are made and the tasks
planned through the end of the next month of ``--today``, and all of it again, which must change
nothing. Entering the points is not timed. JSON on stdout; status 1 when the second run changed
something.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

TECHNIQUES = ("extractive", "dilution", "in_situ")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--points", type=int, default=200)
    p.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 2))
    p.add_argument("--days", type=int, default=31, help="horizon; default a month")
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = _measured(Path(folder), args.points, args.today, args.days)
    print(json.dumps(found, indent=1))
    return 0 if found["again"]["changes"] == 0 else 1


def _measured(folder: Path, count: int, today: date, days: int) -> dict[str, Any]:
    from qingyuan.cli.installation import opened

    os.environ.pop("DATABASE_URL", None)
    opened(folder)
    from qingyuan.areas.maintenance.models import DutyClock, Task, TaskSheet
    from qingyuan.areas.maintenance.planning import clocks, generate

    unit = _entered(count, today)
    through = today + timedelta(days=days)

    def refreshed() -> int:
        return clocks.refresh(unit, today=today)

    def planned() -> generate.Planned:
        return generate.plan(unit, through=through, today=today)

    made, first = _timed(refreshed)
    tasks, second = _timed(planned)
    again, third = _timed(refreshed)
    twice, fourth = _timed(planned)
    return {
        "points": count, "through": through.isoformat(), "clocks": DutyClock.objects.count(),
        "tasks": Task.objects.count(), "sheets": TaskSheet.objects.count(),
        "first": {"refresh_s": first, "plan_s": second, "total_s": round(first + second, 2),
                  "changes": made + tasks.made},
        "again": {"refresh_s": third, "plan_s": fourth, "total_s": round(third + fourth, 2),
                  "changes": again + twice.made + twice.changed + twice.withdrawn},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
                   f"{platform.python_version()}",
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = work()
    return result, round(time.perf_counter() - began, 2)


def _entered(count: int, today: date) -> Any:
    """A unit with so many points under contract since today."""
    from qingyuan.areas.assets.models import (
        MonitoringPoint,
        MonitoringSystem,
        Outlet,
        ServiceContract,
    )
    from qingyuan.areas.organisations.models import Organisation

    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    plant = Organisation.objects.create(kind="discharger", name="示例热力有限公司", area="650102")
    for number in range(count):
        water = number % 4 == 3
        kind = "water" if water else "gas"
        outlet = Outlet.objects.create(discharger=plant, name=f"{number} 号")
        point = MonitoringPoint.objects.create(
            organisation=plant, outlet=outlet, name=f"{number} 号排口", kind=kind)
        ServiceContract.objects.create(om_unit=unit, point=point, since=today)
        MonitoringSystem.objects.create(
            point=point, kind=kind, name="示例设施", since=today, auto_calibration=number % 2 == 0,
            technique="" if water else TECHNIQUES[number % 3])
        MonitoringSystem.objects.create(point=point, kind="video", name="摄像机", since=today)
    return unit


if __name__ == "__main__":
    sys.exit(main())
