"""Recomputing one point-year from minute data, end to end on SQLite: report JSON.

    .venv/bin/python bench/recompute.py [--days 365] [--database postgresql]

A gas point of 12 factors sends minutes all year: with noise, a fault now and then, calibrations, a
stop. The year is judged for the first time, judged again without any change, judged again under
another oxygen reference, and after a late minute of its middle and of its last day. Beside the
seconds of the wall stand those of this process's processor time, and numpy's own mean of the same
arrays in the same run: machines differ, the ratio hardly does.
"""

import argparse
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

GAS = ("a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014", "a00000",
       "a21003", "a21004", "a21005")
LEVELS = (8.0, 20.0, 40.0, 6.5, 12.0, 120.0, -0.4, 9.0, 30.0, 25.0, 3.0, 60.0)
START = 1_735_660_800  # 2025-01-01T00:00:00+08:00
HOUR, DAY = 3600, 86_400


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--days", type=int, default=365)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    p.add_argument("--data", type=Path, help="keep the year here and use it again")
    args = p.parse_args()
    with contextlib.ExitStack() as stack:
        data = args.data or Path(stack.enter_context(tempfile.TemporaryDirectory("-recompute")))
        if args.database == "postgresql" and not os.environ.get("DATABASE_URL"):
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        print(json.dumps(measure(data, args.days), indent=2))
    return 0


def measure(data: Path, days: int) -> dict[str, object]:
    from qingyuan.project.setup import prepare

    prepare(data)
    from django.db import connection

    from qingyuan.areas.assets.models import MonitoringPoint

    point = MonitoringPoint.objects.first() or built(days)
    report: dict[str, object] = {
        "database": connection.vendor, "hours": days * 24, "factors": len(GAS),
        "values": days * 1440 * len(GAS), "numpy": yardstick(point.pk, days),
    }
    for name, prepare_run in (
        ("first", lambda: fresh(point.pk)), ("unchanged", lambda: whole(point.pk)),
        ("other_o2_reference", lambda: other_reference(point)),
        ("late_minute", lambda: late(point.pk, START + days // 2 * DAY)),
        ("last_hour", lambda: late(point.pk, START + (days - 1) * DAY)),
    ):
        prepare_run()
        report[name] = recomputed(point.pk)
    report["resident_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return report


def recomputed(point: int) -> dict[str, object]:
    from qingyuan.areas.telemetry.models import JudgedPoint
    from qingyuan.areas.telemetry.pipeline import Clock, run

    clock = Clock()
    began, processor = time.perf_counter(), time.process_time()
    done = run(points=[point], clock=clock)
    error = JudgedPoint.objects.get(pk=point).error
    if error:
        raise SystemExit(error)
    return {
        "total": round(time.perf_counter() - began, 2),
        "total_processor": round(time.process_time() - processor, 2),
        **{name: round(seconds, 2) for name, seconds in clock.wall.items()},
        "processor": {name: round(seconds, 2) for name, seconds in clock.processor.items()},
        "judged_hours": done.hours, "rows_written": done.written,
    }


def yardstick(point: int, days: int) -> dict[str, float]:
    """Seconds that numpy takes for the mean of each hour of the same arrays, nothing else."""
    from qingyuan.areas.telemetry.pipeline import minutes

    found = minutes.load(point, START, days * 24, "gas")
    arrays = list(found.values.values())
    began, processor = time.perf_counter(), time.process_time()
    for array in arrays:
        np.nanmean(array, axis=1)
    return {"nanmean": round(time.perf_counter() - began, 3),
            "nanmean_processor": round(time.process_time() - processor, 3)}


def fresh(point: int) -> None:
    """Forget what was judged, so that everything is written."""
    from qingyuan.areas.telemetry.models import LEVELS as TABLES
    from qingyuan.areas.telemetry.models import JudgedPoint, SupersededValue

    for table in (*TABLES.values(), SupersededValue):
        table.objects.filter(point=point).delete()
    JudgedPoint.objects.filter(pk=point).delete()
    whole(point)


def whole(point: int) -> None:
    """Mark the whole year."""
    from qingyuan.areas.telemetry.pipeline import recompute

    recompute.mark(point, None, None)


def other_reference(point) -> None:
    """Another oxygen reference over the whole year: every converted value becomes a version."""
    from qingyuan.areas.organisations.actions import found_unit
    from qingyuan.areas.telemetry import facts
    from qingyuan.areas.telemetry.models import PointParameter

    known = PointParameter.objects.filter(point=point, name="o2_reference", replaced_by=None)
    value = 9.0 if known.get().value == 6.0 else 6.0
    facts.set_parameter(found_unit("示例压测单位"), point, "o2_reference", value, since=START - DAY)


def late(point: int, day: int) -> None:
    """One minute of a day that came otherwise."""
    from qingyuan.areas.telemetry.models import MinuteReading
    from qingyuan.areas.telemetry.packing import pack, unpack
    from qingyuan.areas.telemetry.pipeline import mark_hours

    moment = day + 13 * HOUR + 17 * 60
    row = MinuteReading.objects.get(point=point, time=moment)
    values = [1.0 if value is None else value + 1.0 for value in unpack(row.packed)]
    MinuteReading.objects.filter(point=point, time=moment).update(packed=pack(values))
    mark_hours(point, [moment - moment % HOUR])


def built(days: int):
    """A point with a year of minutes, its parameters and events."""

    from qingyuan.areas.assets.actions import register_station
    from qingyuan.areas.organisations.actions import found_unit
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.sources import simulated

    scope = found_unit("示例压测单位")
    _logger, point = register_station(
        scope, mn="BENCH0000000000000000001", password="123456", kind="gas", name="压测点位",
        discharger="示例压测企业", minute_minutes=1)
    told(scope, point, days)
    columns, source = [(code, "Avg") for code in GAS], simulated()
    dice = np.random.default_rng(7)
    for day in range(days):
        values = np.array(LEVELS) * (1 + 0.05 * dice.standard_normal((1440, len(GAS))))
        letters = np.where(dice.random(1440) < 0.995, "N", "D")
        if day % 30 == 12:
            letters[600:700] = "D"  # a fault
        if day % 7 == 0:
            letters[9 * 60:9 * 60 + 12] = "C"  # the calibration that is on record
        first = START + day * DAY
        rows = ((first + 60 * minute, one, [letters[minute]] * len(GAS))
                for minute, one in enumerate(values.tolist())
                if not 2000 <= day * 1440 + minute - 40 * 1440 < 2300)  # no data for five hours
        store(point.pk, "min", columns, rows, source)
    return point


def told(scope, point, days: int) -> None:
    from qingyuan.areas.telemetry import facts

    for name, value in (
        ("technique", "extractive"), ("auto_calibration", False), ("o2_reference", 6.0),
        ("duct_area_m2", 12.5), ("velocity_field_factor", 0.95),
        ("atmospheric_pressure_kpa", 91.0),
    ):
        facts.set_parameter(scope, point, name, value, since=START - DAY)
    for week in range(days // 7 + 1):
        moment = START + week * 7 * DAY + 9 * HOUR
        facts.record_event(scope, point, kind="calibration", start=moment, passed=week % 9 != 5)
        if week % 12 == 0:
            facts.record_event(scope, point, kind="full_calibration", start=moment, passed=True)
    middle = START + days // 3 * DAY
    facts.record_event(scope, point, kind="stop", start=middle, end=middle + 30 * HOUR)


if __name__ == "__main__":
    raise SystemExit(main())
