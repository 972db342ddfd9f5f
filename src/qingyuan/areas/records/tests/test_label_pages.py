"""What a label opens: the point for its people, the open ledger for an inspector without account,
nothing for anybody else."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from qingyuan.areas.assets import labels
from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files import actions
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records.models import HouseEntry, Record, Review
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample

pytestmark = pytest.mark.django_db
NOON = 1_795_413_605_000


@pytest.fixture
def ledger(cast, station):
    """A point with a label and records of all states; ``open_()`` opens its ledger."""
    one = station()
    label = labels.label_of(cast.manager, one.point)

    class Ledger:
        point, code, address = one.point, label.code, f"/q/{label.code}/"

        @staticmethod
        def open_(**ahead):
            return labels.open_ledger(cast.discharger, one.point, timezone.now() + timedelta(
                **(ahead or {"hours": 8})), "示例检查")

        @staticmethod
        def record(state="accepted", code="hj75.g1", day=None, point=one.point, **facts):
            form = load_forms().get(code)
            return Record.objects.create(
                organisation=cast.houses.unit, point=point, form=code, state=state,
                form_version=form.version, form_digest=form.digest, title=form.title,
                kind=form.kind, setting={"technique": form.techniques[0]}, day=day or today(),
                answers=sample(form, 3, technique=form.techniques[0]), who="示例engineer",
                author=cast.engineer.user, submitted_at=NOON, saved_at=NOON, passed=True,
                digest="ab12" * 16, client_id=f"c-{Record.objects.count()}",
                **{"risk": 70, "risks": [{"code": "x", "points": 70, "sentence": "风险词句"}],
                   "returned_why": "退回词句", **facts})

    return Ledger


def page_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# -- who comes where ----------------------------------------------------------------------------


def test_its_people_come_to_the_point(browser_of, ledger):
    for who in ("engineer", "discharger", "inspector"):
        answer = browser_of(who).get(ledger.address)
        assert (answer.status_code, answer["Location"]) == (302, f"/points/{ledger.point.pk}/")


def test_without_an_opening_one_signs_in_first(browser_of, ledger):
    answer = Client().get(ledger.address)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={ledger.address}")
    assert browser_of("outsider").get(ledger.address).status_code == 404
    assert not AuditLine.objects.filter(verb="read_ledger").exists()


def test_an_unknown_code_opens_nothing(ledger):
    ledger.open_()
    for code in ("AAAAAAAAAAAA", "x", ledger.code[:-1], "%27%22"):
        assert Client().get(f"/q/{code}/").status_code == 404
    assert Client().get(ledger.address.lower()).status_code == 200


def test_an_inspector_without_account_reads_the_open_ledger(cast, ledger):
    Office.objects.create(organisation=cast.houses.unit, name="示例乌市办", area="650100",
                          phone="0991-0000000", since=today())
    record = ledger.record()
    HouseEntry.objects.create(
        organisation=cast.houses.unit, point=ledger.point, name="示例engineer",
        company="示例运维有限公司", purpose="日常巡检", note="备注词句",
        came_at=round(timezone.now().timestamp() * 1000))
    ledger.open_()
    client = Client(REMOTE_ADDR="192.0.2.7")
    page = page_of(client, ledger.address)
    for words in ("示例热力有限公司", "1 号排口", "示例运维有限公司", "0991-0000000", "日常巡检",
                  record.title, "已审核"):
        assert words in page
    assert page_of(client, f"{ledger.address}records/{record.pk}/").count("√") > 30
    pdf = client.get(f"{ledger.address}records/{record.pk}.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert [line.after["page"] for line in AuditLine.objects.filter(verb="read_ledger").order_by(
        "id")] == ["ledger", f"record {record.pk}", f"record {record.pk} pdf"]
    line = AuditLine.objects.filter(verb="read_ledger").first()
    assert (line.address, line.after["code"], line.user) == ("192.0.2.7", ledger.code, None)
    for answer in (client.get(ledger.address), pdf):
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]


def test_an_outsider_who_is_signed_in_reads_what_everybody_reads(browser_of, ledger):
    ledger.record()
    ledger.open_()
    page = page_of(browser_of("outsider"), ledger.address)
    assert "运维台账" in page
    assert "点位总览" not in page


@pytest.mark.parametrize("end", ["closed", "expired"])
def test_after_its_end_nothing_is_left_open(cast, ledger, end):
    record, opening = ledger.record(), ledger.open_()
    addresses = [f"{ledger.address}records/{record.pk}{tail}" for tail in ("/", ".pdf")]
    assert [Client().get(one).status_code for one in addresses] == [200, 200]
    if end == "closed":
        labels.close_ledger(cast.discharger, opening)
    else:
        opening.until = timezone.now()
        opening.save()
    assert [Client().get(one).status_code for one in addresses] == [404, 404]
    assert Client().get(ledger.address).status_code == 302


# -- what it does not say ------------------------------------------------------------------------


def test_only_the_latest_of_what_was_submitted_in_twelve_months(ledger, neighbour):
    shown = [ledger.record("accepted"), ledger.record("submitted")]
    hidden = [ledger.record(state) for state in ("draft", "returned", "replaced", "void")]
    hidden.append(ledger.record(day=today() - timedelta(days=366)))
    hidden.append(ledger.record(point=neighbour.point))
    ledger.open_()
    page = page_of(Client(), ledger.address)
    for one in shown:
        assert f"records/{one.pk}/" in page
    for one in hidden:
        assert f"records/{one.pk}/" not in page
        for tail in ("/", ".pdf"):
            assert Client().get(f"{ledger.address}records/{one.pk}{tail}").status_code == 404


def test_neither_risks_nor_remarks_nor_telephones_are_told(cast, ledger):
    cast.engineer.user.phone = "13800000000"
    cast.engineer.user.save()
    record = ledger.record(code="om.law_publicity", reason="更正词句")
    row = next(iter(record.answers["attendance"]["rows"]))
    phone = next(name for name, value in row.items() if "电话" in str(value))
    row[phone] = "0991-7654321"
    row[next(name for name, value in row.items() if value == "示例职务")] = "请打 13900000000"
    record.save()
    Review.objects.create(record=record, who="示例reviewer", at=NOON, verb="accept",
                          reason="审核词句")
    ledger.open_()
    told = page_of(Client(), ledger.address) + page_of(
        Client(), f"{ledger.address}records/{record.pk}/")
    for words in ("风险词句", "退回词句", "审核词句", "更正词句", "备注词句", "13800000000",
                  "13900000000", "0991-7654321"):
        assert words not in told
    assert "电话不公开" in told


def test_a_photo_is_shown_only_with_its_record(cast, ledger):
    def photo(colour):
        out = io.BytesIO()
        Image.new("RGB", (80, 60), colour).save(out, "JPEG")
        return actions.keep(cast.engineer, out.getvalue(), kind="photo")

    mine, other = photo("teal"), photo("red")
    record = ledger.record()
    cells = next(c for c in record.answers.values() if any(
        isinstance(item, dict) and "mark" in item for item in c.values()))
    item = next(i for i in cells.values() if isinstance(i, dict) and "mark" in i)
    item["photos"] = [{"sha256": mine.sha256}]
    record.save()
    ledger.open_()
    files = f"{ledger.address}records/{record.pk}/files/"
    assert f"{files}{mine.sha256}/" in page_of(Client(), f"{ledger.address}records/{record.pk}/")
    shown = Client().get(f"{files}{mine.sha256}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Client().get(f"{files}{other.sha256}/").status_code == 404
    assert Client().get(f"/files/{mine.sha256}/").status_code == 302


def test_a_long_ledger_in_few_queries(ledger, budget):
    for _number in range(60):
        ledger.record()
    ledger.open_()
    with budget("open ledger"):
        page = page_of(Client(), f"{ledger.address}?kind=inspection&page=2")
    assert page.count("data-row") == 10


def test_a_record_of_every_form_can_be_read(ledger):
    ledger.open_()
    for code, form in load_forms().items():
        record = ledger.record(code=code)
        assert form.title in page_of(Client(), f"{ledger.address}records/{record.pk}/")
