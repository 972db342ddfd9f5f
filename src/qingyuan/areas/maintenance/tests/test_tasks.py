"""Acts on tasks: who may, in which state, what follows, and the line they leave."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import EntryCondition, ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import task_queries, tasks
from qingyuan.areas.maintenance.models import (
    DutyClock,
    MonthPlan,
    PlanLine,
    Task,
    TaskState,
)
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import Planned, plan
from qingyuan.areas.maintenance.states import LIFE
from qingyuan.areas.organisations.models import AuditLine, User
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db


def in_days(n: int):
    return today() + timedelta(days=n)


def noon(day) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=CST).timestamp() * 1000)


@pytest.fixture
def task(served, cast) -> Task:
    """The first planned visit of a gas point under contract."""
    one = served(since=in_days(-40))
    clocks.refresh(one.unit)
    plan(one.unit)
    return Task.objects.order_by("day").first()


def lines(verb: str) -> int:
    return AuditLine.objects.filter(verb=verb, kind="maintenance.task").count()


def test_an_engineer_claims_an_open_task_once(task, cast):
    done = tasks.claim(cast.engineer, task)
    assert (done.state, done.person, done.fixed) == ("assigned", cast.engineer.user, True)
    with pytest.raises(ValidationError, match="待执行"):
        tasks.claim(cast.manager, task)
    assert lines("claim_task") == 1


def test_a_manager_assigns_and_hears_what_the_person_lacks(task, cast):
    EntryCondition.objects.create(
        discharger=cast.houses.plant, kind="safety_training", since=in_days(-9))
    done = tasks.assign(cast.manager, task, cast.engineer.user)
    assert done.person == cast.engineer.user
    assert [text for text in done.warnings if "培训" in text]
    assert lines("assign_task") == 1


def test_only_to_colleagues_who_work_on_site(task, cast):
    with pytest.raises(ValidationError, match="不承担现场任务"):
        tasks.assign(cast.manager, task, cast.storekeeper.user)
    with pytest.raises(User.DoesNotExist):
        tasks.assign(cast.manager, task, cast.outsider.user)
    with pytest.raises(PermissionDenied):
        tasks.assign(cast.engineer, task, cast.engineer.user)


def test_one_hands_on_ones_own_task_with_a_reason(task, cast):
    tasks.assign(cast.manager, task, cast.manager.user)
    with pytest.raises(PermissionDenied):
        tasks.transfer(cast.engineer, task, cast.engineer.user, "示例原因")
    with pytest.raises(ValidationError, match="转交原因"):
        tasks.transfer(cast.manager, task, cast.engineer.user, " ")
    tasks.transfer(cast.manager, task, cast.engineer.user, "示例原因")
    task.refresh_from_db()
    assert task.person == cast.engineer.user
    assert AuditLine.objects.get(verb="transfer_task").after["reason"] == "示例原因"


def test_helping_and_leaving(task, cast):
    tasks.assign(cast.manager, task, cast.manager.user)
    tasks.help_with(cast.engineer, task)
    tasks.help_with(cast.engineer, task)
    assert [h.person for h in task.helpers.all()] == [cast.engineer.user]
    assert task in task_queries.on_trip_or_assigned(cast.manager, cast.engineer.user, task.day)
    tasks.leave(cast.engineer, task)
    assert not task.helpers.exists()
    assert (lines("help_with"), lines("leave_task")) == (1, 1)
    with pytest.raises(ValidationError, match="已是"):
        tasks.help_with(cast.manager, task)


def test_putting_off_needs_a_reason_and_stays(task, cast):
    Task.objects.filter(pk=task.pk).update(day=task.day - timedelta(days=2))
    task.refresh_from_db()
    later = task.day + timedelta(days=1)
    with pytest.raises(ValidationError, match="改期原因"):
        tasks.move(cast.engineer, task, later)
    done = tasks.move(cast.engineer, task, later, "厂方停电")
    assert (done.day, done.moved_from, done.fixed) == (later, task.day, True)
    assert plan(cast.houses.unit) == Planned(0, 0, 0)
    assert lines("move_task") == 1


def test_beyond_the_last_day_only_a_manager_and_nothing_is_planned_twice(task, cast):
    late = task.due + timedelta(days=3)
    with pytest.raises(ValidationError, match="须由负责人改期"):
        tasks.move(cast.engineer, task, late, "示例原因")
    assert any("逾期" in text or "无效" in text
               for text in tasks.consequences(cast.manager, task, late))
    tasks.move(cast.manager, task, late, "厂方检修")
    duties = {key for sheet in task.sheets.all() for key in sheet.duties}
    before = Task.objects.filter(day__lt=late, state="open").exclude(pk=task.pk)
    assert not duties & {key for other in before for sheet in other.sheets.all()
                         for key in sheet.duties}


def test_days_on_which_nobody_may_go_are_refused(task, cast):
    with pytest.raises(ValidationError, match="已经过去"):
        tasks.move(cast.manager, task, in_days(-1), "示例原因")
    ServiceContract.objects.update(until=task.day)
    with pytest.raises(ValidationError, match="不在合同期"):
        tasks.move(cast.manager, task, task.day + timedelta(days=1), "示例原因")


def test_a_change_to_a_confirmed_plan_is_written_into_it(task, cast):
    month = MonthPlan.objects.create(
        organisation=cast.houses.unit, discharger=cast.houses.plant, month=task.day.replace(day=1),
        state="confirmed")
    line = PlanLine.objects.create(plan=month, task=task, day=task.day)
    earlier = max(today(), task.day - timedelta(days=1))
    with pytest.raises(ValidationError, match="改期原因"):
        tasks.move(cast.manager, task, earlier)
    tasks.move(cast.manager, task, earlier, "示例车辆安排")
    line.refresh_from_db()
    assert (line.changed_to, line.changed_why) == (earlier, "示例车辆安排")


def test_cancelling_asks_for_approval_and_is_not_planned_again(task, cast):
    with pytest.raises(ValidationError, match="取消原因"):
        tasks.ask_cancel(cast.engineer, task, "")
    tasks.ask_cancel(cast.engineer, task, "示例停产")
    with pytest.raises(PermissionDenied):
        tasks.approve_cancel(cast.engineer, task)
    tasks.approve_cancel(cast.manager, task)
    task.refresh_from_db()
    assert task.state == TaskState.CANCELLED
    assert not Task.objects.filter(day=task.day, state="open").exists()
    assert (lines("ask_cancel"), lines("approve_cancel")) == (1, 1)


def test_a_refused_cancel_leads_back(task, cast):
    tasks.claim(cast.engineer, task)
    tasks.ask_cancel(cast.engineer, task, "示例停产")
    tasks.refuse_cancel(cast.manager, task, "仍须校准")
    task.refresh_from_db()
    assert (task.state, task.cancel_why) == ("assigned", "")
    assert lines("refuse_cancel") == 1


def test_who_comes_first_has_the_task(task, cast):
    done = tasks.begin(cast.engineer, task, noon(today()))
    again = tasks.begin(cast.manager, task, noon(today()) + 5)
    assert (done.state, again.person, again.begun_at) == (
        "under_way", cast.engineer.user, noon(today()))
    assert lines("begin_task") == 1


def test_the_last_sheet_ends_the_task_and_the_clocks_follow(task, cast):
    sheets = list(task.sheets.all())
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets):
        task.refresh_from_db()
        assert task.state != TaskState.DONE
        tasks.finish_sheet(cast.engineer, sheet, done_at=noon(today()) + number,
                           done_by=f"record:{number}")
    task.refresh_from_db()
    assert (task.state, task.done_at) == ("done", noon(today()) + len(sheets) - 1)
    done = DutyClock.objects.filter(duty__in=[key for s in sheets for key in s.duties])
    assert {row.done_by.partition(":")[0] for row in done} == {"record"}
    assert min(row.due for row in done) > today()
    assert plan(cast.houses.unit) == Planned(0, 0, 0)
    assert lines("finish_sheet") == len(sheets)


def test_a_reopened_sheet_takes_its_clocks_back(task, cast):
    sheet = task.sheets.first()
    before = dict(DutyClock.objects.values_list("duty", "due"))
    tasks.finish_sheet(cast.engineer, sheet, done_at=noon(today()), done_by="record:1")
    tasks.reopen_sheet(cast.engineer, sheet)
    sheet.refresh_from_db()
    task.refresh_from_db()
    assert (sheet.done_at, sheet.done_by, task.state) == (None, "", "under_way")
    assert dict(DutyClock.objects.values_list("duty", "due")) == before
    assert lines("reopen_sheet") == 1


def test_a_corrected_record_stands_in_for_the_one_it_corrects(task, cast):
    sheet = task.sheets.first()
    tasks.finish_sheet(cast.engineer, sheet, done_at=noon(today()), done_by="record:1")
    tasks.finish_sheet(cast.engineer, sheet, done_at=noon(in_days(-1)), done_by="record:2")
    assert set(DutyClock.objects.filter(duty__in=sheet.duties).values_list(
        "done_at", "done_by")) == {(noon(in_days(-1)), "record:2")}


def test_a_record_counts_though_its_task_was_withdrawn(task, cast):
    sheet = task.sheets.first()
    Task.objects.filter(pk=task.pk).update(state="withdrawn")
    tasks.finish_sheet(cast.engineer, sheet, done_at=noon(today()), done_by="record:1")
    task.refresh_from_db()
    assert task.state == "under_way"


def test_a_temporary_task_settles_what_is_open_by_then(task, cast):
    system = task.sheets.first().system
    made = tasks.add_task(cast.engineer, task.point, day=task.day, title="示例复查",
                          sheets=[(system, "hj75.g1"), (None, "om.upkeep")],
                          person=cast.engineer.user)
    assert (made.kind, made.state, made.fixed) == ("extra", "assigned", True)
    settled = made.sheets.get(form="hj75.g1").duties
    assert settled
    others = Task.objects.filter(kind="round", day=task.day, state="open")
    assert not {key for one in others for s in one.sheets.all() for key in s.duties} & set(settled)
    assert lines("add_task") == 1
    with pytest.raises(ValidationError, match="任务内容"):
        tasks.add_task(cast.engineer, task.point, day=task.day, title="")


VERBS = {
    "claim": lambda s, t, c: tasks.claim(s, t),
    "assign": lambda s, t, c: tasks.assign(s, t, c.engineer.user),
    "transfer": lambda s, t, c: tasks.transfer(s, t, c.engineer.user, "示例"),
    "help": lambda s, t, c: tasks.help_with(s, t),
    "move": lambda s, t, c: tasks.move(s, t, t.day + timedelta(days=1), "示例"),
    "ask_cancel": lambda s, t, c: tasks.ask_cancel(s, t, "示例"),
    "approve_cancel": lambda s, t, c: tasks.approve_cancel(s, t),
    "refuse_cancel": lambda s, t, c: tasks.refuse_cancel(s, t, "示例"),
    "begin": lambda s, t, c: tasks.begin(s, t, 1),
    "finish": lambda s, t, c: tasks.finish_sheet(
        s, t.sheets.first(), done_at=1, done_by="record:1"),
    "reopen": lambda s, t, c: tasks.reopen_sheet(s, t.sheets.first()),
}


@pytest.mark.parametrize("verb", VERBS)
def test_another_units_manager_finds_no_such_task(task, cast, verb):
    with pytest.raises(Task.DoesNotExist):
        VERBS[verb](cast.outsider, task, cast)


@pytest.mark.parametrize("verb", VERBS)
def test_who_has_no_right_is_refused(task, cast, verb):
    with pytest.raises(PermissionDenied):
        VERBS[verb](cast.discharger, task, cast)


@pytest.mark.parametrize("verb", [v for v in VERBS if v not in ("finish", "reopen")])
def test_a_finished_task_can_only_be_reopened(task, cast, verb):
    Task.objects.filter(pk=task.pk).update(state="done", person=cast.manager.user)
    task.refresh_from_db()
    with pytest.raises(ValidationError, match="已完成"):
        VERBS[verb](cast.manager, task, cast)
    assert ("done", verb) not in LIFE


def test_who_sees_which_tasks(task, cast):
    seen = {who: task_queries.tasks_of(getattr(cast, who)).filter(pk=task.pk).exists()
            for who in ("manager", "engineer", "storekeeper", "discharger", "inspector",
                        "officer", "outsider")}
    assert seen == {"manager": True, "engineer": True, "storekeeper": True, "discharger": True,
                    "inspector": True, "officer": False, "outsider": False}
    assert not task_queries.workable(cast.discharger).exists()
    assert task in task_queries.workable(cast.engineer)


def test_counts_put_overdue_work_under_its_own_tab(task, cast):
    rows = task_queries.tasks_of(cast.manager)
    before = task_queries.counts(rows)
    Task.objects.filter(pk=task.pk).update(due=in_days(-1))
    found = task_queries.counts(rows)
    assert (found["overdue"], found["open"]) == (1, before["open"] - 1)
    assert found[""] == before[""]
    for tab in task_queries.TABS:
        assert task_queries.in_state(rows, tab).count() == found[tab]


def test_what_will_make_data_invalid_is_announced(task, cast):
    key = "hj75.calibration.extractive"
    clock = DutyClock.objects.get(duty=key)
    now = clock.due_at / 1000
    assert key not in {d.duty.key for d in task_queries.endangered(cast.manager, 48, now - 300_000)}
    soon = {d.duty.key: d for d in task_queries.endangered(cast.manager, 48, now - 3600)}
    assert (soon[key].state, soon[key].at) == ("soon", clock.due_at)
    assert soon[key].task is not None
    over = {d.duty.key: d.state for d in task_queries.endangered(cast.manager, 48, now)}
    assert over[key] == "over"
    assert task_queries.endangered(cast.outsider, 48, now) == []


def test_a_visit_put_off_beyond_the_instant_is_announced_long_before(task, cast):
    key = "hj75.calibration.extractive"
    sheet = next(s for t in Task.objects.order_by("day") for s in t.sheets.all()
                 if key in s.duties)
    tasks.move(cast.manager, sheet.task, sheet.task.due + timedelta(days=2), "示例原因")
    found = {d.duty.key: d for d in task_queries.endangered(
        cast.manager, 1, DutyClock.objects.get(duty=key).due_at / 1000 - 500_000)}
    assert (found[key].state, found[key].task) == ("late", sheet.task)
