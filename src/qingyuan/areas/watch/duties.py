"""overdue_duty, calibration_due, overdue_order: clocks of duties and of work orders.

Duties of one system are one matter: what else falls due there adds to it. Where a filed stop
suspends the duties nothing is told.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings.models import FindingRule
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import ClockState, DutyClock, OrderClock, OrderState
from qingyuan.areas.maintenance.planning import calls
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import books_for
from qingyuan.standards.duties import Duties

from . import served
from .eye import clock
from .matters import Matter, keep, over, units

HOUR = 3_600_000
SOME = 5000
_DONE = (OrderState.CLOSED, OrderState.CANCELLED)


def watch_duties(now: int | None = None) -> str:
    """Look at the clocks of all units; what was found."""
    moment = round(time.time() * 1000) if now is None else now
    all_ = list(units())
    count = sum(keep(unit, "duties", [*_duties(unit, moment), *_orders(unit, moment)], moment)
                for unit in all_)
    over("duties", all_, moment)
    return f"{count} findings" if count else ""


def _duties(unit: Organisation, now: int) -> list[Matter]:
    rules, duties = RuleSet(unit), duties_of(unit)
    own = FindingRule.objects.filter(organisation=unit, kind="calibration_due")
    ahead = max([rules.at("calibration_due").thresholds["hours"], *(
        one["hours"] for one in own.values_list("thresholds", flat=True) if "hours" in one)])
    rows = list(DutyClock.objects.filter(
        organisation=unit, active=True, due_at__lte=now + ahead * HOUR,
    ).select_related("system").order_by("due_at", "id"))
    points = _points(unit, {row.point_id for row in rows})
    by_place: dict[tuple[str, int], list[DutyClock]] = defaultdict(list)
    for row in rows:
        if row.point_id not in points or row.duty not in duties:
            continue
        near = rules.at("calibration_due", row.point_id).thresholds["hours"] * HOUR
        if row.due_at <= now:
            by_place["overdue_duty", row.system_id].append(row)
        elif duties[row.duty].invalidates and row.due_at <= now + near:
            by_place["calibration_due", row.system_id].append(row)
    return [_of_system(kind, own, points[own[0].point_id], duties, now)
            for (kind, _system), own in by_place.items()]


def _points(unit: Organisation, keys: Iterable[int]) -> Mapping[int, MonitoringPoint]:
    """Points under contract today whose duties no filed stop suspends."""
    found: dict[int, MonitoringPoint] = {}
    all_ = sorted(keys)
    for first in range(0, len(all_), SOME):
        mine = {point.pk: point for point in served.by_unit(
            today(), all_[first:first + SOME]).get(unit, ())}
        held = {pk: calls.Served(point) for pk, point in mine.items()}
        calls.suspend(unit, held, books_for(mine.values()) if mine else {}, today())
        found.update((pk, mine[pk]) for pk, one in held.items() if not one.is_suspended(today()))
    return found


def _of_system(
    kind: str, own: list[DutyClock], point: MonitoringPoint, duties: Duties, now: int
) -> Matter:
    names = list(dict.fromkeys(str(duties[row.duty].name) for row in own))
    said = {"system": own[0].system, "names": "、".join(names[:3]), "n": len(own),
            "at": clock(own[0].due_at // 1000)}
    words = (_("%(system)s %(n)d 项运维内容逾期：%(names)s，最早应于 %(at)s 前完成")
             if kind == "overdue_duty" else
             _("%(system)s %(n)d 项将到期，逾期数据失控：%(names)s，须于 %(at)s 前完成"))
    detail = {"duties": [[row.duty, row.due_at, row.source] for row in own]}
    raised = Raise(kind, f"{kind}:{own[0].system_id}", words % said, at=now, point=point,
                   since=min(own[0].due_at, now), detail=detail)
    return Matter(raised, ",".join(sorted(f"{row.duty}@{row.due_at}" for row in own)))


def _orders(unit: Organisation, now: int) -> list[Matter]:
    """Orders of which a clock ran out; those that wait with a reason do not run."""
    rows = OrderClock.objects.filter(
        order__organisation=unit, state=ClockState.RUNNING, due_at__lte=now,
    ).exclude(order__state__in=_DONE).select_related(
        "order__point__organisation").order_by("due_at", "id")
    by_order: dict[int, list[OrderClock]] = defaultdict(list)
    for row in rows:
        by_order[row.order_id].append(row)
    found = []
    for pk, own in by_order.items():
        words = _("工单 %(number)s 超时：%(clocks)s，应于 %(at)s 前完成") % {
            "number": own[0].order.number, "at": clock(own[0].due_at // 1000),
            "clocks": "、".join(row.title for row in own[:3])}
        found.append(Matter(
            Raise("overdue_order", f"overdue_order:{pk}", words, at=now, since=own[0].due_at,
                  point=own[0].order.point, ref=f"order:{pk}",
                  detail={"clocks": [[row.code, row.due_at, row.source] for row in own]}),
            ",".join(sorted(f"{row.code}@{row.due_at}" for row in own))))
    return found
