"""Pages of records through HTTP: begin, fill, save, submit, read, correct, list, take away."""

import io
import json
from datetime import date

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from qingyuan.areas.files.models import Attachment
from qingyuan.areas.records.keeping import actions, queries
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import Record
from qingyuan.areas.records.reading import as_sent
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import DAY, sample

pytestmark = pytest.mark.django_db
G4 = load_forms()["hj75.g4"]
URLENCODED = "application/x-www-form-urlencoded"


def text(answer) -> str:
    return answer.content.decode()


def encoded(form, answers, **more) -> str:
    sent = QueryDict(mutable=True)
    for name, value in as_sent(form, answers):
        sent.appendlist(name, value)
    for name, value in more.items():
        sent[name] = str(value)
    return sent.urlencode()


@pytest.fixture
def good(cast):
    """Good answers of a G.4, whose files have arrived."""
    answers = sample(G4, 1, technique="extractive")
    for _path, one in placed(answers):
        Attachment.objects.get_or_create(
            organisation=cast.houses.unit, sha256=one.get("sha256", "0" * 64),
            defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
    return answers


@pytest.fixture
def draft(cast, rig):
    return actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)


@pytest.fixture
def submitted(cast, draft, good):
    return actions.submit(cast.engineer, draft, good)


# -- beginning -----------------------------------------------------------------------------------


def test_a_sheet_opens_its_form_at_once_and_once(browser_of, rig):
    client = browser_of("engineer")
    first = client.get(f"/records/new/?sheet={rig.sheet.pk}")
    again = client.post("/records/new/", {"sheet": rig.sheet.pk})
    record = Record.objects.get()
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"] == f"/records/{record.pk}/fill/"
    page = text(client.get(first["Location"]))
    assert "完全抽取法CEMS日常巡检记录表" in page


def test_a_point_and_a_form_are_chosen_one_after_the_other(browser_of, rig):
    client = browser_of("engineer")
    assert "示例热力有限公司 1 号排口" in text(client.get("/records/new/"))
    forms = text(client.get(f"/records/new/?point={rig.point.pk}"))
    assert "CEMS零点/量程漂移与校准记录表" in forms
    assert "直接测量法CEMS日常巡检记录表" not in forms
    done = client.post("/records/new/", {"point": rig.point.pk, "form": "hj75.g4"})
    again = client.get(f"/records/new/?point={rig.point.pk}&form=hj75.g4")
    assert done["Location"] == again["Location"]
    assert Record.objects.get().system_id == rig.system.pk


@pytest.mark.parametrize(("who", "status"), [
    ("engineer", 302), ("manager", 302), ("reviewer", 403), ("discharger", 403),
    ("inspector", 403), ("officer", 403), ("outsider", 404),
])
def test_who_may_begin(browser_of, rig, who, status):
    assert browser_of(who).get(f"/records/new/?sheet={rig.sheet.pk}").status_code == status


def test_items_not_due_come_after_the_others_folded(cast, browser_of, rig):
    rig.sheet.duties = ["hj75.house.hygiene"]
    rig.sheet.save()
    record = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    page = text(browser_of("engineer").get(f"/records/{record.pk}/fill/"))
    assert page.index("采样管路气密性检查") > page.index("本次未到期的项目（选填）")
    assert page.index("站房卫生") < page.index("本次未到期的项目（选填）")


# -- filling -------------------------------------------------------------------------------------


def test_the_draft_shows_what_is_known_and_only_its_own_blocks(browser_of, draft):
    page = text(browser_of("engineer").get(f"/records/{draft.pk}/fill/"))
    assert 'name="analysers.so2.range_high" value="200"' in page
    assert 'name="open" value="analysers.so2" checked>' in page
    assert 'name="open" value="analysers.co" >' in page


def test_saving_keeps_what_was_typed_and_a_second_tab_is_told(browser_of, draft, good):
    client = browser_of("engineer")
    place = f"/records/{draft.pk}/fill/save/"
    one = client.post(place, encoded(G4, good, saved_at=draft.saved_at), content_type=URLENCODED)
    assert one.json()["saved_at"] > draft.saved_at
    good["tail"]["remark"] = "另一页"
    two = client.post(place, encoded(G4, good, saved_at=draft.saved_at), content_type=URLENCODED)
    assert two.status_code == 409
    assert two.json()["sent"]["tail"]["remark"] == "另一页"
    assert two.json()["saved_at"] == one.json()["saved_at"]
    kept = two.json()["kept"]["analysers"]["so2"]["zero_before"]
    assert kept == good["analysers"]["so2"]["zero_before"]


def test_computed_values_come_while_one_types(browser_of, draft, good):
    found = browser_of("engineer").post(
        f"/records/{draft.pk}/fill/live/", encoded(G4, good), content_type=URLENCODED).json()
    assert found["computed"]["analysers.so2.zero_result"]["text"] == "合格"


