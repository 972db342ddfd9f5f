"""Sites, offices, keepers and permits as people use them: pages, budgets, and the API."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.assets import queries, sites
from qingyuan.areas.assets.models import (
    EntryCondition,
    EntryPermit,
    Office,
    OfficeMember,
    PointKeeper,
    PointPlace,
    StationHouse,
)
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
SINCE = date(2026, 1, 1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def site(cast, station):
    """Enter a point with place, house, keeper and the condition of a person's permit."""

    def enter(number: int = 1):
        point = station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号排口",
                        contract_since=SINCE).point
        house = StationHouse.objects.filter(name="1 号站房").first() or sites.add_house(
            cast.manager, point.organisation, name="1 号站房", floor_area=9)
        sites.set_place(cast.manager, point, house=house, latitude=43.8, longitude=87.6)
        sites.keep_point(cast.manager, [point], cast.engineer.user, SINCE)
        if number == 1:
            sites.add_entry_condition(cast.manager, point.organisation, kind="person_permit",
                                      since=SINCE)
        return point

    return enter


def test_the_list_of_sites_within_its_budget(browser_of, site, station, budget):
    for number in range(1, 7):
        site(number)
    bare = station(mn="010000A8900016F000169D90", name="无人排口").point
    client = browser_of("manager")
    with budget("sites"):
        page = text(client.get("/sites/"))
    assert page.count("data-row") == 7
    assert page.count("43.80000, 87.60000") == 6
    assert page.count("没有责任人</span>") == 1
    for query, count in (("state=nowhere", 1), ("state=nobody", 1), ("q=无人", 1),
                         ("area=650100", 7), ("area=652300", 0), ("q=1 号站房", 6),
                         (f"keeper={'9' * 30}", 0)):
        assert (query, text(client.get(f"/sites/?{query}")).count("data-row")) == (query, count)
    assert f'href="/sites/{bare.pk}/"' in text(client.get("/sites/?state=nobody"))
    assert client.get("/sites/?form=xlsx").headers["Content-Type"].endswith("sheet")


def test_a_sites_page_tells_who_may_go_in(cast, browser_of, site, budget):
    point, neighbour = site(1), site(2)
    client = browser_of("manager")
    with budget("site"):
        page = text(client.get(f"/sites/{point.pk}/"))
    assert "示例engineer没有人员入厂证" in page
    assert f'href="/sites/{neighbour.pk}/">2 号排口' in page
    assert "填写位置" in page
    sites.add_permit(cast.manager, kind="person_permit", person=cast.engineer.user, since=SINCE,
                     until=date(2026, 12, 31))
    assert "将于 2026-12-31 到期" in text(client.get(f"/sites/{point.pk}/?day=2026-12-15"))
    assert "已于 2026-12-31 到期" in text(client.get(f"/sites/{point.pk}/?day=2027-01-01"))
    everybody = text(client.get(f"/sites/{point.pk}/?crew=all"))
    assert "示例manager没有人员入厂证" in everybody
    # A discharger reads place and conditions, and nothing of the unit's permits.
    theirs = text(browser_of("discharger").get(f"/sites/{point.pk}/"))
    assert "谁可以入厂" not in theirs
    assert "人员入厂证" in theirs
    # Whose plant it is opens its ledger from here; nobody else is offered to.
    assert f'/openings/new/?point={point.pk}"' in theirs
    assert "/openings/new/" not in page


def test_a_site_is_filled_in_on_its_pages(browser_of, station):
    point = station().point
    client = browser_of("engineer")
    home = f"/sites/{point.pk}/"
    place = {"area": "石河子", "latitude": "44.3", "longitude": "86.04", "fence": "200"}
    assert client.post(f"{home}place/", place).url == home
    assert PointPlace.objects.get().area == "659001"
    refused = client.post(f"{home}place/", place | {"latitude": "86.04", "longitude": "44.3"})
    assert (refused.status_code, "位置不在中国境内" in text(refused)) == (422, True)
    client.post(f"{home}house/new/", {"name": "东站房", "floor_area": "7.5"})
    assert PointPlace.objects.get().house.name == "东站房"
    client.post(f"{home}house/", {"name": "东站房", "floor_area": "8"})
    assert StationHouse.objects.get().floor_area == 8
    client.post(f"{home}conditions/new/", {
        "kind": "gate_hours", "opens": "08:00", "closes": "20:00", "since": "2026-01-01"})
    row = EntryCondition.objects.get()
    client.post(f"{home}conditions/{row.pk}/", {
        "kind": "gate_hours", "opens": "09:00", "closes": "20:00", "since": "2026-01-01"})
    page = text(client.get(home))
    assert "09:00" in page
    for word in ("登记站房", "修改站房", "修改入厂条件"):
        assert word in text(browser_of("manager").get(home))


