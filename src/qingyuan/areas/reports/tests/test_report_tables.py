"""Report tables: what stands in them, worked out by hand from a few judged rows; the workbook."""

import csv
import io
import time
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from qingyuan.areas.reports.queries import tables
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import (
    LEVELS,
    Factor,
    HourReading,
    JudgedPoint,
)
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db

DAY = windows.start("2026-11-23")
HOUR = 3600
FIGURES = ("value", "converted", "mass", "substituted")


def keep(point, level: str, time: int, code: str, verdict: str = "valid", reason: str = "",
         count: int = 60, **more) -> None:
    """One judged row as the pipeline would store it."""
    LEVELS[level].objects.create(
        point=point, time=time, factor=Factor.objects.get(code=code), count=count, verdict=verdict,
        reason=reason, clause="HJ 75-2017 12.1", rules="r1", inputs="i1",
        at=1_795_500_000_000, **more)


@pytest.fixture
def gas_day(cast, station):
    """Five hours of a boiler: two valid, one at fault with a substitute, one starting up, one
    stopped; its day as judging makes it."""
    one = station()
    facts.set_parameter(cast.manager, one.point, "o2_reference", 9.0, since=0)
    JudgedPoint.objects.create(point=one.point, first=DAY, last=DAY + 4 * HOUR,
                               factors=dict.fromkeys(("a21026", "a01011", "a19001"), DAY))
    hours = (
        # hour, verdict, reason, value, converted, mass, substituted
        (0, "valid", "", 10.0, 12.5, 1.25, 1.25), (1, "valid", "", 20.345, 24.675, 2.5, 2.5),
        (2, "invalid", "fault", 99.0, 120.0, 9.0, 4.0),
        (3, "exempt", "start_up", 50.0, 60.0, 3.0, 3.0), (4, "stopped", "stopped", *[None] * 4),
    )
    for hour, verdict, reason, *values in hours:
        keep(one.point, "hour", DAY + hour * HOUR, "a21026", verdict, reason,
             **dict(zip(FIGURES, values, strict=True)))
    for hour, flow in ((0, 100_000.0), (1, 120_000.4), (3, 90_000.0)):
        keep(one.point, "hour", DAY + hour * HOUR, "a01011", value=12.0, converted=flow,
             verdict="exempt" if hour == 3 else "valid", reason="start_up" if hour == 3 else "")
    keep(one.point, "hour", DAY, "a19001", value=8.25)
    keep(one.point, "day", DAY, "a21026", "invalid", "too_few_hours", 2, value=15.1725,
         converted=18.5875, mass=6.75, substituted=10.75)
    keep(one.point, "day", DAY, "a01011", "invalid", "too_few_hours", 2, value=12.0,
         converted=310_000.4)
    keep(one.point, "day", DAY, "a19001", "invalid", "too_few_hours", 1, value=8.25)
    return one


def cells(answer, row: int) -> list[str]:
    return [cell.text for cell in answer.context["lines"][row]["cells"]]


def feet(answer) -> dict[str, list[str]]:
    return {f"{foot['label']}{foot['unit']}": [cell.text for cell in foot["cells"]]
            for foot in answer.context["feet"]}


def test_a_day_of_gas_has_the_columns_of_d9_and_its_statistics(browser_of, gas_day, budget):
    client = browser_of("manager")
    with budget("report"):
        answer = client.get(f"/points/{gas_day.point.pk}/reports/day/?day=2026-11-23")
    titles = [(group.title, [column.unit for column in group.columns])
              for group in answer.context["groups"]]
    assert titles == [("二氧化硫", ["mg/m³", "mg/m³", "kg/h"]), ("标态干烟气流量", ["m³/h"]),
                      ("O₂", ["%"])]
    assert len(answer.context["lines"]) == 24
    # 20.345 and 24.675 are ties: GB/T 8170 goes to the even digit.
    assert cells(answer, 1) == ["20.34", "24.68", "2.500", "120000", ""]
    assert cells(answer, 4) == ["—", "—", "—", "", ""]
    found = feet(answer)
    assert found["平均值"] == ["15.17", "18.59", "2.688", "103333", "8.25"]
    assert found["最大值"] == ["20.34", "24.68", "4.000", "120000", "8.25"]
    assert found["最小值"] == ["10.00", "12.50", "1.250", "90000", "8.25"]
    assert found["样本数"] == ["2", "2", "4", "3", "1"]
    assert found["排放总量（实测）kg"] == ["", "", "6.750", "", ""]
    assert found["排放总量（修约后）t"] == ["", "", "0.0108", "", ""]
    assert found["累计流量万m³"] == ["", "", "", "31.000", ""]


