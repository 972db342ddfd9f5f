"""What a document is, who must read it, how long it is kept: entered, changed, held, destroyed."""

import time
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Membership, User
from qingyuan.areas.organisations.scope import MAY, Scope, require
from qingyuan.standards.duties import load_duties

from . import actions, indexing, queries
from .models import CMA_YEARS, YEARS, Basis, Document, Kind, Settings, Version
from .systems import starters, systems

LEAST = {Basis.RECORDS.value: YEARS, Basis.CMA.value: CMA_YEARS}
FIELDS = ("number", "title", "kind", "systems", "owner", "review_months", "basis",
          "retention_years", "maker", "model", "duties", "read_roles")


@transaction.atomic
def add(scope: Scope, *, readers: list[User] | None = None, **facts: Any) -> Document:
    """Enter a document, without a version yet. Raises ValidationError by field."""
    require(scope, "edit_documents")
    row = Document(organisation=scope.organisation, created_at=round(time.time() * 1000),
                   created_by=scope.who[:128], **_checked(scope, facts))
    row.save()
    row.readers.set(_readers(scope, readers or []))
    audit(scope, "add_document", row, None, {"number": row.number, "title": row.title})
    indexing.enter(row)
    return row


@transaction.atomic
def change(
    scope: Scope, document: Document, *, readers: list[User] | None = None, **facts: Any
) -> Document:
    """Change what it is called, is for, and who must read it. A retention is never made shorter."""
    require(scope, "edit_documents")
    row = actions.own(scope, document)
    new = _checked(scope, {**{name: getattr(row, name) for name in FIELDS}, **facts}, row)
    if new["retention_years"] < row.retention_years:
        raise ValidationError({"retention_years": _("保存年限只能延长，不能缩短")})
    before, after = changes(row, new)
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    if readers is not None:
        row.readers.set(_readers(scope, readers))
    for told in (before, after):
        if "owner" in told:
            told["owner"] = str(told["owner"])
    audit(scope, "edit_document", row, before, after)
    indexing.enter(row)
    return row


def _checked(scope: Scope, facts: Mapping[str, Any], row: Document | None = None) -> dict[str, Any]:
    """The facts as they are kept; every fault of a field at once."""
    said = {"review_months": 12, "basis": Basis.RECORDS.value, "retention_years": YEARS,
            "maker": "", "model": "", "duties": [], "read_roles": [], "systems": [], **facts}
    said = {name: value.strip() if isinstance(value, str) else value
            for name, value in said.items() if name in FIELDS}
    wrong: dict[str, str] = {}
    if not said.get("number"):
        wrong["number"] = _("请填写文件编号")
    elif Document.objects.filter(organisation=scope.organisation, number=said["number"]).exclude(
            pk=row.pk if row else None).exists():
        wrong["number"] = _("已有这个编号的文件")
    if not said.get("title"):
        wrong["title"] = _("请填写名称")
    for name, most in (("number", 32), ("title", 128), ("maker", 64), ("model", 64)):
        if len(said.get(name) or "") > most:
            wrong[name] = _("不超过 %d 字") % most
    if said.get("kind") not in Kind.values:
        wrong["kind"] = _("请选择类别")
    if not set(said["systems"]) <= systems().keys():
        wrong["systems"] = _("没有这项制度")
    unknown = set(said["duties"]) - {one.key for one in load_duties().duties}
    if unknown:
        wrong["duties"] = _("没有这项任务：%s") % "、".join(sorted(unknown))[:200]
    if not set(said["read_roles"]) <= MAY["read_documents"]:
        wrong["read_roles"] = _("没有这个岗位")
    if not 1 <= said["review_months"] <= 60:
        wrong["review_months"] = _("评审周期须为 1 至 60 个月")
    least = LEAST.get(said["basis"])
    if least is None:
        wrong["basis"] = _("请选择保存依据")
    elif not least <= said["retention_years"] <= 100:
        wrong["retention_years"] = _("按此依据不少于 %d 年") % least
    owner = said.get("owner")
    if owner is None or not _members(scope).filter(user=owner).exists():
        wrong["owner"] = _("责任人须为本单位人员")
    if wrong:
        raise ValidationError(wrong)
    return said


def _members(scope: Scope) -> Any:
    return Membership.objects.filter(organisation=scope.organisation, active=True)


