"""Rates worked out by hand from a few hours: what is due, what came in time, what is valid."""

import csv
import io
import time
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from qingyuan.areas.reports import tallies
from qingyuan.areas.reports.arrivals import GRACE, draw_lines
from qingyuan.areas.reports.counting import count_months, stale_months
from qingyuan.areas.reports.models import ArrivalLine, MonthTally
from qingyuan.areas.reports.queries import rates
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.backfill import store
from qingyuan.areas.telemetry.models import (
    DirtyWindow,
    Factor,
    HourReading,
    HourValue,
    JudgedPoint,
    QuarterValue,
    ReadingChange,
    Source,
)
from qingyuan.areas.telemetry.sources import simulated, wire
from qingyuan.kernel import windows
from qingyuan.spool import NewFrame, SpoolWriter

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 86_400
MONTH, QUARTER = windows.start("2026-11"), windows.start("2026Q4")
NOW = MONTH + 26 * HOUR + 60  # hours 0 to 24 had to be there by now, hour 25 has just ended
COD, SULPHUR = "w01018", "a21026"


def hour(point, number: int, verdict: str = "valid", reason: str = "", code: str = SULPHUR):
    """A judged hour of the month."""
    return HourValue.objects.create(
        point=point, time=MONTH + number * HOUR, factor=Factor.objects.get(code=code), count=60,
        verdict=verdict, reason=reason, rules="r", inputs="i", at=int(NOW * 1000) - 5000)


def reading(point, number: int, frame: int, code: str = SULPHUR, source: Source | None = None):
    """An hour as the logger reported it with a frame."""
    return HourReading.objects.create(
        point=point, time=MONTH + number * HOUR, factor=Factor.objects.get(code=code), avg=1.0,
        frame=frame, source=source or wire())


def lines(last: int, frame: int = 100) -> None:
    """The line of each hour up to ``last``: frames up to ``frame`` had arrived."""
    drawn = [ArrivalLine(hour=MONTH + number * HOUR, frame=frame) for number in range(last + 1)]
    ArrivalLine.objects.bulk_create(drawn, ignore_conflicts=True)


@pytest.fixture
def gas(station):
    """24 hours of a stack and two more: hour 2 missing, 3 late, 4 at fault, 5 and 6 stopped, 7
    starting up, 8 imported; nothing of hours 23 and 24, which had to be there, nor yet of 25."""
    one = station()
    one.logger.assignments.update(since="2026-10-31T16:00:00Z")  # the first of November in China
    JudgedPoint.objects.create(point=one.point, first=MONTH, last=MONTH + 22 * HOUR,
                               at=int(NOW * 1000) - 5000, factors={SULPHUR: MONTH, "a19001": MONTH})
    told = {2: ("missing", "no_data"), 4: ("invalid", "fault;o2_missing"),
            5: ("stopped", "stopped"), 6: ("stopped", "stopped"), 7: ("exempt", "start_up")}
    upload = Source.objects.create(kind="import", name="示例.csv")
    for number in range(23):
        hour(one.point, number, *told.get(number, ("valid", "")))
        hour(one.point, number, code="a19001")
        if number != 2:
            reading(one.point, number, frame={3: 101, 8: 0}.get(number, 50),
                    source=upload if number == 8 else None)
    lines(24)
    return one


def test_each_hour_counts_as_what_became_of_it(gas):
    [found] = tallies.hours_of(gas.point, MONTH, windows.end_of("month", MONTH), now=NOW)
    assert found.code == SULPHUR  # oxygen is no pollutant and has no rate
    assert found.due.size == 26
    raw = found.late.raw
    # 25 hours had to be there, two of them stopped; 2, 23 and 24 never came, 4 is invalid
    assert (raw.due, raw.received, raw.valid) == (23, 20, 19)
    soon = found.prompt.raw
    # neither the late nor the imported hour was there in time
    assert (soon.due, soon.received, soon.valid) == (23, 18, 17)
    assert found.late.exempted == raw
    assert [int(place) for place in found.due.nonzero()[0]] == [
        *range(5), *range(7, 25)]


def test_an_hour_that_waits_for_judging_is_not_due(gas):
    DirtyWindow.objects.create(point=gas.point, hour=MONTH + 24 * HOUR, generation=1)
    [found] = tallies.hours_of(gas.point, MONTH, windows.end_of("month", MONTH), now=NOW)
    assert found.late.raw.due == 22


def test_no_hour_is_due_before_the_logger_stood_there_and_after_it_left(gas):
    since = datetime.fromtimestamp(MONTH + HOUR, UTC)
    gas.logger.assignments.update(since=since, until=since + timedelta(hours=3))
    [found] = tallies.hours_of(gas.point, MONTH, windows.end_of("month", MONTH), now=NOW)
    assert [int(place) for place in found.due.nonzero()[0]] == [1, 2, 3]


