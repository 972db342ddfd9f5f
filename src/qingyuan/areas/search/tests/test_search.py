"""Words of two characters in Chinese text, on both databases; whatever is typed only finds or does
not."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qingyuan.areas.organisations.scope import MAY, Scope
from qingyuan.areas.search import extracts, index, kinds, store, tokens
from qingyuan.areas.search.models import Cursor, Entry
from qingyuan.ui.context import SEARCHERS

pytestmark = pytest.mark.django_db
ODD = ["\"", "'", "*", "校准*", "AND", "NOT 校准", "OR", "title:校准", "(", ")", "^校准", "校准\"",
       "'; DROP TABLE search_entry; --", "NEAR(校准 记录)", "-校准", "校准:*", "a & b | !c",
       "\\", "\0", "%", "%s", "{title} : x", "<->", "校", "。，！", "\ud800", "😀", "İ", "@o1"]


@pytest.fixture
def shelf(cast, monkeypatch):
    """Three things of the unit and one of the neighbours, of two kinds."""
    monkeypatch.setattr(kinds, "_KINDS", {"record": kinds.seen(cast.manager)["record"]})
    kinds.bring("paper", "文件", "see_documents", "files")
    unit, other = cast.houses.unit, cast.houses.other
    index.put_many([
        index.Put(unit, "paper", "paper:1", "零点漂移校准规程",
                  "每七天用标准气体校准一次。", "/a/", 1),
        index.Put(unit, "paper", "paper:2", "巡检规程",
                  "发现漂移超过限值时，校准后再次检查ＳＯ₂。", "/b/", 3),
        index.Put(unit, "record", "record:3", "巡检记录", "站房校。准备记录", "/c/", 2, point=9),
        index.Put(other, "paper", "paper:1", "校准规程", "邻家的校准", "/d/", 4)])


def refs(scope, words: str, **more) -> list[str]:
    return [row.ref for row in index.find(scope, words, **more).rows]


def test_a_word_of_two_characters_is_found_wherever_it_stands(cast, shelf):
    assert refs(cast.manager, "校准") == ["paper:1", "paper:2"]
    assert refs(cast.manager, "漂移") == ["paper:1", "paper:2"]
    assert refs(cast.manager, "漂移 再次") == ["paper:2"]
    assert refs(cast.manager, "so2") == refs(cast.manager, "ＳＯ2") == ["paper:2"]
    assert refs(cast.manager, "规程") == ["paper:2", "paper:1"], "of equals the newest"


def test_a_longer_word_stands_together_and_a_single_character_is_found(cast, shelf):
    assert refs(cast.manager, "漂移校准") == ["paper:1"]
    assert refs(cast.manager, "漂移超过限值") == ["paper:2"]
    assert refs(cast.manager, "移漂") == []
    assert sorted(refs(cast.manager, "校")) == ["paper:1", "paper:2", "record:3"]
    assert refs(cast.manager, "值") == ["paper:2"], "the last of its run"
    assert refs(cast.manager, "校准备") == [], "a full stop stands between them"


def test_what_is_put_again_changes_and_what_is_forgotten_is_gone(cast, shelf):
    unit = cast.houses.unit
    index.put(unit, "paper", "paper:1", title="停用", text="不再使用", link="/a/", at=9)
    assert refs(cast.manager, "校准") == ["paper:2"]
    assert refs(cast.manager, "停用") == ["paper:1"]
    assert index.forget(unit, "paper", ["paper:1", "paper:404"]) == 1
    assert refs(cast.manager, "停用") == []
    assert Entry.objects.count() == 3


def test_nobody_finds_the_neighbours_or_kinds_that_are_not_theirs(cast, shelf):
    assert refs(cast.outsider, "校准") == ["paper:1"]
    assert index.find(cast.outsider, "邻家").rows[0].link == "/d/"
    assert refs(cast.manager, "邻家") == []
    plant = Scope(cast.houses.unit, "discharger_manager")
    found = index.find(plant, "校准 巡检")
    assert (found.total, "paper" in found.counts) == (0, False)
    with pytest.raises(PermissionDenied, match="may not search"):
        index.find(cast.inspector, "校准")


def test_counts_are_of_every_kind_and_the_total_of_those_asked_for(cast, shelf):
    found = index.find(cast.manager, "巡检", kinds=("record",))
    assert (found.total, found.counts["paper"], found.counts["record"]) == (1, 1, 1)
    assert [row.ref for row in found.rows] == ["record:3"]
    assert found.rows[0].point == 9


def test_pages_of_hits_meet_without_a_gap_also_beyond_those_that_are_ranked(
        cast, shelf, monkeypatch):
    monkeypatch.setattr(store, "RANKED", 5)
    index.put_many(index.Put(cast.houses.unit, "paper", f"p:{n}", f"第{n}号",
                             "同样的正文" * (n % 3 + 1), "/", n) for n in range(17))
    pages = [refs(cast.manager, "正文", limit=4, offset=at) for at in range(0, 20, 4)]
    assert [len(page) for page in pages] == [4, 4, 4, 4, 1]
    assert len({ref for page in pages for ref in page}) == 17


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(" ".join(ODD))
@given(st.text(max_size=30) | st.lists(st.sampled_from(ODD), max_size=5).map(" ".join)
       | st.text(alphabet="校准 \"'*()^:{}-+&|!<>\\@aO12", max_size=20))
def test_nothing_that_is_typed_reaches_the_index_as_syntax(cast, shelf, words):
    found = index.find(cast.manager, words)
    assert all(row.link != "/d/" for row in found.rows)
    assert found.total == len(found.rows)


@given(st.text(alphabet="校准记录。 a1Ａ", max_size=40), st.text(alphabet="校准记录a", min_size=1,
                                                        max_size=4))
def test_marks_are_the_words_and_the_parts_are_the_text(text, words):
    asked = tokens.pieces(words)
    parts = extracts.marked(text, asked)
    assert "".join(part for part, _hit in parts) == text
    folded = tokens.fold(text)
    assert len(folded) == len(text)
    assert any(hit for _part, hit in parts) == any(
        one.text in folded if one.is_han else one.text in tokens.runs(text) for one in asked)


def test_an_extract_shows_where_the_words_stand_together():
    text = "前言" * 100 + "零点\n漂移超限，已重新校准" + "后记" * 100
    parts = extracts.extract(text, tokens.pieces("漂移 校准"))
    assert [part for part, hit in parts if hit] == ["漂移", "校准"]
    assert parts[0] == parts[-1] == ("…", False)
    assert "\n" not in "".join(part for part, _hit in parts)


def test_rebuilding_finds_the_same(cast, shelf):
    store.erase(Entry.objects.values_list("pk", flat=True))
    index.move("records.acts", 7)
    assert index.rebuild(piece=2) == 4
    assert refs(cast.manager, "校准") == ["paper:1", "paper:2"]
    assert not Cursor.objects.exists()


def test_the_page_marks_escapes_and_counts(cast, shelf, browser_of, budget):
    index.put(cast.houses.unit, "paper", "x", title="<b>校准</b>",
              text="<script>漂移", link="/x/", at=5)
    client = browser_of("manager")
    with budget("full text"):
        page = client.get("/search/?q=校准").content.decode()
    assert "&lt;b&gt;<mark>校准</mark>&lt;/b&gt;" in page
    assert "<script>漂移" not in page
    assert "每七天用标准气体<mark>校准</mark>" in page
    assert "这一类里没有找到" in client.get("/search/?q=校准&kind=record").content.decode()
    assert "没有找到" in client.get("/search/?q=甲乙丙丁&page=9").content.decode()
    assert "搜索记录和文件" in client.get("/search/").content.decode()
    answer = client.get("/api/v1/search?q=漂移&kind=paper&limit=1").json()
    assert (answer["total"], answer["rows"][0]["ref"]) == (3, "paper:1")
    assert browser_of("inspector").get("/search/?q=校准").status_code == 403
    assert set(SEARCHERS) == set(MAY["search"])
