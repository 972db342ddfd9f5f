"""Queries and server time of the back office with a year of data behind one point.

Twelve factors in ten-minute and judged hourly rows, 2,000 records with presence, files and reviews,
on SQLite in a temporary directory; the pages are asked by Django's own client, signed in as a
reviewer and as a manager; then the cross-check runs over a record of each form. Medians; JSON on
stdout. ``--minutes 1`` makes one-minute data.
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
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

CODES = (
    "a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014", "a21005",
    "a05001", "a24088", "a20057",
)
HOUR, DAY = 3600, 86_400
START = 1_735_660_800  # 2025-01-01T00:00:00+08:00
DAYS = 365
RECORDS = 2000
FORMS = ("hj75.g1", "hj75.g4", "hj75.g5", "hj75.g6")


def data_of_a_year(point: Any, minutes: int) -> int:
    """Minute and judged hourly rows of twelve factors; how many minute rows."""
    from qingyuan.areas.telemetry import backfill
    from qingyuan.areas.telemetry.models import Factor, HourValue, JudgedPoint
    from qingyuan.areas.telemetry.sources import simulated

    luck, source, made = random.Random(8), simulated(), 0
    for day in range(DAYS):
        rows = [(START + DAY * day + 60 * n, [luck.uniform(5, 90) for _code in CODES],
                 ["C" if n % 700 == 0 else "N"] * len(CODES)) for n in range(0, 1440, minutes)]
        made += len(rows)
        backfill.store(point.pk, "min", [(code, "Avg") for code in CODES], rows, source)
    ids = dict(Factor.objects.filter(code__in=CODES).values_list("code", "id"))
    pending = []
    for hour in range(DAYS * 24):
        for pk in ids.values():
            verdict = "valid" if luck.random() < 0.97 else "invalid"
            pending.append(HourValue(
                point=point, time=START + HOUR * hour, factor_id=pk, count=60, verdict=verdict,
                value=luck.uniform(5, 90), converted=luck.uniform(5, 90), rules="0", inputs="0",
                reason="" if verdict == "valid" else "fault", clause="HJ 75-2017 12.1", at=0))
    HourValue.objects.bulk_create(pending, batch_size=5000)
    JudgedPoint.objects.create(point=point, first=START, last=START + HOUR * (DAYS * 24 - 1),
                               factors=dict.fromkeys(CODES, START))
    return made


def records_of_a_year(unit: Any, point: Any, system: Any, author: Any, reader: Any) -> list[int]:
    """Records of four forms over the year, the last sixty waiting; with presence, files, events
    and reviews. Their ids in order of time."""
    from qingyuan.areas.files.models import Attachment
    from qingyuan.areas.records.models import Presence, Record, RecordFile, Review
    from qingyuan.areas.telemetry.models import Event
    from qingyuan.forms import load_forms
    from qingyuan.forms.sampling import sample

    forms = load_forms()
    answers = {code: [sample(forms[code], seed, technique="extractive") for seed in range(4)]
               for code in FORMS}
    rows = []
    for number in range(RECORDS):
        form, day = forms[FORMS[number % len(FORMS)]], number * DAYS // RECORDS
        begun = (START + DAY * day + 9 * HOUR) * 1000
        waits = number >= RECORDS - 60
        rows.append(Record(
            organisation=unit, point=point, system=system, form=form.code, kind=form.kind,
            form_version=form.version, form_digest=form.digest, title=form.title,
            setting={"technique": "extractive", "methods": [], "sets": []},
            state="submitted" if waits else "accepted", passed=True, author=author,
            who=str(author), client_id=f"bench-{number}",
            day=date(2025, 1, 1) + timedelta(days=day),
            answers=answers[form.code][number % 4], begun_at=begun, saved_at=begun,
            finished_at=begun + 2 * HOUR * 1000, submitted_at=begun + 3 * HOUR * 1000,
            review_due=begun + 27 * HOUR * 1000, risk=number % 80, digest=f"{number:064x}",
            risks=[{"code": "photo_no_place", "points": 5, "sentence": "2 张照片没有位置"}] * 4))
    Record.objects.bulk_create(rows, batch_size=500)
    keys = list(Record.objects.order_by("day", "pk").values_list("pk", "begun_at"))
    Presence.objects.bulk_create([
        Presence(organisation=unit, point=point, person=author, kind=kind, at=begun + gap,
                 client_id=f"bench-{pk}-{kind}", phone_at=begun + gap, latitude=43.8,
                 longitude=87.6, accuracy=9.0, distance=12.0, fence=300)
        for pk, begun in keys for kind, gap in (("in", 0), ("out", 7_000_000))], batch_size=1000)
    Attachment.objects.bulk_create([
        Attachment(organisation=unit, sha256=f"{pk * 8 + n:064x}", kind="photo", size=100_000,
                   media_type="image/jpeg", at=begun, taken_at=begun, latitude=43.8,
                   longitude=87.6) for pk, begun in keys for n in range(6)], batch_size=1000)
    files = dict(Attachment.objects.values_list("sha256", "pk"))
    RecordFile.objects.bulk_create([
        RecordFile(record_id=pk, attachment_id=files[f"{pk * 8 + n:064x}"], path="end.photos_work")
        for pk, _begun in keys for n in range(6)], batch_size=1000)
    Event.objects.bulk_create([
        Event(point=point, organisation=unit, kind="calibration", factor="a21026",
              start=begun // 1000 + 600, passed=True, origin="record", reference=f"record:{pk}")
        for pk, begun in keys], batch_size=1000)
    Review.objects.bulk_create([
        Review(record_id=pk, by=reader, who=str(reader), at=begun, verb="accept", seconds=30)
        for pk, begun in keys[:-60]], batch_size=1000)
    return [pk for pk, _begun in keys]


def world(minutes: int) -> tuple[dict[str, Any], list[int], int]:
    """A unit with its people, a point, and a year of everything."""
    from qingyuan.areas.assets import sites
    from qingyuan.areas.assets.actions import register_station
    from qingyuan.areas.assets.models import MonitoringSystem
    from qingyuan.areas.organisations.models import Membership, Organisation, User
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.areas.telemetry.factors import sync_factors

    sync_factors()
    unit = Organisation.objects.create(kind="om_unit", name="示例运维有限公司")
    plant = Organisation.objects.create(kind="discharger", name="示例热力有限公司", area="650102")
    people = {}
    for role in ("manager", "reviewer", "engineer"):
        people[role] = User.objects.create(username=role, name=f"示例{role}")
        Membership.objects.create(user=people[role], organisation=unit, role=role)
    boss = Scope(unit, "manager", people["manager"])
    _logger, point = register_station(
        boss, mn="010000A8900016F000169D01", password="123456", kind="gas",
        name="示例 1 号锅炉总排口", discharger=plant)
    sites.set_place(boss, point, latitude=43.8, longitude=87.6)
    system = MonitoringSystem.objects.create(
        point=point, kind="gas", name="示例烟气系统", technique="extractive",
        since=date(2024, 1, 1))
    made = data_of_a_year(point, minutes)
    keys = records_of_a_year(unit, point, system, people["engineer"], people["reviewer"])
    return people, keys, made


def measured(client: Any, address: str, repeats: int) -> dict[str, Any]:
    """Queries of one request, and milliseconds after two more: median and slowest by the clock,
    median of the processor's time, which other programs do not lengthen."""
    from django.db import connection

    asked: list[str] = []

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        client.get(address)
    took, worked, answer = [], [], None
    for turn in range(repeats + 2):
        begun, busy = time.perf_counter(), time.process_time()
        answer = client.get(address)
        spent, work = time.perf_counter() - begun, time.process_time() - busy
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        if turn >= 2:
            took.append(1000 * spent)
            worked.append(1000 * work)
    return {"queries": len(asked), "median_ms": round(statistics.median(took), 1),
            "slowest_ms": round(max(took), 1), "cpu_ms": round(statistics.median(worked), 1),
            "bytes": len(answer.content) if answer else 0}


