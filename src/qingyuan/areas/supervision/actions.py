"""An inspection's life: begun, filled in, handed in, confirmed or appealed, put right, closed.

Scope first, one transaction, one audit line; ValidationError by field, another unit's row does not
exist. Instants are epoch milliseconds.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Membership, Role, User
from qingyuan.areas.organisations.scope import Scope, require

from . import lists, queries, scoring
from .models import Inspection, Rectification, RectifyState, State

DAY = 86_400_000
YEAR = 365 * DAY
LONGEST = 400


@transaction.atomic
def begin(scope: Scope, inspection: Inspection) -> Inspection:
    """Begin a planned one: the list in use is copied into it. Nobody inspects their own point."""
    require(scope, "inspect")
    row = _own(scope, inspection)
    if row.state != State.PLANNED:
        raise ValidationError(_("这次督查已经开始"))
    if scope.user is not None and row.keeper_id == scope.user.pk:
        raise ValidationError(_("不能督查本人负责的点位，请由他人督查"))
    try:
        listed = lists.for_point(scope.organisation, row.how, row.point.kind)
    except LookupError:
        raise ValidationError(_("没有适用的督查表，请先在督查表中添加")) from None
    row.template, row.state, row.begun_at = dict(listed), State.DRAFT, _now()
    row.inspector = scope.user or row.inspector
    row.save(update_fields=["template", "state", "begun_at", "inspector"])
    audit(scope, "begin_inspection", row, after={"template": listed["title"],
                                                 "version": listed["version"]})
    return row


@transaction.atomic
def save(
    scope: Scope, inspection: Inspection, answers: Mapping[str, Mapping[str, Any]],
    remark: str = "",
) -> Inspection:
    """Keep what was filled in so far; nothing has to be complete."""
    require(scope, "inspect")
    row = _own(scope, inspection)
    if row.state != State.DRAFT:
        raise ValidationError(_("只有督查中的才能填写"))
    row.answers, row.remark = _clean(scope, row, answers), remark.strip()[:LONGEST]
    row.save(update_fields=["answers", "remark"])
    return row


@transaction.atomic
def submit(scope: Scope, inspection: Inspection, signature: Mapping[str, Any]) -> Inspection:
    """Hand it in, signed: scored, and the keeper has days to confirm it or to appeal."""
    require(scope, "inspect")
    row = _own(scope, inspection)
    if row.state != State.DRAFT:
        raise ValidationError(_("只有督查中的才能提交"))
    if scope.user is not None and row.inspector_id != scope.user.pk:
        raise PermissionDenied("an inspection is handed in by its inspector")
    items = lists.items_of(row.template)
    texts = {item.code: item.text for item in items}
    if left := scoring.missing(items, row.answers):
        raise ValidationError({"answers": _("还有 %(n)d 项没有结论或没有写明问题：%(first)s") % {
            "n": len(left), "first": texts[left[0]]}})
    if not str(signature.get("name", "")).strip():
        raise ValidationError({"signature": _("请签名")})
    wishes, now = queries.settings_of(scope.organisation), _now()
    score, principle = scoring.score(items, row.answers)
    row.score, row.passed = score, not principle and score >= wishes.pass_score
    row.state, row.submitted_at = State.SUBMITTED, now
    row.answer_due = now + wishes.answer_days * DAY
    row.signature = {"name": str(signature["name"])[:64], "at": now,
                     "sha256": str(signature.get("sha256", ""))[:64]}
    row.save()
    audit(scope, "submit_inspection", row, after={"score": score, "passed": row.passed})
    if row.keeper:
        _tell(row, [row.keeper], _("%(point)s 督查 %(score)g 分，请在 %(n)d 天内确认或申诉") % {
            "point": row.point.name, "score": score, "n": wishes.answer_days})
    return row


@transaction.atomic
def confirm(scope: Scope, inspection: Inspection) -> Inspection:
    """The keeper, or a manager for them, takes the result: problems are to be put right."""
    require(scope, "rectify")
    row = _own(scope, inspection)
    if row.state != State.SUBMITTED:
        raise ValidationError(_("这次督查不在待确认状态"))
    _answers(scope, row)
    row.answered_at, row.answered_by = _now(), scope.who[:128]
    audit(scope, "confirm_inspection", row, after={"by": row.answered_by})
    return settle(row)


@transaction.atomic
def appeal(
    scope: Scope, inspection: Inspection, text: str, files: Iterable[str] = ()
) -> Inspection:
    """The keeper does not agree, with the reason and proof."""
    require(scope, "rectify")
    row = _own(scope, inspection)
    if row.state != State.SUBMITTED:
        raise ValidationError(_("这次督查不在待确认状态"))
    _answers(scope, row)
    said = _text(text, "text", _("请说明申诉理由"))
    row.appeal, row.appeal_files, row.state = said, _known(scope, files), State.APPEALED
    row.save(update_fields=["appeal", "appeal_files", "state"])
    audit(scope, "appeal_inspection", row, after={"text": said})
    _tell(row, _people(row, Role.MANAGER), _("%s 督查结果被申诉，请裁定") % row.point.name)
    return row


@transaction.atomic
def rule(
    scope: Scope, inspection: Inspection, text: str, dropped: Iterable[str] = ()
) -> Inspection:
    """A third person decides on an appeal: problems that are ``dropped`` are none, the others
    stand."""
    require(scope, "plan_supervision")
    row = _own(scope, inspection)
    if row.state != State.APPEALED:
        raise ValidationError(_("没有待裁定的申诉"))
    if scope.user is not None and scope.user.pk in (row.inspector_id, row.keeper_id):
        raise ValidationError(_("督查人和被督查人不能裁定申诉，请由他人裁定"))
    said = _text(text, "text", _("请填写裁定意见"))
    before = {"score": row.score, "passed": row.passed}
    for code in set(dropped) & set(row.answers):
        row.answers[code] = {**row.answers[code], "mark": scoring.OK, "dropped": True}
    score, principle = scoring.score(lists.items_of(row.template), row.answers)
    wishes = queries.settings_of(scope.organisation)
    row.score, row.passed = score, not principle and score >= wishes.pass_score
    row.ruling, row.ruled_by = said, scope.who[:128]
    row.answered_at, row.answered_by = _now(), scope.who[:128]
    audit(scope, "rule_appeal", row, before, {"score": score, "passed": row.passed, "text": said})
    _tell(row, [row.inspector, *([row.keeper] if row.keeper else [])],
          _("%s 督查申诉已裁定") % row.point.name)
    return settle(row)


def settle(row: Inspection) -> Inspection:
    """The result stands: a rectification for every problem, or closed. In the caller's
    transaction."""
    wishes = queries.settings_of(row.organisation)
    problems = [item for item in lists.items_of(row.template)
                if row.answers.get(item.code, {}).get("mark") == scoring.PROBLEM]
    before = set(Rectification.objects.filter(
        inspection__point=row.point_id, inspection__organisation=row.organisation_id,
        inspection__submitted_at__gte=_now() - YEAR,
    ).exclude(inspection=row).values_list("item", flat=True))
    Rectification.objects.bulk_create(
        Rectification(
            inspection=row, item=item.code, grade=item.grade, person=row.keeper,
            problem=str(row.answers[item.code].get("text", ""))[:LONGEST],
            deadline=today() + timedelta(days=wishes.rectify_days), again=item.code in before)
        for item in problems)
    row.state = State.RECTIFYING if problems else State.CLOSED
    row.closed_at = None if problems else _now()
    row.save()
    if problems and row.keeper:
        _tell(row, [row.keeper], _("%(point)s 督查发现 %(n)d 个问题，请整改") % {
            "point": row.point.name, "n": len(problems)})
    return row


@transaction.atomic
def rectify(
    scope: Scope, rectification: Rectification, text: str, files: Iterable[str] = ()
) -> Rectification:
    """What was done about a problem; the supervisor is told."""
    require(scope, "rectify")
    row = _problem(scope, rectification)
    if row.state != RectifyState.OPEN:
        raise ValidationError(_("该问题不在待整改状态"))
    row.text, row.files = _text(text, "text", _("请填写整改情况")), _known(scope, files)
    row.state, row.done_at, row.done_by = RectifyState.DONE, _now(), scope.who[:128]
    row.save()
    audit(scope, "rectify", row.inspection, after={"item": row.item, "text": row.text})
    _tell(row.inspection, [row.inspection.inspector],
          _("%s 督查问题已整改，请初审") % row.inspection.point.name)
    return row


@transaction.atomic
def audit_rectification(
    scope: Scope, rectification: Rectification, ok: bool, text: str = ""
) -> Rectification:
    """The first audit by a supervisor, the second by a manager; never by who put it right, the
    second not by who did the first. Refused, it is open again."""
    require(scope, "audit_rectification")
    row = _problem(scope, rectification)
    if row.state not in (RectifyState.DONE, RectifyState.FIRST):
        raise ValidationError(_("该问题没有待审核的整改"))
    if scope.who[:128] in (row.done_by, row.first_by):
        raise ValidationError(_("不能审核本人的整改，终审也不能由初审人进行"))
    if row.state == RectifyState.FIRST and scope.role != Role.MANAGER:
        raise PermissionDenied("the second audit is a manager's")
    if not ok:
        row.refused_why = _text(text, "text", _("请说明驳回的原因"))
        row.state, row.first_by, row.done_at, row.done_by = RectifyState.OPEN, "", None, ""
    elif row.state == RectifyState.DONE:
        row.state, row.first_by, row.refused_why = RectifyState.FIRST, scope.who[:128], ""
    else:
        row.state, row.passed_at, row.passed_by = RectifyState.PASSED, _now(), scope.who[:128]
    row.save()
    audit(scope, "audit_rectification", row.inspection, after={
        "item": row.item, "state": row.state, "text": text.strip()[:LONGEST]})
    _told_of_audit(row)
    return row


def _told_of_audit(row: Rectification) -> None:
    held = row.inspection
    if row.state == RectifyState.FIRST:
        _tell(held, _people(held, Role.MANAGER), _("%s 督查整改待终审") % held.point.name)
    elif row.state == RectifyState.OPEN and row.person:
        _tell(held, [row.person], _("%s 督查整改被驳回") % held.point.name)
    elif not held.rectifications.exclude(state=RectifyState.PASSED).exists():
        held.state, held.closed_at = State.CLOSED, _now()
        held.save(update_fields=["state", "closed_at"])


def _own(scope: Scope, inspection: Inspection) -> Inspection:
    return queries.inspections_of(scope).select_for_update(of=("self",)).get(pk=inspection.pk)


def _problem(scope: Scope, row: Rectification) -> Rectification:
    return queries.rectifications_of(scope).select_for_update(of=("self",)).get(pk=row.pk)


def _answers(scope: Scope, row: Inspection) -> None:
    mine = scope.user is not None and scope.user.pk == row.keeper_id
    if not mine and scope.role != Role.MANAGER:
        raise PermissionDenied("the point's keeper answers, or a manager")
    if scope.user is not None and scope.user.pk == row.inspector_id:
        raise ValidationError(_("督查人不能确认自己的督查"))


def _clean(
    scope: Scope, row: Inspection, answers: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    for item in lists.items_of(row.template):
        given = answers.get(item.code) or {}
        mark = given.get("mark") or ""
        if not mark and not given.get("text") and not given.get("files"):
            continue
        if mark and mark not in scoring.MARKS:
            wrong[item.code] = _("请选择结论")
            continue
        said = given.get("deduct")
        try:
            deduct = None if said in (None, "") else float(said)
        except (TypeError, ValueError):
            deduct = -1.0
        if deduct is not None and not 0 <= deduct <= item.points:
            wrong[item.code] = _("扣分须为 0 至 %g") % item.points
            continue
        found[item.code] = {"mark": mark, "deduct": deduct,
                            "text": str(given.get("text", "")).strip()[:LONGEST],
                            "files": _known(scope, given.get("files") or ())}
    if wrong:
        raise ValidationError(wrong)
    return found


def _known(scope: Scope, files: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(files))[:20]
    held = set(attachments_of(scope).filter(sha256__in=wanted).values_list("sha256", flat=True))
    if set(wanted) - held:
        raise ValidationError({"files": _("附件不存在，请重新上传")})
    return wanted


def _text(text: str, field: str, empty: str) -> str:
    said = text.strip()
    if not said:
        raise ValidationError({field: empty})
    if len(said) > LONGEST:
        raise ValidationError({field: _("不能超过 %d 字") % LONGEST})
    return said


def _people(row: Inspection, role: str) -> list[User]:
    return [one.user for one in Membership.objects.filter(
        organisation=row.organisation_id, role=role, active=True).select_related("user")]


def _tell(row: Inspection, people: Iterable[User], title: str) -> None:
    tell(row.organisation, people, kind="supervision", title=title,
         link=f"/supervision/{row.pk}/", ref=f"inspection:{row.pk}")


def _now() -> int:
    return round(time.time() * 1000)
