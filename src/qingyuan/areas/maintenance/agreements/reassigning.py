"""What changes hands when both have signed. Runs in the transaction of the second signature."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.keepers import assign_keeper
from qingyuan.areas.assets.models import MonitoringPoint, PointKeeper, ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.maintenance.models import HandOver, HandOverKind, Task, TaskState
from qingyuan.areas.maintenance.orders import log
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope

from .hand_over_items import open_orders, open_tasks


def reassign(scope: Scope, row: HandOver) -> dict[str, Any]:
    """Do what the hand-over says; counts for the audit line."""
    points = list(row.points.select_related("organisation"))
    if row.kind == HandOverKind.ENGINEER:
        return _to_colleague(scope, row, points)
    return _to_unit(scope, row, points)


def _to_colleague(scope: Scope, row: HandOver, points: list[MonitoringPoint]) -> dict[str, Any]:
    assert row.taker is not None
    care = _care(scope, row, points)
    tasks = _later(row, open_tasks(row, points))
    for task in tasks:
        task.person = row.taker
        if task.state == TaskState.OPEN:
            task.state = TaskState.ASSIGNED
        task.save(update_fields=["person", "state"])
        task.helpers.filter(person=row.taker).delete()
        audit(scope, "transfer_task", task, {"person": str(row.giver)}, {
            "person": str(row.taker), "reason": _("人员交接")})
    orders = list(open_orders(row, points))
    for order in orders:
        order.person = row.taker
        order.save(update_fields=["person"])
        order.helpers.filter(person=row.taker).delete()
        log.write(scope, order, "transfer", log.moment(None),
                  _("%(who)s：人员交接") % {"who": row.taker},
                  before={"person": str(row.giver)}, after={"person": str(row.taker)})
    return {"points": care, "tasks": len(tasks), "orders": len(orders)}


def _care(scope: Scope, row: HandOver, points: Iterable[MonitoringPoint]) -> int:
    """The points that the giver kept are the taker's from the day on, in the same part."""
    assert row.taker is not None
    held = list(PointKeeper.objects.filter(
        Q(until=None) | Q(until__gte=row.day), organisation=row.organisation,
        person=row.giver, point__in=[p.pk for p in points]).select_related("point"))
    moved = 0
    main = {keeper.point_id: keeper.point for keeper in held if not keeper.backup}
    if main:
        moved += len(assign_keeper(scope, main.values(), row.taker, row.day))
    spare = {keeper.point_id: keeper.point for keeper in held if keeper.backup}
    for key in _kept_by_taker(row, spare):
        _end(scope, next(one for one in held if one.point_id == key and one.backup), row.day)
        del spare[key]
    if spare:
        moved += len(assign_keeper(scope, spare.values(), row.taker, row.day, backup=True))
    return moved


def _end(scope: Scope, keeper: PointKeeper, day: date) -> None:
    """Nobody follows: the last day of a keeper is the one before ``day``."""
    before, until = {"until": keeper.until}, day - timedelta(days=1)
    audit(scope, "end_keeping", keeper, before, {
        "point": keeper.point.name, "person": str(keeper.person), "until": until})
    if until < keeper.since:
        keeper.delete()
        return
    keeper.until = until
    keeper.save(update_fields=["until"])


def _kept_by_taker(row: HandOver, points: Iterable[int]) -> list[int]:
    """Points that the taker keeps in his own right: he cannot stand in for himself."""
    return list(PointKeeper.objects.filter(
        in_force(row.day), organisation=row.organisation, person=row.taker, backup=False,
        point__in=list(points)).values_list("point_id", flat=True))


def _to_unit(scope: Scope, row: HandOver, points: list[MonitoringPoint]) -> dict[str, Any]:
    assert row.taking_unit is not None
    # The lines about the giver's tasks stand in the giver's own trail.
    giving = Scope(row.organisation, scope.role, scope.user, scope.address)
    gone = 0
    for task in open_tasks(row, points).filter(day__gt=row.day).exclude(
            state=TaskState.UNDER_WAY):
        before, task.state = {"state": task.get_state_display()}, TaskState.WITHDRAWN
        task.cancel_why = _("合同已交接给%s") % row.taking_unit.name
        task.save(update_fields=["state", "cancel_why"])
        audit(giving, "withdraw_task", task, before, {"why": task.cancel_why})
        gone += 1
    for keeper in PointKeeper.objects.filter(
            Q(until=None) | Q(until__gt=row.day), organisation=row.organisation,
            point__in=[p.pk for p in points]).select_related("point", "person"):
        _end(giving, keeper, row.day + timedelta(days=1))
    return {"withdrawn": gone, "planned": _planned(row, points)}


def _planned(row: HandOver, points: Iterable[MonitoringPoint]) -> int:
    """Plan the new unit's work at the points for which its contract is entered; how many tasks."""
    contracts = ServiceContract.objects.filter(
        Q(until=None) | Q(until__gte=max(row.day, today())), om_unit=row.taking_unit,
        point__in=[p.pk for p in points])
    known = set(contracts.values_list("point_id", flat=True))
    if not known or row.taking_unit is None:
        return 0
    served = [point for point in points if point.pk in known]
    clocks.refresh(row.taking_unit, points=served)
    return plan(row.taking_unit, points=served).made


def _later(row: HandOver, tasks: Any) -> list[Task]:
    """Of a hand-over on a coming day only what lies on or after it."""
    return list(tasks if row.day <= today() else tasks.filter(day__gte=row.day))
