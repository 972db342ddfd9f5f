"""The desk as people see it: page, signature, handling, exports, API."""

import json
import re

import pytest

from qingyuan.areas.assets import facilities, sites
from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.maintenance.planning.clocks import refresh
from qingyuan.areas.records.desk import actions
from qingyuan.areas.records.models import DeskLine, Record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


def text(answer) -> str:
    return answer.content.decode()


def names(answer) -> list[str]:
    return [line.point.name for line in answer.context["page"].object_list]


@pytest.mark.parametrize(("who", "status"), [
    ("manager", 200), ("engineer", 200), ("reviewer", 200), ("storekeeper", 200),
    ("discharger", 403), ("inspector", 403), ("officer", 403),
])
def test_who_may_see_the_desk(browser_of, filled, point, who, status):
    point()
    row = filled().only
    client = browser_of(who)
    for path in ("/desk/", "/desk.csv", f"/desk/lines/{row.pk}/"):
        assert client.get(path).status_code == status


def test_another_unit_s_line_is_not_found(browser_of, filled, point):
    point()
    row = filled().only
    client = browser_of("outsider")
    assert client.get(f"/desk/lines/{row.pk}/").status_code == 404
    assert client.post(f"/desk/lines/{row.pk}/", {"name": "示例甲"}).status_code == 404
    assert names(client.get("/desk/")) == []


def test_exceptions_stand_first_with_the_page_that_shows_them(browser_of, filled, point, budget):
    point()
    odd = point(missing=(3,))
    filled()
    client = browser_of("engineer")
    with budget("desk"):
        answer = client.get("/desk/")
    assert names(answer)[0] == odd.point.name
    assert f"/points/{odd.point.pk}/hours/?day=2026-11-23" in text(answer)
    assert dict(answer.context["tabs"]) == {"exception": 1, "no_data": 0, "normal": 1, "signed": 0}
    assert names(client.get("/desk/?state=exception")) == [odd.point.name]


def test_the_page_asks_as_often_for_many_lines_as_for_few(browser_of, filled, point, budget):
    for n in range(12):
        point(missing=(n,) if n % 2 else ())
    filled()
    client = browser_of("engineer")
    with budget("desk"):
        assert len(names(client.get("/desk/"))) == 12


def test_filters_by_place_discharger_keeper_and_words(cast, browser_of, filled, point):
    one, two = point(), point()
    sites.set_place(cast.manager, two.point, area="652300", latitude=44.0, longitude=87.0)
    filled()
    client = browser_of("engineer")
    for query, wanted in (
        (f"q={one.point.name[:3]}", [one]), ("area=652300", [two]), ("area=650100", [one]),
        (f"discharger={one.point.organisation_id}", [one, two]), ("discharger=1", []),
        ("kind=water", []), ("mine=1", []), ("state=nonsense&discharger=x", [one, two]),
    ):
        assert sorted(names(client.get(f"/desk/?{query}"))) == sorted(
            x.point.name for x in wanted), query


def test_one_click_confirms_the_normal_ones_of_the_filter(browser_of, filled, point):
    one, two = point(), point()
    point(missing=(3,))
    filled()
    client = browser_of("engineer")
    answer = client.post("/desk/sign/", {
        "name": "示例甲", "looked": "1", "back": f"q={one.point.name[:3]}"}, follow=True)
    assert "已确认 1 个设施" in text(answer)
    assert [record.point for record in Record.objects.all()] == [one.point]
    answer = client.post("/desk/sign/", {"name": "示例甲", "back": ""}, follow=True)
    assert "已确认 1 个设施" in text(answer)
    assert Record.objects.count() == 2
    assert Record.objects.filter(point=two.point).exists()
    assert [(one["name"], one["lines"]) for one in answer.context["signed"]] == [
        ("示例甲", 1), ("示例甲", 1)]


def test_cameras_wait_for_somebody_to_look(cast, browser_of, filled, point):
    one = point()
    facilities.add_system(cast.manager, one.point, kind="video", name="摄像机",
                          since=one.system.since)
    filled()
    client = browser_of("engineer")
    said = text(client.post("/desk/sign/", {"name": "示例甲"}, follow=True))
    assert "已确认 1 个设施" in said
    assert "1 台摄像机未确认" in said
    said = text(client.post("/desk/sign/", {"name": "示例甲", "looked": "1"}, follow=True))
    assert "已确认 1 个设施" in said
    assert DeskLine.objects.filter(record=None).count() == 0