def test_a_value_that_was_replaced_came_with_its_first_frame(gas):
    changed = HourReading.objects.get(point=gas.point, time=MONTH + 3 * HOUR)
    ReadingChange.objects.create(
        point=gas.point, interval="hour", time=changed.time, factor=SULPHUR, values={}, frame=99,
        source=wire(), by_frame=101, by_source=wire(), at=0)
    [found] = tallies.hours_of(gas.point, MONTH, windows.end_of("month", MONTH), now=NOW)
    assert (found.late.raw.received, found.prompt.raw.received) == (20, 19)


def test_without_hour_packets_the_first_minute_packet_says_when_an_hour_came(gas):
    HourReading.objects.filter(point=gas.point).delete()
    minutes = [(MONTH + 9 * HOUR + 600 * slot, [20.0], ["N"]) for slot in range(12)]
    store(gas.point.pk, "min", [(SULPHUR, "Avg")], minutes, simulated())  # no frame: in time
    [found] = tallies.hours_of(gas.point, MONTH, windows.end_of("month", MONTH), now=NOW)
    assert [int(place) for place in found.soon.nonzero()[0]] == [9, 10]


@pytest.fixture
def water(cast, station):
    """A day of sewage: standard checks at 2 and 3, the second only declared by an event."""
    one = station(mn="010000A8900016F000169D02", kind="water", name="2 号排口")
    one.logger.assignments.update(since="2026-10-31T16:00:00Z")
    JudgedPoint.objects.create(point=one.point, first=MONTH, last=MONTH + 23 * HOUR,
                               at=int(NOW * 1000), factors={COD: MONTH, "w00000": MONTH})
    told = {2: ("invalid", "standard_check"), 3: ("missing", "no_data")}
    for number in range(24):
        hour(one.point, number, *told.get(number, ("valid", "")), code=COD)
        if number != 3:
            reading(one.point, number, 0, COD, simulated())
    facts.record_event(cast.engineer, one.point, kind="standard_check", start=MONTH + 3 * HOUR + 60,
                       passed=True, now=NOW)
    lines(24)
    return one


def test_one_hour_of_a_day_is_free_for_the_standard_check_of_waste_water(water):
    [found] = tallies.hours_of(water.point, MONTH, MONTH + DAY, now=NOW)
    assert [int(place) for place in found.freed.nonzero()[0]] == [2]
    raw, exempted = found.late.raw, found.late.exempted
    # raw: 23 of 24 came, 22 valid; with the hour at 2 left out, 22 of 23 groups
    assert (raw.transmission, raw.validity) == (23 / 24, 22 / 24)
    assert (exempted.transmission, exempted.validity) == (23 / 24, 22 / 23)


def test_a_freed_hour_that_did_not_come_is_not_due_either(water):
    HourValue.objects.filter(point=water.point, time=MONTH + 2 * HOUR).update(
        verdict="valid", reason="")
    [found] = tallies.hours_of(water.point, MONTH, MONTH + DAY, now=NOW)
    assert [int(place) for place in found.freed.nonzero()[0]] == [3]
    assert (found.late.exempted.effective, found.late.raw.effective) == (1.0, (23 / 24) ** 2)


# -- lines of arrival ---------------------------------------------------------------------------


def test_the_line_of_an_hour_is_the_last_frame_that_was_there_in_time(places):
    ends = [MONTH + HOUR * (1 + number) + GRACE for number in range(4)]
    times = [MONTH + 60, ends[0] - 1, ends[0], ends[0] + 1, ends[2] + 5]
    with SpoolWriter(places.spool, synchronous="OFF") as spool:
        spool.append([NewFrame(at * 1000, "192.0.2.1:1", f"m{number}", "", b"##%d" % number)
                      for number, at in enumerate(times)])
    assert draw_lines(ends[3]) == 5
    # the hour before the first frame has a line too: that frame came within its grace
    assert list(ArrivalLine.objects.order_by("hour").values_list("hour", "frame")) == [
        (MONTH - HOUR, 1), (MONTH, 3), (MONTH + HOUR, 4), (MONTH + 2 * HOUR, 4),
        (MONTH + 3 * HOUR, 5)]
    assert draw_lines(ends[3] + 60) == 0
    assert draw_lines(ends[3] + HOUR) == 1


def test_without_a_spool_there_are_no_lines(places):
    assert draw_lines(NOW) == 0


# -- counting -----------------------------------------------------------------------------------


