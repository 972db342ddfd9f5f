"""A finding becomes an order and closes with it; a cancelled order gives it back."""

import time

import pytest
from django.core.exceptions import ValidationError

from qingyuan.areas.findings.models import Finding, State
from qingyuan.areas.findings.register import Raise, raise_finding
from qingyuan.areas.maintenance.orders import actions
from qingyuan.areas.maintenance.orders.from_findings import join_order, order_from


@pytest.fixture
def finding(cast, served):
    """Hours of zero at a point of the unit."""
    point = served().point
    return raise_finding(cast.houses.unit, Raise(
        kind="zero", key=f"zero:{point.pk}", title="二氧化硫连续2小时为零", point=point,
        factor="a21026", at=round(time.time() * 1000) - 3_600_000))


def test_order_is_opened_from_it_and_closing_closes_it(cast, finding):
    order = order_from(cast.engineer, finding)
    assert (order.source, order.source_ref, order.kind) == (
        "finding", f"finding:{finding.pk}", "data")
    finding.refresh_from_db()
    assert (finding.order, finding.state) == (f"order:{order.pk}", State.ACKNOWLEDGED)
    actions.accept(cast.manager, order)
    order.clocks.update(state="met")
    actions.close(cast.manager, order, cause="采样泵停转", handling="更换采样泵")
    finding.refresh_from_db()
    assert (finding.state, finding.handling, finding.text) == (
        State.CLOSED, "on_site", "更换采样泵")


def test_cancelled_order_leaves_it_open(cast, finding):
    actions.cancel(cast.manager, order_from(cast.manager, finding), "误报")
    finding.refresh_from_db()
    assert (finding.open, finding.order) == (True, "")


def test_only_once_and_only_what_asks_for_one(cast, finding, served):
    order_from(cast.manager, finding)
    with pytest.raises(ValidationError, match="重复转单"):
        order_from(cast.manager, finding)
    other = raise_finding(cast.houses.unit, Raise(
        kind="permit_expiring", key="permit:1", title="入厂证将到期", at=1))
    with pytest.raises(ValidationError, match="不转工单"):
        order_from(cast.manager, other)


def test_group_goes_into_one_order(cast, served):
    unit = cast.houses.unit
    whole = raise_finding(unit, Raise(kind="outage", key="outage:9", title="两个点位离线", at=1))
    for n in range(2):
        raise_finding(unit, Raise(kind="offline", key=f"offline:{n}", title="离线", at=1,
                                  point=served().point, parent=whole))
    order = order_from(cast.manager, whole)
    assert set(Finding.objects.values_list("order", flat=True)) == {f"order:{order.pk}"}


def test_page_opens_it_and_another_unit_does_not_find_it(cast, client, finding):
    client.force_login(cast.manager.user)
    address = f"/findings/{finding.pk}/order/"
    assert "二氧化硫连续2小时为零" in client.get(address).content.decode()
    made = client.post(address, {"kind": "data", "symptom": "零值"})
    assert made.status_code == 302
    client.force_login(cast.outsider.user)
    assert client.get(address).status_code == 404


def test_second_finding_of_a_fault_joins_the_open_order(cast, client, finding, served):
    order = order_from(cast.engineer, finding)
    point = finding.point
    second = raise_finding(cast.houses.unit, Raise(
        kind="constant", key=f"constant:{point.pk}", title="氮氧化物恒值", point=point, at=1))
    client.force_login(cast.engineer.user)
    path = f"/findings/{second.pk}/order/"
    assert order.number in client.get(path).content.decode()
    assert client.post(path, {"join": str(order.pk)}).status_code == 302
    second.refresh_from_db()
    assert second.order == f"order:{order.pk}"
    assert order.entries.filter(text__contains="氮氧化物恒值").count() == 1
    assert client.post(path, {"join": "999999"}).status_code == 404


def test_order_elsewhere_or_over_is_not_joined(cast, finding, served):
    elsewhere = raise_finding(cast.houses.unit, Raise(
        kind="zero", key="zero:other", title="别处", point=served().point, at=1))
    order = order_from(cast.manager, elsewhere)
    assert finding.point_id != elsewhere.point_id
    with pytest.raises(ValidationError, match="同一点位"):
        join_order(cast.manager, finding, order)


def test_order_says_what_it_came_from(cast, client, finding):
    order = order_from(cast.engineer, finding)
    client.force_login(cast.engineer.user)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert f'<a href="/findings/{finding.pk}/">{finding.title}</a>' in page
