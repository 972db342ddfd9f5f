"""Where an hour's substituted mass came from: the run it lies in, the window, the hour that was
largest. Found in stored rows; the rule itself is ``calc.substitution``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc import spans
from qingyuan.calc.types import Event
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR

from ..models import Factor, HourValue, QuarterValue
from .judged import Judged

TABLES: Mapping[int, tuple[str, ...]] = {5: ("out_of_control",), 6: ("invalid", "missing")}
CONTROLS = ("calibration", "full_calibration")


@dataclass(frozen=True, slots=True)
class Substitute:
    """``table`` 5 or 6 of HJ 75-2017 12.2; the run [first, end) of ``hours``; ``rate`` of its
    quarter; ``reach`` the valid hours the window asks for (0: none, capture too low), ``used``
    those there are, before ``before``; the hour ``at`` had the largest mass ``mass``."""

    table: int
    first: int
    end: int
    rate: float | None
    reach: int
    used: int
    before: int
    at: int | None
    mass: float | None

    @property
    def hours(self) -> int:
        return (self.end - self.first) // HOUR


def substitute(
    scope: Scope, point: MonitoringPoint, row: Judged, rules: Mapping[str, Any],
    events: Sequence[Event],
) -> Substitute | None:
    """Of an hour of gas that is invalid, missing or out of control; None for any other. ``rules``
    are the provisions its row was made under."""
    points_of(scope).get(pk=point.pk)
    table = next((n for n, words in TABLES.items() if row.verdict in words), None)
    factor = Factor.objects.filter(code=row.factor).first()
    if table is None or factor is None:
        return None
    rows = HourValue.objects.filter(point=point.pk, factor=factor)
    first, end = _run(rows, row.time, TABLES[table])
    rate = QuarterValue.objects.filter(
        point=point.pk, factor=factor, time=windows.start_of("quarter", row.time)
    ).values_list("capture", flat=True).first()
    reach = _reach(rules, rate, (end - first) // HOUR)
    before = _calibrated(rules, events, row.factor, first) if table == 5 else first
    held = list(rows.filter(time__lte=before - HOUR, verdict="valid", mass__isnull=False)
                .order_by("-time").values_list("mass", "time")[:reach])
    best = max(held, default=None)
    return Substitute(table, first, end, rate, reach, len(held), before,
                      best[1] if best else None, best[0] if best else None)


def _run(rows: Any, hour: int, words: tuple[str, ...]) -> tuple[int, int]:
    """First hour of the run and the hour behind it."""
    others = rows.exclude(verdict__in=words)
    before = others.filter(time__lt=hour).order_by("-time").values_list("time", flat=True).first()
    after = others.filter(time__gt=hour).order_by("time").values_list("time", flat=True).first()
    own = rows.filter(verdict__in=words)
    if before is None:
        first = own.order_by("time").values_list("time", flat=True).first()
    else:
        first = before + HOUR
    if after is None:
        after = own.order_by("-time").values_list("time", flat=True).first() + HOUR
    return first, after


def _reach(rules: Mapping[str, Any], rate: float | None, hours: int) -> int:
    if rate is None or rate < figure(rules, "gas.capture.min_rate"):
        return 0
    if rate < figure(rules, "gas.capture.high_rate"):
        return round(figure(rules, "gas.substitution.window_low_capture"))
    long = hours > figure(rules, "gas.substitution.long_run_hours")
    return round(figure(rules, f"gas.substitution.window_{'long' if long else 'short'}"))


def figure(rules: Mapping[str, Any], name: str) -> float:
    """The number of a provision among those of a row: [value, cite], or of a longer period that
    saw a change [[value, cite] first, [value, cite] last]; NaN when it was not read."""
    found = rules.get(name)
    while isinstance(found, list):
        found = found[0]
    return float("nan") if found is None else float(found)


def word(rules: Mapping[str, Any], name: str) -> str:
    """The word of a switch among a row's provisions."""
    found = rules.get(name)
    while isinstance(found, list):
        found = found[0]
    return str(found or "")


def _calibrated(
    rules: Mapping[str, Any], events: Sequence[Event], code: str, first: int
) -> int:
    """End of the window of table 5: the last full hour before the previous calibration, else the
    run's own beginning."""
    every = word(rules, "gas.substitution.previous_calibration") == "any"
    done = [event.time for event in spans.own(events, code)
            if event.kind in CONTROLS and event.time <= first
            and (every or event.passed is not False)]
    return min(first, done[-1] - done[-1] % HOUR) if done else first
