"""Periodic reports of a month: time and memory of DOCX and PDF; JSON on stdout.

``--dischargers`` plants with ``--points`` points of twelve factors and a month of judged hours
and days are made; each is reported on, DOCX and PDF, ``--repeats`` times anew. Every figure is of
whole reports: queries, text, charts, files.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

FACTORS = 12
CST = timezone(timedelta(hours=8))


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--dischargers", type=int, default=5)
    p.add_argument("--points", type=int, default=4)
    p.add_argument("--repeats", type=int, default=3)
    args = p.parse_args()
    with tempfile.TemporaryDirectory("-periodic") as folder:
        os.environ.pop("DATABASE_URL", None)
        from qingyuan.project.setup import prepare

        prepare(Path(folder))
        from qingyuan.areas.periodic import batch

        first = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)  # noqa: DTZ011
        _fill(args, first)
        out, seconds, parts = Path(folder, "out"), [], {"docx": [], "pdf": []}
        out.mkdir()
        wanted = batch.wanted("", None, "month", first)
        begun = time.monotonic()
        for _n in range(args.repeats):
            for scope, plant in wanted:
                t = time.monotonic()
                batch.written(scope, plant, "month", first, out, anew=True)
                seconds.append(time.monotonic() - t)
        whole = time.monotonic() - begun
        _parts(parts)
        json.dump({
            "what": "periodic reports of a month", "points": args.points, "factors": FACTORS,
            "reports": len(seconds), "seconds_whole": round(whole, 1),
            "both_files_median_s": round(statistics.median(seconds), 2),
            "both_files_slowest_s": round(max(seconds), 2),
            "docx_median_s": round(statistics.median(parts["docx"]), 2),
            "pdf_median_s": round(statistics.median(parts["pdf"]), 2),
            "reports_in_15_minutes_one_process": round(900 / statistics.mean(seconds)),
            "peak_memory_mb": round(
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "python": platform.python_version(),
        }, sys.stdout, indent=1)
        print()
    return 0


def _parts(parts: dict[str, list[float]]) -> None:
    """Each file by itself, from the report as it is kept."""
    from qingyuan.areas.periodic.cover import docx, pdf
    from qingyuan.areas.periodic.models import PeriodicReport
    
    for row in PeriodicReport.objects.select_related("organisation", "discharger")[:5]:
        for name, make in (("docx", docx), ("pdf", pdf)):
            t = time.monotonic()
            make(row)
            parts[name].append(time.monotonic() - t)


def _fill(args: Any, first: date) -> None:
    from django.db import transaction

    from qingyuan.areas.assets.models import (
        MonitoringPoint,
        MonitoringSystem,
        Outlet,
        ServiceContract,
    )
    from qingyuan.areas.organisations.models import Organisation
    from qingyuan.areas.reports.queries.rates import pollutants
    from qingyuan.areas.telemetry.factors import sync_factors
    from qingyuan.areas.telemetry.models import DayValue, HourValue

    sync_factors()
    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    begin = round(datetime(first.year, first.month, 1, tzinfo=CST).timestamp())
    factors = pollutants()[:FACTORS]
    with transaction.atomic():
        for n in range(args.dischargers):
            plant = Organisation.objects.create(
                kind="discharger", name=f"示例排污单位{n}", area="650102")
            outlet = Outlet.objects.create(discharger=plant, name="示例排口")
            for m in range(args.points):
                point = MonitoringPoint.objects.create(
                    organisation=plant, outlet=outlet, kind="gas", name=f"{m} 号示例点位")
                ServiceContract.objects.create(om_unit=unit, point=point, since=first)
                MonitoringSystem.objects.create(
                    point=point, kind="gas", technique="extractive", name="示例", since=first)
                for model, step, count in ((HourValue, 3600, 720), (DayValue, 86_400, 30)):
                    model.objects.bulk_create((model(
                        point=point, time=begin + step * k, factor_id=factor, count=45,
                        value=30 + (k * 7 + factor) % 23, rules="r", inputs="i", at=1,
                        verdict="invalid" if (k + factor) % 17 == 0 else "valid")
                        for factor in factors for k in range(count)), batch_size=2000)


if __name__ == "__main__":
    raise SystemExit(main())