def test_offices_show_people_and_points(cast, browser_of, site, budget):
    site(1)
    site(2)
    client = browser_of("manager")
    client.post("/offices/new/", {
        "name": "乌鲁木齐办事处", "area": "乌鲁木齐", "since": "2026-01-01"})
    office = Office.objects.get()
    client.post(f"/offices/{office.pk}/people/", {
        "people": [cast.engineer.user.pk], "since": "2026-01-01"})
    with budget("offices"):
        page = text(client.get("/offices/"))
    assert page.count("data-row") == 1
    assert "没有哪项标准规定这一数字" in page
    assert "示例reviewer" in page
    shown = text(client.get(f"/offices/{office.pk}/"))
    assert "示例engineer" in shown
    client.post(f"/offices/{office.pk}/close/", {"until": str(queries.today() - timedelta(1))})
    assert text(client.get("/offices/?state=over")).count("data-row") == 1
    assert OfficeMember.objects.get().until == queries.today() - timedelta(1)
    assert browser_of("outsider").get(f"/offices/{office.pk}/").status_code == 404
    assert browser_of("engineer").get("/offices/new/").status_code == 403


def test_points_are_put_into_somebodys_care_together(cast, browser_of, site):
    points = [site(n) for n in (1, 2, 3)]
    client = browser_of("manager")
    answer = client.post("/keepers/", {
        "person": cast.manager.user.pk, "since": "2026-11-01",
        "points": [p.pk for p in points[:2]]})
    assert answer.status_code == 302
    assert PointKeeper.objects.filter(person=cast.manager.user, until=None).count() == 2
    refused = client.post("/keepers/", {"person": cast.manager.user.pk, "since": "2026-11-01"})
    assert (refused.status_code, "请选择点位" in text(refused)) == (422, True)
    row = PointKeeper.objects.filter(until=None).first()
    client.post(f"/keepers/{row.pk}/end/", {"until": "2026-11-30"})
    row.refresh_from_db()
    assert row.until == date(2026, 11, 30)
    assert client.get("/keepers/?q=1").status_code == 200
    # Who may not assign sees who is responsible, and no form.
    engineer = browser_of("engineer")
    assert "由此人负责" not in text(engineer.get("/keepers/"))
    assert engineer.post("/keepers/", {"person": cast.engineer.user.pk, "since": "2026-11-01",
                                       "points": [points[0].pk]}).status_code == 403


def test_permits_by_the_day_they_run_out(cast, browser_of, station, budget):
    station()
    today = queries.today()
    for days in (-1, 10, 400):
        sites.add_permit(cast.manager, kind="height", person=cast.engineer.user,
                         since=SINCE - timedelta(400), until=today + timedelta(days))
    sites.add_permit(cast.manager, kind="vehicle_permit", vehicle="新A·示例1", since=SINCE)
    client = browser_of("manager")
    with budget("permits"):
        page = text(client.get("/permits/"))
    assert page.count("data-row") == 4
    for state in ("soon", "over"):
        assert text(client.get(f"/permits/?state={state}")).count("data-row") == 1
    assert client.get("/permits/?form=csv").content.decode().count("高处作业证") == 3
    assert "data-row" not in text(browser_of("outsider").get("/permits/"))
    assert browser_of("discharger").get("/permits/").status_code == 403


def test_a_permit_with_its_scan(cast, browser_of, station):
    station()
    client = browser_of("manager")
    client.post("/permits/new/", {
        "kind": "electrician", "person": cast.engineer.user.pk, "since": "2026-01-01",
        "number": "T-1", "scan": SimpleUploadedFile("证.pdf", PDF)})
    row = EntryPermit.objects.get()
    assert len(row.sha256) == 64
    assert client.get(f"/permits/{row.pk}/scan/").content == PDF
    client.post(f"/permits/{row.pk}/edit/", {"since": "2026-01-01", "until": "2026-06-30"})
    row.refresh_from_db()
    assert (row.until, row.sha256 != "") == (date(2026, 6, 30), True)
    for path in ("", "edit/", "scan/"):
        assert browser_of("outsider").get(f"/permits/{row.pk}/{path}").status_code == 404
    assert {"add_permit", "edit_permit"} <= set(AuditLine.objects.values_list("verb", flat=True))


