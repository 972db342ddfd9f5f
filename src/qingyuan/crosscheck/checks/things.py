"""Bottles and photos: things that can be in one place only, and have a date."""

from collections.abc import Sequence
from datetime import datetime

from qingyuan.kernel.clock import CST

from ..limits import Limits
from ..notes import Notes, between, clock, metres, minutes, number
from ..places import apart, credited, journey, outside, position
from ..types import Bottle, Evidence, Photo, Use, Visit, Work

DAY = 86400


def bottle_expired(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A gas or standard that was used after its certificate's last day."""
    for work in visit.works:
        at = work.finished or work.started
        day = work.day or (datetime.fromtimestamp(at, CST).date() if at is not None else None)
        for bottle in work.bottles:
            if bottle.expires is None or day is None:
                notes.cannot("标气（标液）没有有效期")
            elif day <= bottle.expires:
                notes.fine()
            else:
                over = (day - bottle.expires).days
                notes.signal(min(0.8, 0.6 + 0.002 * over),
                             f"{work.title or '作业'}使用的{_called(bottle)}有效期至 "
                             f"{bottle.expires.isoformat()}，使用时已过期 {over} 天",
                             [Evidence("标气", ref=work.ref, value=float(over))], work=work.ref)


def bottle_elsewhere(visit: Visit, limits: Limits, notes: Notes) -> None:
    """One bottle at two sites: sooner than it could be driven over, or used at a site by turns
    with another although the register keeps it at that other one; or fuller than before."""
    for work in visit.works:
        for bottle in work.bottles:
            _elsewhere(visit, work, bottle, limits, notes)
            _fuller(work, bottle, notes)


def _elsewhere(
    visit: Visit, work: Work, bottle: Bottle, limits: Limits, notes: Notes
) -> None:
    start, end = work.started, work.finished
    if start is None or end is None:
        return
    point = position(visit.point.latitude, visit.point.longitude)
    others = [use for use in bottle.uses if use.point != visit.point.ref and use.start is not None]
    for use in others:
        away = apart(position(use.latitude, use.longitude), point)
        if away is None or away < limits.apart:
            continue
        first, last = use.start or 0, use.end or use.start or 0
        gap = max(first - end, start - last, 0)
        needed = journey(away, limits)
        if gap < limits.travel_share * needed:
            return notes.signal(
                0.75, f"{_called(bottle)}{between(start, end)}在本点位使用，"
                f"{between(first, last)}又在{use.point_name or '另一点位'}使用，相距 "
                f"{metres(away)}，间隔 {minutes(gap)}，路程估算需要 {minutes(needed)}",
                [Evidence(use.point_name or "另一点位", ref=use.ref, since=first, until=last)],
                work=work.ref)
    if bottle.home and bottle.home != visit.point.ref:
        return notes.signal(
            0.5, f"{_called(bottle)}登记在{bottle.home_name or '另一点位'}，"
            "记录却在本点位使用", [Evidence("登记的点位", ref=bottle.home)], work=work.ref)
    turns = _turns(others, bottle.uses, visit.point.ref, start, limits)
    if turns and bottle.home:
        return notes.signal(
            0.5, f"{_called(bottle)}存放在本点位，"
            f"{clock(turns.start or 0)}却在{turns.point_name or '另一点位'}使用",
            [Evidence(turns.point_name or "另一点位", ref=turns.ref, since=turns.start,
                      until=turns.end)], work=work.ref)
    notes.fine()


def _called(bottle: Bottle) -> str:
    return f"{bottle.name or '标气'}（{bottle.serial}）"


def _turns(
    others: list[Use], uses: tuple[Use, ...], here: str, start: int, limits: Limits
) -> Use | None:
    """A use elsewhere between an earlier use here and this one."""
    since = start - limits.bottle_days * DAY
    own = [use.start for use in uses if use.point == here and use.start is not None]
    for use in others:
        at = use.start or 0
        if since <= at < start and any(one < at for one in own):
            return use
    return None


def _fuller(work: Work, bottle: Bottle, notes: Notes) -> None:
    if bottle.pressure is None or work.started is None:
        return
    before = [use for use in bottle.uses
              if use.pressure is not None and use.start is not None and use.start < work.started]
    if not before:
        return
    last = max(before, key=lambda use: use.start or 0)
    if bottle.pressure > (last.pressure or 0.0) + 0.5:
        notes.signal(0.35, f"{_called(bottle)}压力填写 "
                     f"{number(bottle.pressure)} MPa，{clock(last.start or 0)}为 "
                     f"{number(last.pressure or 0.0)} MPa，钢瓶压力不会回升",
                     [Evidence("上次使用", ref=last.ref, value=last.pressure)], work=work.ref)


def photo_time(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Photos that were not taken during the visit."""
    since, until = _stay(visit)
    off = []
    for photo in visit.photos:
        if photo.taken_at is None:
            notes.cannot("照片没有拍摄时间")
        elif since - limits.photo_slack <= photo.taken_at <= until + limits.photo_slack:
            notes.fine()
        else:
            off.append((max(since - photo.taken_at, photo.taken_at - until), photo))
    if not off:
        return
    most = max(gap for gap, _photo in off)
    score = 0.35 if most < 4 * 3600 else (0.5 if most < DAY else 0.65)
    notes.signal(score, f"{len(off)} 张照片不在本次作业期间（{between(since, until)}）拍摄，"
                 f"相差最大的一张拍于{clock(_farthest(off).taken_at or 0)}",
                 [Evidence("照片", ref=photo.ref, since=photo.taken_at) for _gap, photo in off])


def _farthest(off: Sequence[tuple[float, Photo]]) -> Photo:
    return max(off, key=lambda one: one[0])[1]


def photo_place(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Photos that were taken somewhere else."""
    off = []
    for photo in visit.photos:
        if photo.distance is None or photo.fence is None:
            notes.cannot("照片没有位置")
        elif photo.accuracy is not None and photo.accuracy > limits.vague:
            notes.cannot("照片定位精度太差")
        elif outside(photo.distance, photo.accuracy, photo.fence):
            off.append((photo.distance, photo))
        else:
            notes.fine()
    if not off:
        return
    most, photo = max(off, key=lambda one: one[0])
    beyond = most - (photo.fence or 0.0) - min(photo.accuracy or 0.0, photo.fence or 0.0)
    score = 0.25 if beyond < 300 else (0.5 if beyond < limits.apart else 0.6)
    notes.signal(score, f"{len(off)} 张照片不在现场拍摄，最远的一张距点位 {metres(most)}",
                 [Evidence("照片", ref=one.ref, value=distance) for distance, one in off])


def photo_reused(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Photos that another record has used before; that the records of one visit share one is left
    out."""
    since, until = visit.span
    found = []
    for photo in visit.photos:
        other = [use for use in photo.used if use.point != visit.point.ref or use.start is None
                 or not since - DAY / 2 <= use.start <= until + DAY / 2]
        if other:
            found.append((photo, other[0]))
        else:
            notes.fine()
    if not found:
        return
    first = found[0][1]
    where = first.point_name or ("本点位" if first.point == visit.point.ref else "另一点位")
    when = f"{clock(first.start)}" if first.start is not None else "以前"
    notes.signal(0.7, f"{len(found)} 张照片与其他记录的照片完全相同（{where}，{when}）",
                 [Evidence("照片", ref=photo.ref) for photo, _use in found]
                 + [Evidence("用过的记录", ref=use.ref, since=use.start) for _photo, use in found])


def _stay(visit: Visit) -> tuple[int, int]:
    """From the first to the last moment at which the visit can have gone on."""
    works = [at for one in visit.works for at in (one.started, one.finished) if at is not None]
    signs = [credited(one) for one in visit.presences]
    moments = works + signs or list(visit.span)
    return min(moments), max(moments)
