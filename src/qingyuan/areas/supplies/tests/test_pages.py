"""The pages of the store, by role, with their budgets."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from qingyuan.areas.assets.queries import today
from qingyuan.areas.supplies import actions, catalogue, importing
from qingyuan.areas.supplies.models import LoanOut, Move, Part, Store


@pytest.fixture
def shelf(cast):
    """A store with a batch of tubes that expires soon, and a machine that may be lent."""
    who = cast.storekeeper
    store = catalogue.add_store(who, name="备件库", own=True, shared=False)
    part = catalogue.add_part(who, code="G-001", name="蠕动泵管", kind="consumable", unit="根")
    actions.receive(who, store, part, 5, lot="A1", expires=today() + timedelta(days=20))
    machine = catalogue.add_part(who, code="S-1", name="备用分析仪", kind="standby", unit="台")
    actions.receive(who, store, machine, 1, serial="SN-1")
    return store, part, machine


@pytest.mark.parametrize(("name", "query", "words"), [
    ("stock", "", "蠕动泵管"), ("stock", "?state=expiring", "A1"),
    ("stock", "?state=short", "物料"),
    ("moves", "", "SN-1"), ("moves", "?kind=issue&since=2026-01-01", "没有符合条件"),
    ("stores", "", "备件库"), ("count", "", "盘点表"), ("reorder", "", "采购建议"),
    ("loans", "", "还没有借出备机"), ("part-new", "", "添加物料"), ("import", "", "下载模板"),
])
def test_each_page_opens_within_its_budget(shelf, browser_of, budget, name, query, words):
    browser = browser_of("storekeeper")
    browser.get(reverse("supplies:stores"))
    with budget(f"supplies {name}"):
        answer = browser.get(reverse(f"supplies:{name}") + query)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_the_page_of_a_part_moves_it_once_however_often_it_is_sent(shelf, browser_of, budget):
    store, part, _machine = shelf
    browser, address = browser_of("storekeeper"), reverse("supplies:part", args=[part.pk])
    with budget("supplies part"):
        shown = browser.get(address).content.decode()
    assert "领用到工单的" in shown
    sent = {"verb": "issue", "store": store.pk, "quantity": 2, "reason": "更换", "client_id": "x1"}
    for _again in range(2):
        assert browser.post(address, sent).status_code == 302
    assert Move.objects.filter(kind="issue").count() == 1
    late = browser.post(address, {**sent, "quantity": 9, "client_id": "x2"})
    assert late.status_code == 422
    assert "只有 3 根，不足 9 根" in late.content.decode()
    sent = {"verb": "give_back", "store": store.pk, "quantity": 1, "ref": "", "client_id": "x3"}
    assert browser.post(address, sent).status_code == 302
    assert browser_of("reviewer").post(address, sent).status_code == 404
    assert browser_of("outsider").get(address).status_code == 404
    assert browser_of("inspector").get(address).status_code == 403


def test_what_a_part_fits_and_its_minimum_are_said_on_its_page(shelf, browser_of, cast):
    from qingyuan.areas.assets.offices import add_office

    _store, part, _machine = shelf
    office = add_office(cast.manager, name="示例办事处", area="650100", since=today())
    browser, address = browser_of("storekeeper"), reverse("supplies:part", args=[part.pk])
    browser.post(address, {"verb": "fit", "kind": "gas", "technique": "extractive"})
    browser.post(address, {"verb": "minimum", "office": office.pk, "quantity": 9})
    assert [str(one) for one in part.fits.all()] == ["废气 完全抽取法"]
    assert "示例办事处 0 / 9" in browser.get(
        reverse("supplies:stock") + "?state=short").content.decode()
    browser.post(address, {"verb": "drop_fit", "fit": part.fits.get().pk})
    assert not part.fits.exists()


def test_a_count_sheet_is_entered_whole_or_not_at_all(shelf, browser_of):
    store, part, machine = shelf
    tube, one = part.batches.get(), machine.batches.get()
    browser, address = browser_of("storekeeper"), reverse("supplies:count")
    sent = {"store": store.pk, "request_id": "c1", f"n{tube.pk}": "4", f"n{one.pk}": "1"}
    refused = browser.post(address, sent)
    assert refused.status_code == 422
    assert "账面 5，实盘 4" in refused.content.decode()
    assert not Move.objects.filter(kind="count").exists()
    assert browser.post(address, {**sent, f"r{tube.pk}": "破损"}).status_code == 302
    assert sorted(Move.objects.filter(kind="count").values_list("quantity", flat=True)) == [-1, 0]


def test_a_move_is_taken_back_on_its_page(shelf, browser_of):
    move = Move.objects.get(part=shelf[1])
    browser, address = browser_of("storekeeper"), reverse("supplies:move", args=[move.pk])
    assert browser.post(address, {"reason": ""}).status_code == 422
    browser.post(address, {"reason": "录错"})
    assert Move.objects.get(reverses=move).quantity == -5
    assert "已冲正" in browser.get(address).content.decode()


def test_a_machine_is_lent_and_brought_back_on_one_page(shelf, browser_of, station):
    store, _part, machine = shelf
    browser, address = browser_of("engineer"), reverse("supplies:loans")
    balance = machine.balances.get()
    browser.post(address, {"machine": balance.pk, "point": station().point.pk,
                           "due": today().isoformat(), "reason": "返厂"})
    loan = LoanOut.objects.get()
    assert "SN-1" in browser.get(address + "?state=out").content.decode()
    browser.post(address, {"verb": "back", "loan": loan.pk, "store": store.pk})
    loan.refresh_from_db()
    assert loan.returned == today()


def _book(*rows) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in (list(importing.HEADS), *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_catalogue_and_opening_stock_come_from_a_workbook_whole_and_once(cast, shelf):
    before = Part.objects.count()
    good = _book(importing.EXAMPLE, ("C-1", "示例光源", "核心备件", "件", *[""] * 4, "备件库", 2))
    bad = _book(importing.EXAMPLE, ("C-2", "示例光源", "别的", "件"))
    assert importing.enter(cast.storekeeper, bad)[2][0].line == 3
    assert Part.objects.count() == before
    assert importing.enter(cast.storekeeper, good) == (2, 2, [])
    count = Move.objects.count()
    importing.enter(cast.storekeeper, good)
    assert Move.objects.count() == count
    assert Part.objects.get(code="G-001").per_set == 2


def test_the_proposals_are_a_workbook(shelf, browser_of):
    store, part, _machine = shelf
    part = Part.objects.get(pk=part.pk)
    answer = browser_of("manager").get(reverse("supplies:reorder-export", args=["xlsx"]))
    sheet = load_workbook(BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]][7] == "建议采购"


def test_the_api_moves_stock_with_the_same_actions(shelf, browser_of):
    store, part, _machine = shelf
    browser = browser_of("storekeeper")
    body = {"store": store.pk, "part": part.pk, "quantity": 9, "reason": "更换"}
    path = "/api/v1/supplies"
    assert browser.post(f"{path}/issue", body, content_type="application/json").status_code == 422
    made = browser.post(f"{path}/issue", {**body, "quantity": 2}, content_type="application/json")
    assert made.json()[0]["quantity"] == -2
    listed = {row["code"]: row["stock"] for row in browser.get(path).json()}
    assert listed == {"G-001": 3, "S-1": 1}
    assert Store.objects.count() == 1
