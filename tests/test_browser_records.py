"""An engineer with a phone in a real Chromium: today, a sheet, a calibration filled in with the
signal gone on the way, a photo, a signature, and the record."""

import struct
import zlib
from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from qingyuan.areas.records.reading import as_sent
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample
from qingyuan.kernel.clock import CST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
G4 = load_forms()["hj75.g4"]
URUMQI = {"latitude": 43.8256, "longitude": 87.6168, "accuracy": 12.0}


def picture() -> bytes:
    """A grey PNG of 64 by 48."""
    def piece(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([90 + n]) * 64 for n in range(48))
    return (b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 0, 0, 0, 0))
            + piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b""))


@pytest.fixture
def visit(cast, station):
    """Today's calibration of a system with one SO2 analyser, asked of a company that wants photos
    of it."""
    from qingyuan.areas.assets.models import Instrument, InstrumentRange, MonitoringSystem
    from qingyuan.areas.assets.queries import today
    from qingyuan.areas.maintenance.models import DutySetChoice, Task, TaskSheet

    point = station(name="示例 1 号烟气出口").point
    system = MonitoringSystem.objects.create(
        point=point, kind="gas", name="示例烟气系统", technique="extractive",
        since=date(2025, 1, 1))
    analyser = Instrument.objects.create(
        system=system, name="二氧化硫分析仪", factors=["a21026"], since=date(2025, 1, 1),
        principle="非分散红外")
    InstrumentRange.objects.create(
        instrument=analyser, factor="a21026", low=0, high=200, unit="mg/m³",
        since=datetime(2025, 1, 1, tzinfo=CST))
    task = Task.objects.create(
        organisation=cast.houses.unit, point=point, person=cast.engineer.user, state="assigned",
        day=today(), opens=today(), due=today(), due_at=4_000_000_000_000)
    DutySetChoice.objects.create(organisation=cast.houses.unit, set="zibo", on=True)
    return TaskSheet.objects.create(
        task=task, system=system, form="hj75.g4", opens=today(), due=today(),
        due_at=task.due_at, duties=["hj75.calibration.extractive"])


def typed(page, name: str, value: str) -> None:
    """Fill in or choose, whatever kind of input it is."""
    field = page.locator(f'[name="{name}"]').first
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def overflow(page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_calibration_survives_the_loss_of_signal(at, visit):
    from qingyuan.areas.records.models import Record

    page = at("/today/", width=390, who="engineer")
    context = page.context
    context.set_geolocation(URUMQI)
    context.grant_permissions(["geolocation"])
    assert overflow(page) == 0
    page.get_by_role("button", name="CEMS零点/量程漂移与校准记录表").click()
    page.wait_for_url("**/fill/")
    assert overflow(page) == 0
    record = Record.objects.get()
    answers = sample(G4, 1, technique="extractive", day=record.day)
    answers["velocity"] = {}
    answers["analysers"] = {"so2": {**answers["analysers"]["so2"], "range_low": 0,
                                    "range_high": 200, "unit": "mg/m3"}}
    # the work ended a minute after midnight, so that it lies behind whatever time it is now
    answers["header"] |= {"begin": f"{record.day}T00:00", "end": f"{record.day}T00:01"}
    said = [(name, value) for name, value in as_sent(G4, answers)
            if "photos" not in name and "signature" not in name and name != "open"]
    half = len(said) // 2
    for name, value in said[:half]:
        typed(page, name, value)
    expect(page.locator("#kept")).to_contain_text("已保存", timeout=9000)

    context.set_offline(True)
    for name, value in said[half:]:
        typed(page, name, value)
    camera = page.locator('[name="analysers.so2.photos.upload"]').first
    for number in range(4):
        camera.set_input_files({"name": f"校准{number}.png", "mimeType": "image/png",
                                "buffer": picture() + bytes([number])})
    expect(page.locator(".thumb")).to_have_count(4)
    page.locator("[data-sign-open]").first.click()
    box = page.locator("#pad canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="完成").click()
    expect(page.locator('[name="tail.signature.sha256"]')).not_to_have_value("")
    page.fill('[name="tail.signature.name"]', "示例engineer")
    expect(page.locator("#kept")).to_contain_text("离线")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#notice")).to_contain_text("尚未提交")
    assert Record.objects.get().state == "draft"

    context.set_offline(False)
    page.reload()
    expect(page.locator(".thumb")).to_have_count(4)
    name, value = said[-1]
    assert page.locator(f'[name="{name}"]').first.input_value() == value
    assert page.locator('[name="tail.signature.sha256"]').input_value()
    expect(page.locator('[data-computed="analysers.so2.zero_result"]')).to_contain_text("合格")
    expect(page.locator("#kept")).to_contain_text("已保存", timeout=9000)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(f"**/records/{record.pk}/")
    expect(page.locator("#results")).to_contain_text("合格")
    expect(page.locator("#events")).to_contain_text("二氧化硫")
    expect(page.locator("#pictures figure")).to_have_count(4)
    expect(page.locator("#pictures")).to_contain_text("43.82560, 87.61680")
    assert overflow(page) == 0
    visit.refresh_from_db()
    assert visit.done_by == f"record:{record.pk}"
