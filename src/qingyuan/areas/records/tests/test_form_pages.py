"""The record forms in a browser: each opens, computes, refuses and prints."""

import os
import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from qingyuan.areas.records import reading
from qingyuan.forms import Setting, load_forms, validate
from qingyuan.forms.sampling import DAY, defects, sample, spoil
from qingyuan.standards import load

pytestmark = pytest.mark.django_db
FORMS = load_forms()
# Each form in its first technique; with QINGYUAN_PROOF=1 (make proof-forms) in every one.
WHOLE = bool(os.environ.get("QINGYUAN_PROOF"))
EVERY = [(code, technique) for code, form in FORMS.items()
         for technique in form.techniques[:None if WHOLE else 1]]
EVERYBODY = ("manager", "engineer", "reviewer", "storekeeper", "discharger", "inspector")
AT = f"at={DAY:%Y-%m-%d}"
# trade names, symbols and units that stay as they are in a Chinese sentence
LATIN = {
    "CEMS", "NMHC", "CSV", "XLSX", "GB", "HJ", "SO", "NOX", "NO", "CO", "TOC", "UPS", "COD", "MN",
    "pH", "mg", "mol", "μmol", "kPa", "MPa", "kg", "mL", "mm", "mV", "min", "lux", "Pa", "TN",
    "TP", "IP", "ID", "SIM", "DB", "KV", "FID", "PLC",
    "DAS", "CMS", "HCl", "CODCr", "NH",
}


def text(answer) -> str:
    return answer.content.decode()


def main_of(page: str) -> str:
    """What a form's page says of the form, without navigation and dialogues."""
    return page[page.index("<main"):page.index("</main>")]


# -- who, and what is there ---------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(("who", "status"), [*((w, 200) for w in EVERYBODY), ("officer", 403)])
def test_who_may_open_forms(browser_of, who, status):
    client = browser_of(who)
    for path in ("/forms/", "/forms/hj75.g4/", "/forms/hj75.g4/print/"):
        assert client.get(path).status_code == status


@pytest.mark.parametrize("query", ["point=999999", "point=x", f"point={'9' * 30}"])
def test_a_point_that_is_not_there_is_not_found(browser_of, query):
    assert browser_of("manager").get(f"/forms/hj75.g1/?{query}").status_code == 404


def test_a_form_that_is_not_there_is_not_found(browser_of):
    client = browser_of("manager")
    assert {client.get(path).status_code for path in (
        "/forms/none/", "/forms/none/print/")} == {404}
    assert client.get("/forms/hj75.g1/live/").status_code == 405


def test_another_units_point_fills_no_head(browser_of, station, neighbour):
    own, other = station().point.pk, neighbour.point.pk
    manager, outsider = browser_of("manager"), browser_of("outsider")
    for part in ("", "print/"):
        assert manager.get(f"/forms/hj75.g1/{part}?point={own}").status_code == 200
        assert manager.get(f"/forms/hj75.g1/{part}?point={other}").status_code == 404
        assert outsider.get(f"/forms/hj75.g1/{part}?point={own}").status_code == 404
    assert "2 号排口" not in text(manager.get("/forms/hj75.g1/"))


def test_the_list_has_every_form_within_its_budget(browser_of, budget):
    client = browser_of("engineer")
    with budget("forms"):
        page = text(client.get("/forms/"))
    assert page.count("data-row") == len(FORMS) == 51
    assert all(f'href="/forms/{code}/"' in page for code in FORMS)


@pytest.mark.one_database
@pytest.mark.parametrize(("query", "holds"), [
    ("kind=calibration", lambda f: f.kind == "calibration"),
    ("technique=video", lambda f: "video" in f.techniques),
    ("q=附录G", lambda f: "附录G" in f"{f.title}{f.cite()}"),
])
def test_the_lists_filters(browser_of, query, holds):
    rows = browser_of("engineer").get(f"/forms/?{query}").context["rows"]
    assert {row["form"].code for row in rows} == {c for c, f in FORMS.items() if holds(f)}


# -- every form ---------------------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(("code", "technique"), EVERY)
def test_every_form_opens_in_chinese_alone(browser_of, budget, said, code, technique):
    client = browser_of("engineer")
    with budget("form"):
        page = text(client.get(f"/forms/{code}/?technique={technique}"))
    with budget("form print"):
        paper = text(client.get(f"/forms/{code}/print/?technique={technique}"))
    assert "试填，不保存" in page
    sources = FORMS[code].source, FORMS[code].code
    for shown in (main_of(page), main_of(paper)):
        plain = said(shown)
        for one in sources:
            plain = plain.replace(one, " ")
        english = set(re.findall(r"[A-Za-z_μ]{2,}", plain)) - LATIN
        assert not english


@pytest.mark.one_database
@pytest.mark.parametrize(("code", "technique"), EVERY)
def test_inputs_say_the_very_answers(code, technique):
    form, setting = FORMS[code], Setting(technique)
    answers = sample(form, 7, technique=technique)
    sent = QueryDict(mutable=True)
    for name, value in reading.as_sent(form, answers):
        sent.appendlist(name, value)
    read = reading.answers_of(form, setting, sent, MultiValueDict())
    assert validate(form, read, load(), DAY, setting) == []
    again = QueryDict(mutable=True)
    for name, value in reading.as_sent(form, read):
        again.appendlist(name, value)
    assert again == sent


