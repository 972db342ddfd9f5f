"""Pages and API of the back office: the queue, one record, figures, settings."""

import json
from datetime import datetime

import pytest

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.records.keeping import actions as keeping
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import Presence, Record, RecordFile, Review, ReviewSettings
from qingyuan.areas.records.presence import actions as presence
from qingyuan.areas.records.presence.queries import now_ms
from qingyuan.areas.telemetry import backfill
from qingyuan.areas.telemetry.models import Factor, HourValue
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import DAY, sample
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
G4 = load_forms()["hj75.g4"]
DRAWN = [{"code": "sample", "points": 0, "sentence": "抽中复核，须单独审核"}]
BEGUN = int(datetime(2026, 3, 5, 10, tzinfo=CST).timestamp())


@pytest.fixture
def record(cast, rig):
    """``record()``: a submitted calibration of the engineer, low risk, not drawn."""
    def make(seed=1, who=None, **facts) -> Record:
        who = who or cast.engineer
        given = sample(G4, seed, technique="extractive")
        for _path, one in placed(given):
            if "sha256" in one:
                Attachment.objects.get_or_create(
                    organisation=cast.houses.unit, sha256=one["sha256"],
                    defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
        row = keeping.submit(who, keeping.start(
            who, rig.point, "hj75.g4", system=rig.system, day=DAY), given)
        Record.objects.filter(pk=row.pk).update(**{
            "risk": 5, "risks": [{"code": "skipped", "points": 5, "sentence": "示例提示"}],
            "begun_at": BEGUN * 1000, "finished_at": (BEGUN + 3600) * 1000, **facts})
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def full(cast, rig, record):
    """A record with everything beside it: a previous one, a version before, presence, a photo, an
    order, minute data and judged hours."""
    record(seed=2, day=datetime(2026, 2, 26, tzinfo=CST).date())
    presence.check_in(cast.engineer, rig.point, client_id="phone-0001", phone_at=now_ms(),
                      reason="点位未登记位置")
    Presence.objects.update(phone_at=BEGUN * 1000)
    row = record()
    RecordFile.objects.create(record=row, path="photos.work", attachment=Attachment.objects.create(
        organisation=cast.houses.unit, sha256="ab" * 32, kind="photo", media_type="image/jpeg",
        size=1, at=1, taken_at=BEGUN * 1000, latitude=43.8, longitude=87.6))
    backfill.store(rig.point.pk, "min", [("a21026", "Avg"), ("a01012", "Avg")], [
        (BEGUN - 7200 + 600 * n, [20.0 + 100 * (n == 14), 120.0], ["C" if n == 14 else "N", "N"])
        for n in range(30)], simulated())
    factor = Factor.objects.get(code="a21026")
    HourValue.objects.bulk_create([
        HourValue(point=rig.point, time=BEGUN - 7200 + 3600 * n, factor=factor, count=6,
                  value=20.0, verdict=verdict, rules="0", inputs="0", at=0,
                  reason=reason, clause="")
        for n, (verdict, reason) in enumerate(
            [("valid", ""), ("valid", ""), ("invalid", "calibration"), ("valid", "")])])
    return row


# -- the queue -----------------------------------------------------------------------------------


def test_the_queue_by_risk_with_what_may_be_chosen(browser_of, record, budget):
    easy, drawn, risky = record(), record(seed=2, risks=DRAWN), record(seed=3, risk=70)
    client = browser_of("reviewer")
    with budget("review"):
        page = client.get("/review/").content.decode()
    places = [page.index(f"/review/{one.pk}/?") for one in (risky, easy, drawn)]
    assert places == sorted(places)
    assert f'name="record" value="{easy.pk}"' in page
    assert f'name="record" value="{drawn.pk}"' not in page
    assert f'name="record" value="{risky.pk}"' not in page
    assert "本页 1 份可批量通过（合格且风险不高于 20），1 份已被抽中" in page


def test_bulk_acceptance_says_what_stayed(browser_of, record):
    easy, drawn = record(), record(seed=2, risks=DRAWN)
    answer = browser_of("reviewer").post("/review/accept/", {
        "record": [easy.pk, drawn.pk], "back": "state=waiting"}, follow=True)
    page = answer.content.decode()
    assert "已通过 1 份。" in page
    assert "抽中复核，须单独审核" in page
    easy.refresh_from_db()
    drawn.refresh_from_db()
    assert (easy.state, drawn.state) == ("accepted", "submitted")


@pytest.mark.parametrize(("state", "words"), [
    ("waiting", "没有待审核的记录"), ("overdue", "没有审核超时的记录"),
    ("returned", "没有退回后待更正的记录"), ("today", "今天还没有通过的记录"),
])
def test_an_empty_tab_says_so(browser_of, rig, state, words):
    assert words in browser_of("reviewer").get(f"/review/?state={state}").content.decode()


def test_who_does_not_review_does_not_come_in(browser_of, record):
    row = record()
    for who in ("engineer", "storekeeper", "discharger", "inspector", "officer"):
        for path in ("/review/", f"/review/{row.pk}/", f"/review/{row.pk}/data/",
                     "/review/statistics/", "/review/settings/"):
            assert browser_of(who).get(path).status_code == 403, (who, path)
    for path in (f"/review/{row.pk}/", f"/review/{row.pk}/data/", f"/review/{row.pk}/charts.json"):
        assert browser_of("outsider").get(path).status_code == 404
    assert browser_of("outsider").post(f"/review/{row.pk}/accept/").status_code == 404
    assert browser_of("outsider").post("/review/accept/", {"record": row.pk}).status_code == 404


# -- one record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reviewer", "manager"])
def test_a_record_with_all_beside_it_in_twelve_queries(browser_of, full, budget, who):
    client = browser_of(who)
    with budget("review record"):
        page = client.get(f"/review/{full.pk}/").content.decode()
    for words in ("示例提示", "处不同", "待批准", "版本与审核", "照片与附件"):
        assert words in page
    assert 'right is-changed' in page
    assert f"/files/{'ab' * 32}/?view=1" in page


def test_the_curves_have_flags_the_work_and_the_gaps(browser_of, full, budget):
    client = browser_of("reviewer")
    with budget("review charts"):
        told = client.get(f"/review/{full.pk}/charts.json").json()
    assert (told["from"], told["to"]) == (BEGUN - 7200, BEGUN + 3600 + 7200)
    so2 = told["factors"][0]
    assert so2["code"] == "a21026"
    assert so2["bands"] == [{"from": BEGUN + 1200, "to": BEGUN + 1800, "flag": "C"}]
    assert told["spans"][0] == {"from": BEGUN, "to": BEGUN + 3600, "label": "作业",
                                "tone": "slate"}
    part = client.get(f"/review/{full.pk}/charts.json?from_epoch={BEGUN}&to_epoch={BEGUN + 600}")
    assert [len(one["lines"][0]["points"]) for one in part.json()["factors"]] == [1, 1]


def test_the_hours_verdicts_lead_to_their_reasons(browser_of, full, budget):
    client = browser_of("reviewer")
    with budget("review data"):
        page = client.get(f"/review/{full.pk}/data/").content.decode()
    assert f"level=hour&amp;time={BEGUN}&amp;factor=a21026" in page
    assert "无效" in page


def test_when_the_contract_is_over_the_record_stays_and_the_data_do_not(browser_of, cast, full):
    ServiceContract.objects.filter(om_unit=cast.houses.unit).update(until="2026-03-31")
    client = browser_of("reviewer")
    assert client.get(f"/review/{full.pk}/").status_code == 200
    assert client.get(f"/review/{full.pk}/charts.json").status_code == 404
    assert "点位已不在服务范围内" in client.get(f"/review/{full.pk}/data/").content.decode()


def test_accepting_leads_to_the_next_and_keeps_the_filters(browser_of, record):
    first, second = record(risk=50), record(seed=2)
    client = browser_of("reviewer")
    page = client.get(f"/review/{first.pk}/?form=hj75.g4").content.decode()
    made = page.partition('name="opened" value="')[2].partition('"')[0]
    answer = client.post(f"/review/{first.pk}/accept/", {"opened": made, "back": "form=hj75.g4"})
    assert answer["Location"] == f"/review/{second.pk}/?form=hj75.g4"
    assert Review.objects.get(record=first).seconds in (0, 1, 2)
    answer = client.post(f"/review/{second.pk}/return/", {
        "reason": "漏填检查项", "opened": "made up", "back": "form=hj75.g4"})
    assert answer["Location"] == "/review/?form=hj75.g4"
    read = Review.objects.get(record=second)
    assert (read.verb, read.reason, read.seconds) == ("return", "漏填检查项", None)


def test_a_return_without_reason_stays_on_the_record(browser_of, record):
    row = record()
    answer = browser_of("reviewer").post(f"/review/{row.pk}/return/", {"reason": ""}, follow=True)
    assert "请填写退回原因" in answer.content.decode()
    assert Review.objects.count() == 0


def test_skipping_goes_down_the_queue_and_back_to_it(browser_of, record):
    first, second = record(risk=50), record(seed=2)
    client = browser_of("reviewer")
    assert client.get(f"/review/{first.pk}/next/")["Location"] == f"/review/{second.pk}/"
    assert client.get(f"/review/{second.pk}/next/")["Location"] == "/review/"


def test_ones_own_record_offers_no_decision(browser_of, cast, record):
    page = browser_of("manager").get(f"/review/{record(who=cast.manager).pk}/").content.decode()
    assert "须由他人审核" in page
    assert 'id="accept"' not in page


# -- figures and settings ------------------------------------------------------------------------


def test_figures_of_a_month_and_their_file(browser_of, record, budget):
    client = browser_of("reviewer")
    client.post(f"/review/{record().pk}/accept/")
    with budget("review statistics"):
        page = client.get("/review/statistics/").content.decode()
    assert "示例reviewer" in page
    text = client.get("/review/statistics.csv").content.decode()
    assert "示例reviewer,1,1,0,0.0,0,0.0,0,0,0," in text
    assert client.get("/review/statistics.pdf").status_code == 404
    assert "本月还没有审核过记录" in client.get(
        "/review/statistics/?month=2001-01").content.decode()


def test_only_the_manager_sets_and_wrong_figures_come_back(browser_of, rig):
    client = browser_of("manager")
    answer = client.post("/review/settings/", {
        "hours": "12", "bulk_risk": "90", "sample_percent": "5"})
    assert (answer.status_code, ReviewSettings.objects.count()) == (422, 0)
    client.post("/review/settings/", {"hours": "12", "bulk_risk": "15", "sample_percent": "5"})
    assert ReviewSettings.objects.get().hours == 12
    page = browser_of("reviewer").get("/review/settings/").content.decode()
    assert "12 h" in page
    assert "张照片在以前的记录中用过" in page
    assert browser_of("reviewer").post("/review/settings/", {
        "hours": "1", "bulk_risk": "1", "sample_percent": "1"}).status_code == 403


# -- API -----------------------------------------------------------------------------------------


def post(client, path, body):
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_the_api_reads_decides_and_counts(browser_of, record):
    rows = [record(seed=n) for n in (1, 2, 3)]
    client = browser_of("reviewer")
    found = client.get("/api/v1/review").json()
    assert (found["count"], found["tallies"]["waiting"]) == (3, 3)
    whole = client.get(f"/api/v1/review/{rows[0].pk}").json()
    assert whole["answers"]["analysers"]
    assert post(client, f"/review/{rows[0].pk}/accept", {"seconds": 9}).json()["state"] == (
        "accepted")
    assert post(client, f"/review/{rows[1].pk}/return", {}).status_code == 422
    assert post(client, f"/review/{rows[1].pk}/return", {"reason": "重填"}).json()[
        "returned_why"] == "重填"
    many = post(client, "/review/accept", {"records": [rows[2].pk]}).json()
    assert many == {"done": [rows[2].pk], "left": []}
    told = client.get("/api/v1/review/statistics").json()
    assert (told["total"]["read"], told["waiting"]) == (3, 0)
    assert client.get("/api/v1/review/settings").json()["hours"] == 24


def test_the_api_keeps_units_and_roles_apart(browser_of, record):
    row = record()
    assert browser_of("outsider").get(f"/api/v1/review/{row.pk}").status_code == 404
    assert post(browser_of("outsider"), "/review/accept", {"records": [row.pk]}).status_code == 404
    assert post(browser_of("engineer"), f"/review/{row.pk}/accept", {}).status_code == 403
    assert browser_of("discharger").get("/api/v1/review").status_code == 403
    assert post(browser_of("reviewer"), "/review/settings", {
        "hours": 1, "bulk_risk": 1, "sample_percent": 1}).status_code == 403
