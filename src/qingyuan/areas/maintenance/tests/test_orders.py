"""Work orders: who opens them where, their life, their clocks, what is refused to whom."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import queries as assets
from qingyuan.areas.assets.models import MonitoringPoint, PointKeeper, ServiceContract
from qingyuan.areas.maintenance.models import OrderClock, WorkOrder
from qingyuan.areas.maintenance.orders import actions, clocks, queries, sampling
from qingyuan.areas.organisations.models import AuditLine, Membership, User
from qingyuan.areas.telemetry.manual_values import record_manual_value

pytestmark = pytest.mark.django_db
HOUR = clocks.HOUR


@pytest.fixture
def order(cast, station):
    """An order at a gas point, found two hours ago."""
    return actions.open_order(
        cast.manager, station().point, kind="repair", symptom="SO2 分析仪无响应",
        found_at=queries.now_ms() - 2 * HOUR)


@pytest.fixture
def mate(cast):
    """A second engineer of the unit."""
    user = User.objects.create(username="mate", name="示例同事")
    Membership.objects.create(user=user, organisation=cast.houses.unit, role="engineer")
    return user


def states(order):
    return {clock.code: clock.state for clock in order.clocks.all()}


def test_an_order_has_a_number_its_clocks_and_an_audit_line(cast, order):
    assert order.number == f"GD{clocks.day_of(queries.now_ms()):%Y%m%d}-0001"
    assert order.traits == ["gas", "fault"]
    assert states(order) == dict.fromkeys(
        ("reply", "on_site", "report", "restore_hours", "restore_days"), "running")
    line = AuditLine.objects.get(verb="open_order")
    assert (line.object_name, line.after["kind"]) == (order.number, "repair")
    assert order.entries.get().verb == "open"


def test_numbers_count_on_within_a_unit_and_a_day(cast, order, neighbour):
    second = actions.open_order(cast.engineer, order.point, kind="other", symptom="仪表风压低")
    other = actions.open_order(cast.outsider, neighbour.point, kind="repair", symptom="漂移")
    assert [second.number[-4:], other.number[-4:]] == ["0002", "0001"]


def test_the_keeper_has_the_order_first(cast, station, mate):
    point = station().point
    PointKeeper.objects.create(organisation=cast.houses.unit, point=point, person=mate,
                               since=date(2020, 1, 1))
    made = actions.open_order(cast.reviewer, point, kind="data", symptom="数据恒值")
    assert made.person == mate


def test_the_dischargers_order_goes_to_the_unit_under_contract(cast, station):
    point = station().point
    made = actions.open_order(cast.discharger, point, kind="customer", symptom="分析仪报警")
    assert (made.organisation, made.source) == (cast.houses.unit, "discharger")
    for who in (cast.manager, cast.discharger, cast.inspector):
        assert queries.order(who, made.pk) == made
    for who in (cast.outsider, cast.officer):
        with pytest.raises(WorkOrder.DoesNotExist):
            queries.order(who, made.pk)


def test_a_discharger_without_contract_is_told_so(cast, station):
    point = station().point
    ServiceContract.objects.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    with pytest.raises(ValidationError, match="没有运维合同"):
        actions.open_order(cast.discharger, point, kind="customer", symptom="报警")


def test_nobody_opens_an_order_at_a_strangers_point(cast, neighbour):
    with pytest.raises(MonitoringPoint.DoesNotExist):
        actions.open_order(cast.manager, neighbour.point, kind="repair", symptom="漂移")
    with pytest.raises(PermissionDenied):
        actions.open_order(cast.inspector, neighbour.point, kind="repair", symptom="漂移")


@pytest.mark.parametrize(("facts", "field"), [
    ({"kind": "patrol"}, "kind"), ({"symptom": "  "}, "symptom"), ({"traits": ["warp"]}, "traits"),
    ({"found_at": 4_000_000_000_000}, "found_at"),
])
def test_an_order_that_says_nothing_usable_is_refused(cast, station, facts, field):
    said = {"kind": "repair", "symptom": "漂移", **facts}
    with pytest.raises(ValidationError) as refused:
        actions.open_order(cast.manager, station().point, **said)
    assert field in refused.value.message_dict


def test_the_whole_life_of_a_repair(cast, order):
    found = order.found_at
    actions.accept(cast.engineer, order, found + HOUR)
    actions.arrive(cast.engineer, order, found + HOUR + 1)
    actions.report(cast.engineer, order, found + HOUR + 2, to="示例生态环境局", text="电话")
    actions.repaired(cast.engineer, order, found + HOUR + 3, cause="膜裂", handling="换膜")
    actions.restored(cast.engineer, order, found + HOUR + 4)
    done = actions.close(cast.manager, order)
    assert (done.state, done.person, done.cause) == ("closed", cast.engineer.user, "膜裂")
    assert (done.accepted_at, done.arrived_at) == (found + HOUR, found + HOUR + 1)
    assert set(states(done).values()) == {"met"}
    assert [entry.verb for entry in done.entries.order_by("id")] == [
        "open", "accept", "arrive", "report", "repaired", "restored", "close"]
    assert AuditLine.objects.filter(kind="maintenance.workorder").count() == 7


def test_in_time_to_the_last_moment_and_late_after_it(cast, order):
    due = {clock.code: clock.due_at for clock in order.clocks.all()}
    OrderClock.objects.filter(code="on_site").update(due_at=due["reply"] - 1)
    actions.arrive(cast.engineer, order, due["reply"])
    assert {code: states(order)[code] for code in ("reply", "on_site")} == {
        "reply": "met", "on_site": "late"}


def test_who_comes_without_reply_has_replied(cast, order):
    row = actions.arrive(cast.engineer, order, order.found_at + 1000)
    assert row.accepted_at == row.arrived_at == order.found_at + 1000


def test_an_order_that_somebody_has_is_his_to_reply_to(cast, order, mate):
    actions.assign(cast.manager, order, mate)
    with pytest.raises(ValidationError, match="示例同事"):
        actions.accept(cast.engineer, order)
    with pytest.raises(PermissionDenied):
        actions.transfer(cast.engineer, order, cast.engineer.user, "顺路")
    assert actions.accept(cast.manager, order).person == mate


def test_transfer_and_help(cast, order, mate):
    actions.accept(cast.engineer, order)
    actions.help_with(cast.engineer, order, mate)
    with pytest.raises(ValidationError, match="已在处理"):
        actions.help_with(cast.engineer, order, mate)
    row = actions.transfer(cast.engineer, order, mate, "休假")
    assert (row.person, row.helpers.count()) == (mate, 0)
    with pytest.raises(ValidationError, match="本单位的运维人员"):
        actions.assign(cast.manager, order, cast.outsider.user)


@pytest.mark.parametrize("act", ["accept", "arrive", "repaired", "restored", "cancel", "close",
                                 "assign", "pause", "check"])
def test_another_units_order_is_not_there(cast, order, act):
    given = {"cancel": ["重复"], "assign": [cast.outsider.user], "pause": ["等备件"],
             "check": [True]}.get(act, [])
    with pytest.raises(WorkOrder.DoesNotExist):
        getattr(actions, act)(cast.outsider, order, *given)


@pytest.mark.parametrize(("act", "who"), [
    ("accept", "discharger"), ("arrive", "storekeeper"), ("close", "engineer"),
    ("cancel", "engineer"), ("assign", "engineer"), ("report", "reviewer"),
])
def test_roles_are_held_to_their_verbs(cast, order, act, who):
    given = {"cancel": ["重复"], "assign": [cast.engineer.user]}.get(act, [])
    more = {"to": "局"} if act == "report" else {}
    with pytest.raises(PermissionDenied):
        getattr(actions, act)(getattr(cast, who), order, *given, **more)


def test_times_ahead_and_before_the_fault_are_refused(cast, order):
    for at in (order.found_at - 1, queries.now_ms() + HOUR):
        with pytest.raises(ValidationError) as refused:
            actions.accept(cast.engineer, order, at)
        assert "at" in refused.value.message_dict


def test_a_pause_moves_only_what_is_agreed(cast, station):
    point = station(kind="water").point
    order = actions.open_order(cast.manager, point, kind="repair", symptom="采样泵不动",
                               found_at=queries.now_ms() - HOUR)
    before = {clock.code: clock.due_at for clock in order.clocks.all()}
    start, end = order.found_at + HOUR // 2, order.found_at + HOUR // 2 + 600_000
    actions.pause(cast.engineer, order, "厂方停电，进不去", start)
    assert {code for code, state in states(order).items() if state == "paused"} == {
        "reply", "on_site"}
    actions.resume(cast.engineer, order, "来电", end)
    after = {clock.code: clock.due_at - before[clock.code] for clock in order.clocks.all()}
    assert after == {"reply": 600_000, "on_site": 600_000, "report": 0, "restore_hours": 0,
                     "restore_days": 0}


def test_met_while_paused_counts_the_pause_so_far(cast, station):
    order = actions.open_order(cast.manager, station(kind="water").point, kind="repair",
                               symptom="漏水", found_at=queries.now_ms() - 3 * HOUR)
    actions.pause(cast.engineer, order, "等待入厂许可", order.found_at + HOUR)
    actions.accept(cast.engineer, order, order.found_at + 5 * HOUR // 2)
    reply = order.clocks.get(code="reply")
    assert (reply.state, reply.due_at - reply.since) == ("met", 2 * HOUR + 3 * HOUR // 2)


def test_law_does_not_wait(cast, order):
    actions.accept(cast.engineer, order, order.found_at + 1000)
    with pytest.raises(ValidationError, match="没有可以暂停的时限"):
        actions.pause(cast.engineer, order, "等备件")


def test_other_traits_take_clocks_back_and_start_new_ones(cast, order):
    actions.report(cast.engineer, order, order.found_at + 1000, to="局")
    row = actions.change_traits(cast.engineer, order, ["logger"])
    assert (row.traits, states(row)["logger_repair"]) == (["gas", "fault", "logger"], "running")
    row = actions.change_traits(cast.engineer, order, [])
    assert states(row) == {"reply": "running", "report": "met", **dict.fromkeys(
        ("on_site", "logger_repair", "restore_hours", "restore_days"), "cancelled")}
    row = actions.change_traits(cast.engineer, order, ["fault"])
    assert (states(row)["on_site"], states(row)["report"]) == ("running", "met")


def test_close_asks_for_cause_handling_and_open_clocks(cast, order):
    actions.accept(cast.engineer, order, order.found_at + 1000)
    with pytest.raises(ValidationError) as refused:
        actions.close(cast.manager, order, handling="换膜")
    assert "cause" in refused.value.message_dict
    with pytest.raises(ValidationError, match="到达现场、故障报告") as refused:
        actions.close(cast.manager, order, cause="膜裂", handling="换膜")
    assert list(refused.value.message_dict) == ["without"]
    done = actions.close(cast.manager, order, cause="误报", handling="远程核实",
                         without="未发生故障")
    assert (done.state, done.closed_why) == ("closed", "未发生故障")
    assert set(states(done).values()) == {"met", "cancelled"}
    with pytest.raises(ValidationError, match="已办结"):
        actions.arrive(cast.engineer, order)


def test_what_was_late_when_an_order_ends_stays_late(cast, order):
    OrderClock.objects.filter(code="report").update(due_at=order.found_at + 1)
    actions.accept(cast.engineer, order)
    done = actions.close(cast.manager, order, cause="膜裂", handling="换膜", without="未报告")
    assert states(done)["report"] == "late"


def test_a_cancelled_order_has_no_clocks(cast, order):
    done = actions.cancel(cast.manager, order, "重复登记")
    assert (done.state, set(states(done).values())) == ("cancelled", {"cancelled"})


def test_the_loop_of_a_failed_check_runs_from_the_first_failure(cast, station):
    point = station(kind="water").point
    order = actions.open_order(cast.engineer, point, kind="check", symptom="COD 标样核查 -14%",
                               found_at=queries.now_ms() - 5 * HOUR, source="record",
                               source_ref="record:12")
    actions.check(cast.engineer, order, False, order.found_at + HOUR, "校准后 -11%")
    [clock] = order.clocks.filter(code="recover")
    assert clock.due_at - order.found_at == 6 * HOUR
    actions.check(cast.engineer, order, True, order.found_at + 2 * HOUR, "+3%")
    clock.refresh_from_db()
    assert clock.state == "met"
    actions.check(cast.engineer, order, False, order.found_at + 4 * HOUR)
    assert [one.since - order.found_at for one in order.clocks.filter(code="recover")] == [
        0, 4 * HOUR]


def test_a_check_not_put_right_in_time_asks_for_manual_samples(cast, station):
    point = station(kind="water").point
    found = queries.now_ms() - 14 * HOUR
    order = actions.open_order(cast.engineer, point, kind="check", symptom="不合格", found_at=found)
    assert sampling.duty(order, found + 5 * HOUR) is None
    duty = sampling.duty(order, found + 8 * HOUR)
    assert (duty.since - found, duty.next_due - found, duty.late) == (6 * HOUR, 12 * HOUR, False)
    actions.check(cast.engineer, order, True, found + 8 * HOUR)
    assert sampling.duty(order, found + 13 * HOUR).since == found + 6 * HOUR


def test_samples_are_the_points_manual_values(cast, station):
    point = station(kind="water").point
    found = queries.now_ms() - 10 * HOUR
    order = actions.open_order(cast.engineer, point, kind="repair", symptom="仪器停机",
                               traits=["stopped"], found_at=found)
    second = (found + 5 * HOUR) // 1000
    for factor in ("w01018", "w21003"):
        record_manual_value(cast.engineer, point, factor=factor, time=second, value=31.0)
    duty = sampling.duty(order, found + 12 * HOUR)
    assert duty.samples == (second * 1000,)
    assert (duty.next_due, duty.late) == (second * 1000 + 6 * HOUR, True)
    actions.restored(cast.engineer, order, found + 9 * HOUR)
    order.refresh_from_db()
    assert sampling.duty(order, found + 24 * HOUR).next_due is None


def test_samples_of_flue_gas_are_written_into_the_log(cast, order):
    actions.change_traits(cast.engineer, order, ["fault", "stopped"])
    order.refresh_from_db()
    actions.add_sample(cast.engineer, order, order.found_at + HOUR, "便携式烟气分析仪")
    assert sampling.duty(order).samples == (order.found_at + HOUR,)


def test_the_discharger_may_say_something_and_files_must_be_kept(cast, order):
    entry = actions.add_entry(cast.discharger, order, "今晚 20 点可入厂")
    assert (entry.verb, entry.who) == ("note", "示例discharger")
    with pytest.raises(ValidationError, match="附件不存在"):
        actions.add_entry(cast.engineer, order, "照片", files=["0" * 64])


def test_clock_figures_count_in_time_late_and_running(cast, order):
    actions.accept(cast.engineer, order, order.found_at + 1000)
    OrderClock.objects.filter(code="report").update(due_at=order.found_at + 1)
    span = (order.found_at, order.found_at + 1)
    told = {one.code: (one.met, one.late, one.running)
            for one in queries.clock_figures(cast.manager, *span)}
    assert told == {"reply": (1, 0, 0), "on_site": (0, 0, 1), "report": (0, 1, 0),
                    "restore_hours": (0, 0, 1), "restore_days": (0, 0, 1)}
    assert queries.clock_figures(cast.outsider, *span) == []
    assert queries.clock_figures(cast.manager, order.found_at + 1, order.found_at + 2) == []


def test_the_contract_may_have_ended_the_unit_still_reads_its_orders(cast, order):
    ServiceContract.objects.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    assert not assets.points_of(cast.manager).exists()
    assert queries.order(cast.manager, order.pk) == order


def test_the_next_number_reads_one_row_also_after_9999(
        cast, order, django_assert_max_num_queries):
    start = order.number[:-4]
    for tail in ("9999", "10000"):
        WorkOrder.objects.filter(pk=actions.open_order(
            cast.manager, order.point, kind="other", symptom="示例").pk).update(
            number=f"{start}{tail}")
    with django_assert_max_num_queries(40) as read:
        made = actions.open_order(cast.manager, order.point, kind="other", symptom="示例")
    assert made.number == f"{start}10001"
    [asked] = [q["sql"] for q in read.captured_queries if "number" in q["sql"]
               and q["sql"].startswith("SELECT") and "LIMIT 1" in q["sql"]]
    assert "LIKE" not in asked
