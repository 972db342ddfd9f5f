"""Every figure of a report worked out once more, by plain SQL and loops over rows that share no
code with the report's own queries; nothing may be left unchecked and nothing may differ."""

import time
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from qingyuan.areas.assets.models import PointKeeper, ServiceContract
from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.findings.register import Raise, raise_finding
from qingyuan.areas.maintenance.models import (
    CustomerNeed,
    OrderState,
    SourceStop,
    Task,
    TaskState,
    WorkOrder,
)
from qingyuan.areas.maintenance.orders.opening import open_order
from qingyuan.areas.people.actions import hold_training, save_staff
from qingyuan.areas.periodic import actions
from qingyuan.areas.telemetry.models import Factor, HourValue
from qingyuan.kernel.clock import CST
from qingyuan.reporting.blocks import figures, from_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(cast, served):
    """A plant with a gas and a water point, tasks, orders, findings, invalid hours, a stop, a
    need, all in this month."""
    day, now = today(), round(time.time() * 1000)
    places = [served(kind, since=date(2026, 1, 1)) for kind in ("gas", "water")]
    factors = {code: Factor.objects.get(code=code) for code in ("a21026", "a21002", "w01018")}
    start = round(midnight(day.replace(day=1)).timestamp())
    for n, (point, code) in enumerate(((0, "a21026"), (0, "a21002"), (1, "w01018"))):
        HourValue.objects.bulk_create(HourValue(
            point=places[point].point, time=start + 3600 * hour, factor=factors[code], count=60,
            value=10.0, verdict="valid" if (hour + n) % 3 else "invalid", reason="few_minutes",
            rules="r", inputs="i", at=now) for hour in range(20))
    for n in range(5):
        Task.objects.create(
            organisation=cast.houses.unit, point=places[n % 2].point, kind="round",
            state=(TaskState.DONE, TaskState.OPEN, TaskState.DONE, TaskState.CANCELLED,
                   TaskState.DONE)[n],
            day=day, opens=day, due=day, due_at=now)
    Task.objects.create(
        organisation=cast.houses.unit, point=places[0].point, kind="round", due_at=now,
        day=(day.replace(day=1) + timedelta(days=35)), opens=day, due=day + timedelta(days=40))
    order = open_order(cast.manager, places[0].point, kind="repair", symptom="采样泵停转")
    WorkOrder.objects.filter(pk=order.pk).update(
        state=OrderState.CLOSED, restored_at=order.found_at + 5_400_000)
    for n, kind in enumerate(("zero", "constant", "zero")):
        raise_finding(cast.houses.unit, Raise(
            kind, f"{kind}:{n}", "报警", at=now, point=places[n % 2].point))
    SourceStop.objects.create(
        organisation=cast.houses.unit, point=places[0].point, reason="检修",
        since=midnight(day), restart_at=None)
    CustomerNeed.objects.create(organisation=cast.houses.unit, point=places[1].point,
                                kind="ladder", text="爬梯锈蚀", asked_on=day)
    person = save_staff(cast.manager, number="E1", name="示例甲", posts=["om"],
                        hired=date(2025, 1, 1))
    hold_training(cast.manager, day=day, subject="示例条例", hours=2, law=True, exam=True,
                  present={person.pk: 70.0})
    PointKeeper.objects.create(organisation=cast.houses.unit, point=places[0].point,
                               person=cast.engineer.user, since=date(2026, 1, 1))
    return actions.make(cast.manager, cast.houses.plant, "month", day)


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def again(cast, row) -> dict[str, str]:
    """Key → value, from the rows."""
    unit, plant = cast.houses.unit.pk, cast.houses.plant.pk
    first, last = row.first, row.last
    begin, end = (round(datetime(one.year, one.month, one.day, tzinfo=CST).timestamp())
                  for one in (first, last + timedelta(days=1)))
    points = dict(sql(
        "select p.id, p.kind from assets_monitoringpoint p where p.organisation_id=%s", plant))
    said = {"overview.points": len(points), "overview.gas": list(points.values()).count("gas"),
            "overview.water": list(points.values()).count("water")}
    kinds = [kind for (kind,) in sql("select kind from assets_monitoringsystem")]
    said |= {"overview.systems": len(kinds), "overview.video": kinds.count("video"),
             "overview.instruments": sql("select count(*) from assets_instrument")[0][0]}
    for key in ("due", "received"):
        said[f"running.{key}"] = 0  # nothing is linked here, so that no hour was due
    for key in ("transmission", "validity", "effective"):
        said[f"running.{key}"] = "—"
    for pk in points:
        said |= {f"running.{pk}.due": 0, f"running.{pk}.received": 0,
                 f"running.{pk}.transmission": "—", f"running.{pk}.validity": "—",
                 f"running.{pk}.capture": "—"}
    said["running.stops"] = sql("select count(*) from maintenance_sourcestop")[0][0]
    visits = sql("select point_id, state, day from maintenance_task where organisation_id=%s", unit)
    own = [state for _p, state, day in visits if first <= _date(day) <= last
           and state not in ("cancelled", "withdrawn")]
    said |= {"work.planned": len(own), "work.done": own.count("done"),
             "work.share": f"{100 * own.count('done') / len(own):.1f}",
             "work.records": 0, "work.accepted": 0}
    orders = sql("select id, state, found_at, restored_at from maintenance_workorder")
    said |= {"work.orders": len(orders),
             "work.closed": sum(state == "closed" for _i, state, _f, _r in orders)}
    for pk, _state, found, restored in orders:
        said[f"work.order.{pk}"] = f"{(restored - found) / 3_600_000:.1f}"
    hours = Counter(sql(
        "select point_id, factor_id, verdict from telemetry_hourvalue "
        "where verdict <> 'valid' and time >= %s and time < %s", begin, end))
    said["abnormal.hours"] = sum(hours.values())
    verdicts = Counter()
    for (point, factor, verdict), n in hours.items():
        verdicts[verdict] += n
        said[f"abnormal.{point}.{factor}.{verdict}"] = n
    said |= {f"abnormal.verdict.{verdict}": n for verdict, n in verdicts.items()}
    found = sql("select kind, open from findings_finding where point_id is not null")
    said |= {"abnormal.findings": len(found),
             "abnormal.closed": sum(not is_open for _k, is_open in found)}
    for kind in {kind for kind, _open in found}:
        said[f"abnormal.kind.{kind}"] = sum(one == kind for one, _open in found)
        said[f"abnormal.open.{kind}"] = sum(one == kind and is_open for one, is_open in found)
    later = [(point, _date(day)) for point, _s, day in visits if _date(day) > last]
    said["plan.tasks"] = len(later)
    for point, _day in later:
        said[f"plan.{point}.巡检"] = len([1 for one, _d in later if one == point])
    sessions = [pk for (pk,) in sql("select id from people_trainingsession")]
    said |= {"study.sessions": len(sessions),
             "study.people": sql("select count(*) from people_attendance")[0][0]}
    for pk in sessions:
        marks = sql("select passed from people_attendance where session_id=%s", pk)
        said |= {f"study.there.{pk}": len(marks),
                 f"study.good.{pk}": sum(bool(passed) for (passed,) in marks)}
    needs = sql("select state from maintenance_customerneed")
    said |= {"advice.all": len(needs), "advice.open": needs.count(("asked",))}
    return {key: f"{value}" for key, value in said.items()}


def _date(day):
    return day if isinstance(day, date) else date.fromisoformat(day)


def test_every_figure_is_found_again_by_another_way(cast, lived):
    told = {one.key: one.value for one in figures(from_json(lived.content))}
    assert told == again(cast, lived)
    assert len(told) > 30


def test_contract_that_ended_before_is_not_reported(cast, lived, served):
    over = served(since=date(2025, 1, 1)).point
    ServiceContract.objects.filter(point=over).update(until=date(2025, 12, 31))
    row = actions.make(cast.manager, cast.houses.plant, "month", today())
    told = {one.key: one.value for one in figures(from_json(row.content))}
    assert told["overview.points"] == "2"