def test_what_does_not_count_is_struck_and_what_replaces_a_mass_is_marked(browser_of, gas_day):
    answer = browser_of("manager").get(f"/points/{gas_day.point.pk}/reports/day/?day=2026-11-23")
    fault = answer.context["lines"][2]
    value, _converted, mass, *_rest = fault["cells"]
    assert (value.text, value.struck, value.mark) == ("99.00", True, "")
    assert (mass.text, mass.struck, mass.mark) == ("4.000", False, "*")
    assert fault["remark"] == "无效：设备故障，有效数据不足"
    start_up = answer.context["lines"][3]
    assert [cell.struck for cell in start_up["cells"][:3]] == [True, True, False]
    assert start_up["remark"] == "豁免：启炉时段"
    assert answer.context["lines"][4]["remark"] == "停运"
    page = answer.content.decode()
    assert "<s>99.00</s>" in page
    why = f"/points/{gas_day.point.pk}/why/?level=hour&amp;time={DAY + 2 * HOUR}&amp;factor=a21026"
    assert why in page


def test_the_head_names_place_unit_reference_and_rules(browser_of, gas_day):
    answer = browser_of("manager").get(f"/points/{gas_day.point.pk}/reports/day/?day=2026-11-23")
    said = dict(answer.context["document"].facts)
    assert said["排污单位"] == "示例热力有限公司"
    assert said["运维单位"] == "示例运维有限公司"
    assert said["基准氧含量"] == "9 %"
    assert said["有效性规则"] == (
        "有效小时 ≥ 45 min（HJ 75-2017 12.1），有效日 ≥ 20 h（HJ 75-2017 12.1）")
    [_basis, judged] = answer.context["document"].notes
    assert judged.startswith("按 HJ 75-2017 判定，规则指纹 ")
    page = answer.content.decode()
    for signature in ("运维单位：", "运维负责人：", "审核：", "填报日期："):
        assert signature in page


def test_the_workbook_has_the_layout_of_the_form(browser_of, gas_day):
    path = f"/points/{gas_day.point.pk}/reports/day.xlsx?day=2026-11-23"
    sheet = load_workbook(io.BytesIO(browser_of("manager").get(path).content)).active
    words = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert sheet["A1"].value == "烟气排放连续监测小时平均值日报表"
    assert "A1:G1" in {str(held) for held in sheet.merged_cells.ranges}
    top = words["二氧化硫"]
    assert f"B{top.row}:D{top.row}" in {str(held) for held in sheet.merged_cells.ranges}
    assert [sheet.cell(top.row + 1, place).value for place in (2, 3, 4)] == [
        "实测\n（mg/m³）", "折算\n（mg/m³）", "排放量\n（kg/h）"]
    first = words["00~01"].row
    line = [sheet.cell(first + 1, place) for place in range(1, 7)]
    assert [cell.value for cell in line] == ["01~02", 20.34, 24.68, 2.5, 120_000, None]
    assert [cell.number_format for cell in line[1:4]] == ["0.00", "0.00", "0.000"]
    fault = [sheet.cell(first + 2, place) for place in range(2, 8)]
    assert fault[0].font.strike is True
    assert (fault[2].value, fault[2].number_format, bool(fault[2].font.strike)) == (
        4.0, '0.000"*"', False)
    assert fault[5].value == "无效：设备故障，有效数据不足"
    assert sheet.cell(words["平均值"].row, 2).value == 15.17
    assert sheet.cell(words["样本数"].row, 4).value == 4
    assert sheet.cell(words["排放总量（修约后）（t）"].row, 4).value == 0.0108
    assert "运维负责人：" in words
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == int(sheet.PAPERSIZE_A4)
    assert sheet.print_title_rows == f"${top.row}:${top.row + 1}"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_the_csv_has_the_figures_of_the_page(browser_of, gas_day):
    answer = browser_of("manager").get(
        f"/points/{gas_day.point.pk}/reports/day.csv?day=2026-11-23")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0][:4] == ["时间", "二氧化硫 实测（mg/m³）", "二氧化硫 折算（mg/m³）",
                            "二氧化硫 排放量（kg/h）"]
    assert lines[3][:4] == ["02~03", "99.00", "120.00", "4.000"]
    assert lines[3][-1] == "无效：设备故障，有效数据不足；修约排放量：a21026"
    assert [line[1] for line in lines if line[0] == "平均值"] == ["15.17"]


