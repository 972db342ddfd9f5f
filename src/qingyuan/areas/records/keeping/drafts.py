"""Drafts of records: begun, saved as one types, thrown away, begun anew as a correction.

Saving writes no audit line for the author, who saves every few seconds; what a draft says becomes
a fact only when it is submitted, and that is written.
"""

import time
import uuid
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.models import MonitoringSystem as System
from qingyuan.areas.assets.queries import points_of, systems_of, today
from qingyuan.areas.maintenance.models import TaskSheet, WorkOrder
from qingyuan.areas.maintenance.task_queries import workable
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.forms import Form, prepare
from qingyuan.forms.drafting import BLOCKS

from ..models import Record, RecordState
from . import asked, context, definitions, queries, shape
from .forms import form_for

CORRECTABLE = (RecordState.SUBMITTED, RecordState.RETURNED, RecordState.ACCEPTED)
Cells = dict[str, Any]


class Conflict(Exception):
    """Somebody has saved the draft meanwhile. ``record`` is what is kept, ``answers`` what was
    sent."""

    def __init__(self, record: Record, answers: Cells) -> None:
        super().__init__("the draft was saved elsewhere")
        self.record, self.answers = record, answers


def start(
    scope: Scope, point: MonitoringPoint, form_code: str, *, system: System | None = None,
    sheet: TaskSheet | None = None, order: WorkOrder | None = None, day: date | None = None,
    client_id: str = "", technique: str = "",
) -> Record:
    """A draft at a visible point, filled with what is known. A sheet brings its form and system and
    has one draft at a time; the same ``client_id`` gives the same record.

    ValidationError by field; DoesNotExist for what the scope does not see.
    """
    require(scope, "fill_record")
    client_id = client_id.strip() or uuid.uuid4().hex
    if not 8 <= len(client_id) <= 40:
        raise ValidationError({"client_id": _("编号应为 8 到 40 个字符")})
    held = points_of(scope).get(pk=point.pk)
    known = Record.objects.filter(organisation=scope.organisation, client_id=client_id).first()
    if known is None and sheet is not None:
        sheet = TaskSheet.objects.select_related("task", "system").get(
            pk=sheet.pk, task__organisation=scope.organisation, task__point=held)
        known = sheet.records.filter(state=RecordState.DRAFT).order_by("id").first()
    if known is not None:
        return _same(known, held, sheet.form if sheet is not None else form_code, system)
    try:
        with transaction.atomic():
            return _begin(scope, held, form_code, system, sheet, order, day, client_id, technique)
    except IntegrityError:
        # The same message came over two links at once; the other one has been written.
        return _same(Record.objects.get(
            organisation=scope.organisation, client_id=client_id), held,
            sheet.form if sheet is not None else form_code, system)


def _same(
    known: Record, point: MonitoringPoint, code: str, system: System | None
) -> Record:
    other = system is not None and known.system_id != system.pk
    if known.point_id != point.pk or known.form != code or other:
        raise ValidationError({"client_id": _("该编号已用于其他记录")})
    return known


def _begin(
    scope: Scope, point: MonitoringPoint, code: str, system: System | None,
    sheet: TaskSheet | None, order: WorkOrder | None, day: date | None, client_id: str,
    technique: str,
) -> Record:
    if sheet is not None:
        # Of two phones that begin at once the second finds the first one's draft.
        sheet = TaskSheet.objects.select_for_update(of=("self",)).select_related(
            "task", "system").get(pk=sheet.pk)
        other = sheet.records.filter(state=RecordState.DRAFT).order_by("id").first()
        if other is not None:
            return other
        code, system = sheet.form, sheet.system
        if sheet.done_at is not None:
            raise ValidationError({"sheet": _("该表已完成；如需修改请更正已提交的记录")})
    if system is not None:
        system = systems_of(scope, point).prefetch_related("instruments").get(pk=system.pk)
    if order is not None:
        order = WorkOrder.objects.get(
            pk=order.pk, organisation=scope.organisation, point=point)
    day = day or today()
    if day > today():
        raise ValidationError({"day": _("日期不能在将来")})
    sheet = sheet or _due_sheet(scope, point, code, system, day)
    form = _form(scope, code, day, system)
    before = queries.last_of(scope.organisation, point, form.code, system)
    setting = context.setting_of(scope.organisation, form, system, technique)
    known = context.known_for(
        scope, point, form, system=system, day=day, order=order, last=before)
    duties = sheet.duties if sheet is not None else []
    blocks = asked.opened(form, duties, known.get(BLOCKS))
    known = known if blocks is None else {**known, BLOCKS: blocks}
    answers = prepare(form, known, before.answers if before else None, setting)
    now = now_ms()
    row = Record.objects.create(
        organisation=scope.organisation, point=point, system=system, sheet=sheet, order=order,
        **_definition(form), setting=_kept(setting), day=day,
        answers=asked.preset(duties, answers),
        client_id=client_id, author=scope.user, who=scope.who[:128], begun_at=now, saved_at=now)
    audit(scope, "start_record", row, None, {"form": form.title, "day": day})
    return row


