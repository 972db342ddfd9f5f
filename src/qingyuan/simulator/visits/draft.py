"""A visit in the making: what happened and what was written, still to be changed, and its telling
as facts."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from qingyuan.crosscheck.places import apart
from qingyuan.crosscheck.types import (
    Bottle,
    FactorWork,
    Mark,
    Pair,
    Photo,
    Point,
    Presence,
    Series,
    Span,
    Step,
    Told,
    Use,
    Visit,
    Work,
)
from qingyuan.kernel.clock import CST
from qingyuan.simulator.physics.noise import draw

from .happening import Happening, logged
from .procedures import FactorDraft, StepDraft, WorkDraft
from .world import Site, near

PPM = {"a21026": 2.86, "a21002": 2.05}
"""mg/m3 of one µmol/mol."""
DAY, HOUR = 86400, 3600


@dataclass(slots=True)
class Draft:
    """Everything that a visit's telling is made of; noise and cheating change it before."""

    number: int
    site: Site
    person: str
    what: Happening
    came: int
    left: int
    works: list[WorkDraft]
    luck: Random
    offline: int = 0  # s by which the phone's messages came late
    no_out: bool = False
    no_presence: bool = False
    accuracy: float | None = 20.0
    away: float = 25.0  # m from the point at check-in
    placed: bool = True
    approved: bool | None = None
    skew: int = 0  # s by which the logger's clock runs ahead
    known_skew: bool = False
    lost: float = 0.0  # share of minutes that never came
    silent: list[Span] = field(default_factory=list)
    speaks: bool = True
    flags_known: bool | None = True
    blank: bool = False
    holds_known: bool | None = None
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    marks_known: bool = True
    marks_by_hour: bool = False
    explained: list[Span] = field(default_factory=list)
    elsewhere: list[tuple[Site, int, int]] = field(default_factory=list)
    work_elsewhere: list[tuple[Site, int, int]] = field(default_factory=list)
    photos: int = 4
    photo_shift: int = 0
    photo_away: float = 20.0
    photo_accuracy: float = 15.0
    photo_bare: bool = False
    photo_used: list[tuple[Site, int]] = field(default_factory=list)
    expires_in: int = 200  # days after the visit
    carried: bool = False
    bottle_uses: list[tuple[Site, int, int]] = field(default_factory=list)
    told: list[tuple[str, str, int, float]] = field(default_factory=list)
    submitted_after: int = 1800
    unwritten: bool = False  # nothing was recorded and nobody came

    @property
    def span(self) -> Span:
        return self.came, self.left


def tell(draft: Draft) -> Visit:
    """The facts as a database would hold them."""
    draft.what.show()
    point, site = _point(draft), draft.site
    minutes = _received(draft, site.width)
    fine = _received(draft, 30) if site.fine else {}
    works = () if draft.unwritten else tuple(
        _work(draft, place, one) for place, one in enumerate(draft.works))
    spans = [(one.started, one.finished) for one in draft.works if not draft.unwritten]
    return Visit(
        point=point, span=draft.span, person=draft.person, person_name=draft.person, works=works,
        presences=() if draft.no_presence or draft.unwritten else tuple(_presences(draft)),
        elsewhere=tuple(_elsewhere(draft)), work_elsewhere=tuple(
            _use(draft, place, *one) for place, one in enumerate(draft.work_elsewhere)),
        photos=() if draft.unwritten else tuple(_photos(draft)), minutes=minutes, realtime=fine,
        silent=tuple(draft.silent), marks=tuple(
            _mark(draft, place, *one) for place, one in enumerate(draft.marks)),
        explained=(*spans, *draft.explained),
        told=tuple(_told(draft, place, *one) for place, one in enumerate(draft.told)))


def _mark(draft: Draft, place: int, start: int, end: int, kind: str) -> Mark:
    if draft.marks_by_hour:
        start, end = start // HOUR * HOUR, -(-end // HOUR) * HOUR
    return Mark(f"mark:{draft.number}{place}", start, end, kind)


def _told(draft: Draft, place: int, factor: str, said: str, at: int, value: float) -> Told:
    """A message of the instrument; a measured value is what the display showed then."""
    if said == "measured":
        value = draft.what.at(factor, at)
    return Told(factor, said, at + draft.skew, value, f"message:{draft.number}{place}")


