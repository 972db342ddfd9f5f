"""The panel of a record's cross-check, and its API."""

import json
from datetime import date

import pytest

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.records.models import CrossAnswer, CrossCheck, Record

pytestmark = pytest.mark.django_db
SIGNALS = [
    {"code": "no_plateau", "severity": "strong", "score": 0.8, "factor": "", "work": "record:1",
     "sentence": "记录了校准，SO2的数据没有出现标气（标液）值的平台：应有 160 mg/m3",
     "evidence": [{"text": "SO2应有平台 160", "ref": "", "factor": "a21026", "since": 1772676000,
                   "until": 1772679600, "value": 160.0},
                  {"text": "标记", "ref": "mark:9", "factor": "", "since": None, "until": None,
                   "value": None}]},
    {"code": "no_flag", "severity": "medium", "score": 0.4, "factor": "", "work": "record:1",
     "sentence": "示例：没有标识", "evidence": []},
]
OUTCOMES = [
    {"code": "no_plateau", "answer": "signal", "reason": ""},
    {"code": "no_flag", "answer": "signal", "reason": ""},
    {"code": "outside_fence", "answer": "fine", "reason": ""},
    {"code": "travel_time", "answer": "not_asked", "reason": ""},
    {"code": "told_differs", "answer": "cannot_tell", "reason": "示例：没有上报"},
]


@pytest.fixture
def crossed(cast, rig):
    """A waiting calibration whose cross-check has flagged it."""
    row = Record.objects.create(
        organisation=cast.houses.unit, point=rig.point, system=rig.system, form="hj75.g4",
        form_version=1, title="校准记录表", kind="calibration", state="submitted",
        day=date(2026, 3, 5), author=cast.engineer.user, who="示例engineer", saved_at=1,
        client_id="crossed-1", submitted_at=1772680000000, begun_at=1772676000000,
        finished_at=1772679600000, review_due=1772780000000, risk=60)
    CrossCheck.objects.create(
        record=row, visit="1:1:2026-03-05", run_at=1772690000000, since=1772676000000,
        until=1772679600000, score=0.9, flagged=True, signals=SIGNALS, outcomes=OUTCOMES)
    return row


def test_the_panel_says_what_was_found_and_on_what(browser_of, crossed, budget):
    client = browser_of("reviewer")
    with budget("review record"):
        page = client.get(f"/review/{crossed.pk}/").content.decode()
    assert "与监测数据核对" in page
    assert SIGNALS[0]["sentence"] in page
    assert f"/points/{crossed.point_id}/?interval=min&amp;from=2026-03-05T09:30" in page
    assert f"/points/{crossed.point_id}/facts/" in page
    assert "另有 1 项相符，1 项无法判断" in page
    assert "示例：没有上报" in page


def test_a_reviewer_answers_on_the_page(browser_of, crossed):
    client, path = browser_of("reviewer"), f"/review/{crossed.pk}/"
    refused = client.post(f"{path}accept/", follow=True).content.decode()
    assert "请先逐条答复" in refused
    assert "请说明可以解释的理由" in client.post(
        f"{path}answer/", {"signal": "no_plateau", "verb": "explained"}, follow=True,
    ).content.decode()
    page = client.post(f"{path}answer/", {
        "signal": "no_plateau", "verb": "explained", "text": "示例：保持输出"}, follow=True,
    ).content.decode()
    assert "示例：保持输出" in page
    assert "答复核对结果" in browser_of("manager").get(path).content.decode()
    client.post(f"{path}accept/")
    crossed.refresh_from_db()
    assert crossed.state == "accepted"
    assert not Finding.objects.filter(open=True).exists()


def test_who_does_not_review_answers_nothing(browser_of, crossed):
    sent = {"signal": "no_plateau", "verb": "confirmed"}
    for who, status in (("engineer", 403), ("discharger", 403), ("outsider", 404)):
        assert browser_of(who).post(
            f"/review/{crossed.pk}/answer/", sent).status_code == status, who
    assert not CrossAnswer.objects.exists()


def test_the_record_shows_it_to_reviewers_only(browser_of, crossed):
    path = f"/records/{crossed.pk}/"
    assert "与监测数据核对" in browser_of("manager").get(path).content.decode()
    for who in ("engineer", "discharger"):
        assert "与监测数据核对" not in browser_of(who).get(path).content.decode(), who


def test_the_api(browser_of, crossed):
    client, path = browser_of("reviewer"), f"/api/v1/review/{crossed.pk}/crosscheck"
    told = client.get(path).json()
    assert (told["flagged"], told["score"], len(told["signals"])) == (True, 0.9, 2)
    assert told["signals"][0]["evidence"][0]["factor"] == "a21026"
    assert told["outcomes"][-1] == {
        "code": "told_differs", "title": "读数、量程与仪器上报不符", "answer": "cannot_tell",
        "reason": "示例：没有上报"}
    said = client.post(f"{path}/answers", json.dumps({
        "code": "no_plateau", "verb": "explained", "text": "示例"}), "application/json").json()
    assert said["verb"] == "explained"
    assert client.get(path).json()["signals"][0]["answer"]["text"] == "示例"
    assert client.post(f"{path}/answers", json.dumps({
        "code": "no_photo", "verb": "explained", "text": "示例"}), "application/json",
    ).status_code == 422
    assert browser_of("outsider").get(path).status_code == 404
    assert browser_of("engineer").get(path).status_code == 403
