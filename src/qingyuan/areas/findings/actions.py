"""Acts of people on a finding: respond, pass on, handle, verify, close, reopen, add a word.

Each act checks the role, locks the row, writes a line of the finding's log and one of the audit
trail. Instants are epoch milliseconds.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, states, telling
from .kinds import KINDS
from .models import Finding, FindingEntry, Handling, State

MANY = 500  # rows that one bulk act takes


@transaction.atomic
def acknowledge(scope: Scope, finding: Finding, text: str = "") -> Finding:
    """Respond: it is seen, and mine unless somebody has it. Ends the clock of response."""
    require(scope, "work_finding")
    row = own(scope, finding)
    return _go(scope, row, "acknowledge", text, acknowledged_at=_now(),
               acknowledged_by=scope.who[:128], person=row.person or scope.user)


@transaction.atomic
def acknowledge_many(scope: Scope, findings: Iterable[Finding], text: str = "") -> int:
    """Respond to several at once, those that are open; at most ``MANY``. How many."""
    require(scope, "work_finding")
    wanted = [one.pk for one in findings][:MANY]
    rows = queries.findings_of(scope).filter(
        pk__in=wanted, organisation=scope.organisation, state=State.OPEN)
    return sum(1 for row in rows if acknowledge(scope, row, text))


@transaction.atomic
def take(scope: Scope, finding: Finding, person: User, reason: str = "") -> Finding:
    """Give it to a colleague, who is told."""
    require(scope, "work_finding")
    row = own(scope, finding)
    if not colleagues(scope).filter(pk=person.pk).exists():
        raise ValidationError({"person": _("请选择本单位的在职人员")})
    row = _go(scope, row, "take", f"{person} {reason}".strip(), person=person)
    telling.say(row, [person], kind="finding", title=row.title,
                urgent=row.respond_due is not None and row.state == State.OPEN)
    return row


@transaction.atomic
def handle(
    scope: Scope, finding: Finding, *, how: str, cause: str = "", text: str,
    files: Iterable[str] = (),
) -> Finding:
    """What was done: on site, remotely, or nothing with the reason. Ends both clocks."""
    require(scope, "work_finding")
    row = own(scope, finding)
    if how not in Handling.values:
        raise ValidationError({"how": _("请选择处理方式")})
    causes = KINDS[row.kind].causes if row.kind in KINDS else ()
    if causes and cause not in causes:
        raise ValidationError({"cause": _("请选择原因")})
    said = text.strip()
    if not said:
        raise ValidationError({"text": _("请说明无需处理的理由") if how == Handling.NONE
                               else _("请填写处理情况")})
    if len(said) > 800:
        raise ValidationError({"text": _("不能超过 %d 字") % 800})
    now = _now()
    return _go(scope, row, "handle", said, _known(scope, files), handling=how,
               cause=cause if causes else "", text=said, handled_at=now,
               handled_by=scope.who[:128], acknowledged_at=row.acknowledged_at or now,
               acknowledged_by=row.acknowledged_by or scope.who[:128],
               person=row.person or scope.user)


@transaction.atomic
def verify(scope: Scope, finding: Finding, ok: bool, text: str = "") -> Finding:
    """Another than who handled it looks: it is so, or it goes back with the reason."""
    require(scope, "verify_finding")
    row = own(scope, finding)
    if row.handled_by == scope.who and row.person_id == getattr(scope.user, "pk", None):
        raise ValidationError(_("处理人不能核实自己的处理，请由他人核实"))
    if not ok and not text.strip():
        raise ValidationError({"text": _("请说明核实不通过的原因")})
    facts: dict[str, Any] = {"verified_at": _now(), "verified_by": scope.who[:128]}
    if not ok:
        facts = {"handled_at": None, "handled_by": "", "handling": ""}
    return _go(scope, row, "verify" if ok else "refuse", text, **facts)


@transaction.atomic
def close(scope: Scope, finding: Finding, text: str = "") -> Finding:
    """Closed; the same matter begins a new finding from now on."""
    require(scope, "verify_finding")
    row = own(scope, finding)
    return _go(scope, row, "close", text, open=False, closed_at=_now(), closed_by=scope.who[:128])


@transaction.atomic
def reopen(scope: Scope, finding: Finding, reason: str) -> Finding:
    """Handled or verified, but it is not so: back to work."""
    require(scope, "verify_finding")
    if not reason.strip():
        raise ValidationError({"text": _("请说明重新打开的原因")})
    return _go(scope, own(scope, finding), "reopen", reason, handled_at=None, handled_by="",
               handling="", verified_at=None, verified_by="")


@transaction.atomic
def note(scope: Scope, finding: Finding, text: str, files: Iterable[str] = ()) -> Finding:
    """A word or a picture in its log."""
    require(scope, "work_finding")
    if not text.strip():
        raise ValidationError({"text": _("请填写说明")})
    return _go(scope, own(scope, finding), "note", text, _known(scope, files))


@transaction.atomic
def link_order(scope: Scope, finding: Finding, order: str, number: str) -> Finding:
    """A work order takes it over (``order``: "order:7"); it closes with the order."""
    require(scope, "open_order")
    row = own(scope, finding)
    if row.order:
        raise ValidationError(_("已转为工单，请勿重复转单"))
    now = _now()
    return _go(scope, row, "order", number, order=order[:24],
               acknowledged_at=row.acknowledged_at or now,
               acknowledged_by=row.acknowledged_by or scope.who[:128])


def own(scope: Scope, finding: Finding) -> Finding:
    """The finding, locked, if it is one of the scope's own organisation; DoesNotExist else."""
    return queries.findings_of(scope).select_for_update(of=("self",)).get(
        pk=finding.pk, organisation=scope.organisation)


def _go(
    scope: Scope, row: Finding, act: str, said: str = "", files: Sequence[str] = (), **facts: Any
) -> Finding:
    """Take the step, with the clock that runs next."""
    after = {"state": states.after(act, row), **facts}
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.escalate_at, row.escalated = _next_clock(row), 0
    row.save(update_fields=[*after, "escalate_at", "escalated"])
    words = said.strip()[:800]
    FindingEntry.objects.create(finding=row, at=_now(), who=scope.who[:128], verb=act, text=words,
                                files=list(files))
    audit(scope, act, row, before=_plain(before), after=_plain({**after, "text": words}))
    return row


def _next_clock(row: Finding) -> int | None:
    if not row.open or row.silenced or row.handled_at is not None:
        return None
    return row.handle_due if row.acknowledged_at is not None else row.respond_due or row.handle_due


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, User) else value
            for name, value in facts.items()}


def _known(scope: Scope, files: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(files))
    held = set(attachments_of(scope).filter(sha256__in=wanted).values_list("sha256", flat=True))
    if set(wanted) - held:
        raise ValidationError({"files": _("附件不存在，请重新上传")})
    return wanted


def _now() -> int:
    return round(time.time() * 1000)


__all__ = [
    "acknowledge", "acknowledge_many", "close", "handle", "link_order", "note", "own", "reopen",
    "take", "verify",
]
