"""One path through each page in a real Chromium: what a person clicks, and what they then read."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINUTE = "a21026-Avg={},a21026-ZsAvg=14.2,a21026-Flag={};a01011-Avg=7.1,a01011-Flag=N"


@pytest.fixture
def fed(cast, station, segment, spooled, intake):
    """A gas station heard a moment ago, with minutes of this morning, one of them calibrating."""
    one = station(name="示例 1 号烟气出口")
    spooled(
        [
            segment(
                one,
                "2011",
                "20261123140000",
                "a21026-Rtd=13.75,a21026-Flag=N;a01011-Rtd=7.3,a01011-Flag=D",
            )
        ]
        + [
            segment(one, "2051", f"2026112314{n}000", MINUTE.format(12 + n, "C" if n == 3 else "N"))
            for n in range(6)
        ]
        + [segment(one, "2061", "20261123130000", MINUTE.format(12.5, "N"))]
    )
    intake()
    return one


@pytest.fixture
def heard_now(fed):
    from qingyuan.areas.telemetry.models import LatestReading

    LatestReading.objects.update(at=int(time.time() * 1000))
    return fed


@pytest.fixture
def at(at, fed):
    """Pages with the fed station on them."""
    return at


def test_overview_to_point_by_a_click(at, heard_now):
    page = at()
    expect(page.get_by_role("heading", name="点位总览")).to_be_visible()
    card = page.locator(".card-point")
    expect(card.get_by_text("13.75")).to_be_visible()
    expect(card.get_by_text("在线", exact=True)).to_be_visible()
    page.get_by_role("link", name="示例 1 号烟气出口").first.click()
    expect(page.get_by_role("heading", name="示例 1 号烟气出口")).to_be_visible()


def test_a_new_packet_appears_without_a_reload(at, heard_now, segment, spooled, intake):
    page = at()
    page.evaluate("window.untouched = true")
    spooled([segment(heard_now, "2011", "20261123140030", "a21026-Rtd=99.25,a21026-Flag=N")])
    intake()
    expect(page.get_by_text("99.25")).to_be_visible(timeout=12_000)
    assert page.evaluate("window.untouched") is True


def test_filters_stand_in_the_address(at):
    page = at()
    page.select_option("#f-kind", "water")
    page.wait_for_url("**/?kind=water")
    expect(page.get_by_text("没有符合条件的点位")).to_be_visible()
    page.get_by_role("link", name="清除筛选").first.click()
    expect(page.locator(".card-point")).to_have_count(1)


def test_charts_table_and_packet_of_a_point(at, fed):
    page = at(f"/points/{fed.point.pk}/?interval=min&from=2026-11-23&to=2026-11-24")
    page.wait_for_selector("#charts[data-ready]")
    expect(page.locator(".chart canvas")).to_have_count(2)
    expect(page.locator(".chart").first).to_contain_text("二氧化硫")
    expect(page.locator(".band-word")).to_have_text("C 校准")
    expect(page.get_by_role("cell", name="16").first).to_be_visible()
    page.get_by_role("link", name="2026-11-23 14:30").click()
    expect(page.get_by_role("heading", name=re.compile("上传污染物分钟数据"))).to_be_visible()
    expect(page.get_by_text("与前一条相符")).to_be_visible()


def test_a_csv_is_downloaded(at, fed):
    page = at(f"/points/{fed.point.pk}/?interval=min&from=2026-11-23&to=2026-11-24")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text("utf-8-sig").count("2026-11-23 14:") == 6


def test_raw_packets_show_bytes_and_clause(at, fed):
    page = at(f"/points/{fed.point.pk}/packets/")
    expect(page.locator("tr[data-row]")).to_have_count(8)
    page.locator("tr[data-row]").first.click()
    expect(page.locator("#raw-text")).to_contain_text("##0")
    page.get_by_text("十六进制").click()
    expect(page.locator(".raw.hex")).to_contain_text("23 23 30")


def test_a_station_is_entered_and_what_was_typed_survives_a_refusal(at):
    page = at("/stations/")
    page.get_by_role("link", name="登记站点").first.click()
    page.get_by_label("排污单位").fill("示例新单位")
    page.get_by_label("点位名称").fill("新点位")
    page.get_by_label("MN", exact=True).fill("有 空格")
    page.get_by_label("访问密码").fill("123456")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("MN 不能含空格")).to_be_visible()
    expect(page.get_by_label("点位名称")).to_have_value("新点位")
    page.get_by_label("MN", exact=True).fill("NEW00000000000000000AAAA")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已登记")).to_be_visible()


def test_a_password_is_shown_on_request(at, fed):
    page = at(f"/stations/{fed.logger.pk}/")
    field = page.locator("#pw")
    assert field.get_attribute("type") == "password"
    page.get_by_role("button", name="显示或隐藏").click()
    assert field.get_attribute("type") == "text"


def test_gateway_page_draws_its_down_state(at, settings):
    settings.GATEWAY_HTTP = "http://127.0.0.1:9"
    page = at("/gateway/")
    expect(page.get_by_text("网关没有应答", exact=True)).to_be_visible()


def test_keyboard_search_rows_and_help(at):
    page = at()
    page.keyboard.press("/")
    page.keyboard.type("1 号烟气")
    found = page.locator("#search-found a")
    expect(found).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("body").press("j")
    expect(page.locator("[data-row].is-chosen")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("快捷键")


def test_a_lost_connection_is_shown(chromium, live_server, at):
    page = at()
    expect(page.locator("#connection")).to_contain_text("连接正常")
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("连接中断")
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_contain_text("连接正常", timeout=15_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_a_phone_and_the_scheme_follows_the_system(at, fed, scheme):
    page = at(width=390, scheme=scheme)
    pk = fed.point.pk
    for path in (
        "/",
        "/?view=list",
        f"/points/{pk}/?interval=min",
        f"/points/{pk}/packets/",
        f"/points/{pk}/packets/2/",
        "/stations/",
        "/stations/new/",
        f"/stations/{fed.logger.pk}/",
        "/stations/import/",
        "/gateway/",
        "/quarantine/",
        "/commands/",
        "/commands/new/",
        f"/commands/new/?mn={fed.mn}",
        "/imports/",
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
        assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme


def test_chinese_needs_no_font_of_the_system(at, live_server):
    page = at()
    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "Noto Sans SC Variable" in family
    loaded = page.evaluate(
        "document.fonts.load('16px \"Noto Sans SC Variable\"', '清源监测')"
        ".then((faces) => faces.length)"
    )
    assert loaded >= 1


def test_a_stranger_is_entered_and_replayed(at, segment, spooled, intake, fed):
    stranger = "010000A8900016F000169DFF"
    spooled(
        [segment(fed, "2051", "20261123140000", MINUTE.format(31.5, "N"), mn=stranger)],
        mn=stranger,
        verdict="unknown",
    )
    intake()
    page = at("/quarantine/")
    page.get_by_role("link", name="未知站点").first.click()
    page.get_by_role("link", name="登记此站点").click()
    expect(page.get_by_label("MN", exact=True)).to_have_value(stranger)
    page.get_by_label("排污单位").fill("示例新单位")
    page.get_by_label("点位名称").fill("补登的点位")
    page.get_by_label("访问密码").fill("123456")
    page.get_by_role("button", name="保存").click()
    page.goto("/quarantine/")
    page.get_by_role("button", name="重放").click()
    expect(page.get_by_text("没有待处理的数据")).to_be_visible()


def test_a_command_from_consent_to_queue(at, fed):
    page = at(f"/stations/{fed.logger.pk}/")
    page.get_by_role("link", name="记录同意书").click()
    page.get_by_label("同意的命令").select_option("2061")
    page.get_by_label("同意书文号").fill("示例〔2026〕1 号")
    page.get_by_label("签署人").fill("示例签署人")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="发送命令").click()
    page.get_by_label("命令", exact=True).select_option("2061")
    page.get_by_label("开始时间").fill("2026-11-23T08:00:00")
    page.get_by_label("截止时间").fill("2026-11-23T10:00:00")
    page.get_by_label("原因").fill("补取缺失的小时数据")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("等待发送").first).to_be_visible()
    expect(page.get_by_text("20261123080000")).to_be_visible()


def test_a_file_is_checked_and_imported(at, fed, tmp_path):
    file = tmp_path / "hours.csv"
    file.write_text(
        "时间,二氧化硫（mg/m³）\n2026-11-20 08:00,11.5\n2026-11-20 09:00,abc\n", "utf-8"
    )
    page = at("/imports/")
    page.locator("#id_point").fill("示例 1 号烟气出口")
    page.get_by_label("CSV 或 XLSX 文件").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("“abc”不是数值").first).to_be_visible()
    page.get_by_role("button", name="导入 1 个时刻的数据").click()
    expect(page.get_by_text("已导入 1 个时刻的数据")).to_be_visible()


def test_stations_from_a_workbook(at, tmp_path):
    page = at("/stations/import/")
    with page.expect_download() as template:
        page.get_by_role("link", name="下载模板").click()
    filled = tmp_path / "stations.xlsx"
    template.value.save_as(filled)
    page.get_by_label("XLSX 文件").set_input_files(filled)
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("1 行可导入")).to_be_visible()
    page.get_by_role("button", name="导入无误的 1 行").click()
    expect(page.get_by_text("已登记 1 个站点")).to_be_visible()


def test_a_figure_opens_its_evidence(at, fed):
    page = at(f"/points/{fed.point.pk}/?interval=min&from=2026-11-23&to=2026-11-24")
    page.get_by_role("link", name="13.75").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("a21026-Rtd=13.75")
    drawer.get_by_role("link", name="查看整个报文").click()
    expect(page.get_by_role("heading", name=re.compile("上传污染物实时数据"))).to_be_visible()


def test_a_spot_of_a_chart_opens_its_evidence(at, fed):
    page = at(f"/points/{fed.point.pk}/?interval=min&from=2026-11-23T14:00&to=2026-11-23T15:00")
    page.wait_for_selector("#charts[data-ready]")
    page.locator(".chart canvas").first.hover()
    page.get_by_role("link", name="查看依据与报文").first.click()
    expect(page.locator("#drawer")).to_contain_text("a21026-Avg=")


def test_an_unfinished_form_is_still_there_after_a_reload(at):
    page = at("/stations/new/")
    page.get_by_label("点位名称").fill("写到一半")
    page.reload()
    expect(page.get_by_label("点位名称")).to_have_value("写到一半")
    page.get_by_role("button", name="放弃并重新载入").click()
    expect(page.get_by_label("点位名称")).to_have_value("")


def test_a_poll_without_news_touches_nothing(at, heard_now):
    page = at()
    page.evaluate("document.querySelector('.card-point').dataset.mark = 'same'")
    with page.expect_response(lambda r: "hx-request" in r.request.headers
                              and "/inbox/" not in r.url) as poll:  # the bell asks by itself
        pass
    assert poll.value.status == 304
    assert page.locator(".card-point[data-mark=same]").count() == 1