def test_submitting_shows_problems_beside_fields_and_loses_nothing(browser_of, draft, good):
    good["analysers"]["so2"].pop("zero_before")
    good["tail"]["remark"] = "不能丢"
    answer = browser_of("engineer").post(
        f"/records/{draft.pk}/fill/", encoded(G4, good), content_type=URLENCODED)
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#f-analysers.so2.zero_before"' in page
    assert "不能丢" in page
    draft.refresh_from_db()
    assert (draft.state, draft.answers["tail"]["remark"]) == ("draft", "不能丢")


def test_submitting_leads_to_the_record(browser_of, draft, good):
    client = browser_of("engineer")
    place = f"/records/{draft.pk}/fill/"
    answer = client.post(place, encoded(G4, good), content_type=URLENCODED,
                         headers={"X-Asked-By": "script"})
    assert answer.json() == {"to": f"/records/{draft.pk}/"}
    assert client.get(place)["Location"] == f"/records/{draft.pk}/"
    assert client.post(f"{place}save/", {}).status_code == 410


@pytest.mark.parametrize("part", ["", "save/", "live/", "discard/"])
def test_a_draft_is_its_units_own(browser_of, draft, part):
    for who, statuses in (("outsider", {404, 410}), ("discharger", {403}), ("inspector", {403})):
        answer = browser_of(who).post(f"/records/{draft.pk}/fill/{part}", {})
        assert answer.status_code in statuses
    assert Record.objects.filter(pk=draft.pk, state="draft").exists()


def test_a_photo_from_a_browser_without_scripts_is_kept(browser_of, cast, rig):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    form, path = next(
        (form, f"{spot.section}.{one.name}") for form in load_forms().values()
        for spot, one in form.fields() if one.type == "photo" and not spot.table and not one.set
        and not one.only and not form.section(spot.section).blocks)
    record = actions.start(cast.engineer, rig.point, form.code)
    answer = browser_of("engineer").post(f"/records/{record.pk}/fill/", {
        f"{path}.upload": SimpleUploadedFile("a.png", out.getvalue(), "image/png")})
    assert answer.status_code == 422
    record.refresh_from_db()
    section, name = path.split(".")
    digest = record.answers[section][name][0]["sha256"]
    assert Attachment.objects.get().sha256 == digest
    assert browser_of("engineer").get(
        f"/records/{record.pk}/files/{digest}/").status_code == 200


def test_a_file_that_is_refused_is_told_beside_the_answers(browser_of, rig, draft):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = SimpleUploadedFile("a.png", b"<script>alert(1)</script>", "image/png")
    answer = browser_of("engineer").post(
        f"/records/{draft.pk}/fill/", {"tail.report.upload": page})
    assert answer.status_code == 422
    assert "不支持该文件类型" in text(answer)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(("kind", "offered"), [("no_photo", True), ("escort", False)])
def test_photos_may_be_left_out_where_the_site_forbids_them(cast, browser_of, rig, kind, offered):
    from qingyuan.areas.assets.models import EntryCondition
    from qingyuan.areas.maintenance.models import DutySetChoice

    DutySetChoice.objects.create(organisation=cast.houses.unit, set="zibo", on=True)
    EntryCondition.objects.create(
        discharger=rig.point.organisation, kind=kind, since=date(2020, 1, 1))
    draft = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    page = text(browser_of("engineer").get(f"/records/{draft.pk}/fill/"))
    assert ('data-left-out="analysers.so2.photos"' in page) is offered
    said = json.dumps({"left_out": "防爆区", "confirmed_by": "示例张工"})
    browser_of("engineer").post(f"/records/{draft.pk}/fill/save/", {
        "open": "analysers.so2", "analysers.so2.photos": said, "saved_at": draft.saved_at})
    draft.refresh_from_db()
    assert draft.answers["analysers"]["so2"]["photos"] == [json.loads(said)]


def test_a_done_sheet_says_so(cast, browser_of, rig):
    rig.sheet.done_at, rig.sheet.done_by = 1, "record:1"
    rig.sheet.save()
    answer = browser_of("engineer").get(f"/records/new/?sheet={rig.sheet.pk}")
    assert (answer.status_code, "该表已完成" in text(answer)) == (422, True)


def test_throwing_a_draft_away(browser_of, draft):
    assert browser_of("engineer").post(
        f"/records/{draft.pk}/fill/discard/")["Location"] == "/today/"
    assert not Record.objects.exists()


# -- reading -------------------------------------------------------------------------------------


def test_the_record_says_what_was_found_and_done(browser_of, submitted, budget):
    client = browser_of("engineer")
    with budget("record"):
        page = text(client.get(f"/records/{submitted.pk}/"))
    for said in ("零点漂移评价", "合格", "登记的事件", "校准", "HJ 75-2017", "与内容相符"):
        assert said in page
    assert f'href="/records/{submitted.pk}.pdf"' in page


