"""A drift, from the analyser to the capture rate, in a real Chromium.

A simulated boiler's SO2 analyser wanders by 12 % of its range until ten in the morning (out of
control beyond 10 %, HJ 75-2017 11.6 table 4). The engineer writes the calibration down, the hours
go out of control, the watch finds them, the manager makes a work order of the finding, the engineer
repairs and calibrates, the hours after it count again; report and capture rate follow.
"""

from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from qingyuan.areas.records.reading import as_sent
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample
from qingyuan.kernel.clock import CST
from qingyuan.simulator import Event, Signal, StationSpec
from qingyuan.simulator.compose import Composer
from qingyuan.simulator.factors import factor_set

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORMS = load_forms()
DAY = date(2026, 11, 23)
MIDNIGHT = int(datetime(2026, 11, 23, tzinfo=CST).timestamp())
CODES = ("a01011", "a01012", "a01013", "a01014", "a19001", "a21026")
MN, SO2, RANGE = "010000A8900016F000169D01", "a21026", 150.0
PARAMETERS = {"technique": "extractive", "auto_calibration": False, "o2_reference": 6.0,
              "duct_area_m2": 10.0, "velocity_field_factor": 0.95,
              "atmospheric_pressure_kpa": 95.0}


def of(hour: float) -> int:
    return MIDNIGHT + round(hour * 3600)


def stamp(hour: float) -> str:
    return datetime.fromtimestamp(of(hour), CST).strftime("%Y-%m-%dT%H:%M")


BEGAN, FAILED, REPAIRED, CALIBRATED = -24.0, 10.0, 13 + 40 / 60, 13 + 50 / 60
DRIFT = 0.12 * RANGE  # mg/m3 by ten
SPEC = StationSpec(
    "示例锅炉", MN, "123456", "2017", "gas", "power", "示例热力有限公司", "示例区",
    tuple(one for one in factor_set("gas", "2017", brief=True) if one.key in CODES),
    seed=3, capacity=100.0, incidents=0, routine=False, visits=False, events=(
        Event("drift", of(BEGAN), of(REPAIRED), (SO2,),
              {"per_day": 0.12 * 24 / (FAILED - BEGAN)}),
        Event("calibration", of(FAILED), of(FAILED + 0.5), (SO2,)),
        Event("maintenance", of(13), of(REPAIRED), (SO2,)),
        Event("calibration", of(REPAIRED), of(CALIBRATED), (SO2,)),
    ))


@pytest.fixture
def clock(monkeypatch):
    """``clock(hour)``: the program's present is that hour of the day."""

    def turn(hour: float) -> None:
        monkeypatch.setattr("time.time", lambda: float(of(hour)))
        monkeypatch.setattr("django.utils.timezone.now",
                            lambda: datetime.fromtimestamp(of(hour), CST))

    return turn


@pytest.fixture
def boiler(cast, station, clock, spooled, intake):
    """The station with one extractive system, SO2 calibrated two days ago. ``until(hour)``: the
    packets so far are in, the hours are judged and watched, and it is that hour."""
    from qingyuan.areas.assets import facilities
    from qingyuan.areas.telemetry import facts
    from qingyuan.areas.telemetry.pipeline import run
    from qingyuan.areas.watch.detector import run as look
    from qingyuan.areas.watch.judged import JUDGED

    clock(0)
    one = station(mn=MN, contract_since=date(2026, 1, 1))
    for name, value in PARAMETERS.items():
        facts.set_parameter(cast.manager, one.point, name, value, since=of(-24 * 30))
    one.system = facilities.add_system(
        cast.manager, one.point, kind="gas", technique="extractive", auto_calibration=False,
        name="示例烟气系统", since=date(2025, 1, 1))
    analyser = facilities.add_instrument(
        cast.manager, one.system, name="SO2 分析仪", since=date(2025, 1, 1), factors=[SO2])
    facilities.set_range(cast.manager, analyser, SO2, low=0.0, high=RANGE,
                         since=datetime(2025, 1, 1, tzinfo=CST))
    facts.record_event(cast.engineer, one.point, kind="calibration", factor=SO2, start=of(-36),
                       passed=True)
    composer, sent = Composer(SPEC, Signal(SPEC)), [0]

    def until(hour: float) -> None:
        slots = range(sent[0], int(hour * 6))
        spooled([frame.raw for slot in slots
                 for frame in composer.period("2051", of(slot / 6), 600)], mn=MN)
        sent[0] = slots.stop
        intake()
        clock(hour)
        run(now=of(hour))
        look(JUDGED, cast.houses.unit, [one.point], of(hour) * 1000)

    one.until = until
    return one