@pytest.mark.one_database
@pytest.mark.parametrize(("code", "technique"), EVERY)
def test_good_answers_are_taken_and_computed(browser_of, post, code, technique):
    form = FORMS[code]
    answers = sample(form, 3, technique=technique)
    answer = post(browser_of("engineer"), form, answers, technique)
    page = text(answer)
    assert [p.sentence for p in answer.context["problems"]] == []
    assert answer.status_code == 200
    assert "可以提交" in page
    results = [r.label for r in answer.context["outcome"].results]
    assert all(label in page for label in results)


@pytest.mark.one_database
@pytest.mark.parametrize(("code", "technique"), EVERY)
def test_a_defect_is_told_beside_its_question(browser_of, post, code, technique):
    form = FORMS[code]
    good = sample(form, 5, technique=technique)
    wrong = [d for d in defects(form, good, technique) if d.kind not in (
        "wrong_type", "one_row", "counterexample")]
    defect = random.Random(f"{code} {technique}").choice(wrong)
    answers = spoil(form, good, defect, technique)
    answer = post(browser_of("engineer"), form, answers, technique)
    page = text(answer)
    assert answer.status_code == 422
    beside = page[page.index(f'id="f-{defect.path}"'):]
    told = [p for p in answer.context["problems"] if p.path.startswith(defect.path)]
    assert told
    feedback = beside.index('class="invalid-feedback d-block"')
    assert told[0].sentence in beside[feedback:feedback + 400]


# -- the engine in the browser ------------------------------------------------------------------


def test_drifts_are_computed_and_judged_by_the_limits_of_the_day(browser_of, post):
    form = FORMS["hj75.g4"]
    answers = sample(form, 3, technique="extractive")
    name, first = next(iter(answers["analysers"].items()))
    first |= {"range_low": 0, "range_high": 100, "zero_last": 0, "zero_before": 6.0}
    page = text(post(browser_of("engineer"), form, answers, "extractive"))
    place = page[page.index(f'data-computed="analysers.{name}.zero_result"'):]
    drift = page[page.index(f'data-computed="analysers.{name}.zero_drift"'):]
    assert "失控" in place[:200]
    assert re.search(r'class="num">6(\.0+)?<', drift[:200])
    assert "有不合格或异常" in page
    assert re.search(r'href="/rules/items/gas\.control\.[a-z0-9.]+\.zero\.ok/clause/', page)


def test_what_is_typed_is_computed_while_it_is_typed(browser_of):
    client = browser_of("engineer")
    sent = {"open": "analysers.so2", "analysers.so2.range_low": "0",
            "analysers.so2.range_high": "200", "analysers.so2.zero_last": "0",
            "analysers.so2.zero_before": "3"}
    told = client.post("/forms/hj75.g4/live/?technique=extractive", sent).json()
    assert float(told["computed"]["analysers.so2.zero_drift"]["text"]) == 1.5
    assert told["computed"]["analysers.so2.zero_result"]["text"] == "合格"


def test_a_question_that_does_not_arise_is_not_asked(browser_of):
    client = browser_of("engineer")
    path = "/forms/om.house_entry/live/?technique=water"
    assert "entry.other" in client.post(path, {"entry.reason": "维修"}).json()["hidden"]
    assert "entry.other" not in client.post(path, {"entry.reason": "其他"}).json()["hidden"]


def test_items_of_another_technique_or_set_are_not_shown(browser_of):
    client = browser_of("engineer")
    plain = text(client.get("/forms/hj75.g1/?technique=extractive"))
    local = text(client.get("/forms/hj75.g1/?technique=extractive&sets=zibo"))
    assert "gas.converter.mark" not in plain
    assert "gas.converter.mark" in local
    shown = text(client.get("/forms/hj75.g3/?technique=extractive"))
    assert "直接测量法" in main_of(shown)
    assert "完全抽取法" not in main_of(shown)


def test_nothing_typed_is_lost_by_an_error_or_by_a_further_row(browser_of):
    client = browser_of("engineer")
    sent = {"header.enterprise": "示例热力", "replaced.rows.1.quantity": "一瓶",
            "replaced.rows.1.day": "2026-03-05"}
    refused = client.post("/forms/hj75.g8/?technique=extractive", sent)
    added = client.post("/forms/hj75.g8/?technique=extractive",
                        {**sent, "add": "replaced.rows"})
    removed = client.post("/forms/hj75.g8/?technique=extractive",
                          {**sent, "remove": "replaced.rows.1"})
    assert (refused.status_code, added.status_code, removed.status_code) == (422, 200, 200)
    for page in map(text, (refused, added)):
        assert 'value="示例热力"' in page
        assert 'value="一瓶"' in page
    assert "请填写数字" in text(refused)
    assert 'name="replaced.rows.2.day"' in text(added)
    assert 'value="一瓶"' not in text(removed)


