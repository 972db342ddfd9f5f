"""Storing speed of intake alone: fill a spool, drain it, report JSON.

    .venv/bin/python bench/intake.py [--packets 100000] [--stations 2000] [--database postgresql]

The packets are 12-factor minute packets of some 1 kB, each station's minutes in order.
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

GAS = ("a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a01014", "a00000",
       "a21005", "a05001", "a21003")
START = 1_763_913_600  # 2025-11-24T00:00:00+08:00


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--packets", type=int, default=100_000)
    p.add_argument("--stations", type=int, default=2000)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    p.add_argument("--data", type=Path)
    args = p.parse_args()
    with contextlib.ExitStack() as stack:
        data = args.data or Path(stack.enter_context(tempfile.TemporaryDirectory("-intake")))
        if args.database == "postgresql" and not os.environ.get("DATABASE_URL"):
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        print(json.dumps(measure(data, args.packets, args.stations), indent=2))
    return 0


def measure(data: Path, packets: int, stations: int) -> dict[str, object]:
    from qingyuan.project.setup import prepare

    prepare(data)
    from django.conf import settings
    from django.db import connection

    from qingyuan.areas.telemetry.intake.run import Intake, tune
    from qingyuan.areas.telemetry.models import MinuteReading

    register(stations)
    fill(settings.PLACES.spool, packets, stations)
    tune()
    run = Intake(settings.PLACES.spool)
    processor, began = time.process_time(), time.perf_counter()
    marks = []
    while done := run.step():
        if run.progress.frames % 20_000 < done:
            marks.append((run.progress.frames, round(time.perf_counter() - began, 2)))
    wall, processor = time.perf_counter() - began, time.process_time() - processor
    run.close()
    stored = MinuteReading.objects.count()
    return {
        "database": connection.vendor, "packets": packets, "stations": stations,
        "stored": stored, "seconds": round(wall, 2), "stored_per_second": round(stored / wall),
        "processor_us_per_packet": round(processor / packets * 1e6, 1),
        "marks": marks,
        "bytes_per_packet": size(data, packets) if connection.vendor == "sqlite" else None,
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def register(stations: int) -> None:
    from django.db import transaction

    from qingyuan.areas.assets.actions import register_station
    from qingyuan.areas.organisations.actions import found_unit

    scope = found_unit("示例压测单位")
    with transaction.atomic():
        for number in range(stations):
            register_station(scope, mn=f"BENCH{number:019d}", password="123456", kind="gas",
                             name=f"点位 {number}", discharger="示例压测企业")


def fill(spool: Path, packets: int, stations: int) -> None:
    from qingyuan.spool import NewFrame, SpoolWriter

    with SpoolWriter(spool, synchronous="OFF") as writer:
        for first in range(0, packets, 5000):
            writer.append([
                NewFrame(int(time.time() * 1000), "127.0.0.1:1", f"BENCH{n % stations:019d}", "",
                         packet(n % stations, n // stations))
                for n in range(first, min(first + 5000, packets))
            ])


def packet(station: int, turn: int) -> bytes:
    from qingyuan.hj212.crc import crc16
    from qingyuan.kernel.clock import qn, stamp

    at = START + 60 * turn
    base = station % 97 + turn % 89
    items = ";".join(
        f"{code}-Min={base + n}.12,{code}-Avg={base + n + 1}.345,{code}-Max={base + n + 3}.6,"
        f"{code}-Flag=N"
        for n, code in enumerate(GAS)
    )
    text = (f"QN={qn(at * 1000 + 60_000)};ST=31;CN=2051;PW=123456;MN=BENCH{station:019d};Flag=5;"
            f"CP=&&DataTime={stamp(at)};{items}&&").encode()
    return b"##%04d%s%04X\r\n" % (len(text), text, crc16(text))


def size(data: Path, packets: int) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return round((data / "qingyuan.sqlite").stat().st_size / packets, 1)


if __name__ == "__main__":
    raise SystemExit(main())
