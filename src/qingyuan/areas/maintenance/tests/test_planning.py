"""Tasks out of clocks: bundled, stable, never beyond a contract, suspended by a filed stop."""

from datetime import date, datetime, timedelta

import pytest

from qingyuan.areas.assets.models import PointKeeper, ServiceContract
from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.maintenance.models import SourceStop, Task, TaskSheet, TaskState
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import Planned, horizon, plan
from qingyuan.standards.duties import load_duties

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
THROUGH = date(2026, 12, 31)


def planned(one, day: date = TODAY, through: date = THROUGH, **more) -> Planned:
    clocks.refresh(one.unit, today=day)
    return plan(one.unit, through=through, today=day, **more)


def facts() -> list:
    """Everything that a plan writes."""
    tasks = Task.objects.order_by("id").values_list(
        "id", "state", "day", "opens", "due", "due_at", "invalidates", "person", "fixed")
    sheets = TaskSheet.objects.order_by("id").values_list(
        "id", "task", "system", "form", "duties", "opens", "due", "due_at")
    return [list(tasks), list(sheets)]


def instant(day: date, hour: int = 10) -> int:
    return round((midnight(day) + timedelta(hours=hour)).timestamp() * 1000)


def test_the_horizon_is_the_end_of_the_next_month():
    assert horizon(date(2026, 11, 2)) == date(2026, 12, 31)
    assert horizon(date(2026, 12, 31)) == date(2027, 1, 31)


def test_generating_again_changes_nothing(served):
    one = served()
    served("water")
    first = planned(one)
    assert first.made > 10
    before = facts()
    assert planned(one) == Planned(0, 0, 0)
    assert facts() == before


def test_a_visit_bundles_the_forms_that_are_due(served):
    one = served()
    planned(one)
    forms = [set(task.sheets.values_list("form", flat=True)) for task in Task.objects.all()]
    assert {"hj75.g1", "hj75.g4"} in forms
    assert all(forms)
    sheet = TaskSheet.objects.filter(form="hj75.g1").first()
    assert len(sheet.duties) > 5
    assert sheet.due_at == min(
        clocks.DutyClock.objects.filter(duty__in=sheet.duties).values_list("due_at", flat=True))


def test_no_clock_of_the_site_is_overrun_by_the_plan(served):
    one = served()
    planned(one)
    dues: dict[str, date] = dict(clocks.DutyClock.objects.values_list("duty", "due"))
    for sheet in TaskSheet.objects.order_by("task__day").select_related("task"):
        assert sheet.task.day <= sheet.due
        assert sheet.opens <= sheet.task.day
        for key in sheet.duties:
            assert sheet.task.day <= dues[key]
            dues[key] = sheet.task.day + timedelta(days=370)
    remote = [key for key in dues if load_duties()[key].where == "remote"]
    asked = {key for sheet in TaskSheet.objects.all() for key in sheet.duties}
    assert not asked & set(remote)


def test_what_is_overdue_is_planned_for_today(served):
    one = served()
    planned(one)
    later = TODAY + timedelta(days=20)
    planned(one, later)
    first = Task.objects.order_by("day").first()
    assert first.day == later
    assert first.due < later


def test_tasks_keep_their_ids_when_days_shift(served):
    one = served()
    planned(one)
    ids = set(Task.objects.values_list("id", flat=True))
    sheet = TaskSheet.objects.filter(form="hj75.g1").order_by("task__day").first()
    clocks.finish(one.unit, one.system, sheet.duties, instant(TODAY + timedelta(days=3)),
                  "record:1")
    done = planned(one, TODAY + timedelta(days=3))
    assert done.changed > 0
    assert ids <= set(Task.objects.exclude(state="withdrawn").values_list("id", flat=True))


def test_a_fixed_task_is_never_moved(served):
    one = served()
    planned(one)
    task = Task.objects.order_by("day")[1]
    Task.objects.filter(pk=task.pk).update(fixed=True, day=task.day - timedelta(days=1))
    planned(one, TODAY + timedelta(days=1))
    kept = Task.objects.get(pk=task.pk)
    assert (kept.day, kept.state) == (task.day - timedelta(days=1), task.state)
    assert kept.sheets.exists()
    assert planned(one, TODAY + timedelta(days=1)) == Planned(0, 0, 0)


def test_nothing_is_dispatched_after_the_contract(served):
    one = served(until=TODAY + timedelta(days=20))
    planned(one)
    assert Task.objects.latest("day").day <= TODAY + timedelta(days=20)
    fixed = Task.objects.latest("day")
    Task.objects.filter(pk=fixed.pk).update(fixed=True)
    ServiceContract.objects.update(until=TODAY + timedelta(days=10))
    assert planned(one).withdrawn >= 1
    left = Task.objects.exclude(state=TaskState.WITHDRAWN)
    assert left.latest("day").day <= TODAY + timedelta(days=10)
    gone = Task.objects.get(pk=fixed.pk)
    assert (gone.state, gone.day) == (TaskState.WITHDRAWN, fixed.day)
    assert "2026-11-12" in gone.cancel_why


