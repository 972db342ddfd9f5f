"""The book of rules as people read and change it."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from qingyuan.areas.rules import listing, queries, usage, values
from qingyuan.areas.rules.models import RuleOverride
from qingyuan.calc import ruling
from qingyuan.standards import UNITS, citations, load

pytestmark = pytest.mark.django_db
MINUTES = "gas.hour.min_valid_minutes"
ITEM = f"/rules/items/{MINUTES}/"
TYPED = {
    "link": "organisation", "value": "40", "since": "2026-03-01", "until": "",
    "clause": "示例运维制度 3.2", "source": "示例文件 7 号", "status": "text", "why": "示例理由",
}


def text(answer) -> str:
    return answer.content.decode()


def names(page: str) -> list[str]:
    """The provisions of a list page, in its order."""
    return re.findall(r'<div class="mono note">([a-z0-9_.]+)</div>', page)


def tally(page: str, word: str) -> int:
    found = re.search(word + r'\s*<span class="tally">([\d\u202f]+)', page)
    assert found, word
    return int(found[1].replace("\u202f", ""))


# -- the list -----------------------------------------------------------------------------------


def test_the_list_has_every_provision_within_its_budget(browser_of, entered, budget):
    entered()
    client = browser_of("manager")
    with budget("rules"):
        page = text(client.get("/rules/"))
    assert tally(page, "全部") == len(load().names())
    assert sum(tally(page, word) for word in ("原文核对", "转述", "待核对")) == tally(page, "全部")
    assert page.count("data-row") == min(50, len(load().names()))


def test_figures_that_nobody_checked_are_counted_in_the_head_and_one_click_away(browser_of):
    client = browser_of("manager")
    page = text(client.get("/rules/"))
    count = int(re.search(r"(\d+) 项待核对", page)[1])
    assert 'href="/rules/?status=recalled"' in page
    answer = client.get("/rules/?status=recalled")
    assert answer.context["page"].paginator.count == count
    assert {line.shown.status for line in answer.context["page"].object_list} == {"recalled"}


@pytest.mark.parametrize(("query", "found", "not_found"), [
    ("q=有效分钟", MINUTES, "water.overdue"),
    ("q=MIN_VALID_MINUTES", MINUTES, "water.overdue"),
    ("standard=HJ 355-2019", "water.overdue", MINUTES),
    ("conflict=1", "water.backward.ended_by", "marks.deadline_hour"),
    ("own=1", MINUTES, "water.overdue"),
])
def test_filters_of_the_address_leave_what_they_say(browser_of, entered, query, found, not_found):
    entered()
    listed = names(text(browser_of("manager").get(f"/rules/?{query}")))
    assert found in listed
    assert not_found not in listed


def test_a_standards_provisions_stand_under_it_in_the_order_of_its_clauses(browser_of):
    answer = browser_of("manager").get("/rules/?standard=HJ 75-2017")
    lines = answer.context["page"].object_list
    clauses = [line.shown.clause for line in lines]
    assert len(clauses) > 5
    assert clauses == sorted(clauses, key=listing.natural)


def test_the_list_of_another_day_shows_what_held_then(browser_of):
    page = text(browser_of("manager").get("/rules/?at=2010-01-01&q=min_valid_minutes"))
    assert "2010-01-01 的规定" in page
    assert "尚未生效" in page


def test_an_own_figure_takes_the_place_of_the_national_one(browser_of, cast, entered):
    entered()
    own = text(browser_of("manager").get("/rules/?q=min_valid_minutes"))
    other = text(browser_of("outsider").get("/rules/?q=min_valid_minutes"))
    assert ("示例运维制度 3.2" in own, "示例运维制度 3.2" in other) == (True, False)
    assert ("本单位</div>" in own.replace(" ", ""), "国家</div>" in other.replace(" ", "")) == (
        True, True)


def test_a_permits_figure_is_named_beside_the_unit_wide_one(browser_of, station, entered):
    entered(link="permit", point=station(name="示例 9 号排口").point, value="50")
    page = text(browser_of("manager").get("/rules/?own=1"))
    assert "排污许可证 示例 9 号排口" in page


def test_empty_lists_say_why_and_what_next(browser_of):
    client = browser_of("manager")
    assert "本单位还没有登记规定" in text(client.get("/rules/?own=1"))
    assert "没有符合条件的条目" in text(client.get("/rules/?q=无此条目"))


@pytest.mark.parametrize(("who", "status"), [
    ("manager", 200), ("engineer", 200), ("reviewer", 200), ("storekeeper", 200),
    ("discharger", 200), ("inspector", 200), ("officer", 403),
])
def test_who_may_look(browser_of, who, status):
    client = browser_of(who)
    for path in ("/rules/", ITEM, f"{ITEM}clause/", "/rules/citations/", "/rules/provisions.csv"):
        assert client.get(path).status_code == status


@pytest.mark.parametrize("path", [
    "/rules/items/gas.nothing/", "/rules/items/gas.nothing/clause/", "/rules/provisions.pdf",
    f"{ITEM}?point=999999", f"{ITEM}?point=x", f"{ITEM}clause/?point={'9' * 30}",
])
def test_what_is_not_there_is_not_found(browser_of, path):
    assert browser_of("manager").get(path).status_code == 404


@pytest.mark.parametrize("at", ["", "gestern", "2026-02-30", "9" * 300])
def test_a_day_that_is_none_is_today(browser_of, at):
    client = browser_of("manager")
    assert all(client.get(path, {"at": at}).context["day"] == timezone.localdate()
               for path in ("/rules/", ITEM, "/rules/citations/"))


# -- exports ------------------------------------------------------------------------------------


def test_exports_hold_exactly_the_rows_and_columns_shown(browser_of, entered):
    entered()
    client = browser_of("manager")
    query = "standard=HJ 75-2017&q=gas.hour"
    shown = names(text(client.get(f"/rules/?{query}")))
    rows = list(csv.reader(io.StringIO(
        client.get(f"/rules/provisions.csv?{query}").content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(
        client.get(f"/rules/provisions.xlsx?{query}").content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows[1:]] == shown
    assert [row[1] for row in cells[1:]] == shown
    own = next(row for row in cells if row[1] == MINUTES)
    assert own[2:] == [40, "分钟", "示例运维制度 3.2", "转述", "2026-03-01", None, "本单位"]
    assert rows[0] == cells[0]


def test_an_export_starts_no_formula(browser_of, entered):
    entered(clause="=cmd|' /C calc'!A0")
    answer = browser_of("manager").get("/rules/provisions.csv?own=1")
    assert "'=cmd" in text(answer)


# -- one provision ------------------------------------------------------------------------------


def test_a_provision_shows_figure_clause_and_history_within_its_budget(
    browser_of, station, entered, budget
):
    station()
    entered()
    client = browser_of("manager")
    with budget("provision"):
        page = text(client.get(f"{ITEM}?at=2026-11-23"))
    national = load().at(MINUTES, date(2026, 11, 23))
    for words in ("示例运维制度 3.2", "示例文件 7 号", "示例理由", national.cite(), "登记规定",
                  "废气小时均值是否有效"):
        assert words in page


@pytest.mark.parametrize(("at", "shown", "since"), [
    ("2026-02-28", "45", "2018-03-01"), ("2026-03-01", "40", "2026-03-01"),
])
def test_the_chosen_day_decides_what_is_shown(browser_of, entered, at, shown, since):
    entered()
    found = browser_of("manager").get(f"{ITEM}?at={at}").context["p"]
    assert (str(found.value), found.since.isoformat()) == (shown, since)


def test_the_history_has_every_value_newest_first(browser_of, entered):
    entered(until=date(2026, 5, 31))
    entered(value="42", since=date(2026, 6, 1))
    steps = browser_of("manager").get(ITEM).context["timeline"]
    assert [step["p"].value for step in steps][:2] == [42, 40]
    assert 45 in [step["p"].value for step in steps]
    assert [step["now"] for step in steps].count(True) == 1


def test_conflicting_readings_stand_side_by_side_with_reason_and_status(browser_of):
    name = "water.backward.ended_by"
    page = browser_of("manager").get(f"/rules/items/{name}/")
    national = load().at(name, timezone.localdate())
    assert [r["chosen"] for r in page.context["readings"]] == [True] + [False] * len(
        national.readings)
    for why in (national.why, *(r.why for r in national.readings)):
        assert why in text(page)


def test_a_day_without_a_rule_says_so_and_shows_the_days_that_have_one(browser_of):
    page = text(browser_of("manager").get(f"{ITEM}?at=1999-12-31"))
    assert "该日没有规定" in page
    assert "?at=2018-03-01" in page


def test_a_points_page_shows_the_permit_that_holds_there(browser_of, station, entered):
    one = station(name="示例 9 号排口")
    entered()
    entered(link="permit", point=one.point, value="50")
    client = browser_of("manager")
    assert client.get(ITEM).context["p"].value == 40
    page = client.get(f"{ITEM}?point={one.point.pk}")
    assert page.context["p"].value == 50
    assert "排污许可证（示例 9 号排口）" in text(page)
    assert browser_of("discharger").get(f"{ITEM}?point={one.point.pk}").context["p"].value == 50
    assert browser_of("outsider").get(f"{ITEM}?point={one.point.pk}").status_code == 404


def test_own_figures_of_one_unit_are_not_on_the_page_of_another(browser_of, entered):
    entered()
    page = text(browser_of("outsider").get(ITEM))
    assert "示例运维制度" not in page
    assert "没有登记" in page


# -- entering and withdrawing -------------------------------------------------------------------


def test_an_own_figure_is_entered_and_told(browser_of):
    client = browser_of("manager")
    answer = client.post(f"{ITEM}override/", TYPED)
    assert (answer.status_code, answer.url) == (302, ITEM)
    row = RuleOverride.objects.get()
    assert (row.value, row.since, row.until, row.status) == ("40", date(2026, 3, 1), None, "text")
    page = text(client.get(answer.url))
    assert "已登记，自 2026-03-01 起的数据将重新判定" in page
    assert "登记规定" in page  # its history


@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"value": "forty"}, "value", "请填写一个数字"),
    ({"since": ""}, "since", "必填"),
    ({"until": "2026-02-01"}, "until", "止日不能早于起日"),
    ({"clause": ""}, "clause", "必填"),
    ({"source": ""}, "source", "必填"),
    ({"status": ""}, "status", "必填"),
    ({"link": "permit"}, "point", "请选择排污许可证所属的点位"),
    ({"link": "region", "area": "6"}, "area", "行政区划代码"),
])
def test_a_wrong_field_says_why_and_nothing_typed_is_lost(browser_of, changes, field, words):
    answer = browser_of("manager").post(f"{ITEM}override/", TYPED | changes)
    assert answer.status_code == 422
    assert words in "".join(answer.context["form"].errors[field])
    kept = [TYPED[name] for name in ("clause", "source") if name not in changes]
    assert all(f'value="{value}"' in text(answer) for value in kept)
    assert RuleOverride.objects.count() == 0


def test_a_point_chosen_for_another_link_falls_away(browser_of, station):
    one = station()
    browser_of("manager").post(f"{ITEM}override/", TYPED | {"point": one.point.pk, "area": "65"})
    row = RuleOverride.objects.get()
    assert (row.point, row.area) == (None, "")


def test_a_foreign_point_is_no_choice(browser_of, neighbour):
    answer = browser_of("manager").post(
        f"{ITEM}override/", TYPED | {"link": "permit", "point": neighbour.point.pk})
    assert answer.status_code == 422
    assert "point" in answer.context["form"].errors


def test_a_switch_offers_its_readings_in_words(browser_of):
    page = text(browser_of("manager").get("/rules/items/water.overdue/"))
    for word in queries.national().words("water.overdue"):
        assert f'<option value="{word}">{values.word(word)}</option>' in page


def test_the_unit_stands_inside_the_field(browser_of):
    page = text(browser_of("manager").get(ITEM))
    assert '<span class="input-group-text">分钟</span>' in page


def test_a_withdrawal_needs_a_reason_and_brings_the_old_figure_back(browser_of, entered):
    row = entered()
    client = browser_of("manager")
    path = f"{ITEM}overrides/{row.pk}/withdraw/"
    refused = client.post(path, {"why": ""})
    assert (refused.status_code, "请填写撤回原因" in text(refused)) == (422, True)
    assert client.post(path, {"why": "录入有误"}).status_code == 302
    page = client.get(ITEM)
    assert page.context["p"].value == 45
    assert "录入有误" in text(page)


@pytest.mark.parametrize("who", ["engineer", "reviewer", "discharger", "inspector"])
def test_who_may_not_set_figures_has_no_form_and_no_address(browser_of, entered, who):
    row = entered()
    client = browser_of(who)
    assert "登记本单位规定" not in text(client.get(ITEM))
    assert client.post(f"{ITEM}override/", TYPED).status_code == 403
    assert client.post(f"{ITEM}overrides/{row.pk}/withdraw/", {"why": "x"}).status_code == 403


def test_another_units_entry_is_not_found(browser_of, entered):
    row = entered()
    path = f"{ITEM}overrides/{row.pk}/withdraw/"
    assert browser_of("outsider").post(path, {"why": "误录"}).status_code == 404
    other = f"/rules/items/water.overdue/overrides/{row.pk}/withdraw/"
    assert browser_of("manager").post(other, {"why": "误录"}).status_code == 404
    assert RuleOverride.objects.get().withdrawn_at is None


def test_a_refused_forms_address_opens_the_page_again(browser_of):
    assert browser_of("manager").get(f"{ITEM}override/").url == ITEM


# -- the drawer ---------------------------------------------------------------------------------


def test_the_drawer_tells_one_provision_on_a_day_for_a_point(
    browser_of, station, entered, budget
):
    one = station()
    entered(link="permit", point=one.point, value="50", since=date(2026, 6, 1))
    client = browser_of("engineer")
    with budget("provision drawer"):
        part = client.get(f"{ITEM}clause/", {"at": "2026-06-01", "point": one.point.pk},
                          headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert "示例运维制度 3.2" in text(part)
    before = client.get(f"{ITEM}clause/", {"at": "2026-05-31", "point": one.point.pk})
    assert before.context["p"].value == 45
    assert "<html" in text(before)


def test_the_drawer_of_a_day_without_a_rule_says_so(browser_of):
    part = browser_of("manager").get(f"{ITEM}clause/?at=1999-01-01",
                                     headers={"HX-Request": "true"})
    assert "该日没有规定" in text(part)


def test_a_visitor_of_the_drawer_gets_401(client, db):
    assert client.get(f"{ITEM}clause/", headers={"HX-Request": "true"}).status_code == 401


# -- laws ---------------------------------------------------------------------------------------


def test_laws_switch_on_their_day(browser_of):
    client = browser_of("manager")
    duty = citations()["data_transmission"]
    for at, law in (("2025-12-31", "HJ 212-2017"), ("2026-01-01", "HJ 212-2025")):
        page = client.get(f"/rules/citations/?at={at}")
        now = [d["now"].law for d in page.context["duties"]
               if d["title"] == duty[0].title and d["now"]]
        assert now == [law]
    assert all(laws[0].title in text(page) for laws in citations().values())


# -- words --------------------------------------------------------------------------------------


def test_every_word_of_a_switch_and_every_unit_is_chinese_or_a_symbol():
    book = load()
    bare = [word for name in book.names() for word in book.words(name)
            if values.word(word) == word]
    assert bare == []
    english = [unit for unit in UNITS if re.search(r"[a-z]{3}", values.unit(unit))
               and unit not in ("mol", "g/mol", "L/mol", "umol/mol")]
    assert english == []


def test_every_provision_that_judging_reads_says_what_it_decides():
    unnamed = [name for name in ruling.READ if usage.uses(name) in ("", "数据判定")]
    assert unnamed == []
    assert usage.uses("gas.nothing") == ""


def test_pages_have_no_words_of_the_code_left(browser_of, station, entered):
    point = station().point
    entered(link="permit", point=point)
    entered(name="water.overdue", value="none")
    client = browser_of("manager")
    left = {}
    for path in ("/rules/", ITEM, "/rules/items/water.overdue/", f"{ITEM}clause/",
                 "/rules/citations/", "/rules/?own=1", "/rules/?q=zzz"):
        page = re.sub(r"(?s)<script.*?</script>|<head.*?</head>", "", text(client.get(path)))
        words = re.sub(r"(?s)<[^>]+>", " ", re.sub(r'(?s)<(\w+) class="mono[^>]*>.*?</\1>', "",
                                                   page))
        left[path] = [w for w in ("None", "True", "False", "national", "organisation", "permit:",
                                  "region:", "recalled", "secondary")
                      if w in words]
    assert left == dict.fromkeys(left, [])


def test_a_future_figure_is_on_its_day_after_entering(browser_of):
    day = (timezone.localdate() + timedelta(days=40)).isoformat()
    answer = browser_of("manager").post(f"{ITEM}override/", TYPED | {"since": day})
    assert answer.url == f"{ITEM}?at={day}"
