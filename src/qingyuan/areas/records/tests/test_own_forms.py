"""A company's own forms: entered without code, refused with a sentence, versioned, switched off."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records import own_forms
from qingyuan.areas.records.keeping.forms import form_by_digest, form_for, forms_of
from qingyuan.areas.records.models import OwnForm
from qingyuan.areas.records.views.own_forms import TEMPLATE
from qingyuan.forms import load_forms, validate
from qingyuan.forms.sampling import sample
from qingyuan.standards import load

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
TEXT = TEMPLATE % {"day": "2026-11-01"}


def text(answer) -> str:
    return answer.content.decode()


def second(since: str = "2026-12-01") -> str:
    return TEXT.replace("version = 1", "version = 2").replace(
        "阀体无漏气", "阀体无漏气、无锈蚀").replace("since = 2026-11-01", f"since = {since}")


def test_the_template_is_a_form_that_opens_validates_and_computes(cast):
    row = own_forms.keep_own_form(cast.manager, TEXT)
    form = form_for(cast.houses.unit, "own.valve", DAY)
    assert row.title == form.title == "电磁阀检查记录表"
    assert form.digest == row.digest
    for technique in form.techniques:
        answers = sample(form, 1, technique=technique)
        assert validate(form, answers, load(), DAY, technique) == []
    assert AuditLine.objects.get(verb="keep_own_form").after["code"] == "own.valve"


def test_a_version_begins_on_its_day_and_the_old_one_stays_for_its_records(cast):
    first = own_forms.keep_own_form(cast.manager, TEXT)
    own_forms.keep_own_form(cast.manager, second())
    unit = cast.houses.unit
    assert form_for(unit, "own.valve", DAY).version == 1
    assert form_for(unit, "own.valve", date(2026, 12, 1)).version == 2
    assert form_for(unit, "own.valve", date(2020, 1, 1)).version == 2
    assert form_by_digest(unit, first.digest).version == 1


def test_the_same_again_is_the_same_row_and_other_content_needs_a_new_version(cast):
    row = own_forms.keep_own_form(cast.manager, TEXT)
    assert own_forms.keep_own_form(cast.manager, TEXT) == row
    with pytest.raises(ValidationError, match="version 写作 2"):
        own_forms.keep_own_form(cast.manager, TEXT.replace("气源压力", "阀前压力"))
    assert OwnForm.objects.count() == 1


def test_one_that_is_switched_off_is_offered_no_longer_but_can_be_read(cast):
    row = own_forms.keep_own_form(cast.manager, TEXT)
    own_forms.switch_own_form(cast.manager, "own.valve", False)
    unit = cast.houses.unit
    assert form_for(unit, "own.valve", DAY) is None
    assert "own.valve" not in forms_of(unit, DAY)
    assert form_by_digest(unit, row.digest).code == "own.valve"
    own_forms.keep_own_form(cast.manager, TEXT)
    assert forms_of(unit, DAY)["own.valve"].version == 1


def test_another_unit_has_no_part_in_it(cast):
    row = own_forms.keep_own_form(cast.manager, TEXT)
    assert form_for(cast.houses.other, "own.valve", DAY) is None
    assert form_by_digest(cast.houses.other, row.digest) is None
    with pytest.raises(OwnForm.DoesNotExist):
        own_forms.switch_own_form(cast.outsider, "own.valve", False)
    own_forms.keep_own_form(cast.outsider, TEXT.replace("电磁阀", "调节阀"))
    assert form_for(cast.houses.unit, "own.valve", DAY).title == "电磁阀检查记录表"


def test_delivered_forms_cost_no_query_and_own_ones_are_read_once(
    cast, django_assert_num_queries,
):
    own_forms.keep_own_form(cast.manager, TEXT)
    unit = cast.houses.unit
    with django_assert_num_queries(0):
        assert form_for(unit, "hj75.g1", DAY) is load_forms()["hj75.g1"]
    form = form_for(unit, "own.valve", DAY)
    with django_assert_num_queries(1):
        assert form_for(unit, "own.valve", DAY) is form
    with django_assert_num_queries(1):
        assert len(forms_of(unit, DAY)) == len(load_forms()) + 1


@pytest.mark.parametrize("who", ["engineer", "reviewer", "discharger", "inspector"])
def test_who_may_not_enter_one(cast, who):
    with pytest.raises(PermissionDenied):
        own_forms.keep_own_form(getattr(cast, who), TEXT)


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ('code = "own.valve"', 'code = "hj75.g1"', "编号 code 应以 own. 开头"),
    ('unit = "MPa"', 'unit = "Volt"', "部分 valve, pressure：单位 'Volt' 不在单位表中"),
    ('kind = "inspection"', 'kind = "visit"', "表头：kind 'visit' 不在可用的取值之中"),
    ('title = "电磁阀检查记录表"\n', "", "表头：缺少 title"),
    ('least = 0', 'lowest = 0', "有不认识的键 lowest"),
    ('of = "电磁阀铭牌与接线", ', "", "照片须用 of 说明拍什么"),
    ('version = 1', 'version = "one"', "version 应为从 1 起的整数"),
    ('required = true }', 'computed = "speed * 2" }', "没有字段 'speed'"),
    ('required = true }', 'computed = "launch(1)" }', "没有函数 'launch'"),
    ('label = "阀体无漏气"', 'label = "电磁阀动作灵活、无卡滞"', "问了两次"),
    ('[[section]]', '[[section', "不是有效的 TOML"),
    ('systems = ["gas"]', 'systems = 5', "定义的结构不正确"),
    (TEXT, "a = " + "[" * 3000, "定义的结构不正确"), (TEXT, "  ", "请上传或粘贴"),
    (TEXT, "x" * 200_001, "定义过长"),
])
def test_a_fault_is_said_by_entry_in_chinese(cast, old, new, sentence):
    assert old in TEXT
    with pytest.raises(ValidationError) as refused:
        own_forms.keep_own_form(cast.manager, TEXT.replace(old, new, 1))
    assert sentence in "\n".join(refused.value.messages)
    assert not OwnForm.objects.exists()


def test_what_was_sound_once_and_is_not_any_more_keeps_nobody_from_the_others(cast):
    own_forms.keep_own_form(cast.manager, TEXT)
    OwnForm.objects.create(organisation=cast.houses.unit, code="own.old", version=1, title="旧表",
                           text='code = "own.old"', digest="0" * 64)
    assert "own.old" not in forms_of(cast.houses.unit, DAY)
    assert "own.valve" in forms_of(cast.houses.unit, DAY)


# -- pages ---------------------------------------------------------------------------------------


def test_the_page_from_template_to_switch(browser_of, budget):
    client = browser_of("manager")
    assert "还没有自定记录表" in text(client.get("/forms/own/"))
    template = client.get("/forms/own/template.toml").content
    done = client.post("/forms/own/", {"file": SimpleUploadedFile("a.toml", template)},
                       follow=True)
    assert "电磁阀检查记录表 第 1 版已启用" in text(done)
    with budget("own forms"):
        page = text(client.get("/forms/own/"))
    assert 'href="/forms/own.valve/"' in page
    assert "电磁阀检查记录表" in text(client.get("/forms/"))
    assert client.get("/forms/own.valve/").status_code == 200
    assert client.get("/forms/own.valve/print/").status_code == 200
    assert client.get("/forms/own/own.valve.toml").content == template
    said = text(client.post("/forms/own/own.valve/switch/", {"on": "0"}, follow=True))
    assert "已停用" in said
    assert client.get("/forms/own.valve/").status_code == 404


def test_a_refused_text_comes_back_with_its_faults(browser_of):
    bad = TEXT.replace('"MPa"', '"Volt"')
    answer = browser_of("manager").post("/forms/own/", {"text": bad})
    assert answer.status_code == 422
    assert "定义有 1 处错误" in text(answer)
    assert "Volt" in answer.context["text"]


def test_whom_the_page_lets_in(cast, browser_of):
    own_forms.keep_own_form(cast.manager, TEXT)
    engineer, outsider = browser_of("engineer"), browser_of("outsider")
    assert engineer.get("/forms/own/").status_code == 200
    assert 'id="new"' not in text(engineer.get("/forms/own/"))
    assert engineer.post("/forms/own/", {"text": TEXT}).status_code == 403
    assert engineer.post("/forms/own/own.valve/switch/", {"on": "0"}).status_code == 403
    assert outsider.get("/forms/own/own.valve.toml").status_code == 404
    assert outsider.post("/forms/own/own.valve/switch/", {"on": "0"}).status_code == 404
    assert outsider.get("/forms/own.valve/").status_code == 404
