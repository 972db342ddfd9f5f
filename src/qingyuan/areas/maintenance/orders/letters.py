"""Acts on letters to the authority: drafted, edited, sent with the stamped scan, received, decided.

Sending a report of a fault or of force majeure is the report that the order's clock waits for. A
letter that asks for a decision gets the term of the answer from the book (``silence.py``).
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.maintenance.models import (
    Letter,
    LetterKind,
    LetterState,
    OrderEntry,
    SourceStop,
    WorkOrder,
)
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import clocks, drafting, keeping, log, queries, states

REPORTS = (LetterKind.FAULT, LetterKind.FORCE_MAJEURE)
MOST = 20_000  # characters of a letter


@transaction.atomic
def draft_letter(
    scope: Scope, kind: str, *, order: WorkOrder | None = None,
    point: MonitoringPoint | None = None, stop: SourceStop | None = None,
) -> Letter:
    """Begin a letter from an order, a stop or a point with what is known; people edit it.

    DoesNotExist for an order of another unit and a point that is not seen."""
    require(scope, "edit_letters")
    if kind not in LetterKind.values:
        raise ValidationError({"kind": _("没有这种函件：%s") % kind})
    held = log.own(scope, order) if order is not None else None
    if stop is not None and stop.organisation != scope.organisation:
        raise SourceStop.DoesNotExist
    where = held.point if held else stop.point if stop else point
    if where is None:
        raise ValidationError({"point": _("请选择点位")})
    if held is None:
        where = visible_point(scope, where.pk)
    subject, body = drafting.letter(kind, drafting.facts(where, held, stop))
    made = Letter.objects.create(
        organisation=scope.organisation, point=where, order=held, kind=kind,
        to=drafting.authority(where)[:128], subject=subject[:128], body=body)
    audit(scope, "draft_letter", made, None, {"kind": kind, "point": where.name,
                                              "order": held.number if held else ""})
    note(scope, made, _("起草“%s”") % made.subject)
    return made


@transaction.atomic
def edit_letter(scope: Scope, letter: Letter, *, to: str, subject: str, body: str) -> Letter:
    """Change a draft."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    state = states.step("edit", row)
    facts = {"to": log.needed(to, "to", _("请填写报送单位"), 128),
             "subject": log.needed(subject, "subject", _("请填写标题"), 128),
             "body": log.needed(body, "body", _("请填写正文"), MOST).replace("\r\n", "\n")}
    return save(scope, row, "edit", {"state": state, **facts})


@transaction.atomic
def send_letter(
    scope: Scope, letter: Letter, *, at: int | None = None, number: str = "", scan: str = ""
) -> Letter:
    """The letter has gone out: when, under which number, with the stamped scan (digest)."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    state = states.step("send", row)
    if not row.to.strip():
        raise ValidationError({"to": _("请先填写报送单位")})
    if drafting.BLANK in row.body:
        raise ValidationError(_("正文中还有横线没有填写，请补充后再发出"))
    when = log.moment(at)
    order = row.order if row.kind in REPORTS else None
    if order is not None and when < order.found_at:
        raise ValidationError({"at": _("时间不能早于发现时间")})
    facts: dict[str, Any] = {
        "state": state, "sent_at": when, "sent_by": scope.who[:128],
        "number": log.fitting(number, "number", 64), "scan": _scan(scope, scan, "scan"),
        **answer(row.kind, row.point, when)}
    save(scope, row, "send", facts)
    note(scope, row, _("发出“%s”") % row.subject, when)
    if order is not None:
        _report(row, when)
    return row


@transaction.atomic
def add_scan(scope: Scope, letter: Letter, scan: str) -> Letter:
    """The stamped scan of a letter that has gone out without it; one that is there stays."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    if row.state == LetterState.DRAFT or row.scan:
        raise ValidationError({"scan": _("草稿没有盖章件，已有的盖章件不能更换")})
    if not scan:
        raise ValidationError({"scan": _("请选择盖章件")})
    return save(scope, row, "scan", {"scan": _scan(scope, scan, "scan")})


