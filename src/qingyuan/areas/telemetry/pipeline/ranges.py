"""The ranges of a point's instruments as judging reads them: ``range.CODE`` of a factor for which
nobody has set that parameter, so that a range is entered once, where the instrument is."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from qingyuan.areas.assets.measuring import factor_unit
from qingyuan.areas.assets.models import InstrumentRange
from qingyuan.areas.assets.queries import midnight
from qingyuan.calc.types import Dated

from .dirty import mark_span


class _Span(NamedTuple):
    start: int
    end: int | None
    high: float


def ranges_of(point: int) -> dict[str, Dated]:
    """``range.CODE`` → upper ends of range over time, None while no instrument measures the factor.
    Where several do at once the widest holds. Ranges in another unit than HJ 212-2017 gives the
    factor's values in are left out. One query."""
    rows = InstrumentRange.objects.filter(instrument__system__point=point).order_by(
        "instrument_id", "factor", "-since").values_list(
        "instrument_id", "factor", "since", "high", "unit", "instrument__until")
    spans: dict[str, list[_Span]] = {}
    follows: dict[tuple[int, str], int] = {}
    for instrument, factor, since, high, unit, until in rows:
        start = int(since.timestamp())
        ends = [follows.get((instrument, factor)), None if until is None else int(
            midnight(until + timedelta(days=1)).timestamp())]
        follows[instrument, factor] = start
        end = min((e for e in ends if e is not None), default=None)
        if _same_unit(unit, factor) and (end is None or end > start):
            spans.setdefault(factor, []).append(_Span(start, end, high))
    return {f"range.{factor}": _dated(own) for factor, own in spans.items()}


def _same_unit(unit: str, factor: str) -> bool:
    def plain(text: str) -> str:
        return text.replace("³", "3").replace(" ", "").lower()

    return unit == "" or plain(unit) == plain(factor_unit(factor))


def _dated(spans: Iterable[_Span]) -> Dated:
    known = list(spans)
    times = sorted({t for span in known for t in (span.start, span.end) if t is not None})
    values = [max((s.high for s in known if s.start <= t and (s.end is None or t < s.end)),
                  default=None) for t in times]
    return Dated(tuple(times), tuple(values))


def on_change(sender: Any, *, point: int, factors: Iterable[str], since: Any, **_more: Any) -> None:
    """The hours from an instant on are judged again; in the transaction of the change."""
    if list(factors):
        mark_span(point, int(since.timestamp()), None)
