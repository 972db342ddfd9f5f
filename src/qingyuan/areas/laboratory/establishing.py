"""Laboratories as they are entered: certificate, scope, people. Scope first, one transaction, one
audit line; ValidationError by field, another unit's row does not exist."""

import time
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.scope import Scope, require

from . import queries
from .holding import holdings
from .models import Accreditation, Laboratory, LabPerson, Ownership, ScopeLine

SIGN = "|"
MOST = 300  # lines of a scope


@transaction.atomic
def set_laboratory(
    scope: Scope, row: Laboratory | None, *, name: str, ownership: str, since: date,
    until: date | None = None, address: str = "", contact: str = "", days: int = 5,
) -> Laboratory:
    """Enter a laboratory, or change one."""
    require(scope, "edit_laboratory")
    wrong = {}
    if not name.strip():
        wrong["name"] = _("请填写名称")
    if ownership not in Ownership.values:
        wrong["ownership"] = _("请选择自有或委托")
    if until is not None and until < since:
        wrong["until"] = _("止日不能早于起日")
    if not 0 < days <= 60:
        wrong["days"] = _("须为 1 至 60 天")
    same = Laboratory.objects.filter(organisation=scope.organisation, name=name.strip()[:128])
    if same.exclude(pk=row.pk if row else None).exists():
        wrong["name"] = _("已有同名的实验室")
    if wrong:
        raise ValidationError(wrong)
    facts = {"name": name.strip()[:128], "ownership": ownership, "since": since, "until": until,
             "address": address.strip()[:128], "contact": contact.strip()[:64], "days": days}
    if row is None:
        made = Laboratory.objects.create(organisation=scope.organisation, **facts)
        audit(scope, "enter_laboratory", made, None, facts)
        return made
    held = queries.laboratories_of(scope).select_for_update().get(pk=row.pk)
    before, after = changes(held, facts)
    for field, value in facts.items():
        setattr(held, field, value)
    held.save()
    audit(scope, "edit_laboratory", held, before, after)
    return held


@transaction.atomic
def accredit(
    scope: Scope, laboratory: Laboratory, *, cma_no: str, issued: date, cma_expires: date,
    scan: str = "",
) -> Accreditation:
    """A CMA certificate, new or renewed."""
    require(scope, "edit_laboratory")
    held = queries.laboratories_of(scope).get(pk=laboratory.pk)
    if not cma_no.strip():
        raise ValidationError({"cma_no": _("请填写证书编号")})
    if cma_expires < issued:
        raise ValidationError({"cma_expires": _("有效期不能早于发证日期")})
    if held.accreditations.filter(cma_no=cma_no.strip(), cma_expires=cma_expires).exists():
        raise ValidationError({"cma_no": _("这份证书已经登记")})
    row = Accreditation.objects.create(
        laboratory=held, cma_no=cma_no.strip()[:64], issued=issued, cma_expires=cma_expires,
        scan=known_file(scope, scan), by=scope.who[:128], at=round(time.time() * 1000))
    audit(scope, "accredit_laboratory", held, None, {
        "cma_no": row.cma_no, "issued": issued, "cma_expires": cma_expires, "scan": row.scan})
    return row


def parsed(text: str) -> list[tuple[str, str, str]]:
    """(parameter, code, method) of lines "氨氮 | HJ 535-2009"; ValidationError names the line."""
    by_name = {one.name: one.code for one in holdings().values()}
    found: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parameter, _sign, method = (part.strip() for part in line.partition(SIGN))
        if not parameter or not method or len(parameter) > 64 or len(method) > 128:
            raise ValidationError({"lines": _("第 %d 行：应为 项目 | 方法") % number})
        found[parameter, method] = by_name.get(parameter, "")
    if len(found) > MOST:
        raise ValidationError({"lines": _("不能超过 %d 行") % MOST})
    return [(parameter, code, method) for (parameter, method), code in found.items()]


@transaction.atomic
def set_scope(scope: Scope, laboratory: Laboratory, text: str) -> int:
    """The laboratory's parameters and methods, one a line, in place of those before."""
    require(scope, "edit_laboratory")
    held = queries.laboratories_of(scope).select_for_update().get(pk=laboratory.pk)
    rows = parsed(text)
    before = [str(one) for one in held.lines.all()]
    held.lines.all().delete()
    made = ScopeLine.objects.bulk_create(
        ScopeLine(laboratory=held, parameter=parameter, code=code, method=method)
        for parameter, code, method in rows)
    audit(scope, "set_lab_scope", held, {"lines": before}, {"lines": [str(one) for one in made]})
    return len(made)


@transaction.atomic
def add_person(
    scope: Scope, laboratory: Laboratory, *, name: str, since: date, qualification: str = "",
    number: str = "", expires: date | None = None,
) -> LabPerson:
    """Somebody who analyses there."""
    require(scope, "edit_laboratory")
    held = queries.laboratories_of(scope).get(pk=laboratory.pk)
    if not name.strip():
        raise ValidationError({"name": _("请填写姓名")})
    row = LabPerson.objects.create(
        laboratory=held, name=name.strip()[:64], since=since, expires=expires,
        qualification=qualification.strip()[:128], number=number.strip()[:64])
    audit(scope, "add_lab_person", held, None, {
        "person": row.name, "number": row.number, "expires": expires})
    return row


@transaction.atomic
def end_person(scope: Scope, person: LabPerson, last: date) -> LabPerson:
    """Their last day there."""
    require(scope, "edit_laboratory")
    row = LabPerson.objects.filter(
        laboratory__in=queries.laboratories_of(scope)).select_for_update().get(pk=person.pk)
    if last < row.since - timedelta(days=1):
        raise ValidationError({"until": _("止日不能早于起日")})
    row.until = last
    row.save(update_fields=["until"])
    audit(scope, "end_lab_person", row.laboratory, None, {"person": row.name, "until": last})
    return row


def known_file(scope: Scope, sha256: str) -> str:
    """The file's name if the unit has kept it, "" for none; ValidationError otherwise."""
    if sha256 and not attachments_of(scope).filter(sha256=sha256).exists():
        raise ValidationError({"scan": _("附件不存在，请重新上传")})
    return sha256
