"""Pages and API of parameters, by the cast."""

import io
import re

import pytest
from PIL import Image

from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.parameters import filing
from qingyuan.areas.parameters.models import Filing, ParameterReading

pytestmark = pytest.mark.django_db


@pytest.fixture
def differing(filed, packet):
    """The filed point after its range was changed."""
    packet(filed.station, "3020", 60, "PolId=a21026;i13001-Info=100;i13008-Info=1.0")
    return filed


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    out.seek(0)
    out.name = "屏幕.jpg"
    return out


def typed(row: dict, **more: str) -> dict:
    return {"valid_from": "2026-11-20T08:00", "reason": "验收后首次备案", **row, **more}


def test_list_by_state_and_its_export(differing, station, browser_of, budget):
    station(mn="010000A8900016F000169D02", name="3 号排口")
    client = browser_of("engineer")
    with budget("parameters"):
        page = client.get("/parameters/").content.decode()
    assert "1 号排口" in page
    assert "3 号排口" in page
    only = client.get("/parameters/?state=differs").content.decode()
    assert "1 号排口" in only
    assert "3 号排口" not in only
    assert "3 号排口" in client.get("/parameters/?state=unfiled").content.decode()
    sheet = b"".join(client.get("/parameters/export.csv?state=differs")).decode()
    assert "a21026,量程,0-200,mg/m³,0.0,100" in sheet
    assert "与备案不一致" in sheet


def test_page_of_the_point_shows_filed_and_read_and_since_when(differing, browser_of, budget):
    client = browser_of("inspector")
    with budget("point parameters"):
        page = client.get(f"/points/{differing.point.pk}/parameters/").content.decode()
    assert len(re.findall(r'toned tone-red"[^>]*>100<', page)) == 1
    assert "与备案不一致" in page
    assert "提出变更" not in page
    assert "提出变更" in browser_of("engineer").get(
        f"/points/{differing.point.pk}/parameters/").content.decode()


def test_first_filing_on_the_pages_from_the_form_to_the_approval(
        cast, station, browser_of, budget):
    point = station().point
    engineer, owner = browser_of("engineer"), browser_of("discharger")
    address = f"/points/{point.pk}/parameters/new/"
    assert 'name="v.pitot."' in engineer.get(address).content.decode()
    wrong = engineer.post(address, typed({"v.pitot.": "zwei"}))
    assert wrong.status_code == 422
    assert "皮托管系数应填写一个数" in wrong.content.decode()
    done = engineer.post(address, typed({"v.pitot.": "0.84", "v.duct_area.": "12.56",
                                         "files": picture()}, submit="yes"))
    row = Filing.objects.get()
    assert done.url == f"/parameters/filings/{row.pk}/"
    assert (row.state, row.lines.count(), len(row.files)) == ("submitted", 2, 1)
    assert owner.get(f"{done.url}files/{row.files[0]}/").status_code == 200
    with budget("parameter filing"):
        page = owner.get(done.url).content.decode()
    assert 'value="approve"' in page
    assert 'value="approve"' not in engineer.get(done.url).content.decode()
    assert owner.post(done.url, {"verb": "refuse"}).status_code == 422
    owner.post(done.url, {"verb": "approve", "text": "同意"})
    row.refresh_from_db()
    assert (row.state, row.decision) == ("approved", "同意")
    last = AuditLine.objects.get(verb="approve_filing")
    assert (last.user, last.after["state"]) == (cast.discharger.user, "approved")


def test_change_begins_with_what_is_filed_and_shows_before_and_after(differing, browser_of):
    client = browser_of("engineer")
    address = f"/points/{differing.point.pk}/parameters/new/"
    assert 'value="0-200"' in client.get(address).content.decode()
    client.post(address, typed({"v.range.a21026": "0-100", "v.slope.a21026": "1.000"}))
    row = Filing.objects.get(state="draft")
    page = client.get(f"/parameters/filings/{row.pk}/").content.decode()
    assert 'struck">0-200<' in page
    assert 'tone-violet">0-100<' in page
    edit = f"/parameters/filings/{row.pk}/edit/"
    client.post(edit, typed({"v.range.a21026": "0-150"}))
    assert [line.value for line in row.lines.all()] == ["0-150"]
    assert client.get(f"/parameters/filings/{differing.filing.pk}/edit/").status_code == 404
    assert "0-150" not in client.get("/parameters/filings/?state=approved").content.decode()


