"""Values measured by hand at a waste-water outlet: who enters them, and the load of a day that has
no valid mean (HJ 356-2019 8)."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import manual_values
from qingyuan.areas.telemetry.models import DirtyWindow, ManualValue, SupersededValue
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
LACKING = START + 3 * DAY  # a day without any value of COD
NOW = START + 60 * DAY
VOLUME = 10.0 * 3.6 * 24  # m3 a day


@pytest.fixture
def judged(outlet, judge):
    """Three days of COD at 20, 30 and 40 mg/L, then one without."""
    outlet.send(START, 96, cod=lambda hour: None if hour >= 72 else 20.0 + 10 * (hour // 24))
    judge(NOW)
    return outlet


def taken(*values, every=6):
    """Samples of the day that lacks its mean."""
    return [(LACKING + HOUR * every * n, value) for n, value in enumerate(values)]


def enter(scope, one, values, **more):
    return manual_values.record_manual_values(
        scope, one.point, factor="w01018", values=values, **{"now": NOW, **more})


def load(rows, one, level="day", time=LACKING):
    return rows(one.point, level)[time, "w01018"]


def test_four_values_stand_in_for_a_day_without_a_valid_mean(cast, judged, judge, rows):
    before = load(rows, judged)
    assert (before.verdict, before.substituted) == ("missing", pytest.approx(40 * VOLUME / 1000))
    enter(cast.engineer, judged, taken(50.0, 60.0, 70.0, 80.0))
    assert judge(NOW).written > 0
    day = load(rows, judged)
    assert (day.verdict, day.value, day.version) == ("missing", None, before.version + 1)
    assert day.substituted == pytest.approx(65 * VOLUME / 1000)
    assert "manual_used" in day.reason.split(";")
    assert day.inputs != before.inputs
    month = load(rows, judged, "month", windows.start("2026-10"))
    assert month.substituted == pytest.approx((20 + 30 + 40 + 65) * VOLUME / 1000)
    old = SupersededValue.objects.get(point=judged.point.pk, level="day", time=LACKING)
    assert (old.cause, old.row["substituted"]) == ("facts", before.substituted)


def test_the_hours_of_the_day_stay_as_they_were(cast, judged, judge, rows):
    before = {key: row.version for key, row in rows(judged.point).items()}
    enter(cast.engineer, judged, taken(50.0, 60.0, 70.0, 80.0))
    hours = set(DirtyWindow.objects.values_list("hour", flat=True))
    assert hours == set(range(LACKING, LACKING + DAY, HOUR))
    judge(NOW)
    assert {key: row.version for key, row in rows(judged.point).items()} == before


def test_three_values_do_not(cast, judged, judge, rows):
    enter(cast.engineer, judged, taken(50.0, 60.0, 70.0))
    judge(NOW)
    day = load(rows, judged)
    assert day.substituted == pytest.approx(40 * VOLUME / 1000)
    assert "manual_used" not in day.reason
    enter(cast.engineer, judged, [(LACKING + 23 * HOUR, 80.0)])
    judge(NOW)
    assert load(rows, judged).substituted == pytest.approx(65 * VOLUME / 1000)


def test_a_withdrawal_brings_the_largest_load_back_as_a_new_version(cast, judged, judge, rows):
    made = enter(cast.engineer, judged, taken(50.0, 60.0, 70.0, 80.0))
    judge(NOW)
    with_values = load(rows, judged)
    with pytest.raises(ValidationError):
        manual_values.withdraw_manual_value(cast.engineer, made[0], " ", now=NOW)
    manual_values.withdraw_manual_value(cast.engineer, made[0], "报告作废", now=NOW)
    judge(NOW)
    day = load(rows, judged)
    assert day.substituted == pytest.approx(40 * VOLUME / 1000)
    assert day.version == with_values.version + 1
    assert ManualValue.objects.get(pk=made[0].pk).withdrawn_why == "报告作废"
    assert judge(NOW).written == 0


def test_a_corrected_value_makes_another_load(cast, judged, judge, rows):
    made = enter(cast.engineer, judged, taken(50.0, 60.0, 70.0, 80.0))
    judge(NOW)
    analyst = replace(cast.engineer, role="analyst")
    new = manual_values.replace_manual_value(analyst, made[3], value=100.0, now=NOW)
    judge(NOW)
    assert load(rows, judged).substituted == pytest.approx(70 * VOLUME / 1000)
    made[3].refresh_from_db()
    assert (made[3].value, made[3].replaced_by) == (80.0, new)
    assert manual_values.replace_manual_value(analyst, new, value=100.0) == new
    with pytest.raises(ValidationError):
        manual_values.withdraw_manual_value(analyst, made[3], "已更正过")


def test_values_entered_before_the_day_is_judged_count_at_once(cast, outlet, judge, rows):
    outlet.send(START, 72)
    enter(cast.engineer, outlet, taken(50.0, 60.0, 70.0, 80.0))
    outlet.grab(LACKING, 24)
    judge(NOW)
    assert load(rows, outlet).substituted == pytest.approx(65 * VOLUME / 1000)
    assert load(rows, outlet).version == 1


@pytest.mark.parametrize(("who", "may"), [
    ("manager", True), ("engineer", True), ("reviewer", True),
    ("storekeeper", False), ("discharger", False), ("inspector", False),
])
def test_who_may_enter_values(cast, outlet, who, may):
    scope = getattr(cast, who)
    if may:
        row = enter(scope, outlet, taken(50.0), method="重铬酸盐法", instrument="示例检测公司",
                    reference="示例检字 7 号", monitor_type="enforcement")[0]
        assert (row.by, row.method, row.monitor_type) == (scope.who, "重铬酸盐法", "enforcement")
        line = AuditLine.objects.get(object_id=str(row.pk), kind="telemetry.manualvalue")
        assert line.verb == "record_manual_value"
    else:
        with pytest.raises(PermissionDenied):
            enter(scope, outlet, taken(50.0))


def test_another_units_point_is_out_of_reach(cast, outlet):
    with pytest.raises(MonitoringPoint.DoesNotExist):
        enter(cast.outsider, outlet, taken(50.0))
    row = enter(cast.manager, outlet, taken(50.0))[0]
    with pytest.raises(MonitoringPoint.DoesNotExist):
        manual_values.withdraw_manual_value(cast.outsider, row, "不是我的")


@pytest.mark.parametrize(("changes", "field"), [
    ({"factor": "zz999"}, "factor"), ({"factor": "w01001"}, "factor"),
    ({"factor": "a21026"}, "factor"), ({"factor": ""}, "factor"),
    ({"values": [(LACKING, -1.0)]}, "value"), ({"values": [(LACKING, float("nan"))]}, "value"),
    ({"values": [(NOW + DAY, 5.0)]}, "time"), ({"monitor_type": "guess"}, "monitor_type"),
    ({"values": [(LACKING, 5.0), (LACKING, 6.0)]}, "time"),
])
def test_a_value_that_makes_no_sense_is_refused(cast, outlet, changes, field):
    with pytest.raises(ValidationError) as refused:
        manual_values.record_manual_values(cast.manager, outlet.point, **{
            "factor": "w01018", "values": taken(50.0), "now": NOW, **changes})
    assert field in refused.value.message_dict
    assert not ManualValue.objects.exists()


def test_flue_gas_has_no_such_way(cast, gas):
    with pytest.raises(ValidationError):
        manual_values.record_manual_value(
            cast.manager, gas.point, factor="w01018", time=LACKING, value=5.0, now=NOW)
