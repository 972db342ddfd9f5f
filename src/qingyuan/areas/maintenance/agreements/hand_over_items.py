"""What a hand-over lists by itself: open work, due dates, parameters, permits, ways in. Keys, gas
cylinders and what the van carries are typed."""

import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import EntryPermit, MonitoringPoint
from qingyuan.areas.assets.sites_queries import conditions_at
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import DutyClock, HandOver, HandOverKind, Task, WorkOrder
from qingyuan.areas.maintenance.orders.states import OPEN as OPEN_ORDERS
from qingyuan.areas.telemetry.models import Factor, PointParameter
from qingyuan.areas.telemetry.parameter_words import title_of, unit_of, value_word

from .queries import OPEN

AHEAD = 30  # days of due dates that are listed
PARTS: dict[str, object] = {
    "tasks": gettext_lazy("未完成的任务"), "orders": gettext_lazy("未办结的工单"),
    "dues": gettext_lazy("今后 30 天到期的运维内容"), "parameters": gettext_lazy("现行参数"),
    "keys": gettext_lazy("钥匙与账号"), "permits": gettext_lazy("入厂证件"),
    "cylinders": gettext_lazy("标气"), "van": gettext_lazy("随车物资"),
    "entry": gettext_lazy("入厂条件"),
}
Item = dict[str, str]


def collected(row: HandOver, points: list[MonitoringPoint]) -> list[Item]:
    """Every line that the data tell, by part."""
    gather: tuple[Callable[..., Iterable[Item]], ...] = (
        _tasks, _orders, _dues, _parameters, _permits, _entry)
    return [item for one in gather for item in one(row, points)]


def item(part: str, what: str, ref: str = "", note: str = "") -> Item:
    """One line; ``ref`` names the row it stands for, "" for a typed one."""
    return {"part": part, "what": what[:200], "ref": ref, "note": note[:200]}


def open_tasks(row: HandOver, points: Iterable[MonitoringPoint]) -> Any:
    """The tasks that change hands: the giver's own, or all of the unit's when a contract ends."""
    found = Task.objects.filter(
        organisation=row.organisation, point__in=[p.pk for p in points], state__in=OPEN)
    if row.kind == HandOverKind.ENGINEER:
        found = found.filter(person=row.giver)
    return found.select_related("point", "person").order_by("day", "point__name", "id")


def open_orders(row: HandOver, points: Iterable[MonitoringPoint]) -> Any:
    """The work orders that change hands, as ``open_tasks``."""
    found = WorkOrder.objects.filter(
        organisation=row.organisation, point__in=[p.pk for p in points],
        state__in=OPEN_ORDERS)
    if row.kind == HandOverKind.ENGINEER:
        found = found.filter(person=row.giver)
    return found.select_related("point").order_by("found_at", "id")


def _tasks(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    for task in open_tasks(row, points):
        yield item("tasks", _("%(day)s %(point)s %(what)s（最迟 %(due)s）") % {
            "day": task.day.isoformat(), "point": task.point.name, "due": task.due.isoformat(),
            "what": task.title or task.get_kind_display()}, f"task:{task.pk}")


def _orders(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    for order in open_orders(row, points):
        yield item("orders", f"{order.number} {order.point.name} {order.symptom}",
                   f"order:{order.pk}", order.get_state_display())


def _dues(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    """One line a point and form: how many duties, the earliest day."""
    catalogue = duties_of(row.organisation)
    found: dict[tuple[int, str], list[date]] = {}
    rows = DutyClock.objects.filter(
        organisation=row.organisation, point__in=[p.pk for p in points], active=True,
        due__lte=row.day + timedelta(days=AHEAD)).select_related("system")
    for clock in rows:
        if clock.duty not in catalogue:
            continue
        duty, system = catalogue[clock.duty], clock.system
        if duty.where == "site" and duty.holds(system.kind, system.technique):
            found.setdefault((clock.point_id, duty.form(system.technique)), []).append(clock.due)
    names = {point.pk: point.name for point in points}
    for (pk, form), days in sorted(found.items(), key=lambda one: (min(one[1]), one[0])):
        yield item("dues", _("%(due)s %(point)s 《%(form)s》（%(n)d 项）") % {
            "due": min(days).isoformat(), "point": names[pk], "n": len(days),
            "form": catalogue.forms.get(form, form)}, f"due:{pk}:{form}")


def _parameters(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    names = {point.pk: point.name for point in points}
    current: dict[tuple[int, str], PointParameter] = {}
    rows = PointParameter.objects.filter(
        point__in=list(names), replaced_by=None, withdrawn_at=None, since__lte=int(time.time()))
    for one in rows.order_by("since", "id"):
        current[one.point_id, one.name] = one
    codes = {name.partition(".")[2] for _pk, name in current}
    factors = dict(Factor.objects.filter(code__in=codes).values_list("code", "name"))
    for (pk, name), one in sorted(current.items()):
        if one.value is not None:
            code = name.partition(".")[2]
            yield item("parameters", " ".join(part for part in (
                names[pk], factors.get(code, code) + title_of(name), value_word(one.value),
                unit_of(name)) if part),
                f"parameter:{one.pk}", one.document)


def _permits(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    owners = {point.organisation_id for point in points}
    rows = EntryPermit.objects.filter(
        organisation=row.organisation, discharger__in=owners).exclude(until__lt=row.day)
    if row.kind == HandOverKind.ENGINEER:
        rows = rows.filter(person=row.giver)
    for permit in rows.select_related("person", "discharger"):
        end = permit.until.isoformat() if permit.until else _("长期")
        yield item("permits", _("%(kind)s %(whose)s %(number)s（%(site)s，至 %(end)s）") % {
            "kind": permit.get_kind_display(), "whose": permit.person or permit.vehicle,
            "number": permit.number, "site": permit.discharger, "end": end},
            f"permit:{permit.pk}")


def _entry(row: HandOver, points: list[MonitoringPoint]) -> Iterable[Item]:
    said: set[int] = set()
    for point in points:
        for one in conditions_at(point, row.day):
            if one.pk in said:
                continue
            said.add(one.pk)
            where = point.name if one.point_id else point.organisation.name
            hours = f"{one.opens:%H:%M}–{one.closes:%H:%M}" if one.opens and one.closes else ""
            yield item("entry", " ".join(part for part in (
                where, one.get_kind_display(), hours, one.note, one.contact) if part),
                f"entry:{one.pk}")
