"""The API of findings does what the pages do."""

import time

import pytest

from qingyuan.areas.findings.models import Finding, Silence

API = "/api/v1/findings"


@pytest.fixture
def ask(browser_of):
    """``ask("engineer", "post", "/1/note", {...})``: (status, answer)."""

    def send(who, method, path, body=None):
        client = browser_of(who)
        answer = (client.get(API + path) if method == "get" else
                  getattr(client, method)(API + path, body or {}, content_type="application/json"))
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_life_by_the_api(cast, found, ask):
    one = found()
    found("gap", title="数据缺失2小时")
    assert ask("engineer", "get", "/counts") == (200, {
        "unfinished": 2, "all": 2, "open": 2, "acknowledged": 0, "handled": 0, "verified": 0,
        "closed": 0})
    assert [row["kind"] for row in ask("engineer", "get", "?kind=gap")[1]] == ["gap"]
    path = f"/{one.pk}"
    assert ask("engineer", "post", f"{path}/acknowledge")[1]["state"] == "acknowledged"
    assert ask("manager", "post", f"{path}/take", {"person": cast.engineer.user.pk})[0] == 200
    assert ask("engineer", "post", f"{path}/note", {"text": "已到站房"})[0] == 200
    assert ask("engineer", "post", f"{path}/handle", {"how": "on_site", "text": "x"})[0] == 422
    assert ask("engineer", "post", f"{path}/handle", {
        "how": "on_site", "cause": "power", "text": "恢复供电"})[1]["handling"] == "on_site"
    assert ask("reviewer", "post", f"{path}/reopen", {"text": "仍为零"})[1]["state"] == (
        "acknowledged")
    ask("engineer", "post", f"{path}/handle", {"how": "remote", "cause": "power", "text": "重启"})
    assert ask("reviewer", "post", f"{path}/verify", {"ok": True})[1]["state"] == "verified"
    assert ask("reviewer", "post", f"{path}/close")[1]["open"] is False
    log = ask("engineer", "get", path)[1]["entries"]
    assert [line["verb"] for line in log] == [
        "raise", "acknowledge", "take", "note", "handle", "reopen", "handle", "verify", "close"]


def test_silences_and_rules_by_the_api(found, point, ask):
    found()
    until = round(time.time() * 1000) + 3_600_000
    made = ask("reviewer", "post", "/silences", {
        "kind": "zero", "until": until, "point": point.pk, "reason": "检修"})
    assert made[0] == 201
    assert ask("reviewer", "post", f"/silences/{made[1]['id']}/end")[1]["ended_at"]
    assert ask("manager", "put", "/rules/zero", {"on": False, "reason": "试运行"})[0] == 200
    kinds = {one["kind"]: one for one in ask("engineer", "get", "/kinds")[1]}
    assert (kinds["zero"]["on"], kinds["gap"]["on"]) == (False, True)
    rule = ask("engineer", "get", "/rules")[1][0]["id"]
    assert ask("manager", "post", f"/rules/{rule}/clear", {"reason": "结束"})[0] == 204


def test_another_unit_and_other_roles_are_refused(found, neighbour, ask):
    one = found()
    until = round(time.time() * 1000) + 3_600_000
    for verb in ("acknowledge", "close", "reopen"):
        assert ask("outsider", "post", f"/{one.pk}/{verb}", {"text": "x"})[0] == 404
    assert ask("outsider", "get", f"/{one.pk}")[0] == 404
    assert ask("officer", "get", "")[0] == 403
    assert ask("storekeeper", "post", f"/{one.pk}/acknowledge")[0] == 403
    assert ask("engineer", "post", "/silences", {"until": until, "reason": "x", "kind": "zero"})[
        0] == 403
    assert ask("manager", "post", "/silences", {
        "until": until, "reason": "x", "point": neighbour.point.pk})[0] == 404
    assert ask("engineer", "put", "/rules/zero", {"reason": "x"})[0] == 403
    assert (Finding.objects.get().state, Silence.objects.count()) == ("open", 0)


def test_orders_received_by_the_api(cast, point, neighbour, browser_of):
    def post(who, path, body, method="post"):
        answer = getattr(browser_of(who), method)(
            f"/api/v1/directives{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    said = {"kind": "inspection", "source": "示例生态环境局", "title": "检查意见",
            "problem": "恒值", "received_on": "2026-01-05", "deadline": "2026-01-20",
            "points": [point.pk], "person": cast.engineer.user.pk}
    assert post("engineer", "", said)[0] == 403
    assert post("reviewer", "", {**said, "points": [neighbour.point.pk]})[0] == 404
    status, made = post("reviewer", "", said)
    path = f"/{made['id']}"
    assert (status, made["points"]) == (201, [point.pk])
    assert len(browser_of("discharger").get("/api/v1/directives?state=overdue").json()) == 1
    assert post("reviewer", path, {**said, "deadline": "2026-01-22"}, "put")[1]["deadline"] == (
        "2026-01-22")
    assert post("engineer", f"{path}/proof", {"files": ["0" * 64]})[0] == 422
    assert post("engineer", f"{path}/reply", {"text": "已整改"})[1]["state"] == "replied"
    assert post("reviewer", f"{path}/reopen", {"why": "补充材料"})[1]["state"] == "open"
    assert post("outsider", f"{path}/close", {"why": "x"})[0] == 404
    assert post("reviewer", f"{path}/close", {"why": "复核通过"})[1]["closed_why"] == "复核通过"
