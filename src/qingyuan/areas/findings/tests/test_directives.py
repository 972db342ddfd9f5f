"""Orders received: entered, warned of, answered with proof, closed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings import directives, jobs
from qingyuan.areas.findings.models import Directive, Finding
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = 86_400_000


@pytest.fixture
def received(cast, point):
    """``received(deadline=…)``: one of the bureau, for the engineer to answer."""

    def enter(**facts):
        return directives.receive(cast.reviewer, **{
            "kind": "supervision", "source": "示例生态环境局", "number": "示环督〔2026〕12号",
            "title": "1 号排口数据异常督办", "problem": "颗粒物连续恒值", "received_on": today(),
            "deadline": today() + timedelta(days=10), "points": [point],
            "person": cast.engineer.user, **facts})

    return enter


def paper(name="回复.pdf", more=b""):
    return SimpleUploadedFile(name, PDF + more, content_type="application/pdf")


def test_from_paper_to_struck_off_by_the_pages(cast, point, browser_of, budget, places):
    client = browser_of("reviewer")
    said = {"kind": "supervision", "source": "示例生态环境局", "number": "12号",
            "title": "数据异常", "problem": "恒值", "received_on": today(),
            "deadline": today() + timedelta(days=5),
            "person": cast.engineer.user.pk, "points": [point.pk], "files": paper("来文.pdf")}
    assert client.post("/directives/new/", {**said, "deadline": "2020-01-01",
                                            "files": paper()}).status_code == 422
    client.post("/directives/new/", said)
    row = Directive.objects.get()
    address = f"/directives/{row.pk}/"
    assert Notice.objects.get(person=cast.engineer.user).link == address
    engineer = browser_of("engineer")
    with budget("directives"):
        assert "数据异常" in engineer.get("/directives/?mine=1").content.decode()
    engineer.post(address, {"verb": "reply", "reply": "已更换光源", "files": paper(more=b"%1")})
    engineer.post(address, {"verb": "proof", "text": "复测", "files": paper("复测.pdf", b"%2")})
    assert engineer.post(address, {"verb": "close", "why": "x"}).status_code == 404
    client = browser_of("reviewer")
    client.post(address, {"verb": "close", "why": "示环函〔2026〕3号复核通过"})
    row.refresh_from_db()
    assert (row.state, len(row.proof)) == ("closed", 3)
    with budget("directive"):
        page = client.get(address).content.decode()
    assert "复测.pdf" in page
    assert client.get(f"{address}files/{row.proof[0]}/").content == PDF
    assert list(row.entries.values_list("verb", flat=True)) == [
        "receive", "reply", "proof", "close"]
    assert list(AuditLine.objects.filter(kind="findings.directive").order_by("id").values_list(
        "verb", flat=True)) == ["receive_directive", "reply_directive", "add_directive_proof",
                                "close_directive"]


def test_warned_before_the_day_and_after_it_until_answered(cast, received, now):
    row = received(deadline=today() + timedelta(days=5))
    assert jobs.warn_directives(now) == ""
    assert jobs.warn_directives(now + 2 * DAY) == "1 directives due"
    assert jobs.warn_directives(now + 3 * DAY) == ""
    one = Finding.objects.get()
    assert (one.kind, one.person, one.severity) == ("directive_due", cast.engineer.user, "alarm")
    assert jobs.warn_directives(now + 6 * DAY) == "1 directives due"
    one.refresh_from_db()
    assert (one.severity, one.title) == ("critical", f"督办单已逾期：{row.title}")
    told = Notice.objects.filter(person=cast.engineer.user).order_by("id")
    assert [notice.kind for notice in told] == ["directive", "finding", "directive"]
    directives.reply(cast.engineer, row, "已更换光源")
    one.refresh_from_db()
    assert (one.state, one.open) == ("closed", False)
    directives.reopen(cast.reviewer, row, "来文单位要求补充")
    assert jobs.warn_directives(now + 6 * DAY) == "1 directives due"
    assert Finding.objects.filter(open=True).count() == 1


def test_a_later_deadline_takes_the_warning_back(cast, received, now):
    row = received(deadline=today() + timedelta(days=1))
    jobs.warn_directives(now)
    directives.edit(cast.manager, row, **{name: getattr(row, name) for name in (
        "kind", "source", "number", "title", "problem", "received_on")},
        deadline=today() + timedelta(days=30), points=list(row.points.all()),
        person=cast.manager.user)
    assert not Finding.objects.filter(open=True).exists()
    assert jobs.warn_directives(now) == ""
    line = AuditLine.objects.get(verb="edit_directive")
    assert set(line.after) == {"deadline", "person"}
    assert Notice.objects.filter(person=cast.manager.user, kind="directive").count() == 1


def test_who_reads_it_and_who_does_not(cast, received, browser_of):
    row = received()
    page = browser_of("discharger").get(f"/directives/{row.pk}/").content.decode()
    assert "颗粒物连续恒值" in page
    assert 'name="verb"' not in page
    assert browser_of("discharger").post(f"/directives/{row.pk}/", {
        "verb": "reply", "reply": "x"}).status_code == 404
    for way in ("", "edit/", f"files/{'0' * 64}/"):
        assert browser_of("outsider").get(f"/directives/{row.pk}/{way}").status_code == 404
    with pytest.raises(Directive.DoesNotExist):
        directives.reply(cast.outsider, row, "x")
    with pytest.raises(PermissionDenied):
        directives.close(cast.engineer, row, "x")
    assert "示环督" in browser_of("manager").get("/directives/table.csv").content.decode()


@pytest.mark.parametrize(("said", "field"), [
    ({"source": " "}, "source"), ({"kind": "x"}, "kind"),
    ({"deadline": date(2020, 1, 1)}, "deadline"), ({"files": ["0" * 64]}, "files")])
def test_what_cannot_be_entered(received, said, field):
    with pytest.raises(ValidationError) as refused:
        received(**said)
    assert field in refused.value.message_dict
    assert not Directive.objects.exists()


def test_a_point_or_person_of_another_unit_is_refused(cast, received, neighbour):
    for said in ({"points": [neighbour.point]}, {"person": cast.outsider.user}):
        with pytest.raises(ValidationError):
            received(**said)
