"""What a person has to do on a day: visits with their sheets, orders, drafts, returned records."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.maintenance.models import OrderClock, Task, TaskSheet, TaskState, WorkOrder
from qingyuan.areas.maintenance.orders import queries as orders
from qingyuan.areas.maintenance.orders import states
from qingyuan.areas.maintenance.task_queries import on_trip_or_assigned, shown_state
from qingyuan.areas.organisations.scope import Scope, may

from ..models import Presence, PresenceKind, Record, RecordState
from .forms import forms_of

MOST = 60  # visits, orders and records each on the page; the lists hold the rest


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form due at a visit, the draft that was begun of it, the duties it covers."""

    row: TaskSheet
    title: str
    draft: Record | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A task of the day: its state as shown, its sheets, since when one is there (epoch ms)."""

    task: Task
    state: str
    sheets: tuple[Sheet, ...]
    there: int | None
    late: bool

    @property
    def left(self) -> int:
        """Sheets that are still to be filled in."""
        return sum(one.row.open for one in self.sheets)


def told(scope: Scope, day: date) -> dict[str, Any]:
    """All of it; the number of queries does not grow with the day's work."""
    if scope.user is None:
        return {"visits": [], "orders": [], "drafts": [], "returned": []}
    return {
        "visits": visits(scope, day), "orders": open_orders(scope),
        "drafts": list(_mine(scope).filter(state=RecordState.DRAFT).order_by(
            "-saved_at")[:MOST]),
        "returned": list(_mine(scope).filter(
            Q(replaced_by=None) | Q(replaced_by__state=RecordState.DRAFT),
            state=RecordState.RETURNED).select_related("replaced_by").order_by(
            "reviewed_at")[:MOST]),
    }


def visits(scope: Scope, day: date) -> list[Visit]:
    """The person's visits: of the day, and earlier ones not done. Unfinished ones first."""
    if scope.user is None or not may(scope, "see_tasks"):
        return []
    drafts = Record.objects.filter(state=RecordState.DRAFT).only("id", "sheet")
    sheets = TaskSheet.objects.select_related("system").prefetch_related(
        Prefetch("records", drafts, to_attr="begun"))
    rows = list(on_trip_or_assigned(scope, scope.user, day).prefetch_related(
        Prefetch("sheets", sheets))[:MOST])
    titles = {code: form.title for code, form in forms_of(scope.organisation, day).items()}
    there = _there(scope, day)
    found = [Visit(
        task, shown_state(task, day),
        tuple(Sheet(one, titles.get(one.form, one.form),
                    one.begun[0] if one.begun else None) for one in task.sheets.all()),
        there.get(task.point_id), task.day < day) for task in rows]
    return sorted(found, key=lambda one: (one.task.state == TaskState.DONE, one.there is None))


def open_orders(scope: Scope) -> list[WorkOrder]:
    """The person's unfinished orders by what is due first, each with ``clock``, its next one."""
    if scope.user is None or not may(scope, "see_orders"):
        return []
    rows = orders.orders_of(scope).filter(state__in=states.OPEN).filter(
        Q(person=scope.user) | Q(helpers__person=scope.user)).distinct()
    found = list(orders.listed(rows)[:MOST])
    for one in found:
        ticking: list[OrderClock] = one.ticking
        one.clock = orders.next_clock(ticking)
    return found


def _mine(scope: Scope) -> Any:
    return Record.objects.filter(
        organisation=scope.organisation, author=scope.user).select_related(
        "point__organisation", "system").defer("answers", "outcome", "risks")


def _there(scope: Scope, day: date) -> dict[int, int]:
    """Points at which the person is now, by their last check-in or check-out of the day."""
    begin = int(midnight(day).timestamp() * 1000)
    rows = Presence.objects.filter(
        organisation=scope.organisation, person=scope.user, phone_at__gte=begin,
        phone_at__lt=begin + 86_400_000).order_by("phone_at").values_list(
        "point_id", "kind", "phone_at")
    found: dict[int, int] = {}
    for point, kind, at in rows:
        if kind == PresenceKind.IN:
            found[point] = at
        else:
            found.pop(point, None)
    return found