@pytest.mark.parametrize(("facts", "field"), [
    ({"kind": "escort", "person": True}, "kind"), ({"kind": "height"}, "person"),
    ({"kind": "height", "vehicle": "新A1"}, "person"),
    ({"kind": "vehicle_permit", "person": True}, "vehicle"),
    ({"kind": "height", "person": True, "until": SINCE - timedelta(1)}, "until"),
    ({"kind": "height", "person": "outsider"}, "person"),
])
def test_a_wrong_permit_is_refused(cast, facts, field):
    who = {True: cast.engineer, "outsider": cast.outsider}.get(facts.get("person"))
    with pytest.raises(ValidationError) as refused:
        sites.add_permit(cast.manager, **{**facts, "person": who and who.user}, since=SINCE)
    assert field in refused.value.message_dict


# -- API ----------------------------------------------------------------------------------------


def send(client, verb: str, path: str, **body):
    return getattr(client, verb)(f"/api/v1{path}", body, content_type="application/json")


def test_the_api_says_what_the_pages_say(cast, browser_of, site):
    point = site()
    client = browser_of("manager")
    found = client.get("/api/v1/sites").json()
    assert found["count"] == 1
    assert found["items"][0]["place"]["latitude"] == 43.8
    assert found["items"][0]["keepers"][0]["person"] == "示例engineer"
    day = str(queries.today())
    said = client.get(f"/api/v1/sites/{point.pk}/missing-permits?day={day}"
                      f"&person={cast.engineer.user.pk}").json()
    assert said == {"sentences": ["示例engineer没有人员入厂证"]}
    put = send(client, "put", f"/sites/{point.pk}/place", fence=500)
    assert put.json()["place"]["fence"] == 500
    assert send(client, "put", f"/sites/{point.pk}/place", fence=1).status_code == 422
    made = send(client, "post", f"/sites/{point.pk}/conditions", kind="escort",
                since="2026-01-01").json()
    assert made["point_id"] == point.pk
    assert send(client, "patch", f"/conditions/{made['id']}", until="2026-12-31").json()[
        "until"] == "2026-12-31"
    office = send(client, "post", "/offices", name="办事处", area="昌吉州", since=day).json()
    people = send(client, "post", f"/offices/{office['id']}/people",
                  people=[cast.engineer.user.pk], since=day).json()
    assert [(p["office_id"], p["points"]) for p in people if p["username"] == "engineer"] == [
        (office["id"], 1)]
    permit = send(client, "post", "/permits", kind="person_permit", since=day,
                  person=cast.engineer.user.pk).json()
    assert client.get("/api/v1/permits").json()["count"] == 1
    assert send(client, "patch", f"/permits/{permit['id']}", until=day).json()["until"] == day
    kept = send(client, "post", "/keepers", points=[point.pk], person=cast.manager.user.pk,
                since=day).json()
    assert send(client, "post", f"/keepers/{kept[0]['id']}/end", until=day).status_code == 200
    house = client.get("/api/v1/houses").json()[0]
    assert send(client, "patch", f"/houses/{house['id']}", note="示例").json()["note"] == "示例"


def test_the_api_keeps_to_the_scope(cast, browser_of, site):
    point = site()
    row = sites.add_permit(cast.manager, kind="height", person=cast.engineer.user, since=SINCE)
    stranger = browser_of("outsider")
    for path in ("/sites", "/permits"):
        assert stranger.get(f"/api/v1{path}").json()["count"] == 0
    assert stranger.get("/api/v1/houses").json() == []
    assert stranger.get(f"/api/v1/sites/{point.pk}").status_code == 404
    house, keeper = StationHouse.objects.get(), PointKeeper.objects.get()
    for verb, path, body in (
        ("put", f"/sites/{point.pk}/place", {"fence": 100}),
        ("patch", f"/houses/{house.pk}", {"note": "x"}),
        ("patch", f"/conditions/{EntryCondition.objects.get().pk}", {"note": "x"}),
        ("patch", f"/permits/{row.pk}", {"number": "x"}),
        ("post", f"/keepers/{keeper.pk}/end", {"until": "2026-12-01"}),
    ):
        assert (path, send(stranger, verb, path, **body).status_code) == (path, 404)
    assert send(browser_of("reviewer"), "put", f"/sites/{point.pk}/place",
                fence=100).status_code == 403
    assert browser_of("officer").get("/api/v1/sites").status_code == 403
