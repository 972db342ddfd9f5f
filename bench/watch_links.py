"""What one look at the lines of many points needs; JSON on stdout.

``--points`` points of one unit, five a plant, lie in a new database. Measured are looks while all
send, while one point in a hundred has fallen silent (raised once, then only remembered), and the
look after these came back. Every figure is one whole job as the worker runs it.
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

PLANT = 5  # points
MINUTE = 60_000
SOME = 2000


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--points", type=int, default=100_000)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = p.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-watch")))
        os.environ.pop("DATABASE_URL", None)
        if args.database == "postgresql":
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        print(json.dumps(_measured(folder, args.points), indent=1))
    return 0


def _measured(folder: Path, count: int) -> dict[str, Any]:
    from qingyuan.cli.installation import opened

    opened(folder)
    from django.db import connection

    from qingyuan.areas.findings.models import Finding
    from qingyuan.areas.telemetry.models import LatestReading
    from qingyuan.areas.watch.links import watch_links

    start = int(time.time()) // 60 * MINUTE
    keys = _entered(count, start)

    def heard(minute: int, *, but: Sequence[int] = ()) -> None:
        rows = LatestReading.objects.all()
        rows.update(at=start + minute * MINUTE, min=(start + minute * MINUTE) // 1000)
        LatestReading.objects.filter(pk__in=but).update(at=start, min=start // 1000)

    def look(minute: int) -> Callable[[], str]:
        return lambda: watch_links(start + minute * MINUTE)

    silent = keys[:max(1, count // 100)]
    heard(0)
    quiet = _timed(look(1))
    heard(31, but=silent)
    raised = _timed(look(31))
    found = {kind: Finding.objects.filter(kind=kind).count() for kind in ("outage", "offline")}
    heard(32, but=silent)
    remembered = _timed(look(32))
    heard(33)
    back = _timed(look(33))
    return {
        "what": "one look at the lines of all points", "database": connection.vendor,
        "points": count, "silent": len(silent), "all_send_s": quiet, "silent_raised_s": raised,
        "silent_remembered_s": remembered, "back_s": back, "findings": found,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
                   f"{platform.python_version()}",
    }


def _timed(work: Callable[[], str]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 2)


def _entered(count: int, start: int) -> list[int]:
    """The points with outlets, loggers, links and contracts; their keys."""
    from qingyuan.areas.assets.models import (
        DataLogger,
        LoggerAssignment,
        MonitoringPoint,
        Outlet,
        ServiceContract,
    )
    from qingyuan.areas.organisations.models import Organisation
    from qingyuan.areas.telemetry.models import LatestReading

    begun = datetime(2020, 1, 1, tzinfo=UTC)
    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    plants = Organisation.objects.bulk_create([
        Organisation(kind="discharger", name=f"示例{n}厂", area="650104")
        for n in range((count + PLANT - 1) // PLANT)], batch_size=SOME)
    outlets = Outlet.objects.bulk_create([
        Outlet(discharger=plant, name="示例排口") for plant in plants], batch_size=SOME)
    points = MonitoringPoint.objects.bulk_create([
        MonitoringPoint(outlet=outlets[n // PLANT], organisation=plants[n // PLANT],
                        name=f"{n} 号", kind="gas") for n in range(count)], batch_size=SOME)
    loggers = DataLogger.objects.bulk_create([
        DataLogger(organisation=plants[n // PLANT], mn=f"B{n:023d}", password="123456")
        for n in range(count)], batch_size=SOME)
    LoggerAssignment.objects.bulk_create([
        LoggerAssignment(logger=logger, point=point, st="31", since=begun)
        for logger, point in zip(loggers, points, strict=True)], batch_size=SOME)
    ServiceContract.objects.bulk_create([
        ServiceContract(om_unit=unit, point=point, since=date(2020, 1, 1)) for point in points],
        batch_size=SOME)
    LatestReading.objects.bulk_create([
        LatestReading(point=point, at=start, frame=1) for point in points], batch_size=SOME)
    return [point.pk for point in points]


if __name__ == "__main__":
    sys.exit(main())