def test_a_month_has_days_in_tonnes_and_a_quarter_its_capture_rate(browser_of, gas_day):
    month, quarter = windows.start("2026-11"), windows.start("2026Q4")
    sums = {"value": 15.1725, "converted": 18.5875, "mass": 6.75, "substituted": 10.75}
    keep(gas_day.point, "month", month, "a21026", "invalid", "too_few_days", 0, **sums)
    keep(gas_day.point, "quarter", quarter, "a21026", "invalid", "too_few_months", 0, **sums,
         hours=2208, stopped=208, invalid=200, capture=0.9)
    client = browser_of("manager")
    days = client.get(f"/points/{gas_day.point.pk}/reports/month/?month=2026-11")
    assert len(days.context["lines"]) == 30
    line = days.context["lines"][22]
    assert line["word"] == "2026-11-23"
    assert [(cell.text, cell.struck) for cell in line["cells"]] == [
        ("15.17", True), ("18.59", True), ("0.0108", False), ("31.000", False), ("8.25", True)]
    assert [column.unit for column in days.context["groups"][0].columns][-1] == "t/d"
    months = client.get(f"/points/{gas_day.point.pk}/reports/quarter/?quarter=2026Q4")
    assert [line["word"] for line in months.context["lines"]] == ["2026-10", "2026-11", "2026-12"]
    assert [(one["name"], round(one["rate"], 6)) for one in months.context["captures"]] == [
        ("二氧化硫", 90.0)]
    year = client.get(f"/points/{gas_day.point.pk}/reports/year/?year=2026")
    assert len(year.context["lines"]) == 12


def test_a_day_that_still_runs_is_neither_invalid_nor_in_the_statistics(browser_of, station):
    one = station()
    today = windows.start_of("day", int(time.time()))
    JudgedPoint.objects.create(point=one.point, first=today, last=today,
                               factors={"a21026": today})
    keep(one.point, "day", today, "a21026", "invalid", "too_few_hours;o2_missing", 1, value=20.0,
         converted=25.0, mass=3.0, substituted=3.0)
    page = browser_of("manager").get(f"/points/{one.point.pk}/reports/month/")
    line = page.context["lines"][int(windows.key("day", today)[-2:]) - 1]
    assert [(cell.text, cell.struck) for cell in line["cells"]][:2] == [
        ("20.00", False), ("25.00", False)]
    assert line["remark"] == "暂计：时段尚未结束，不计入统计"
    samples = next(foot for foot in page.context["feet"] if foot["label"] == "样本数")
    assert {cell.text for cell in samples["cells"]} == {"0"}


def test_a_load_that_the_logger_reports_has_a_column(cast, gas_day):
    HourReading.objects.create(point=gas_day.point, time=DAY, frame=0, source=simulated(),
                               factor=Factor.objects.get(code="i33400"), avg=82.5)
    found = tables.report(cast.manager, gas_day.point, "day", DAY)
    assert found.groups[-1].title == "负荷"
    assert [line.cells[-1].value for line in found.lines[:2]] == [82.5, None]


