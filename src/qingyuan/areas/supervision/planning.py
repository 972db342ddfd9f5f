"""Plans: drawn once for a period, shared out, never drawn again."""

import calendar
import time
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from . import drawing, queries
from .models import How, Inspection, Plan, Settings, State

BOUNDS = {"on_site_percent": (1, 100), "remote_percent": (0, 100), "answer_days": (1, 30),
          "rectify_days": (1, 90), "pass_score": (1, 100)}


@transaction.atomic
def draw_plan(scope: Scope, first: date, how: str) -> Plan:
    """Draw the points of the month that begins on ``first``, share them among the inspectors and
    tell them. The share is the unit's (``set_settings``)."""
    require(scope, "plan_supervision")
    if first.day != 1:
        raise ValidationError({"first": _("计划从每月1日起")})
    if how not in How.values:
        raise ValidationError({"how": _("请选择督查方式")})
    if Plan.objects.filter(organisation=scope.organisation, how=how, first=first).exists():
        raise ValidationError({"first": _("该月计划已经抽取，不能重抽")})
    people = queries.inspectors(scope.organisation)
    if not people:
        raise ValidationError(_("本单位没有督查人员，请先添加"))
    wishes = queries.settings_of(scope.organisation)
    percent = wishes.on_site_percent if how == How.ON_SITE else wishes.remote_percent
    candidates = queries.candidates(scope, first)
    if not candidates:
        raise ValidationError(_("本单位没有点位"))
    salt = salted_hmac("supervision.draw",
                       f"{scope.organisation.pk}:{first.isoformat()}:{how}").hexdigest()
    drawn = drawing.draw(candidates, percent, salt)
    plan = Plan.objects.create(
        organisation=scope.organisation, first=first, how=how, percent=percent, salt=salt,
        last=first.replace(day=calendar.monthrange(first.year, first.month)[1]),
        facts={"candidates": {str(pk): why for pk, why in candidates.items()}},
        by=scope.who[:128], at=_now())
    _share_out(scope, plan, drawn, people)
    audit(scope, "draw_supervision", plan, after={
        "first": first.isoformat(), "how": how, "percent": percent, "points": len(drawn)})
    return plan


def _share_out(
    scope: Scope, plan: Plan, drawn: list[drawing.Drawn], people: list[User]
) -> None:
    rows = {row.pk: row for row in points_of(scope).filter(pk__in=[one.point for one in drawn])}
    day = max(plan.first, min(today(), plan.last))
    keepers = queries.main_keepers(rows.values(), day, scope.organisation)
    kept = {one.pk: frozenset(pk for pk, keeper in keepers.items() if keeper.pk == one.pk)
            for one in people}
    turn = drawing.shared([one.point for one in drawn], kept)
    names = {one.pk: one for one in people}
    Inspection.objects.bulk_create(
        Inspection(organisation=scope.organisation, point=rows[one.point], plan=plan, why=one.why,
                   how=plan.how, inspector=names[turn[one.point]], due=plan.last,
                   keeper=keepers.get(one.point))
        for one in drawn)
    for person in people:
        count = sum(1 for who in turn.values() if who == person.pk)
        if count:
            tell(scope.organisation, [person], kind="supervision", ref=f"plan:{plan.pk}",
                 link=f"/supervision/plans/{plan.pk}/",
                 title=_("%(month)s %(how)s：%(n)d 个点位由您督查") % {
                     "month": f"{plan.first:%Y-%m}", "how": plan.get_how_display(), "n": count})


def drawn_again(plan: Plan) -> bool:
    """Whether the draw can be repeated from what the plan keeps."""
    candidates = {int(pk): why for pk, why in plan.facts["candidates"].items()}
    again = {one.point for one in drawing.draw(candidates, plan.percent, plan.salt)}
    held = set(plan.inspections.exclude(why="hand").values_list("point_id", flat=True))
    return again == held


@transaction.atomic
def add(
    scope: Scope, point: MonitoringPoint, how: str, due: date, inspector: User | None = None,
) -> Inspection:
    """An inspection outside any draw, at a visible point."""
    require(scope, "inspect")
    held = points_of(scope).get(pk=point.pk)
    people = queries.inspectors(scope.organisation)
    who = inspector or scope.user
    if how not in How.values:
        raise ValidationError({"how": _("请选择督查方式")})
    if who is None or who.pk not in {one.pk for one in people} | {getattr(scope.user, "pk", 0)}:
        raise ValidationError({"inspector": _("请选择本单位的督查人员")})
    row = Inspection.objects.create(
        organisation=scope.organisation, point=held, how=how, why="hand", inspector=who, due=due,
        keeper=queries.main_keepers([held], due, scope.organisation).get(held.pk))
    audit(scope, "add_inspection", row, after={"point": held.name, "how": how,
                                               "due": due.isoformat(), "inspector": str(who)})
    return row


@transaction.atomic
def drop(scope: Scope, inspection: Inspection, reason: str) -> Inspection:
    """A planned one is not done, with the reason."""
    require(scope, "plan_supervision")
    row = Inspection.objects.select_for_update().get(
        pk=inspection.pk, organisation=scope.organisation)
    if row.state not in (State.PLANNED, State.DRAFT):
        raise ValidationError(_("已提交的督查不能取消"))
    if not reason.strip():
        raise ValidationError({"text": _("请说明取消的原因")})
    row.state, row.remark = State.DROPPED, reason.strip()[:400]
    row.save(update_fields=["state", "remark"])
    audit(scope, "drop_inspection", row, after={"reason": row.remark})
    return row


@transaction.atomic
def set_settings(scope: Scope, reason: str, **wanted: int) -> Settings:
    """Shares, days and the score from which an inspection passes; for plans yet to be drawn."""
    require(scope, "plan_supervision")
    wrong = {name: _("须为 %(low)d 至 %(high)d") % dict(zip(("low", "high"), BOUNDS[name],
                                                        strict=True))
             for name, value in wanted.items()
             if not BOUNDS[name][0] <= value <= BOUNDS[name][1]}
    if wrong:
        raise ValidationError(wrong)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写修改依据")})
    old = queries.settings_of(scope.organisation)
    before = {name: getattr(old, name) for name in wanted}
    row, _new = Settings.objects.update_or_create(
        organisation=scope.organisation,
        defaults={**wanted, "reason": reason.strip()[:200], "by": scope.who[:128]})
    audit(scope, "set_supervision", row, before, {**wanted, "reason": row.reason})
    return row


def _now() -> int:
    return round(time.time() * 1000)
