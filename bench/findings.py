"""Server time of the pages of findings with 100,000 of them in the database; JSON on stdout.

``--findings`` of ``--units`` units (the first has four fifths of them, over ``--points`` points), a
third of them open, each with a log of three lines. The pages are asked by Django's own client as
the first unit's manager and as its discharger's; every figure is the median and the slowest of
``--repeats`` whole requests, middleware and templates included.
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
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

SOME = 2000
HOUR = 3_600_000
LIMIT_MS = 100


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--findings", type=int, default=100_000)
    p.add_argument("--points", type=int, default=500)
    p.add_argument("--units", type=int, default=5)
    p.add_argument("--repeats", type=int, default=15)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = p.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-findings")))
        os.environ.pop("DATABASE_URL", None)
        if args.database == "postgresql":
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        print(json.dumps(_measured(folder, args), indent=1, ensure_ascii=False))
        from django.db import connections

        connections.close_all()
    return 0


def _measured(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    from qingyuan.cli.installation import opened

    opened(folder)
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    world = _entered(args)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = _pages(world)
    found: dict[str, Any] = {}
    for who in ("manager", "discharger"):
        client = Client()
        client.force_login(world[who])
        found[who] = {name: _timed(client, address, args.repeats)
                      for name, address in pages.items()
                      if who == "manager" or name in ("list", "all", "search", "counts", "detail")}
    slow = [f"{who} {name}" for who, held in found.items() for name, one in held.items()
            if one["median_ms"] > LIMIT_MS]
    return {
        "what": "pages of findings", "database": connection.vendor, "findings": args.findings,
        "units": args.units, "points": args.points, "repeats": args.repeats,
        f"over_{LIMIT_MS}_ms": slow, "pages": found,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
                   f"{platform.python_version()}",
    }


def _pages(world: dict[str, Any]) -> dict[str, str]:
    pk, point = world["finding"], world["point"]
    states = ("open", "acknowledged", "handled", "verified", "closed")
    return {
        "list": "/findings/", "all": "/findings/?state=all",
        **{f"state {code}": f"/findings/?state={code}" for code in states},
        "kind": "/findings/?kind=gap", "kind, all": "/findings/?kind=gap&state=all",
        "rare kind": "/findings/?kind=directive_due&state=all",
        "severity": "/findings/?severity=critical", "mine": "/findings/?mine=1",
        "severity, all": "/findings/?severity=critical&state=all",
        "point": f"/findings/?point={point}&state=all",
        "search": "/findings/?q=77", "search, all": "/findings/?q=77&state=all",
        "search without a hit": "/findings/?q=查无此词&state=all",
        "search of letters without a hit": "/findings/?q=zzzz&state=all",
        "page 500": "/findings/?state=closed&page=500",
        "detail": f"/findings/{pk}/", "rates, 3 months": "/findings/rates/",
        "late, 3 months": "/findings/?state=all&clock=respond_late&from=2026-09&to=2026-11",
        "directives": "/directives/", "silences": "/findings/silences/",
        "counts": "/api/v1/findings/counts", "API list": "/api/v1/findings?state=all",
        "API detail": f"/api/v1/findings/{pk}",
    }


def _timed(client: Any, address: str, repeats: int) -> dict[str, Any]:
    from django.db import connection

    asked: list[float] = []

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append(1000 * (time.perf_counter() - begun))

    client.get(address)
    with connection.execute_wrapper(counted):
        answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    took, worked = [], []
    for _turn in range(repeats):
        begun, busy = time.perf_counter(), time.process_time()
        client.get(address)
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - busy))
    return {"median_ms": round(statistics.median(took), 1), "slowest_ms": round(max(took), 1),
            "cpu_ms": round(statistics.median(worked), 1), "queries": len(asked),
            "slowest_query_ms": round(max(asked), 1)}


def _entered(args: argparse.Namespace) -> dict[str, Any]:
    """The units, their points and people, the findings; what the pages are asked for."""
    from qingyuan.areas.assets.models import MonitoringPoint, Outlet, ServiceContract
    from qingyuan.areas.findings.models import Finding, FindingEntry
    from qingyuan.areas.organisations.models import Membership, Organisation, User

    units = [Organisation.objects.create(kind="om_unit", name=f"示例{n}运维有限公司")
             for n in range(args.units)]
    plants = Organisation.objects.bulk_create([
        Organisation(kind="discharger", name=f"示例{n}热力有限公司", area="650104")
        for n in range(max(1, args.points // 10))])
    outlets = Outlet.objects.bulk_create([
        Outlet(discharger=one, name="示例排口") for one in plants])
    points = MonitoringPoint.objects.bulk_create([
        MonitoringPoint(outlet=outlets[n % len(plants)], organisation=plants[n % len(plants)],
                        name=f"{n} 号排口", kind="gas") for n in range(args.points)])
    by_unit = {unit.pk: [point for n, point in enumerate(points)
                         if (n % 5 != 4 and unit is units[0])
                         or (n % 5 == 4 and unit is units[n % len(units)])] or points[:1]
               for unit in units}
    ServiceContract.objects.bulk_create([
        ServiceContract(om_unit_id=pk, point=point, since=date(2020, 1, 1))
        for pk, held in by_unit.items() for point in held])
    people = {}
    for name, house, role in (("manager", units[0], "manager"), ("engineer", units[0], "engineer"),
                              ("discharger", plants[0], "discharger_manager")):
        people[name] = User.objects.create(username=name, name=f"示例{name}")
        Membership.objects.create(user=people[name], organisation=house, role=role)
    luck = random.Random(7)
    rows = [_finding(n, luck, units, by_unit, people) for n in range(args.findings)]
    Finding.objects.bulk_create(rows, batch_size=SOME)
    for first in range(0, len(rows), 10 * SOME):
        FindingEntry.objects.bulk_create([
            FindingEntry(finding=row, at=row.raised_at + gap, who="平台", verb=verb)
            for row in rows[first:first + 10 * SOME]
            for gap, verb in ((0, "raise"), (1, "again"), (2, "end"))], batch_size=SOME)
    mine = next(row for row in reversed(rows) if row.point and row.point.organisation == plants[0]
                and row.organisation_id == units[0].pk and row.group == "data")
    return {**people, "finding": mine.pk, "point": mine.point_id}


def _finding(
    n: int, luck: random.Random, units: list[Any], by_unit: dict[int, list[Any]],
    people: dict[str, Any],
) -> Any:
    from qingyuan.areas.findings.kinds import KINDS
    from qingyuan.areas.findings.models import Finding

    codes = [code for code in KINDS if code != "directive_due" or n % 50 == 0]
    unit = units[0] if luck.random() < 0.8 else luck.choice(units)
    code, point = luck.choice(codes), luck.choice(by_unit[unit.pk])
    open_ = luck.random() < 1 / 3
    state = (luck.choice(("open", "acknowledged", "handled", "verified")) if open_ else "closed")
    begun = datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000 + luck.random() * 320 * 24 * HOUR
    at = int(begun)
    seen = None if state == "open" else at + luck.randrange(4 * HOUR)
    done = None if state in ("open", "acknowledged") else (seen or at) + luck.randrange(30 * HOUR)
    return Finding(
        organisation=unit, point=point, kind=code, group=KINDS[code].group, factor="a21026",
        severity=str(KINDS[code].severity), key=f"{code}:{n}", area="650100",
        title=f"{point.name} {KINDS[code].label} {n}", detail={"value": n}, state=state, open=open_,
        first_at=at, last_at=at + luck.randrange(HOUR), raised_at=at, count=luck.randrange(1, 9),
        person=people[luck.choice(("engineer", "manager"))] if seen and unit is units[0] else None,
        respond_due=at + 2 * HOUR, handle_due=at + 24 * HOUR, acknowledged_at=seen,
        acknowledged_by="示例engineer" if seen else "", handled_at=done,
        handled_by="示例engineer" if done else "", handling="remote" if done else "",
        cause="other" if done else "", verified_at=done if state != "handled" else None,
        closed_at=done if state == "closed" else None)


if __name__ == "__main__":
    sys.exit(main())
