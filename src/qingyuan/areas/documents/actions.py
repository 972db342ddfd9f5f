"""A document's life: entered, drafted, looked at, approved, read, reviewed, withdrawn, destroyed.

Scope first, one transaction, one audit line; ValidationError by field, another unit's row does not
exist. Instants are epoch milliseconds, days China calendar days.
"""

import hashlib
import time
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import MAY, Scope, require

from . import indexing, queries
from .models import Comment, Document, Reading, State, Version

LONGEST = 200_000
NOTICE = "document"


def digest(text: str, file: str = "") -> str:
    """SHA-256 of the text, a line end and the digest of the file."""
    return hashlib.sha256(f"{text}\n{file}".encode()).hexdigest()


@transaction.atomic
def draft(
    scope: Scope, document: Document, *, text: str = "", file: str = "", summary: str = "",
    starter: str = "",
) -> Version:
    """A new version; one at a time is drafted or looked at."""
    require(scope, "edit_documents")
    row = own(scope, document)
    newest = row.versions.order_by("-number").first()
    if newest and newest.state in (State.DRAFT, State.REVIEW):
        raise ValidationError(_("第 %d 版尚未批准，请先完成或作废") % newest.number)
    text = _content(scope, text, file, summary, first=newest is None)
    made = Version.objects.create(
        document=row, number=newest.number + 1 if newest else 1, text=text, file=file,
        sha256=digest(text, file), summary=summary.strip()[:400], author=scope.user,
        author_name=scope.who[:128], created_at=_now(), starter=starter)
    audit(scope, "adopt_starter" if starter else "draft_version", row, None, {
        "version": made.number, "sha256": made.sha256,
        **({"starter": starter} if starter else {})})
    indexing.enter(row)
    return made


@transaction.atomic
def edit(
    scope: Scope, version: Version, *, text: str, file: str = "", summary: str = ""
) -> Version:
    """Change a draft; whoever changes it is its author from then on."""
    require(scope, "edit_documents")
    row = _version(scope, version, State.DRAFT)
    text = _content(scope, text, file or row.file, summary, first=row.number == 1)
    before = row.sha256
    row.text, row.file, row.summary = text, file or row.file, summary.strip()[:400]
    row.sha256 = digest(row.text, row.file)
    row.author, row.author_name = scope.user, scope.who[:128]
    row.save()
    audit(scope, "edit_version", row.document, {"sha256": before},
          {"version": row.number, "sha256": row.sha256})
    indexing.enter(row.document)
    return row


def _content(scope: Scope, text: str, file: str, summary: str, *, first: bool) -> str:
    text = text.replace("\r\n", "\n").strip()
    wrong = {}
    if not text and not file:
        wrong["text"] = _("请填写正文或上传文件")
    if len(text) > LONGEST:
        wrong["text"] = _("正文过长，请改用上传文件")
    if not first and not summary.strip():
        wrong["summary"] = _("请说明修改了什么")
    if file and not attachments_of(scope).filter(sha256=file).exists():
        wrong["file"] = _("没有这个文件，请重新上传")
    if wrong:
        raise ValidationError(wrong)
    return text


@transaction.atomic
def submit(scope: Scope, version: Version) -> Version:
    """Hand a draft in; those who may approve are told."""
    require(scope, "edit_documents")
    row = _version(scope, version, State.DRAFT)
    row.state, row.submitted_at = State.REVIEW, _now()
    row.save(update_fields=["state", "submitted_at"])
    audit(scope, "submit_version", row.document, None,
          {"version": row.number, "sha256": row.sha256})
    _tell(row, _members(scope, MAY["approve_documents"]), _("待批准：%s") % row)
    return row


@transaction.atomic
def comment(scope: Scope, version: Version, text: str) -> Comment:
    """Say something of a version that is looked at."""
    require(scope, "edit_documents")
    row = _version(scope, version, State.REVIEW)
    made = _said(scope, row, text, "")
    audit(scope, "comment_version", row.document, None, {"version": row.number, "text": made.text})
    return made


@transaction.atomic
def refuse(scope: Scope, version: Version, reason: str) -> Version:
    """Give it back with a reason; it is a draft again."""
    require(scope, "approve_documents")
    row = _version(scope, version, State.REVIEW)
    _said(scope, row, reason, "refused")
    row.state, row.submitted_at = State.DRAFT, None
    row.save(update_fields=["state", "submitted_at"])
    audit(scope, "refuse_version", row.document, None,
          {"version": row.number, "reason": reason.strip()[:1000]})
    if row.author:
        _tell(row, [row.author], _("退回：%s") % row, reason)
    return row


