"""The figures of a quarter's audit (HJ 75-2017 12.1.3) and how an audit stands."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import Count

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import BookFor, book_for, books_for
from qingyuan.calc.roles import is_pollutant
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import HOUR
from qingyuan.standards.calendars import Calendar, Deadline, working_days

from ..models import Factor, HourValue, Mark, QuarterAudit, QuarterValue
from ..pipeline.facts import COUNTED
from .columns import pollutants_first

BAD = ("invalid", "out_of_control", "missing")
STATES = ("due", "overdue", "prepared", "changed", "confirmed", "not_due", "voluntary", "no_data")
MOST_RUNS = 200  # of unmarked hours that are kept in the figures, a factor


@dataclass(frozen=True, slots=True)
class Standing:
    """How the audit of a point's quarter stands. ``deadline`` None: none applies (waste water, for
    which HJ 75 asks nothing; or before the rule). ``left`` are working days to go, negative when
    past."""

    point: MonitoringPoint
    quarter: str
    state: str
    audit: QuarterAudit | None
    deadline: Deadline | None
    left: int | None
    rows: tuple[QuarterValue, ...] = ()

    @property
    def worst(self) -> float | None:
        """The lowest capture rate of the pollutants."""
        known = [row.capture for row in self.rows if row.capture is not None]
        return min(known, default=None)


def quarter_key(moment: float, back: int = 0) -> str:
    """The quarter that holds an epoch second, or one ``back`` quarters before it.

    >>> quarter_key(1_795_413_600), quarter_key(1_795_413_600, 1)
    ('2026Q4', '2026Q3')
    """
    begin = windows.start_of("quarter", int(moment))
    return windows.key("quarter", windows.add_months(begin, -3 * back))


def bounds(quarter: str) -> tuple[int, int]:
    """Epoch seconds [start, end) of a quarter; ValueError for another key."""
    begin = windows.start(quarter, "quarter")
    return begin, windows.end_of("quarter", begin)


def deadline_of(point: MonitoringPoint, quarter: str, book: BookFor) -> Deadline | None:
    """The end of the first working days of the next quarter (``audit.working_days``), by the
    calendar of the point's region. None for waste water and where no such rule is in force."""
    if point.kind != "gas":
        return None
    _begin, end = bounds(quarter)
    found = book.find("audit.working_days", _day(end))
    if found is None:
        return None
    return calendar_of(point).period_deadline(windows.key("quarter", end), int(found.value))


def calendar_of(point: MonitoringPoint) -> Calendar:
    """The working days of the region that a point lies in."""
    return working_days(point.organisation.area)


def standings(
    scope: Scope, points: Sequence[MonitoringPoint], quarter: str, *, now: float | None = None
) -> list[Standing]:
    """How the audits of these visible points stand, in their order. A fixed number of queries."""
    moment = time.time() if now is None else now
    begin, end = bounds(quarter)
    keys = [point.pk for point in points]
    audits = {row.point_id: row for row in QuarterAudit.objects.filter(
        point__in=keys, quarter=quarter)}
    codes = dict(Factor.objects.filter(medium__in=_MEDIA).values_list("id", "code"))
    rows: dict[int, list[QuarterValue]] = defaultdict(list)
    for row in QuarterValue.objects.filter(point__in=keys, time=begin):
        row.code = codes.get(row.factor_id, "")
        if is_pollutant(row.code):
            rows[row.point_id].append(row)
    books = books_for(points)
    return [
        _standing(point, quarter, audits.get(point.pk), tuple(rows.get(point.pk, ())),
                  deadline_of(point, quarter, books[point.pk]), moment >= end, moment)
        for point in points
    ]


_MEDIA = ("gas", "water")


def _standing(
    point: MonitoringPoint, quarter: str, audit: QuarterAudit | None,
    rows: tuple[QuarterValue, ...], deadline: Deadline | None, over: bool, now: float,
) -> Standing:
    left = None
    if deadline is not None:
        today = _day(int(now))
        left = calendar_of(point).working_days_between(today, deadline.day)
    state = "no_data"
    if audit is not None and audit.prepared_at:
        state = "confirmed" if audit.confirmed_at else "prepared"
        if _moved(audit, rows):
            state = "changed"
    elif not over:
        state = "not_due"
    elif rows and deadline is None:
        state = "voluntary"
    elif rows and deadline is not None:
        state = "overdue" if now >= deadline.instant else "due"
    return Standing(point, quarter, state, audit, deadline, left, rows)


def _moved(audit: QuarterAudit, rows: Iterable[QuarterValue]) -> bool:
    """Whether the quarter's rows say otherwise than the figures that were prepared."""
    then = {one["factor"]: (one["hours"], one["stopped"], one["invalid"], one["capture"])
            for one in audit.figures.get("factors", ()) if one["pollutant"]}
    return then != {row.code: (row.hours, row.stopped, row.invalid, row.capture) for row in rows}


