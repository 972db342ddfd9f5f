"""The ledger of what the plant must provide: asked, answered, refused, by whom, with photos."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance.agreements import needs, queries
from qingyuan.areas.maintenance.models import CustomerNeed
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db


def photo(colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile("ladder.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture
def need(cast, station) -> CustomerNeed:
    return needs.ask_need(cast.engineer, station().point, kind="ladder",
                          text="爬梯护栏松动，请加固", due=today() + timedelta(days=10))


def test_asked_by_an_engineer_answered_by_the_plant(cast, need):
    done = needs.answer_need(cast.discharger, need, answer="已加固")
    assert (done.state, done.answered_on, done.answer) == ("done", today(), "已加固")
    assert list(AuditLine.objects.filter(kind="maintenance.customerneed").order_by("id")
                .values_list("verb", flat=True)) == ["ask_need", "answer_need"]
    with pytest.raises(ValidationError, match="已经落实"):
        needs.refuse_need(cast.manager, done, "不做")


def test_refused_with_a_reason_and_still_answered_later(cast, need):
    with pytest.raises(ValidationError, match="原因"):
        needs.refuse_need(cast.discharger, need, " ")
    refused = needs.refuse_need(cast.discharger, need, "待大修时一并处理")
    assert refused.state == "refused"
    assert needs.answer_need(cast.manager, refused, answer="大修时已做").state == "done"


def test_who_may_not(cast, need, neighbour):
    with pytest.raises(PermissionDenied):
        needs.answer_need(cast.engineer, need)
    with pytest.raises(PermissionDenied):
        needs.ask_need(cast.discharger, need.point, kind="power", text="电压不稳")
    with pytest.raises(MonitoringPoint.DoesNotExist):
        needs.ask_need(cast.engineer, neighbour.point, kind="power", text="电压不稳")
    with pytest.raises(CustomerNeed.DoesNotExist):
        needs.answer_need(cast.outsider, need)


def test_days_that_make_no_sense(cast, need):
    with pytest.raises(ValidationError) as refused:
        needs.ask_need(cast.engineer, need.point, kind="air", text="压缩空气含油",
                       due=today() - timedelta(days=1))
    assert "due" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        needs.answer_need(cast.discharger, need, answered_on=today() + timedelta(days=1))
    assert "answered_on" in refused.value.message_dict


def test_a_report_lists_what_stood_in_its_months(cast, need):
    CustomerNeed.objects.update(asked_on=today() - timedelta(days=60))
    needs.answer_need(cast.discharger, need, answered_on=today() - timedelta(days=20))

    def between(first, last):
        return list(queries.needs_between(
            cast.manager, today() - timedelta(days=first), today() - timedelta(days=last)))

    assert between(90, 61) == []
    assert between(50, 30) == [need]
    assert between(20, 5) == [need]
    assert between(19, 5) == []


def test_pages_for_both_sides_with_photos(cast, station, browser_of, budget, places):
    point = station().point
    engineer, plant = browser_of("engineer"), browser_of("discharger")
    sent = engineer.post("/needs/new/", {
        "point": point.pk, "kind": "port", "text": "采样孔锈死", "due": "",
        "photos": [photo(), photo("blue")]})
    need = CustomerNeed.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/needs/{need.pk}/")
    assert len(need.photos) == 2
    with budget("needs"):
        page = plant.get("/needs/?state=asked")
    assert "采样孔锈死" in page.content.decode()
    shown = plant.get(f"/needs/{need.pk}/photos/{need.photos[0]}/?view=1")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    answered = plant.post(f"/needs/{need.pk}/", {
        "verb": "answer", "answer": "已更换", "answered_on": today(), "photos": photo("green")})
    assert answered.status_code == 302
    need.refresh_from_db()
    assert (need.state, len(need.photos)) == ("done", 3)
    # The plant's own photo, shown to the unit.
    assert engineer.get(f"/needs/{need.pk}/photos/{need.photos[2]}/").status_code == 200
    table = engineer.get("/needs/?form=csv").content.decode()
    assert "采样孔锈死" in table
    assert "已更换" in table


def test_what_was_typed_stays_beside_the_refusal(cast, need, browser_of):
    page = browser_of("discharger").post(f"/needs/{need.pk}/", {
        "verb": "answer", "answer": "已做好", "answered_on": "2020-01-01"})
    assert page.status_code == 422
    assert "已做好" in page.content.decode()
    assert "答复日期应在提出日期与今天之间" in page.content.decode()


@pytest.mark.parametrize("who", ["outsider", "storekeeper"])
def test_others(cast, need, browser_of, who):
    client = browser_of(who)
    seen = client.get(f"/needs/{need.pk}/").status_code
    asked = client.get("/needs/new/").status_code
    assert (seen, asked) == {"outsider": (404, 200), "storekeeper": (200, 403)}[who]
    verb = client.post(f"/needs/{need.pk}/", {"verb": "answer", "answered_on": today()})
    assert verb.status_code == 404
