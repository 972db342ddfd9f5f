"""The daily remote check: what telemetry says of each point, and what a signature makes of it."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.areas.assets import facilities
from qingyuan.areas.maintenance.duty_sets import choose_set
from qingyuan.areas.maintenance.models import DutyClock, WorkOrder
from qingyuan.areas.maintenance.planning.clocks import refresh
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records.desk import actions, queries
from qingyuan.areas.records.models import DeskDay, DeskLine, Record
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.marking.actions import prepare_mark
from qingyuan.areas.telemetry.models import LatestReading
from qingyuan.kernel.clock import CST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
DAY = date(2026, 11, 23)
HOUR = 3600
SIGN = {"name": "示例甲"}


def said(line) -> list[str]:
    return [one["sentence"] for one in line.exceptions]


# -- filling -------------------------------------------------------------------------------------


def test_a_point_in_order_is_normal_and_its_figures_are_filled_in(filled, point, morning):
    one = point()
    line = filled().only
    data, state = line.answers["data"], line.answers["state"]
    assert (line.state, line.form, line.exceptions) == ("normal", "remote.gas", [])
    assert (data["hours_yesterday"], data["hours_today"], data["minutes_share"]) == (24, 9, 100.0)
    assert data["completeness"] == {"mark": "√", "note": "昨日小时数据 24 个"}
    assert data["last_packet"] == "2026-11-23T08:59"
    assert (state["last_calibration"], state["calibration_result"]) == (
        "2026-11-21T09:00", "合格")
    assert line.answers["header"]["enterprise"] == one.point.organisation.name
    assert line.facts["looks"] == ["state.video"]


@pytest.mark.parametrize(("facts_of", "state", "sentence"), [
    ({"missing": (3, 4)}, "exception", "昨日缺 2 个小时数据"),
    ({"missing": range(24)}, "exception", "昨日没有收到小时数据"),
    ({"flag": "D"}, "exception", "二氧化硫 有“故障”标识 1 个小时值"),
    ({"heard": 7200}, "exception", "数据中断 2.0 h，最近一包 11-23 07:00"),
    ({"heard": None}, "no_data", "从未收到数据包"),
])
def test_what_telemetry_lacks_or_complains_of_is_a_sentence(
    filled, point, facts_of, state, sentence,
):
    point(**facts_of)
    line = filled().only
    assert line.state == state
    assert sentence in said(line)


def test_a_failed_calibration_an_overdue_one_and_one_that_was_never_seen(cast, filled, point):
    one, late, none = point(), point(calibrated=None), point(calibrated=None)
    facts.record_event(cast.manager, one.point, kind="calibration", factor="a21026",
                       start=one.event.start + HOUR, passed=False)
    refresh(cast.houses.unit, today=DAY)
    DutyClock.objects.filter(
        system=late.system, duty="hj75.calibration.extractive").update(
        due_at=(one.event.start + 3 * HOUR) * 1000, done_at=one.event.start * 1000)
    lines = filled().lines
    assert said(lines[one.point.name]) == ["二氧化硫最近一次校准不合格（11-21 10:00）"]
    assert said(lines[late.point.name]) == ["校准已超期 45 h"]
    assert lines[none.point.name].answers["state"]["calibration"]["mark"] == "/"


def test_a_pass_of_the_whole_system_ends_a_factor_s_failure(cast, filled, point, morning):
    one = point()
    facts.record_event(cast.manager, one.point, kind="calibration", factor="a21026",
                       start=morning - 60 * HOUR, passed=False)
    assert filled().only.state == "normal"


def test_an_automatic_calibration_counts_from_when_it_really_was(cast, filled, point, morning):
    good, old = point(auto_calibration=True, calibrated=6), point(auto_calibration=True)
    lines = filled().lines
    done = lines[good.point.name].facts["done"]
    assert done["hj75.calibration.auto"] == (morning - 6 * HOUR) * 1000
    assert lines[good.point.name].state == "normal"
    assert said(lines[old.point.name]) == ["校准已超期 9 h"]


def test_changed_parameters_and_marks_that_nobody_declared_are_to_be_looked_at(
    cast, filled, point, morning,
):
    one = point()
    for name in ("range.a21026", "duct_area_m2"):  # set up for the first time: no change
        facts.set_parameter(cast.manager, one.point, name, 12.0, since=morning - 2 * HOUR)
    facts.set_parameter(cast.manager, one.point, "range.a21026", 300.0, since=morning - HOUR)
    prepare_mark(cast.engineer, one.point, kind="fault", factor="a21026",
                 start=morning - 5 * HOUR, end=morning - 4 * HOUR, note="示例")
    line = filled().only
    assert said(line) == ["昨日以来改动 1 项参数：二氧化硫量程上限", "1 条标记待申报"]
    assert [one["page"] for one in line.exceptions] == ["facts", "marks"]


def test_nmhc_and_gas_at_one_point_each_hear_of_their_own_factors(cast, filled, point):
    one = point(flag="D")
    facilities.add_system(cast.manager, one.point, kind="nmhc", name="NMHC", since=DAY)
    lines = {line.form: line for line in filled().desk.lines.all()}
    assert said(lines["remote.gas"]) == ["二氧化硫 有“故障”标识 1 个小时值"]
    assert lines["remote.nmhc"].state == "normal"


def test_water_has_the_daily_items_of_hj_355(filled, point):
    point(kind="water", calibrated=20)
    line = filled().only
    assert "hj355.transmission.upload" in line.duties
    assert line.answers["state"]["check"]["mark"] == "√"
    assert set(line.facts["looks"]) == {"state.drain", "state.appearance", "state.video"}


def test_winter_s_item_comes_with_its_set(cast, filled, point):
    point()
    assert "heat_tracing" not in filled().only.answers["state"]
    choose_set(cast.manager, "winter", True)
    assert filled().only.answers["state"]["heat_tracing"] == {
        "mark": "/", "note": "数采仪没有上报温度状态量"}


def test_filling_again_brings_up_to_date_and_leaves_what_is_signed(cast, filled, point, morning):
    one, two = point(), point()
    first = filled()
    actions.sign(cast.engineer, first.desk, [first.lines[one.point.name]], signature=SIGN)
    LatestReading.objects.update(at=(morning - 2 * HOUR) * 1000)
    again = filled()
    assert [line.pk for line in again.lines.values()] == [x.pk for x in first.lines.values()]
    assert again.lines[one.point.name].state == "normal"
    assert again.lines[two.point.name].state == "exception"


def test_a_system_that_was_ended_leaves_the_desk_of_today_but_not_of_the_past(
    cast, filled, point,
):
    one = point()
    one.point.contracts.update(since=DAY - timedelta(9))
    yesterday = filled(DAY - timedelta(1)).desk
    filled()
    facilities.end_system(cast.manager, one.system, until=DAY - timedelta(2), why="示例")
    assert not filled().lines
    assert filled(DAY - timedelta(1)).desk == yesterday
    assert yesterday.lines.count() == 1


def test_a_day_that_has_not_begun_cannot_be_filled(filled):
    with pytest.raises(ValueError, match="has not begun"):
        filled(DAY + timedelta(1))


def test_another_unit_s_points_are_not_on_the_desk(filled, point, neighbour):
    point()
    assert neighbour.point.name not in filled().lines


def test_the_number_of_queries_does_not_grow_with_the_points(cast, filled, point):
    point()
    refresh(cast.houses.unit, today=DAY)
    filled()
    with CaptureQueriesContext(connection) as few:
        filled()
    for _n in range(7):
        point(missing=(1,))
    refresh(cast.houses.unit, today=DAY)
    filled()
    with CaptureQueriesContext(connection) as many:
        assert len(filled().lines) == 8
    assert len(many) == len(few)
    assert len(few) <= 32


# -- signing -------------------------------------------------------------------------------------


def test_one_signature_confirms_all_normal_points_with_a_record_each(cast, filled, point):
    for _n in range(3):
        point()
    refresh(cast.houses.unit, today=DAY)
    desk = filled().desk
    made = actions.sign(cast.engineer, desk, desk.lines.all(), signature=SIGN, looked=True)
    assert len(made) == 3
    for record in Record.objects.all():
        assert (record.state, record.form, record.day, record.passed) == (
            "submitted", "remote.gas", DAY, True)
        assert record.answers["tail"]["signature"]["name"] == "示例甲"
        assert record.answers["state"]["video"] == {"mark": "√", "note": "人工查看"}
        assert record.review_due == record.submitted_at + 24 * HOUR * 1000
    assert desk.lines.filter(record=None).count() == 0
    desk.refresh_from_db()
    assert [(one["lines"], one["exceptions"]) for one in desk.signed] == [(3, 0)]
    assert AuditLine.objects.filter(verb="sign_desk").count() == 1
    assert AuditLine.objects.filter(verb="submit_record").count() == 3


def test_a_record_of_the_desk_keeps_its_digest(cast, filled, point):
    from qingyuan.areas.records.keeping.digest import sound

    point()
    desk = filled().desk
    actions.sign(cast.engineer, desk, desk.lines.all(), signature=SIGN)
    assert sound(Record.objects.get())


def test_what_was_looked_at_is_done_and_what_was_not_stays_due(cast, filled, point, morning):
    one = point()
    refresh(cast.houses.unit, today=DAY)
    desk = filled().desk
    actions.sign(cast.engineer, desk, desk.lines.all(), signature=SIGN)
    clocks = {row.duty: row.done_at for row in DutyClock.objects.filter(system=one.system)}
    assert clocks["remote.gas.completeness"] == morning * 1000
    assert clocks["remote.gas.video"] is None
    assert Record.objects.get().answers["state"]["video"]["mark"] == "/"
    assert filled(DAY, now=(morning + HOUR) * 1000).only.record_id  # signed lines stay


def test_an_automatic_calibration_s_clock_is_set_to_the_calibration(cast, filled, point, morning):
    one = point(auto_calibration=True, calibrated=6)
    refresh(cast.houses.unit, today=DAY)
    desk = filled().desk
    actions.sign(cast.engineer, desk, desk.lines.all(), signature=SIGN)
    row = DutyClock.objects.get(system=one.system, duty="hj75.calibration.auto")
    assert row.done_at == (morning - 6 * HOUR) * 1000


def test_an_exception_needs_its_handling_and_is_signed_alone(cast, filled, point):
    point(missing=(1,))
    point()
    one = filled()
    odd = next(line for line in one.lines.values() if line.state == "exception")
    with pytest.raises(ValidationError, match="逐个确认"):
        actions.sign(cast.engineer, one.desk, one.lines.values(), signature=SIGN)
    with pytest.raises(ValidationError) as refused:
        actions.sign(cast.engineer, one.desk, [odd], signature=SIGN)
    assert set(refused.value.message_dict) == {"handling"}
    record, = actions.sign(cast.engineer, one.desk, [odd], signature=SIGN,
                           handling="数采仪断电，已补传")
    assert record.passed is False
    assert record.answers["data"]["completeness"]["handling"] == "数采仪断电，已补传"
    assert record.risk > 0


def test_an_exception_may_become_a_work_order(cast, filled, point):
    one = point(flag="D")
    desk = filled()
    record, = actions.sign(cast.reviewer, desk.desk, [desk.only], signature=SIGN, order=True)
    order = WorkOrder.objects.get()
    assert (order.point, order.system, order.kind, order.symptom) == (
        one.point, one.system, "data", "二氧化硫 有“故障”标识 1 个小时值")
    assert order.number in record.answers["tail"]["remark"]
    assert filled().only.record_id == record.pk


def test_a_camera_is_not_confirmed_by_who_has_not_seen_the_picture(cast, filled, point):
    one = point()
    facilities.add_system(cast.manager, one.point, kind="video", name="站房摄像机",
                          since=DAY - timedelta(9))
    desk = filled().desk
    camera = desk.lines.get(form="remote.video")
    assert camera.facts["looks"][:2] == ["day.online", "day.recording"]
    with pytest.raises(ValidationError, match="看过画面"):
        actions.sign(cast.engineer, desk, [camera], signature=SIGN)
    record, = actions.sign(cast.engineer, desk, [camera], signature=SIGN, looked=True)
    assert record.passed is True


def test_what_is_signed_is_passed_over_and_without_a_name_nothing_is(cast, filled, point):
    point()
    desk = filled().desk
    with pytest.raises(ValidationError, match="签名"):
        actions.sign(cast.engineer, desk, desk.lines.all(), signature={"name": " "})
    assert len(actions.sign(cast.engineer, desk, desk.lines.all(), signature=SIGN)) == 1
    assert actions.sign(cast.manager, desk, desk.lines.all(), signature=SIGN) == []
    assert Record.objects.count() == 1


def test_who_may_sign_and_whose_lines(cast, filled, point):
    point()
    desk = filled().desk
    for who in (cast.storekeeper, cast.discharger, cast.inspector):
        with pytest.raises(PermissionDenied):
            actions.sign(who, desk, desk.lines.all(), signature=SIGN)
    with pytest.raises(DeskDay.DoesNotExist):
        actions.sign(cast.outsider, desk, desk.lines.all(), signature=SIGN)
    other = actions.fill(cast.houses.other, DAY)
    with pytest.raises(DeskLine.DoesNotExist):
        actions.sign(cast.outsider, other, desk.lines.all(), signature=SIGN)
    assert list(queries.lines_of(cast.outsider)) == []


def test_the_worker_fills_every_unit_s_desk_in_the_morning_only(point, morning, neighbour):
    from qingyuan.areas.records.jobs import fill_desks

    point()
    assert fill_desks() == "2 desks, 1 lines"
    assert DeskDay.objects.count() == 1  # a unit without systems has no desk
    night = datetime.fromtimestamp(morning - 6 * HOUR, CST)
    assert fill_desks(night) == ""


def test_a_desk_that_cannot_be_filled_keeps_no_other_back_and_is_told(
    cast, point, neighbour, monkeypatch
):
    from qingyuan.areas.records import jobs

    def torn(unit, *day, **more):
        if unit == cast.houses.other:
            raise ValueError("that unit's data")
        return actions.fill(unit, *day, **more)

    point()
    monkeypatch.setattr(jobs, "fill", torn)
    with pytest.raises(RuntimeError, match=f"not filled: {cast.houses.other.pk}$"):
        jobs.fill_desks()
    assert DeskDay.objects.get().organisation == cast.houses.unit
