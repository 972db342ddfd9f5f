"""Acts on a work order: reply, send somebody, arrive, repair, report, restore, pause, close.

``at`` is when it happened (epoch ms, now if left out): not ahead, not before the fault was found.
Each act writes a line of the order's log and one of the audit trail.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance.models import ClockState, OrderHelper, WorkOrder
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, may, require

from . import keeping, log, states
from .ending import add_entry, add_sample, cancel, close
from .opening import open_order
from .people import colleague
from .timing import change_traits, check, pause, resume

__all__ = [
    "accept", "add_entry", "add_sample", "arrive", "assign", "cancel", "change_traits", "check",
    "close", "help_with", "open_order", "pause", "repaired", "report", "restored", "resume",
    "transfer",
]


@transaction.atomic
def accept(scope: Scope, order: WorkOrder, at: int | None = None) -> WorkOrder:
    """Reply to an order: whoever has it, or anybody where nobody has. A manager may for others."""
    require(scope, "work_order")
    row = log.own(scope, order)
    if row.person_id and row.person != scope.user and not may(scope, "assign_order"):
        raise ValidationError(_("工单已派给%s，由其本人响应或转派") % row.person)
    facts: dict[str, Any] = {} if row.person_id else {"person": scope.user}
    return _go(scope, row, "accept", at, ["accepted"], **facts)


@transaction.atomic
def arrive(scope: Scope, order: WorkOrder, at: int | None = None) -> WorkOrder:
    """On site. Who comes without having replied has replied by coming."""
    require(scope, "work_order")
    return _go(scope, log.own(scope, order), "arrive", at, ["accepted", "arrived"])


@transaction.atomic
def repaired(
    scope: Scope, order: WorkOrder, at: int | None = None, *, cause: str = "", handling: str = ""
) -> WorkOrder:
    """The device works again; what waits is that data are normal again."""
    require(scope, "work_order")
    facts = {name: log.fitting(text, name, most)
             for name, text, most in (("cause", cause, 400), ("handling", handling, 800))
             if text.strip()}
    return _go(scope, log.own(scope, order), "repaired", at, ["accepted", "repaired"],
               handling or cause, **facts)


@transaction.atomic
def restored(scope: Scope, order: WorkOrder, at: int | None = None, text: str = "") -> WorkOrder:
    """Normal running and data are restored; this ends the duty to sample by hand."""
    require(scope, "work_order")
    row = log.own(scope, order)
    passing = ["passed"] if "failed_check" in row.traits else []
    return _go(scope, row, "restored", at, ["accepted", "repaired", "restored", *passing], text)


@transaction.atomic
def report(
    scope: Scope, order: WorkOrder, at: int | None = None, *, to: str, text: str = ""
) -> WorkOrder:
    """The fault was reported: to whom, when, how. A letter that is sent does the same."""
    require(scope, "work_order")
    whom = log.needed(to, "to", _("请填写向谁报告"), 128)
    said = "：".join(part for part in (whom, text.strip()) if part)
    return _go(scope, log.own(scope, order), "report", at, ["reported"], said)


def _go(
    scope: Scope, row: WorkOrder, act: str, at: int | None, met: Sequence[str], text: str = "",
    **facts: Any,
) -> WorkOrder:
    """Take the step: the instants that it brings (the first one stands), the clocks that it meets.
    """
    state = states.step(act, row)
    when = log.moment(at, row.found_at)
    stamps = {f"{word}_at": when for word in met
              if hasattr(row, f"{word}_at") and getattr(row, f"{word}_at") is None}
    after = {"state": state, **stamps, **facts}
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    ended = [clock for word in met for clock in keeping.meet(row, word, when)]
    late = [clock.title for clock in ended if clock.state == ClockState.LATE]
    told = {name: str(value) if isinstance(value, User) else value for name, value in after.items()}
    log.write(scope, row, act, when, text, after={**told, **({"late": late} if late else {})},
              before={name: str(value) if isinstance(value, User) else value
                      for name, value in before.items()})
    return row


@transaction.atomic
def assign(scope: Scope, order: WorkOrder, person: User) -> WorkOrder:
    """A manager gives the order to a colleague."""
    require(scope, "assign_order")
    return _hand(scope, log.own(scope, order), person, "assign", "")


@transaction.atomic
def transfer(scope: Scope, order: WorkOrder, person: User, reason: str) -> WorkOrder:
    """Whoever has the order hands it on, with the reason."""
    require(scope, "work_order")
    row = log.own(scope, order)
    if row.person != scope.user and not may(scope, "assign_order"):
        raise PermissionDenied("only who has the order hands it on")
    why = log.needed(reason, "reason", _("请填写转派原因"))
    return _hand(scope, row, person, "transfer", why)


def _hand(scope: Scope, row: WorkOrder, person: User, act: str, why: str) -> WorkOrder:
    states.step(act, row)
    taker = colleague(row.organisation, person)
    before, row.person = str(row.person or ""), taker
    row.save(update_fields=["person"])
    row.helpers.filter(person=taker).delete()
    log.write(scope, row, act, log.moment(None), f"{taker}{_('：%s') % why if why else ''}",
              before={"person": before}, after={"person": str(taker)})
    return row


@transaction.atomic
def help_with(scope: Scope, order: WorkOrder, person: User) -> WorkOrder:
    """A colleague helps."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("help", row)
    helper = colleague(row.organisation, person)
    if helper == row.person or row.helpers.filter(person=helper).exists():
        raise ValidationError({"person": _("%s已在处理该工单") % helper})
    OrderHelper.objects.create(order=row, person=helper)
    log.write(scope, row, "help", log.moment(None), str(helper), after={"helper": str(helper)})
    return row
