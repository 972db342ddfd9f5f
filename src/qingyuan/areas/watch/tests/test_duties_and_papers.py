"""Clocks and papers become findings when they run out, and are over when they are renewed."""

import time
from datetime import date, timedelta

import pytest

from qingyuan.areas.assets.models import EntryPermit, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.maintenance.models import DutyClock, OrderClock, WorkOrder
from qingyuan.areas.watch.duties import watch_duties
from qingyuan.areas.watch.papers import watch_papers
from qingyuan.standards.duties import load_duties

HOUR = 3_600_000


@pytest.fixture
def clocks(cast, station):
    """``clocks(invalidates, hours)``: a duty's clock that runs out so many hours after now."""
    point = station().point
    system = MonitoringSystem.objects.create(point=point, kind="gas", name="示例CEMS",
                                             technique="extractive", since=date(2020, 1, 1))
    now = round(time.time() * 1000)
    duties = {flag: [d.key for d in load_duties() if bool(d.invalidates) == flag
                     and d.kind == "gas"] for flag in (True, False)}

    def enter(invalidates, hours, number=0):
        return DutyClock.objects.create(
            organisation=cast.houses.unit, point=point, system=system, since=date(2020, 1, 1),
            duty=duties[invalidates][number], opens=today(), due=today(),
            due_at=now + round(hours * HOUR))

    enter.now, enter.point, enter.system = now, point, system
    return enter


def kinds():
    return [(row.kind, row.open) for row in Finding.objects.order_by("id")]


def test_overdue_duties_of_a_system_are_one_matter_until_done(clocks):
    first = clocks(False, 0.01)
    watch_duties(clocks.now)
    assert kinds() == []
    watch_duties(first.due_at)
    watch_duties(first.due_at + 1)
    found = Finding.objects.get()
    assert (found.kind, found.count, found.point) == ("overdue_duty", 1, clocks.point)
    clocks(False, 0, 1)
    watch_duties(first.due_at + 2)
    found.refresh_from_db()
    assert (found.count, len(found.detail["duties"])) == (2, 2)
    DutyClock.objects.update(due_at=first.due_at + 90 * 24 * HOUR)
    watch_duties(first.due_at + 3)
    assert kinds() == [("overdue_duty", False)]


def test_calibration_is_announced_before_data_become_invalid(clocks):
    row = clocks(True, 24.5)
    watch_duties(clocks.now)
    assert kinds() == []
    watch_duties(clocks.now + HOUR)
    assert kinds() == [("calibration_due", True)]
    watch_duties(row.due_at)
    assert kinds() == [("calibration_due", False), ("overdue_duty", True)]


def test_overdue_duty_that_the_unit_has_switched_off_is_told_to_nobody(clocks, rule):
    clocks(False, -5)
    rule("overdue_duty", on=False)
    watch_duties(clocks.now)
    assert kinds() == []


def test_contract_that_is_over_asks_for_nothing(clocks):
    clocks(False, -5)
    watch_duties(clocks.now)
    ServiceContract.objects.update(until=date(2020, 2, 1))
    watch_duties(clocks.now)
    assert kinds() == [("overdue_duty", False)]


def test_order_past_its_clock_until_that_is_met(cast, clocks):
    order = WorkOrder.objects.create(
        organisation=cast.houses.unit, number="示例-1", point=clocks.point, kind="repair",
        symptom="示例故障", found_at=clocks.now - 9 * HOUR)
    row = OrderClock.objects.create(
        order=order, code="reply", title="响应", source="示例", amount=4, unit="h",
        since=clocks.now - 4 * HOUR, due_at=clocks.now)
    watch_duties(clocks.now - 1)
    assert kinds() == []
    watch_duties(clocks.now)
    assert Finding.objects.get().ref == f"order:{order.pk}"
    row.state = "late"
    row.save()
    watch_duties(clocks.now + 1)
    assert kinds() == [("overdue_order", False)]


def test_permit_expires_unless_another_follows(cast, station):
    station()
    day = today()
    facts = {"organisation": cast.houses.unit, "kind": "height", "person": cast.engineer.user}
    EntryPermit.objects.create(**facts, since=date(2020, 1, 1), until=day + timedelta(days=31))
    watch_papers()
    assert kinds() == []
    watch_papers(day=day + timedelta(days=1))
    watch_papers(day=day + timedelta(days=2))
    assert kinds() == [("permit_expiring", True)]
    EntryPermit.objects.create(**facts, since=day, until=day + timedelta(days=400))
    watch_papers(day=day + timedelta(days=3))
    assert kinds() == [("permit_expiring", False)]


def test_contracts_of_a_plant_that_end_on_a_day_are_one_matter(station):
    station()
    station(mn="010000A8900016F000169D02", name="2 号排口")
    day = today()
    ServiceContract.objects.update(until=day + timedelta(days=30))
    watch_papers()
    found = Finding.objects.get()
    assert (found.kind, len(found.detail["points"])) == ("contract_ending", 2)
    ServiceContract.objects.update(until=day + timedelta(days=300))
    watch_papers()
    assert kinds() == [("contract_ending", False)]