def test_an_empty_inspection_is_refused(browser_of):
    answer = browser_of("engineer").post("/forms/hj75.g1/?technique=extractive", {})
    assert answer.status_code == 422
    assert "没有检查任何项目，不能提交" in text(answer)


def test_a_photo_is_counted_by_its_bytes_and_not_kept(browser_of, places):
    client = browser_of("engineer")
    before = sorted(p for p in places.root.rglob("*") if p.is_file())
    image = SimpleUploadedFile("站房.jpg", b"\xff\xd8\xff not an image", "image/jpeg")
    page = text(client.post("/forms/om.house_entry/?technique=water",
                            {"entry.photo.upload": image}))
    digest = re.search(r'name="entry.photo" value="([0-9a-f]{64}) 站房.jpg"', page)
    assert digest
    assert sorted(p for p in places.root.rglob("*") if p.is_file()) == before


@pytest.mark.one_database
@pytest.mark.parametrize("sent", [
    {"add": "nothing.rows"}, {"add": "header.enterprise"}, {"add": ""}, {"remove": "x"},
    {"remove": "replaced.rows.999999"}, {"open": "no.block"}, {"replaced.rows.x.day": "1"},
    {f"replaced.rows.{'9' * 40}.day": "1"}, {"replaced.rows.1.quantity": "1e999"},
    {"header.enterprise": "甲" * 5000}, {"unasked": "1"}, {"tail.signature.name": "x" * 10},
])
def test_odd_inputs_break_nothing(browser_of, sent):
    client = browser_of("engineer")
    assert client.post("/forms/hj75.g8/?technique=extractive", sent).status_code in (200, 422)
    assert client.post("/forms/hj75.g8/live/?technique=extractive", sent).status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize("query", [
    "technique=none", "at=gestern", "at=1900-01-01", "methods=none&sets=none", "at=" + "9" * 99,
])
def test_odd_addresses_show_the_form(browser_of, query):
    client = browser_of("engineer")
    assert client.get(f"/forms/hj75.g5/?{query}").status_code == 200
    assert client.get(f"/forms/hj75.g5/print/?{query}").status_code == 200


# -- the point's own ----------------------------------------------------------------------------


def test_the_head_is_filled_from_the_register(browser_of, station):
    one = station(name="示例 9 号排口")
    client = browser_of("engineer")
    page = text(client.get(f"/forms/hj75.g1/?point={one.point.pk}"))
    paper = main_of(text(client.get(f"/forms/hj75.g1/print/?point={one.point.pk}")))
    assert 'value="示例热力有限公司"' in page
    for word in ("示例热力有限公司", "示例 9 号排口", "示例运维有限公司"):
        assert word in paper


def test_the_paper_has_the_tables_order_and_no_navigation(browser_of):
    paper = text(browser_of("engineer").get("/forms/hj75.g1/print/?technique=extractive"))
    titles = [s.title for s in FORMS["hj75.g1"].sections]
    places = [paper.index(f"<h2>{title}</h2>") for title in titles]
    assert places == sorted(places)
    assert "附录G 表G.1" in paper
    assert "<aside" not in paper
    items = [f for _s, f in FORMS["hj75.g1"].fields() if f.type == "check" and not f.set]
    asked = [f for f in items if not f.methods]
    assert len(re.findall(r'<tr><td class="no">', paper)) == len(asked)


def test_the_form_is_judged_by_its_points_own_limits(browser_of, cast, station):
    from datetime import date

    from qingyuan.areas.rules.actions import override_rule

    one = station()
    override_rule(
        cast.manager, name="gas.control.pm.zero.ok", value="1.7", link="permit", point=one.point,
        since=date(2026, 1, 1), clause="示例许可证 3", source="示例文件", why="示例理由")
    client = browser_of("manager")
    assert "1.7" not in main_of(text(client.get("/forms/hj75.g4/?technique=in_situ")))
    assert "1.7" in main_of(text(
        client.get(f"/forms/hj75.g4/?technique=in_situ&point={one.point.pk}")))


def test_paper_begins_with_what_the_register_knows_and_nothing_else(browser_of, station):
    one = station()
    paper = main_of(text(browser_of("engineer").get(
        f"/forms/hj75.g4/print/?technique=extractive&point={one.point.pk}")))
    assert "示例热力有限公司" in paper
    assert f"{DAY:%Y}-" not in paper.partition("<footer>")[0]
    assert ">否<" not in paper
    assert paper.count("□失控") > 0
    assert paper.count("零点漂移评价 = |零点漂移|") < 8


def test_the_summary_says_which_block_a_problem_is_in(browser_of):
    page = text(browser_of("engineer").post(
        "/forms/hj75.g4/?technique=extractive", {"open": ["analysers.so2", "analysers.nox"]}))
    listed = page[page.index('class="problems"'):page.index('id="tryout"')]
    assert "SO2：请填写分析仪原理" in listed
    assert "NOX：请填写分析仪原理" in listed