def test_a_month_is_counted_once_and_again_when_an_hour_changes(gas):
    assert count_months(NOW).startswith("1 months")
    row = MonthTally.objects.get(point=gas.point)
    assert (row.due, row.received, row.valid, row.bad, row.exempt, row.stopped) == (
        23, 20, 19, 1, 1, 2)
    assert (row.soon_received, row.soon_valid, row.until) == (18, 17, MONTH + 26 * HOUR)
    assert count_months(NOW) == ""
    changed = HourValue.objects.filter(point=gas.point, time=MONTH + 4 * HOUR)
    changed.update(verdict="valid", reason="", at=int(NOW * 1000) + 1000)
    JudgedPoint.objects.update(at=int(NOW * 1000) + 1000)
    count_months(NOW + 2)
    assert MonthTally.objects.get(point=gas.point).valid == 20


def test_silence_makes_hours_due_as_they_go_by(gas):
    count_months(NOW)
    assert stale_months(gas.point, NOW + 60) == []
    assert stale_months(gas.point, NOW + HOUR) == [MONTH]
    count_months(NOW + HOUR)
    assert MonthTally.objects.get(point=gas.point).due == 24


# -- pages --------------------------------------------------------------------------------------


def quarter(point, hours: int, stopped: int, bad: int, code: str = SULPHUR) -> None:
    QuarterValue.objects.create(
        point=point, time=QUARTER, factor=Factor.objects.get(code=code), count=0, verdict="valid",
        rules="r", inputs="i", at=1, hours=hours, stopped=stopped, invalid=bad, capture=None)


@pytest.fixture
def counted(gas, water):
    """Both points counted; the stack caught 72 of 100 hours, the sewage 45 of 50."""
    quarter(gas.point, 110, 10, 28)
    quarter(gas.point, 110, 10, 0, "a19001")
    quarter(water.point, 50, 0, 5, COD)
    count_months(NOW)
    return gas, water


def cells(line: dict) -> list[str]:
    return [cell.text for cell in line["cells"]]


def test_the_page_adds_up_points_and_whole(browser_of, counted, budget):
    client = browser_of("manager")
    with budget("statistics"):
        answer = client.get("/statistics/?by=point&month=2026-11&sort=capture")
    gas, water = answer.context["rows"]
    assert [gas["name"], water["name"]] == ["1 号排口", "2 号排口"]
    # capture, transmission soon and late, validity soon and late, effective soon and late
    assert cells(gas) == ["72.00", "78.26", "86.96", "73.91", "82.61", "57.84", "71.83"]
    assert cells(water) == ["90.00", "92.00", "92.00", "91.67", "91.67", "84.33", "84.33"]
    total = answer.context["total"]
    # 72 + 45 of 150; 18 + 23 of 23 + 25 hours
    assert cells(total)[:3] == ["78.00", "85.42", "89.58"]
    assert [cell.state for cell in gas["cells"]] == ["low", "", "", "", "", "low", "low"]
    assert [cell.state for cell in water["cells"]] == ["ok", "", "", "ok", "ok", "low", "low"]
    assert (gas["due"], gas["stopped"]) == (23, 2)


def test_raw_leaves_no_hour_out(browser_of, counted):
    answer = browser_of("manager").get("/statistics/?by=point&month=2026-11&basis=raw&kind=water")
    [water] = answer.context["rows"]
    assert cells(water)[3:5] == ["88.00", "88.00"]


def test_regions_and_dischargers_lead_down_to_points(browser_of, counted):
    client = browser_of("manager")
    [region] = client.get("/statistics/?by=region&quarter=2026Q4").context["rows"]
    assert (region["name"], region["one"].points) == ("新疆乌鲁木齐 650102", 2)
    [discharger] = client.get("/statistics/?" + region["down"]).context["rows"]
    assert discharger["name"] == "示例热力有限公司"
    points = client.get("/statistics/?" + discharger["down"]).context["rows"]
    assert [line["name"] for line in points] == ["1 号排口", "2 号排口"]
    assert client.get("/statistics/?by=region&quarter=2026Q4").context["shown"].level == "quarter"


