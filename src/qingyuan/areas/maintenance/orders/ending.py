"""What is said to an order, and how it ends: log lines, samples taken by hand, close, cancel."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance.models import OrderEntry, WorkOrder
from qingyuan.areas.organisations.scope import Scope, require

from . import from_findings, keeping, log, states
from .timing import end_pause


@transaction.atomic
def add_sample(
    scope: Scope, order: WorkOrder, at: int | None = None, text: str = "",
    files: Sequence[str] = (),
) -> OrderEntry:
    """A sample was taken by hand while data do not come, where values are not entered one by one
    (flue gas by a reference method)."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("sample", row)
    when = log.moment(at, row.found_at)
    return log.write(scope, row, "sample", when, text.strip(), files=log.known(scope, files))


@transaction.atomic
def add_entry(
    scope: Scope, order: WorkOrder, text: str, *, files: Sequence[str] = (), at: int | None = None
) -> OrderEntry:
    """Say something to an order, the discharger too; after its end as well."""
    require(scope, "open_order")
    row = log.seen(scope, order)
    said = log.needed(text, "text", _("请填写说明"), 800)
    return log.write(scope, row, "note", log.moment(at), said, files=log.known(scope, files))


@transaction.atomic
def close(
    scope: Scope, order: WorkOrder, *, cause: str = "", handling: str = "", without: str = "",
    at: int | None = None,
) -> WorkOrder:
    """Finish an order: with cause and handling, and with every clock met, or with the reason why
    the others are left open (``without``)."""
    require(scope, "close_order")
    row = log.own(scope, order)
    state = states.step("close", row)
    when = log.moment(at, row.found_at)
    facts: dict[str, Any] = {
        "cause": log.needed(cause or row.cause, "cause", _("请填写原因"), 400),
        "handling": log.needed(handling or row.handling, "handling", _("请填写处理情况"), 800)}
    left = list(row.clocks.filter(state__in=keeping.LIVE))
    why = without.strip()
    if left and not why:
        names = "、".join(clock.title for clock in left)
        raise ValidationError({
            "without": _("这些时限还没有结果：%s。请先登记，或说明为何不再适用") % names})
    held = keeping.open_pause(row)
    if held is not None:
        end_pause(scope, row, held, max(when, held.since), "")
    keeping.finish(row, when, cancelled=False)
    return _end(scope, row, "close", state, when, why,
                {**facts, "left_open": [clock.title for clock in left]}, facts)


@transaction.atomic
def cancel(scope: Scope, order: WorkOrder, reason: str) -> WorkOrder:
    """Give up an order that was none, with the reason."""
    require(scope, "close_order")
    row = log.own(scope, order)
    state = states.step("cancel", row)
    why = log.needed(reason, "reason", _("请填写取消原因"))
    keeping.finish(row, log.moment(None), cancelled=True)
    row.pauses.filter(until=None).update(until=log.moment(None))
    return _end(scope, row, "cancel", state, log.moment(None), why, {}, {})


def _end(
    scope: Scope, row: WorkOrder, act: str, state: str, when: int, why: str,
    told: dict[str, Any], facts: dict[str, Any],
) -> WorkOrder:
    before = {"state": row.state}
    ends = facts | {"state": state, "closed_at": when, "closed_why": why[:200]}
    for name, value in ends.items():
        setattr(row, name, value)
    row.save(update_fields=list(ends))
    from_findings.ended(scope, row, when, cancelled=act == "cancel")
    log.write(scope, row, act, when, why or str(facts.get("handling", "")), before=before,
              after={"state": state, **{name: value for name, value in told.items() if value}})
    return row