def _point(draft: Draft) -> Point:
    site = draft.site
    return Point(
        ref=site.ref, kind="gas" if site.spec.kind == "gas" else "water",
        technique="extractive" if site.spec.kind == "gas" else "water", name=site.name,
        latitude=site.latitude, longitude=site.longitude, fence=site.fence,
        flags_shown=draft.flags_known, holds=draft.holds_known,
        marks_until=draft.left + 2 * DAY if draft.marks_known else None,
        auto_calibration=site.auto_at is not None, auto_at=site.auto_at,
        clock_skew=draft.skew if draft.known_skew else 0)


def _received(draft: Draft, width: int) -> dict[str, Series]:
    """The logger's series without what was lost on the way."""
    luck = np.random.default_rng(draw(draft.number, width, "lost"))
    found = {}
    for key, one in logged(draft.what, width, skew=draft.skew, speaks=draft.speaks,
                           blank=draft.blank).items():
        keep = luck.random(len(one.times)) >= draft.lost
        for start, end in draft.silent:
            keep &= ~((one.times < end) & (one.times + width > start))
        if keep.any():
            found[key] = replace(
                one, times=one.times[keep], values=one.values[keep], flags=one.flags[keep],
                lows=None if one.lows is None else one.lows[keep],
                highs=None if one.highs is None else one.highs[keep])
    return found


def _presences(draft: Draft) -> list[Presence]:
    found = []
    for arrival, at in ((True, draft.came), (False, draft.left)):
        if not arrival and draft.no_out:
            continue
        place = near(draft.site.place, draft.away, draft.luck) if draft.placed else (None, None)
        found.append(_sign(draft, draft.site, at, arrival, place, draft.accuracy,
                           draft.away if draft.placed else None, draft.approved))
    return found


def _sign(
    draft: Draft, site: Site, at: int, arrival: bool, place: tuple[Any, Any],
    accuracy: float | None, away: float | None, approved: bool | None = None,
) -> Presence:
    delay = draft.offline or draft.luck.randrange(1, 40)
    word = "in" if arrival else "out"
    return Presence(
        ref=f"presence:{draft.number}-{site.ref}-{word}", person=draft.person, point=site.ref,
        phone_at=at, at=at + delay, arrival=arrival, latitude=place[0], longitude=place[1],
        accuracy=accuracy, distance=away, fence=site.fence, approved=approved,
        point_name=site.name)


def _elsewhere(draft: Draft) -> list[Presence]:
    found = []
    for site, came, left in draft.elsewhere:
        for arrival, at in ((True, came), (False, left)):
            place = near(site.place, 30.0, draft.luck)
            found.append(_sign(draft, site, at, arrival, place, 20.0, 30.0))
    return found


def _use(draft: Draft, place: int, site: Site, start: int, end: int) -> Use:
    return Use(f"record:{draft.number}9{place}", site.ref, start, end, site.latitude,
               site.longitude, site.name, "日常巡检记录")


def _photos(draft: Draft) -> list[Photo]:
    found = []
    for place in range(draft.photos):
        share = (place + 0.5) / draft.photos
        taken = int(draft.came + share * (draft.left - draft.came)) + draft.photo_shift
        where = near(draft.site.place, draft.photo_away, draft.luck)
        used: tuple[Use, ...] = ()
        if draft.photo_used and place < 2:
            site, at = draft.photo_used[0]
            used = (Use(f"record:{draft.number}7", site.ref, at, at + 1800, site.latitude,
                        site.longitude, site.name, "日常巡检记录"),)
        bare = draft.photo_bare
        found.append(Photo(
            ref=f"photo:{draft.number}{place}", digest=f"{draw(draft.number, place, 'photo'):016x}",
            taken_at=None if bare else taken, kept_at=taken + draft.offline + 60,
            latitude=None if bare else where[0], longitude=None if bare else where[1],
            accuracy=None if bare else draft.photo_accuracy,
            distance=None if bare else (apart(where, draft.site.place) or 0.0),
            fence=draft.site.fence, used=used, record=f"record:{draft.number}0"))
    return found


