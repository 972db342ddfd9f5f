"""Every write to commitments."""

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.people.models import Post
from qingyuan.areas.people.queries import in_service, staff_for
from qingyuan.assess.capability.certificates import add_months

from . import queries
from .models import Commitment, CommitmentText


@transaction.atomic
def publish(
    scope: Scope, *, title: str, clauses: Iterable[str], effective: date,
    months: int | None = None, again: bool = True, posts: Iterable[str] = ("om",),
    reason: str = "",
) -> CommitmentText:
    """A new version of the text; whoever must sign it is told. ValidationError by field."""
    require(scope, "edit_commitments")
    said = [one.strip() for one in clauses if one.strip()]
    if not title.strip():
        raise ValidationError({"title": _("请填写标题")})
    if not said or any(len(one) > 1000 for one in said):
        raise ValidationError({"clauses": _("请逐行填写条款，每条不超过 1000 字")})
    wanted = sorted(set(posts))
    if set(wanted) - set(Post.values):
        raise ValidationError({"posts": _("请选择岗位")})
    if months is not None and not 1 <= months <= 120:
        raise ValidationError({"months": _("有效月数应为 1 至 120")})
    last = queries.texts_of(scope).select_for_update().first()
    if last is not None and not reason.strip():
        raise ValidationError({"reason": _("请填写修改原因")})
    row = CommitmentText.objects.create(
        organisation=scope.organisation, version=(last.version if last else 0) + 1,
        title=title.strip()[:128], clauses=said, effective=effective, months=months, again=again,
        posts=wanted, reason=reason.strip()[:200], by=scope.who[:128],
        at=round(time.time() * 1000))
    people = [one.user for one in in_service(scope.organisation, today()).select_related("user")
              if one.user and (not wanted or set(wanted) & set(one.posts))]
    if again or last is None:
        tell(scope.organisation, people, kind="task", title=_("请签署：%s") % row,
             link="/commitments/sign/", ref=f"commitment_text:{row.pk}")
    audit(scope, "publish_commitment", row, after={
        "version": row.version, "effective": f"{effective}", "months": months or "",
        "reason": row.reason})
    return row


@transaction.atomic
def sign(scope: Scope, *, drawn: str, text: CommitmentText,
         phone_at: int | None = None) -> Commitment:
    """Sign for oneself with the own account: the drawn signature, the text in force as it was
    read. ValidationError for an account that belongs to no person in service, a text that is no
    longer in force, a signature that was not drawn."""
    require(scope, "sign_commitment")
    day = today()
    staff = staff_for(scope.organisation, scope.user)
    if staff is None or staff.hired > day or staff.left is not None and staff.left < day:
        raise ValidationError(_("您的账号没有关联在岗人员，请联系运维负责人"))
    now = queries.in_force(scope.organisation, day)
    if now is None or now.pk != text.pk:
        raise ValidationError(_("承诺书已更新，请重新阅读后签署"))
    if not drawn or not attachments_of(scope).filter(sha256=drawn).exists():
        raise ValidationError({"drawn": _("请手写签名")})
    if Commitment.objects.filter(staff=staff, text=now, signed_on=day).exists():
        raise ValidationError(_("您今天已经签署"))
    row = Commitment(
        organisation=scope.organisation, staff=staff, text=now, signed_on=day,
        signed_at=round(time.time() * 1000), account=str(scope.user.username)[:128],
        holds_until=add_months(day, now.months) if now.months else None,
        address=scope.address[:64], phone_at=phone_at, drawn=drawn)
    row.digest = digest(row)
    row.save()
    audit(scope, "sign_commitment", row, after={
        "version": now.version, "signed_on": f"{day}", "digest": row.digest})
    return row


@transaction.atomic
def withdraw(scope: Scope, commitment: Commitment, reason: str) -> Commitment:
    """From today on it does not count."""
    require(scope, "edit_commitments")
    row = Commitment.objects.select_for_update().get(
        pk=commitment.pk, organisation=scope.organisation)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写原因")})
    if row.withdrawn_on is not None:
        raise ValidationError(_("已经作废"))
    row.withdrawn_on, row.withdrawn_why = today(), reason.strip()[:200]
    row.save(update_fields=["withdrawn_on", "withdrawn_why"])
    audit(scope, "withdraw_commitment", row, after={"reason": row.withdrawn_why})
    return row


def digest(row: Commitment) -> str:
    """SHA-256 over the text as it was read, who signed, with what, when."""
    said: dict[str, Any] = {
        "title": row.text.title, "version": row.text.version, "clauses": row.text.clauses,
        "unit": row.organisation.name, "number": row.staff.number, "name": row.staff.name,
        "account": row.account, "at": row.signed_at, "drawn": row.drawn}
    return hashlib.sha256(json.dumps(
        said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
