"""The pages of samples measured by hand: the form for a day, the list, the drawer of a day."""

import time

import pytest

from qingyuan.areas.telemetry import manual_values
from qingyuan.areas.telemetry.models import ManualValue
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
NOW = int(time.time())
TODAY = windows.start_of("day", NOW)
LACKING = TODAY - 2 * DAY
VOLUME = 10.0 * 3.6 * 24


@pytest.fixture
def judged(outlet, judge):
    """Two days ago lacks its COD, the day before has 40 mg/L."""
    outlet.send(LACKING - DAY, 48, cod=lambda hour: None if hour >= 24 else 40.0)
    judge(NOW)
    outlet.address = f"/points/{outlet.point.pk}"
    return outlet


def text(answer) -> str:
    return answer.content.decode()


def typed(*samples, **changes) -> dict[str, str]:
    form = {"day": day_of(LACKING), "factor": "w01018", "monitor_type": "own",
            "method": "重铬酸盐法", "instrument": "示例检测公司", "reference": "示例检字 7 号",
            "note": ""}
    for number, (at, value) in enumerate(samples, 1):
        form |= {f"time_{number}": at, f"value_{number}": value}
    return form | changes


FOUR = (("02:00", "50"), ("08:00", "60"), ("14:00", "70"), ("20:30", "80"))


def why(one) -> str:
    return f"{one.address}/why/?level=day&time={LACKING}&factor=w01018"


def test_the_samples_of_a_day_are_entered_at_once_and_judged(browser_of, judged, judge):
    client = browser_of("engineer")
    offered = text(client.get(f"{judged.address}/facts/manual/new/"))
    assert "一日至少 4 个" in offered
    answer = client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR), follow=True)
    assert f"已登记 4 个；{day_of(LACKING)} 共 4 个，该日将重新判定" in text(answer)
    assert list(ManualValue.objects.values_list("time", "value")) == [
        (LACKING + 2 * HOUR, 50.0), (LACKING + 8 * HOUR, 60.0), (LACKING + 14 * HOUR, 70.0),
        (LACKING + 20 * HOUR + 1800, 80.0)]
    assert "示例检字 7 号" in text(answer)
    judge(NOW)
    drawer = client.get(why(judged))
    page = text(drawer)
    assert "用于计算当日排放量" in page
    assert "重铬酸盐法 示例检测公司" in page
    assert "864 × 65 × 0.001" in page
    assert drawer.context["by_hand"]["step"].result == pytest.approx(65 * VOLUME / 1000)
    assert drawer.context["by_hand"]["step"].missing == ""


def test_too_few_are_kept_and_said_to_be_too_few(browser_of, judged, judge):
    client = browser_of("engineer")
    answer = client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR[:3]), follow=True)
    assert "不足 4 个" in text(answer)
    judge(NOW)
    assert "不足 4 个，未采用" in text(client.get(why(judged)))


def test_a_value_entered_after_judging_is_said_to_wait(browser_of, judged, judge):
    client = browser_of("engineer")
    client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR))
    judge(NOW)
    client.post(f"{judged.address}/facts/manual/new/", typed(("23:00", "90")))
    assert "等待重新判定" in text(client.get(why(judged)))


@pytest.mark.parametrize(("samples", "changes", "why"), [
    ((), {}, "请至少填写一个"),
    ((("02:00", ""),), {}, "应成对填写"),
    ((("", "5"),), {}, "应成对填写"),
    ((("02:00", "5"), ("02:00", "6")), {}, "同一时刻已填写过"),
    ((("02:00", "-5"),), {}, "大于或等于0"),
    ((("02:00", "5"),), {"day": day_of(NOW + 5 * DAY)}, "时间不能在将来"),
    ((("02:00", "5"),), {"factor": "a21026"}, "a21026"),
])
def test_what_is_wrong_is_said_and_nothing_is_entered(browser_of, judged, samples, changes, why):
    answer = browser_of("engineer").post(
        f"{judged.address}/facts/manual/new/", typed(*samples, **changes))
    assert answer.status_code == 422
    assert why in text(answer)
    assert not ManualValue.objects.exists()


def test_of_a_day_entered_twice_nothing_is_kept(browser_of, judged):
    client = browser_of("engineer")
    client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR[:2]))
    answer = client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR))
    assert f"在 {day_of(LACKING)} 02:00 已有手工监测值" in text(answer)
    assert ManualValue.objects.count() == 2


def test_a_value_is_withdrawn_and_stays_readable(browser_of, judged):
    client = browser_of("engineer")
    client.post(f"{judged.address}/facts/manual/new/", typed(*FOUR))
    row = ManualValue.objects.first()
    address = f"{judged.address}/facts/manual/{row.pk}/withdraw/"
    assert client.post(address, {"why": " "}).status_code == 422
    assert client.post(address, {"why": "报告作废"}).status_code == 302
    assert client.get(address).status_code == 404
    assert "报告作废" not in text(client.get(f"{judged.address}/facts/"))
    every = text(browser_of("manager").get(f"{judged.address}/facts/?all=1"))
    assert "撤回：报告作废" in every
    assert "撤回手工监测值" in every


def test_another_unit_finds_nothing(cast, browser_of, judged):
    row = manual_values.record_manual_value(
        cast.manager, judged.point, factor="w01018", time=LACKING, value=5.0)
    client = browser_of("outsider")
    for address in ("new/", f"{row.pk}/withdraw/"):
        assert client.get(f"{judged.address}/facts/manual/{address}").status_code == 404
        assert client.post(f"{judged.address}/facts/manual/{address}",
                           typed(*FOUR, why="不是我的")).status_code == 404
    row.refresh_from_db()
    assert (ManualValue.objects.count(), row.withdrawn_at) == (1, None)


def test_a_value_of_another_point_cannot_be_withdrawn_here(cast, browser_of, judged, station):
    other = station(mn="010000A8900016F000169D09", kind="water", name="2 号总排口")
    row = manual_values.record_manual_value(
        cast.manager, other.point, factor="w01018", time=LACKING, value=5.0)
    answer = browser_of("manager").get(f"{judged.address}/facts/manual/{row.pk}/withdraw/")
    assert answer.status_code == 404


def test_who_may_not_enter_is_not_offered_it(browser_of, judged):
    client = browser_of("storekeeper")
    page = text(client.get(f"{judged.address}/facts/"))
    assert "手工监测值" in page
    assert "facts/manual/new/" not in page
    assert client.get(f"{judged.address}/facts/manual/new/").status_code == 403


def test_flue_gas_has_no_such_list(browser_of, gas):
    client = browser_of("manager")
    assert "手工监测值" not in text(client.get(f"/points/{gas.point.pk}/facts/"))
    assert client.get(f"/points/{gas.point.pk}/facts/manual/new/").status_code == 404
