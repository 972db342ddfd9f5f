"""The functions of clause 4.5, each shown by its having been used in the last thirty days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import in_force, midnight
from qingyuan.areas.documents.models import Version
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.maintenance.models import Task, TaskState, WorkOrder
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.records.models import Presence, Record, RecordState
from qingyuan.areas.reports.models import MonthTally
from qingyuan.areas.telemetry.models import DayValue, HourReading
from qingyuan.kernel import windows

DAYS = 30


@dataclass(frozen=True, slots=True)
class Use:
    """How a function was used: how often, and of what that is the count."""

    function: str
    count: int
    what: str


@dataclass(frozen=True, slots=True)
class Span:
    """The unit's last thirty days: as days, and as epoch milliseconds."""

    unit: Organisation
    first: date
    last: date

    @property
    def since(self) -> int:
        return round(midnight(self.first).timestamp() * 1000)

    @property
    def until(self) -> int:
        return round(midnight(self.last + timedelta(days=1)).timestamp() * 1000)

    @property
    def points(self) -> list[int]:
        return list(ServiceContract.objects.filter(
            in_force(self.last), om_unit=self.unit).values_list("point", flat=True)[:2000])


def uses(unit: Organisation, day: date) -> tuple[Use, ...]:
    """Each of the nine functions with its use in the thirty days up to ``day``. Ten queries."""
    span = Span(unit, day - timedelta(days=DAYS - 1), day)
    points = span.points
    return tuple(Use(name, count(span, points), str(what()))
                 for name, (count, what) in _COUNTS.items())


def functions(unit: Organisation, day: date) -> frozenset[str] | None:
    """Those that were used; None where none was (the unit does not work on this platform yet)."""
    found = frozenset(use.function for use in uses(unit, day) if use.count)
    return found or None


def _rows(model: type, span: Span, points: list[int]) -> int:
    return int(model.objects.filter(  # type: ignore[attr-defined]
        point__in=points, time__gte=span.since // 1000, time__lt=span.until // 1000,
    ).order_by().values("point").distinct().count())


def _tallies(span: Span, points: list[int]) -> int:
    month = windows.start_of("month", span.until // 1000 - 1)
    return MonthTally.objects.filter(point__in=points, time__gte=windows.start_of(
        "month", month - 1)).order_by().values("point").distinct().count()


def _analysed(span: Span, points: list[int]) -> int:
    return Finding.objects.filter(organisation=span.unit, last_at__gte=span.since,
                                  first_at__lt=span.until).count()


def _documents(span: Span, points: list[int]) -> int:
    return Version.objects.filter(document__organisation=span.unit, effective__lte=span.last,
                                  state="approved").count()


_COUNTS: dict[str, tuple[Callable[[Span, list[int]], int], Callable[[], str]]] = {
    "data_access": (lambda s, p: _rows(HourReading, s, p), lambda: _("有数据的点位")),
    "data_management": (lambda s, p: _rows(DayValue, s, p), lambda: _("经判定的点位")),
    "om_management": (lambda s, p: Record.objects.filter(
        organisation=s.unit, day__range=(s.first, s.last)).exclude(
            state__in=(RecordState.DRAFT, RecordState.VOID)).count(), lambda: _("运维记录")),
    "task_management": (lambda s, p: Task.objects.filter(
        organisation=s.unit, day__range=(s.first, s.last)).exclude(
            state=TaskState.WITHDRAWN).count() + WorkOrder.objects.filter(
        organisation=s.unit, found_at__gte=s.since, found_at__lt=s.until).count(),
        lambda: _("任务和工单")),
    "document_management": (_documents, lambda: _("有效文件版本")),
    "mobile": (lambda s, p: Presence.objects.filter(
        organisation=s.unit, phone_at__gte=s.since, phone_at__lt=s.until).count(),
        lambda: _("手机签到签退")),
    "back_office_review": (lambda s, p: Record.objects.filter(
        organisation=s.unit, reviewed_at__gte=s.since, reviewed_at__lt=s.until).count(),
        lambda: _("已审核记录")),
    "analysis": (_analysed, lambda: _("自动分析发现")),
    "reports": (_tallies, lambda: _("有统计报表的点位")),
}