def test_withdrawn_tasks_are_taken_up_again_when_the_contract_goes_on(served):
    one = served()
    planned(one)
    ids = set(Task.objects.values_list("id", flat=True))
    ServiceContract.objects.update(until=TODAY + timedelta(days=10))
    planned(one)
    ServiceContract.objects.update(until=None)
    again = planned(one)
    assert (again.made, again.withdrawn) == (0, 0)
    assert set(Task.objects.filter(state="open").values_list("id", flat=True)) == ids


def test_a_following_contract_carries_the_plan_on(served):
    one = served(until=TODAY + timedelta(days=10))
    ServiceContract.objects.create(om_unit=one.unit, point=one.point,
                                   since=TODAY + timedelta(days=11))
    planned(one)
    assert Task.objects.latest("day").day > TODAY + timedelta(days=40)


def stop(one, since: date, until: date, filed: date | None) -> SourceStop:
    return SourceStop.objects.create(
        organisation=one.unit, point=one.point, since=midnight(since),
        planned_until=midnight(until), filed_on=filed, reason="示例检修")


def days() -> list[date]:
    return list(Task.objects.filter(state="open").order_by("day").values_list("day", flat=True))


def test_a_stop_of_a_quarter_suspends_nothing(served):
    one = served()
    planned(one)
    before = days()
    stop(one, TODAY, date(2027, 2, 2), TODAY)
    assert planned(one) == Planned(0, 0, 0)
    assert days() == before


def test_a_longer_stop_suspends_from_its_filing_until_the_restart(served):
    one = served()
    planned(one)
    row = stop(one, TODAY, date(2027, 2, 3), None)
    assert planned(one) == Planned(0, 0, 0)
    row.filed_on = TODAY + timedelta(days=12)
    row.save()
    planned(one)
    assert days()
    assert max(days()) < row.filed_on
    row.restart_at = midnight(date(2026, 12, 10)) + timedelta(hours=9)
    row.save()
    planned(one)
    assert [d for d in days() if d >= row.filed_on][0] == date(2026, 12, 10)


def test_water_knows_no_such_suspension(served):
    one = served("water")
    planned(one)
    before = days()
    stop(one, TODAY, date(2027, 6, 1), TODAY)
    planned(one)
    assert days() == before


def test_the_points_keeper_has_its_tasks(served, cast):
    one = served()
    keeper = PointKeeper.objects.create(
        organisation=one.unit, point=one.point, person=cast.engineer.user, since=TODAY)
    planned(one)
    assert set(Task.objects.values_list("state", "person")) == {
        ("assigned", cast.engineer.user.pk)}
    keeper.until = TODAY + timedelta(days=20)
    keeper.save()
    planned(one)
    after = Task.objects.filter(day__gt=keeper.until)
    assert set(after.values_list("state", "person")) == {("open", None)}


def test_a_cancelled_visit_is_not_planned_again_the_next_morning(served):
    one = served()
    planned(one)
    first, second = Task.objects.order_by("day")[:2]
    Task.objects.filter(pk=first.pk).update(state="cancelled", fixed=True)
    planned(one, first.day)
    held = {key for sheet in first.sheets.all() for key in sheet.duties}
    following = TaskSheet.objects.filter(task__day__gt=first.day, task__state="open")
    assert not Task.objects.filter(day=first.day, state="open").exists()
    assert held <= {key for sheet in following for key in sheet.duties}


def test_a_system_taken_away_needs_no_visit(served):
    one = served()
    planned(one)
    one.system.until = TODAY + timedelta(days=9)
    one.system.save()
    planned(one)
    assert max(days()) <= one.system.until


def test_only_the_points_that_are_named_are_planned(served):
    one, other = served(), served()
    clocks.refresh(one.unit, today=TODAY)
    plan(one.unit, points=[other.point], through=THROUGH, today=TODAY)
    assert set(Task.objects.values_list("point", flat=True)) == {other.point.pk}


def test_a_shorter_horizon_withdraws_nothing(served):
    one = served()
    planned(one)
    assert plan(one.unit, through=TODAY, today=TODAY) == Planned(0, 0, 0)


def test_another_units_points_are_left_alone(served, cast):
    one = served()
    planned(one)
    assert plan(cast.houses.other, through=THROUGH, today=TODAY) == Planned(0, 0, 0)


def test_questions_do_not_grow_with_the_points(served, django_assert_max_num_queries):
    one = served()
    planned(one)
    for _more in range(4):
        served()
    clocks.refresh(one.unit, today=TODAY)
    with django_assert_max_num_queries(24):
        assert plan(one.unit, through=THROUGH, today=TODAY).made > 20
    with django_assert_max_num_queries(20):
        assert plan(one.unit, through=THROUGH, today=TODAY) == Planned(0, 0, 0)


def test_without_a_day_it_plans_from_today_on(served):
    one = served()
    clocks.refresh(one.unit)
    assert plan(one.unit).made > 0
    assert Task.objects.order_by("day").first().day >= today()
    assert Task.objects.latest("day").day <= horizon(today())


def test_a_stop_runs_on_the_china_day(served):
    one = served()
    row = stop(one, TODAY, date(2027, 2, 3), TODAY)
    row.since = datetime.fromisoformat("2026-11-01T23:30:00+00:00")
    row.save()
    planned(one)
    assert days() == []
