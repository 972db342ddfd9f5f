"""Reads on work orders, their clocks and letters. Instants are epoch milliseconds."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.maintenance.models import (
    ClockState,
    Letter,
    LetterState,
    OrderClock,
    OrderKind,
    OrderState,
    WorkOrder,
)
from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.address import small_int

from . import clocks, states

LATE, EVERY = "late", "all"
TABS = ("", LATE, *OrderState.values, EVERY)
LETTER_TABS = ("", *LetterState.values)
BIG = 2**62
NEAR = 0.25  # the last quarter of a clock's time is "near", a day at most
DAY = 86_400_000


def now_ms() -> int:
    """This instant."""
    return round(time.time() * 1000)


def orders_of(scope: Scope) -> QuerySet[WorkOrder]:
    """Orders the scope may read: a unit its own, a discharger and a regulator those of the points
    they see."""
    if not may(scope, "see_orders"):
        return WorkOrder.objects.none()
    return _seen(scope, WorkOrder.objects.all()).select_related(
        "organisation", "point__organisation", "point__outlet", "system", "person")


def letters_of(scope: Scope) -> QuerySet[Letter]:
    """Letters the scope may read: a unit its own, drafts too; a discharger and a regulator those
    that were sent for points they see."""
    if not may(scope, "see_orders"):
        return Letter.objects.none()
    own = Q(organisation=scope.organisation)
    return _seen(scope, Letter.objects.filter(own | ~Q(state=LetterState.DRAFT))).select_related(
        "organisation", "point__organisation", "point__outlet", "order")


def _seen(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    own = scope.organisation
    if own.kind == OrganisationKind.OM_UNIT:
        return rows.filter(organisation=own)
    return rows.filter(
        Q(organisation=own) | Q(point__in=points_of(scope).values("pk")))


def order(scope: Scope, pk: int) -> WorkOrder:
    """One visible order; WorkOrder.DoesNotExist for any other."""
    return orders_of(scope).get(pk=pk)


def letter(scope: Scope, pk: int) -> Letter:
    """One visible letter; Letter.DoesNotExist for any other."""
    return letters_of(scope).get(pk=pk)


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address of the list; what makes no sense filters nothing."""

    state: str = ""
    kind: str = ""
    mine: bool = False
    point: int | None = None
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state, kind = params.get("state", ""), params.get("kind", "")
        return cls(state if state in TABS else "", kind if kind in OrderKind.values else "",
                   params.get("mine") == "1", small_int(params.get("point", ""), None, BIG),
                   params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        """Whether anything beside the tab narrows the list."""
        return bool(self.kind or self.mine or self.point is not None or self.text)


def found(scope: Scope, by: Filters) -> QuerySet[WorkOrder]:
    """Orders that the filters leave, of all states."""
    rows = orders_of(scope)
    if by.kind:
        rows = rows.filter(kind=by.kind)
    if by.point is not None:
        rows = rows.filter(point=by.point)
    if by.mine and scope.user:
        rows = rows.filter(Q(person=scope.user) | Q(
            pk__in=WorkOrder.objects.filter(helpers__person=scope.user).values("pk")))
    if by.text:
        rows = rows.filter(
            Q(number__icontains=by.text) | Q(symptom__icontains=by.text)
            | Q(point__name__icontains=by.text) | Q(point__organisation__name__icontains=by.text))
    return rows


def overdue(now: int) -> Q:
    """Unfinished orders that have a running clock past its due instant."""
    late = OrderClock.objects.filter(state=ClockState.RUNNING, due_at__lt=now)
    return Q(state__in=states.OPEN, pk__in=late.values("order"))


def of_tab(rows: QuerySet[WorkOrder], tab: str, now: int) -> QuerySet[WorkOrder]:
    """The orders of a tab: "" the unfinished, late, one state, or all."""
    if tab == LATE:
        return rows.filter(overdue(now))
    if tab == EVERY:
        return rows
    return rows.filter(state=tab) if tab else rows.filter(state__in=states.OPEN)


def counts(rows: QuerySet[WorkOrder], now: int) -> dict[str, int]:
    """How many orders each tab holds. Two queries."""
    by_state = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {
        "": sum(by_state.get(state, 0) for state in states.OPEN),
        LATE: rows.filter(overdue(now)).count(), EVERY: sum(by_state.values()),
        **{state: by_state.get(state, 0) for state in OrderState.values},
    }


def listed(rows: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """By the next deadline, orders without a running clock after them, newest first; with
    ``ticking``, their clocks."""
    running = Q(clocks__state=ClockState.RUNNING)
    order_clocks = OrderClock.objects.exclude(state=ClockState.CANCELLED)
    return rows.annotate(next_due=Min("clocks__due_at", filter=running)).order_by(
        F("next_due").asc(nulls_last=True), "-found_at", "-id").prefetch_related(
        Prefetch("clocks", order_clocks, to_attr="ticking"))


def shown_state(clock: OrderClock, now: int) -> str:
    """The state of a clock as people see it: beside its own ones near and over."""
    if clock.state != ClockState.RUNNING:
        return str(clock.state)
    left = clock.due_at - now
    if left < 0:
        return "over"
    return "near" if left <= min((clock.due_at - clock.since) * NEAR, DAY) else "running"


def next_clock(running: Iterable[OrderClock]) -> OrderClock | None:
    """The running clock that is due first."""
    return min((one for one in running if one.state == ClockState.RUNNING),
               key=lambda one: one.due_at, default=None)


@dataclass(frozen=True, slots=True)
class Figures:
    """Clocks of one kind that began in a span: met in time, late (met later, or never and past
    due), still running in time."""

    code: str
    title: str
    met: int
    late: int
    running: int

    @property
    def total(self) -> int:
        return self.met + self.late + self.running

    @property
    def share(self) -> float | None:
        """Met in time among those that are decided; None where none is."""
        decided = self.met + self.late
        return self.met / decided if decided else None


def clock_figures(
    scope: Scope, first: int, last: int, *, point: MonitoringPoint | None = None,
    now: int | None = None,
) -> list[Figures]:
    """Per kind of clock, in the table's order, what became of those that began in [first, last).
    One query; what was set aside or does not apply is left out."""
    at = now_ms() if now is None else now
    rows = OrderClock.objects.filter(
        order__in=orders_of(scope).order_by().values("pk"), since__gte=first, since__lt=last
    ).exclude(state=ClockState.CANCELLED)
    if point is not None:
        rows = rows.filter(order__point=point)
    past = Q(state=ClockState.LATE) | Q(state=ClockState.RUNNING, due_at__lt=at)
    live = Q(state=ClockState.PAUSED) | Q(state=ClockState.RUNNING, due_at__gte=at)
    counted = {row["code"]: row for row in rows.order_by().values("code").annotate(
        met=Count("pk", filter=Q(state=ClockState.MET)), late=Count("pk", filter=past),
        running=Count("pk", filter=live))}
    return [Figures(kind.code, str(kind.title), *(counted[kind.code][part] for part in (
        "met", "late", "running"))) for kind in clocks.KINDS if kind.code in counted]
