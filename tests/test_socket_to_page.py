"""The main job on real input: bytes over TCP, kept, acknowledged, stored, read off a page."""

import json
import shutil
from pathlib import Path

import pytest

MN = "010000A8900016F000169DC0"
STRANGER = "010000A8900016F000169DFF"
FEED = Path(__file__).parent / "data" / "wastewater.hj212"
# The file: 1 real-time, 2 minute, 1 hour (twice, byte by byte), 1 day; 1 with a wrong CRC; 1 of an
# unknown MN. Flag=5 asks for an answer, so all but the wrong one are answered.
ANSWERS = 7


@pytest.fixture(scope="module")
def fed(installation, tmp_path_factory):
    """The product up, one station registered, the file sent over TCP, everything taken in. What is
    asked of it afterwards changes nothing that another test asks."""
    with installation(tmp_path_factory.mktemp("fed")) as product:
        yield feed(product)


def feed(product):
    product.up()
    product.run("station", "add", MN, "--password", "123456", "--kind", "water",
                "--name", "示例污水处理厂总排口")
    product.wait_for(lambda: registered(product), "the gateway to know the station")
    product.acknowledged = product.talk(FEED.read_bytes(), ANSWERS)
    product.wait_for(lambda: day(product), "the day's reading")
    return product


def registered(product) -> bool:
    registry = product.data / "registry.json"
    return registry.exists() and MN in registry.read_text()


def day(product):
    return product.readings(MN, "day", "2026-11-20", "2026-11-21")


def test_every_answer_is_a_9014_with_the_qn_of_its_upload(fed):
    qns = ["20261120080030001", "20261120081000002", "20261120082000003", "20261120090000001",
           "20261120090000001", "20261121000000001", "20261120080030002"]
    lines = fed.acknowledged.decode().split("\r\n")[:-1]
    assert [line[line.index("QN=") + 3:][:17] for line in lines] == qns
    assert all("CN=9014" in line for line in lines)


def test_readings_are_what_the_packets_say(fed):
    [hour] = fed.readings(MN, "hour", "2026-11-20T08:00:00+08:00", "2026-11-20T09:00:00+08:00")
    assert hour["time"] == "2026-11-20T08:00:00+08:00"
    assert hour["factors"]["w01018"]["Avg"] == 41.8
    assert hour["factors"]["w21003"] == {"Cou": 0.5332, "Min": 2.31, "Avg": 2.35, "Max": 2.41,
                                         "Flag": "N"}
    minutes = fed.readings(MN, "min", "2026-11-20T08:00", "2026-11-20T09:00")
    assert [m["factors"]["w01018"]["Flag"] for m in minutes] == ["N", "C"]
    [now] = fed.readings(MN, "rtd", "2026-11-20T08:00", "2026-11-20T09:00")
    assert now["factors"]["w01001"]["Rtd"] == 7.12


def test_nothing_is_lost_and_the_chain_verifies(fed):
    report = json.loads(fed.run("spool", "verify", "--data", str(fed.data), "--json").stdout)
    assert report["ok"] is True
    assert report["frames"] == 7  # 8 packets; the duplicate is acknowledged again, not kept again


@pytest.mark.browser
def test_a_person_reads_the_values_off_the_page(fed):
    from playwright.sync_api import expect, sync_playwright

    fed.environment["QINGYUAN_NEW_PASSWORD"] = "wastewater-2026"
    fed.run("user", "add", "chief", "--role", "manager", "--display", "示例负责人")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser",
                                                    "google-chrome"))))
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=[
            "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"])
        page = browser.new_page(locale="zh-CN")
        page.goto(fed.address)
        page.fill("input[name=username]", "chief")
        page.fill("input[name=password]", "wastewater-2026")
        page.click("button[type=submit]")
        page.get_by_role("link", name="示例污水处理厂总排口").first.click()
        expect(page.get_by_text("41.7").first).to_be_visible()
        point = page.url
        page.goto(f"{point}?interval=hour&from=2026-11-20&to=2026-11-21")
        expect(page.get_by_text("41.8").first).to_be_visible()
        browser.close()