@pytest.mark.parametrize(("who", "status"), [
    ("engineer", 200), ("reviewer", 200), ("discharger", 200), ("inspector", 200),
    ("outsider", 404), ("officer", 403),
])
def test_who_may_read(browser_of, submitted, who, status):
    assert browser_of(who).get(f"/records/{submitted.pk}/").status_code == status


def test_outsiders_read_no_risk_no_remark_no_draft(cast, browser_of, submitted):
    from qingyuan.areas.records.review.actions import send_back

    send_back(cast.reviewer, submitted, "照片不清，请重拍")
    page = text(browser_of("discharger").get(f"/records/{submitted.pk}/"))
    assert "照片不清" not in page
    assert "更正与作废" not in page
    assert "照片不清" in text(browser_of("engineer").get(f"/records/{submitted.pk}/"))
    new = actions.correct(cast.engineer, submitted, "重拍")
    assert browser_of("discharger").get(f"/records/{new.pk}/").status_code == 404


def test_correcting_and_its_differences(browser_of, submitted):
    client = browser_of("engineer")
    place = f"/records/{submitted.pk}/"
    assert client.post(f"{place}correct/", {"reason": ""}).status_code == 422
    to = client.post(f"{place}correct/", {"reason": "零气浓度录错"})["Location"]
    new = Record.objects.get(replaces=submitted)
    assert to == f"/records/{new.pk}/fill/"
    answers = {**new.answers, "tail": {**new.answers["tail"], "remark": "以更正为准"}}
    client.post(to, encoded(G4, answers), content_type=URLENCODED)
    page = text(client.get(f"/records/{new.pk}/"))
    assert "以更正为准" in page[page.index('id="versions"'):]
    assert "零气浓度录错" in page


def test_voiding(browser_of, submitted):
    place = f"/records/{submitted.pk}/void/"
    assert browser_of("engineer").post(place, {"reason": "误"}).status_code == 403
    assert browser_of("manager").post(place, {"reason": ""}).status_code == 422
    assert browser_of("manager").post(place, {"reason": "误填"}).status_code == 302
    page = text(browser_of("manager").get(f"/records/{submitted.pk}/"))
    assert "已作废" in page
    assert "已撤回" in page


def test_a_record_shows_its_files_to_whoever_reads_it_and_no_others(cast, browser_of, draft, good):
    row = Attachment.objects.create(
        organisation=cast.houses.unit, sha256="cd" * 32, kind="photo", media_type="image/png",
        size=1, at=1)
    good["tail"]["signature"]["sha256"] = row.sha256
    other = Attachment.objects.create(
        organisation=cast.houses.unit, sha256="ef" * 32, kind="photo", media_type="image/png",
        size=1, at=1)
    done = actions.submit(cast.engineer, draft, good)
    place = f"/records/{done.pk}/files/"
    # 500: the test has put no bytes on the disk; the right was checked before
    assert browser_of("discharger").get(f"{place}{row.sha256}/").status_code == 500
    assert browser_of("discharger").get(f"{place}{other.sha256}/").status_code == 404
    assert browser_of("outsider").get(f"{place}{row.sha256}/").status_code == 404


def test_a_signature_stands_at_its_line_and_nobody_misses_the_time_of_a_camera(
        cast, browser_of, draft, good):
    Attachment.objects.create(
        organisation=cast.houses.unit, sha256="ce" * 32, kind="signature", media_type="image/png",
        size=1, at=1)
    good["tail"]["signature"]["sha256"] = "ce" * 32
    done = actions.submit(cast.engineer, draft, good)
    for place in (f"/records/{done.pk}/", f"/review/{done.pk}/"):
        page = text(browser_of("manager").get(place))
        assert page.count(f'{"ce" * 32}/?view=1') == 1
        assert 'class="sign-image"' in page
        assert "没有拍摄时间" not in page


# -- the list ------------------------------------------------------------------------------------


def test_the_list_counts_filters_and_pages(cast, browser_of, submitted, rig, budget):
    actions.start(cast.engineer, rig.point, "hj75.g8")
    client = browser_of("engineer")
    with budget("records"):
        page = text(client.get("/records/"))
    assert page.count("data-row") == 2
    for query, rows in (("state=submitted", 1), ("state=draft", 1), ("kind=calibration", 1),
                        ("passed=no", 0), ("passed=yes", 1), (f"from={DAY}&to={DAY}", 1),
                        (f"point={rig.other.pk}", 0), (f"person={cast.engineer.user.pk}", 2),
                        ("q=零点", 1), ("from=nonsense&point=x", 2), ("form=hj75.g8", 1)):
        assert text(client.get(f"/records/?{query}")).count("data-row") == rows, query
    assert text(browser_of("discharger").get("/records/")).count("data-row") == 1


