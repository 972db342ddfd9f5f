"""What is filed beside what the device tells, what somebody read on its screen, the registered
range and the parameter that judging reads. Instants are epoch milliseconds.

What the wire tells holds until the device tells another value, since it reports changes of itself
(HJ 212-2017 table C.44). What somebody read counts from the filing's beginning on: a filing says
what shall be on the screen from then, not before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import InstrumentRange, MonitoringPoint
from qingyuan.areas.assets.queries import open_links, today
from qingyuan.areas.rules.values import unit as unit_word
from qingyuan.areas.telemetry.models import PointParameter

from . import kinds, queries
from .kinds import KINDS, Key, ordered
from .models import FilingLine, Origin, ParameterReading
from .values import ends, printed, same

SOURCES: Mapping[str, object] = {
    Origin.WIRE: _("设备上报"), Origin.PERSON: _("现场查看"), "instrument": _("设施登记量程"),
    "judged": _("判定所用参数"), "logger": _("数采仪登记"),
}
READ = (Origin.WIRE, Origin.PERSON)


@dataclass(frozen=True, slots=True)
class Filed:
    """The value in force and the filing it comes from."""

    value: str
    unit: str
    tolerance: float
    filing: int
    since: int


@dataclass(frozen=True, slots=True)
class Against:
    """What another source has: ``same`` None where it cannot be compared (nothing filed, another
    unit, read before the filing). ``since`` is when it was first so, ``last`` when last seen."""

    source: str
    value: str
    unit: str
    since: int
    last: int
    same: bool | None = None
    ref: str = ""
    reading: int | None = None

    @property
    def label(self) -> str:
        return str(SOURCES[self.source])

    @property
    def frame(self) -> int | None:
        """The packet that told it first."""
        kind, _colon, number = self.ref.partition(":")
        return int(number) if kind == "frame" and number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter of a point. ``state``: equal, differs, unread (filed, and nobody has told),
    unfiled. ``since``: from when on it is so, None where it began with nothing."""

    kind: str
    factor: str
    filed: Filed | None
    against: tuple[Against, ...]
    state: str
    since: int | None = None
    others: tuple[str, ...] = ()  # sources that differ

    @property
    def label(self) -> str:
        return kinds.label(self.kind)

    @property
    def key(self) -> Key:
        return self.kind, self.factor

    def by(self, source: str) -> Against | None:
        """What a source has."""
        return next((one for one in self.against if one.source == source), None)

    @property
    def told(self) -> bool:
        """Whether a device or a person has read it."""
        return any(one.source in READ for one in self.against)


def differences(point: MonitoringPoint, at: int) -> list[Difference]:
    """Every parameter that is filed, told or registered at a point, and how they agree at an
    instant. Seven queries."""
    return of_points([point], at)[point.pk]


def of_points(points: Iterable[MonitoringPoint], at: int) -> dict[int, list[Difference]]:
    """``differences`` of several points with the same queries."""
    held = {point.pk: point for point in points}
    filed = queries.lines_in_force(held, at)
    others = _others(held, at)
    found = {}
    for pk in held:
        keys = ordered([*filed.get(pk, {}), *others.get(pk, {})])
        found[pk] = [_difference(key, filed.get(pk, {}).get(key), others[pk].get(key, []))
                     for key in keys]
    return found


def _others(points: Iterable[int], at: int) -> dict[int, dict[Key, list[Against]]]:
    pks = list(points)
    found: dict[int, dict[Key, list[Against]]] = defaultdict(lambda: defaultdict(list))
    for pk, by_key in queries.newest_readings(pks).items():
        for key, by_source in by_key.items():
            for source in READ:
                if source in by_source:
                    found[pk][key].append(_read(by_source[source]))
    for pk, key, against in (*_ranges(pks, at), *_judged(pks, at), *_loggers(pks)):
        found[pk][key].append(against)
    return found


def _read(row: ParameterReading) -> Against:
    return Against(row.source, row.value, kinds.unit(row.kind, row.factor)
                   if row.source == Origin.PERSON else "", row.first_at, row.last_at,
                   ref=row.ref, reading=row.pk)


