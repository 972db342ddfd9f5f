"""Records as PDF: what the official table asks, by whom, for whom; a month as one file."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from pypdf import PdfReader

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files import actions
from qingyuan.areas.records.keeping import paper
from qingyuan.areas.records.models import Record, Review
from qingyuan.forms import Setting, load_forms
from qingyuan.forms.sampling import sample
from qingyuan.ui.paper import pages_of, typeset

pytestmark = pytest.mark.django_db
NOON = 1_795_413_605_000  # 2026-11-23 14:00:05 in China


@pytest.fixture
def kept(cast, station):
    """``kept("hj75.g1", state="accepted")``: a record of the unit at its point, with the answers of
    a generated visit."""
    one = station()

    def keep(code: str = "hj75.g1", *, technique: str = "extractive", answers=None, **facts):
        form = load_forms().get(code)
        facts = {"state": "submitted", "day": today(), "who": "示例engineer", "version": 1,
                 "submitted_at": NOON, "digest": "ab12" * 16, "passed": True, **facts}
        return Record.objects.create(
            organisation=cast.houses.unit, point=one.point, form=code, form_digest=form.digest,
            form_version=form.version, title=form.title, kind=form.kind, saved_at=NOON,
            client_id=f"c-{Record.objects.count()}", setting={"technique": technique},
            answers=sample(form, 3, technique=technique, day=facts["day"])
            if answers is None else answers, author=cast.engineer.user, **facts)

    keep.point = one.point
    return keep


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(
        " ", "").replace("\n", "")


def test_a_record_is_printed_as_the_official_table_asks(browser_of, kept):
    record = kept(state="accepted")
    Review.objects.create(record=record, who="示例reviewer", at=NOON, verb="accept",
                          reason="照片不清")
    answer = browser_of("engineer").get(f"/records/{record.pk}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    said = text_of(answer.content)
    form = load_forms().get("hj75.g1")
    items = [one.label for _spot, one in form.fields()
             if one.type == "check" and one.applies(Setting("extractive"))]
    assert len(items) > 30
    for words in (form.cite(), form.title, *items, "√", "示例热力有限公司", "1号排口",
                  "示例reviewer", f"{record.day:%Y%m%d}-{record.pk}", "第1版", "ab12" * 16,
                  "第1/2页", "全部合格", "运行维护人员签名"):
        assert words.replace(" ", "") in said
    assert "照片不清" not in said


def test_only_items_of_the_technique_are_printed(browser_of, kept):
    record = kept("hj75.g3", technique="in_situ")
    said = text_of(browser_of("engineer").get(f"/records/{record.pk}.pdf").content)
    assert "抽取" not in said.replace(load_forms().get("hj75.g3").title, "")


def test_computed_figures_carry_limit_and_clause(browser_of, kept):
    said = text_of(browser_of("engineer").get(f"/records/{kept('hj75.g4').pk}.pdf").content)
    assert "计算与评价依据" in said
    assert "零点漂移=" in said
    assert "失控" in said
    assert "mg/m³" in said


def test_what_was_typed_is_printed_as_it_was_typed(kept):
    record = kept("om.stop")
    typed = '#import "x": * $y$ *z* \\ #panic("a")'
    section = next(s for s in load_forms().get("om.stop").sections
                   if any(f.type == "text" for f in s.fields))
    field = next(f for f in section.fields if f.type == "text" and f.computed is None)
    record.answers[section.name][field.name] = typed
    assert typed.replace(" ", "") in text_of(paper.record_pdf(paper.sheet_of(record)))


@pytest.mark.one_database
def test_every_form_is_printed_the_same_each_time(kept):
    link = "https://om.example.org/records/1/"
    for code, form in load_forms().items():
        record = kept(code, technique=form.techniques[-1])
        first = paper.record_pdf(paper.sheet_of(record, link))
        assert first == paper.record_pdf(paper.sheet_of(record, link)), code
        assert form.title.replace(" ", "") in text_of(first), code


def test_photos_stand_behind_the_tables_with_their_stamp(cast, kept):
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    photo = actions.keep(cast.engineer, out.getvalue(), kind="photo", place="1 号排口")
    record = kept("hj75.g1")
    bare = paper.record_pdf(paper.sheet_of(record))
    leaf = next(name for name, cells in record.answers.items()
                if any(isinstance(c, dict) and "mark" in c for c in cells.values()))
    item = next(c for c in record.answers[leaf].values() if isinstance(c, dict) and "mark" in c)
    item["photos"] = [{"sha256": photo.sha256, "name": "现场.jpg"},
                      {"left_out": "厂区禁止拍照"}, {"sha256": "0" * 64}]
    done = paper.record_pdf(paper.sheet_of(record))
    pictures = [x for page in PdfReader(io.BytesIO(done)).pages for x in page.images]
    before = [x for page in PdfReader(io.BytesIO(bare)).pages for x in page.images]
    assert len(pictures) == len(before) + 1
    said = text_of(done)
    for words in ("附图1", "未拍照：厂区禁止拍照", "文件不在系统中"):
        assert words in said


def test_a_draft_says_so_across_every_page(kept):
    said = text_of(paper.record_pdf(paper.sheet_of(kept(state="draft"))))
    assert said.count("草稿") >= 2 + 2  # across the page and in the foot, on two pages
    assert "草稿" not in text_of(paper.record_pdf(paper.sheet_of(kept(state="accepted"))))


def test_whoever_read_a_drawn_record_stands_on_the_paper(cast, kept):
    row = kept(state="accepted", reviewed_at=NOON)
    Review.objects.create(record=row, who="示例reviewer", at=NOON, verb="sample")
    assert "示例reviewer 2026-11-23 14:00" in [
        said for _label, said in paper.facts_of(paper.sheet_of(row))["facts"]]


def test_the_scan_of_an_old_paper_record_follows_it(cast, kept):
    old = typeset("ui/scan.typ", {"caption": "旧纸质记录", "image": None})
    scan = actions.keep(cast.engineer, old, kind="scan", name="旧.pdf")
    record = kept(answers={}, paper=scan.sha256)
    said = text_of(paper.record_pdf(paper.sheet_of(record)))
    assert "旧纸质记录" in said
    record.paper = actions.keep(cast.engineer, b"%PDF-1.7 broken", kind="scan").sha256
    assert "无法并入" in text_of(paper.record_pdf(paper.sheet_of(record)))


# -- for whom ------------------------------------------------------------------------------------


def test_who_may_not_read_a_record_has_no_pdf_of_it(browser_of, kept):
    draft, record = kept(state="draft"), kept()
    for who in ("outsider",):
        assert browser_of(who).get(f"/records/{record.pk}.pdf").status_code == 404
        assert browser_of(who).get(
            f"/points/{kept.point.pk}/records/{today():%Y-%m}.pdf").status_code == 404
    assert browser_of("officer").get(f"/records/{record.pk}.pdf").status_code == 403
    for who in ("discharger", "inspector"):
        assert browser_of(who).get(f"/records/{record.pk}.pdf").status_code == 200
        assert browser_of(who).get(f"/records/{draft.pk}.pdf").status_code == 404


def test_the_same_pdf_is_not_sent_twice(browser_of, kept):
    client, address = browser_of("engineer"), f"/records/{kept().pk}.pdf"
    mark = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": mark}).status_code == 304


def test_a_month_lists_its_records_and_holds_them_all(browser_of, kept):
    first = date(2026, 3, 1)
    inside = [kept(day=first), kept("hj75.g4", day=first + timedelta(days=30), state="accepted"),
              kept("om.stop", day=first + timedelta(days=5), passed=None)]
    kept(day=first - timedelta(days=1))
    kept(day=first, state="draft")
    kept(day=first, state="replaced")
    answer = browser_of("engineer").get(f"/points/{kept.point.pk}/records/2026-03.pdf")
    each = [pages_of(paper.record_pdf(paper.sheet_of(one))) for one in inside]
    assert pages_of(answer.content) == 1 + sum(each)
    cover = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().replace(" ", "")
    assert f"共3份，{sum(each)}页" in cover
    assert [f"{one.day:%Y%m%d}-{one.pk}" in cover for one in inside] == [True] * 3
    assert browser_of("engineer").get(
        f"/points/{kept.point.pk}/records/2026-13.pdf").status_code == 404


def test_an_empty_month_says_so(browser_of, kept):
    answer = browser_of("engineer").get(f"/points/{kept.point.pk}/records/2020-01.pdf")
    assert "本月没有已提交的记录" in text_of(answer.content)
