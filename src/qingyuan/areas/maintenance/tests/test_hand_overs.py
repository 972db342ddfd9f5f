"""Hand-over: what is listed, who signs, and that everything changes hands in one act or not."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from qingyuan.areas.assets import contracts
from qingyuan.areas.assets.models import EntryCondition, EntryPermit, PointKeeper, ServiceContract
from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.maintenance.agreements import hand_overs, queries
from qingyuan.areas.maintenance.models import HandOver, Task, WorkOrder
from qingyuan.areas.maintenance.orders import actions as orders
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.organisations.models import AuditLine, Membership, Organisation, User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.facts import set_parameter

pytestmark = pytest.mark.django_db


@pytest.fixture
def heir(cast) -> Scope:
    """The engineer who takes over."""
    user = User.objects.create(username="heir", name="示例heir")
    Membership.objects.create(user=user, organisation=cast.houses.unit, role="engineer")
    return Scope(cast.houses.unit, "engineer", user)


@pytest.fixture
def kept(served, cast):
    """A point the engineer keeps, with planned visits that are his, an order of his, a permit, a
    parameter and a condition at the gate."""
    one = served(since=today() - timedelta(days=40))
    PointKeeper.objects.create(organisation=one.unit, point=one.point,
                               person=cast.engineer.user, since=today() - timedelta(days=40))
    clocks.refresh(one.unit)
    plan(one.unit)
    orders.open_order(cast.manager, one.point, kind="repair", symptom="采样泵异响",
                      person=cast.engineer.user)
    set_parameter(cast.manager, one.point, "duct_area_m2", 12.5,
                  since=int(midnight(today() - timedelta(days=9)).timestamp()))
    EntryCondition.objects.create(
        discharger=cast.houses.plant, kind="escort", contact="示例门卫", since=today())
    EntryPermit.objects.create(
        organisation=one.unit, kind="person_permit", person=cast.engineer.user,
        discharger=cast.houses.plant, number="证-1", since=today())
    return one


def drafted(cast, kept, heir) -> HandOver:
    return hand_overs.draft(
        cast.engineer, kind="engineer", points=[kept.point], day=today(), taker=heir.user)


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(out, "PNG")
    return SimpleUploadedFile("sign.png", out.getvalue(), "image/png")


def test_the_list_tells_all_that_the_data_know(cast, kept, heir):
    row = drafted(cast, kept, heir)
    parts = {part: [line["what"] for line in row.items if line["part"] == part]
             for part in ("tasks", "orders", "dues", "parameters", "permits", "entry")}
    mine = Task.objects.filter(person=cast.engineer.user, point=kept.point)
    assert len(parts["tasks"]) == mine.count() > 0
    assert "采样泵异响" in parts["orders"][0]
    assert any("CEMS零点/量程漂移与校准记录表" in what for what in parts["dues"])
    assert "12.5 m²" in parts["parameters"][0]
    assert "证-1" in parts["permits"][0]
    assert "示例门卫" in parts["entry"][0]
    refs = {line["ref"].partition(":")[0] for line in row.items}
    assert refs == {"task", "order", "due", "parameter", "permit", "entry"}


def test_keys_and_cylinders_are_typed_and_stay_when_it_is_drawn_anew(cast, kept, heir):
    row = hand_overs.add_item(cast.engineer, drafted(cast, kept, heir), "keys", "站房钥匙 2 把")
    row = hand_overs.add_item(cast.engineer, row, "cylinders", "SO2 标气 8 L，余压 6 MPa")
    Task.objects.filter(pk=Task.objects.filter(person=cast.engineer.user).first().pk).update(
        state="cancelled")
    again = hand_overs.redraw(cast.engineer, row)
    assert [line["what"] for line in again.items if not line["ref"]] == [
        "站房钥匙 2 把", "SO2 标气 8 L，余压 6 MPa"]
    assert len(again.items) == len(row.items) - 1
    with pytest.raises(ValidationError, match="手工填写"):
        hand_overs.remove_item(cast.engineer, again, 0)
    assert len(hand_overs.remove_item(
        cast.engineer, again, len(again.items) - 1).items) == len(again.items) - 1


def test_with_the_second_signature_everything_is_the_takers(cast, kept, heir):
    row = drafted(cast, kept, heir)
    hand_overs.give(cast.engineer, row, name="示例甲", signature=picture())
    assert Task.objects.filter(person=cast.engineer.user).exists()
    done = hand_overs.take(heir, row)
    assert (hand_overs.state_of(done), done.taken["name"]) == ("done", "示例heir")
    assert len(done.given["sha256"]) == 64
    assert not Task.objects.filter(
        person=cast.engineer.user, state__in=queries.OPEN).exists()
    assert Task.objects.filter(person=heir.user, state="assigned").exists()
    order = WorkOrder.objects.get()
    assert order.person == heir.user
    assert order.entries.filter(verb="transfer").exists()
    old, new = PointKeeper.objects.filter(point=kept.point).order_by("since")
    assert (old.until, new.person, new.since) == (
        today() - timedelta(days=1), heir.user, today())
    assert AuditLine.objects.filter(verb="take_hand_over").get().after["orders"] == 1


def test_a_backup_stays_a_backup(cast, kept, heir):
    PointKeeper.objects.update(backup=True)
    row = drafted(cast, kept, heir)
    hand_overs.give(cast.engineer, row)
    hand_overs.take(heir, row)
    assert PointKeeper.objects.get(person=heir.user).backup


def test_all_or_nothing(cast, kept, heir, monkeypatch):
    row = drafted(cast, kept, heir)
    hand_overs.give(cast.engineer, row)
    # The taker has left the company meanwhile: his care cannot be entered.
    Membership.objects.filter(user=heir.user).update(active=False)
    with pytest.raises(ValidationError):
        hand_overs.take(heir, row)
    row.refresh_from_db()
    assert (row.taken, row.done_at) == (None, None)
    assert Task.objects.filter(person=cast.engineer.user).exists()
    assert not Task.objects.filter(person=heir.user).exists()


def test_who_signs(cast, kept, heir):
    row = drafted(cast, kept, heir)
    with pytest.raises(ValidationError, match="还没有签字"):
        hand_overs.take(heir, row)
    with pytest.raises(PermissionDenied):
        hand_overs.give(heir, row)
    with pytest.raises(PermissionDenied):
        hand_overs.give(cast.reviewer, row)
    with pytest.raises(HandOver.DoesNotExist):
        hand_overs.give(cast.outsider, row)
    hand_overs.give(cast.manager, row)  # the manager signs for him
    with pytest.raises(PermissionDenied):
        hand_overs.take(cast.engineer, row)
    with pytest.raises(ValidationError, match="移交方已签字"):
        hand_overs.add_item(cast.engineer, row, "keys", "钥匙")


def test_an_engineer_hands_over_only_his_own(cast, kept, heir):
    with pytest.raises(PermissionDenied):
        hand_overs.draft(heir, kind="engineer", points=[kept.point], day=today(),
                         giver=cast.engineer.user, taker=heir.user)
    with pytest.raises(PermissionDenied):
        hand_overs.draft(cast.engineer, kind="contract", points=[kept.point], day=today(),
                         taking_unit=cast.houses.other)
    with pytest.raises(ValidationError, match="本单位"):
        hand_overs.draft(cast.engineer, kind="engineer", points=[kept.point], day=today(),
                         taker=cast.outsider.user)
    with pytest.raises(ValidationError, match="同一人"):
        hand_overs.draft(cast.manager, kind="engineer", points=[kept.point], day=today(),
                         giver=heir.user, taker=heir.user)


def test_sent_back_and_withdrawn(cast, kept, heir):
    row = drafted(cast, kept, heir)
    hand_overs.give(cast.engineer, row)
    back = hand_overs.send_back(heir, row, "缺站房钥匙")
    assert (hand_overs.state_of(back), back.note) == ("draft", "缺站房钥匙")
    assert hand_overs.state_of(hand_overs.withdraw(cast.engineer, row, "不交接了")) == "withdrawn"
    with pytest.raises(ValidationError, match="已撤销"):
        hand_overs.give(cast.engineer, row)


@pytest.fixture
def contract(cast, kept) -> HandOver:
    """The unit's contract ends in five days; the other unit's begins the day after."""
    last = today() + timedelta(days=5)
    contracts.end_contract(cast.discharger, ServiceContract.objects.all(), last)
    contracts.add_contract(cast.discharger, [kept.point], since=last + timedelta(days=1),
                           om_unit=cast.houses.other)
    return hand_overs.draft(cast.manager, kind="contract", points=[kept.point], day=last,
                            taking_unit=cast.houses.other)


def test_between_units_what_follows_is_the_new_ones(cast, kept, contract):
    under = Task.objects.filter(day__gt=contract.day).first()
    hand_overs.give(cast.manager, contract, name="示例经理")
    done = hand_overs.take(cast.outsider, contract, name="示例接收经理")
    assert done.taken["name"] == "示例接收经理"
    under.refresh_from_db()
    assert under.state == "withdrawn"
    own = Task.objects.filter(organisation=cast.houses.unit, state__in=queries.OPEN)
    assert not own.filter(day__gt=contract.day).exists()
    theirs = Task.objects.filter(organisation=cast.houses.other)
    assert theirs.exists()
    assert theirs.order_by("day").first().day > contract.day
    assert PointKeeper.objects.get(organisation=cast.houses.unit).until == contract.day
    lines = AuditLine.objects.filter(verb="withdraw_task", object_id=under.pk)
    assert [line.organisation for line in lines] in ([], [cast.houses.unit])


def test_the_other_unit_sees_this_hand_over_and_nothing_else(
        cast, contract, heir, kept, browser_of):
    other = drafted(cast, kept, heir)
    client, page = browser_of("outsider"), f"/hand-overs/{contract.pk}/"
    assert client.get(page).status_code == 404  # a draft is its author's
    hand_overs.give(cast.manager, contract)
    assert client.get(page).status_code == 200
    assert list(queries.hand_overs_of(cast.outsider)) == [contract]
    assert client.get(f"/hand-overs/{other.pk}/").status_code == 404
    assert client.post(page, {"verb": "redraw"}).status_code == 404
    assert client.post(page, {"verb": "withdraw", "why": "x"}).status_code == 404
    task = Task.objects.filter(organisation=cast.houses.unit).first()
    assert client.get(f"/tasks/{task.pk}/joint/").status_code == 404
    assert client.post(page, {"verb": "sign", "name": "示例接收经理"}).status_code == 302
    contract.refresh_from_db()
    assert contract.done_at is not None


def test_a_unit_is_named_not_picked_from_a_list_of_all(cast, kept, heir, browser_of):
    Organisation.objects.create(kind="om_unit", name="示例无关运维公司")
    client = browser_of("manager")
    page = client.get("/hand-overs/new/").content.decode()
    assert kept.point.organisation.name in page
    assert "示例无关运维公司" not in page
    facts = {"kind": "contract", "day": today(), "points": [kept.point.pk]}
    wrong = client.post("/hand-overs/new/", {**facts, "taking_unit": "示例没有的公司"})
    assert wrong.status_code == 422
    assert "请核对单位全称" in wrong.content.decode()
    client.post("/hand-overs/new/", {**facts, "taking_unit": " 示例无关运维公司 "})
    assert HandOver.objects.get().taking_unit.name == "示例无关运维公司"


def test_without_points_all_that_the_giver_looks_after_change_hands(
        cast, kept, heir, browser_of):
    browser_of("manager").post("/hand-overs/new/", {
        "kind": "engineer", "day": today(), "giver": cast.engineer.user.pk,
        "taker": heir.user.pk})
    assert [point.pk for point in HandOver.objects.get().points.all()] == [kept.point.pk]


def test_a_limit_is_told_with_its_factor(cast, kept, heir):
    set_parameter(cast.manager, kept.point, "limit.a21002", 100.0, since=1)
    row = drafted(cast, kept, heir)
    assert any("氮氧化物排放限值 100 mg/m³" in line["what"] for line in row.items)


def test_pages(cast, kept, heir, browser_of, budget):
    client = browser_of("engineer")
    made = client.post("/hand-overs/new/", {
        "kind": "engineer", "day": today(), "giver": cast.engineer.user.pk,
        "taker": heir.user.pk, "points": [kept.point.pk]})
    row = HandOver.objects.get()
    page = f"/hand-overs/{row.pk}/"
    assert made["Location"] == page
    assert client.post(page, {
        "verb": "item", "part": "van", "what": "滤芯 10 个", "note": ""}).status_code == 302
    with budget("hand over"):
        shown = client.get(page).content.decode()
    assert "滤芯 10 个" in shown
    assert "采样泵异响" in shown
    assert client.post(page, {
        "verb": "sign", "name": "示例甲", "signature": picture()}).status_code == 302
    assert client.get(f"{page}signatures/given/").status_code == 200
    assert client.get(f"{page}signatures/taken/").status_code == 404
    with budget("hand overs"):
        listed = client.get("/hand-overs/?state=given").content.decode()
    assert "示例heir" in listed
    assert "滤芯 10 个" in client.get(f"{page}?form=csv").content.decode()
    assert browser_of("manager").post(
        page, {"verb": "sign", "name": "示例经理"}).status_code == 302
    assert "已交接" in client.get(page).content.decode()
    assert [browser_of(who).get(page).status_code for who in (
        "outsider", "reviewer", "discharger")] == [404, 403, 403]
