"""A company from one workbook: what would be made, taken over, mended, exported, imported again."""

import struct
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from qingyuan.areas.assets import queries, setup_book, sites_queries
from qingyuan.areas.assets.models import (
    DataLogger,
    Instrument,
    InstrumentRange,
    LoggerAssignment,
    MonitoringPoint,
    MonitoringSystem,
    Office,
    OfficeMember,
    Outlet,
    PointKeeper,
    PointPlace,
    ServiceContract,
    StationHouse,
)
from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.maintenance.models import DutyClock, DutyFinish
from qingyuan.areas.organisations.models import AuditLine, Membership, Organisation, User
from qingyuan.areas.records.importing import Papers
from qingyuan.areas.records.models import Record, RecordFile
from qingyuan.areas.records.setup import SHEETS, store, work

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = "2026-10-15"


def lines(number: int = 2) -> dict[str, list[dict[str, str]]]:
    """A company of so many gas points, one a discharger, each with a system, an instrument of two
    ranges, a contract, two last dates; an office and two people."""
    found: dict[str, list[dict[str, str]]] = {sheet.title: [] for sheet in SHEETS}
    for n in range(1, number + 1):
        place = {"discharger": f"示例热力{n}有限公司", "outlet": f"{n} 号烟囱",
                 "point": f"{n} 号排口"}
        system = place | {"system": "烟气连续监测系统"}
        found["排污单位与点位"].append(place | {
            "kind": "废气", "mn": f"A110000_0001SHILI{n:07d}", "password": "123456",
            "edition": "2017", "area": "昌吉州" if n % 2 else "五家渠",
            "latitude": f"{43 + n / 1000:.3f}", "longitude": "87.5", "fence": "250",
            "house": "1 号站房", "floor_area": "8.5", "sim_carrier": "中国移动"})
        found["监测设施"].append(system | {
            "kind": "废气", "technique": "完全抽取法", "auto_calibration": "否",
            "equipment": "光学法颗粒物仪、皮托管流速仪", "system_since": "2024-05-01"})
        for factor, high in (("SO2", "150"), ("NOx", "200")):
            found["仪器与量程"].append(system | {
                "instrument": "烟气分析仪", "factors": "SO2、NOx", "serial": f"GA-{n}",
                "factor": factor, "high": high, "low": "0"})
        found["合同"].append(place | {
            "number": "SL-2026-001", "since": "2026-01-01", "until": "2027-12-31"})
        found["上次完成"] += [
            system | {"what": "校准", "day": DAY}, system | {"what": "校验", "day": "2026-08-01"}]
    found["办事处"].append({"name": "昌吉办事处", "area": "昌吉州", "since": "2026-01-01"})
    found["人员"] += [
        {"username": "wang", "name": "示例王", "role": "运维人员", "phone": "13000000000",
         "office": "昌吉办事处", "points": "示例热力1有限公司/1 号排口、2 号排口",
         "since": "2026-02-01"},
        {"username": "li", "name": "示例李", "role": "运维人员、后台审核人员",
         "backups": "1 号排口", "since": "2026-02-01"}]
    return found


def workbook(told=None, **more) -> bytes:
    return setup_book.write(SHEETS, told or lines(), **more)


def upload(client, content: bytes, papers=()):
    return client.post("/setup/", {
        "book": SimpleUploadedFile("建档.xlsx", content),
        "papers": [SimpleUploadedFile(name, data) for name, data in papers]})


def enter(client, content: bytes, papers=()) -> store.Upload:
    """Upload and take over; what became of it."""
    answer = upload(client, content, papers)
    assert answer.status_code == 302, answer.context["form"].errors
    client.post(f"{answer.url}take/")
    return store.every()[-1]


def problems(one: store.Upload) -> list[tuple[str, int, str]]:
    return [(entry["sheet"], entry["line"], "；".join(entry["errors"]))
            for entry in store.report_of(one) if entry["errors"]]


def test_a_rehearsal_tells_everything_and_writes_nothing(cast, browser_of):
    client = browser_of("manager")
    answer = upload(client, workbook())
    assert not MonitoringPoint.objects.exists()
    assert not User.objects.filter(username="wang").exists()
    page = client.get(answer.url).content.decode()
    assert problems(store.every()[-1]) == []
    for word in ("新增排污单位、登记站点、登记站房、填写位置", "新增设施", "设定量程",
                 "更新合同编号", "项运维内容自该日起计", "登记办事处", "导入无误的 17 行"):
        assert word in page
    assert not AuditLine.objects.exists()


