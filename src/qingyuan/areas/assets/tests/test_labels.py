"""Labels at the points, and the ledgers that a discharger opens: who may, for how long."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pypdf import PdfReader

from qingyuan.areas.assets import labels
from qingyuan.areas.assets.models import LedgerOpening, MonitoringPoint, Office, PointLabel
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.audit import seal, verify_audit
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db


def hours(n: float):
    return timezone.now() + timedelta(hours=n)


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(
        " ", "").replace("\n", "")


# -- labels --------------------------------------------------------------------------------------


def test_a_label_is_made_once_and_says_nothing(cast, station):
    one, two = station(), station(mn="010000A8900016F000169D02", name="2 号排口")
    label = labels.label_of(cast.engineer, one.point)
    assert labels.label_of(cast.manager, one.point) == label
    other = labels.label_of(cast.discharger, two.point)
    assert len(label.code) == labels.LENGTH
    assert set(label.code + other.code) <= set(labels.ALPHABET)
    assert label.code != other.code
    assert AuditLine.objects.filter(verb="make_label").count() == 2


def test_nobody_labels_anothers_point(cast, station):
    one = station()
    with pytest.raises(MonitoringPoint.DoesNotExist):
        labels.label_of(cast.outsider, one.point)
    with pytest.raises(PermissionDenied):
        labels.label_of(cast.inspector, one.point)
    with pytest.raises(ValidationError, match="请选择"):
        labels.print_labels(cast.outsider, [one.point], "https://om.example.org")
    assert not PointLabel.objects.exists()


def test_the_sheet_says_whose_point_it_is_and_whom_to_call(browser_of, cast, station):
    one = station()
    Office.objects.create(organisation=cast.houses.unit, name="示例南疆办", area="653200",
                          phone="0903-0000000", since=today())
    Office.objects.create(organisation=cast.houses.unit, name="示例乌市办", area="650100",
                          phone="0991-0000000", since=today())
    answer = browser_of("engineer").post("/labels/", {"points": [one.point.pk]})
    assert answer["Content-Type"] == "application/pdf"
    said, label = text_of(answer.content), PointLabel.objects.get()
    for words in ("1号排口", "示例热力有限公司", one.mn, "示例运维有限公司", "0991-0000000",
                  label.code):
        assert words in said
    assert label.printed_at is not None
    assert AuditLine.objects.get(verb="print_label").object_id == str(label.pk)


def test_eleven_points_need_two_sheets(cast, station):
    points = [station(mn=f"010000A8900016F000169D{n:02d}", name=f"{n} 号排口").point
              for n in range(1, 12)]
    done = labels.print_labels(cast.manager, points, "https://om.example.org")
    assert len(PdfReader(io.BytesIO(done)).pages) == 2
    assert PointLabel.objects.exclude(printed_at=None).count() == 11


def test_codes_lead_to_the_fixed_address_of_the_installation(rf, settings):
    request = rf.get("/labels/", headers={"host": "10.0.0.5:8000"})
    assert labels.origin_of(request) == "http://10.0.0.5:8000"
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.net", "https://om.example.org"]
    assert labels.origin_of(request) == "https://om.example.org"


def test_the_list_shows_what_is_still_to_be_printed(browser_of, cast, station, neighbour, budget):
    one = station()
    for number in range(3, 10):
        station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号排口")
    labels.print_labels(cast.manager, [one.point], "https://om.example.org")
    client = browser_of("manager")
    with budget("labels"):
        page = client.get("/labels/?state=new").content.decode()
    assert ("9 号排口" in page, "1 号排口" in page) == (True, False)
    refused = client.post("/labels/", {})
    assert (refused.status_code, "请选择" in refused.content.decode()) == (422, True)
    every = client.post("/labels/?state=new", {"all": "1"})
    assert text_of(every.content).count("运维单位") == 7
    foreign = client.post("/labels/", {"points": [neighbour.point.pk]})
    assert foreign.status_code == 422
    assert browser_of("inspector").get("/labels/").status_code == 403


# -- openings ------------------------------------------------------------------------------------


def test_a_discharger_opens_its_ledger_for_days_and_closes_it(cast, station):
    one = station()
    row = labels.open_ledger(cast.discharger, one.point, hours(8), "示例检查")
    assert labels.in_force(one.point) == row
    with pytest.raises(ValidationError, match="已开放至"):
        labels.open_ledger(cast.discharger, one.point, hours(9), "示例检查")
    labels.close_ledger(cast.discharger, row)
    assert labels.in_force(one.point) is None
    closed = LedgerOpening.objects.get().closed_at
    labels.close_ledger(cast.discharger, row)
    assert LedgerOpening.objects.get().closed_at == closed
    assert list(AuditLine.objects.filter(verb__endswith="_ledger").order_by("id").values_list(
        "verb", flat=True)) == ["open_ledger", "close_ledger"]


@pytest.mark.parametrize(("until", "reason", "field"), [
    (-1, "示例检查", "until"), (7 * 24 + 1, "示例检查", "until"), (8, "  ", "reason")])
def test_not_longer_than_a_week_not_without_reason(cast, station, until, reason, field):
    one = station()
    with pytest.raises(ValidationError) as refused:
        labels.open_ledger(cast.discharger, one.point, hours(until), reason)
    assert list(refused.value.message_dict) == [field]


def test_only_the_discharger_whose_point_it_is(cast, station):
    one = station()
    other = station(mn="010000A8900016F000169D02", name="2 号排口",
                    discharger="示例化工有限公司")
    for who in (cast.manager, cast.engineer, cast.inspector, cast.outsider):
        with pytest.raises(PermissionDenied):
            labels.open_ledger(who, one.point, hours(8), "示例检查")
    with pytest.raises(MonitoringPoint.DoesNotExist):
        labels.open_ledger(cast.discharger, other.point, hours(8), "示例检查")
    row = LedgerOpening.objects.create(
        point=other.point, since=timezone.now(), until=hours(1), reason="示例检查")
    with pytest.raises(LedgerOpening.DoesNotExist):
        labels.close_ledger(cast.discharger, row)


def test_an_opening_ends_by_itself(cast, station):
    one = station()
    row = labels.open_ledger(cast.discharger, one.point, hours(8), "示例检查")
    assert labels.in_force(one.point, row.until - timedelta(seconds=1)) == row
    assert labels.in_force(one.point, row.until) is None
    assert labels.in_force(one.point, row.since - timedelta(seconds=1)) is None


def test_each_reading_leaves_a_line_in_an_unbroken_chain(cast, station):
    one = station()
    row = labels.open_ledger(cast.discharger, one.point, hours(8), "示例检查")
    labels.note_reading(row, "ABCDEFGHJKMN", "192.0.2.7", "ledger")
    line = AuditLine.objects.get(verb="read_ledger")
    assert (line.who, line.address, line.organisation, line.after) == (
        "扫码访客", "192.0.2.7", cast.houses.plant, {"code": "ABCDEFGHJKMN", "page": "ledger"})
    assert labels.readings_of([row]) == {row.pk: 1}
    seal()
    assert verify_audit().ok


def test_pages_open_list_and_close(browser_of, cast, station, budget):
    one = station()
    client = browser_of("discharger")
    assert "没有开放过" in client.get("/openings/").content.decode()
    form = {"point": one.point.pk, "reason": "示例检查",
            "until": (hours(20) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")}
    too_long = client.post("/openings/new/", {**form, "until": "2199-01-01T00:00"})
    assert (too_long.status_code, "最多开放 7 天" in too_long.content.decode()) == (422, True)
    assert client.post("/openings/new/", form).status_code == 302
    row = LedgerOpening.objects.get()
    assert abs(row.until - hours(20)) < timedelta(minutes=2)
    unit = browser_of("manager")
    with budget("openings"):
        page = unit.get("/openings/?state=open").content.decode()
    assert ("示例检查" in page, "开放中" in page) == (True, True)
    assert unit.post(f"/openings/{row.pk}/close/").status_code == 403
    assert "示例检查" not in browser_of("outsider").get("/openings/").content.decode()
    assert unit.get("/openings/new/").status_code == 403
    assert client.post(f"/openings/{row.pk}/close/").status_code == 302
    assert "已关闭" in client.get("/openings/?state=ended").content.decode()
    assert client.post("/openings/999/close/").status_code == 404
    assert client.get(f"/openings/{row.pk}/close/").status_code == 405


def test_the_api_opens_lists_and_closes(browser_of, cast, station):
    one = station()
    client = browser_of("discharger")

    def post(address, **facts):
        return client.post(f"/api/v1{address}", facts, content_type="application/json")

    made = post("/openings", point=one.point.pk, until=hours(8).isoformat(), reason="示例检查")
    assert (made.status_code, made.json()["state"]) == (200, "open")
    again = post("/openings", point=one.point.pk, until=hours(8).isoformat(), reason="示例检查")
    assert (again.status_code, "point" in again.json()["errors"]) == (422, True)
    listed = browser_of("manager").get("/api/v1/openings").json()
    assert [row["reason"] for row in listed["items"]] == ["示例检查"]
    assert browser_of("outsider").get("/api/v1/openings").json()["count"] == 0
    assert browser_of("outsider").post(f"/api/v1/labels/{one.point.pk}").status_code == 404
    closed = post(f"/openings/{made.json()['id']}/close")
    assert closed.json()["state"] == "closed"
    code = browser_of("engineer").post(f"/api/v1/labels/{one.point.pk}").json()["code"]
    assert client.get("/api/v1/labels").json()["items"][0]["code"] == code
    assert post("/labels.pdf", points=[one.point.pk]).content.startswith(b"%PDF-")
