"""Pages and API of presence: the check-in page, the list with approvals, the entry log."""

import json

import pytest

from qingyuan.areas.assets import sites
from qingyuan.areas.records.models import HouseEntry, Presence
from qingyuan.areas.records.presence import actions, queries

pytestmark = pytest.mark.django_db
FAR = {"latitude": "43.81", "longitude": "87.6", "accuracy": "12"}


@pytest.fixture
def site(cast, rig):
    sites.set_place(cast.manager, rig.point, latitude=43.8, longitude=87.6, fence=300)
    return rig


@pytest.fixture
def sent(site):
    """The fields of a check-in on site as the page's script sends them."""
    def fields(**more):
        return {"kind": "in", "client_id": "page-0001", "phone_at": str(queries.now_ms()),
                "latitude": "43.8", "longitude": "87.6", "accuracy": "9.5", **more}

    return fields


@pytest.fixture
def pending(cast, site):
    return actions.check_in(
        cast.engineer, site.point, client_id="phone-0001", phone_at=queries.now_ms(),
        latitude=43.81, longitude=87.6, accuracy=12.0, reason="厂门封闭")


def test_the_page_offers_the_task_and_says_what_the_gate_asks(browser_of, cast, site, budget):
    sites.add_entry_condition(cast.manager, cast.houses.plant, kind="electrician",
                              note="须持证进入配电间", since="2026-01-01")
    client = browser_of("engineer")
    with budget("check in"):
        page = client.get(f"/points/{site.point.pk}/check-in/?task={site.task.pk}").content.decode()
    assert f'value="task:{site.task.pk}" checked' in page
    assert "没有电工证" in page
    assert 'data-fence="300"' in page


def test_a_check_in_from_the_script_answers_where_to_go(browser_of, site, sent):
    answer = browser_of("engineer").post(
        f"/points/{site.point.pk}/check-in/", sent(what=f"task:{site.task.pk}"),
        headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["href"]) == (200, f"/tasks/{site.task.pk}/")
    assert Presence.objects.get().accuracy == 9.5


def test_a_refusal_says_the_field_and_the_page_keeps_the_words(browser_of, site, sent):
    client, where = browser_of("engineer"), f"/points/{site.point.pk}/check-in/"
    answer = client.post(where, sent(**FAR), headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["reason"])
    answer = client.post(where, sent(latitude="91", reason="走错了门"))
    assert answer.status_code == 422
    assert "走错了门" in answer.content.decode()


def test_without_a_script_a_check_in_waits_and_then_offers_to_leave(browser_of, site):
    client, where = browser_of("engineer"), f"/points/{site.point.pk}/check-in/"
    answer = client.post(where, {"kind": "in", "client_id": "form-0001", "reason": "未开定位"})
    assert (answer.status_code, answer["Location"]) == (302, where)
    assert Presence.objects.get().approval == "pending"
    assert 'data-kind="out"' in client.get(where).content.decode()