def test_what_is_taken_over_stands_everywhere(cast, browser_of):
    one = enter(browser_of("manager"), workbook())
    assert problems(one) == []
    point = MonitoringPoint.objects.get(name="1 号排口")
    place = sites_queries.place_of(point)
    assert (point.organisation.area, place.area, place.latitude, place.fence, place.house.name) == (
        "652300", "", 43.001, 250, "1 号站房")
    contract = ServiceContract.objects.get(point=point)
    assert (contract.number, contract.since, contract.until) == (
        "SL-2026-001", date(2026, 1, 1), date(2027, 12, 31))
    assert set(InstrumentRange.objects.filter(instrument__system__point=point).values_list(
        "factor", "high")) == {("a21026", 150), ("a21002", 200)}
    system = MonitoringSystem.objects.get(point=point)
    clock = DutyClock.objects.get(system=system, duty="hj75.calibration.extractive")
    assert (clock.done_by, clock.done_day_only) == ("建档导入：校准", True)
    # HJ 75-2017 11.2 c: no automatic calibration, every 7 days counted from the day that was told.
    assert clock.due <= date(2026, 10, 15) + timedelta(days=7)
    kept = sites_queries.keepers_on([point], queries.today())[point.pk]
    assert [(k.person.username, k.backup) for k in kept] == [("wang", False), ("li", True)]
    wang = User.objects.get(username="wang")
    assert (wang.phone, wang.has_usable_password()) == ("13000000000", False)
    assert wang.offices.get().office.name == "昌吉办事处"
    assert set(Membership.objects.filter(user__username="li").values_list("role", flat=True)) == {
        "engineer", "reviewer"}


def test_the_same_file_again_changes_nothing(cast, browser_of):
    client = browser_of("manager")
    enter(client, workbook())
    lines_before = AuditLine.objects.count()
    again = enter(client, workbook())
    assert [e for e in store.report_of(again) if e["done"] or e["errors"]] == []
    assert AuditLine.objects.count() == lines_before


def test_each_error_names_its_column_and_the_rest_is_taken_over(cast, browser_of):
    told = lines()
    told["排污单位与点位"][1] |= {"latitude": "87.5", "longitude": "43.8"}
    told["监测设施"][0]["technique"] = "凭感觉"
    told["合同"].append(told["合同"][0] | {"since": "2026-06-01"})
    told["上次完成"][0]["what"] = "占卜"
    told["上次完成"][1]["day"] = "2099-01-01"
    told["人员"][0]["role"] = "厂长"
    told["人员"][1]["username"] = "outsider"
    client = browser_of("manager")
    one = enter(client, workbook(told))
    found = {(sheet, line): text for sheet, line, text in problems(one)}
    for key, words in {
        ("排污单位与点位", 3): "纬度：位置不在中国境内", ("监测设施", 2): "采样方式：",
        ("监测设施", 3): "点位名称：没有这个点位",
        ("合同", 4): "点位名称：点位 1 号排口 在该时段已有合同",
        ("人员", 2): "角色：不认识的角色：厂长", ("人员", 3): "账号：账号 outsider 已被使用",
    }.items():
        assert words in found[key]
    assert MonitoringPoint.objects.get().name == "1 号排口"
    rejected = client.get(f"/setup/{one.id}/rejects.xlsx").content
    book = load_workbook(BytesIO(rejected))
    assert book.sheetnames == [sheet.title for sheet in SHEETS]
    assert book["人员"].cell(2, book["人员"].max_column).value.startswith("角色：不认识的角色")
    # Mended in place and imported again, with the column of reasons still there.
    page = book["排污单位与点位"]
    heads = {cell.value.rstrip("*"): cell.column for cell in page[1]}
    page.cell(2, heads["纬度"]).value, page.cell(2, heads["经度"]).value = "43.8", "87.5"
    out = BytesIO()
    book.save(out)
    again = enter(client, out.getvalue())
    assert ("排污单位与点位", 2) not in {(s, n) for s, n, _text in problems(again)}
    assert MonitoringPoint.objects.count() == 2


def empty() -> None:
    """The installation as it was before the import, but for the cast."""
    for model in (DutyFinish, DutyClock, RecordFile, Record, PointKeeper, OfficeMember, Office,
                  InstrumentRange, Instrument, MonitoringSystem, ServiceContract, PointPlace,
                  StationHouse, LoggerAssignment, DataLogger, MonitoringPoint, Outlet, AuditLine):
        model.objects.all().delete()
    new = User.objects.filter(username__in=("wang", "li"))
    Membership.objects.filter(user__in=new).delete()
    new.delete()
    Organisation.objects.filter(name__startswith="示例热力", kind="discharger").exclude(
        name="示例热力有限公司").delete()