def _due_sheet(
    scope: Scope, point: MonitoringPoint, code: str, system: System | None, day: date
) -> TaskSheet | None:
    """The sheet that asks for this very form now: who fills it in without coming from the task has
    done the task all the same."""
    if system is None:
        return None
    return TaskSheet.objects.filter(
        task__in=workable(scope).values("pk"), task__point=point, system=system, form=code,
        done_at=None, opens__lte=day,
    ).exclude(records__state=RecordState.DRAFT).order_by("due_at", "id").first()


def _form(scope: Scope, code: str, day: date, system: System | None) -> Form:
    form = form_for(scope.organisation, code, day)
    if form is None:
        raise ValidationError({"form": _("没有这种记录表：%s") % code})
    if definitions.brings_events(form):
        require(scope, "record_event")
    if system is not None and context.technique_of(system) not in form.techniques:
        raise ValidationError({"form": _("%(form)s不适用于%(system)s的采样方式") % {
            "form": form.title, "system": system.name}})
    return form


def _definition(form: Form) -> dict[str, Any]:
    return {"form": form.code, "form_version": form.version, "form_digest": form.digest,
            "title": form.title[:64], "kind": form.kind}


def _kept(setting: Any) -> dict[str, Any]:
    return {"technique": setting.technique, "methods": sorted(setting.methods),
            "sets": sorted(setting.sets)}


@transaction.atomic
def save(
    scope: Scope, record: Record, answers: Cells, *, saved_at: int | None = None
) -> Record:
    """Keep the answers of a draft as they are typed. ``saved_at`` is that of the copy which the
    caller has; Conflict when the draft was saved since with other answers."""
    row = draft(scope, record)
    shape.check(answers)
    if row.answers == answers:
        return row
    if saved_at is not None and saved_at != row.saved_at:
        raise Conflict(row, answers)
    if scope.user is not None and row.author_id != scope.user.pk:
        audit(scope, "save_record", row, None, {"author": row.who})
    row.answers = answers
    row.saved_at = max(now_ms(), row.saved_at + 1)
    row.save(update_fields=["answers", "saved_at"])
    return row


@transaction.atomic
def discard(scope: Scope, record: Record) -> None:
    """Throw a draft away; its files stay in the organisation's store."""
    row = draft(scope, record)
    audit(scope, "discard_record", row, {"form": row.title, "day": row.day}, None)
    row.delete()


@transaction.atomic
def correct(scope: Scope, record: Record, reason: str) -> Record:
    """A new version as a draft, in which the answers of the old one stand. Asked twice, it is the
    same draft. ValidationError without a reason, or for a record that was replaced or voided."""
    require(scope, "fill_record")
    old = own(scope, record)
    waiting = Record.objects.filter(replaces=old, state=RecordState.DRAFT).first()
    if waiting is not None:
        return waiting
    if old.state not in CORRECTABLE:
        raise ValidationError(_("这份记录不能更正：%s") % old.get_state_display())
    if not reason.strip():
        raise ValidationError({"reason": _("请填写更正原因")})
    form = form_for(old.organisation, old.form, old.day) or definitions.form_of(old)
    if definitions.brings_events(form):
        require(scope, "record_event")
    row = Record.objects.create(
        organisation=old.organisation, point=old.point, system=old.system, sheet=old.sheet,
        order=old.order, **_definition(form), setting=old.setting, day=old.day,
        version=old.version + 1, replaces=old, reason=reason.strip()[:200], answers=old.answers,
        client_id=uuid.uuid4().hex, author=scope.user, who=scope.who[:128], begun_at=old.begun_at,
        finished_at=old.finished_at, saved_at=now_ms())
    audit(scope, "correct_record", row, None, {"version": row.version, "reason": row.reason})
    return row


def draft(scope: Scope, record: Record) -> Record:
    """A draft of the scope's own unit, locked; ValidationError for a record that is none."""
    require(scope, "fill_record")
    row = own(scope, record)
    still_draft(row)
    return row


def still_draft(row: Record) -> None:
    """Refuse a record that is no draft any more."""
    if row.state != RecordState.DRAFT:
        raise ValidationError(_("记录已提交，不能再修改；如需修改请更正"))


def own(scope: Scope, record: Record) -> Record:
    """A record of the scope's own unit, locked; Record.DoesNotExist for any other."""
    return Record.objects.select_for_update(of=("self",)).select_related(
        "organisation", "point__organisation", "point__outlet", "system").get(
        pk=record.pk, organisation=scope.organisation)


def now_ms() -> int:
    """This instant, epoch milliseconds."""
    return round(time.time() * 1000)