def crosschecked(keys: list[int], repeats: int) -> dict[str, Any]:
    """One run of the cross-check over a record of each form: queries, and milliseconds of reading
    the facts, of all checks, and of the whole with what it stores (medians; slowest whole)."""
    from django.db import connection

    from qingyuan.areas.records.crosscheck import gather, running
    from qingyuan.areas.records.models import Record
    from qingyuan.crosscheck import delivered, examine

    found: dict[str, Any] = {}
    for form, pk in zip(FORMS, keys, strict=False):
        row = Record.objects.select_related(
            "organisation", "author", "system", "point__place", "point__organisation").get(pk=pk)
        at = (row.finished_at or 0) + 30 * HOUR * 1000
        asked: list[str] = []

        def counted(
            execute: Any, sql: str, params: Any, many: bool, context: Any,
            asked: list[str] = asked,
        ) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            running.run(row, at)
        took: dict[str, list[float]] = {"gather": [], "examine": [], "whole": []}
        for _turn in range(repeats):
            begun = time.perf_counter()
            visit = gather.gather(row).visit
            read = time.perf_counter()
            examine(visit, delivered())
            judged = time.perf_counter()
            running.run(row, at)
            took["gather"].append(1000 * (read - begun))
            took["examine"].append(1000 * (judged - read))
            took["whole"].append(1000 * (time.perf_counter() - judged))
        found[form] = {"queries": len(asked), "slowest_ms": round(max(took["whole"]), 1), **{
            f"{name}_ms": round(statistics.median(every), 1) for name, every in took.items()}}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--minutes", type=int, default=10, help="interval of minute data")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["QINGYUAN_DATA"] = place
        from qingyuan.project.setup import configure

        configure(Path(place))
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        begun = datetime.now().astimezone()
        people, keys, rows = world(args.minutes)
        built = (datetime.now().astimezone() - begun).total_seconds()
        from django.test import Client

        found: dict[str, Any] = {}
        for who in ("reviewer", "manager"):
            client = Client()
            client.force_login(people[who])
            pages = {"queue": "/review/", "statistics": "/review/statistics/?month=2025-06"}
            for name, pk in zip(FORMS, keys[-8:], strict=False):
                pages[f"record {name}"] = f"/review/{pk}/"
            pages["charts"] = f"/review/{keys[-1]}/charts.json"
            pages["hours and events"] = f"/review/{keys[-1]}/data/"
            found[who] = {name: measured(client, address, args.repeats)
                          for name, address in pages.items()}
        found["cross-check"] = crosschecked(keys[-8:], args.repeats)
        json.dump({
            "what": "the back office with a year of data behind a point",
            "minute_rows": rows, "hour_rows": DAYS * 24 * len(CODES), "records": RECORDS,
            "built_seconds": round(built), "repeats": args.repeats, "pages": found,
            "python": platform.python_version(), "machine": platform.machine(),
        }, sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