def test_a_line_shows_items_figures_and_the_signature_with_handling(
    browser_of, filled, point, budget,
):
    point(flag="D")
    row = filled().only
    client = browser_of("engineer")
    with budget("desk line"):
        page = text(client.get(f"/desk/lines/{row.pk}/"))
    assert "昨日数据是否齐全" in page
    assert "须人工查看" in page
    assert re.search(r"<dt>昨日收到的小时数据</dt><dd class=\"num\">24", page)
    refused = client.post(f"/desk/lines/{row.pk}/", {"name": "示例甲"})
    assert refused.status_code == 422
    assert "请填写处理情况，或转工单" in text(refused)
    done = client.post(f"/desk/lines/{row.pk}/", {
        "name": "示例甲", "order": "1", "handling": "已通知厂方", "back": "state=exception"})
    assert done.headers["Location"] == "/desk/?state=exception"
    order = WorkOrder.objects.get()
    assert f"已通知厂方；转工单 {order.number}" in text(client.get("/desk/?state=signed"))


def test_filling_by_hand_and_days_that_wait(cast, browser_of, filled, point):
    one = point()
    one.point.contracts.update(since="2026-11-01")
    client = browser_of("engineer")
    assert "这一天还没有填写" in text(client.get("/desk/?day=2026-11-22"))
    said = text(client.post("/desk/fill/", {"back": "day=2026-11-22"}, follow=True))
    assert "已按最新数据填写 1 个设施" in said
    assert 'href="?day=2026-11-22"' in text(client.get("/desk/"))
    said = text(client.post("/desk/fill/", {"back": "day=2027-01-01"}, follow=True))
    assert "这一天还没有到" in said
    assert browser_of("storekeeper").post("/desk/fill/").status_code == 403


def test_what_is_not_the_desk_s_own_work_is_named_beside_it(cast, browser_of, filled, point):
    from qingyuan.areas.maintenance.duty_sets import choose_set
    from qingyuan.areas.maintenance.models import DutyClock

    point()
    choose_set(cast.manager, "trade", True)
    refresh(cast.houses.unit)
    DutyClock.objects.filter(duty="trade.gas.abnormal_hours").update(opens="2026-11-20")
    filled()
    found = browser_of("engineer").get("/desk/").context["others"]
    assert [(one.duty.key, one.form, one.due) for one in found] == [
        ("trade.gas.abnormal_hours", "om.fault_hours", 1)]


def test_exports_hold_the_lines_that_are_shown(browser_of, filled, point):
    point()
    odd = point(missing=(3,))
    filled()
    rows = text(browser_of("manager").get("/desk.csv?state=exception")).splitlines()
    assert len(rows) == 2
    assert odd.point.name in rows[1]
    assert "昨日缺 1 个小时数据" in rows[1]
    assert browser_of("manager").get("/desk.xlsx").status_code == 200
    assert browser_of("manager").get("/desk.pdf").status_code == 404


# -- API -----------------------------------------------------------------------------------------


@pytest.fixture
def api(client, cast):
    """``api(who, path, sent)``: JSON of a GET, or of a POST where something is sent."""
    from qingyuan.areas.organisations.tokens import make_token

    def ask(who, path, sent=None):
        _row, token = make_token(getattr(cast, who), "示例")
        head = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        answer = client.get(f"/api/v1{path}", **head) if sent is None else client.post(
            f"/api/v1{path}", json.dumps(sent), content_type="application/json", **head)
        return answer.status_code, answer.json()

    return ask


def test_the_api_fills_lists_and_signs(api, point):
    point()
    odd = point(missing=(3,))
    assert api("engineer", "/desk")[0] == 404
    assert api("engineer", "/desk/fill", {})[1]["counts"]["normal"] == 1
    status, found = api("engineer", "/desk/lines")
    assert (status, found["count"], found["items"][0]["point"]) == (200, 2, odd.point.name)
    normal, first = found["items"][1]["id"], found["items"][0]["id"]
    assert api("engineer", f"/desk/lines/{first}")[1]["answers"]["data"]["hours_yesterday"] == 23
    status, signed = api("engineer", "/desk/sign", {"lines": [normal], "name": "示例甲"})
    assert (status, len(signed["records"])) == (200, 1)
    status, said = api("engineer", "/desk/sign", {"lines": [first], "name": "示例甲"})
    assert (status, set(said["errors"])) == (422, {"handling"})
    assert api("storekeeper", "/desk/sign", {"lines": [first], "name": "x"})[0] == 403
    assert api("outsider", f"/desk/lines/{first}")[0] == 404
    assert api("outsider", "/desk/sign", {"lines": [first], "name": "x"})[0] == 404


def test_what_was_signed_elsewhere_meanwhile_is_said(cast, browser_of, filled, point):
    point()
    desk = filled().desk
    client = browser_of("engineer")
    row = desk.lines.get()
    actions.sign(cast.manager, desk, [row], signature={"name": "示例乙"})
    said = text(client.post(f"/desk/lines/{row.pk}/", {"name": "示例甲"}, follow=True))
    assert "这一条已有人确认" in said
    assert "没有待确认的正常设施" in text(client.post("/desk/sign/", {"name": "甲"}, follow=True))
