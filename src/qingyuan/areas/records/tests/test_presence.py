"""Coming and going: the fence, two clocks, what a check-in begins, who approves, who may read."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import sites
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.maintenance.models import Task, WorkOrder
from qingyuan.areas.maintenance.orders.actions import open_order
from qingyuan.areas.organisations.models import AuditLine, Membership, User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.records.models import HouseEntry, Presence
from qingyuan.areas.records.presence import actions, log, queries

pytestmark = pytest.mark.django_db
MINUTE = 60_000
HERE = {"latitude": 43.8000, "longitude": 87.6000, "accuracy": 12.0}
FAR = {"latitude": 43.8100, "longitude": 87.6000, "accuracy": 12.0}  # 1112 m further north


@pytest.fixture
def site(cast, rig):
    """The rig's point at 43.8 N, 87.6 E with a fence of 300 m."""
    sites.set_place(cast.manager, rig.point, latitude=43.8, longitude=87.6, fence=300)
    return rig


@pytest.fixture
def come(cast, site):
    """``come()``: the engineer checks in on site now; facts may be changed."""
    number = iter(range(1000))

    def check_in(who=None, point=None, **facts) -> Presence:
        sent = {"client_id": f"phone-{next(number):04}", "phone_at": queries.now_ms(), **HERE,
                **facts}
        return actions.check_in(who or cast.engineer, point or site.point, **sent)

    return check_in


@pytest.fixture
def go(cast, site):
    """``go()``: the engineer checks out on site now."""
    def check_out(who=None, **facts) -> Presence:
        sent = {"client_id": "phone-out1", "phone_at": queries.now_ms(), **HERE, **facts}
        return actions.check_out(who or cast.engineer, site.point, **sent)

    return check_out


def supervisor(cast) -> Scope:
    user = User.objects.create(username="supervisor", name="示例督查")
    Membership.objects.create(user=user, organisation=cast.houses.unit, role="supervisor")
    return Scope(cast.houses.unit, "supervisor", user)


# -- check-in ------------------------------------------------------------------------------------


def test_a_check_in_on_site_begins_the_task_and_writes_the_log(cast, site, come):
    row = come(task=site.task)
    task = Task.objects.get(pk=site.task.pk)
    entry = HouseEntry.objects.get(presence=row)
    assert (row.approval, row.off_site, row.late, round(row.distance)) == ("none", False, False, 0)
    assert (task.state, task.begun_at) == ("under_way", row.phone_at)
    assert (entry.name, entry.company, entry.came_at, entry.left_at) == (
        "示例engineer", "示例运维有限公司", row.phone_at, None)
    line = AuditLine.objects.get(verb="check_in", object_id=str(row.pk))
    assert (line.who, line.after["distance"], line.after["fence"]) == ("示例engineer", 0, 300)


def test_a_check_in_to_an_order_is_its_arrival(cast, site, come):
    order = open_order(cast.manager, site.point, kind="repair", symptom="采样泵停转")
    come(order=order)
    order.refresh_from_db()
    assert (order.state, order.arrived_at is not None) == ("on_site", True)


def test_sent_twice_it_is_one_presence(cast, site, come):
    first = come(client_id="phone-same")
    assert come(client_id="phone-same").pk == first.pk
    assert (Presence.objects.count(), HouseEntry.objects.count()) == (1, 1)


def test_an_id_that_another_check_in_has_is_refused(cast, site, come):
    come(client_id="phone-same")
    with pytest.raises(ValidationError, match="该编号已用于另一次签到"):
        come(who=cast.manager, client_id="phone-same")


def test_off_site_it_wants_a_reason_and_waits(cast, site, come):
    with pytest.raises(ValidationError) as refused:
        come(**FAR)
    assert "距点位 1112 米，超出签到半径" in refused.value.message_dict["reason"][0]
    assert Presence.objects.count() == 0
    row = come(**FAR, reason="厂门封闭，在门外等候")
    assert (row.approval, row.off_site, round(row.distance)) == ("pending", True, 1112)


