"""The pages of marks: what a person finds there, and what others do not."""

import io
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from qingyuan.areas.telemetry.marking import actions
from qingyuan.areas.telemetry.models import Mark, MarkKind

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 an example"


@pytest.fixture
def real_now():
    return int(time.time())


@pytest.fixture
def prepared(cast, judged, real_now):
    """Two marks: one just over, one whose deadline has passed."""
    made = []
    for ago, note in ((1, "示例校准"), (72, "示例故障")):
        start = (real_now // 3600 - ago) * 3600
        made.append(actions.prepare_mark(
            cast.manager, judged.point, kind="fault", start=start, end=start + 3600, factor="",
            note=note))
    return made


def text(answer) -> str:
    return answer.content.decode()


def typed(judged, **cells):
    return {"point": judged.mn, "kind": "fault", "factor": "", "start": "2026-11-20T08:00",
            "end": "2026-11-20T10:00", "note": "示例故障", **cells}


def test_the_list_counts_by_state_and_counts_down(browser_of, prepared):
    page = browser_of("manager").get("/marks/")
    assert {tab["code"]: tab["count"] for tab in page.context["tabs"]} == {
        "prepared": 1, "late": 1, "differs": 0, "declared": 0, "matched": 0, "withdrawn": 0}
    assert "1 条逾期未申报" in text(page)
    assert "日历日（节假日不顺延）" in text(page)
    late = browser_of("manager").get("/marks/?state=late")
    assert [row.note for row in late.context["page"]] == ["示例故障"]


@pytest.mark.parametrize(("query", "found"), [
    ("kind=fault", 2), ("kind=stopped", 0), ("q=1 号", 2), ("q=没有", 0), ("day=2020-01-01", 0),
    ("state=declared", 0), ("day=nonsense&kind=nonsense&point=x&state=x", 2),
])
def test_filters_live_in_the_address(browser_of, prepared, query, found):
    assert len(browser_of("manager").get(f"/marks/?{query}").context["page"].object_list) == found


def test_the_list_asks_as_often_for_forty_marks_as_for_two(
    browser_of, cast, judged, budget, real_now
):
    for hour in range(40):
        start = (real_now // 3600 - 100 + 2 * hour) * 3600
        actions.prepare_mark(cast.manager, judged.point, kind="calibration", start=start,
                             end=start + 1800, factor="a21026", note="示例")
    client = browser_of("manager")
    with budget("marks"):
        page = client.get("/marks/")
    assert len(page.context["page"].object_list) == 40


def test_preparing_by_hand_with_a_proof(browser_of, judged, places):
    client = browser_of("engineer")
    answer = client.post("/marks/new/", typed(judged, proof=SimpleUploadedFile("记录.pdf", PDF)))
    mark = Mark.objects.get()
    assert answer.headers["Location"] == f"/marks/{mark.pk}/"
    assert mark.start == 1_795_132_800  # 2026-11-20T08:00+08:00
    proof = client.get(f"/marks/{mark.pk}/proof/")
    assert b"".join(proof.streaming_content) == PDF
    assert proof["Content-Type"] == "application/pdf"
    assert "打开凭证" in text(client.get(f"/marks/{mark.pk}/"))


@pytest.mark.parametrize(("cells", "words"), [
    ({"end": "2026-11-20T07:00"}, "结束时间应晚于开始时间"), ({"note": ""}, "这个字段是必填项"),
    ({"point": "不存在"}, "没有名为“不存在”的点位"),
    ({"proof": SimpleUploadedFile("x.pdf", b"<html>")}, "只接受 PDF、JPG 或 PNG 文件"),
])
def test_what_was_typed_stays_beside_the_reason(browser_of, judged, cells, words):
    answer = browser_of("engineer").post("/marks/new/", typed(judged, **cells))
    assert answer.status_code == 422
    assert words in text(answer)
    assert "2026-11-20T08:00" in text(answer)
    assert not Mark.objects.exists()


def test_a_correction_and_a_withdrawal(browser_of, prepared):
    client, mark = browser_of("manager"), prepared[0]
    form = client.get(f"/marks/{mark.pk}/edit/")
    assert "示例校准" in text(form)
    client.post(f"/marks/{mark.pk}/edit/", {
        "kind": "fault", "factor": "", "start": "2026-11-20T08:00", "end": "2026-11-20T09:00",
        "note": "更正"})
    mark.refresh_from_db()
    new = mark.replaced_by
    assert new.note == "更正"
    assert "查看更正后的标记" in text(client.get(f"/marks/{mark.pk}/"))
    refused = client.post(f"/marks/{new.pk}/withdraw/", {"why": ""})
    assert refused.status_code == 422
    client.post(f"/marks/{new.pk}/withdraw/", {"why": "误报"})
    assert "误报" in text(client.get(f"/marks/{new.pk}/"))


def test_the_discharger_confirms_in_bulk(browser_of, prepared):
    client = browser_of("discharger")
    keys = [mark.pk for mark in prepared]
    answer = client.post("/marks/declare/", {"mark": keys, "by": "示例填报人",
                                             "back": "kind=fault"})
    assert answer.headers["Location"] == "/marks/?kind=fault"
    assert set(Mark.objects.values_list("state", "declared_by")) == {("declared", "示例填报人")}


def test_confirming_without_a_name_says_so(browser_of, prepared):
    answer = browser_of("manager").post("/marks/declare/", {
        "mark": prepared[0].pk, "single": 1, "by": ""})
    assert answer.status_code == 422
    assert Mark.objects.filter(state="declared").count() == 0


def test_exported_tables_have_the_platforms_columns(browser_of, prepared):
    answer = browser_of("discharger").get("/marks/declarations.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["设备维护标记-污染物"]
    fields, chinese, *rows = list(book.active.iter_rows(values_only=True))
    assert fields[-3:] == ("status", "updated_by", "updated_time")
    assert chinese[fields.index("start_time")] == "开始时间"
    # two marks of all factors at a point with two pollutants; oxygen is none
    assert sorted(row[fields.index("poll_code")] for row in rows) == [
        "a21026", "a21026", "a34013", "a34013"]
    assert {row[fields.index("revise_flag_name")] for row in rows} == {"故障"}
    csv = browser_of("discharger").get("/marks/declarations.csv?table=device")
    assert text(csv).startswith("\ufeffcity,cityCode")
    assert browser_of("inspector").get("/marks/declarations.xlsx").status_code == 403


def test_a_state_that_is_shown_is_exported_alone(browser_of, prepared):
    Mark.objects.filter(pk=prepared[0].pk).update(state="differs")
    client = browser_of("manager")

    def rows(query):
        return len(text(client.get(f"/marks/declarations.csv?table=device{query}")).splitlines())

    assert [rows(""), rows("&state=prepared"), rows("&state=differs")] == [2 + 4, 2 + 2, 2 + 2]


def test_what_we_export_comes_back_matched_once_it_is_finished(browser_of, prepared):
    exported = text(browser_of("manager").get("/marks/declarations.csv?table=device"))
    lines = exported.lstrip("\ufeff").splitlines()
    place = lines[0].split(",").index("status")
    cells = [line.split(",") for line in lines]
    for line in cells[2:]:
        line[place] = "1"
    finished = "\n".join(",".join(line) for line in cells).encode()
    client = browser_of("reviewer")
    page = client.post("/marks/import/", {"file": SimpleUploadedFile("平台.csv", finished)})
    assert page.context["report"].counts["matched"] == 4
    assert not Mark.objects.filter(state="matched").exists()
    client.post("/marks/import/", {"staged": page.context["staged"]})
    assert Mark.objects.filter(state="matched").count() == 2


def test_an_unknown_place_is_asked_for_and_kept(browser_of, judged, row, csv_file):
    client = browser_of("engineer")
    file = SimpleUploadedFile("平台.csv", csv_file(row(mp_name="DA001"), row(id="2", status="?")))
    page = client.post("/marks/import/", {"file": file})
    assert "没有名为“示例热力有限公司 DA001”的点位" in text(page)
    assert "status“?”应为 1（完成）或 0（未完成）" in text(page)
    place = page.context["unknown"][0]["token"]
    again = client.post("/marks/import/", {
        "staged": page.context["staged"], "place": place, "point": judged.point.pk})
    assert again.context["report"].counts["new"] == 1
    done = client.post("/marks/import/", {"staged": again.context["staged"]}, follow=True)
    assert "拒绝 1 行" in text(done)
    batch = done.context["page"].object_list[0]
    rejects = client.get(f"/marks/import/{batch.pk}/rejects.csv")
    assert "status“?”" in b"".join(rejects.streaming_content).decode("utf-8-sig")


def test_a_file_that_is_no_table_is_refused_beside_the_field(browser_of, judged):
    answer = browser_of("manager").post("/marks/import/", {
        "file": SimpleUploadedFile("x.csv", "甲,乙\n1,2\n".encode())})
    assert answer.status_code == 422
    assert "第一行不是国发平台标记表的列名" in text(answer)


def test_both_sides_stand_beside_each_other(browser_of, cast, judged, row, csv_file, at, now):
    mark = actions.prepare_mark(
        cast.manager, judged.point, kind="calibration", factor="a21026", note="示例",
        start=at("11-22 08:00"), end=at("11-22 08:30"), now=now)
    client = browser_of("manager")
    page = client.post("/marks/import/", {"file": SimpleUploadedFile(
        "平台.csv", csv_file(row(end_time="2026-11-22 09:10")))})
    client.post("/marks/import/", {"staged": page.context["staged"]})
    shown = text(client.get(f"/marks/{mark.pk}/"))
    assert "与国发平台对照" in shown
    assert "2026-11-22 08:30" in shown
    assert "2026-11-22 09:10" in shown


@pytest.mark.parametrize("who", ["outsider", "officer", "storekeeper"])
def test_other_units_find_nothing(browser_of, prepared, who):
    mark = prepared[0]
    client = browser_of(who)
    hidden = {"outsider": {404}, "officer": {403}, "storekeeper": {200, 403}}[who]
    found = {client.get(f"/marks/{mark.pk}/{tail}").status_code for tail in ("", "edit/")}
    assert found <= hidden
    posted = {client.post(f"/marks/{mark.pk}/withdraw/", {"why": "x"}).status_code,
              client.post("/marks/declare/", {"mark": mark.pk, "by": "x"}).status_code}
    assert posted <= {403, 404}
    assert Mark.objects.filter(state="prepared").count() == 2


def test_an_outsider_cannot_fetch_proof_or_export(browser_of, cast, judged, real_now):
    from qingyuan.areas.telemetry.marking import proofs

    start = real_now - 7200
    mark = actions.prepare_mark(cast.manager, judged.point, kind="fault", start=start,
                                end=start + 600, note="示例", proof=proofs.keep(PDF))
    assert browser_of("outsider").get(f"/marks/{mark.pk}/proof/").status_code == 404
    book = load_workbook(io.BytesIO(browser_of("outsider").get("/marks/declarations.xlsx").content))
    assert book.active.max_row == 2  # headings alone


@pytest.mark.parametrize(("path", "words"), [
    ("/marks/", "还没有标记"), ("/marks/?state=late", "没有符合条件的标记"),
    ("/marks/import/", "还没有导入过平台标记"), ("/marks/suggestions/", "没有待标记的时段"),
])
def test_empty_pages_offer_a_first_step(browser_of, station, path, words):
    station()
    assert words in text(browser_of("manager").get(path))


def test_every_kind_has_a_colour_and_a_word():
    from qingyuan.ui.states import STATES

    assert [kind for kind in MarkKind.values if f"mark.{kind}" not in STATES] == []


@pytest.mark.parametrize(("name", "path"), [
    ("mark", "/marks/{pk}/"), ("marks import", "/marks/import/"),
    ("mark suggestions", "/marks/suggestions/"),
])
def test_budgets(browser_of, prepared, budget, name, path):
    client = browser_of("manager")
    with budget(name):
        assert client.get(path.format(pk=prepared[0].pk)).status_code == 200
