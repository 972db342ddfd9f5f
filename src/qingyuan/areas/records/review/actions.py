"""Decisions on records: accept, send back, accept several. One transaction and one audit line each;
nobody decides on a record of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.organisations.scope import Scope, require

from ..crosscheck import running as crosscheck
from ..crosscheck.queries import keeps_from_acceptance
from ..keeping import events
from ..models import Record, RecordState, Review, ReviewVerb
from ..presence.queries import now_ms
from . import queries
from .settings import settings_of

LONGEST = 4 * 3600  # s: a page left open over lunch is no reading time
MOST = 500  # records accepted at once
OWN = gettext_lazy("本人填写的记录须由他人审核")
CROSSED = {
    "confirmed": gettext_lazy("已确认与监测数据不符，不能通过，请退回"),
    "unanswered": gettext_lazy("与监测数据核对有疑点，请先逐条答复标红的核对结果，或退回"),
}


@transaction.atomic
def accept(scope: Scope, record: Record, reason: str = "", seconds: int | None = None) -> Record:
    """Accept a record: it is reviewed and locked. ``seconds`` is the time it took to read. One that
    the cross-check has flagged only when its strong signals are explained."""
    require(scope, "review_record")
    row = _waiting(scope, record.pk)
    why = keeps_from_acceptance(row)
    if why:
        raise ValidationError(CROSSED[why])
    verb = ReviewVerb.ACCEPT
    if queries.is_drawn(row) and row.risk <= settings_of(scope.organisation).bulk_risk:
        verb = ReviewVerb.SAMPLE
    return _decide(scope, row, verb, reason, seconds)


@transaction.atomic
def send_back(scope: Scope, record: Record, reason: str, seconds: int | None = None) -> Record:
    """Send a record back to its author, who corrects it by a new version. Until then it changes
    nothing in the data: its events are withdrawn."""
    require(scope, "review_record")
    if not reason.strip():
        raise ValidationError({"reason": _("请填写退回原因")})
    row = _waiting(scope, record.pk)
    if points_of(scope).filter(pk=row.point_id).exists():  # of a contract that ended data stand
        events.withdraw(scope, row, _("记录退回"))  # the remark is for the author, facts for all
    return _decide(scope, row, ReviewVerb.RETURN, reason, seconds)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of records accepted together: those done, those left with the reason why."""

    done: list[Record]
    left: list[tuple[Record, str]]


@transaction.atomic
def accept_many(scope: Scope, records: Sequence[Record]) -> Accepted:
    """Accept those of the records that did not fail, are of low risk, not drawn for reading and not
    the scope's own; the others stay as they are. Record.DoesNotExist when one is not the unit's."""
    require(scope, "review_record")
    keys = sorted({one.pk for one in records})
    if not keys:
        raise ValidationError(_("请先勾选记录"))
    if len(keys) > MOST:
        raise ValidationError(_("一次最多 %d 份") % MOST)
    rows = list(queries.submitted_of(scope).select_for_update(of=("self",)).filter(
        pk__in=keys).order_by("pk"))
    if len(rows) != len(keys):
        raise Record.DoesNotExist
    limit = settings_of(scope.organisation).bulk_risk
    touched = _touched(scope, keys)
    done, left = [], []
    for row in rows:
        why = not_together(scope, row, limit) or (str(OWN) if row.pk in touched else "")
        if why:
            left.append((row, why))
        else:
            done.append(_decide(scope, row, ReviewVerb.BULK, "", None))
    return Accepted(done, left)


def not_together(scope: Scope, record: Record, bulk_risk: int) -> str:
    """Why a record cannot be accepted with others; "" when it can."""
    if record.state != RecordState.SUBMITTED:
        return _("不在待审核状态")
    if scope.user is not None and record.author_id == scope.user.pk:
        return str(OWN)
    if queries.is_drawn(record):
        return _("抽中复核，须单独审核")
    if record.passed is False:
        return _("结论不合格，须单独审核")
    if record.risk > bulk_risk:
        return _("风险 %(risk)d 高于批量上限 %(limit)d") % {
            "risk": record.risk, "limit": bulk_risk}
    return ""


def _waiting(scope: Scope, pk: int) -> Record:
    """The record, locked for this transaction, if it waits and is not the scope's own."""
    row = queries.submitted_of(scope).select_for_update(of=("self",)).get(pk=pk)
    if row.state != RecordState.SUBMITTED:
        last = row.reviews.last()
        if last is not None:
            raise ValidationError(_("已由%(who)s审核：%(what)s") % {
                "who": last.who, "what": last.get_verb_display()})
        raise ValidationError(_("这份记录不在待审核状态"))
    if scope.user is not None and (row.author_id == scope.user.pk or _touched(scope, [pk])):
        raise ValidationError(OWN)
    return row


def _touched(scope: Scope, keys: Sequence[int]) -> set[int]:
    """Those of the records that the person wrote or submitted for another: nobody reads their own
    work. One query."""
    if scope.user is None:
        return set()
    lines = AuditLine.objects.filter(
        kind=Record._meta.label_lower, object_id__in=[str(pk) for pk in keys], user=scope.user,
        verb__in=("save_record", "submit_record"))
    return {int(pk) for pk in lines.values_list("object_id", flat=True)}


def _decide(
    scope: Scope, row: Record, verb: ReviewVerb, reason: str, seconds: int | None
) -> Record:
    reason = reason.strip()[:400]
    at = now_ms()
    Review.objects.create(
        record=row, by=scope.user, who=scope.who[:128], at=at, verb=verb, reason=reason,
        seconds=None if seconds is None else max(0, min(seconds, LONGEST)))
    back = verb == ReviewVerb.RETURN
    row.state = RecordState.RETURNED if back else RecordState.ACCEPTED
    row.reviewed_at = at
    row.returned_why = reason if back else ""
    row.save(update_fields=["state", "reviewed_at", "returned_why"])
    said = _("记录已退回：%s") if back else _("记录已审核通过：%s")
    crosscheck.settle([row], at, scope.who, (said % reason).rstrip("："),
                      handling="remote" if back else "none")
    audit(scope, "return_record" if back else "accept_record", row,
          {"state": RecordState.SUBMITTED}, {
              "state": row.state, "verb": verb, "reason": reason, "risk": row.risk}, at=at)
    return row
