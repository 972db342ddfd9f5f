"""A company's own forms: entered as the text of a form file and read by the loader of all forms.

A version once entered is never changed, for records name it; a change is a new version.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.rules.queries import book_of
from qingyuan.forms import BadForm, Form, read_form

from .keeping.forms import OWN
from .models import OwnForm

LARGEST = 200_000  # characters of a form's text
NAME = "own.toml"


def own_forms_of(scope: Scope) -> QuerySet[OwnForm]:
    """Every version of the company's own forms, those switched off too; newest version first."""
    require(scope, "see_forms")
    return OwnForm.objects.filter(organisation=scope.organisation)


def own_form(scope: Scope, code: str) -> OwnForm:
    """The newest version of an own form; OwnForm.DoesNotExist for any other's."""
    found = own_forms_of(scope).filter(code=code).order_by("-version").first()
    if found is None:
        raise OwnForm.DoesNotExist
    return found


def read_own(scope: Scope, text: str) -> Form:
    """The form that a text says; ValidationError with a sentence for each fault, by entry."""
    if not text.strip():
        raise ValidationError({"text": _("请上传或粘贴记录表的定义")})
    if len(text) > LARGEST:
        raise ValidationError({"text": _("定义过长，最多 %d 字") % LARGEST})
    try:
        form = read_form(text, NAME, book_of(scope).book)
    except BadForm as error:
        raise ValidationError({"text": [said(one) for one in error.problems]}) from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        # A value of a kind that the loader has no sentence for, as a table where a text belongs, or
        # brackets within brackets without end.
        raise ValidationError({"text": _("定义的结构不正确：%s") % error}) from error
    wrong = []
    if not form.code.startswith(OWN):
        wrong.append(_("编号 code 应以 own. 开头，现为 %s") % form.code)
    if len(form.code) > 64 or len(form.title) > 64:
        wrong.append(_("编号和名称各不超过 64 字"))
    if not form.sections:
        wrong.append(_("至少要有一个 section"))
    if wrong:
        raise ValidationError({"text": wrong})
    return form


@transaction.atomic
def keep_own_form(scope: Scope, text: str) -> OwnForm:
    """Enter a form or a new version of one; the same definition again is the same row, switched
    on. ValidationError by field, also for a version that is there with other content."""
    require(scope, "own_form")
    form = read_own(scope, text)
    Organisation.objects.select_for_update(no_key=True).get(pk=scope.organisation.pk)
    versions = {row.version: row for row in own_forms_of(scope).filter(code=form.code)}
    known = versions.get(form.version)
    if known is not None and known.digest == form.digest:
        return known if known.active else switch_own_form(scope, form.code, True)
    newest = max(versions, default=0)
    if form.version <= newest:
        raise ValidationError({"text": _(
            "%(code)s 已有第 %(n)d 版，内容不同；修改后请把 version 写作 %(next)d") % {
            "code": form.code, "n": newest, "next": newest + 1}})
    row = OwnForm(organisation=scope.organisation, code=form.code, version=form.version,
                  title=form.title, text=text, digest=form.digest)
    row.full_clean()
    row.save()
    own_forms_of(scope).filter(code=form.code).update(active=True)
    audit(scope, "keep_own_form", row, None, {
        "code": row.code, "version": row.version, "title": row.title, "digest": row.digest})
    return row


@transaction.atomic
def switch_own_form(scope: Scope, code: str, on: bool) -> OwnForm:
    """Offer an own form no longer, or again, in all its versions. Records by it stay readable."""
    require(scope, "own_form")
    row = own_form(scope, code)
    rows = own_forms_of(scope).filter(code=code)
    if rows.exclude(active=on).update(active=on):
        audit(scope, "switch_own_form", row, {"active": not on}, {"active": on})
    row.active = on
    return row


def versions_of(rows: Iterable[OwnForm]) -> list[dict[str, Any]]:
    """Forms for the list: one entry a code, the newest version with how many there are."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row.code, -row.version)):
        entry = found.setdefault(row.code, {"row": row, "versions": []})
        entry["versions"].append(row)
    return list(found.values())


_SENTENCES: tuple[tuple[str, Any], ...] = (
    (r"not TOML: (.*)", "不是有效的 TOML：{0}"),
    (r"lacks (.*)", "缺少 {0}"),
    (r"has unknown keys (.*)", "有不认识的键 {0}"),
    (r"(.*) is not one of (.*)", "{0} 不在可用的取值之中：{1}"),
    (r"(code|kind|title|source) (.*) cannot be", "{0} 的取值 {1} 不可用"),
    (r"version is a whole number from 1", "version 应为从 1 起的整数"),
    (r"since is a date \(YYYY-MM-DD\)", "since 应为日期，如 2026-11-01"),
    (r"a name is lower-case English", "name 应为小写英文字母、数字和下划线"),
    (r"label is empty", "label 不能为空"),
    (r"unit (.*) is not in the list", "单位 {0} 不在单位表中"),
    (r"there is no source (.*)", "没有这个默认值来源：{0}"),
    (r"a choice needs two options or more", "选择题至少要有两个选项"),
    (r"a result is computed", "result 类型必须有 computed"),
    (r"says not what the photo shows \(of\)", "照片须用 of 说明拍什么"),
    (r"a (secondary|recalled) entry needs a source", "status 为 {0} 时须写 source"),
    (r"least and most are for numbers", "least、most 只用于数字"),
    (r"only an item or a photo answers duties", "只有检查项和照片可写 duties"),
    (r"there is no field (\S*) to copy from", "没有可复制的字段 {0}"),
    (r"there is no field (.*)", "没有字段 {0}"),
    (r"there is no function (.*)", "没有函数 {0}"),
    (r"there is no part (.*)", "没有公用字段 {0}"),
    (r"there are no items (.*)", "没有公用检查项 {0}"),
    (r"there is no table (.*)", "没有表格 {0}"),
    (r"the book has no provision (.*)", "规则库中没有 {0}"),
    (r"the expression gives (.*), needed is (.*)", "表达式的结果是 {0}，应为 {1}"),
    (r"(.*) is asked twice", "{0} 问了两次"),
    (r"(.*) stands here twice", "{0} 出现了两次"),
    (r"is a section twice", "这个 section 出现了两次"),
    (r"(.*) is not an array of tables", "{0} 应写作 [[{0}]]"),
    (r"computed in a circle: (.*)", "计算循环引用：{0}"),
)
_PLACES = (("the form", "表头"), ("section ", "部分 "), ("table ", "表格 "), ("check ", "校核 "),
           ("block ", "分块 "), ("event ", "事件 "))


def said(fault: str) -> str:
    """A fault of the loader in Chinese, with its entry; one without a sentence as it is.

    >>> said("own.toml: section house, power: unit 'Volt' is not in the list")
    "部分 house, power：单位 'Volt' 不在单位表中"
    """
    text = fault.removeprefix(f"{NAME}: ")
    place, colon, what = text.partition(": ")
    if not colon or text.startswith("not TOML"):
        place, what = "", text
    for pattern, sentence in _SENTENCES:
        match = re.fullmatch(pattern, what, re.S)
        if match:
            what = sentence.format(*match.groups())
            break
    for word, chinese in _PLACES:
        place = place.replace(word, chinese)
    return f"{place}：{what}" if place else what