def calibration(begin: float, end: float, off: float, left: float, **header) -> dict:
    """Answers of G.4: SO2 read ``off`` too much at zero and span, ``left`` after adjusting."""
    answers = sample(FORMS["hj75.g4"], 1, technique="extractive", day=DAY)
    answers["header"] |= {"begin": stamp(begin), "end": stamp(end), **header}
    answers["velocity"] = {}
    answers["analysers"] = {"so2": answers["analysers"]["so2"] | {
        "unit": "mg/m3", "range_low": 0, "range_high": RANGE, "new_gas": False, "zero_gas": 0,
        "zero_last": 0, "zero_before": off, "zero_after": left, "span_gas": 120,
        "span_last": 120, "span_before": 120 + off, "span_after": 120 + left}}
    return answers


def repair() -> dict:
    answers = sample(FORMS["hj75.g6"], 1, technique="extractive", day=DAY)
    answers["header"] |= {"fault_time": stamp(FAILED), "stopped": stamp(13), "begin": stamp(13),
                          "end": stamp(REPAIRED), "restored": stamp(REPAIRED),
                          "left": stamp(CALIBRATED)}
    answers["devices"] = {"gas": answers["devices"]["gas"] | {
        "symptom": "SO2 零点与量程漂移失控", "cause": "检测器老化", "work": "更换光源"}}
    return answers


def filled(form: str, answers: dict) -> Iterator[tuple[str, str]]:
    """What is typed: neither photos nor the signature."""
    for name, value in as_sent(FORMS[form], answers):
        if "photos" not in name and "signature" not in name and name != "open":
            yield name, value


