"""Judged pages in a real Chromium: from a figure to its clause, from a deed to a new verdict."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from qingyuan.kernel.clock import CST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = datetime(2026, 11, 23, tzinfo=CST)
HOUR = int(DAY.replace(hour=13).timestamp())
NOW = HOUR + 7200
MINUTE = ("a21026-Avg=30,a21026-Flag=N;a19001-Avg=8,a19001-Flag=N;a01011-Avg=12,a01011-Flag=N;"
          "a01012-Avg=60,a01012-Flag=N;a01013-Avg=-0.5,a01013-Flag=N;a01014-Avg=10,a01014-Flag=N")
PARAMETERS = {
    "technique": "extractive", "auto_calibration": True, "o2_reference": 6.0, "duct_area_m2": 10.0,
    "velocity_field_factor": 0.95, "atmospheric_pressure_kpa": 95.0, "limit.a21026": 35.0,
}


@pytest.fixture
def judged(cast, station, segment, spooled, intake):
    """A gas point whose hour 13:00 is judged: 30 mg/m3, 34.62 at 6 % oxygen, 8.472 kg."""
    from qingyuan.areas.telemetry.facts import set_parameter
    from qingyuan.areas.telemetry.pipeline import run

    one = station(name="示例 1 号烟气出口")
    for name, value in PARAMETERS.items():
        set_parameter(cast.manager, one.point, name, value, since=HOUR - 86_400)
    spooled([segment(one, "2051", f"2026112313{slot}000", MINUTE) for slot in range(6)])
    intake()
    run(now=NOW)
    return one


def test_from_an_hour_to_its_formula_and_its_clause(at, judged):
    page = at(f"/points/{judged.point.pk}/hours/?day=2026-11-23")
    page.get_by_role("link", name="34.62").first.click()
    drawer = page.locator("#drawer-body")
    expect(drawer).to_contain_text("34.62")
    expect(drawer).to_contain_text("HJ 75-2017")
    expect(drawer).to_contain_text("有效")


def test_the_month_leads_to_the_day(at, judged):
    page = at(f"/points/{judged.point.pk}/hours/?month=2026-11")
    page.get_by_role("link", name="23", exact=True).first.click()
    page.wait_for_url("**day=2026-11-23*")
    expect(page.get_by_text("34.62").first).to_be_visible()


def test_an_event_entered_by_hand_turns_the_hour_out_of_control(at, judged):
    from qingyuan.areas.telemetry.pipeline import run

    page = at(f"/points/{judged.point.pk}/facts/events/new/", who="engineer")
    page.select_option("select[name=kind]", "calibration")
    page.select_option("select[name=factor]", "a21026")
    page.fill("input[name=start]", "2026-11-23T12:50")
    page.select_option("select[name=passed]", label="不合格")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("不合格").first).to_be_visible()
    run(now=NOW)
    page.goto(f"/points/{judged.point.pk}/hours/?day=2026-11-23")
    expect(page.get_by_text("失控").first).to_be_visible()


def test_rules_from_the_list_to_an_own_figure(at, judged):
    page = at("/rules/")
    page.fill("#f-q", "有效小时均值")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="有效小时均值").first.click()
    expect(page.get_by_text("HJ 75-2017").first).to_be_visible()


@pytest.mark.parametrize("path", [
    "/points/{}/hours/?day=2026-11-23", "/points/{}/hours/?month=2026-11", "/points/{}/facts/",
    "/points/{}/comparison/?month=2026-11", "/points/{}/reports/day/?day=2026-11-23",
    "/points/{}/reports/month/?month=2026-11", "/statistics/?month=2026-11", "/marks/", "/audits/",
    "/rules/", "/reports/", "/marks/new/",
    f"/points/{{}}/why/?level=hour&time={HOUR}&factor=a21026",
])
def test_nothing_overflows_a_phone(at, judged, path):
    page = at(path.format(judged.point.pk), width=390)
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0
