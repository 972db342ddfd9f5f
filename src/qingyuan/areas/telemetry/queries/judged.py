"""Judged values and the facts they stand on, for pages, reports and exports. Scope first; a fixed
number of queries whatever the window."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc.reasons import REASONS
from qingyuan.kernel import windows

from ..models import (
    LEVELS,
    DirtyWindow,
    Event,
    Factor,
    JudgedPoint,
    ManualValue,
    Mark,
    PointParameter,
    RuleSet,
    SupersededValue,
)

FIELDS = ("count", "value", "converted", "mass", "substituted", "verdict", "reason", "clause",
          "rules", "inputs", "version", "at")


RUNNING = "running"
"""In place of the verdict of a period that lacks hours or days because it is not over."""


class Judged(NamedTuple):
    """One factor of one period as it stands. ``count`` is valid minutes (water: values) of an hour,
    valid hours of a day, valid days of anything longer; ``verdict`` out of calc.types.VERDICTS or
    RUNNING; ``reason`` codes joined by ";"."""

    time: int
    factor: str
    count: int
    value: float | None
    converted: float | None
    mass: float | None
    substituted: float | None
    verdict: str
    reason: str
    clause: str
    rules: str
    inputs: str
    version: int
    at: int


class JudgedQuarter(NamedTuple):
    """A quarter's row, with what its capture rate is made of (hours; a fraction)."""

    row: Judged
    hours: int
    stopped: int
    invalid: int
    capture: float | None


class Version(NamedTuple):
    """One version of a row: the current one has no ``cause`` yet, an older one says why it gave way
    and when (epoch ms). ``provisions`` are {name: [value, cite]} it was made under."""

    version: int
    row: Mapping[str, Any]
    cause: str
    at: int
    until: int | None
    provisions: Mapping[str, Any]


class Progress(NamedTuple):
    """How far judging has come: hours that wait, the hours judged (first, last), when (epoch ms),
    at work or not, and what went wrong last."""

    waiting: int
    oldest: int | None
    first: int | None
    last: int | None
    at: int
    working: bool
    error: str


def hours_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int,
    factors: Sequence[str] | None = None,
) -> list[Judged]:
    """A visible point's judged hours with since <= time < until (epoch seconds), by time and code.
    ``factors`` keeps only these 2017 codes. Three queries."""
    return _level(scope, point, "hour", since, until, factors)


def days_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int,
    factors: Sequence[str] | None = None,
) -> list[Judged]:
    """Judged days, as ``hours_of``."""
    return _level(scope, point, "day", since, until, factors)


def months_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int,
    factors: Sequence[str] | None = None,
) -> list[Judged]:
    """Judged months, as ``hours_of``."""
    return _level(scope, point, "month", since, until, factors)


def years_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int,
    factors: Sequence[str] | None = None,
) -> list[Judged]:
    """Judged years, as ``hours_of``."""
    return _level(scope, point, "year", since, until, factors)


def quarters_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int,
    factors: Sequence[str] | None = None,
) -> list[JudgedQuarter]:
    """Judged quarters with their capture rates, as ``hours_of``."""
    points_of(scope).get(pk=point.pk)
    codes = _codes(factors)
    rows = _rows("quarter", point, since, until, factors, codes).values_list(
        "time", "factor_id", *FIELDS, "hours", "stopped", "invalid", "capture")
    now = time.time()
    found = [JudgedQuarter(so_far("quarter", Judged(row[0], codes[row[1]], *row[2:-4]), now),
                           *row[-4:]) for row in rows]
    return sorted(found, key=lambda one: one.row[:2])


def so_far(level: windows.Level, row: Judged, now: float) -> Judged:
    """The row as it may be shown at ``now`` (epoch seconds): an invalid period that still runs is
    neither valid nor invalid, and the reason for which it is not yet valid is none."""
    if level == "hour" or row.verdict != "invalid" or windows.end_of(level, row.time) <= now:
        return row
    first, _, rest = row.reason.partition(";")
    known = REASONS.get(first)
    kept = row.reason if known is None or known.verdict == "remark" else rest
    return row._replace(verdict=RUNNING, reason=kept)


def quarter_of(scope: Scope, point: MonitoringPoint, time: int) -> list[JudgedQuarter]:
    """The quarter that begins at ``time``, one row a factor."""
    return quarters_of(scope, point, time, time + 1)


def versions_of(
    scope: Scope, point: MonitoringPoint, level: str, time: int, factor: str
) -> list[Version]:
    """Every version of one row, newest first; nothing for a row that was never judged. Four
    queries."""
    points_of(scope).get(pk=point.pk)
    held = {"point": point.pk, "time": time, "factor__code": factor}
    current = list(LEVELS[level].objects.filter(**held).values(*_fields(level)))
    old = list(SupersededValue.objects.filter(level=level, **held).order_by("-version"))
    rows = [(row["version"], row, "", None) for row in current]
    rows += [(one.version, one.row, one.cause, one.at) for one in old]
    sets = RuleSet.objects.in_bulk({row["rules"] for _number, row, *_rest in rows})
    return [
        Version(version, row, cause, row["at"], until,
                sets[row["rules"]].provisions if row["rules"] in sets else {})
        for version, row, cause, until in rows
    ]


