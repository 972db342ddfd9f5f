"""device_alarm and device_parameter by packets 3020: states and readings that devices report.

A state that needs somebody (HJ 212-2017 table B.10) is a matter at once and is over with the next
state that is sound. A reading outside its bounds is one when it is still outside in a later packet,
at least the threshold's minutes after; nobody knows what it did in between.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry.models import StationMessage
from qingyuan.areas.telemetry.queries.verdicts import quantities
from qingyuan.calc.roles import under_2017
from qingyuan.kernel.windows import DAY

from . import circumstances
from .detector import Context, Detector, Sight
from .devices import outside, worded
from .eye import clock, name_of
from .standing import BOUNDS, STATES
from .stretches import Stretch, follow

INFORMATION = "3020"
BACK = DAY  # s: older packets raise nothing any more
SOME = 5000
_NO_GAP = 10 * 365 * DAY  # a state holds until another is reported


class Told(NamedTuple):
    """What one packet says of one device: ``factor`` "" where it names none."""

    time: int
    factor: str
    code: str
    text: str


def waiting(
    points: Sequence[MonitoringPoint], seen: Mapping[int, int]
) -> list[MonitoringPoint]:
    """Points with such packets of the last day that were not looked at. A query for 5,000."""
    newest: dict[int, int] = {}
    for first in range(0, len(points), SOME):
        newest.update(StationMessage.objects.filter(
            point__in=[point.pk for point in points[first:first + SOME]], cn=INFORMATION,
            time__gte=round(time.time()) - BACK,
        ).order_by().values_list("point").annotate(Max("frame")))
    return [point for point in points if newest.get(point.pk, 0) > seen.get(point.pk, 0)]


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """The packets since the last look, in the order in which they came. Some ten queries."""
    sight, now = Sight(), context.now // 1000
    told, reach = _told([point.pk for point in points], context.seen, now)
    places = circumstances.places(points, now - BACK, now)
    names = {one.code: one for one in quantities(
        {one.factor for own in told.values() for one in own if one.factor})}
    for point in points:
        held = {name: Stretch.kept(row)
                for name, row in context.memory.get(point.pk, {}).items()}
        for one in told.get(point.pk, ()):
            judge = _state if one.code in STATES else _reading
            judge(sight, context, point, places[point.pk], held, one, name_of(names, one.factor))
        sight.seen[point.pk] = reach.get(point.pk, context.seen.get(point.pk, 0))
        sight.memory[point.pk] = {name: stretch.row() for name, stretch in held.items()}
    return sight


def _told(
    points: Sequence[int], seen: Mapping[int, int], now: int
) -> tuple[dict[int, list[Told]], dict[int, int]]:
    """By point what was told, and the newest packet."""
    found: dict[int, list[Told]] = defaultdict(list)
    reach: dict[int, int] = {}
    rows = StationMessage.objects.filter(point__in=points, cn=INFORMATION, time__gte=now - BACK)
    for point, frame, moment, pairs in rows.order_by("frame").values_list(
            "point_id", "frame", "time", "pairs"):
        if frame > seen.get(point, 0):
            found[point] += told_by(moment, pairs)
            reach[point] = frame
    return found, reach


def told_by(moment: int, pairs: Sequence[Sequence[str]]) -> list[Told]:
    """States and readings in the fields of a packet 3020. Senders write PolId and PolID, and blanks
    around what they send.

    >>> told_by(0, [["PolId", "w01018"], ["i12001-Info", "1"], ["i12003-Info ", "0 "]])
    [Told(time=0, factor='w01018', code='i12001', text='1'), \
Told(time=0, factor='w01018', code='i12003', text='0')]
    """
    factor, found = "", []
    for name, text in pairs:
        name, text = name.strip(), text.strip()
        if name.lower() == "polid":
            factor = under_2017(text)[0]
        code, _hyphen, suffix = name.partition("-")
        if suffix == "Info" and (code in STATES or code in BOUNDS):
            found.append(Told(moment, factor, code, text))
    return found


def _state(
    sight: Sight, context: Context, point: MonitoringPoint, place: circumstances.Place,
    held: dict[str, Stretch], told: Told, device: str,
) -> None:
    name, says = f"{told.code}:{told.factor}", STATES[told.code]
    bad = told.text in says and not place.declared(told.factor, told.time)
    key = f"device_alarm:{point.pk}:{name}"
    before = held.pop(name, None)
    if not context.rules.at("device_alarm", point.pk).on:
        bad = False
    if bad and before is None:
        words = _("%(device)s%(what)s，自 %(since)s 起") % {
            "device": f"{device} " if told.factor else "", "what": says[told.text],
            "since": clock(told.time)}
        _raise(sight, point, "device_alarm", key, words, told, told.time,
               {"state": told.code, "value": told.text})
    elif before is not None and not bad:
        sight.over[key] = told.time * 1000
    if bad:
        since = before.since if before else told.time
        held[name] = Stretch(since, told.time, 0.0, 0.0, since)


def _reading(
    sight: Sight, context: Context, point: MonitoringPoint, place: circumstances.Place,
    held: dict[str, Stretch], told: Told, _device: str,
) -> None:
    value, holds = _number(told.text), context.rules.at("device_parameter", point.pk)
    if value is None:
        return
    name = f"{told.code}:{told.factor}"
    bad = (holds.on and outside(told.code, value, holds.thresholds)
           and not place.declared(told.factor, told.time))
    key = f"device_parameter:{point.pk}:info:{name}"
    now, ended = follow(held.pop(name, None), told.time, value, bad, gap=_NO_GAP)
    if ended is not None and ended.told:
        sight.over[key] = told.time * 1000
    if now is None:
        return
    held[name] = now
    if not now.told and now.minutes(0) >= holds.thresholds["minutes"]:
        now.told = told.time
        words = worded(told.code, now.low, now.high, now.since, holds.thresholds)
        _raise(sight, point, "device_parameter", key, words, told, now.since,
               {"low": now.low, "high": now.high, "unit": BOUNDS[told.code].unit})


def _raise(
    sight: Sight, point: MonitoringPoint, kind: str, key: str, title: str, told: Told, since: int,
    detail: Mapping[str, Any],
) -> None:
    sight.over.pop(key, None)
    sight.raised.append(Raise(kind, key, title, at=told.time * 1000, since=since * 1000,
                              point=point, detail=dict(detail),
                              factor=told.code if told.code in BOUNDS else told.factor))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # a device may send any text
        return None


ALARMS = Detector("alarms", waiting, look)