def _work(draft: Draft, place: int, one: WorkDraft) -> Work:
    factors = tuple(_factor(draft, one, factor) for factor in one.factors)
    numbers, previous = dict(one.numbers), dict(one.previous)
    for factor in factors:
        _figures(draft, factor, numbers, previous)
    day = datetime.fromtimestamp(one.finished, CST).date()
    return Work(
        ref=f"record:{draft.number}{place}", kind=one.kind,  # type: ignore[arg-type]
        title=one.title, form=one.form, person=draft.person, day=day, started=one.started,
        finished=one.finished, submitted=one.finished + draft.submitted_after,
        on_site=one.on_site, factors=factors, bottles=tuple(_bottles(draft, one, factors)),
        numbers=numbers, previous=previous, previous_ref=f"record:{draft.number}8",
        previous_day=(day - timedelta(days=7)).isoformat())


def _figures(
    draft: Draft, factor: FactorWork, numbers: dict[str, float], previous: dict[str, float]
) -> None:
    """The record's own readings by path, and last week's; what is set already is kept."""
    for step in factor.steps:
        path = f"{factor.code}.{step.name}"
        if step.reading is None:
            continue
        numbers.setdefault(path, step.reading)
        decimals = step.decimals or 0
        wide = 0.01 * ((factor.range_high or 1.0) - (factor.range_low or 0.0))
        spread = wide if step.name.endswith("before") or step.name == "check" else 0.1 * wide
        before = round((step.gas or 0.0) + spread * draft.luck.gauss(0, 1), decimals)
        previous.setdefault(path, max(factor.range_low or 0.0, before))


def _factor(draft: Draft, work: WorkDraft, one: FactorDraft) -> FactorWork:
    scale = PPM[one.spec.key] if one.in_ppm else 1.0
    decimals = one.spec.decimals
    steps = []
    for step in one.steps:
        reading = step.reading
        if reading is None:
            reading = (_invented(draft, one, step) if work.invented
                       else draft.what.at(one.spec.key, step.at))
        steps.append(Step(
            step.name, step.label, round(step.gas / scale, 2), round(reading / scale, decimals),
            None if step.last is None else round(step.last / scale, decimals), step.at,
            decimals))
    pairs = []
    for pair in one.pairs:
        value = pair.analyser
        if value is None:
            value = (pair.reference * (1 + 0.03 * draft.luck.gauss(0, 1)) if work.invented
                     else _paired(draft, work, one, pair.start, pair.end, pair.shown))
        pairs.append(Pair(pair.reference, round(value, decimals), pair.start, pair.end))
    return FactorWork(
        code=one.spec.key, name=one.name, unit="umol/mol" if one.in_ppm else one.spec.unit,
        to_series=scale, range_low=one.spec.low / scale, range_high=one.spec.high / scale,
        steps=tuple(steps), pairs=tuple(pairs), done=work.finished)


def _paired(
    draft: Draft, work: WorkDraft, one: FactorDraft, start: int, end: int, shown: int
) -> float:
    if work.kind == "verification":
        return draft.what.mean(one.spec.key, start, end)
    return draft.what.at(one.spec.key, shown)


def _invented(draft: Draft, one: FactorDraft, step: StepDraft) -> float:
    """A likely reading by somebody who knows the limits."""
    wide = one.spec.high - one.spec.low
    if step.name.endswith("after"):
        return step.gas
    size = 0.03 * step.gas if step.name == "check" else 0.007 * wide
    return max(one.spec.low, step.gas + size * draft.luck.gauss(0, 1))


def _bottles(draft: Draft, one: WorkDraft, factors: tuple[FactorWork, ...]) -> list[Bottle]:
    if not one.factors or not any(factor.steps for factor in factors):
        return []
    expires = datetime.fromtimestamp(one.finished, CST).date() + timedelta(days=draft.expires_in)
    uses = tuple(_use(draft, 5 + place, *use) for place, use in enumerate(draft.bottle_uses))
    found = []
    for place, factor in enumerate(factors):
        span = [step.gas for step in factor.steps if step.gas]
        if not span:
            continue
        found.append(Bottle(
            serial=f"示例{draw(draft.site.ref, factor.code) % 100000:05d}", expires=expires,
            concentration=span[0], unit=factor.unit, pressure=None,
            home="" if draft.carried else draft.site.ref, home_name=draft.site.name,
            uses=uses if place == 0 else (), name=f"{factor.name}标准物质"))
    return found
