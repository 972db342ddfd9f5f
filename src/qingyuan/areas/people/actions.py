"""Every write to staff, certificates and training."""

import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Membership, User
from qingyuan.areas.organisations.scope import Scope, require

from . import queries
from .models import (
    Attendance,
    Certificate,
    CertificateKind,
    IssuerLevel,
    Leave,
    Post,
    Staff,
    TrainingPlan,
    TrainingSession,
)

FIELDS = ("number", "name", "phone", "hired", "contract_until", "note")


@transaction.atomic
def save_staff(
    scope: Scope, staff: Staff | None = None, *, posts: Iterable[str], user: User | None = None,
    office: Office | None = None, **facts: Any,
) -> Staff:
    """Enter a person, or change one. ``facts``: number, name, phone, hired, contract_until, note.
    ValidationError by field for a number or account that another has, an unknown post, an account
    or office of somebody else."""
    require(scope, "edit_people")
    row = Staff(organisation=scope.organisation) if staff is None else own(scope, staff)
    wanted = sorted(set(posts))
    if not wanted or set(wanted) - set(Post.values):
        raise ValidationError({"posts": _("请选择至少一个岗位")})
    if user is not None and not Membership.objects.filter(
            organisation=scope.organisation, user=user).exists():
        raise ValidationError({"user": _("该账号不属于本单位")})
    if office is not None and office.organisation_id != scope.organisation.pk:
        raise ValidationError({"office": _("请选择本单位的办事处")})
    others = Staff.objects.filter(organisation=scope.organisation).exclude(pk=row.pk)
    if others.filter(number=facts.get("number", row.number)).exists():
        raise ValidationError({"number": _("工号已被使用")})
    if user is not None and others.filter(user=user).exists():
        raise ValidationError({"user": _("该账号已关联其他人员")})
    before = _facts(row) if row.pk else None
    for name in FIELDS:
        if name in facts:
            setattr(row, name, facts[name])
    row.posts, row.user, row.office = wanted, user, office
    if row.left is not None and row.left < row.hired:
        raise ValidationError({"hired": _("入职不能晚于离职")})
    row.full_clean(exclude=["organisation", "user", "office", "posts"])
    row.save()
    audit(scope, "edit_staff" if before else "hire_staff", row, before, _facts(row))
    return row


@transaction.atomic
def leave_service(scope: Scope, staff: Staff, last_day: date | None) -> Staff:
    """The last day of work; None takes it back."""
    require(scope, "edit_people")
    row = own(scope, staff)
    if last_day is not None and last_day < row.hired:
        raise ValidationError({"left": _("离职不能早于入职")})
    before, row.left = row.left, last_day
    row.save(update_fields=["left"])
    audit(scope, "leave_service", row, {"left": _said(before)}, {"left": _said(last_day)})
    return row


@transaction.atomic
def add_certificate(
    scope: Scope, staff: Staff, *, kind: str, number: str, issuer: str, issuer_level: str,
    issued: date, expires: date | None = None, scan: str = "",
) -> Certificate:
    """Enter a certificate, or the renewal of one. ValidationError by field."""
    require(scope, "edit_people")
    row = own(scope, staff)
    if kind not in CertificateKind.values:
        raise ValidationError({"kind": _("请选择证书类别")})
    if issuer_level not in IssuerLevel.values:
        raise ValidationError({"issuer_level": _("请选择发证单位级别")})
    if not number.strip():
        raise ValidationError({"number": _("请填写证书编号")})
    if expires is not None and expires < issued:
        raise ValidationError({"expires": _("有效期不能早于发证日期")})
    if Certificate.objects.filter(staff=row, kind=kind, number=number.strip(),
                                  issued=issued).exists():
        raise ValidationError({"number": _("该证书已经登记")})
    made = Certificate.objects.create(
        staff=row, kind=kind, number=number.strip()[:64], issuer=issuer.strip()[:128],
        issuer_level=issuer_level, issued=issued, expires=expires, scan=_scan(scope, scan))
    audit(scope, "add_certificate", row, after={
        "kind": kind, "number": made.number, "issued": f"{issued}", "expires": _said(expires)})
    return made


@transaction.atomic
def withdraw_certificate(
    scope: Scope, certificate: Certificate, on: date, reason: str,
) -> Certificate:
    """From a day on it does not count: revoked, or entered by mistake."""
    require(scope, "edit_people")
    row = Certificate.objects.select_for_update(of=("self",)).select_related("staff").get(
        pk=certificate.pk, staff__organisation=scope.organisation)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写原因")})
    row.withdrawn, row.withdrawn_why = on, reason.strip()[:200]
    row.save(update_fields=["withdrawn", "withdrawn_why"])
    audit(scope, "withdraw_certificate", row.staff, after={
        "number": row.number, "on": f"{on}", "reason": row.withdrawn_why})
    return row


