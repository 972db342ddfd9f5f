"""offline, outage, gap, no_backfill: what the lines say, by when each point's last packet came.

One pass over what telemetry keeps of each point finds those that may be silent or behind; points
that something is remembered of are looked at too. All others cost nothing. A point that never sent
anything is not offline, nor one that no logger is linked to or whose stop is on record.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.findings import register
from qingyuan.areas.findings.kinds import KINDS
from qingyuan.areas.findings.models import Finding, FindingRule
from qingyuan.areas.findings.register import MINUTE
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.telemetry.models import Event, EventKind, LatestReading
from qingyuan.kernel.clock import CST

from . import deaf, filled, gaps, lines, outage, served
from .deaf import Air
from .lines import Heard, Look, Wire
from .models import Kept, Watched

DETECTOR = "links"
SOME = 5000
HOURLY = 7200  # s from the begin of an hour until the value of the next one is there


def watch_links(now: int | None = None) -> str:
    """Look at the lines of all points; what was found."""
    moment = round(time.time() * 1000) if now is None else now
    air = deaf.listening(moment)
    remembered = dict(Watched.objects.filter(detector=DETECTOR).values_list("point_id", "memory"))
    heard = _heard(remembered, moment)
    units = _units(heard)
    wires, stopped = _wires(heard, moment), _stopped(heard, moment)
    kept: dict[int | None, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in Kept.objects.filter(detector=DETECTOR):
        kept[row.organisation_id][row.key] = row.memory
    held = {unit: {point.pk: remembered[point.pk] for point in points
                   if remembered.get(point.pk, {}).get("unit") == unit.pk}
            for unit, points in units.items()}
    _forget(remembered.keys() - {pk for mine in held.values() for pk in mine}, moment)
    count = 0
    for unit, points in units.items():
        mine = held[unit]
        look = Look(unit, RuleSet(unit, ("offline", "outage", "gap", "no_backfill")), moment, air,
                    {point.pk: point for point in points}, heard, wires, stopped, mine,
                    kept.pop(unit.pk, {}))
        count += _look(look)
    _forget_groups([key for groups in kept.values() for key in groups], moment)
    count += _platform(air, moment)
    return f"{count} findings" if count else ""


def _pieces(keys: Iterable[int]) -> Iterator[list[int]]:
    all_ = list(keys)
    for first in range(0, len(all_), SOME):
        yield all_[first:first + SOME]


def _least(kind: str) -> float:
    """The smallest threshold in minutes that any unit has of a kind."""
    own = (row.get("minutes") for row in FindingRule.objects.filter(kind=kind).values_list(
        "thresholds", flat=True))
    return min([KINDS[kind].thresholds["minutes"], *(one for one in own if one is not None)])


def _heard(remembered: Mapping[int, Any], now: int) -> dict[int, Heard]:
    """Points that may be silent or behind, and those remembered. One pass over a row a point."""
    silent = min(_least("offline"), _least("outage")) / 2
    behind = now // 1000 - round(60 * _least("gap"))
    asked = (Q(at__lt=now - silent * MINUTE) | Q(min__lt=behind)
             | Q(hour__lt=behind - HOURLY))
    rows = LatestReading.objects.filter(asked, at__gt=0, point__active=True)
    found = {pk: Heard(*facts) for pk, *facts in rows.values_list("point_id", "at", "min", "hour")}
    for piece in _pieces(remembered.keys() - found.keys()):
        found.update((pk, Heard(*facts)) for pk, *facts in LatestReading.objects.filter(
            pk__in=piece).values_list("point_id", "at", "min", "hour"))
    return found


def _units(heard: Mapping[int, Heard]) -> dict[Organisation, list[MonitoringPoint]]:
    found: dict[Organisation, list[MonitoringPoint]] = defaultdict(list)
    for piece in _pieces(heard):
        for unit, points in served.by_unit(today(), piece).items():
            found[unit] += points
    return found


def _wires(heard: Mapping[int, Heard], now: int) -> dict[int, Wire]:
    moment = datetime.fromtimestamp(now / 1000, CST)
    found: dict[int, Wire] = {}
    for piece in _pieces(heard):
        rows = LoggerAssignment.objects.filter(
            Q(until=None) | Q(until__gt=moment), point__in=piece, logger__active=True)
        for pk, carrier, minutes in rows.order_by("since").values_list(
                "point_id", "logger__sim_carrier", "logger__minute_minutes"):
            found[pk] = Wire(carrier.strip(), max(60, 60 * minutes))
    return found


def _stopped(heard: Mapping[int, Heard], now: int) -> frozenset[int]:
    """Points of which a stop is on record now: nobody expects packets."""
    found: set[int] = set()
    for piece in _pieces(heard):
        found.update(Event.objects.filter(
            Q(end=None) | Q(end__gt=now // 1000), point__in=piece, kind=EventKind.STOP, factor="",
            start__lte=now // 1000, replaced_by=None, withdrawn_at=None,
        ).values_list("point_id", flat=True))
    return frozenset(found)


@transaction.atomic
def _look(look: Look) -> int:
    before, groups = set(look.memory), set(look.groups)
    count = _seen(look)
    for held in look.memory.values():
        held["unit"] = look.organisation.pk
    empty = {pk for pk, held in look.memory.items() if held.keys() <= {"unit"}}
    Watched.objects.filter(detector=DETECTOR, point__in=empty & before).delete()
    Watched.objects.bulk_create(
        (Watched(detector=DETECTOR, point_id=pk, seen=held.get("at", 0), memory=held)
         for pk, held in look.memory.items() if pk not in empty),
        update_conflicts=True, unique_fields=["detector", "point"],
        update_fields=["seen", "memory"], batch_size=SOME)
    Kept.objects.filter(
        detector=DETECTOR, key__in=groups - look.groups.keys()).delete()
    Kept.objects.bulk_create(
        (Kept(organisation=look.organisation, detector=DETECTOR, key=key, memory=memory)
         for key, memory in look.groups.items()),
        update_conflicts=True, unique_fields=["detector", "key"], update_fields=["memory"])
    return count


def _seen(look: Look) -> int:
    """What came back, what fell silent together, alone, what is behind, what was filled in. How
    many findings were raised or added to."""
    over: dict[str, int] = {}
    told, count = filled.told_of(look), 0
    lines.returned(look, over)
    if look.air.deaf is None:
        count = outage.outages(look) + lines.alone(look) + gaps.behind(look)
    outage.parts(look, over)
    count += filled.filled(look, told, over)
    by_time: dict[int, list[str]] = defaultdict(list)
    for key, at in over.items():
        by_time[at].append(key)
    for at, keys in by_time.items():
        register.ended(look.organisation, keys, at)
    return count


@transaction.atomic
def _forget(points: Iterable[int], now: int) -> None:
    """Points that no unit serves any more, or another: what was open of them is over."""
    for piece in _pieces(points):
        rows = Finding.objects.filter(
            point__in=piece, open=True, ended_at=None, group="link").select_related("organisation")
        by_unit: dict[Organisation, list[str]] = defaultdict(list)
        for row in rows:
            by_unit[row.organisation].append(row.key)
        for unit, keys in by_unit.items():
            register.ended(unit, keys, now)
        Watched.objects.filter(detector=DETECTOR, point__in=piece).delete()


@transaction.atomic
def _forget_groups(keys: Sequence[str], now: int) -> None:
    """Groups of units that serve none of their points any more."""
    rows = Finding.objects.filter(
        key__in=[f"outage:{key}" for key in keys], open=True, ended_at=None)
    for row in rows.select_related("organisation") if keys else ():
        register.ended(row.organisation, [row.key], now)
    Kept.objects.filter(detector=DETECTOR, key__in=keys).delete()


def _platform(air: Air, now: int) -> int:
    """One finding a unit while the platform itself hears nobody."""
    rows = {row.organisation_id: row for row in Kept.objects.filter(detector="deaf")}
    if air.deaf is None and not rows:
        return 0
    units: Sequence[Organisation] = Organisation.objects.filter(
        pk__in=rows if air.deaf is None else ServiceContract.objects.filter(
            in_force(today())).values("om_unit"))
    count = 0
    for unit in units:
        count += deaf.platform(unit, air, rows.get(unit.pk), now)
    return count