def test_a_photo_is_kept_with_the_phones_time_and_place(browser_of, cast, site, sent):
    import base64

    from django.core.files.uploadedfile import SimpleUploadedFile

    from qingyuan.areas.files.models import Attachment

    dot = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg==")
    answer = browser_of("engineer").post(
        f"/points/{site.point.pk}/check-in/",
        sent(photo=SimpleUploadedFile("gate.png", dot, "image/png")),
        headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content
    row, file = Presence.objects.get(), Attachment.objects.get()
    assert (row.photo, file.taken_at, file.latitude) == (file.sha256, row.phone_at, 43.8)


def test_another_units_point_and_task_are_not_there(browser_of, cast, site, neighbour, sent):
    client = browser_of("engineer")
    assert client.get(f"/points/{neighbour.point.pk}/check-in/").status_code == 404
    assert client.get(f"/points/{neighbour.point.pk}/entries/").status_code == 404
    assert client.post(f"/points/{site.point.pk}/check-in/",
                       sent(what="task:999999")).status_code == 404
    assert browser_of("reviewer").get(f"/points/{site.point.pk}/check-in/").status_code == 403


def test_the_list_shows_pending_first_and_approves(browser_of, cast, site, pending, budget):
    actions.check_in(cast.manager, site.point, client_id="phone-0002", phone_at=queries.now_ms(),
                     latitude=43.8, longitude=87.6, accuracy=5.0)
    client = browser_of("manager")
    with budget("presence"):
        page = client.get("/presence/").content.decode()
    assert page.index(f'id="p{pending.pk}"') < page.index("示例manager</td>")
    answer = client.post(f"/presence/{pending.pk}/decide/", {
        "ok": "1", "why": "已核实", "back": "state=pending"})
    assert (answer.status_code, answer["Location"]) == (302, "/presence/?state=pending")
    pending.refresh_from_db()
    assert (pending.approval, pending.approved_why) == ("approved", "已核实")
    assert "没有符合条件的到场记录" in client.get("/presence/?state=pending").content.decode()


def test_who_may_not_approve_sees_no_button_and_no_way(browser_of, cast, pending):
    page = browser_of("engineer").get("/presence/").content.decode()
    assert "本人的签到由他人批准" in page
    assert f"/presence/{pending.pk}/decide/" not in page
    assert browser_of("engineer").post(f"/presence/{pending.pk}/decide/",
                                       {"ok": "1"}).status_code == 403
    assert browser_of("outsider").post(f"/presence/{pending.pk}/decide/",
                                       {"ok": "1"}).status_code == 404
    assert "示例engineer" not in browser_of("outsider").get("/presence/").content.decode()


@pytest.mark.parametrize("query", ["", "view=people"])
def test_the_list_and_the_people_are_exported(browser_of, pending, query):
    text = browser_of("manager").get(f"/presence.csv?{query}").content.decode()
    assert "示例engineer" in text
    assert browser_of("manager").get(f"/presence.xlsx?{query}").content[:2] == b"PK"
    assert browser_of("manager").get("/presence.pdf").status_code == 404


def test_people_of_a_month(browser_of, pending):
    page = browser_of("manager").get("/presence/?view=people").content.decode()
    assert f"person={pending.person_id}" in page
    assert "本月没有到场记录" in browser_of("manager").get(
        "/presence/?view=people&month=2001-01").content.decode()


def test_the_log_takes_a_visitor_and_prints_blank_lines(browser_of, cast, site, pending, budget):
    client = browser_of("discharger")
    where = f"/points/{site.point.pk}/entries/"
    assert client.post(where, {"name": "示例检查员", "purpose": "现场检查", "company": "示例局",
                               "came_at": "2026-03-05T10:00",
                               "left_at": "2026-03-05T11:30"}).status_code == 302
    with budget("entries"):
        page = client.get(f"{where}?month=2026-03").content.decode()
    assert "示例检查员" in page
    assert page.count('<tr class="blank">') == 11
    assert "示例检查员" in client.get(
        f"/points/{site.point.pk}/entries.csv?month=2026-03").content.decode()


def test_a_line_without_a_time_comes_back_with_its_words(browser_of, site):
    answer = browser_of("engineer").post(f"/points/{site.point.pk}/entries/", {
        "name": "示例访客", "purpose": "参观"})
    assert answer.status_code == 422
    assert 'value="示例访客"' in answer.content.decode()
    assert HouseEntry.objects.count() == 0


def test_a_forgotten_visit_is_ended_in_the_log(browser_of, site, pending):
    entry = HouseEntry.objects.get()
    answer = browser_of("manager").post(f"/points/{site.point.pk}/entries/", {"entry": entry.pk})
    entry.refresh_from_db()
    assert (answer.status_code, entry.left_at is not None) == (302, True)
    assert browser_of("manager").post(f"/points/{site.point.pk}/entries/",
                                      {"entry": "999999"}).status_code == 404


# -- API -----------------------------------------------------------------------------------------


def post(client, path, body):
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_the_api_comes_goes_and_decides(browser_of, site):
    phone = {"point": site.point.pk, "client_id": "api-00001", "phone_at": queries.now_ms(),
             "latitude": 43.81, "longitude": 87.6, "accuracy": 8}
    engineer = browser_of("engineer")
    refused = post(engineer, "/presence/check-in", phone)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["reason"])
    made = post(engineer, "/presence/check-in", {**phone, "reason": "厂门封闭"}).json()
    assert (made["approval"], made["person"]) == ("pending", "示例engineer")
    left = post(engineer, "/presence/check-out", {
        **phone, "client_id": "api-00002", "reason": "厂门封闭"})
    assert left.json()["kind"] == "out"
    assert post(engineer, f"/presence/{made['id']}/decision", {"ok": True}).status_code == 403
    manager = browser_of("manager")
    done = post(manager, f"/presence/{made['id']}/decision", {"ok": False, "why": "没有到厂"})
    assert done.json()["approval"] == "refused"
    assert manager.get("/api/v1/presence?state=refused").json()["count"] == 1
    assert manager.get("/api/v1/presence/people").json()[0]["refused"] == 1


def test_the_api_keeps_units_apart(browser_of, site, pending):
    outsider = browser_of("outsider")
    assert outsider.get(f"/api/v1/presence/{pending.pk}").status_code == 404
    assert outsider.get(f"/api/v1/points/{site.point.pk}/entries").status_code == 404
    assert outsider.get("/api/v1/presence").json()["count"] == 0
    assert browser_of("officer").get("/api/v1/presence").status_code == 403
    assert browser_of("manager").get(f"/api/v1/presence/{10**30}").status_code == 422


def test_the_api_writes_the_log(browser_of, site):
    client = browser_of("discharger")
    made = post(client, f"/points/{site.point.pk}/entries", {
        "name": "示例访客", "purpose": "参观", "came_at": queries.now_ms() - 60_000}).json()
    ended = client.post(f"/api/v1/entries/{made['id']}/end?left_at={queries.now_ms()}")
    assert ended.json()["left_at"] is not None
    assert client.get(f"/api/v1/points/{site.point.pk}/entries").json()[0]["name"] == "示例访客"


def test_all_of_many_presences_are_paged_and_their_states_add_up(browser_of, cast, site, pending):
    Presence.objects.bulk_create([Presence(
        organisation=cast.houses.unit, point=site.point, person=cast.engineer.user, kind="in",
        client_id=f"many-{n:05}", phone_at=n, at=n, approval=("none", "approved", "refused")[n % 3])
        for n in range(600)])
    client = browser_of("manager")
    shown = client.get("/presence/?page=13").context
    assert (shown["total"], len(shown["page"].object_list)) == (601, 1)
    assert dict(shown["tabs"]) == {"pending": 1, "none": 200, "approved": 200, "refused": 200}
    assert client.get("/presence/?state=none").context["page"].paginator.count == 200
