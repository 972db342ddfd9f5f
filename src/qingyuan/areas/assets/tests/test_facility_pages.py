"""Systems and contracts as people use them: pages, forms, the workbook there and back."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from qingyuan.areas.assets import facilities, facility_sheet, queries
from qingyuan.areas.assets.models import (
    Instrument,
    InstrumentRange,
    MonitoringSystem,
    ServiceContract,
)

pytestmark = pytest.mark.django_db
DAY = date(2024, 5, 1)
NEW = {"kind": "gas", "name": "烟气连续监测系统", "technique": "extractive",
       "auto_calibration": "on", "since": "2024-05-01", "equipment": ["pm_optical", "pitot"]}


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def outfit(cast, station):
    """Enter a station with a CEMS, an analyser that replaced another, and two ranges."""

    def enter(number: int = 1):
        one = station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号排口")
        system = facilities.add_system(
            cast.manager, one.point, kind="gas", name="烟气连续监测系统", since=DAY,
            technique="dilution", auto_calibration=True, equipment=["pitot"])
        part = facilities.add_instrument(
            cast.manager, system, name="分析仪", since=DAY, factors=["SO2", "NOx"], serial="A-1",
            principle="紫外荧光")
        for factor, high in (("SO2", 150), ("NOx", 200)):
            facilities.set_range(cast.manager, part, factor, low=0, high=high,
                                 since=queries.midnight(DAY))
        facilities.replace_instrument(cast.manager, part, date(2026, 1, 1), why="示例老化",
                                      serial="B-2")
        facilities.add_system(cast.manager, one.point, kind="video", name="站房摄像机", since=DAY,
                              address="192.0.2.9", storage_days=90)
        return one

    return enter


# -- pages --------------------------------------------------------------------------------------


def test_the_list_shows_all_points_within_its_budget(browser_of, outfit, station, budget):
    for number in range(1, 9):
        outfit(number)
    station(mn="010000A8900016F000169D90", name="没有设施的点位")
    client = browser_of("manager")
    with budget("facilities"):
        page = text(client.get("/facilities/"))
    assert page.count("data-row") == 9
    assert page.count("稀释采样法 · 自动校准 · 1 台仪器") == 8
    assert text(client.get("/facilities/?state=without")).count("data-row") == 1
    assert text(client.get("/facilities/?technique=dilution&q=B-2")).count("data-row") == 8
    assert "没有符合条件的点位" in text(client.get("/facilities/?technique=in_situ"))


def test_a_points_page_shows_what_is_and_what_was_within_its_budget(browser_of, outfit, budget):
    one = outfit()
    client = browser_of("manager")
    with budget("point facilities"):
        page = text(client.get(f"/points/{one.point.pk}/facilities/"))
    for word in ("稀释采样法", "A-1", "B-2", "示例老化", "二氧化硫", "皮托管流速仪", "192.0.2.9",
                 "更换仪器", "登记设施"):
        assert word in page
    assert page.count('class="is-past"') == 1


def test_empty_pages_offer_the_first_step(browser_of, station):
    client = browser_of("manager")
    assert "还没有点位" in text(client.get("/facilities/"))
    assert "还没有合同" in text(client.get("/contracts/"))
    one = station()
    page = text(client.get(f"/points/{one.point.pk}/facilities/"))
    assert "还没有在用的监测设施" in page
    assert f'href="/points/{one.point.pk}/facilities/new/"' in page


@pytest.mark.parametrize(("who", "status"), [
    ("manager", 200), ("engineer", 200), ("reviewer", 403), ("discharger", 403),
    ("inspector", 403), ("outsider", 404),
])
def test_each_form_opens_to_those_who_may(browser_of, outfit, who, status):
    one = outfit()
    system, part = MonitoringSystem.objects.get(kind="gas"), Instrument.objects.get(until=None)
    client = browser_of(who)
    for path in (f"points/{one.point.pk}/facilities/new", f"systems/{system.pk}/edit",
                 f"systems/{system.pk}/end", f"systems/{system.pk}/instruments/new",
                 f"instruments/{part.pk}/edit", f"instruments/{part.pk}/replace",
                 f"instruments/{part.pk}/end", f"instruments/{part.pk}/ranges/new"):
        assert (path, client.get(f"/{path}/").status_code) == (path, status)


def test_an_outsider_sees_neither_page_nor_contract(browser_of, outfit):
    one = outfit()
    client = browser_of("outsider")
    assert client.get(f"/points/{one.point.pk}/facilities/").status_code == 404
    assert "1 号排口" not in text(client.get("/facilities/"))
    row = ServiceContract.objects.get()
    for tail in ("", "end/", "number/"):
        assert client.get(f"/contracts/{row.pk}/{tail}").status_code == 404
    book = load_workbook(BytesIO(client.get("/facilities/export.xlsx").content))
    assert book.active.max_row == 1


def test_a_system_is_entered_changed_and_ended(browser_of, station):
    point = station().point
    client = browser_of("engineer")
    back = f"/points/{point.pk}/facilities/"
    assert client.post(f"{back}new/", NEW).url == back
    system = MonitoringSystem.objects.get()
    assert (system.equipment, system.auto_calibration) == (["pm_optical", "pitot"], True)
    client.post(f"/systems/{system.pk}/edit/", {**NEW, "equipment": ["none"]})
    client.post(f"/systems/{system.pk}/instruments/new/", {
        "name": "分析仪", "factors": "SO2、氮氧化物", "since": "2024-05-01", "serial": "S-1"})
    part = Instrument.objects.get()
    client.post(f"/instruments/{part.pk}/ranges/new/", {
        "factor": "a21002", "low": "0", "high": "200", "since": "2024-05-01T08:00"})
    assert InstrumentRange.objects.get().unit == "mg/m³"
    client.post(f"/instruments/{part.pk}/replace/", {
        "on": "2026-02-01", "why": "故障", "serial": "S-2"})
    assert set(Instrument.objects.values_list("serial", flat=True)) == {"S-1", "S-2"}
    client.post(f"/systems/{system.pk}/end/", {"until": "2026-03-01", "why": "拆除"})
    system.refresh_from_db()
    assert (system.equipment, system.until) == ([], date(2026, 3, 1))
    assert not Instrument.objects.filter(until=None).exists()


@pytest.mark.parametrize(("change", "reason"), [
    ({"technique": ""}, "废气设施须选择采样方式"), ({"since": ""}, "必填"),
    ({"equipment": ["none", "pitot"]}, "不能与其他部件同选"),
])
def test_a_refused_form_keeps_what_was_typed(browser_of, station, change, reason):
    point = station().point
    answer = browser_of("manager").post(
        f"/points/{point.pk}/facilities/new/", {**NEW, "maker": "示例仪表", **change})
    assert answer.status_code == 422
    assert reason in text(answer)
    assert 'value="示例仪表"' in text(answer)
    assert not MonitoringSystem.objects.exists()


def test_contracts_are_listed_numbered_and_ended(browser_of, station, budget):
    for number in range(1, 7):
        station(mn=f"010000A8900016F000169D{number:02d}", name=f"{number} 号排口")
    client = browser_of("manager")
    with budget("contracts"):
        page = text(client.get("/contracts/"))
    assert page.count("data-row") == 1
    assert "未编号" in page
    first = ServiceContract.objects.first().pk
    client.post(f"/contracts/{first}/number/", {"number": "示例合同 7 号"})
    with budget("contract"):
        page = text(client.get(f"/contracts/{first}/"))
    assert "示例合同 7 号" in page
    assert page.count("号排口</a>") == 6
    chosen = list(ServiceContract.objects.values_list("pk", flat=True))[:2]
    client.post(f"/contracts/{first}/end/", {"until": queries.today(), "rows": chosen})
    assert ServiceContract.objects.exclude(until=None).count() == 2
    answer = client.post("/contracts/new/", {
        "number": "X", "since": queries.today(),
        "points": [ServiceContract.objects.first().point_id]})
    assert (answer.status_code, "已有合同" in text(answer)) == (422, True)


def test_a_discharger_enters_its_self_operation(browser_of, cast, station):
    one = station()
    row = ServiceContract.objects.get()
    ServiceContract.objects.update(since=date(2025, 1, 1), until=date(2025, 12, 31))
    client = browser_of("discharger")
    client.post("/contracts/new/", {"number": "", "since": "2026-01-01", "om_unit": "",
                                    "points": [one.point.pk]})
    own = ServiceContract.objects.exclude(pk=row.pk).get()
    assert own.om_unit == cast.houses.plant
    assert "自行运维" in text(client.get(f"/contracts/{own.pk}/"))


# -- workbook -----------------------------------------------------------------------------------


def workbook(*rows: dict[str, object]) -> BytesIO:
    """A file with all columns and these lines, by column name."""
    book = Workbook()
    book.active.append([heading for heading, *_rest in facility_sheet.COLUMNS])
    for row in rows:
        book.active.append([row.get(name) for _h, name, *_rest in facility_sheet.COLUMNS])
    out = BytesIO()
    book.save(out)
    return named(out.getvalue())


def named(content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = "facilities.xlsx"
    return file


def line(**facts: object) -> dict[str, object]:
    return {"discharger": "示例热力有限公司", "point": "1 号排口", "system": "烟气系统",
            "kind": "废气", "technique": "完全抽取法", "auto_calibration": "是",
            "system_since": date(2024, 5, 1), "instrument": "分析仪", "factors": "SO2、NOx",
            "factor": "SO2", "high": 150.0, **facts}


def everything() -> list[tuple]:
    systems = MonitoringSystem.objects.order_by("point_id", "name", "since").values_list(
        "point_id", "kind", "name", "technique", "auto_calibration", "equipment", "maker",
        "model", "address", "storage_days", "since", "until", "ended_why")
    parts = Instrument.objects.order_by("system__point_id", "name", "since").values_list(
        "system__name", "name", "factors", "maker", "model", "serial", "principle", "since",
        "until", "ended_why")
    ranges = InstrumentRange.objects.order_by(
        "instrument__system__point_id", "instrument__since", "factor", "since").values_list(
        "instrument__name", "factor", "low", "high", "unit", "since")
    return [*systems, *parts, *ranges]


def test_the_template_reads_back_as_one_line(browser_of, station):
    station(name="1 号锅炉烟气出口", outlet="1 号锅炉烟囱")
    client = browser_of("engineer")
    file = named(client.get("/facilities/import/template.xlsx").content)
    assert "1 行可导入" in text(client.post("/facilities/import/", {"file": file}))
    assert not MonitoringSystem.objects.exists()


def test_lines_of_one_system_and_instrument_make_one_of_each(browser_of, station):
    station()
    client = browser_of("manager")
    answer = client.post("/facilities/import/", {"file": workbook(
        line(), line(factor="NOx", high=200, unit="mg/m3", range_since="2024-06-01 08:00"))})
    assert "新增设施、新增仪器、设定量程" in text(answer)
    client.post("/facilities/import/", {"rows": answer.context["rows"]})
    [system], [part] = MonitoringSystem.objects.all(), Instrument.objects.all()
    assert (system.technique, system.equipment, part.factors) == (
        "extractive", None, ["a21026", "a21002"])
    assert {(r.factor, r.high, r.unit) for r in part.ranges.all()} == {
        ("a21026", 150, "mg/m³"), ("a21002", 200, "mg/m3")}


@pytest.mark.parametrize(("change", "reason"), [
    ({"point": "没有的点位"}, "点位名称：没有这个点位"), ({"discharger": ""}, "排污单位：必填"),
    ({"kind": "噪声"}, "设施类型："), ({"technique": ""}, "采样方式：废气设施须选择采样方式"),
    ({"system_since": ""}, "设施启用日期：新设施必填"),
    ({"system_since": "去年"}, "设施启用日期：日期应如"),
    ({"equipment": "TOC"}, "部件：不认识的部件：TOC"), ({"auto_calibration": "也许"}, "自动校准"),
    ({"factors": "SO9"}, "监测因子：不认识的监测因子：SO9"), ({"factor": ""}, "量程因子："),
    ({"factor": "CO"}, "量程因子：该仪器不测"), ({"high": "高"}, "量程上限：应为数字"),
    ({"high": ""}, "量程上限：请填写"), ({"low": 900}, "量程上限：量程上限应大于下限"),
    ({"instrument": ""}, "仪器名称：请填写"), ({"since": date(2023, 1, 1)}, "仪器启用日期："),
    ({"storage_days": "9"}, "摄像机地址："),
])
def test_a_wrong_line_says_which_column_and_why(browser_of, station, change, reason):
    station()
    page = text(browser_of("manager").post("/facilities/import/", {
        "file": workbook(line(**change))}))
    assert "1 行有误" in page
    assert reason in page
    assert not MonitoringSystem.objects.exists()


def test_refused_lines_come_back_as_a_file_that_can_be_mended(browser_of, station):
    station()
    station(mn="010000A8900016F000169D02", name="2 号排口")
    client = browser_of("manager")
    answer = client.post("/facilities/import/", {"file": workbook(
        line(), line(point="2 号排口", technique="虹吸法"))})
    assert "1 行可导入" in text(answer)
    client.post("/facilities/import/", {"rows": answer.context["rows"]})
    content = client.post("/facilities/import/rejects.xlsx", {
        "rejects": answer.context["rejects"]}).content
    book = load_workbook(BytesIO(content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert (sheet.max_row, heads[-1]) == (2, "问题")
    assert "采样方式" in sheet.cell(2, len(heads)).value
    assert sheet.cell(2, heads.index("采样方式") + 1).value == "虹吸法"
    sheet.cell(2, heads.index("采样方式") + 1).value = "直接测量法"
    out = BytesIO()
    book.save(out)
    answer = client.post("/facilities/import/", {"file": named(out.getvalue())})
    client.post("/facilities/import/", {"rows": answer.context["rows"]})
    assert set(MonitoringSystem.objects.values_list("technique", flat=True)) == {
        "extractive", "in_situ"}


def test_nothing_in_a_file_of_ours_runs_as_a_formula():
    content = facility_sheet.rejects([({"point": "=1+1"}, "=2+2")])
    sheet = load_workbook(BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value
            } <= {"s", "inlineStr"}
    assert [row.typed["point"] for row in facility_sheet.read(BytesIO(
        facility_sheet.rejects([({"point": "=1+1", "system": "x"}, "")])))] == ["=1+1"]


def test_what_was_exported_imports_back_and_twice_changes_nothing(browser_of, outfit, station):
    for number in (1, 2):
        outfit(number)
    station(mn="010000A8900016F000169D90", name="没有设施的点位")
    client = browser_of("manager")
    file = client.get("/facilities/export.xlsx").content
    before = everything()
    again = client.post("/facilities/import/", {"file": named(file)})
    assert {tuple(row["done"]) for row in again.context["report"]} == {()}
    for model in (InstrumentRange, Instrument, MonitoringSystem):
        model.objects.all().delete()
    answer = client.post("/facilities/import/", {"file": named(file)})
    assert [row["errors"] for row in answer.context["report"] if row["errors"]] == []
    client.post("/facilities/import/", {"rows": answer.context["rows"]})
    assert everything() == before
    assert client.get("/facilities/export.xlsx").content[:4] == file[:4]


def test_no_line_reaches_another_units_point(browser_of, cast, station, neighbour):
    page = text(browser_of("manager").post("/facilities/import/", {
        "file": workbook(line(point="2 号排口"))}))
    assert "没有这个点位" in page


def test_a_broken_workbook_is_refused_with_a_sentence(browser_of, broken_workbook):
    answer = browser_of("manager").post("/facilities/import/", {"file": named(broken_workbook)})
    assert answer.status_code == 422
    assert len(answer.context["form"].errors["file"]) == 1


@pytest.mark.parametrize("path", ["/facilities/import/", "/facilities/import/template.xlsx"])
def test_only_those_who_edit_import(browser_of, path):
    assert browser_of("reviewer").get(path).status_code == 403


def test_lines_that_were_tampered_with_are_not_taken_over(browser_of, station):
    station()
    answer = browser_of("manager").post("/facilities/import/", {"rows": "forged"}, follow=True)
    assert "已过期" in text(answer)
