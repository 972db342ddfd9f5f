"""Server time of the judged pages of a point with a year of data, in a database made for it.

Twelve factors, 8,760 hours of judged rows with days, months and quarters, on SQLite in a temporary
directory; the pages are asked by Django's own client, signed in. Medians; JSON on stdout.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

CODES = (
    "a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014", "a21005",
    "a05001", "a24088", "a20057",
)
HOUR, DAY = 3600, 86_400
START = 1_767_196_800  # 2026-01-01T00:00:00+08:00
HOURS = 8760


def point_of_a_year() -> object:
    """A unit, its manager and a gas point; judged rows of a year for twelve factors."""
    from qingyuan.areas.assets.actions import register_station
    from qingyuan.areas.organisations.models import Membership, Organisation, User
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.areas.telemetry.factors import sync_factors
    from qingyuan.areas.telemetry.models import (
        DayValue,
        Factor,
        HourValue,
        JudgedPoint,
        MonthValue,
        QuarterValue,
    )
    from qingyuan.kernel import windows

    sync_factors()
    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    plant = Organisation.objects.create(kind="discharger", name="示例热力有限公司", area="650102")
    user = User.objects.create(username="bench", name="示例")
    Membership.objects.create(user=user, organisation=unit, role="manager")
    _logger, point = register_station(
        Scope(unit, "manager", user), mn="010000A8900016F000169D01", password="123456",
        kind="gas", name="示例 1 号锅炉总排口", discharger=plant)
    ids = dict(Factor.objects.filter(code__in=CODES).values_list("code", "id"))
    luck = random.Random(8)

    def rows(table: type, starts: list[int], **more: object) -> None:
        pending = []
        for at in starts:
            for pk in ids.values():
                verdict = "valid" if luck.random() < 0.97 else "invalid"
                pending.append(table(
                    point=point, time=at, factor_id=pk, count=60, value=luck.uniform(5, 90),
                    converted=luck.uniform(5, 90), mass=luck.uniform(0, 9),
                    substituted=luck.uniform(0, 9), verdict=verdict,
                    reason="" if verdict == "valid" else "fault", clause="HJ 75-2017 12.1",
                    rules="0", inputs="0", at=0, **more))
        table.objects.bulk_create(pending, batch_size=5000)

    rows(HourValue, [START + HOUR * n for n in range(HOURS)])
    rows(DayValue, [START + DAY * n for n in range(365)])
    months = sorted({windows.start_of("month", START + DAY * n) for n in range(365)})
    rows(MonthValue, months)
    rows(QuarterValue, months[::3], hours=2160, stopped=0, invalid=40, capture=0.98)
    JudgedPoint.objects.create(point=point, first=START, last=START + HOUR * (HOURS - 1),
                               factors=dict.fromkeys(CODES, START))
    return point, user


def timed(client: object, address: str, repeats: int) -> dict[str, float]:
    """Milliseconds of one address after two more: the median and the slowest of ``repeats`` by the
    clock, and the median of the processor's time, which other programs do not lengthen."""
    took, worked = [], []
    for turn in range(repeats + 2):
        begun, busy = time.perf_counter(), time.process_time()
        answer = client.get(address)  # type: ignore[attr-defined]
        spent = 1000 * (time.perf_counter() - begun)
        work = 1000 * (time.process_time() - busy)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        if turn >= 2:
            took.append(spent)
            worked.append(work)
    return {"median_ms": round(statistics.median(took), 1), "slowest_ms": round(max(took), 1),
            "cpu_ms": round(statistics.median(worked), 1), "bytes": len(answer.content)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as place:
        os.environ["QINGYUAN_DATA"] = place
        from qingyuan.project.setup import configure

        configure(Path(place))
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        point, user = point_of_a_year()
        from django.test import Client

        client = Client()
        client.force_login(user)
        base = f"/points/{point.pk}"
        pages = {
            "day, 12 factors": f"{base}/hours/?day=2026-08-15",
            "day, all columns": f"{base}/hours/?day=2026-08-15&show=all",
            "month of one factor": f"{base}/hours/?month=2026-08&factor=a21026",
            "why of a day": f"{base}/why/?level=day&time={START + 200 * DAY}&factor=a21026",
            "why of a month": f"{base}/why/?level=month&time={START}&factor=a21026",
            "charts of a month": f"{base}/hours.json?month=2026-08&factor=a21026",
            "charts of a year": f"{base}/hours.json?day=2026-08-15&chart=year&factor=a21026",
            "facts": f"{base}/facts/",
        }
        found = {name: timed(client, address, repeats) for name, address in pages.items()}
        json.dump({
            "what": "server time of judged pages, a year of 12 factors", "repeats": repeats,
            "rows": HOURS * len(CODES), "pages": found, "python": platform.python_version(),
            "machine": platform.machine(),
        }, sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