def cells(content: bytes) -> dict[str, list[tuple]]:
    book = load_workbook(BytesIO(content), read_only=True)
    return {page.title: sorted(map(str, page.iter_rows(values_only=True))) for page in book}


def test_what_was_exported_imports_into_an_empty_installation(cast, browser_of):
    client = browser_of("manager")
    assert problems(enter(client, workbook())) == []
    first = client.get("/setup/export.xlsx").content
    empty()
    assert problems(enter(client, first)) == []
    second = client.get("/setup/export.xlsx").content
    assert cells(second) == cells(first)
    assert len(cells(first)["仪器与量程"]) == 5


# -- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["engineer", "reviewer", "discharger", "inspector", "officer"])
def test_nobody_else_sets_up(browser_of, who):
    client = browser_of(who)
    for path in ("/setup/", "/setup/export.xlsx", "/setup/template.xlsx"):
        assert client.get(path).status_code == 403


def test_an_upload_is_its_units_own(cast, browser_of):
    url = upload(browser_of("manager"), workbook()).url
    stranger = browser_of("outsider")
    for tail in ("", "progress/", "rejects.xlsx"):
        assert stranger.get(url + tail).status_code == 404
    for tail in ("take/", "links/"):
        assert stranger.post(url + tail).status_code == 404
    assert browser_of("manager").get("/setup/..%2F..%2Fx/").status_code == 404
    assert not MonitoringPoint.objects.exists()


# -- people -------------------------------------------------------------------------------------