def _ranges(points: list[int], at: int) -> list[tuple[int, Key, Against]]:
    """The registered ranges of instruments in use; of two instruments for a factor the later."""
    rows = InstrumentRange.objects.filter(
        in_force_of("instrument"), in_force_of("instrument__system"),
        instrument__system__point__in=points,
    ).order_by("since", "id").values_list(
        "instrument__system__point", "factor", "low", "high", "unit", "since")
    newest = {}
    for pk, factor, low, high, unit, since in rows:
        began = round(since.timestamp() * 1000)
        if began <= at:
            newest[pk, factor] = Against(
                "instrument", f"{printed(low)}-{printed(high)}", unit, began, began)
    return [(pk, ("range", factor), against) for (pk, factor), against in newest.items()]


def in_force_of(path: str) -> Q:
    """Rows whose ``path`` is in use today."""
    day = today()
    return Q(**{f"{path}__since__lte": day}) & (
        Q(**{f"{path}__until": None}) | Q(**{f"{path}__until__gte": day}))


def _judged(points: list[int], at: int) -> list[tuple[int, Key, Against]]:
    """What judging reads of the same parameters."""
    by_word = {kind.judged.partition(".")[0]: code for code, kind in KINDS.items() if kind.judged}
    found = []
    for pk, by_name in queries.judged_values(points, at).items():
        for name, row in by_name.items():
            word, _dot, factor = name.partition(".")
            code = by_word.get(word)
            if code is not None and isinstance(row.value, int | float):
                found.append((pk, (code, factor), _value(row, code, factor)))
    return found


def _value(row: PointParameter, code: str, factor: str) -> Against:
    since = row.since * 1000
    return Against("judged", printed(float(row.value)), unit_word(kinds.unit(code, factor)),
                   since, since)


def _loggers(points: list[int]) -> list[tuple[int, Key, Against]]:
    """The intervals that are registered of a point's only logger."""
    links: dict[int, dict[int, tuple[int, int, int]]] = defaultdict(dict)
    for pk, logger, since, seconds, minutes in open_links().filter(point__in=points).values_list(
            "point", "logger", "since", "logger__realtime_seconds", "logger__minute_minutes"):
        links[pk][logger] = round(since.timestamp() * 1000), seconds, minutes
    found = []
    for pk, own in links.items():
        if len(own) == 1:
            (since, seconds, minutes), = own.values()
            for code, value in (("rtd_interval", seconds), ("min_interval", minutes)):
                found.append((pk, (code, ""), Against(
                    "logger", str(value), KINDS[code].unit, since, since)))
    return found


def _difference(key: Key, line: FilingLine | None, others: list[Against]) -> Difference:
    kind, factor = key
    if line is None:
        began = [one.since for one in others if one.source in READ]
        return Difference(kind, factor, None, tuple(others), "unfiled", min(began, default=None))
    filed = Filed(line.value, line.unit, line.tolerance, line.filing_id, line.filing.valid_from)
    held = tuple(_compared(kind, filed, one) for one in others)
    wrong = [one for one in held if one.same is False]
    if wrong:
        return Difference(kind, factor, filed, held, "differs",
                          min(max(one.since, filed.since) for one in wrong),
                          tuple(one.source for one in wrong))
    read = any(one.same for one in held if one.source in READ)
    return Difference(kind, factor, filed, held, "equal" if read else "unread", filed.since)


def _compared(kind: str, filed: Filed, other: Against) -> Against:
    if other.source == Origin.PERSON and other.last < filed.since:
        return other
    if other.unit and filed.unit and other.unit != filed.unit and (
            unit_word(other.unit) != unit_word(filed.unit)):
        return other
    value = filed.value
    if other.source == "judged" and kind in KINDS and KINDS[kind].span:
        upper = ends(kind, filed.value)  # judging knows the upper end only
        value = printed(upper[-1]) if upper else value
    return replace(other, same=same(kind, value, other.value, filed.tolerance))