def test_accuracy_helps_by_one_fence_at_most(come):
    near = {"latitude": 43.8050, "longitude": 87.6000}  # 556 m
    assert come(**near, accuracy=270.0).off_site is False
    with pytest.raises(ValidationError, match="超出签到半径"):
        come(latitude=43.8060, longitude=87.6, accuracy=900.0)


@pytest.mark.parametrize("position", [
    {"latitude": None, "longitude": None, "accuracy": None},
    {**HERE, "accuracy": 2500.0},
])
def test_without_a_sound_position_it_waits(come, position):
    with pytest.raises(ValidationError, match="没有可用的位置"):
        come(**position)
    row = come(**position, reason="站房内无信号")
    assert (row.approval, row.off_site) == ("pending", False)


def test_a_point_without_place_makes_every_check_in_wait(cast, rig):
    row = actions.check_in(cast.engineer, rig.point, client_id="phone-0001",
                           phone_at=queries.now_ms(), **HERE, reason="点位未登记位置")
    assert (row.approval, row.distance, row.fence) == ("pending", None, 300)


def test_sent_late_it_keeps_both_times_and_credits_the_phones(site, come):
    then = queries.now_ms() - 40 * MINUTE
    row = come(phone_at=then, reason="站房内无信号，事后发出", task=site.task)
    assert (row.late, row.approval, row.phone_at) == (True, "pending", then)
    assert row.at - then >= 40 * MINUTE
    assert HouseEntry.objects.get(presence=row).came_at == then
    assert Task.objects.get(pk=site.task.pk).begun_at == then


def test_a_clock_that_runs_ahead_waits_and_credits_the_servers(come):
    row = come(phone_at=queries.now_ms() + 20 * MINUTE, reason="手机时间不准")
    assert (row.late, row.approval) == (True, "pending")
    assert HouseEntry.objects.get(presence=row).came_at == row.at


@pytest.mark.parametrize(("facts", "field"), [
    ({"phone_at": 0}, "phone_at"), ({"latitude": 91.0}, "latitude"),
    ({"longitude": float("nan")}, "latitude"), ({"longitude": None}, "latitude"),
    ({"accuracy": -1.0}, "latitude"), ({"client_id": "kurz"}, "client_id"),
    ({"photo": "../../etc"}, "photo"), ({"photo": "ab" * 32}, "photo"),
])
def test_what_no_phone_says_is_refused(come, facts, field):
    with pytest.raises(ValidationError) as refused:
        come(**facts, reason="说明")
    assert field in refused.value.message_dict


def test_who_is_there_does_not_come_again(site, come):
    come()
    with pytest.raises(ValidationError, match="尚未签退"):
        come()


def test_a_task_that_was_closed_meanwhile_does_not_lose_the_presence(site, come):
    Task.objects.filter(pk=site.task.pk).update(state="cancelled")
    assert come(task=site.task).task_id == site.task.pk
    assert Task.objects.get(pk=site.task.pk).state == "cancelled"


def test_roles_and_units_that_may_not_check_in(cast, site, come, neighbour):
    with pytest.raises(PermissionDenied):
        come(who=cast.reviewer)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        come(point=neighbour.point)
    with pytest.raises(ValidationError, match="不在本点"):
        come(task=Task.objects.create(
            organisation=cast.houses.unit, point=site.other, day=date(2026, 3, 5),
            opens=date(2026, 3, 5), due=date(2026, 3, 5), due_at=1))
    theirs = open_order(cast.outsider, neighbour.point, kind="repair", symptom="故障")
    with pytest.raises(WorkOrder.DoesNotExist):
        come(order=theirs)


# -- check-out and approval ----------------------------------------------------------------------


def test_a_check_out_ends_the_visit(site, come, go):
    entry = HouseEntry.objects.get(presence=come(task=site.task,
                                                 phone_at=queries.now_ms() - 10 * MINUTE))
    row = go()
    entry.refresh_from_db()
    assert (row.kind, row.task_id, entry.left_at) == ("out", site.task.pk, row.phone_at)


