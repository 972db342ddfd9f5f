"""What was used for an order, issued and given back on its page."""

import pytest
from django.urls import reverse

from qingyuan.areas.maintenance.orders import actions, queries
from qingyuan.areas.supplies import actions as stock
from qingyuan.areas.supplies import catalogue
from qingyuan.areas.supplies.queries import moves_for


@pytest.fixture
def order(cast, station):
    return actions.open_order(cast.manager, station().point, kind="repair", symptom="泵不转",
                              found_at=queries.now_ms() - 3_600_000)


def test_parts_are_issued_to_an_order_and_what_is_left_comes_back(cast, order, browser_of):
    store = catalogue.add_store(cast.storekeeper, name="备件库")
    part = catalogue.add_part(cast.storekeeper, code="P-1", name="示例泵头", kind="core")
    stock.receive(cast.storekeeper, store, part, 3)
    browser = browser_of("engineer")
    page = reverse("maintenance:order", args=[order.pk])
    act = reverse("maintenance:order-parts", args=[order.pk])
    assert "没有领用物料" in browser.get(page).content.decode()
    sent = {"verb": "issue", "part": part.pk, "store": store.pk, "quantity": 2}
    for key in ("a", "a"):
        assert browser.post(act, {**sent, "client_id": key}).status_code == 302
    browser.post(act, {**sent, "verb": "return", "quantity": 1, "client_id": "b"})
    refused = browser.post(act, {**sent, "quantity": 9, "client_id": "c"}, follow=True)
    assert "不足 9 件" in refused.content.decode()
    rows = moves_for(cast.houses.unit, f"order:{order.pk}")
    assert [(one.kind, one.quantity) for one in rows] == [("issue", -2), ("return", 1)]
    assert order.number in browser_of("storekeeper").get(
        reverse("supplies:moves")).content.decode()
    assert "用料" not in browser_of("discharger").get(page).content.decode()
    assert browser_of("outsider").post(act, sent).status_code == 404
