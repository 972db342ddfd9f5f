"""Writes on the facts that judging stands on: one function a verb; role, transaction, audit line,
and a mark on the hours that may now be judged otherwise.

Nothing is changed in place: a correction is a new row that the old one points to, a withdrawal
closes a row with its reason. Times are epoch seconds, spans half-open. ValidationError with a
message per field for what makes no sense; MonitoringPoint.DoesNotExist for a point the scope does
not see.
"""

import time
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from .models import (
    Event,
    EventKind,
    Factor,
    ManualValue,
    Mark,
    MarkKind,
    MarkState,
    Origin,
    PointParameter,
)
from .parameters import checked
from .pipeline.dirty import mark_span
from .pipeline.facts import COUNTED, SPANS, in_force

AHEAD = 400 * 86_400  # seconds by which a planned stop may lie in the future
Fact = TypeVar("Fact", Event, Mark, PointParameter, ManualValue)


@dataclass(frozen=True, slots=True)
class Proof:
    """The file that stands behind a mark: its place below uploads/ and its SHA-256."""

    path: str = ""
    digest: str = ""


@transaction.atomic
def record_event(
    scope: Scope, point: MonitoringPoint, *, kind: str, start: int, end: int | None = None,
    factor: str = "", passed: bool | None = None, note: str = "", reference: str = "",
    origin: str = Origin.PERSON, now: float | None = None,
) -> Event:
    """Enter a calibration, check, comparison or verification at ``start``, or a fault, maintenance
    or stop of the source from ``start`` to ``end`` (None: still going on)."""
    require(scope, "record_event")
    held = points_of(scope).get(pk=point.pk)
    row = Event(kind=kind, factor=factor, start=start, end=end, passed=passed, origin=origin,
                reference=reference[:120], **said(scope, held, note, now))
    _check_event(row, moment(now))
    row.save()
    audit(scope, "record_event", row, None, told(row))
    mark_event(row)
    return row


@transaction.atomic
def replace_event(
    scope: Scope, event: Event, *, note: str = "", now: float | None = None, **facts: Any
) -> Event:
    """Correct an event: ``facts`` (kind, factor, start, end, passed, reference) that differ from
    the old row's make a new one in its place. The same facts leave it as it is."""
    require(scope, "record_event")
    held, old = standing(scope, event)
    known = {name: getattr(old, name) for name in
             ("kind", "factor", "start", "end", "passed", "origin", "reference")}
    if set(facts) - set(known):
        raise ValidationError(_("没有这些字段：%s") % ", ".join(sorted(set(facts) - set(known))))
    if {**known, **facts} == known:
        return old
    row = Event(**{**known, **facts}, **said(scope, held, note, now))
    _check_event(row, moment(now))
    row.save()
    supersede(old, row)
    audit(scope, "replace_event", row, told(old), told(row))
    mark_event(old)
    mark_event(row)
    return row


@transaction.atomic
def withdraw_event(scope: Scope, event: Event, why: str, *, now: float | None = None) -> Event:
    """Close an event that never was, with the reason."""
    require(scope, "record_event")
    _held, row = standing(scope, event)
    close(row, why, now)
    audit(scope, "withdraw_event", row, told(row), {"why": why})
    mark_event(row)
    return row


@transaction.atomic
def add_mark(
    scope: Scope, point: MonitoringPoint, *, kind: str, start: int, end: int, factor: str = "",
    state: str = MarkState.PREPARED, note: str = "", origin: str = Origin.PERSON,
    proof: Proof | None = None, declared_id: str = "", declared_by: str = "",
    declared_at: int | None = None, now: float | None = None,
) -> Mark:
    """Enter a mark over [start, end). Only a declared or matched one counts in judging and marks
    the hours it covers."""
    require(scope, "prepare_mark")
    held = points_of(scope).get(pk=point.pk)
    file = proof or Proof()
    row = Mark(kind=kind, factor=factor, start=start, end=end, state=state, origin=origin,
               proof=file.path, proof_digest=file.digest, declared_id=declared_id,
               declared_by=declared_by, declared_at=declared_at, **said(scope, held, note, now))
    _check_mark(row)
    row.save()
    audit(scope, "add_mark", row, None, told(row))
    mark_changed(row)
    return row


@transaction.atomic
def withdraw_mark(scope: Scope, mark: Mark, why: str, *, now: float | None = None) -> Mark:
    """Close a mark with the reason."""
    require(scope, "prepare_mark")
    _held, row = standing(scope, mark)
    before = told(row)
    counted = row.state in COUNTED
    row.state = MarkState.WITHDRAWN
    close(row, why, now)
    audit(scope, "withdraw_mark", row, before, {"state": row.state, "why": why})
    if counted:
        mark_span(row.point_id, *_mark_reach(row))
    return row


@transaction.atomic
def set_parameter(
    scope: Scope, point: MonitoringPoint, name: str, value: float | str | bool | None, *,
    since: int, document: str = "", note: str = "", now: float | None = None,
) -> PointParameter:
    """A property of a point from ``since`` until its next entry; None ends it. An entry of the same
    name and instant is replaced. ``name`` and ``value`` are checked against
    ``calc.types.PARAMETERS``."""
    require(scope, "set_parameter")
    held = points_of(scope).get(pk=point.pk)
    row = PointParameter(name=name, value=checked(name, value), since=since,
                         document=document[:200], **said(scope, held, note, now))
    old = in_force(PointParameter, held.pk).filter(name=name, since=since).order_by("-id").first()
    if old is not None and old.value == row.value and type(old.value) is type(row.value):
        return old
    row.save()
    if old is not None:
        supersede(old, row)
    audit(scope, "set_parameter", row, None if old is None else told(old), told(row))
    _mark_parameter(row)
    return row