def standing_of(
    scope: Scope, point: MonitoringPoint, quarter: str, *, now: float | None = None
) -> Standing:
    """How one visible point's audit stands."""
    return standings(scope, [points_of(scope).get(pk=point.pk)], quarter, now=now)[0]


def figures_of(scope: Scope, point: MonitoringPoint, quarter: str) -> dict[str, Any]:
    """What an audit is about: for each factor its capture rate and what that is made of, hours by
    verdict and by reason, and the hours that need a mark and have none. JSON-ready; the same facts
    give the same figures. A fixed number of queries."""
    held = points_of(scope).get(pk=point.pk)
    begin, end = bounds(quarter)
    rows = list(QuarterValue.objects.filter(point=held.pk, time=begin))
    names = {f.id: f for f in Factor.objects.filter(pk__in=[row.factor_id for row in rows])}
    by_verdict, by_reason = _counts(held.pk, begin, end)
    unmarked = _unmarked(held.pk, begin, end)
    book = book_for(held)
    least = book.find("gas.capture.min_rate", _day(begin))
    by_code = {names[row.factor_id].code: row for row in rows if row.factor_id in names}
    factors = []
    for code in pollutants_first(sorted(by_code)):
        row = by_code[code]
        runs = unmarked.get((row.factor_id, code), [])
        factors.append({
            "factor": code, "name": names[row.factor_id].name, "pollutant": is_pollutant(code),
            "hours": row.hours, "stopped": row.stopped, "invalid": row.invalid,
            "capture": row.capture,
            "pass": None if row.capture is None or least is None
            else row.capture >= float(least.value),
            "verdicts": dict(sorted(by_verdict.get(row.factor_id, {}).items())),
            "reasons": dict(sorted(by_reason.get(row.factor_id, {}).items())),
            "unmarked_hours": sum((last - first) // HOUR for first, last in runs),
            "unmarked": runs[:MOST_RUNS],
        })
    return {
        "point": held.pk, "quarter": quarter, "factors": factors,
        "least": None if least is None else float(least.value),
        "clause": "" if least is None else least.cite(),
    }


def digest_of(figures: dict[str, Any]) -> str:
    """SHA-256 of the figures as canonical JSON."""
    return hashlib.sha256(orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is another than when it was prepared; None: it was not there."""

    factor: str
    name: str
    what: str  # key of the figures, or verdict.… / reason.…
    then: Any
    now: Any


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[Difference]:
    """What changed between two sets of figures, factor by factor."""
    before = {one["factor"]: one for one in then.get("factors", ())}
    after = {one["factor"]: one for one in now.get("factors", ())}
    found = []
    for code in dict.fromkeys([*before, *after]):
        name = (after.get(code) or before[code])["name"]
        old, new = _flat(before.get(code, {})), _flat(after.get(code, {}))
        found += [Difference(code, name, what, old.get(what), new.get(what))
                  for what in dict.fromkeys([*old, *new]) if old.get(what) != new.get(what)]
    return found


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    plain = {key: one[key] for key in ("hours", "stopped", "invalid", "capture", "unmarked_hours")
             if key in one}
    plain |= {f"verdict.{key}": n for key, n in one.get("verdicts", {}).items()}
    return plain | {f"reason.{key}": n for key, n in one.get("reasons", {}).items()}


def _counts(point: int, begin: int, end: int) -> tuple[dict[int, dict[str, int]], ...]:
    by_verdict: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_reason: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = HourValue.objects.filter(point=point, time__gte=begin, time__lt=end)
    for factor, verdict, reason, n in rows.values_list("factor", "verdict", "reason").annotate(
            n=Count("time")):
        by_verdict[factor][verdict] += n
        if verdict != "valid":
            by_reason[factor][reason.partition(";")[0] or verdict] += n
    return by_verdict, by_reason


def _unmarked(point: int, begin: int, end: int) -> dict[tuple[int, str], list[list[int]]]:
    """Runs of bad hours that no mark in force touches, by factor."""
    codes = dict(Factor.objects.values_list("id", "code"))
    marks = list(Mark.objects.filter(
        point=point, replaced_by=None, withdrawn_at=None, state__in=COUNTED, start__lt=end,
        end__gt=begin).values_list("factor", "start", "end"))
    marked: dict[str, set[int]] = defaultdict(set)
    for code, start, stop in marks:
        marked[code].update(range(max(start - start % HOUR, begin), min(stop, end), HOUR))
    rows = HourValue.objects.filter(point=point, time__gte=begin, time__lt=end, verdict__in=BAD)
    found: dict[tuple[int, str], list[list[int]]] = defaultdict(list)
    for factor, time_ in rows.order_by("factor", "time").values_list("factor", "time"):
        code = codes.get(factor, "")
        if time_ in marked[""] or time_ in marked[code]:
            continue
        runs = found[factor, code]
        if runs and runs[-1][1] == time_:
            runs[-1][1] = time_ + HOUR
        else:
            runs.append([time_, time_ + HOUR])
    return found


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, CST).date()
