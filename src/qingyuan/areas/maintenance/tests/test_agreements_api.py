"""The API of plans, trips, stops, appointments, needs and hand-overs."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.models import HandOver
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def api(browser_of):
    """``api("engineer", "/needs", {…})``: status and answer; a GET without a body."""
    clients = {}

    def call(who, path, body=None, method=None):
        client = clients.setdefault(who, browser_of(who))
        send = getattr(client, method or ("get" if body is None else "post"))
        more = {} if body is None else {
            "data": json.dumps(body, default=str), "content_type": "application/json"}
        answer = send(f"/api/v1{path}", **more)
        return answer.status_code, answer.json() if answer.content else None

    return call


@pytest.fixture
def one(served):
    """A gas point with its visits planned."""
    found = served(since=today() - timedelta(days=40))
    clocks.refresh(found.unit)
    plan(found.unit)
    return found


def moment(hours: float) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def test_a_month_between_two_programs(api, cast, one):
    status, made = api("manager", "/plans", {
        "discharger": cast.houses.plant.pk, "month": today()})
    assert status == 200
    pk = made["id"]
    assert {"state": "draft"}.items() <= made.items()
    assert api("discharger", f"/plans/{pk}")[0] == 404
    assert api("manager", f"/plans/{pk}/send", {})[1]["state"] == "sent"
    line = made["lines"][0]
    late = api("discharger", f"/plans/{pk}/ask", {"wishes": [
        {"line": line["id"], "day": today() + timedelta(days=300), "why": "大修"}]})
    assert late[0] == 422
    assert "将逾期" in late[1]["errors"]["wishes"][0]
    assert api("discharger", f"/plans/{pk}/confirm", {})[1]["state"] == "confirmed"
    assert api("outsider", f"/plans/{pk}")[0] == 404
    assert api("outsider", f"/plans/{pk}/recall", {"why": "x"})[0] == 404
    assert api("engineer", "/plans?state=confirmed")[1]["count"] == 1


def test_a_trip(api, cast, one):
    day = today() + timedelta(days=2)
    task = tasks.add_task(cast.manager, one.point, day=day, title="临时检查")
    status, made = api("engineer", "/trips", {
        "name": "示例方向", "first": day, "last": day, "crew": [cast.engineer.user.pk]})
    assert status == 200
    path = f"/trips/{made['id']}"
    status, full = api("engineer", f"{path}/tasks", {"tasks": [task.pk]})
    assert (status, full["days"][0]["tasks"]) == (200, [task.pk])
    loaded = api("engineer", f"{path}/loading", {"loading": [{"what": "滤芯", "done": True}]})[1]
    assert loaded["loading"] == [{"what": "滤芯", "amount": "", "done": True}]
    assert api("engineer", f"{path}/tasks/{task.pk}", method="delete")[1]["days"][0]["tasks"] == []
    assert api("outsider", path)[0] == 404
    assert api("outsider", f"{path}/close", {})[0] == 404
    assert api("reviewer", f"{path}/close", {})[0] == 403
    assert api("engineer", f"{path}/close", {})[1]["closed"] is True


def test_a_stop(api, cast, one):
    status, made = api("engineer", "/stops", {
        "point": one.point.pk, "since": moment(-24 * 100), "reason": "停产"})
    assert (status, made["state"]) == (200, "unfiled")
    path = f"/stops/{made['id']}"
    scan = keep(cast.engineer, PDF, kind="scan").sha256
    filed = api("engineer", f"{path}/file", {
        "filed_on": today(), "filing": "示例备 1 号", "scan": scan})[1]
    assert (filed["state"], filed["suspended_since"]) == ("suspended", today().isoformat())
    assert api("engineer", f"{path}/file", {
        "filed_on": today(), "filing": "x", "scan": "0" * 64})[0] == 422
    assert api("discharger", path)[1]["state"] == "suspended"
    assert api("discharger", f"{path}/restart", {"at": moment(1)})[0] == 403
    assert api("outsider", f"{path}/withdraw", {"why": "x"})[0] == 404
    assert api("engineer", f"{path}/restart", {"at": moment(30)})[1]["restart_at"]
    assert api("engineer", "/stops")[1]["count"] == 1


def test_an_appointment(api, cast, one):
    status, made = api("engineer", "/joint", {
        "point": one.point.pk, "third_party": "示例检测有限公司", "begins": moment(1),
        "ends": moment(3)})
    assert (status, made["state"]) == (200, "waiting")
    path = f"/tasks/{made['task_id']}/joint"
    api("engineer", f"{path}/agree", {"plant": "示例甲", "third": "示例乙"})
    api("engineer", f"{path}/load", {"load": 80, "by": "示例甲"})
    noted = api("engineer", f"{path}/clocks", {
        "ours": "2026-11-23T10:00:03+08:00", "theirs": "2026-11-23T10:00:00+08:00"})[1]
    assert (noted["difference"], noted["lacking"], noted["state"]) == (3.0, [], "agreed")
    report = keep(cast.engineer, PDF, kind="file").sha256
    early = api("engineer", f"{path}/report", {"number": "1", "passed": True, "file": report})
    assert early[0] == 422
    assert api("discharger", path)[0] == 200
    assert api("outsider", path)[0] == 404


def test_a_need(api, one):
    status, made = api("engineer", "/needs", {
        "point": one.point.pk, "kind": "power", "text": "电压不稳"})
    assert status == 200
    path = f"/needs/{made['id']}"
    assert api("engineer", f"{path}/answer", {})[0] == 403
    assert api("discharger", f"{path}/refuse", {"why": ""})[0] == 422
    assert api("discharger", f"{path}/answer", {"answer": "已换稳压电源"})[1]["state"] == "done"
    assert api("outsider", path)[0] == 404
    assert api("discharger", "/needs?state=done")[1]["count"] == 1


def test_a_hand_over(api, cast, one):
    status, made = api("engineer", "/hand-overs", {
        "kind": "engineer", "points": [one.point.pk], "day": today(),
        "taker": cast.manager.user.pk})
    assert status == 200
    path = f"/hand-overs/{made['id']}"
    assert api("engineer", f"{path}/items", {"part": "keys", "what": "钥匙"})[1]["items"][-1][
        "what"] == "钥匙"
    assert api("engineer", f"{path}/give", {})[1]["state"] == "given"
    assert api("engineer", f"{path}/take", {})[0] == 403
    assert api("outsider", f"{path}/take", {})[0] == 404
    assert api("reviewer", path)[0] == 403
    assert api("manager", f"{path}/take", {"name": "示例经理"})[1]["state"] == "done"
    assert HandOver.objects.get().done_at
    assert api("engineer", "/hand-overs", {
        "kind": "contract", "points": [one.point.pk], "day": today(),
        "taking_unit": cast.houses.other.pk})[0] == 403
