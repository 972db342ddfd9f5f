"""The detector over minutes: loads what is new once and shows it to every eye.

Of each point it remembers, by kind and factor, the stretch that goes on; what has lasted for the
kind's threshold is raised once, said again each hour as long as nobody closed it, and ended when
the condition is over. Memory and findings are stored in one transaction, so that a worker that dies
begins where the last look ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.telemetry.queries.verdicts import quantities
from qingyuan.kernel.windows import HOUR

from . import circumstances, increment
from .detector import Context, Detector, Sight
from .devices import FAULTS, PARAMETERS
from .eye import Eye, Scene
from .over_range import OVER_RANGE
from .prewarning import PREWARNING
from .still import CONSTANT, ZERO
from .stretches import Stretch, follow

EYES: tuple[Eye, ...] = (PREWARNING, ZERO, CONSTANT, OVER_RANGE, PARAMETERS, FAULTS)
AGAIN = HOUR  # s between two words on the same stretch
BUDGET = 50_000  # minutes held at once; what is left is new the next time too
PIECE = 250  # points: a minute of one is little work beside what is asked for all of them


class News(NamedTuple):
    """A stretch to be raised. ``again``: it was raised before."""

    key: str
    point: MonitoringPoint
    eye: Eye
    scene: Scene
    factor: str
    stretch: Stretch
    again: bool


@dataclass(slots=True)
class Report:
    """What all eyes found at a piece of points."""

    news: dict[str, News] = field(default_factory=dict)
    over: dict[str, int] = field(default_factory=dict)


def look(context: Context, points: Sequence[MonitoringPoint]) -> Sight:
    """The minutes since the last look, of many points after a long pause the first of them. Some
    ten queries, however many points and minutes."""
    now, keys = context.now // 1000, [point.pk for point in points]
    reach = increment.newest(keys)
    begun = increment.begun(keys, context.seen, reach, now, increment.BACK)
    most = 60 * BUDGET // len(points)
    reach = {pk: min(newest, begun[pk] + most) for pk, newest in reach.items()}
    minutes = increment.load(begun, reach)
    first = min((own[0].time for own in minutes.values()), default=now)
    return shown(context, points, EYES, reach, minutes, circumstances.places(points, first, now))


def shown(
    context: Context, points: Sequence[MonitoringPoint], eyes: Sequence[Eye],
    reach: Mapping[int, int], minutes: Mapping[int, Sequence[increment.Minute]],
    places: Mapping[int, circumstances.Place],
) -> Sight:
    """What the eyes see in the minutes (or hours) of the points."""
    sight, report = Sight(), Report()
    for point in points:
        memory = context.memory.get(point.pk, {})
        sight.seen[point.pk] = reach.get(point.pk, context.seen.get(point.pk, 0))
        sight.memory[point.pk] = {
            eye.kind: kept for eye in eyes
            if (kept := _watch(report, context, point, eye, places[point.pk],
                               memory.get(eye.kind, {}), minutes.get(point.pk, ())))}
    sight.raised, sight.over = _worded(context, report), report.over
    return sight


def _watch(
    report: Report, context: Context, point: MonitoringPoint, eye: Eye,
    place: circumstances.Place, memory: dict[str, Any], minutes: Iterable[increment.Minute],
) -> dict[str, Any]:
    """Show an eye the new minutes of a point; what it remembers. Nothing where the unit has
    switched the kind off."""
    holds = context.rules.at(eye.kind, point.pk)
    held = {code: Stretch.kept(row) for code, row in memory.get("on", {}).items()}
    if not holds.on:
        report.over.update({_key(eye, point, code): context.now
                            for code, stretch in held.items() if stretch.told})
        return {}
    scene = Scene(point.kind, place, holds.thresholds, dict(memory.get("own", {})), held)
    least, step, gap = eye.least(holds.thresholds), place.step, scene.gap
    for minute in minutes:
        for factor, value, true, spread in eye.says(scene, minute):
            before = held.get(factor)
            if before is None and not true:
                continue
            now, ended = follow(before, minute.time, value, true, gap=gap, spread=spread)
            key = _key(eye, point, factor)
            if ended is not None and ended.told:
                report.over[key] = (ended.last + step) * 1000
            if now is None:
                held.pop(factor, None)
                continue
            held[factor] = now
            if minute.time - now.told >= AGAIN and now.minutes(step) >= least:
                report.over.pop(key, None)
                said = report.news.get(key)
                again = now.told > 0 and (said is None or said.again)
                report.news[key] = News(key, point, eye, scene, factor, now, again)
                now.told = minute.time
    kept = {"on": {code: stretch.row() for code, stretch in held.items()}, "own": scene.memory}
    return {name: value for name, value in kept.items() if value}


def _key(eye: Eye, point: MonitoringPoint, factor: str) -> str:
    return f"{eye.kind}:{point.pk}:{factor or 'flags'}"


def _worded(context: Context, report: Report) -> list[Raise]:
    """What is raised. A stretch of which somebody closed the finding is not raised again."""
    if not report.news:
        return []
    again = [one.key for one in report.news.values() if one.again]
    standing = set(Finding.objects.filter(
        organisation=context.organisation, open=True, key__in=again,
    ).values_list("key", flat=True)) if again else set()
    said = [one for one in report.news.values() if not one.again or one.key in standing]
    codes = {code for one in said for code in (one.factor, *one.scene.memory.get("factors", ()))}
    names = {one.code: one for one in quantities(codes)}
    return [Raise(
        one.eye.kind, one.key, one.eye.title(one.scene, one.factor, one.stretch, names),
        at=(one.stretch.last + one.scene.place.step) * 1000, since=one.stretch.since * 1000,
        point=one.point, factor=one.factor,
        detail={"since": one.stretch.since, "last": one.stretch.last, "low": one.stretch.low,
                "high": one.stretch.high, "unit": names[one.factor].unit
                if one.factor in names else "",
                **one.eye.detail(one.scene, one.factor, one.stretch)}) for one in said]


MINUTES = Detector("minutes", increment.waiting, look, piece=PIECE)