def write(page, form: str, answers: dict) -> None:
    """Fill in the open form, sign and submit it."""
    wanted = {value for name, value in as_sent(FORMS[form], answers) if name == "open"}
    for box in page.locator("input[name=open]").all():
        box.set_checked(box.input_value() in wanted)
    for name, value in filled(form, answers):
        field = page.locator(f'[name="{name}"]').first
        kind = field.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.type")
        if kind == "select":
            field.select_option(value)
        elif kind in ("radio", "checkbox"):
            page.locator(f'[name="{name}"][value="{value}"]').first.check(force=True)
        else:
            field.fill(value)
    page.locator("[data-sign-open]").first.click()
    box = page.locator("#pad canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="完成").click()
    page.fill('[name="tail.signature.name"]', "示例engineer")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(lambda url: "/fill/" not in url, timeout=12_000)


def do(page, code: str) -> None:
    """An act on the order that is shown."""
    act = page.locator(f'form[action$="/{code}/"]')
    if not act.is_visible():
        page.locator("details.order-act", has=act).locator("summary").click()
    for name in ("cause", "handling", "without"):
        if act.locator(f"[name={name}]").count():
            act.locator(f"[name={name}]").fill("更换光源，校准合格")
    act.locator("button[type=submit]").click()
    expect(page.get_by_text("已登记：").first).to_be_visible()


def verdicts(cast, point) -> dict[int, str]:
    from qingyuan.areas.telemetry.queries.judged import hours_of

    return {(row.time - MIDNIGHT) // 3600: row.verdict
            for row in hours_of(cast.manager, point, of(0), of(24), [SO2])}


def quarter(cast, point) -> SimpleNamespace:
    from qingyuan.areas.telemetry.queries.judged import quarters_of

    [row] = quarters_of(cast.manager, point, of(-24 * 60), of(24), [SO2])
    return SimpleNamespace(good=row.hours - row.invalid, hours=row.hours, capture=row.capture)


def test_from_a_drift_to_hours_that_count_again(at, cast, boiler):
    from qingyuan.areas.records.models import Record
    from qingyuan.areas.records.review import actions as review

    point = boiler.point
    boiler.until(FAILED + 0.67)
    assert verdicts(cast, point) == dict.fromkeys(range(10), "valid")
    before = quarter(cast, point)
    assert before.capture == 1.0

    engineer = at("/today/", who="engineer")
    engineer.goto(f"/records/new/?point={point.pk}&form=hj75.g4")
    write(engineer, "hj75.g4", calibration(FAILED, FAILED + 0.5, DRIFT, DRIFT))
    expect(engineer.locator("#results")).to_contain_text("失控")
    expect(engineer.locator("#events")).to_contain_text("不合格")
    boiler.until(12.6)
    assert {h for h, one in verdicts(cast, point).items() if one == "out_of_control"} == {10, 11}
    engineer.reload()
    expect(engineer.locator("#touched")).to_contain_text("暂定")
    expect(engineer.locator("#touched")).to_contain_text("校准未通过")

    manager = at(f"/points/{point.pk}/hours/?day={DAY}&factor={SO2}")
    manager.locator(f'a[href*="time={of(11)}"]').first.click()
    drawer = manager.locator("#drawer-body")
    expect(drawer).to_contain_text("量程漂移 12.00 %F.S.")
    expect(drawer).to_contain_text("HJ 75-2017 11.6 表4")
    expect(drawer).to_contain_text("暂定")
    drawer.get_by_role("link", name="CEMS零点/量程漂移与校准记录表").first.click()
    manager.wait_for_url("**/records/*/")
    assert quarter(cast, point).capture == pytest.approx((before.good) / (before.hours + 2))

    manager.goto("/findings/")
    manager.get_by_role("link", name="二氧化硫自").first.click()
    manager.get_by_role("link", name="转工单").click()
    manager.select_option("select[name=person]", label="示例engineer")
    manager.get_by_role("button", name="登记").click()
    manager.wait_for_url("**/orders/*/")
    order = manager.url.rstrip("/").rpartition("/")[2]

    boiler.until(CALIBRATED + 0.1)
    engineer.goto(f"/records/new/?order={order}&point={point.pk}&form=hj75.g6")
    write(engineer, "hj75.g6", repair())
    engineer.goto(f"/records/new/?order={order}&point={point.pk}&form=hj75.g4")
    write(engineer, "hj75.g4", calibration(REPAIRED, CALIBRATED, DRIFT + 2, 0))
    mended = engineer.url
    for page, code in ((engineer, "arrive"), (engineer, "repaired"), (engineer, "restored"),
                       (manager, "close")):
        page.goto(f"/orders/{order}/")
        do(page, code)
    manager.goto("/findings/?state=closed")
    expect(manager.get_by_role("link", name="二氧化硫自").first).to_be_visible()

    boiler.until(18.6)
    found = verdicts(cast, point)
    assert {h for h, one in found.items() if one == "out_of_control"} == {10, 11, 12, 13}
    assert {h for h, one in found.items() if one == "valid"} == {*range(10), *range(14, 18)}
    after = quarter(cast, point)
    assert (after.good, after.hours) == (14, 18)
    assert after.capture == pytest.approx(14 / 18)
    engineer.goto(mended)
    expect(engineer.locator("#touched")).to_contain_text("恢复")
    for record in Record.objects.all():
        review.accept(cast.reviewer, record)
    manager.goto(f"/points/{point.pk}/why/?level=hour&time={of(11)}&factor={SO2}")
    expect(manager.locator(".touching")).to_contain_text("已审核")
    expect(manager.locator(".touching")).not_to_contain_text("暂定")
    manager.goto(f"/points/{point.pk}/reports/day/?day={DAY}")
    expect(manager.get_by_role("row", name="10~11")).to_contain_text("校准未通过")
    expect(manager.get_by_role("row", name="14~15")).not_to_contain_text("失控")
    manager.goto("/statistics/?month=2026-11")
    expect(manager.get_by_role("row", name="1 号排口")).to_contain_text("77.78")
