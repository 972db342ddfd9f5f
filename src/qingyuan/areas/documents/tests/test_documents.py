"""Documents: drafted, approved by another, read, reviewed, kept; what the law names is covered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import Instrument
from qingyuan.areas.assets.queries import today
from qingyuan.areas.documents import actions, facts, jobs, keeping, queries
from qingyuan.areas.documents.models import Document, Version
from qingyuan.areas.documents.systems import starters, systems
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.search import index
from qingyuan.assess.capability.facts import Facts, within
from qingyuan.assess.capability.papers import system_of


@pytest.fixture
def entered(cast):
    def enter(number="ZD-100", systems=("archives",), **said) -> Document:
        return keeping.add(cast.reviewer, number=number, title="示例制度", systems=list(systems),
                           owner=cast.reviewer.user, **{"kind": "policy", **said})
    return enter


@pytest.fixture
def approved(cast, entered):
    def enter(text="## 步骤\n1. 零点校准", effective=None, document=None, **said) -> Version:
        row = document or entered(**said)
        made = actions.submit(cast.reviewer, actions.draft(
            cast.reviewer, row, text=text, summary="示例修改"))
        return actions.approve(cast.manager, made, effective or today())
    return enter


def state(cast, key):
    return next(one.state for one in queries.coverage(
        queries.documents_of(cast.manager), today()) if one.system.key == key)


def test_the_systems_of_clause_and_law_are_all_there_and_capability_knows_them():
    named = [one for one in systems().values() if one.list == "om_standard"]
    assert [system_of(one.capability) for one in named] == [
        "personnel", "supervision", "hazardous_waste", "archives", "reporting", "sop"]
    assert sum(one.list == "huanfa-2008-6" for one in systems().values()) == 7
    covered = {key for one in starters().values() for key in one.systems}
    assert covered <= systems().keys()
    assert {one.key for one in systems().values() if one.required} <= covered
    for part in ("目的", "适用范围", "职责", "步骤", "记录"):
        assert all(f"## {part}" in one.text for one in starters().values())


def test_a_starter_is_a_draft_and_counts_for_nothing_until_it_is_approved(cast):
    assert facts.documents(cast.houses.unit, today()) is None
    made = keeping.adopt(cast.reviewer, "archives")
    assert (made.state, state(cast, "archives")) == ("draft", "missing")
    [fact] = facts.documents(cast.houses.unit, today())
    assert (fact.system, fact.approved, fact.effective) == ("archives", None, None)
    actions.submit(cast.reviewer, made)
    assert state(cast, "archives") == "review"
    actions.approve(cast.manager, made, today())
    assert state(cast, "archives") == state(cast, "law.quality") == "force"
    [fact] = facts.documents(cast.houses.unit, today())
    assert (fact.approved, fact.effective, fact.until) == (today(), today(), None)
    assert Facts(documents=(fact,)).documents == (fact,)


def test_an_author_does_not_approve_unless_the_unit_says_so_with_a_reason(cast, entered):
    made = actions.submit(cast.manager, actions.draft(cast.manager, entered(), text="示例"))
    with pytest.raises(ValidationError, match="起草人不能批准"):
        actions.approve(cast.manager, made, today())
    with pytest.raises(ValidationError, match="依据"):
        keeping.set_settings(cast.manager, True, "")
    keeping.set_settings(cast.manager, True, "示例：仅一名负责人")
    assert actions.approve(cast.manager, made, today()).state == "approved"


def test_a_refused_version_is_a_draft_again_with_the_reason_and_its_author_is_told(cast, entered):
    made = actions.submit(cast.reviewer, actions.draft(cast.reviewer, entered(), text="示例"))
    actions.comment(cast.reviewer, made, "示例意见")
    with pytest.raises(ValidationError, match="意见"):
        actions.refuse(cast.manager, made, " ")
    assert actions.refuse(cast.manager, made, "缺少职责").state == "draft"
    assert [one.verdict for one in made.comments.all()] == ["", "refused"]
    assert Notice.objects.filter(person=cast.reviewer.user, title__startswith="退回").count() == 1
    with pytest.raises(PermissionDenied):
        actions.approve(cast.reviewer, made, today())


def test_a_version_of_a_later_day_leaves_the_former_in_force_until_then(cast, approved):
    first = approved()
    later = today() + timedelta(days=10)
    second = approved("新正文", later, first.document)
    first.refresh_from_db()
    row = queries.documents_of(cast.manager).get()
    assert first.until == later - timedelta(days=1)
    assert queries.current(row, today()) == first
    assert queries.current(row, later) == second
    assert queries.state_on(second, today()) == "coming"
    held = facts.documents(cast.houses.unit, today())
    assert sum(within(later, one.effective, one.until) for one in held) == 1
    draft = actions.submit(cast.reviewer, actions.draft(
        cast.reviewer, row, text="再新", summary="示例"))
    with pytest.raises(ValidationError, match="晚于"):
        actions.approve(cast.manager, draft, later)
    with pytest.raises(ValidationError, match="早于今天"):
        actions.approve(cast.manager, draft, today() - timedelta(days=1))


def test_a_reading_is_of_exactly_the_text_and_shows_who_has_not_read(cast, approved):
    made = approved(read_roles=["engineer"], readers=[cast.storekeeper.user])
    assert [one.username for one in queries.must_read(made.document)] == [
        "engineer", "storekeeper"]
    assert queries.to_read(cast.engineer) == queries.to_read(cast.storekeeper) == [made]
    with pytest.raises(ValidationError, match="已有变化"):
        actions.read(cast.engineer, made, "0" * 64)
    signed = actions.read(cast.engineer, made, made.sha256)
    assert actions.read(cast.engineer, made, made.sha256) == signed
    assert (signed.sha256, queries.to_read(cast.engineer)) == (made.sha256, [])
    assert AuditLine.objects.filter(verb="read_version").count() == 1
    assert Notice.objects.filter(person=cast.engineer.user, title__startswith="请阅读").exists()


def test_a_review_is_warned_of_once_and_putting_it_off_needs_a_look(cast, approved):
    made = approved()
    old = today() - timedelta(days=400)
    Version.objects.filter(pk=made.pk).update(approved_on=old, effective=old)
    assert state(cast, "archives") == "overdue"
    assert (jobs.warn_of_reviews(), jobs.warn_of_reviews()) == ("1 reviews told", "")
    assert Notice.objects.filter(person=cast.reviewer.user, kind="expiry").count() == 1
    keeping.review(cast.reviewer, made.document, "示例：仍适用")
    assert state(cast, "archives") == "force"


def test_nothing_is_destroyed_before_its_time_or_while_it_is_held(cast, approved):
    made = approved()
    with pytest.raises(ValidationError, match="未作废"):
        keeping.destroy(cast.manager, made.document, "示例")
    actions.withdraw(cast.manager, made, "示例：不再使用")
    assert state(cast, "archives") == "missing"
    with pytest.raises(ValidationError, match="期满前"):
        keeping.destroy(cast.manager, made.document, "示例")
    last = queries.months_later(today(), -60) - timedelta(days=1)
    Version.objects.filter(pk=made.pk).update(until=last)
    keeping.hold(cast.manager, made.document, True, "示例诉讼")
    with pytest.raises(ValidationError, match="示例诉讼"):
        keeping.destroy(cast.manager, made.document, "示例")
    keeping.hold(cast.manager, made.document, False, "示例：结案")
    keeping.destroy(cast.manager, made.document, "示例：期满")
    assert not Document.objects.exists()
    assert AuditLine.objects.get(verb="destroy_document").before["versions"] == [[1, made.sha256]]


def test_records_of_tests_are_kept_six_years_and_no_retention_is_made_shorter(cast, entered):
    with pytest.raises(ValidationError, match="不少于 6 年"):
        entered(basis="cma", retention_years=5)
    row = entered(basis="cma", retention_years=8)
    with pytest.raises(ValidationError, match="不能缩短"):
        keeping.change(cast.reviewer, row, retention_years=7)


def test_instructions_are_found_by_the_instrument_the_closest_first(cast, approved, served):
    one = Instrument.objects.create(system=served().system, name="示例分析仪", maker="示例甲",
                                    model="EX-1", since=today())
    near = approved(number="A-2", kind="instruction", maker="示例甲", model="ex-1",
                    duties=["hj75.gas.backpurge_filter"])
    anyone = approved(number="A-1", kind="instruction")
    approved(number="A-3", kind="instruction", model="EX-2")
    assert queries.instructions_for(cast.houses.unit, one) == [near, anyone]
    assert queries.instructions_for_duty(
        cast.houses.unit, "hj75.gas.backpurge_filter") == [near]
    with pytest.raises(ValidationError, match="没有这项任务"):
        approved(number="A-4", duties=["hj75.none"])


def test_the_text_is_found_and_another_unit_sees_nothing(cast, approved, browser_of):
    made = approved()
    assert [one.ref for one in index.find(cast.engineer, "校准", kinds=["document"]).rows] == [
        f"document:{made.document_id}"]
    assert index.find(cast.outsider, "校准").total == 0
    with pytest.raises(Document.DoesNotExist):
        keeping.review(cast.outsider, made.document, "x")
    with pytest.raises(Version.DoesNotExist):
        actions.withdraw(cast.outsider, made, "x")
    with pytest.raises(PermissionDenied):
        actions.draft(cast.engineer, made.document, text="x")
    for tail in ("", "edit/", "diff/", "offline/", f"files/{'0' * 64}/"):
        assert browser_of("outsider").get(
            f"/documents/{made.document_id}/{tail}").status_code == 404


def test_pages_show_what_stands_and_take_what_is_done(cast, approved, browser_of, budget):
    made = approved(read_roles=["manager"], kind="instruction")
    pk, manager = made.document_id, browser_of("manager")
    with budget("documents"):
        page = manager.get("/documents/?state=force&system=archives")
    assert "示例制度" in page.content.decode()
    with budget("document"):
        page = manager.get(f"/documents/{pk}/")
    assert "<li>零点校准</li>" in page.content.decode()
    assert manager.post(f"/documents/{pk}/", {
        "verb": "read", "number": 1, "sha256": made.sha256}).status_code == 302
    assert manager.post(f"/documents/{pk}/", {
        "verb": "draft", "text": "## 步骤\n1. 量程校准"}).status_code == 422
    assert manager.post(f"/documents/{pk}/", {"verb": "draft", "text": "## 步骤\n1. 量程校准",
                                              "summary": "示例"}).status_code == 302
    said = manager.get(f"/documents/{pk}/diff/").content.decode()
    assert "＋ 1. 量程校准" in said
    assert "－ 1. 零点校准" in said
    for address in ("systems/", "to-read/", "new/", "settings/", f"{pk}/edit/"):
        assert manager.get(f"/documents/{address}").status_code == 200
    for address in ("offline/", f"{pk}/offline/"):
        copy = manager.get(f"/documents/{address}")
        assert "零点校准" in copy.content.decode()
        assert "仅代表" in copy.content.decode()
        assert "<link" not in copy.content.decode()


def test_a_starter_is_taken_by_its_button(cast, browser_of):
    answer = browser_of("reviewer").post("/documents/systems/", {"starter": "sop"})
    assert answer.status_code == 302
    assert Version.objects.get().starter == "sop"
    assert browser_of("reviewer").post("/documents/systems/", {"starter": "x"}).status_code == 404