@transaction.atomic
def record_leave(scope: Scope, staff: Staff, since: date, until: date, reason: str = "") -> Leave:
    """Days away. ValidationError for an end before the begin."""
    require(scope, "edit_people")
    row = own(scope, staff)
    if until < since:
        raise ValidationError({"until": _("止不能早于起")})
    made = Leave.objects.create(
        staff=row, since=since, until=until, reason=reason.strip()[:200] or _("请假"))
    audit(scope, "record_leave", row, after={
        "since": f"{since}", "until": f"{until}", "reason": made.reason})
    return made


@transaction.atomic
def plan_training(
    scope: Scope, *, year: int, subject: str, due: date, hours: float, posts: Iterable[str] = (),
    note: str = "",
) -> TrainingPlan:
    """Plan a training for a year. ValidationError by field."""
    require(scope, "edit_people")
    said, wanted = subject.strip()[:128], sorted(set(posts))
    if not said:
        raise ValidationError({"subject": _("请填写培训内容")})
    if set(wanted) - set(Post.values):
        raise ValidationError({"posts": _("请选择岗位")})
    if not 2000 <= year <= 2099 or due.year != year:
        raise ValidationError({"due": _("计划完成日期应在该年度内")})
    _hours(hours)
    if TrainingPlan.objects.filter(
            organisation=scope.organisation, year=year, subject=said).exists():
        raise ValidationError({"subject": _("该年度已有这项培训")})
    row = TrainingPlan.objects.create(
        organisation=scope.organisation, year=year, subject=said, due=due, hours=hours,
        posts=wanted, note=note.strip()[:200])
    audit(scope, "plan_training", row, after={
        "subject": said, "due": f"{due}", "hours": hours})
    return row


@transaction.atomic
def hold_training(
    scope: Scope, *, day: date, subject: str, hours: float, present: Mapping[int, float | None],
    plan: TrainingPlan | None = None, law: bool = False, exam: bool = False,
    pass_score: float = 60, teacher: str = "", place: str = "", scan: str = "",
) -> TrainingSession:
    """Enter a training that was held: staff → score of 100, None without one. ValidationError by
    field, for people of others, a score beside 0 to 100, a day that is still to come."""
    require(scope, "edit_people")
    if day > today():
        raise ValidationError({"day": _("日期不能在将来，请登记为计划")})
    said = subject.strip()[:128] or (plan.subject if plan else "")
    if not said:
        raise ValidationError({"subject": _("请填写培训内容")})
    if plan is not None and plan.organisation_id != scope.organisation.pk:
        raise ValidationError({"plan": _("请选择本单位的计划")})
    _hours(hours)
    staff = {one.pk: one for one in queries.staff_of(scope).filter(pk__in=list(present))}
    if not present or set(present) - set(staff):
        raise ValidationError({"present": _("请选择本单位参加培训的人员")})
    if any(one is not None and not 0 <= one <= 100 for one in (*present.values(), pass_score)):
        raise ValidationError({"present": _("成绩应为 0 至 100")})
    row = TrainingSession.objects.create(
        organisation=scope.organisation, plan=plan, day=day, subject=said, hours=hours, law=law,
        exam=exam, pass_score=pass_score, teacher=teacher.strip()[:64], place=place.strip()[:64],
        scan=_scan(scope, scan), at=round(time.time() * 1000))
    Attendance.objects.bulk_create(Attendance(
        session=row, staff=staff[pk], hours=hours, score=score if exam else None,
        passed=score >= pass_score if exam and score is not None else None)
        for pk, score in present.items())
    audit(scope, "hold_training", row, after={
        "subject": said, "on": f"{day}", "people": len(present)})
    return row


def _hours(hours: float) -> None:
    if not 0 < hours <= 1000:
        raise ValidationError({"hours": _("学时应大于 0")})


def own(scope: Scope, staff: Staff) -> Staff:
    """The person, locked, if of the scope's own unit; Staff.DoesNotExist else."""
    return Staff.objects.select_for_update(of=("self",)).get(
        pk=staff.pk, organisation=scope.organisation)


def _scan(scope: Scope, digest: str) -> str:
    if digest and not attachments_of(scope).filter(sha256=digest).exists():
        raise ValidationError({"scan": _("附件不存在，请重新上传")})
    return digest


def _facts(row: Staff) -> dict[str, Any]:
    return {"number": row.number, "name": row.name, "phone": row.phone,
            "posts": "、".join(row.post_words), "hired": _said(row.hired),
            "office": str(row.office or ""), "contract_until": _said(row.contract_until),
            "user": str(row.user or ""), "note": row.note}


def _said(day: date | None) -> str:
    return f"{day}" if day else ""
