"""A draft becomes a record, or a record is voided: what it says reaches data, tasks and orders."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import midnight, points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.forms import Form, Outcome, Problem
from qingyuan.forms.values import moment

from ..crosscheck import running as crosscheck
from ..models import Record, RecordState
from ..review.risk import assess
from ..review.settings import due_at
from . import digest, doing, events, photos, shape, work_orders
from .definitions import Engine, engine_of
from .drafts import CORRECTABLE, Cells, Conflict, now_ms, own, still_draft

DONE = (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.RETURNED, RecordState.REPLACED)


class Refused(ValidationError):
    """What keeps a draft from being submitted, by path; ``answers`` are those that were checked."""

    def __init__(self, problems: list[Problem], answers: Cells) -> None:
        told: dict[str, list[str]] = {}
        for one in problems:
            told.setdefault(one.path, []).append(one.sentence)
        super().__init__(told)
        self.problems, self.answers = problems, answers


def submit(
    scope: Scope, record: Record, answers: Cells | None = None, *, finished_at: int | None = None,
    saved_at: int | None = None,
) -> Record:
    """Compute, check, keep, and tell whom it concerns, in one transaction. What was submitted
    already is given back as it is. Refused by path; Conflict as of ``save``."""
    require(scope, "fill_record")
    with transaction.atomic():
        row = own(scope, record)
        if row.state in DONE and row.submitted_at is not None:
            return row  # also by another link, while this one waited for the lock
        still_draft(row)
        if not points_of(scope).filter(pk=row.point_id).exists():
            raise ValidationError(_("该点位已不由本单位运维，不能提交；草稿可以删除"))
        if answers is not None:
            shape.check(answers)
            if saved_at is not None and saved_at != row.saved_at and answers != row.answers:
                raise Conflict(row, answers)
        return _submit(scope, row, row.answers if answers is None else answers, finished_at)


def _submit(scope: Scope, row: Record, answers: Cells, finished_at: int | None) -> Record:
    engine = engine_of(row)
    answers = engine.compute(answers)
    row.answers = answers
    problems = engine.validate(answers) + photos.problems(row, engine.form, answers)
    told = {one.path for one in problems}
    problems += [Problem(path, "unmarked", _("%s：本次到期，请标记√、×或/") % label)
                 for path, label in doing.due_unmarked(row, engine, answers) if path not in told]
    if problems:
        raise Refused(problems, answers)
    found = engine.outcome(answers)
    now = now_ms()
    row.finished_at = finish_of(row, engine.form, answers, finished_at, now)
    if row.begun_at is None or row.begun_at > row.finished_at:
        row.begun_at = beginning_of(engine.form, answers) or row.begun_at
    row.state, row.submitted_at, row.saved_at = RecordState.SUBMITTED, now, now
    row.outcome, row.passed = asdict(found), found.passed
    row.book = engine.book.book.fingerprint
    row.digest = digest.digest_of(row)
    row.save()
    photos.keep_rows(row, answers)
    _tell(scope, row, found, engine)
    _weigh(row)
    crosscheck.ask(row, now)
    audit(scope, "submit_record", row, None, {
        "state": row.state, "passed": row.passed, "digest": row.digest, "version": row.version})
    return row


def _tell(scope: Scope, row: Record, found: Outcome, engine: Engine) -> None:
    """Data, sheet and orders; the version that this one replaces gives way first."""
    if row.replaces is not None:
        old = own(scope, row.replaces)
        if old.state not in CORRECTABLE:
            raise ValidationError(_("原记录已作废或已被更正，请放弃本草稿"))
        events.withdraw(scope, old, _("记录更正：%s") % row.reason)
        doing.forget(old)
        before = old.state
        old.state = RecordState.REPLACED
        old.save(update_fields=["state"])
        row.replaces = old
        crosscheck.settle([old], now_ms(), scope.who, _("记录更正：%s") % row.reason)
        audit(scope, "replace_record", old, {"state": before}, {
            "state": old.state, "reason": row.reason})
    try:
        events.enter(scope, row, found.events)
    except ValidationError as error:
        said = "；".join(error.messages)
        raise Refused([Problem("", "event", _("无法登记事件：%s") % said)], row.answers) from error
    doing.tell(scope, row, engine, row.answers, found.events)
    work_orders.open_for(scope, row, found)


def _weigh(row: Record) -> None:
    row.risk, row.risks = assess(row)
    row.review_due = due_at(row.organisation, row.submitted_at or 0)
    row.save(update_fields=["risk", "risks", "review_due"])


@transaction.atomic
def void(scope: Scope, record: Record, reason: str) -> Record:
    """Take a submitted record out of use: its events are withdrawn, its sheet is open again.
    ValidationError without a reason, or while a correction of it is being written."""
    require(scope, "void_record")
    row = own(scope, record)
    if row.state not in CORRECTABLE:
        raise ValidationError(_("这份记录不能作废：%s") % row.get_state_display())
    if not reason.strip():
        raise ValidationError({"reason": _("请填写作废原因")})
    if Record.objects.filter(replaces=row).exists():
        raise ValidationError(_("这份记录正在更正，请先放弃更正草稿"))
    before = row.state
    row.state, row.returned_why = RecordState.VOID, reason.strip()[:400]
    row.save(update_fields=["state", "returned_why"])
    events.withdraw(scope, row, _("记录作废：%s") % reason.strip())
    doing.take_back(scope, row)
    crosscheck.settle([row], now_ms(), scope.who, _("记录作废：%s") % row.returned_why)
    audit(scope, "void_record", row, {"state": before}, {
        "state": row.state, "reason": row.returned_why})
    return row


def finish_of(row: Record, form: Form, answers: Cells, said: int | None, now: int) -> int:
    """When the work was really finished, epoch ms: what was said, else the form's own end, of a
    correction what the first version knew, else now; of a day that is past the moment at which
    the draft was begun on it, else its beginning, so that no clock runs late for it. Never after
    now."""
    found = said if said is not None else _answered(form, answers, "end")
    if found is None:
        found = row.finished_at
    if found is None:
        begin = int(midnight(row.day).timestamp() * 1000)
        over = int(midnight(row.day + timedelta(days=1)).timestamp() * 1000)
        begun = row.begun_at if row.begun_at and begin <= row.begun_at < over else begin
        found = now if now < over else begun
    if found > now + 3_600_000:
        raise Refused([Problem("", "future", _("完成时间不能在将来"))], answers)
    return min(found, now)


def beginning_of(form: Form, answers: Cells) -> int | None:
    """When the work began as the form says it, epoch ms."""
    return _answered(form, answers, "begin")


def _answered(form: Form, answers: Cells, name: str) -> int | None:
    """A moment that the form asks outside of tables and blocks."""
    for section in form.sections:
        one = section.field(name)
        if one is None or one.type != "datetime" or section.blocks:
            continue
        cells: Any = answers.get(section.name) or {}
        found: datetime | None = moment(cells.get(name))
        if found is not None:
            return int(found.timestamp() * 1000)
    return None
