"""Commitments by verb: published, signed by oneself, re-signed, withdrawn."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from qingyuan.areas.assets.queries import today
from qingyuan.areas.conduct import actions, facts, queries
from qingyuan.areas.conduct.models import Commitment, CommitmentText
from qingyuan.areas.files.actions import keep
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.people.actions import save_staff

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (80, 24), "white").save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def staff(cast):
    return save_staff(cast.manager, number="E1", name="示例甲", posts=["om"],
                      hired=date(2025, 1, 1), user=cast.engineer.user)


@pytest.fixture
def text(cast, staff):
    return actions.publish(cast.manager, title="示例承诺书", clauses=["一", "二"],
                           effective=today(), months=12)


def sign(cast, text):
    held = keep(cast.engineer, picture(), kind="signature", name="s.png")
    return actions.sign(cast.engineer, drawn=held.sha256, text=text)


def test_whoever_must_sign_is_told_and_missing_until_then(cast, text):
    assert Notice.objects.filter(person=cast.engineer.user, link="/commitments/sign/").count() == 1
    assert [one.state for one in queries.standings(cast.manager, today())] == ["missing"]
    row = sign(cast, text)
    assert [one.state for one in queries.standings(cast.manager, today())] == ["signed"]
    assert actions.digest(row) == row.digest
    assert AuditLine.objects.filter(verb="sign_commitment").count() == 1


def test_changed_text_no_longer_matches_its_digest(cast, text):
    row = sign(cast, text)
    CommitmentText.objects.filter(pk=text.pk).update(clauses=["一", "三"])
    assert actions.digest(Commitment.objects.get(pk=row.pk)) != row.digest


def test_nobody_signs_for_others_nor_without_drawing(cast, text):
    with pytest.raises(ValidationError, match="没有关联在岗人员"):
        actions.sign(cast.reviewer, drawn="0" * 64, text=text)
    with pytest.raises(ValidationError, match="手写签名"):
        actions.sign(cast.engineer, drawn="0" * 64, text=text)
    with pytest.raises(PermissionDenied):
        actions.publish(cast.engineer, title="x", clauses=["x"], effective=today())


def test_newer_text_asks_again(cast, text):
    sign(cast, text)
    with pytest.raises(ValidationError, match="修改原因"):
        actions.publish(cast.manager, title="新", clauses=["一"], effective=today())
    new = actions.publish(cast.manager, title="新", clauses=["一"], effective=today(),
                          reason="法规修订")
    assert [one.state for one in queries.standings(cast.manager, today())] == ["again"]
    with pytest.raises(ValidationError, match="已更新"):
        sign(cast, text)
    assert sign(cast, new).text.version == 2


@pytest.mark.parametrize(("later", "state"), [(304, "signed"), (310, "expiring"), (366, "expired")])
def test_yearly_signature_runs_out(cast, text, later, state):
    sign(cast, text)
    held = queries.standings(cast.manager, today() + timedelta(days=later))
    assert [one.state for one in held] == [state]


def test_facts_join_signatures_without_a_gap(cast, text, staff):
    assert facts.commitments(cast.houses.unit) == {}
    row = sign(cast, text)
    assert facts.commitments(cast.houses.unit) == {staff.pk: (today(), row.holds_until)}
    Commitment.objects.create(
        organisation=row.organisation, staff=staff, text=text, signed_at=1, account="x",
        signed_on=row.holds_until + timedelta(days=1), drawn="", digest="", holds_until=None)
    assert facts.commitments(cast.houses.unit) == {staff.pk: (today(), None)}


def test_withdrawn_counts_no_more(cast, text, staff):
    row = sign(cast, text)
    actions.withdraw(cast.manager, row, "代签")
    assert facts.commitments(cast.houses.unit) == {}
    assert [one.state for one in queries.standings(cast.manager, today())] == ["missing"]


def test_pages_from_text_to_signature(cast, staff, client):
    client.force_login(cast.manager.user)
    page = client.get("/commitments/texts/").content.decode()
    assert "附录A正文公布后核对" in page
    made = client.post("/commitments/texts/", {
        "title": "示例承诺书", "clauses": "一\n二", "effective": f"{today()}", "posts": ["om"]})
    assert made.status_code == 302
    client.force_login(cast.engineer.user)
    pk = queries.in_force(cast.houses.unit, today()).pk
    refused = client.post("/commitments/sign/", {"text": pk, "agreed": "on"})
    assert (refused.status_code, "invalid-feedback" in refused.content.decode()) == (422, True)
    done = client.post("/commitments/sign/", {
        "text": pk, "agreed": "on", "drawn": SimpleUploadedFile("s.png", picture(), "image/png")})
    assert done.status_code == 302
    assert "内容与签署时一致" in client.get(done.url).content.decode()
    assert client.get(f"{done.url}signature/")["Content-Type"] == "image/png"
    assert client.get("/commitments/table.xlsx").status_code == 200
    assert client.get("/api/v1/commitments").json()[0]["state"] == "signed"
    client.force_login(cast.outsider.user)
    assert client.get(done.url).status_code == 404