def test_reading_at_a_visit_with_its_photo(filed, browser_of, cast):
    client = browser_of("engineer")
    address = f"/points/{filed.point.pk}/parameters/"
    assert client.get(f"{address}read/").status_code == 200
    client.post(f"{address}read/", {"what": "range.a21026", "value": "100", "photos": picture(),
                                    "at": "2026-11-01T08:00", "note": "主机界面"})
    row = ParameterReading.objects.get()
    assert (row.value, row.source, row.who) == ("0-100", "person", "示例engineer")
    photo = f"{address}readings/{row.pk}/{row.files[0]}/?view=1"
    assert browser_of("inspector").get(photo).status_code == 200
    assert browser_of("outsider").get(photo).status_code == 404
    assert browser_of("reviewer").post(f"{address}read/", {}).status_code == 403
    assert AuditLine.objects.filter(verb="read_parameter", organisation=cast.houses.unit).exists()


def test_another_unit_s_point_and_filing_are_404(differing, browser_of):
    client = browser_of("outsider")
    for address in (f"/points/{differing.point.pk}/parameters/",
                    f"/points/{differing.point.pk}/parameters/new/",
                    f"/points/{differing.point.pk}/parameters/read/",
                    f"/parameters/filings/{differing.filing.pk}/",
                    f"/parameters/filings/{differing.filing.pk}/edit/"):
        assert client.get(address).status_code == 404
    assert "1 号排口" not in client.get("/parameters/").content.decode()


def test_api_does_what_the_pages_do(cast, differing, browser_of, now):
    engineer, manager = browser_of("engineer"), browser_of("manager")
    base = f"/api/v1/points/{differing.point.pk}/parameters"
    told = {(one["kind"], one["factor"]): one for one in engineer.get(base).json()}
    assert told["range", "a21026"]["state"] == "differs"
    assert told["range", "a21026"]["against"][0]["value"] == "100"
    said = {"reason": "按新限值", "valid_from": now, "lines": [
        {"kind": "range", "factor": "a21026", "value": "0-100"}]}
    made = engineer.post(f"{base}/filings", said, content_type="application/json")
    assert made.status_code == 201
    one = f"/api/v1/parameters/filings/{made.json()['id']}"
    engineer.put(one, {**said, "reason": "按新限值改量程"}, content_type="application/json")
    assert engineer.post(f"{one}/approve", {}, content_type="application/json").status_code == 403
    engineer.post(f"{one}/submit")
    assert manager.post(f"{one}/refuse", {"text": ""},
                        content_type="application/json").status_code == 422
    manager.post(f"{one}/approve", {"text": "同意"}, content_type="application/json")
    assert engineer.get(one).json()["state"] == "approved"
    status, = engineer.get("/api/v1/parameters").json()
    assert (status["state"], status["differs"], status["filed"]) == ("filed", 0, 1)
    read = engineer.post(f"{base}/readings", {"kind": "pitot", "value": "0.84"},
                         content_type="application/json")
    assert read.status_code == 201
    assert len(engineer.get(f"{base}/readings").json()) == 3
    assert browser_of("outsider").get(one).status_code == 404


def test_withdrawing_over_the_api_and_the_list_of_filings(cast, filed, so2, now, browser_of):
    row = filing.file(cast.engineer, filed.point, lines=so2, reason="x", valid_from=now)
    client = browser_of("engineer")
    client.post(f"/api/v1/parameters/filings/{row.pk}/withdraw", {},
                content_type="application/json")
    states = [one["state"] for one in client.get("/api/v1/parameters/filings").json()]
    assert states == ["withdrawn", "approved"]
