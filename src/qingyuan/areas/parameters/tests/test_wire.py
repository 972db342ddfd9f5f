"""From the packet to the finding: a device tells its parameters, they are held against what is
filed, and what differs is found until it agrees again or is newly filed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qingyuan.areas.assets.models import Instrument, InstrumentRange, MonitoringSystem
from qingyuan.areas.findings import actions as finding_acts
from qingyuan.areas.parameters import compare, filing, jobs, readings
from qingyuan.areas.parameters.filing import Line
from qingyuan.areas.parameters.models import ParameterReading, ParameterStatus
from qingyuan.areas.telemetry.facts import set_parameter

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


def line(point, kind, factor, at):
    return next(one for one in compare.differences(point, at) if one.key == (kind, factor))


def test_range_changed_on_the_device_is_found_and_over_when_it_is_back(
        filed, packet, findings, now):
    packet(filed.station, "3020", 90, "PolId=a21026;i13001-Info=200;i13008-Info=1.000")
    assert findings() == []
    packet(filed.station, "3020", 60, "PolId=a21026;i13001-Info=0-100")
    found, = findings()
    assert (found.factor, found.severity, found.point_id) == (
        "a21026", "critical", filed.point.pk)
    assert found.title == "二氧化硫量程与备案不一致：备案 0-200 mg/m³，设备上报 0-100"
    assert found.first_at == now - HOUR
    differs = line(filed.point, "range", "a21026", now)
    assert (differs.state, differs.since, differs.by("wire").ref[:6]) == (
        "differs", now - HOUR, "frame:")
    packet(filed.station, "3020", 20, "PolId=a21026;i13001-Info=200")
    found.refresh_from_db()
    assert found.ended_at is not None
    assert found.state == "closed"
    assert line(filed.point, "range", "a21026", now).state == "equal"


def test_slope_halved_is_found_and_a_new_filing_ends_it(cast, filed, packet, findings, so2, now):
    packet(filed.station, "3020", 60, "PolId=a21026;i13008-Info=0.5")
    found, = findings()
    change = filing.file(
        cast.engineer, filed.point, reason="比对后修改斜率", valid_from=now - HOUR // 2,
        lines=[Line("range", "a21026", "0-200"), Line("slope", "a21026", "0.50")])
    filing.approve(cast.manager, filing.submit(cast.engineer, change))
    found.refresh_from_db()
    assert found.ended_at is not None
    assert line(filed.point, "slope", "a21026", now).state == "equal"


def test_the_same_told_again_is_one_row_and_one_finding(filed, packet, findings, now):
    for ago in (60, 50, 40):
        packet(filed.station, "3020", ago, "PolID=a21026;i13001-Info =100 ")
    row = ParameterReading.objects.get(kind="range")
    assert (row.first_at, row.last_at) == (now - HOUR, now - 40 * 60_000)
    jobs.compare_parameters()
    found, = findings()
    assert found.count == 1


def test_what_somebody_closed_stays_closed_until_the_value_changes(cast, filed, packet, findings):
    packet(filed.station, "3020", 60, "PolId=a21026;i13001-Info=100")
    found, = findings()
    finding_acts.acknowledge(cast.engineer, found)
    finding_acts.handle(cast.engineer, found, how="remote", cause="other", text="已联系厂家")
    finding_acts.verify(cast.manager, found, True)
    finding_acts.close(cast.manager, found)
    packet(filed.station, "3020", 50, "PolId=a21026;i13001-Info=100")
    jobs.compare_parameters()
    assert len(findings()) == 1
    packet(filed.station, "3020", 40, "PolId=a21026;i13001-Info=50")
    assert len(findings()) == 2


def test_pressure_within_the_filed_tolerance_agrees(filed, packet, findings, now):
    packet(filed.station, "3020", 60, "i23001-Info=96.9")
    assert line(filed.point, "pressure", "", now).state == "equal"
    packet(filed.station, "3020", 50, "i23001-Info=97.1")
    assert [one.factor for one in findings()] == [""]


def test_interval_and_alarm_limits_of_the_logger_are_read_from_its_answers(filed, packet, now):
    packet(filed.station, "1061", 60, "RtdInterval=30")
    packet(filed.station, "1021", 60, "a21026-LowValue=0;a21026-UpValue=35")
    told = {(row.kind, row.factor): row.value for row in ParameterReading.objects.all()}
    assert told == {("rtd_interval", ""): "30", ("alarm_low", "a21026"): "0",
                    ("alarm_high", "a21026"): "35"}
    assert line(filed.point, "rtd_interval", "", now).by("logger").value == "30"


def test_what_a_device_tells_and_nobody_filed_is_found_until_it_is_filed(
        cast, filed, packet, findings, so2, now):
    packet(filed.station, "3020", 60, "PolId=a21026;i13007-Info=0.000")
    found, = findings("parameter_unfiled")
    assert found.title == "1 项参数未备案：二氧化硫截距"
    change = filing.file(cast.engineer, filed.point, reason="补备案", valid_from=now - 60_000,
                         lines=[*so2, Line("intercept", "a21026", "0")])
    filing.approve(cast.manager, filing.submit(cast.engineer, change))
    found.refresh_from_db()
    assert found.state == "closed"


def test_packet_read_again_or_late_changes_nothing_that_is_known(filed, packet, now):
    packet(filed.station, "3020", 60, "PolId=a21026;i13001-Info=200")
    packet(filed.station, "3020", 10, "PolId=a21026;i13001-Info=200")
    packet(filed.station, "3020", 30, "PolId=a21026;i13001-Info=200")
    assert readings.arrived()[1] == 0
    row = ParameterReading.objects.get()
    assert (row.first_at, row.last_at) == (now - HOUR, now - 600_000)


def test_registered_range_and_judged_area_are_held_against_the_filing(
        cast, filed, findings, now):
    system = MonitoringSystem.objects.create(
        point=filed.point, kind="gas", name="烟气 CEMS", since="2026-01-01")
    instrument = Instrument.objects.create(
        system=system, name="SO2 分析仪", factors=["a21026"], since="2026-01-01")
    InstrumentRange.objects.create(
        instrument=instrument, factor="a21026", low=0, high=100, unit="mg/m3",
        since=timezone.now() - timedelta(days=9))
    set_parameter(cast.manager, filed.point, "range.a21026", 200.0, since=now // 1000 - 86_400)
    jobs.compare_parameters()
    found, = findings()
    assert found.severity == "warning"
    differs = line(filed.point, "range", "a21026", now)
    assert differs.others == ("instrument",)
    assert differs.by("judged").same is True
    assert differs.since == now - 24 * HOUR


def test_screen_read_before_the_filing_began_says_nothing_of_it(cast, filed, findings, now):
    readings.read_by_hand(cast.engineer, filed.point, kind="range", factor="a21026",
                          value="100", at=now - 48 * HOUR)
    assert findings() == []
    readings.read_by_hand(cast.engineer, filed.point, kind="range", factor="a21026", value="100")
    found, = findings()
    assert "现场查看 0-100" in found.title
    readings.read_by_hand(cast.engineer, filed.point, kind="range", factor="a21026", value="200")
    found.refresh_from_db()
    assert found.state == "closed"


def test_filing_of_another_unit_s_point_raises_nothing_for_us(cast, filed, packet, findings):
    packet(filed.station, "3020", 60, "PolId=a21026;i13001-Info=100")
    found, = findings()
    contract = filed.point.contracts.get()
    contract.om_unit = cast.houses.other
    contract.save()
    jobs.compare_parameters()
    found.refresh_from_db()
    assert found.state == "closed"
    assert [one.organisation for one in findings()] == [cast.houses.unit, cast.houses.other]
    assert ParameterStatus.objects.get().unit == cast.houses.other