@transaction.atomic
def approve(scope: Scope, version: Version, effective: date, text: str = "") -> Version:
    """Approve it, in force from a day that is not past; the version before holds until then.

    Not by its author unless the unit's settings say so. Those who must read it are told."""
    require(scope, "approve_documents")
    row = _version(scope, version, State.REVIEW)
    _check_approver(scope, row)
    if effective < today():
        raise ValidationError({"effective": _("生效日期不能早于今天")})
    older = list(row.document.versions.filter(state=State.APPROVED))
    if any(one.effective and one.effective >= effective for one in older):
        raise ValidationError({"effective": _("生效日期须晚于上一版的生效日期")})
    row.state, row.approved_at, row.approved_on = State.APPROVED, _now(), today()
    row.approved_by, row.effective = scope.who[:128], effective
    row.save()
    last = effective - timedelta(days=1)
    for one in older:
        if one.until is None or one.until > last:
            one.until = last
            one.save(update_fields=["until"])
    if text.strip():
        _said(scope, row, text, "approved")
    audit(scope, "approve_version", row.document, None, {
        "version": row.number, "effective": effective.isoformat(), "sha256": row.sha256})
    indexing.enter(row.document)
    _tell(row, queries.must_read(row.document), _("请阅读：%s") % row,
          _("自 %s 起执行") % effective.isoformat())
    return row


def _check_approver(scope: Scope, row: Version) -> None:
    self_made = row.author_id == (scope.user.pk if scope.user else None)
    if self_made and not queries.settings_of(scope.organisation).own_approval:
        raise ValidationError(_("起草人不能批准本人起草的版本，请由他人批准"))


@transaction.atomic
def withdraw(scope: Scope, version: Version, reason: str) -> Version:
    """Take a version out of use from today on; a draft is given up."""
    row = _version(scope, version, *(State.DRAFT, State.REVIEW, State.APPROVED))
    require(scope, "approve_documents" if row.state == State.APPROVED else "edit_documents")
    if not reason.strip():
        raise ValidationError({"text": _("请填写原因")})
    yesterday = today() - timedelta(days=1)
    row.until = min(row.until or yesterday, yesterday)
    row.state, row.ended_why = State.WITHDRAWN, reason.strip()[:400]
    row.save(update_fields=["until", "state", "ended_why"])
    audit(scope, "withdraw_version", row.document, None, {
        "version": row.number, "reason": row.ended_why, "until": row.until.isoformat()})
    indexing.enter(row.document)
    return row


@transaction.atomic
def read(scope: Scope, version: Version, sha256: str) -> Reading:
    """Sign for having read exactly this text; a second time changes nothing."""
    require(scope, "read_documents")
    if scope.user is None:
        raise PermissionDenied("a reading is somebody's")
    row = _version(scope, version, State.APPROVED)
    if sha256 != row.sha256:
        raise ValidationError(_("文件已有变化，请重新打开后阅读"))
    made, new = Reading.objects.get_or_create(
        version=row, person=scope.user, defaults={"at": _now(), "sha256": row.sha256})
    if new:
        audit(scope, "read_version", row.document, None,
              {"version": row.number, "sha256": row.sha256})
    return made


def own(scope: Scope, document: Document) -> Document:
    """The unit's own row, locked; Document.DoesNotExist for any other."""
    return Document.objects.select_for_update(of=("self",)).select_related(
        "organisation", "owner").get(organisation=scope.organisation, pk=document.pk)


def _version(scope: Scope, version: Version, *states: str) -> Version:
    row = Version.objects.select_for_update(of=("self",)).select_related(
        "document__organisation", "document__owner", "author").get(
            document__organisation=scope.organisation, pk=version.pk)
    if row.state not in states:
        raise ValidationError(_("该版本现为“%s”，不能这样操作") % row.get_state_display())
    return row


def _said(scope: Scope, row: Version, text: str, verdict: str) -> Comment:
    if not text.strip():
        raise ValidationError({"text": _("请填写意见")})
    return Comment.objects.create(version=row, text=text.strip()[:1000], verdict=verdict,
                                  by=scope.user, who=scope.who[:128], at=_now())


def _members(scope: Scope, roles: Iterable[str]) -> list[User]:
    rows = User.objects.filter(
        is_active=True, memberships__organisation=scope.organisation, memberships__active=True,
        memberships__role__in=list(roles)).distinct()
    return [one for one in rows if scope.user is None or one.pk != scope.user.pk]


def _tell(row: Version, people: Iterable[User], title: str, body: str = "") -> None:
    document: Any = row.document
    tell(document.organisation, people, kind=NOTICE, title=title, body=body,
         link=reverse("documents:document", args=[document.pk]), ref=f"document:{document.pk}")


def _now() -> int:
    return round(time.time() * 1000)