def test_ten_thousand_records_stay_quick(cast, browser_of, rig, budget):
    import time

    Record.objects.bulk_create([Record(
        organisation=cast.houses.unit, point=rig.point, form="hj75.g1", form_version=1,
        form_digest="x", title="巡检", kind="inspection", state="accepted", day=date(2026, 1, 1),
        client_id=f"bulk-{n:06}", who="示例", saved_at=1) for n in range(10_000)])
    client = browser_of("engineer")
    client.get("/records/")
    start = time.perf_counter()
    with budget("records"):
        answer = client.get("/records/?state=accepted&page=150")
    assert (answer.status_code, time.perf_counter() - start < 1.5) == (200, True)


def test_the_table_to_take_away(browser_of, submitted):
    client = browser_of("engineer")
    sheet = load_workbook(io.BytesIO(client.get("/records/table.xlsx").content)).active
    assert [cell.value for cell in sheet[2]][:5] == [
        DAY.isoformat(), "示例热力有限公司", "1 号排口", "示例烟气系统", submitted.title]
    assert "CEMS零点" in client.get("/records/table.csv").content.decode()
    assert client.get("/records/table.exe").status_code == 404
    assert "CEMS零点" not in browser_of("outsider").get("/records/table.csv").content.decode()


# -- the API -------------------------------------------------------------------------------------


def test_a_phone_begins_saves_and_submits(browser_of, rig, good):
    client = browser_of("engineer")

    def post(path, data):
        return client.post(f"/api/v1{path}", json.dumps(data), content_type="application/json")

    begun = post("/records", {"point": rig.point.pk, "form": "hj75.g4", "system": rig.system.pk,
                              "day": DAY.isoformat(), "client_id": "phone-0001"})
    assert begun.status_code == 200, begun.content
    record = begun.json()
    assert post("/records", {"point": rig.point.pk, "form": "hj75.g4",
                             "client_id": "phone-0001"}).json()["id"] == record["id"]
    place = f"/records/{record['id']}"
    saved = post(f"{place}/save", {"answers": good, "saved_at": record["saved_at"]})
    assert saved.json()["saved_at"] > record["saved_at"]
    late = post(f"{place}/save", {"answers": {}, "saved_at": record["saved_at"]})
    assert (late.status_code, late.json()["kept"]["answers"] != {}) == (409, True)
    bad = post(f"{place}/submit", {"answers": {"tail": {}}})
    assert bad.status_code == 422
    assert "header.end" in bad.json()["errors"]
    done = post(f"{place}/submit", {"answers": good})
    assert (done.json()["state"], done.json()["passed"]) == ("submitted", True)
    assert post(f"{place}/submit", {"answers": good}).json()["digest"] == done.json()["digest"]


def test_the_api_lists_and_shows_what_the_pages_do(browser_of, submitted):
    engineer, outsider = browser_of("engineer"), browser_of("outsider")
    listed = engineer.get("/api/v1/records?state=submitted").json()
    assert [one["id"] for one in listed["items"]] == [submitted.pk]
    assert outsider.get("/api/v1/records").json()["items"] == []
    shown = engineer.get(f"/api/v1/records/{submitted.pk}").json()
    assert shown["answers"]["analysers"]["so2"]["zero_result"] == "pass"
    assert shown["risk"] is not None
    assert browser_of("discharger").get(
        f"/api/v1/records/{submitted.pk}").json()["risk"] is None
    assert outsider.get(f"/api/v1/records/{submitted.pk}").status_code == 404


def test_the_form_for_the_phone(browser_of, rig):
    client = browser_of("engineer")
    found = client.get(
        f"/api/v1/records/forms/hj75.g4?point={rig.point.pk}&system={rig.system.pk}").json()
    assert (found["code"], found["technique"]) == ("hj75.g4", "extractive")
    assert found["limits"]
    assert client.get(f"/api/v1/records/forms/none?point={rig.point.pk}").status_code == 404
    listed = client.get(f"/api/v1/records/forms?point={rig.point.pk}").json()
    assert "hj75.g1" in [one["code"] for one in listed]


def test_a_correction_over_the_api(browser_of, submitted):
    client = browser_of("engineer")
    place = f"/api/v1/records/{submitted.pk}/correct"
    no = client.post(place, json.dumps({"reason": ""}), content_type="application/json")
    yes = client.post(place, json.dumps({"reason": "录错"}), content_type="application/json")
    assert (no.status_code, yes.json()["version"]) == (422, 2)


def test_previous_is_offered_to_the_unit(cast, browser_of, submitted, rig, good):
    later = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    assert queries.previous_of(later).pk == submitted.pk
    page = text(browser_of("engineer").get(f"/records/{later.pk}/"))
    assert "上一份同类记录" in page