def progress(scope: Scope, point: MonitoringPoint, *, now: float | None = None) -> Progress:
    """How judging of a visible point stands. Three queries."""
    points_of(scope).get(pk=point.pk)
    moment = int(time.time() if now is None else now)
    # The running hour waits by its nature and is no backlog, nor is one of water for its values.
    late = settings.JUDGE_GRACE_WATER if point.kind == "water" else 0
    waits = DirtyWindow.objects.filter(point=point.pk, hour__lte=moment - 3600 - late).aggregate(
        waiting=Count("hour"), oldest=Min("hour"))
    row = JudgedPoint.objects.filter(pk=point.pk).first() or JudgedPoint(point_id=point.pk)
    return Progress(waits["waiting"], waits["oldest"], row.first, row.last, row.at,
                    row.claimed_until > moment * 1000 and bool(row.owner), row.error)


def judged_factors(scope: Scope, point: MonitoringPoint) -> list[str]:
    """The 2017 codes that a visible point is judged for. Two queries."""
    points_of(scope).get(pk=point.pk)
    known = JudgedPoint.objects.filter(pk=point.pk).values_list("factors", flat=True).first()
    return sorted(known or {})


def events_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int, *, all_states: bool = False
) -> QuerySet[Event]:
    """A visible point's events that touch [since, until), those in force unless ``all_states``."""
    rows = _facts(scope, Event, point, all_states)
    over = rows.filter(end__gt=since) | rows.filter(end=None, kind__in=_LASTING)
    return (over | rows.filter(start__gte=since)).filter(start__lt=until)


def marks_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int, *, all_states: bool = False
) -> QuerySet[Mark]:
    """A visible point's marks that touch [since, until), those in force unless ``all_states``."""
    return _facts(scope, Mark, point, all_states).filter(start__lt=until, end__gt=since)


def parameters_of(
    scope: Scope, point: MonitoringPoint, *, all_states: bool = False
) -> QuerySet[PointParameter]:
    """A visible point's dated properties by name and date, those in force unless ``all_states``."""
    return _facts(scope, PointParameter, point, all_states).order_by("name", "since", "id")


def manual_values_of(
    scope: Scope, point: MonitoringPoint, since: int, until: int, *, all_states: bool = False
) -> QuerySet[ManualValue]:
    """What was measured by hand at a visible point in [since, until), by time and factor, those in
    force unless ``all_states``."""
    rows = _facts(scope, ManualValue, point, all_states)
    return rows.filter(time__gte=since, time__lt=until).order_by("time", "factor", "id")


def newest_hour(scope: Scope, point: MonitoringPoint) -> int | None:
    """The last judged hour of a visible point."""
    points_of(scope).get(pk=point.pk)
    rows = JudgedPoint.objects.filter(pk=point.pk)
    return rows.aggregate(last=Max("last"))["last"]


_LASTING = ("fault", "maintenance", "stop")


def _facts(scope: Scope, rows: Any, point: MonitoringPoint, all_states: bool) -> QuerySet[Any]:
    found = rows.objects.filter(point=points_of(scope).get(pk=point.pk))
    return found if all_states else found.filter(replaced_by=None, withdrawn_at=None)


def _level(
    scope: Scope, point: MonitoringPoint, level: windows.Level, since: int, until: int,
    factors: Sequence[str] | None,
) -> list[Judged]:
    points_of(scope).get(pk=point.pk)
    codes = _codes(factors)
    rows = _rows(level, point, since, until, factors, codes).values_list(
        "time", "factor_id", *FIELDS)
    found = [Judged(row[0], codes[row[1]], *row[2:]) for row in rows]
    if level != "hour":
        now = time.time()
        found = [so_far(level, row, now) for row in found]
    found.sort(key=lambda one: one[:2])
    return found


def _rows(level: str, point: MonitoringPoint, since: int, until: int,
          factors: Sequence[str] | None, codes: Mapping[int, str]) -> QuerySet[Any]:
    rows = LEVELS[level].objects.filter(point=point.pk, time__gte=since, time__lt=until)
    return rows if factors is None else rows.filter(factor__in=list(codes))


def _codes(factors: Sequence[str] | None) -> dict[int, str]:
    rows = Factor.objects.all() if factors is None else Factor.objects.filter(code__in=factors)
    return dict(rows.values_list("id", "code"))


def _fields(level: str) -> tuple[str, ...]:
    return FIELDS + (("hours", "stopped", "invalid", "capture") if level == "quarter" else ())
