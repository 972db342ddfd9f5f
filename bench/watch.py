"""What the watch needs for one new minute of many points, and for nothing new; JSON on stdout.

``--points`` gas points of one unit, each with a logger that sends twelve factors every minute,
limits of three pollutants, a reference oxygen and ranges of four instruments, lie in a new database
(``--database postgresql`` for a server of the bench's own). After half an hour of minutes, which is
not timed, each round stores one more minute of every point and lets the detector over minutes look
at it. ``nothing_new_s`` is what it takes to find that nothing is. One point in a hundred stands
still or at zero, so that something is raised.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

CODES = ("a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014", "a21003",
         "a21004", "a21005", "i33001")
LEVELS = (8.0, 20.0, 40.0, 6.5, 12.0, 120.0, -0.4, 9.0, 25.0, 3.0, 60.0, 130.0)
LIMITS = {"limit.a34013": 10, "limit.a21026": 35, "limit.a21002": 50, "o2_reference": 6}
RANGES = {"a34013": 50.0, "a21026": 200.0, "a21002": 300.0, "a19001": 25.0}
WARM = 30  # minutes before the first round
EVERY = 60  # s between two minutes of a point


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--points", type=int, default=2000)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = p.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-watch")))
        os.environ.pop("DATABASE_URL", None)
        if args.database == "postgresql":
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        print(json.dumps(_measured(folder, args.points, args.rounds), indent=1))
    return 0


def _measured(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    from qingyuan.cli.installation import opened

    opened(folder)
    from django.db import connection, reset_queries

    from qingyuan.areas.assets.models import MonitoringPoint
    from qingyuan.areas.assets.queries import today
    from qingyuan.areas.findings.models import Finding
    from qingyuan.areas.watch import served
    from qingyuan.areas.watch.detector import run
    from qingyuan.areas.watch.minutes import MINUTES, PIECE

    _entered(count)
    (unit, points), = served.by_unit(today()).items()
    start = int(time.time()) // EVERY * EVERY - EVERY * (WARM + rounds)
    keys = list(MonitoringPoint.objects.order_by("pk").values_list("pk", flat=True))
    luck = random.Random(5)
    _send(keys, range(start, start + EVERY * WARM, EVERY), luck)
    run(MINUTES, unit, points, (start + EVERY * WARM) * 1000)
    seconds: list[float] = []
    busy: list[float] = []
    for number in range(rounds):
        moment = start + EVERY * (WARM + number)
        _send(keys, (moment,), luck)
        began, processor = time.perf_counter(), time.process_time()
        run(MINUTES, unit, points, (moment + EVERY) * 1000)
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - processor)
    _send(keys[:PIECE], (start + EVERY * (WARM + rounds),), luck)
    connection.force_debug_cursor = True
    reset_queries()
    run(MINUTES, unit, points[:PIECE], (start + EVERY * (WARM + rounds + 1)) * 1000)
    queries, connection.force_debug_cursor = len(connection.queries), False
    began = time.perf_counter()
    run(MINUTES, unit, points, (start + EVERY * (WARM + rounds + 1)) * 1000)
    idle = time.perf_counter() - began
    median = statistics.median(seconds)
    return {
        "what": "one new minute of every point looked at by six kinds of findings",
        "database": connection.vendor, "points": count, "factors": len(CODES),
        "rounds_s": [round(one, 2) for one in seconds],
        "points_a_second": round(count / median),
        "points_a_second_of_processor": round(count / statistics.median(busy)),
        "values_a_second": round(count * len(CODES) / median),
        "queries_a_piece": queries,
        "nothing_new_s": round(idle, 3), "findings": Finding.objects.count(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
                   f"{platform.python_version()}",
    }


def _send(keys: Sequence[int], moments: Sequence[int], luck: random.Random) -> None:
    """So many minutes of every point, straight into the table, with the points' reach."""
    from django.db import transaction

    from qingyuan.areas.telemetry.intake.batch import Heard
    from qingyuan.areas.telemetry.intake.latest import write_latest
    from qingyuan.areas.telemetry.intake.plans import shape_id
    from qingyuan.areas.telemetry.models import MinuteReading
    from qingyuan.areas.telemetry.packing import pack
    from qingyuan.areas.telemetry.sources import simulated

    shape, source = shape_id(tuple((code, "Avg") for code in CODES), CODES), simulated().pk
    with transaction.atomic():
        MinuteReading.objects.bulk_create([
            MinuteReading(point_id=key, time=moment, shape_id=shape, flags="N", frame=0,
                          packed=pack(_values(key, luck)), source_id=source)
            for key in keys for moment in moments], batch_size=5000)
        write_latest({key: Heard(0, 0, {"min": max(moments)}) for key in keys})


def _values(key: int, luck: random.Random) -> list[float]:
    values = [round(level * luck.uniform(0.9, 1.1), 2) for level in LEVELS]
    if key % 100 == 7:
        values[1] = 0.0
    if key % 100 == 8:
        values[0] = 49.99 + key % 3
    return values


def _entered(count: int) -> None:
    """A unit and its points, each with a logger, parameters and instruments."""
    from qingyuan.areas.assets import models as assets
    from qingyuan.areas.organisations.models import Organisation
    from qingyuan.areas.telemetry.factors import sync_factors
    from qingyuan.areas.telemetry.models import PointParameter

    sync_factors()
    day, instant = date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)
    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    plant = Organisation.objects.create(kind="discharger", name="示例热力有限公司", area="650102")
    outlet = assets.Outlet.objects.create(discharger=plant, name="示例排口")
    points = assets.MonitoringPoint.objects.bulk_create(
        assets.MonitoringPoint(organisation=plant, outlet=outlet, name=f"{n} 号排口", kind="gas")
        for n in range(count))
    assets.ServiceContract.objects.bulk_create(
        assets.ServiceContract(om_unit=unit, point=point, since=day) for point in points)
    loggers = assets.DataLogger.objects.bulk_create(
        assets.DataLogger(organisation=plant, mn=f"BENCH{n:019d}", password="123456",
                          minute_minutes=1) for n in range(count))
    assets.LoggerAssignment.objects.bulk_create(
        assets.LoggerAssignment(logger=logger, point=point, st="31", since=instant)
        for logger, point in zip(loggers, points, strict=True))
    PointParameter.objects.bulk_create(
        PointParameter(point=point, organisation=plant, name=name, value=value, since=0)
        for point in points for name, value in LIMITS.items())
    systems = assets.MonitoringSystem.objects.bulk_create(
        assets.MonitoringSystem(point=point, kind="gas", name="示例设施", since=day)
        for point in points)
    instruments = assets.Instrument.objects.bulk_create(
        assets.Instrument(system=system, name=code, factors=[code], since=day)
        for system in systems for code in RANGES)
    assets.InstrumentRange.objects.bulk_create(
        assets.InstrumentRange(instrument=one, factor=one.name, low=0, high=RANGES[one.name],
                               since=instant) for one in instruments)


if __name__ == "__main__":
    sys.exit(main())
