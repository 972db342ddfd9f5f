"""A unit's own lists of checks, written line by line."""

import time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import lists
from .models import Grade, How, Template
from .scoring import Item

SIGN = "|"
WORDS = {str(label).removesuffix("问题"): str(value) for value, label in Grade.choices}
MOST = 100


def line_of(item: Item) -> str:
    """An item as it is edited: code | group | grade | points | text | how | clause."""
    word = next(word for word, grade in WORDS.items() if grade == item.grade)
    return f" {SIGN} ".join((item.code, item.group, word, f"{item.points:g}", item.text, item.how,
                             item.clause))


def parsed(text: str) -> list[Item]:
    """Items of lines; ValidationError names the line and what was expected."""
    found: list[Item] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split(SIGN)]
        if len(cells) < 5:
            raise _wrong(number, _("至少要有 编号 | 分组 | 级别 | 分值 | 内容"))
        code, group, grade, points, said, *rest = cells
        if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 32:
            raise _wrong(number, _("编号须为 32 位以内的英文字母、数字或短横线"))
        if grade not in WORDS:
            raise _wrong(number, _("级别须为 %s") % "、".join(WORDS))
        try:
            value = float(points)
        except ValueError:
            value = -1.0
        if not 0 < value <= 100:
            raise _wrong(number, _("分值须为 0 至 100 之间的数"))
        if not said:
            raise _wrong(number, _("请填写督查内容"))
        if any(one.code == code for one in found):
            raise _wrong(number, _("编号重复"))
        found.append(Item(code, group[:32], said[:200], WORDS[grade], value,
                          (rest[0] if rest else "")[:200], (rest[1] if len(rest) > 1 else "")[:80]))
    if not found or len(found) > MOST:
        raise ValidationError({"items": _("须有 1 至 %d 项") % MOST})
    return found


def _wrong(number: int, why: str) -> ValidationError:
    return ValidationError({"items": _("第 %(n)d 行：%(why)s") % {"n": number, "why": why}})


@transaction.atomic
def edit_template(
    scope: Scope, code: str, *, title: str, how: str, medium: str, items: str
) -> Template:
    """A new version of the unit's own list; inspections that have begun keep theirs."""
    require(scope, "edit_templates")
    if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 32:
        raise ValidationError({"code": _("编号须为 32 位以内的英文字母、数字或短横线")})
    if how not in How.values or medium not in ("", "gas", "water"):
        raise ValidationError({"how": _("请选择方式和介质")})
    if not title.strip():
        raise ValidationError({"title": _("请填写名称")})
    found = parsed(items)
    before = lists.of_unit(scope.organisation).get(code)
    version = before["version"] + 1 if before else 1
    row = Template.objects.create(
        organisation=scope.organisation, code=code, version=version,
        title=title.strip()[:64], how=how, medium=medium, items=[one.plain() for one in found],
        by=scope.who[:128], at=round(time.time() * 1000))
    audit(scope, "edit_template", row,
          {"items": len(before["items"]), "version": before["version"]} if before else None,
          {"title": row.title, "version": row.version, "items": len(found)})
    return row