def test_a_rate_says_which_hours_it_is_made_of(browser_of, counted, budget, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)
    gas, _water = counted
    client = browser_of("manager")
    address = f"/statistics/why/?by=point&month=2026-11&of={gas.point.pk}&rate=effective"
    with budget("statistics why"):
        answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.context["value"] == "71.83"
    assert answer.context["formula"] == [
        "有效传输率 = 传输率 × 有效率", "传输率 = 收到的小时 ÷ 应有的小时", "= 20 ÷ 23",
        "有效率 = 有效的小时 ÷ (应有的小时 − 豁免)", "= 19 ÷ (23 − 0)"]
    runs = [((run.start - MONTH) // HOUR, run.hours, run.why) for run in answer.context["runs"]]
    assert runs == [
        (2, 1, "未收到"), (3, 1, "超过 60 分钟才到达，只计入补全"),
        (4, 1, "无效：设备故障，有效数据不足"), (5, 2, "停运，不计入应有"),
        (8, 1, "超过 60 分钟才到达，只计入补全"), (23, 2, "未收到")]
    assert "<html" not in answer.content.decode()
    assert "<html" in client.get(address).content.decode()


def test_a_group_names_its_worst_points_and_all_rates_have_a_page(browser_of, counted, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)
    client = browser_of("manager")
    for rate in rates.RATES:
        answer = client.get(f"/statistics/why/?by=discharger&month=2026-11&rate={rate}")
        assert [row["one"].name for row in answer.context["worst"]][0] == "1 号排口"
    [row] = [row for row in answer.context["worst"] if row["one"].kind == "gas"]
    assert row["value"] == "71.83"
    capture = client.get("/statistics/why/?by=point&month=2026-11&rate=capture&of="
                         f"{counted[0].point.pk}")
    assert capture.context["formula"][1] == "= (110 − 10 − 28) ÷ (110 − 10)"


def test_the_hours_of_a_point_are_listed_one_by_one(browser_of, counted, budget, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)
    gas, _water = counted
    client, address = browser_of("manager"), f"/points/{gas.point.pk}/rates"
    with budget("rate hours"):
        answer = client.get(f"{address}/?month=2026-11&factor={SULPHUR}")
    assert {tab["code"]: tab["count"] for tab in answer.context["tabs"]} == {
        "": 26, "due": 23, "received": 20, "late": 2, "lost": 3, "valid": 19, "bad": 1,
        "freed": 0, "stopped": 2}
    late = client.get(f"{address}/?month=2026-11&factor={SULPHUR}&show=late")
    assert [(row.time - MONTH) // HOUR for row in late.context["rows"]] == [3, 8]
    text = client.get(f"{address}.csv?month=2026-11&show=bad").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == [
        "2026-11-01 04:00", "二氧化硫", "是", "是", "是", "否", "否", "无效",
        "无效：设备故障，有效数据不足"]


def test_the_sheet_has_every_line_with_what_it_is_made_of(browser_of, counted):
    client = browser_of("manager")
    answer = client.get("/statistics.xlsx?by=point&month=2026-11&sort=-transmission")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][:5] == ("名称", "所属", "点位数", "应有小时", "收到")
    assert [row[0] for row in rows[1:]] == ["2 号排口", "1 号排口", "合计"]
    assert rows[2][3:10] == (23, 20, 18, 19, 17, 0, 2)
    assert rows[2][10:13] == (72, 78.26, 86.96)
    assert client.get("/statistics.pdf").status_code == 404


def test_a_thousand_points_cost_no_query_more_than_two(browser_of, counted, budget, station):
    for number in range(3, 15):
        station(mn=f"010000A8900016F000169E{number:02d}", name=f"{number} 号点位")
    client = browser_of("manager")
    with budget("statistics"):
        answer = client.get("/statistics/?by=point&month=2026-11")
    assert len(answer.context["rows"]) == 14
    assert answer.context["parts"] == {"counted": 2, "none": 12}


def test_another_unit_has_other_statistics(browser_of, counted):
    gas, _water = counted
    outsider = browser_of("outsider")
    assert outsider.get("/statistics/?month=2026-11").context["rows"] == []
    assert "还没有可统计的点位" in outsider.get("/statistics/").content.decode()
    why = f"/statistics/why/?by=point&month=2026-11&rate=effective&of={gas.point.pk}"
    for path in (why, f"/points/{gas.point.pk}/rates/", f"/points/{gas.point.pk}/rates.csv"):
        assert outsider.get(path).status_code == 404


@pytest.mark.parametrize("query", [
    "rate=none", "rate=capture&of=99999999999999999999", "rate=capture&of=x",
    "by=region&rate=capture&of=999999"])
def test_what_is_no_rate_or_line_is_not_found(browser_of, counted, query):
    assert browser_of("manager").get(f"/statistics/why/?{query}").status_code == 404


@pytest.mark.parametrize("query", [
    "month=x", "quarter=2026Q9", "page=--1", "discharger=abc", "by=nothing", "sort=-", "area=%00"])
def test_no_address_ends_in_an_error(browser_of, counted, query):
    assert browser_of("manager").get(f"/statistics/?{query}").status_code == 200


def test_empty_states(browser_of, counted, station):
    client = browser_of("manager")
    assert "没有符合条件的点位" in client.get("/statistics/?q=没有").content.decode()
    new = station(mn="010000A8900016F000169D09", name="9 号排口")
    assert "没有可统计的小时" in client.get(f"/points/{new.point.pk}/rates/").content.decode()
    before = client.get("/statistics/?month=2020-01")
    assert cells(before.context["rows"][0]) == [""] * 7