@transaction.atomic
def withdraw_parameter(
    scope: Scope, parameter: PointParameter, why: str, *, now: float | None = None
) -> PointParameter:
    """Close an entry that was wrong, with the reason; the one before it holds again."""
    require(scope, "set_parameter")
    _held, row = standing(scope, parameter)
    close(row, why, now)
    audit(scope, "withdraw_parameter", row, told(row), {"why": why})
    _mark_parameter(row)
    return row


def mark_changed(mark: Mark) -> int:
    """Mark the hours of a mark whose state or span was changed by another action of this area; how
    many. Nothing for a state that does not count."""
    if mark.state not in COUNTED:
        return 0
    return mark_span(mark.point_id, *_mark_reach(mark))


def _mark_reach(mark: Mark) -> tuple[int | None, int | None]:
    # The end of a stop begins the clock of the verification that must follow it.
    return mark.start, None if mark.kind == MarkKind.STOPPED else mark.end


def mark_event(row: Event) -> None:
    """Mark the hours whose verdict may rest on an event. Of a control these lie between its two
    neighbours of the same kind that passed: a clock runs from one to the next, a failure reaches
    back to the one and forth to the other."""
    if row.kind in (EventKind.FAULT, EventKind.MAINTENANCE):
        mark_span(row.point_id, row.start, row.end)
        return
    if row.kind == EventKind.STOP:
        mark_span(row.point_id, row.start, None)
        return
    others = in_force(Event, row.point_id).exclude(pk=row.pk).exclude(kind__in=SPANS)
    done = others.filter(kind=row.kind, factor__in=("", row.factor)).exclude(passed=False)
    if row.passed is False or others.filter(passed=False).exists():
        done = done.filter(passed=True)  # an unknown result renews a clock, but ends no failure
    before = done.filter(start__lte=row.start).order_by("-start").first()
    after = done.filter(start__gte=row.start).order_by("start").first()
    since = None if before is None else before.start
    mark_span(row.point_id, since, None if after is None else after.start + 1)


def _mark_parameter(row: PointParameter) -> None:
    others = in_force(PointParameter, row.point_id).filter(name=row.name, since__gt=row.since)
    following = others.order_by("since").values_list("since", flat=True).first()
    mark_span(row.point_id, row.since, following)


def standing(scope: Scope, fact: Fact) -> tuple[MonitoringPoint, Fact]:
    """The fact, locked, and its point, which the scope must see; ValidationError for one that
    somebody has replaced or withdrawn meanwhile."""
    rows = type(fact)._default_manager.select_for_update()
    row = rows.get(pk=fact.pk)
    held = points_of(scope).get(pk=row.point_id)
    if row.replaced_by_id is not None or row.withdrawn_at is not None:
        raise ValidationError(_("该条目已被更正或撤回，请刷新后再操作"))
    return held, row


def supersede(old: Fact, row: Fact) -> None:
    """The new row stands in place of the old one."""
    old.replaced_by = row
    old.save(update_fields=["replaced_by"])


def close(row: Fact, why: str, now: float | None) -> None:
    """Withdraw a row; ValidationError without a reason."""
    if not why.strip():
        raise ValidationError({"why": _("请填写撤回原因")})
    row.withdrawn_at, row.withdrawn_why = int(moment(now) * 1000), why.strip()[:400]
    row.save()


def _check_event(row: Event, now: float) -> None:
    check_factor(row.factor)
    if row.kind not in EventKind.values:
        raise ValidationError({"kind": _("没有这种事件：%s") % row.kind})
    if row.kind in SPANS:
        _check_span(row.start, row.end)
        if row.passed is not None:
            raise ValidationError({"passed": _("这种事件没有合格与否")})
    elif row.end is not None:
        raise ValidationError({"end": _("这种事件只有发生时刻，没有结束时间")})
    if row.start > now + (AHEAD if row.kind in SPANS else 3600):
        raise ValidationError({"start": _("时间不能在将来")})


def _check_mark(row: Mark) -> None:
    check_factor(row.factor)
    if row.kind not in MarkKind.values:
        raise ValidationError({"kind": _("没有这种标记：%s") % row.kind})
    if row.state not in MarkState.values:
        raise ValidationError({"state": _("没有这种状态：%s") % row.state})
    _check_span(row.start, row.end)


def _check_span(start: int, end: int | None) -> None:
    if end is not None and end <= start:
        raise ValidationError({"end": _("结束时间应晚于开始时间")})


def check_factor(code: str) -> None:
    """ValidationError for a code that the dictionary does not have; "" passes."""
    if code and not Factor.objects.filter(code=code).exists():
        raise ValidationError({"factor": _("没有编码为 %s 的因子") % code})


def said(scope: Scope, point: MonitoringPoint, note: str, now: float | None) -> dict[str, Any]:
    """What a new fact says of itself."""
    return {"point": point, "organisation": scope.organisation, "by": scope.who[:128],
            "at": int(moment(now) * 1000), "note": note.strip()[:400]}


def moment(now: float | None) -> float:
    """The instant of an action, epoch seconds."""
    return time.time() if now is None else now


_SHOWN = ("kind", "factor", "start", "end", "passed", "origin", "reference", "state", "name",
          "value", "since", "document", "note", "proof_digest", "declared_id", "declared_by",
          "declared_at", "time", "method", "instrument", "monitor_type", "platform_id")


def told(row: Event | Mark | PointParameter | ManualValue) -> dict[str, Any]:
    """A fact's own facts, for the audit line."""
    facts = {name: getattr(row, name) for name in _SHOWN if hasattr(row, name)}
    return {"point": row.point_id, **{k: v for k, v in facts.items() if v not in (None, "")}}
