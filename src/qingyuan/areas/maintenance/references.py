"""Orders, tasks, stops and joint tests beside the facts of telemetry that refer to them."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.references import Shown, register
from qingyuan.areas.organisations.scope import Scope

from .agreements.queries import joints_of, stops_of
from .models import JointSlot, SourceStop, Task, WorkOrder
from .orders.queries import orders_of
from .task_queries import tasks_of


def orders(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Work orders by number, with a link for who may read them."""
    seen = set(orders_of(scope).filter(pk__in=keys).values_list("pk", flat=True))
    return {row.pk: Shown(_("工单 %s") % row.number, _link("order", row.pk, row.pk in seen),
                          "order", row.state)
            for row in WorkOrder.objects.filter(pk__in=keys).only("number", "state")}


def tasks(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Tasks by their day."""
    seen = set(tasks_of(scope).filter(pk__in=keys).values_list("pk", flat=True))
    return {row.pk: Shown(_("任务 %s") % row.day, _link("task", row.pk, row.pk in seen),
                          "task", row.state)
            for row in Task.objects.filter(pk__in=keys).only("day", "state")}


def stops(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Stops of the source by their reason."""
    seen = set(stops_of(scope).filter(pk__in=keys).values_list("pk", flat=True))
    return {row.pk: Shown(f"{_('停运')} {row.reason}".strip(),
                          _link("stop", row.pk, row.pk in seen))
            for row in SourceStop.objects.filter(pk__in=keys).only("reason")}


def joints(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Tests by a third party by the number of the report."""
    seen = set(joints_of(scope).filter(pk__in=keys).values_list("pk", flat=True))
    return {row.pk: Shown(_("检测报告 %s") % row.report_number,
                          _link("joint", row.task_id, row.pk in seen))
            for row in JointSlot.objects.filter(pk__in=keys).only("report_number", "task_id")}


def _link(name: str, key: int, seen: bool) -> str:
    return reverse(f"maintenance:{name}", args=[key]) if seen else ""


def fill() -> None:
    """Enter all of them where telemetry looks."""
    for prefix, shower in (("order", orders), ("task", tasks), ("stop", stops), ("joint", joints)):
        register(prefix, shower)