def _readers(scope: Scope, people: list[User]) -> list[User]:
    known = set(_members(scope).values_list("user", flat=True))
    if any(one.pk not in known for one in people):
        raise ValidationError({"readers": _("须阅读的人员须为本单位人员")})
    return people


@transaction.atomic
def adopt(scope: Scope, key: str, owner: User | None = None) -> Version:
    """Take a starter text as a draft: a new document, or a new version of the unit's document that
    was begun with it. Approved by nobody. LookupError where there is no such text."""
    require(scope, "edit_documents")
    start = starters()[key]
    row = Document.objects.filter(
        organisation=scope.organisation, versions__starter=key).distinct().first()
    if row is None:
        row = add(scope, number=_number(scope), title=start.title, kind=start.kind,
                  systems=start.systems, owner=owner or scope.user)
    return actions.draft(scope, row, text=start.text, starter=key,
                         summary=_("采用平台范本，须按本单位情况修改"))


def _number(scope: Scope) -> str:
    taken = set(Document.objects.filter(organisation=scope.organisation).values_list(
        "number", flat=True))
    return next(one for n in range(1, 10_000) if (one := f"ZD-{n:03}") not in taken)


@transaction.atomic
def review(scope: Scope, document: Document, text: str) -> Document:
    """It was looked at and holds as it is; the next look is an interval away."""
    require(scope, "edit_documents")
    row = actions.own(scope, document)
    if not text.strip():
        raise ValidationError({"text": _("请填写评审结论")})
    if queries.current(row, today()) is None:
        raise ValidationError(_("没有有效版本，无需评审"))
    row.reviewed_on, row.told = today(), ""
    row.save(update_fields=["reviewed_on", "told"])
    audit(scope, "review_document", row, None, {
        "text": text.strip()[:400], "next_review": str(queries.next_review(row, today()))})
    return row


@transaction.atomic
def hold(scope: Scope, document: Document, on: bool, reason: str) -> Document:
    """Put it under a legal hold, or lift it; with a reason either way."""
    require(scope, "approve_documents")
    row = actions.own(scope, document)
    if not reason.strip():
        raise ValidationError({"text": _("请填写原因")})
    if row.legal_hold == on:
        raise ValidationError(_("已在法律保全中") if on else _("不在法律保全中"))
    row.legal_hold, row.hold_reason = on, reason.strip()[:200] if on else ""
    row.save(update_fields=["legal_hold", "hold_reason"])
    audit(scope, "hold_document", row, {"legal_hold": not on},
          {"legal_hold": on, "reason": reason.strip()[:200]})
    return row


@transaction.atomic
def destroy(scope: Scope, document: Document, reason: str) -> None:
    """Delete it with all versions, comments and readings once its retention is over and nothing
    holds it. Uploaded files stay where they are; the audit line keeps what the texts hashed to."""
    require(scope, "approve_documents")
    row = actions.own(scope, document)
    if row.legal_hold:
        raise ValidationError(_("处于法律保全，不得销毁：%s") % row.hold_reason)
    last = queries.keep_until(row)
    if last is None:
        raise ValidationError(_("仍有未作废的版本，或从未有过版本，不得销毁"))
    if today() <= last:
        raise ValidationError(_("保存期至 %s，期满前不得销毁") % last.isoformat())
    if not reason.strip():
        raise ValidationError({"text": _("请填写原因")})
    versions = [[one.number, one.sha256] for one in row.versions.order_by("number")]
    audit(scope, "destroy_document", row, {
        "number": row.number, "title": row.title, "versions": versions},
        {"reason": reason.strip()[:200]})
    indexing.remove(row)
    row.versions.all().delete()
    row.delete()


@transaction.atomic
def set_settings(scope: Scope, own_approval: bool, reason: str) -> Settings:
    """Whether authors may approve their own texts, and why."""
    require(scope, "approve_documents")
    if not reason.strip():
        raise ValidationError({"reason": _("请填写依据")})
    row, _new = Settings.objects.get_or_create(organisation=scope.organisation)
    before = row.own_approval
    row.own_approval, row.reason, row.by = own_approval, reason.strip()[:200], scope.who[:128]
    row.save()
    audit(scope, "set_documents", row, {"own_approval": before},
          {"own_approval": own_approval, "reason": row.reason})
    return row