def test_nobody_leaves_who_has_not_come(site, come, go, cast):
    with pytest.raises(ValidationError, match="请先签到"):
        go()
    come(who=cast.manager)
    with pytest.raises(ValidationError, match="请先签到"):
        go()


def test_a_manager_approves_and_refuses_with_a_reason(cast, come):
    row = come(**FAR, reason="厂门封闭")
    done = actions.decide(cast.manager, row, True, "已电话核实")
    assert (done.approval, done.approved_by, done.approved_why) == (
        "approved", "示例manager", "已电话核实")
    assert AuditLine.objects.filter(verb="approve_presence", object_id=str(row.pk)).count() == 1
    with pytest.raises(ValidationError, match="不在等待批准"):
        actions.decide(cast.manager, row, False, "再想想")


def test_a_refusal_needs_its_reason_and_stands_in_the_log(cast, come):
    row = come(**FAR, reason="厂门封闭")
    with pytest.raises(ValidationError, match="不批准须说明原因"):
        actions.decide(cast.manager, row, False, " ")
    assert actions.decide(cast.manager, row, False, "当日门卫无记录").approval == "refused"
    assert HouseEntry.objects.get(presence=row).note == "签到未批准：当日门卫无记录"


def test_nobody_approves_their_own_and_no_other_role_or_unit_does(cast, site, come):
    own = come(who=cast.manager, **FAR, reason="厂门封闭")
    with pytest.raises(ValidationError, match="不能批准自己的签到"):
        actions.decide(cast.manager, own, True)
    with pytest.raises(PermissionDenied):
        actions.decide(cast.engineer, own, True)
    with pytest.raises(Presence.DoesNotExist):
        actions.decide(cast.outsider, own, True)
    assert actions.decide(supervisor(cast), own, True).approval == "approved"


# -- the log -------------------------------------------------------------------------------------


def test_visitors_are_written_by_hand_and_leave(cast, site):
    now = queries.now_ms()
    row = log.add_entry(cast.discharger, site.point, name="示例检查员", company="示例生态环境局",
                        purpose="现场检查", came_at=now - 60 * MINUTE)
    assert [one.name for one in queries.entries_of(cast.engineer)] == ["示例检查员"]
    assert log.end_entry(cast.discharger, row, now).left_at == now
    with pytest.raises(HouseEntry.DoesNotExist):  # who wrote it ends it
        log.end_entry(cast.engineer, row, now)


@pytest.mark.parametrize(("facts", "field"), [
    ({"name": " "}, "name"), ({"purpose": ""}, "purpose"),
    ({"came_at": 4_000_000_000_000}, "came_at"), ({"left_at": 1_000_000_000_000}, "left_at"),
])
def test_a_line_that_says_nothing_is_refused(cast, site, facts, field):
    whole = {"name": "示例访客", "purpose": "参观", "came_at": queries.now_ms() - MINUTE, **facts}
    with pytest.raises(ValidationError) as refused:
        log.add_entry(cast.engineer, site.point, **whole)
    assert field in refused.value.message_dict


def test_who_reads_presence(cast, site, come, neighbour):
    row = come()
    assert list(queries.presences_of(cast.discharger)) == [row]
    assert list(queries.presences_of(cast.inspector)) == [row]
    assert list(queries.presences_of(cast.outsider)) == []
    assert list(queries.presences_of(cast.officer)) == []
    assert list(queries.entries_of(cast.outsider)) == []
    with pytest.raises(PermissionDenied):
        log.add_entry(cast.reviewer, site.point, name="示例", purpose="参观", came_at=1)


def test_a_month_by_person(cast, site, come, go):
    begun = queries.now_ms() - 12 * MINUTE
    come(phone_at=begun)
    go(phone_at=begun + 12 * MINUTE)
    come(point=site.other, reason="点位未登记位置")
    first = begun - 86_400_000
    (one,) = queries.people_figures(cast.manager, first, begun + 86_400_000)
    assert (one.name, one.visits, one.points, one.pending, one.open) == (
        "示例engineer", 2, 2, 1, 1)
    assert one.hours == pytest.approx(0.2)
