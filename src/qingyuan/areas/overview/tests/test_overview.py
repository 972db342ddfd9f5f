"""The manager's page counts what the lists behind it show; an archive holds its discharger only."""

import io
import re

import pytest
from openpyxl import load_workbook

from qingyuan.areas.findings.register import Raise, raise_finding
from qingyuan.areas.maintenance.orders.opening import open_order
from qingyuan.areas.overview import parts

pytestmark = pytest.mark.django_db


def figure(scope, part, label):
    held = {one.key: one for one in parts.parts(scope)}[part]
    return next(one for one in held.figures if one.label == label)


def test_figures_are_those_of_the_lists_behind_them(cast, served, client):
    point = served().point
    raise_finding(cast.houses.unit, Raise("zero", "zero:1", "二氧化硫连续为零", at=1, point=point))
    open_order(cast.manager, point, kind="repair", symptom="采样泵停转")
    assert figure(cast.manager, "data", "未办结报警").value == "1"
    order = figure(cast.manager, "work", "未办结工单")
    client.force_login(cast.manager.user)
    listed = client.get(order.link).content.decode()
    assert (order.value, len(re.findall("采样泵停转", listed))) == ("1", 1)


def test_no_hours_due_is_said_and_not_shown_as_nought(cast, served):
    served()
    assert figure(cast.manager, "data", "传输率").value == ""


@pytest.mark.parametrize("who", ["engineer", "discharger", "storekeeper"])
def test_only_who_leads_sees_the_page(cast, client, who):
    client.force_login(getattr(cast, who).user)
    assert client.get("/overview/").status_code == 403


def test_archive_names_what_is_on_file_and_nothing_of_others(cast, served, client):
    mine = served().point
    open_order(cast.manager, mine, kind="repair", symptom="采样泵停转")
    client.force_login(cast.manager.user)
    page = client.get(f"/dischargers/{mine.organisation_id}/archive/").content.decode()
    assert "采样泵停转" in page
    listed = client.get(f"/dischargers/{mine.organisation_id}/archive.xlsx").content
    rows = list(load_workbook(io.BytesIO(listed)).active.iter_rows(values_only=True))
    assert rows[0] == ("类别", "日期", "内容", "点位", "状态", "地址")
    assert [row for row in rows if row[0] == "工单"][0][2].endswith("采样泵停转")


def test_archive_of_a_stranger_is_not_there(cast, served, client):
    plant = served().point.organisation_id
    client.force_login(cast.outsider.user)
    assert client.get(f"/dischargers/{plant}/archive/").status_code == 404


def test_overview_by_the_api(cast, served, client):
    served()
    client.force_login(cast.manager.user)
    told = client.get("/api/v1/overview").json()
    assert [one["key"] for one in told][:3] == [
        "capability", "work", "data"]