@transaction.atomic
def receive_letter(
    scope: Scope, letter: Letter, *, at: int | None = None, receipt: str = ""
) -> Letter:
    """The authority has it: the term of its answer counts from here."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    state = states.step("receive", row)
    when = log.moment(at)
    if when < (row.sent_at or 0):
        raise ValidationError({"at": _("收到时间不能早于发出时间")})
    facts = {"state": state, "received_at": when, "receipt": _scan(scope, receipt, "receipt"),
             **answer(row.kind, row.point, when)}
    save(scope, row, "receive", facts)
    note(scope, row, _("“%s”已回执") % row.subject, when)
    return row


@transaction.atomic
def decide_letter(
    scope: Scope, letter: Letter, *, agreed: bool, at: int | None = None, text: str = ""
) -> Letter:
    """The authority's answer; a refusal needs its words."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    act = "agree" if agreed else "refuse"
    state = states.step(act, row)
    said = log.fitting(text, "text", 400) if agreed else log.needed(
        text, "text", _("请填写不同意的答复内容"), 400)
    when = log.moment(at)
    if when < (row.sent_at or 0):
        raise ValidationError({"at": _("答复时间不能早于发出时间")})
    save(scope, row, act, {"state": state, "decided_at": when, "decision": said})
    note(scope, row, "：".join(p for p in (row.get_state_display(), said) if p), when)
    return row


@transaction.atomic
def discard_letter(scope: Scope, letter: Letter) -> None:
    """Drop a draft."""
    require(scope, "edit_letters")
    row = _own(scope, letter)
    states.step("discard", row)
    audit(scope, "discard_letter", row, {"subject": row.subject, "kind": row.kind}, None)
    row.delete()


def answer(kind: str, point: MonitoringPoint, since: int) -> dict[str, Any]:
    """The term of the authority's answer to a letter that came in at ``since``, as columns; empty
    for letters that ask for none, and where the book has no term on that day."""
    if kind not in clocks.ANSWERS:
        return {}
    term, silence = clocks.ANSWERS[kind]
    find, calendar = keeping.ruling(point, since)
    rule, consents = find(term), find(silence)
    if rule is None:
        return {}
    due, counted_by, provisional = clocks.due(float(rule.value), rule.unit, since, calendar)
    more = [rule.cite(), counted_by, _("所计日期可能随放假安排变动") if provisional else ""]
    return {"decision_due": due, "decision_source": "；".join(p for p in more if p)[:200],
            "silence_consents": bool(consents and consents.value)}


def _own(scope: Scope, letter: Letter) -> Letter:
    return queries.letters_of(scope).select_for_update(of=("self",)).get(
        pk=letter.pk, organisation=scope.organisation)


def _scan(scope: Scope, sha256: str, field: str) -> str:
    if not sha256:
        return ""
    try:
        return log.known(scope, [sha256])[0]
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


def save(scope: Scope, row: Letter, act: str, facts: dict[str, Any]) -> Letter:
    """Write columns and the audit line ``<act>_letter`` with what changed."""
    before = {name: getattr(row, name) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    changed = [name for name in facts if before[name] != facts[name]]
    audit(scope, f"{act}_letter", row, {name: before[name] for name in changed},
          {name: facts[name] for name in changed})
    return row


def note(scope: Scope, row: Letter, text: str, at: int | None = None) -> None:
    """A line in the log of the order that the letter belongs to."""
    if row.order_id:
        OrderEntry.objects.create(
            order_id=row.order_id, at=at or queries.now_ms(), who=scope.who[:128], verb="letter",
            text=text[:800])


def _report(row: Letter, when: int) -> None:
    """The order's report is done with the letter; the first report stands."""
    order = WorkOrder.objects.select_for_update().get(pk=row.order_id)
    if order.reported_at is None:
        order.reported_at = when
        order.save(update_fields=["reported_at"])
    keeping.meet(order, "reported", when)
