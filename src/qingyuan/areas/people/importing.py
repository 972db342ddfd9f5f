"""Staff and certificates from a workbook: every line is taken or refused with its reason.

Sheet 人员: 工号, 姓名, 岗位 (several with 、), 入职, 离职, 办事处, 账号, 电话, 劳动合同至.
Sheet 证书: 工号, 类别, 证书编号, 发证单位, 级别, 发证日期, 有效期至. A line that is there already
changes nothing; what was refused is mended in the sheet and read again.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.scope import Scope, require

from . import actions, queries
from .models import Certificate, CertificateKind, IssuerLevel, Post

STAFF = ("工号", "姓名", "岗位", "入职", "离职", "办事处", "账号", "电话", "劳动合同至")
PAPERS = ("工号", "类别", "证书编号", "发证单位", "级别", "发证日期", "有效期至")
SHEETS = {"人员": STAFF, "证书": PAPERS}
MOST = 5000  # lines of a sheet


@dataclass
class Outcome:
    """``refused`` is (sheet, line in it, what is wrong)."""

    staff: int = 0
    certificates: int = 0
    same: int = 0
    refused: list[tuple[str, int, str]] = field(default_factory=list)


def template(scope: Scope | None = None) -> bytes:
    """A workbook with the heads, filled with what is entered already where a scope is given."""
    book = Workbook()
    book.remove(book.active)
    for name, heads in SHEETS.items():
        sheet = book.create_sheet(name)
        sheet.append(heads)
        for line in (_held(scope, name) if scope else ()):
            sheet.append([f"'{one}" if isinstance(one, str) and one[:1] in "=+-@" and one else one
                          for one in line])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def take_over(scope: Scope, data: bytes) -> Outcome:
    """Read a workbook. ValidationError for a file that is none or lacks a sheet or a column."""
    require(scope, "edit_people")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise ValidationError({"file": _("文件不是 XLSX 工作簿，请用模板填写")}) from None
    found = Outcome()
    takers: dict[str, Callable[[Scope, dict[str, Any]], str]] = {"人员": _person, "证书": _paper}
    for name, heads in SHEETS.items():
        if name not in book.sheetnames:
            continue
        rows = book[name].iter_rows(values_only=True)
        first = [str(one or "").strip() for one in next(rows, ())]
        missing = [one for one in heads if one not in first]
        if missing:
            raise ValidationError({"file": _("工作表“%(sheet)s”缺少列：%(heads)s") % {
                "sheet": name, "heads": "、".join(missing)}})
        places = {one: first.index(one) for one in heads}
        _lines(scope, name, places, rows, takers[name], found)
    if not set(SHEETS) & set(book.sheetnames):
        raise ValidationError({"file": _("工作簿里没有“人员”或“证书”工作表")})
    return found


def _lines(scope: Scope, name: str, places: dict[str, int], rows: Iterable[Any],
           take: Callable[[Scope, dict[str, Any]], str], found: Outcome) -> None:
    for number, row in enumerate(rows, 2):
        line = {head: row[at] if at < len(row) else None for head, at in places.items()}
        if not any(one not in (None, "") for one in line.values()):
            continue
        if number > MOST:
            found.refused.append((name, number, _("超过 %d 行，请分次导入") % MOST))
            return
        try:
            with transaction.atomic():
                done = take(scope, line)
        except ValidationError as error:
            found.refused.append((name, number, "；".join(error.messages)))
        else:
            if done == "same":
                found.same += 1
            elif name == "人员":
                found.staff += 1
            else:
                found.certificates += 1


def _person(scope: Scope, line: dict[str, Any]) -> str:
    number = _text(line["工号"])
    held = queries.staff_of(scope).filter(number=number).first()
    posts = {str(label): code for code, label in Post.choices}
    said = [one.strip() for one in _text(line["岗位"]).replace("，", "、").replace(
        ",", "、").split("、") if one.strip()]
    unknown = [one for one in said if one not in posts]
    if unknown:
        raise ValidationError(_("岗位“%(post)s”应为：%(all)s") % {
            "post": unknown[0], "all": "、".join(posts)})
    office, account = _text(line["办事处"]), _text(line["账号"])
    at = offices_of(scope).filter(name=office).first() if office else None
    if office and at is None:
        raise ValidationError(_("没有名为“%s”的办事处") % office)
    user = colleagues(scope).filter(username=account).first() if account else None
    if account and user is None:
        raise ValidationError(_("没有名为“%s”的账号") % account)
    hired = _date(line["入职"], "入职")
    if hired is None:
        raise ValidationError(_("请填写入职日期"))
    facts: dict[str, Any] = {
        "number": number, "name": _text(line["姓名"]), "hired": hired,
        "phone": _text(line["电话"]), "contract_until": _date(line["劳动合同至"], "劳动合同至")}
    left, wanted = _date(line["离职"], "离职"), sorted(posts[one] for one in said)
    if held is not None and held.left == left and sorted(held.posts) == wanted and (
            held.office, held.user) == (at, user) and all(
            getattr(held, name) == value for name, value in facts.items()):
        return "same"
    row = actions.save_staff(scope, held, posts=wanted, user=user, office=at, **facts)
    if row.left != left:
        actions.leave_service(scope, row, left)
    return "taken"


def _paper(scope: Scope, line: dict[str, Any]) -> str:
    number = _text(line["工号"])
    staff = queries.staff_of(scope).filter(number=number).first()
    if staff is None:
        raise ValidationError(_("没有工号“%s”的人员") % number)
    kinds = {str(label): code for code, label in CertificateKind.choices}
    levels = {str(label): code for code, label in IssuerLevel.choices}
    kind, level = _text(line["类别"]), _text(line["级别"])
    if kind not in kinds:
        raise ValidationError(_("类别应为：%s") % "、".join(kinds))
    if level not in levels:
        raise ValidationError(_("级别应为：%s") % "、".join(levels))
    issued = _date(line["发证日期"], "发证日期")
    if issued is None:
        raise ValidationError(_("请填写发证日期"))
    expires = _date(line["有效期至"], "有效期至")
    if Certificate.objects.filter(staff=staff, kind=kinds[kind], number=_text(line["证书编号"]),
                                  issued=issued, expires=expires).exists():
        return "same"
    actions.add_certificate(
        scope, staff, kind=kinds[kind], number=_text(line["证书编号"]),
        issuer=_text(line["发证单位"]), issuer_level=levels[level], issued=issued, expires=expires)
    return "taken"


def _held(scope: Scope, name: str) -> Iterable[list[Any]]:
    rows = queries.staff_of(scope).prefetch_related("certificates")
    for one in rows:
        if name == "人员":
            yield [one.number, one.name, "、".join(one.post_words), one.hired, one.left,
                   one.office.name if one.office else "", one.user.username if one.user else "",
                   one.phone, one.contract_until]
        else:
            for paper in one.certificates.all():
                yield [one.number, paper.get_kind_display(), paper.number, paper.issuer,
                       paper.get_issuer_level_display(), paper.issued, paper.expires]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip().lstrip("'").replace("\x00", "")


def _date(value: Any, name: str) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip().replace("/", "-").replace(".", "-"))
    except ValueError:
        raise ValidationError(_("%(name)s应写成 2026-01-31") % {"name": name}) from None
