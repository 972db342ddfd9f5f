"""Answers of a form as a browser sends them, and what stands on a page in words."""

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict

DAY = "2026-03-05"
DESK_DAY = date(2026, 11, 23)
HOUR = 3600


@pytest.fixture
def post() -> Callable:
    """``post(client, form, answers, technique)``: the answers through the form's inputs."""
    from qingyuan.areas.records.reading import as_sent

    def send(client, form, answers, technique: str, **more):
        sent = QueryDict(mutable=True)
        for name, value in as_sent(form, answers):
            sent.appendlist(name, value)
        for name, value in more.items():
            sent[name] = value
        return client.post(f"/forms/{form.code}/?technique={technique}&at={DAY}", sent.urlencode(),
                           content_type="application/x-www-form-urlencoded")

    return send


@pytest.fixture
def said() -> Callable[[str], str]:
    """The text of a page that a person reads, without codes set in the fixed-width face."""

    def words(page: str) -> str:
        page = re.sub(r'<(\w+)[^>]*class="mono[^"]*"[^>]*>.*?</\1>', " ", page, flags=re.S)
        page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.S)
        shown = " ".join(re.findall(r'(?:placeholder|aria-label|title)="([^"]*)"', page))
        return html.unescape(re.sub(r"<[^>]+>", " ", page) + " " + shown)

    return words


@pytest.fixture
def rig(cast, station):
    """A gas point with a fully extractive system of three analysers, and a task of today with its
    weekly inspection. SO2's range was 500 until February 2026, 200 since. ``other`` is a second
    point of the same discharger."""
    from datetime import date, datetime
    from types import SimpleNamespace

    from qingyuan.areas.assets.models import Instrument, InstrumentRange, MonitoringSystem
    from qingyuan.areas.assets.queries import today
    from qingyuan.areas.maintenance.models import Task, TaskSheet
    from qingyuan.kernel.clock import CST

    since = date(2025, 1, 1)
    point = station().point
    system = MonitoringSystem.objects.create(
        point=point, kind="gas", name="示例烟气系统", technique="extractive", maker="示例仪器厂",
        model="EX-100", since=since)
    for name, factor, high, unit in (("二氧化硫分析仪", "a21026", 200, "mg/m³"),
                                     ("氮氧化物分析仪", "a21002", 300, "mg/m³"),
                                     ("氧分析仪", "a19001", 25, "%")):
        one = Instrument.objects.create(
            system=system, name=name, factors=[factor], since=since, principle="非分散红外")
        InstrumentRange.objects.create(
            instrument=one, factor=factor, low=0, high=500 if factor == "a21026" else high,
            unit=unit, since=datetime(2025, 1, 1, tzinfo=CST))
        if factor == "a21026":
            InstrumentRange.objects.create(
                instrument=one, factor=factor, low=0, high=high, unit=unit,
                since=datetime(2026, 2, 1, tzinfo=CST))
    task = Task.objects.create(
        organisation=cast.houses.unit, point=point, person=cast.engineer.user, state="assigned",
        day=today(), opens=today(), due=today(), due_at=4_000_000_000_000)
    sheet = TaskSheet.objects.create(
        task=task, system=system, form="hj75.g1", opens=today(), due=today(),
        due_at=task.due_at, duties=["hj75.house.hygiene", "hj75.house.power"])
    return SimpleNamespace(
        point=point, system=system, task=task, sheet=sheet,
        other=station("010000A8900016F000169D09", name="9 号排口").point)


@pytest.fixture
def morning(monkeypatch) -> int:
    """Nine in the morning of the desk's day, for whoever asks for the time."""
    import time

    from qingyuan.areas.assets.queries import midnight, today
    from qingyuan.kernel.clock import CST

    at = (midnight(DESK_DAY) + timedelta(hours=9)).timestamp()
    monkeypatch.setattr(time, "time", lambda: at)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.fromtimestamp(at, CST))
    assert today() == DESK_DAY
    return int(at)


@pytest.fixture
def point(cast, station, morning) -> Callable[..., SimpleNamespace]:
    """``point()``: a gas point whose hours came and whose calibration is two days old; ``hours``
    are those left out, ``flag`` one of the last hour, ``kind`` and ``facts`` of the system."""
    from qingyuan.areas.assets import facilities
    from qingyuan.areas.assets.queries import midnight
    from qingyuan.areas.telemetry import facts
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.models import LatestReading
    from qingyuan.areas.telemetry.sources import simulated

    count = iter(range(100))

    def enter(kind="gas", missing=(), flag="N", heard=60, calibrated=48, **facts_of):
        n = next(count)
        medium = "water" if kind == "water" else "gas"
        one = station(mn=f"010000A8900016F000170{n:03}", kind=medium, name=f"{n} 号排口")
        given = {"technique": "extractive"} if kind == "gas" else {}
        one.system = facilities.add_system(
            cast.manager, one.point, kind=kind, name=f"{n} 号设施", since=DESK_DAY - timedelta(30),
            **{**given, **facts_of})
        code = {"gas": "a21026", "nmhc": "a24088", "water": "w01018"}.get(kind)
        begin = int(midnight(DESK_DAY).timestamp()) - 24 * HOUR
        if code and heard is not None:
            store(one.point.pk, "hour", [(code, "Avg")], [
                (begin + HOUR * n, [20.0], [flag if n == 32 else "N"])
                for n in range(33) if n not in missing], simulated())
            store(one.point.pk, "min", [(code, "Avg")], [
                (begin + 600 * n, [20.0], ["N"]) for n in range(144)], simulated())
            LatestReading.objects.update_or_create(
                point=one.point, defaults={"at": (morning - heard) * 1000, "frame": 1})
        if calibrated is not None:
            kind = "standard_check" if kind == "water" else "calibration"
            one.event = facts.record_event(
                cast.manager, one.point, kind=kind, start=morning - calibrated * HOUR, passed=True)
        return one

    return enter


@pytest.fixture
def filled(cast, morning) -> Callable[..., SimpleNamespace]:
    """``filled()``: the unit's desk of the day, and its lines by the name of the point."""
    from qingyuan.areas.records.desk import actions

    def fill(day=DESK_DAY, **more) -> SimpleNamespace:
        desk = actions.fill(cast.houses.unit, day, **more)
        lines = {line.point.name: line for line in desk.lines.select_related("point", "system")}
        return SimpleNamespace(desk=desk, lines=lines, only=next(iter(lines.values()), None))

    return fill
