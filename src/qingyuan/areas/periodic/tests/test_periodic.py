"""Annex B by itself: figures from the facts, passages by people, sealed, sent, receipted."""

import io
import time
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from docx import Document
from pypdf import PdfReader

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings.register import Raise, raise_finding
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.periodic import actions, queries
from qingyuan.areas.periodic.cover import docx, pdf
from qingyuan.areas.periodic.models import PeriodicReport
from qingyuan.areas.periodic.sections import PARTS, written
from qingyuan.reporting.blocks import figures, from_json, to_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(cast, served):
    """This month's report on the plant, one point under contract, one finding of today."""
    point = served(since=date(2026, 1, 1)).point
    ServiceContract.objects.filter(point=point).update(until=None)
    raise_finding(cast.houses.unit, Raise(
        "zero", "zero:1", "二氧化硫连续为零", at=round(time.time() * 1000), point=point))
    return actions.make(cast.manager, cast.houses.plant, "month", today())


def of(row, key):
    return next(one for one in figures(from_json(row.content)) if one.key == key)


def test_nine_parts_none_of_them_silent(report):
    sections = from_json(report.content)
    assert [one.title for one in sections] == [title for _key, title, _part in PARTS]
    assert [one.key for one in sections if not one.blocks] == []
    said = "".join(str(block) for one in sections for block in one.blocks)
    for sentence in ("本期无环保督办", "本期无内部质量检查", "本期无故障工单", "本期无运维记录"):
        assert sentence in said


def test_figures_are_those_of_the_rows(report):
    assert (of(report, "overview.points").value, of(report, "abnormal.findings").value) == (
        "1", "1")
    assert of(report, "abnormal.closed").value == "0"


def test_passages_stay_and_figures_follow_when_made_anew(cast, report, served):
    actions.write(cast.manager, report, {"advice": "请尽快修复爬梯", "overview.points": "99"})
    raise_finding(cast.houses.unit, Raise(
        "constant", "constant:1", "恒值", at=round(time.time() * 1000),
        point=PeriodicReport.objects.get().discharger.outlets.first().points.first()))
    again = actions.make(cast.reviewer, cast.houses.plant, "month", today())
    assert again.pk == report.pk
    assert again.passages == {"advice": "请尽快修复爬梯"}
    assert of(again, "abnormal.findings").value == "2"


def test_sealed_report_is_fixed_and_says_what_differs_now(cast, report):
    actions.seal(cast.manager, actions.approve(cast.manager, report))
    row = queries.report(cast.manager, report.pk)
    assert actions.digest(row) == row.digest
    with pytest.raises(ValidationError, match="不能重新生成"):
        actions.make(cast.manager, cast.houses.plant, "month", today())
    with pytest.raises(ValidationError):
        actions.write(cast.manager, row, {"advice": "改"})
    point = row.discharger.outlets.first().points.first()
    raise_finding(cast.houses.unit, Raise(
        "constant", "constant:1", "恒值", at=round(time.time() * 1000), point=point))
    changed = {one.key: (one.was, one.now) for one in queries.changes(cast.manager, row)}
    assert changed["abnormal.findings"] == ("1条", "2条")


def test_sent_to_the_discharger_and_receipted(cast, report, client):
    client.force_login(cast.discharger.user)
    assert client.get(f"/reports/periodic/{report.pk}/").status_code == 404
    actions.send(cast.manager, actions.seal(cast.manager, actions.approve(cast.manager, report)))
    assert Notice.objects.filter(person=cast.discharger.user, kind="report").count() == 1
    assert "签收" in client.get(f"/reports/periodic/{report.pk}/").content.decode()
    client.post(f"/reports/periodic/{report.pk}/", {"verb": "read"})
    report.refresh_from_db()
    assert (report.state, report.read_by) == ("read", cast.discharger.who)


def test_who_may_and_who_may_not(cast, report, client):
    with pytest.raises(PermissionDenied):
        actions.approve(cast.engineer, report)
    client.force_login(cast.outsider.user)
    assert client.get(f"/reports/periodic/{report.pk}/").status_code == 404
    assert AuditLine.objects.filter(verb="make_report").count() == 1


def test_no_contract_no_report(cast, report):
    with pytest.raises(ValidationError, match="没有运维合同"):
        actions.make(cast.manager, cast.houses.plant, "month", date(2025, 3, 1))


def test_docx_has_native_headings_and_tables(report):
    paper = Document(io.BytesIO(docx(report)))
    heads = [one.text for one in paper.paragraphs if one.style.name == "Heading 1"]
    assert heads == [title for _key, title, _part in PARTS]
    assert paper.tables[1].rows[0].cells[0].text == "点位"


def test_pdf_text_can_be_taken_out(report):
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(report))).pages)
    assert "项目概况" in said
    assert "二、设施运行情况" in said


def test_content_survives_json(cast, report):
    sections = written(queries.subject_of(cast.manager, report))
    assert from_json(to_json(sections)) == sections


def test_pages(cast, report, client):
    client.force_login(cast.manager.user)
    listed = client.get("/reports/periodic/").content.decode()
    assert f"/reports/periodic/{report.pk}/" in listed
    made = client.post("/reports/periodic/", {
        "discharger": cast.houses.plant.pk, "level": "quarter", "first": f"{today():%Y-%m}-01"})
    assert made.status_code == 302
    page = client.get(made.url).content.decode()
    assert "补充说明" in page
    assert client.post(made.url, {"verb": "reopen", "said": "x"}).status_code == 200
    assert client.get(made.url[:-1] + ".docx").status_code == 200