@pytest.fixture
def water_day(station):
    """Two hours of sewage: 100 m3 with 10 mg/L and 300 m3 with 30 mg/L."""
    one = station(mn="010000A8900016F000169D02", kind="water", name="2 号排口")
    JudgedPoint.objects.create(point=one.point, first=DAY, last=DAY + HOUR,
                               factors=dict.fromkeys(("w01018", "w00000", "w01001"), DAY))
    for hour, volume, value in ((0, 100.0, 10.0), (1, 300.0, 30.0)):
        time = DAY + hour * HOUR
        keep(one.point, "hour", time, "w01018", count=1, value=value, mass=volume * value / 1000,
             substituted=volume * value / 1000)
        keep(one.point, "hour", time, "w00000", count=6, value=volume / 3.6, converted=volume)
        keep(one.point, "hour", time, "w01001", count=6, value=7.25)
    keep(one.point, "day", DAY, "w01018", count=2, value=25.0, mass=10.0, substituted=10.0)
    keep(one.point, "day", DAY, "w00000", count=2, value=55.555, converted=400.0)
    return SimpleNamespace(point=one.point)


def test_a_day_of_water_weighs_its_mean_by_flow(browser_of, water_day):
    answer = browser_of("manager").get(
        f"/points/{water_day.point.pk}/reports/day/?day=2026-11-23")
    titles = [(group.title, [(column.label, column.unit) for column in group.columns])
              for group in answer.context["groups"]]
    assert titles == [
        ("化学需氧量", [("浓度", "mg/L"), ("排放量", "kg")]),
        ("废水流量", [("流量", "L/s"), ("水量", "m³")]), ("pH", [("", "")])]
    found = feet(answer)
    assert found["平均值（浓度按流量加权）"][0] == "25.0"
    assert found["排放总量（修约后）kg"][1] == "10.000"
    assert found["累计流量m³"][3] == "400.00"
    assert answer.context["document"].title == "水污染源在线监测小时值日报表"


def test_another_unit_sees_no_report(browser_of, gas_day):
    outsider = browser_of("outsider")
    for path in ("day/", "month/", "quarter/", "year/", "day.xlsx", "year.csv"):
        assert outsider.get(f"/points/{gas_day.point.pk}/reports/{path}").status_code == 404
    assert list(outsider.get("/reports/").context["rows"]) == []


@pytest.mark.parametrize("path", [
    "week/", "day/?day=2026-02-30", "quarter/?quarter=2026Q5", "month.pdf"])
def test_a_period_that_is_none_is_not_found(browser_of, gas_day, path):
    answer = browser_of("manager").get(f"/points/{gas_day.point.pk}/reports/{path}")
    assert answer.status_code == 404


def test_empty_states_say_what_would_be_here(browser_of, station, gas_day):
    client = browser_of("manager")
    other = station(mn="010000A8900016F000169D03", name="3 号排口")
    unjudged = client.get(f"/points/{other.point.pk}/reports/day/").content.decode()
    assert "还没有判定结果" in unjudged
    before = client.get(f"/points/{gas_day.point.pk}/reports/day/?day=2026-01-01").content.decode()
    assert "本期没有判定结果" in before
    assert "没有符合条件的点位" in client.get("/reports/?q=没有").content.decode()
    assert [row["last"] for row in client.get("/reports/").context["rows"]] == [
        DAY + 4 * HOUR, None]


def test_without_an_address_the_newest_judged_period_is_shown(browser_of, gas_day):
    client = browser_of("manager")
    shown = {level: client.get(f"/points/{gas_day.point.pk}/reports/{level}/").context["shown"].key
             for level in ("day", "month", "quarter", "year")}
    assert shown == {"day": "2026-11-23", "month": "2026-11", "quarter": "2026Q4", "year": "2026"}
