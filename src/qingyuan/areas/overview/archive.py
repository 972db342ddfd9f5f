"""Everything of one discharger in one place (一企一档), assembled from the rows as they are.

Nothing is copied: each section counts and names what the scope may read, the newest first, and
leads to it. What is on file is in the archive the moment it is entered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import dischargers, instruments_of, points_of, systems_of
from qingyuan.areas.assets.sites_queries import conditions_of, houses_of
from qingyuan.areas.findings.directives import directives_of
from qingyuan.areas.findings.queries import findings_of
from qingyuan.areas.maintenance.orders.queries import letters_of, orders_of
from qingyuan.areas.maintenance.task_queries import tasks_of
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.parameters.queries import filings_of
from qingyuan.areas.records.keeping.queries import records_of
from qingyuan.areas.supervision.queries import inspections_of
from qingyuan.kernel.clock import CST

SHOWN = 8  # rows of a section on the page
MOST = 20_000  # rows of a section in the list


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on file: when, what, of which point, in which state, and the way to it."""

    day: str
    title: str
    point: str = ""
    state: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One drawer of the archive. ``more`` is the list that holds all of them, "" without one."""

    key: str
    title: str
    icon: str
    count: int
    entries: tuple[Entry, ...]
    more: str = ""


Rows = QuerySet[Any]
Reader = Callable[[Scope, Organisation], tuple[Rows, Callable[[Any], Entry]]]


def _contracts(scope: Scope, plant: Organisation) -> tuple[Rows, Callable[[Any], Entry]]:
    rows = ServiceContract.objects.filter(
        point__in=points_of(scope).filter(organisation=plant).values("pk")).select_related(
            "point", "om_unit").order_by("-since", "-id")
    if scope.organisation.kind == "om_unit":
        rows = rows.filter(om_unit=scope.organisation)
    return rows, lambda row: Entry(
        f"{row.since}", _("%(unit)s，%(since)s 至 %(until)s") % {
            "unit": row.om_unit, "since": row.since, "until": row.until or _("长期")},
        row.point.name, "", reverse("assets:contract", args=[row.pk]))


def _systems(scope: Scope, plant: Organisation) -> tuple[Rows, Callable[[Any], Entry]]:
    rows = systems_of(scope).filter(point__organisation=plant).select_related("point")
    return rows, lambda row: Entry(
        _day(getattr(row, "since", None)), str(row), row.point.name, "",
        reverse("assets:point-facilities", args=[row.point_id]))


def _instruments(scope: Scope, plant: Organisation) -> tuple[Rows, Callable[[Any], Entry]]:
    rows = instruments_of(scope).filter(
        system__point__organisation=plant).select_related("system__point")
    return rows, lambda row: Entry(
        _day(getattr(row, "since", None)), str(row), row.system.point.name, "",
        reverse("assets:point-facilities", args=[row.system.point_id]))


def _of_point(
    rows: Rows, plant: Organisation, order: str, told: Callable[[Any], Entry],
) -> tuple[Rows, Callable[[Any], Entry]]:
    return rows.filter(point__organisation=plant).order_by(order), told


READERS: Sequence[tuple[str, str, str, str, Reader]] = (
    # key, verb, title, icon, reader
    ("contracts", "see_contracts", "委托运维合同", "signature", _contracts),
    ("systems", "see_facilities", "自动监测系统", "server", _systems),
    ("instruments", "see_facilities", "仪器", "adjustments-horizontal", _instruments),
    ("houses", "see_sites", "站房", "home", lambda scope, plant: (
        houses_of(scope).filter(discharger=plant), lambda row: Entry(
            "", row.name, "", "", reverse("assets:sites")))),
    ("conditions", "see_sites", "入厂条件", "key", lambda scope, plant: (
        conditions_of(scope).filter(discharger=plant), lambda row: Entry(
            "", row.get_kind_display(), "", "", reverse("assets:sites")))),
    ("parameters", "see_parameters", "参数备案", "file-code", lambda scope, plant: _of_point(
        filings_of(scope), plant, "-id", lambda row: Entry(
            _ms_day(row.valid_from), row.reason or _("参数备案"), row.point.name,
            row.get_state_display(), reverse("parameters:parameter-filing", args=[row.pk])))),
    ("tasks", "see_tasks", "运维任务", "calendar-check", lambda scope, plant: _of_point(
        tasks_of(scope), plant, "-day", lambda row: Entry(
            f"{row.day}", row.get_kind_display(), row.point.name, row.get_state_display(),
            reverse("maintenance:task", args=[row.pk])))),
    ("records", "see_records", "运维记录", "clipboard-check", lambda scope, plant: _of_point(
        records_of(scope), plant, "-day", lambda row: Entry(
            f"{row.day}", row.title, row.point.name, row.get_state_display(),
            reverse("records:record", args=[row.pk])))),
    ("orders", "see_orders", "工单", "tool", lambda scope, plant: _of_point(
        orders_of(scope), plant, "-found_at", lambda row: Entry(
            _ms_day(row.found_at), f"{row.number} {row.symptom}", row.point.name,
            row.get_state_display(), reverse("maintenance:order", args=[row.pk])))),
    ("letters", "see_orders", "报告与申请", "mail", lambda scope, plant: _of_point(
        letters_of(scope), plant, "-id", lambda row: Entry(
            _day(getattr(row, "sent_on", None)), row.title, row.point.name,
            row.get_state_display(), reverse("maintenance:letter", args=[row.pk])))),
    ("findings", "see_findings", "报警与发现", "alert-triangle", lambda scope, plant: _of_point(
        findings_of(scope).filter(parent=None), plant, "-first_at", lambda row: Entry(
            _ms_day(row.first_at), row.title, row.point.name, row.get_state_display(),
            reverse("findings:finding", args=[row.pk])))),
    ("directives", "see_directives", "督办与检查意见", "inbox", lambda scope, plant: (
        directives_of(scope).filter(points__organisation=plant).distinct().order_by(
            "-received_on"), lambda row: Entry(
            f"{row.received_on}", row.title, "", row.get_state_display(),
            reverse("findings:directive", args=[row.pk])))),
    ("inspections", "see_supervision", "内部督查", "shield-check", lambda scope, plant: _of_point(
        inspections_of(scope), plant, "-due", lambda row: Entry(
            f"{row.due}", row.get_how_display(), row.point.name, row.get_state_display(),
            reverse("supervision:inspection", args=[row.pk])))),
)


def discharger(scope: Scope, pk: int) -> Organisation:
    """A discharger that the scope sees; Organisation.DoesNotExist for any other."""
    return dischargers(scope).get(pk=pk)


def points(scope: Scope, plant: Organisation) -> list[MonitoringPoint]:
    """Its points that the scope sees."""
    return list(points_of(scope).filter(organisation=plant).select_related("outlet"))


def sections(scope: Scope, plant: Organisation) -> list[Section]:
    """The drawers that the role may open. Two queries each."""
    found = []
    for key, verb, title, icon, reader in READERS:
        if not may(scope, verb):
            continue
        rows, told = reader(scope, plant)
        count = rows.count()
        entries = tuple(told(row) for row in rows[:SHOWN]) if count else ()
        found.append(Section(key, _(title), icon, count, entries))
    return found


def lines(scope: Scope, plant: Organisation) -> Iterable[list[Any]]:
    """The archive as a list: drawer, day, what, point, state, address."""
    for _key, verb, title, _icon, reader in READERS:
        if may(scope, verb):
            rows, told = reader(scope, plant)
            for row in rows[:MOST]:
                one = told(row)
                yield [_(title), one.day, one.title, one.point, one.state, one.link]


def _day(day: date | None) -> str:
    return f"{day}" if day else ""


def _ms_day(moment: int | None) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, CST):%Y-%m-%d}" if moment else ""