def test_first_sign_in_links_are_handed_out_once_and_work_once(cast, browser_of, client):
    manager = browser_of("manager")
    one = enter(manager, workbook())
    sheet = load_workbook(BytesIO(manager.post(f"/setup/{one.id}/links/").content)).active
    rows = {row[0]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {"wang", "li"}
    assert manager.post(f"/setup/{one.id}/links/").status_code == 302
    link = rows["wang"].removeprefix("http://testserver")
    assert client.post(link, {"password": "123456", "again": "123456"}).status_code == 422
    secret = "示例-2026-winter"
    assert client.post(link, {"password": secret, "again": secret}).url == "/sign-in/"
    assert client.get(link).status_code == 410
    signed = client.post("/sign-in/", {"username": "wang", "password": secret})
    assert signed.status_code == 302


# -- old records --------------------------------------------------------------------------------


def zipped(**files: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_paper(name: str = "校准.pdf", **change: str) -> bytes:
    told = lines(1)
    told["人员"] = []
    told["旧记录"] = [{"discharger": "示例热力1有限公司", "point": "1 号排口", "form": "hj75.g4",
                     "day": "2026-09-30", "file": name} | change]
    return workbook(told)


def test_an_old_paper_becomes_an_accepted_record_once(cast, browser_of):
    client = browser_of("manager")
    papers = [("旧.zip", zipped(**{"2026__校准.pdf": PDF}))]
    one = enter(client, with_paper(), papers)
    assert problems(one) == []
    record = Record.objects.get()
    assert (record.state, record.day, record.form, record.title) == (
        "accepted", date(2026, 9, 30), "hj75.g4", record.title)
    assert record.files.get().attachment.sha256 == record.paper
    enter(client, with_paper(), papers)
    assert Record.objects.count() == 1
    assert AuditLine.objects.filter(verb="import_record").count() == 1


@pytest.mark.parametrize(("change", "papers", "words"), [
    ({}, [], "文件名：没有随表格上传文件 校准.pdf"),
    ({"form": "x.9"}, [("校准.pdf", PDF)], "记录表：没有这种记录表：x.9"),
    ({"day": "2099-01-01"}, [("校准.pdf", PDF)], "日期：日期不能在将来"),
    ({"system": "没有的"}, [("校准.pdf", PDF)], "设施名称：该点位没有这套设施"),
    ({}, [("a.zip", zipped(**{"校准.pdf": b"MZ no pdf"}))], "不是 PDF"),
    ({}, [("校准.pdf", PDF), ("a.zip", zipped(**{"x__校准.pdf": PDF}))], "有几个文件都叫"),
])
def test_a_wrong_paper_is_one_refused_line(cast, browser_of, change, papers, words):
    one = enter(browser_of("manager"), with_paper(**change), papers)
    assert words in problems(one)[0][2]
    assert len(problems(one)) == 1


def test_archives_cannot_leave_their_place_nor_blow_up(settings, places):
    papers = Papers()
    papers.add("a.zip", zipped(**{"..__..__etc__passwd.pdf": PDF}))
    assert papers("passwd.pdf") == PDF
    assert not [p for p in places.root.rglob("*") if "passwd" in p.name]
    settings.UPLOAD_MB = 1
    # The archive says that the file has ten bytes; it would unpack to eight megabytes.
    huge = bytearray(zipped(**{"x.pdf": PDF + bytes(8 << 20)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", huge, huge.index(mark) + at, 10)
    papers.add("b.zip", bytes(huge))
    with pytest.raises(Exception, match="MB|已损坏"):
        papers("x.pdf")
    with pytest.raises(SheetError, match="解压后过大"):
        Papers().add("c.zip", _declares(2 << 30))
    with pytest.raises(SheetError, match="无法打开"):
        Papers().add("d.zip", zipped(**{"x.pdf": PDF})[:-30])
    with pytest.raises(SheetError, match="不是 PDF 或 ZIP"):
        Papers().add("e.exe", b"MZ")


def _declares(size: int) -> bytes:
    content = bytearray(zipped(**{"x.pdf": PDF}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    return bytes(content)


def test_a_broken_workbook_is_refused(browser_of, broken_workbook):
    assert upload(browser_of("manager"), broken_workbook).status_code == 422
    assert store.every() == []


def test_days_as_people_type_them_and_one_strange_line_keeps_no_other_out(browser_of):
    told = lines()
    told["上次完成"] = told["上次完成"][:1] * 3
    for line, day in zip(range(3), ("2026年10月5日", "2026.10.06", "0001-01-01"), strict=True):
        told["上次完成"][line] = told["上次完成"][line] | {"day": day}
    told["排污单位与点位"][1]["since"] = "0001-01-01"
    one = enter(browser_of("manager"), workbook(told))
    assert one.state == store.DONE
    assert ("上次完成", 4, "完成日期：日期过远，请核对年份") in problems(one)
    assert [said.partition("：")[2] for sheet, line, said in problems(one)
            if (sheet, line) == ("排污单位与点位", 3)] == ["日期过远，请核对年份"]
    assert MonitoringPoint.objects.get().name == "1 号排口"
    assert set(DutyFinish.objects.values_list("done_by", flat=True))


def test_a_sheet_ruled_down_to_its_last_row_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(setup_book, "MOST_ROWS", 20)
    told = {"办事处": [{"name": "", "area": ""}] * 30}
    with pytest.raises(SheetError, match="超过 20 行"):
        setup_book.read(workbook(told), SHEETS)


# -- the worker ---------------------------------------------------------------------------------


def test_an_upload_is_worked_on_by_one_at_a_time(cast, browser_of):
    """While a request works on it, neither the worker nor a second click begins it again."""
    client = browser_of("manager")
    url = upload(client, workbook()).url
    one = store.every()[-1]
    with store.claimed(store.save(one, state=store.RUNNING)):
        assert work.due() == ""
        assert work.begin(cast.manager, one, keep=True).keep is False
    assert not MonitoringPoint.objects.exists()
    assert work.due() == "1 uploads"  # whoever held it has died
    client.post(f"{url}take/")
    assert MonitoringPoint.objects.count() == 2
    assert work.begin(cast.manager, one, keep=True) == one  # taken over already


def test_a_long_file_is_worked_off_by_the_worker(cast, browser_of, monkeypatch):
    monkeypatch.setattr(work, "SHORT", 5)
    client = browser_of("manager")
    url = upload(client, workbook()).url
    assert "由后台处理" in client.get(url).content.decode()
    assert "HX-Refresh" not in client.get(f"{url}progress/").headers
    assert work.due() == "1 uploads"
    assert client.get(f"{url}progress/").headers["HX-Refresh"] == "true"
    client.post(f"{url}take/")
    assert not MonitoringPoint.objects.exists()
    work.due()
    assert MonitoringPoint.objects.count() == 2
    assert store.every()[-1].done == 17
    # Who has lost the role meanwhile brings in nothing more.
    url = upload(client, workbook(lines(3))).url
    cast.manager.user.memberships.update(active=False)
    work.due()
    assert store.every()[-1].state == store.FAILED
    assert MonitoringPoint.objects.count() == 2
    assert store.sweep(now=store.every()[-1].at + store.KEPT + 1) == 2
