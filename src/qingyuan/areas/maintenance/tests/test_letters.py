"""Letters to the authority: what they say, the report they are, terms of answers, silence."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.maintenance.jobs import lapse_letters
from qingyuan.areas.maintenance.models import Letter, SourceStop
from qingyuan.areas.maintenance.orders import actions, clocks, drafting, letters, queries, silence
from qingyuan.areas.organisations.models import AuditLine, Organisation
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
HOUR, DAY = clocks.HOUR, 24 * clocks.HOUR
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def order(cast, station):
    return actions.open_order(
        cast.manager, station().point, kind="repair", symptom="SO2 分析仪光源损坏",
        found_at=queries.now_ms() - HOUR)


def filled(cast, letter):
    """The letter with something in its blanks."""
    return letters.edit_letter(cast.manager, letter, to=letter.to, subject=letter.subject,
                               body=letter.body.replace(drafting.BLANK, "示例"))


@pytest.fixture
def sent(cast, order):
    """A letter of a kind that went out at a China time."""

    def send(kind, at):
        when = round(datetime.fromisoformat(at).replace(tzinfo=CST).timestamp() * 1000)
        made = filled(cast, letters.draft_letter(cast.manager, kind, point=order.point))
        return letters.send_letter(cast.manager, made, at=when, number="示例〔2025〕1 号")

    return send


def test_a_fault_report_says_what_the_house_knows(cast, order):
    actions.repaired(cast.engineer, order, cause="光源老化", handling="更换光源")
    made = letters.draft_letter(cast.reviewer, "fault", order=order)
    assert made.subject == "关于示例热力有限公司1 号排口自动监测设备故障的报告"
    assert made.to == "示例生态环境局"
    for part in ("示例热力有限公司", "1 号排口", "010000A8900016F000169D01", "SO2 分析仪光源损坏",
                 "光源老化", "更换光源", "每日不少于 4 次，间隔不超过 6 小时", "预计于"):
        assert part in made.body
    assert order.entries.filter(verb="letter").count() == 1


def test_a_plant_whose_outlet_is_called_after_it_is_named_once(cast, order):
    point = order.point
    owner = point.organisation.name
    point.outlet.name = point.name = f"{owner}总排口"
    point.outlet.save()
    point.save()
    made = letters.draft_letter(cast.manager, "fault", order=order)
    assert made.subject == f"关于{owner}总排口自动监测设备故障的报告"
    assert made.body.startswith(f"我单位（{owner}）监测点位“{owner}总排口”，")


@pytest.mark.parametrize("kind", ["fault", "stop", "restart", "replacement", "force_majeure"])
def test_every_kind_leaves_blanks_where_nothing_is_known(cast, station, kind):
    made = letters.draft_letter(cast.manager, kind, point=station().point)
    assert "None" not in made.body
    assert len(made.body.splitlines()) >= 3
    assert made.state == "draft"


def test_a_stop_fills_the_application(cast, station):
    point = station().point
    stop = SourceStop.objects.create(
        organisation=cast.houses.unit, point=point, reason="锅炉大修",
        since=datetime(2026, 12, 1, 8, tzinfo=CST), planned_until=datetime(2027, 4, 1, tzinfo=CST))
    made = letters.draft_letter(cast.manager, "stop", stop=stop)
    for part in ("锅炉大修", "2026-12-01 08:00", "2027-04-01 00:00", "妥否，请批复。"):
        assert part in made.body
    stop.organisation = cast.houses.other
    with pytest.raises(SourceStop.DoesNotExist):
        letters.draft_letter(cast.manager, "stop", stop=stop)


def test_the_nearest_authority_is_addressed(cast, station):
    Organisation.objects.create(kind="regulator", name="示例区生态环境分局", area="650102")
    Organisation.objects.create(kind="regulator", name="示例外地生态环境局", area="6523")
    made = letters.draft_letter(cast.manager, "restart", point=station().point)
    assert made.to == "示例区生态环境分局"


def test_sending_the_report_meets_the_orders_clock(cast, order):
    made = letters.draft_letter(cast.manager, "fault", order=order)
    with pytest.raises(ValidationError, match="发现时间"):
        letters.send_letter(cast.manager, made, at=order.found_at - 1)
    letters.send_letter(cast.manager, made, at=order.found_at + 1000)
    order.refresh_from_db()
    assert order.reported_at == order.found_at + 1000
    assert order.clocks.get(code="report").state == "met"
    assert AuditLine.objects.filter(verb="send_letter").count() == 1


def test_a_letter_that_is_no_report_meets_nothing(cast, order):
    made = letters.draft_letter(cast.manager, "replacement", order=order)
    with pytest.raises(ValidationError, match="横线没有填写"):
        letters.send_letter(cast.manager, made)
    letters.send_letter(cast.manager, filled(cast, made))
    order.refresh_from_db()
    assert (order.reported_at, order.clocks.get(code="report").state) == (None, "running")


@pytest.mark.parametrize(("kind", "at", "due", "consents"), [
    # five working days of 部令19号 over the National Day week of 2025, in Xinjiang
    ("stop", "2025-09-30 17:00", "2025-10-14 23:59:59", True),
    # seven days of 28号令, whatever they are
    ("replacement", "2025-09-30 17:00", "2025-10-07 23:59:59", True),
    ("restart", "2025-09-30 17:00", "", False),
])
def test_the_term_of_the_answer(sent, kind, at, due, consents):
    row = sent(kind, at)
    told = datetime.fromtimestamp(row.decision_due / 1000, CST).strftime(
        "%Y-%m-%d %H:%M:%S") if row.decision_due else ""
    assert (told, row.silence_consents) == (due, consents)


def test_the_term_counts_from_the_receipt_once_there_is_one(cast, sent):
    row = sent("replacement", "2025-09-30 17:00")
    before = row.decision_due
    row = letters.receive_letter(cast.manager, row, at=row.sent_at + 2 * DAY)
    assert (row.state, row.decision_due - before) == ("received", 2 * DAY)


def test_silence_consents_after_the_term_and_says_why(sent):
    row = sent("stop", "2025-09-30 17:00")
    assert silence.lapse(row.decision_due) == 0
    assert silence.lapse(row.decision_due + 1) == 1
    assert silence.lapse(row.decision_due + 1) == 0
    row.refresh_from_db()
    assert (row.state, row.decided_at) == ("silent", row.decision_due)
    assert row.decision == (
        "自发出日 2025-09-30（尚无回执）起至 2025-10-14 23:59 未收到答复，"
        "依 环境保护部令第19号 第八条；新疆工作日历（含肉孜节、古尔邦节） 视为同意")


def test_the_job_leaves_other_letters_alone(cast, sent):
    asking, telling = sent("stop", "2025-09-30 17:00"), sent("restart", "2025-09-30 17:00")
    Letter.objects.filter(pk=asking.pk).update(silence_consents=False)
    assert lapse_letters() == ""
    Letter.objects.filter(pk=asking.pk).update(silence_consents=True)
    assert lapse_letters() == "1 letters"
    telling.refresh_from_db()
    assert telling.state == "sent"


def test_a_late_refusal_overrides_silence(cast, sent):
    row = sent("stop", "2025-09-30 17:00")
    silence.lapse(row.decision_due + 1)
    with pytest.raises(ValidationError, match="答复内容"):
        letters.decide_letter(cast.manager, row, agreed=False)
    row = letters.decide_letter(cast.manager, row, agreed=False, text="资料不全")
    assert (row.state, row.decision) == ("refused", "资料不全")
    with pytest.raises(ValidationError, match="不能同意"):
        letters.decide_letter(cast.manager, row, agreed=True)


def test_what_went_out_is_not_changed_any_more(cast, sent):
    row = sent("restart", "2025-09-30 17:00")
    with pytest.raises(ValidationError, match="不能修改"):
        letters.edit_letter(cast.manager, row, to="局", subject="题", body="文")
    with pytest.raises(ValidationError, match="不能删除草稿"):
        letters.discard_letter(cast.manager, row)


def test_a_scan_comes_once_and_only_from_the_own_files(cast, sent):
    row = sent("restart", "2025-09-30 17:00")
    scan = keep(cast.manager, PDF, kind="scan").sha256
    foreign = keep(cast.outsider, PDF + b"%", kind="scan").sha256
    with pytest.raises(ValidationError, match="附件不存在"):
        letters.add_scan(cast.manager, row, foreign)
    assert letters.add_scan(cast.manager, row, scan).scan == scan
    with pytest.raises(ValidationError, match="不能更换"):
        letters.add_scan(cast.manager, row, scan)


def test_drafts_are_the_units_own_matter(cast, order):
    made = letters.draft_letter(cast.manager, "fault", order=order)
    for who in (cast.discharger, cast.inspector, cast.outsider):
        with pytest.raises(Letter.DoesNotExist):
            queries.letter(who, made.pk)
    letters.send_letter(cast.manager, made)
    assert queries.letter(cast.discharger, made.pk) == queries.letter(cast.inspector, made.pk)
    with pytest.raises(Letter.DoesNotExist):
        letters.decide_letter(cast.outsider, made, agreed=True)
    for who in (cast.engineer, cast.discharger):
        with pytest.raises(PermissionDenied):
            letters.draft_letter(who, "fault", order=order)


def test_the_api_says_what_the_pages_say(cast, order, browser_of):
    client = browser_of("engineer")
    [row] = client.get("/api/v1/orders").json()["items"]
    assert (row["number"], {one["state"] for one in row["clocks"]}) == (order.number, {"running"})
    told = client.post(f"/api/v1/orders/{order.pk}/accept", {}, "application/json").json()
    assert (told["state"], told["entries"][-1]["verb"]) == ("accepted", "accept")
    refused = client.post(f"/api/v1/orders/{order.pk}/arrive", {"at": order.found_at - 1},
                          "application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["at"])
    assert client.post(f"/api/v1/orders/{order.pk}/close", {}, "application/json"
                       ).status_code == 403
    made = client.post("/api/v1/orders", {"point": order.point_id, "kind": "repair",
                                          "symptom": "断电", "traits": ["stopped"]},
                       "application/json").json()
    assert (made["number"][-4:], made["sampling"]["per_day"]) == ("0002", 4)
    first, last = order.found_at, order.found_at + DAY
    figures = client.get(f"/api/v1/orders/figures?first={first}&last={last}").json()
    assert {one["code"]: one["met"] for one in figures}["reply"] == 1
    manager = browser_of("manager")
    letter = manager.post("/api/v1/letters", {"kind": "fault", "order": order.pk},
                          "application/json").json()
    sent = manager.post(f"/api/v1/letters/{letter['id']}/send", {}, "application/json").json()
    assert (sent["state"], manager.get("/api/v1/letters?state=sent").json()["count"]) == (
        "sent", 1)
    stranger = browser_of("outsider")
    assert stranger.get("/api/v1/orders?state=all").json()["count"] == 0
    for address in (f"orders/{order.pk}", f"letters/{letter['id']}"):
        assert stranger.get(f"/api/v1/{address}").status_code == 404
    assert stranger.post(f"/api/v1/orders/{order.pk}/accept", {}, "application/json"
                         ).status_code == 404


def test_an_order_today_is_numbered_by_the_china_day(order):
    assert order.number.startswith(f"GD{today():%Y%m%d}-")
