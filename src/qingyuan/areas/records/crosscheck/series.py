"""What telemetry has about a visit, as the cross-check takes it: series, marks, silence, and what
instruments said of themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from qingyuan.areas.assets.models import InstrumentRange, MonitoringPoint
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import (
    Factor,
    HourReading,
    Mark,
    MarkImport,
    MarkState,
    PlatformMark,
    PointParameter,
)
from qingyuan.areas.telemetry.queries.verdicts import same_codes
from qingyuan.areas.telemetry.readings import Reading, load
from qingyuan.calc.roles import under_2017
from qingyuan.crosscheck import types
from qingyuan.crosscheck.types import Series, Span

from .works import Known, Range, day_of

HOUR = 3600
AROUND = 3 * HOUR  # s of data before and after a visit
DAY = 24 * HOUR
SERVICE = ("C", "M", "S")
FLAGS_SEEN = 90 * DAY  # back: whether this logger speaks of service at all
WIDTHS = (30, 60, 120, 300, 600, 900, 1800, 3600)
SILENT = ("offline", "outage")
DECIMALS = 4
SAMPLE = 60  # values that show how many digits a logger sends


def window(span: Span) -> Span:
    """The time whose data are read for a visit."""
    return span[0] - AROUND, span[1] + AROUND


def known_of(point: MonitoringPoint, at: int) -> Known:
    """Units and names of factors, ranges of the point's instruments at an instant. Three queries.
    """
    rows = {one.code: one for one in Factor.objects.all()}
    said = PointParameter.objects.filter(
        point=point, name__startswith="unit.", replaced_by=None, withdrawn_at=None,
        since__lte=at).order_by("since", "id")
    own = {one.name.partition(".")[2]: str(one.value or "") for one in said}
    ranges: dict[str, Range] = {}
    for one in InstrumentRange.objects.filter(
            instrument__system__point=point).select_related("instrument").order_by("since", "id"):
        ended = one.instrument.until
        begun = one.since.timestamp() <= at
        if begun and (ended is None or ended >= day_of(at)):
            ranges[one.factor] = Range(one.low, one.high, one.unit)
    return Known({code: own.get(code) or row.unit for code, row in rows.items()},
                 {code: row.name for code, row in rows.items()}, ranges)


@dataclass(frozen=True, slots=True)
class Data:
    """Series by code."""

    minutes: Mapping[str, Series]
    realtime: Mapping[str, Series]


def data_of(point: int, span: Span, known: Known, fine: Iterable[str] = ()) -> Data:
    """Minute data about a span, and real-time data of the factors whose plateaus or pairs are
    looked for (codes of 2017). Two queries, four with real-time data."""
    since, until = window(span)
    codes = [code for one in fine for code in same_codes(one)]
    minutes = load("min", [point], since, until)
    seconds = load("rtd", [point], since, until, codes=codes) if codes else []
    return Data(series_of(minutes, known, "Avg"), series_of(seconds, known, "Rtd"))


def series_of(rows: Sequence[Reading], known: Known, suffix: str) -> dict[str, Series]:
    """Readings of one point, in order of time, as series by codes of 2017."""
    by: dict[str, list[tuple[int, dict[str, float | str], float]]] = {}
    names: dict[str, tuple[str, float]] = {}
    for row in rows:
        for code, held in row.factors.items():
            new, times = names.setdefault(code, under_2017(code))
            by.setdefault(new, []).append((row.time, held, times))
    return {code: one for code, cells in by.items()
            if (one := _series(code, cells, known, suffix)) is not None}


def _series(
    code: str, cells: Sequence[tuple[int, dict[str, float | str], float]], known: Known,
    suffix: str,
) -> Series | None:
    values = [_value(held.get(suffix), times) for _at, held, times in cells]
    if not np.isfinite(values).any():
        return None
    lows = [_value(held.get("Min"), times) for _at, held, times in cells]
    highs = [_value(held.get("Max"), times) for _at, held, times in cells]
    at = np.array([one[0] for one in cells], dtype=np.int64)
    return Series(
        code, at, np.array(values),
        np.array([str(held.get("Flag", ""))[:1] for _at, held, _times in cells], dtype="U1"),
        width=_width(at), unit=known.units.get(code, ""), name=known.names.get(code, code),
        lows=np.array(lows) if np.isfinite(lows).any() else None,
        highs=np.array(highs) if np.isfinite(highs).any() else None, decimals=_decimals(values))


def _value(held: object, times: float) -> float:
    return float(held) * times if isinstance(held, int | float) else float("nan")


def _width(at: np.ndarray) -> int:
    """The length of a window from the usual step: the standard one nearest to it.

    >>> _width(np.array([0, 600, 1200, 3000])), _width(np.array([5]))
    (600, 60)
    """
    if len(at) < 2:
        return 60
    step = float(np.median(np.diff(at)))
    return min(WIDTHS, key=lambda one: abs(one - step))


def _decimals(values: Sequence[float]) -> int:
    texts = (f"{one:.{DECIMALS}f}".rstrip("0") for one in values[:SAMPLE] if one == one)
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def shows_flags(point: int, data: Data, span: Span) -> bool | None:
    """True where a flag of calibration or maintenance was ever seen of late; None unknown. One
    query at most."""
    for one in (*data.minutes.values(), *data.realtime.values()):
        if np.isin(one.flags, SERVICE).any():
            return True
    seen = HourReading.objects.filter(
        point=point, time__gte=span[0] - FLAGS_SEEN, time__lt=span[0], flag__in=SERVICE).exists()
    return True if seen else None


def marks_of(point: int, span: Span) -> list[types.Mark]:
    """Marks that touch a span, prepared ones too. One query."""
    rows = Mark.objects.filter(
        point=point, start__lt=span[1], end__gt=span[0], replaced_by=None, withdrawn_at=None,
    ).exclude(state=MarkState.WITHDRAWN).order_by("start", "id")
    return [types.Mark(f"mark:{row.pk}", row.start, row.end, row.kind, row.factor) for row in rows]


def marks_until(point: int, unit: int) -> int | None:
    """Up to when the platform's declarations of the point are known here: its last import; None
    where none ever spoke of the point. One query."""
    spoken = PlatformMark.objects.filter(point=point, imported__organisation=unit)
    last = MarkImport.objects.filter(
        organisation=unit, rows__in=spoken).order_by("-at").values_list(
        "at", flat=True).first()
    return None if last is None else last // 1000


def silent_of(point: int, marks: Iterable[types.Mark], span: Span) -> list[Span]:
    """Stretches in which the line is known to have been down. One query."""
    begun, ended = span[0] * 1000, span[1] * 1000
    rows = Finding.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=begun), point=point, kind__in=SILENT,
        first_at__lt=ended).values_list("first_at", "ended_at")
    spans = [(first // 1000, span[1] if last is None else last // 1000) for first, last in rows]
    return spans + [(one.start, one.end) for one in marks if one.kind == "communication"]
