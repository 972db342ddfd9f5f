"""Visits that end with something left undone: what becomes of the rest."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.models import DutyClock, Task
from qingyuan.areas.maintenance.planning import clocks, ending
from qingyuan.areas.maintenance.planning.generate import Planned, plan
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
CALIBRATION = "hj75.g4"


def in_days(n: int):
    return today() + timedelta(days=n)


def noon(day) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=CST).timestamp() * 1000)


@pytest.fixture
def visit(served, cast) -> Task:
    """A round with several sheets that was begun yesterday, and of which one was done."""
    one = served(since=in_days(-60))
    clocks.refresh(one.unit, today=in_days(-15))
    plan(one.unit, today=in_days(-15))
    task = next(t for t in Task.objects.order_by("day") if t.sheets.filter(
        form=CALIBRATION).exists() and t.sheets.count() > 1)
    Task.objects.filter(pk=task.pk).update(
        state="under_way", person=cast.engineer.user, begun_at=noon(in_days(-1)), day=in_days(-1))
    sheet = task.sheets.exclude(form=CALIBRATION).first()
    tasks.finish_sheet(cast.engineer, sheet, done_at=noon(in_days(-1)), done_by="record:1")
    task.refresh_from_db()
    return task


def due_in(task: Task, days: int) -> None:
    """Set by when the calibrations of a task are due."""
    for sheet in task.sheets.filter(form=CALIBRATION):
        sheet.due = in_days(days)
        sheet.save()
        DutyClock.objects.filter(system=sheet.system, duty__in=sheet.duties).update(
            due=in_days(days), opens=in_days(days - 3), due_at=noon(in_days(days)))


def standing(task: Task) -> list[Task]:
    """Visits to be made for the calibrations that a task asked for, by day."""
    keys = {key for sheet in task.sheets.filter(form=CALIBRATION) for key in sheet.duties}
    rows = Task.objects.filter(state__in=("open", "assigned")).order_by("day")
    return [row for row in rows if keys & {k for s in row.sheets.all() for k in s.duties}]


def test_after_its_day_a_visit_ends_with_what_was_done(visit, cast):
    due_in(visit, 5)
    assert visit.state == "under_way"
    plan(cast.houses.unit)
    visit.refresh_from_db()
    assert (visit.state, visit.done_at) == ("done", noon(in_days(-1)))
    assert set(visit.sheets.filter(done_at=None).values_list("left_why", flat=True)) == {
        "到场当日未做"}
    again = standing(visit)[0]
    assert (again.day <= in_days(5), again.rest_of) == (True, None)
    line = AuditLine.objects.get(verb="end_visit")
    assert (line.who, "CEMS零点/量程漂移与校准记录表" in line.after["undone"]) == ("自动编排", True)
    assert plan(cast.houses.unit) == Planned(0, 0, 0)


def test_what_is_overdue_becomes_a_visit_that_is_the_rest_of_the_former(visit, cast):
    due_in(visit, -1)
    plan(cast.houses.unit)
    again = standing(visit)[0]
    assert (again.day, again.rest_of, again.fixed) == (today(), visit, True)
    assert plan(cast.houses.unit) == Planned(0, 0, 0)


def test_a_record_that_came_late_takes_the_rest_back(visit, cast):
    due_in(visit, -1)
    plan(cast.houses.unit)
    again = standing(visit)[0]
    for sheet in visit.sheets.filter(done_at=None):
        tasks.finish_sheet(cast.engineer, sheet, done_at=noon(in_days(-1)), done_by="record:2")
    visit.refresh_from_db()
    assert not visit.sheets.exclude(left_why="").exists()
    assert again not in standing(visit)


@pytest.mark.parametrize(("hours", "over"), [(11, False), (13, True)])
def test_who_works_past_midnight_is_not_interrupted(visit, hours, over):
    """Begun so many hours before the midnight that tomorrow begins with."""
    visit.begun_at = noon(today()) + (12 - hours) * 3_600_000
    assert ending.is_over(visit, in_days(1)) is over


def test_an_engineer_ends_a_visit_with_a_reason(visit, cast):
    due_in(visit, 0)
    Task.objects.filter(pk=visit.pk).update(begun_at=noon(today()), day=today())
    with pytest.raises(ValidationError, match="未做的原因"):
        tasks.end_visit(cast.engineer, visit, " ")
    done = tasks.end_visit(cast.engineer, visit, "示例：标气用完")
    assert done.state == "done"
    assert visit.sheets.filter(left_why="示例：标气用完").exists()
    assert plan(cast.houses.unit) == Planned(0, 0, 0)
    with pytest.raises(ValidationError, match="已完成"):
        tasks.end_visit(cast.engineer, visit, "示例")


def test_only_those_who_are_there_end_a_visit(visit, cast):
    Task.objects.filter(pk=visit.pk).update(person=cast.manager.user)
    with pytest.raises(PermissionDenied):
        tasks.end_visit(cast.engineer, visit, "示例")
    with pytest.raises(Task.DoesNotExist):
        tasks.end_visit(cast.outsider, visit, "示例")
    assert tasks.end_visit(cast.manager, visit, "示例").state == "done"


def test_a_visit_at_which_nothing_was_done_is_still_to_be_made(visit, cast):
    visit.sheets.update(done_at=None, done_by="")
    plan(cast.houses.unit)
    visit.refresh_from_db()
    assert (visit.state, visit.begun_at) == ("assigned", None)


def test_what_was_left_beside_the_plan_gets_a_task_of_its_own(visit, cast):
    made = tasks.add_task(cast.engineer, visit.point, day=today(), title="示例复查",
                          sheets=[(None, "om.upkeep"), (None, "om.anomaly")],
                          person=cast.engineer.user)
    Task.objects.filter(pk=made.pk).update(
        day=in_days(-1), state="under_way", begun_at=noon(in_days(-1)))
    tasks.finish_sheet(cast.engineer, made.sheets.get(form="om.anomaly"),
                       done_at=noon(in_days(-1)), done_by="record:3")
    plan(cast.houses.unit)
    again = Task.objects.get(rest_of=made)
    assert [s.form for s in again.sheets.all()] == ["om.upkeep"]
    assert (again.title, again.state, again.day) == ("示例复查", "assigned", today())
    assert plan(cast.houses.unit) == Planned(0, 0, 0)


def test_after_a_round_nobody_is_sent_a_second_time_on_that_day(visit, cast):
    """An item that was not done at the visit rests until tomorrow."""
    Task.objects.filter(pk=visit.pk).update(begun_at=noon(today()), day=today())
    for sheet in visit.sheets.filter(done_at=None):
        sheet.duties = sheet.duties[:1]
        sheet.save()
        tasks.finish_sheet(cast.engineer, sheet, done_at=noon(today()), done_by="record:4")
    DutyClock.objects.filter(duty="hj75.house.hygiene").update(
        due=today(), opens=in_days(-3), due_at=noon(today()))
    plan(cast.houses.unit)
    asked = [t.day for t in Task.objects.filter(state__in=("open", "assigned")).order_by("day")
             if any("hj75.house.hygiene" in s.duties for s in t.sheets.all())]
    assert asked[0] == in_days(1)
    assert plan(cast.houses.unit) == Planned(0, 0, 0)


def test_who_comes_late_takes_along_what_is_open_by_then(served, cast):
    """Two visits of one point on one day: the first, put off from yesterday, is enough."""
    one = served(since=in_days(-60))
    clocks.refresh(one.unit, today=in_days(-8))
    plan(one.unit, today=in_days(-8))
    first = Task.objects.order_by("day").first()
    Task.objects.filter(pk=first.pk).update(day=in_days(-1))
    plan_of_today = Task.objects.order_by("day")[1]
    Task.objects.filter(pk=plan_of_today.pk).update(day=today())
    DutyClock.objects.filter(duty__in=plan_of_today.sheets.first().duties).update(
        opens=today(), due=today())
    tasks.begin(cast.engineer, first, noon(today()))
    days = list(Task.objects.filter(state__in=("open", "assigned", "under_way"),
                                    day__lte=today()).values_list("pk", flat=True))
    assert days == [first.pk]
