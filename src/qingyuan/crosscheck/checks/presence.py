"""Whether the person was there, long enough, and at one place at a time."""

from ..limits import Limits
from ..notes import Notes, between, clock, metres, minutes
from ..places import Stay, apart, credited, journey, outside, position, stays
from ..types import Evidence, Presence, Visit, Work
from .kinds import TAKEN_OUT, WHOLE_PATH


def no_presence(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Work on site without any check-in at the point about its time."""
    works = [one for one in visit.works if one.on_site]
    if not works:
        return
    if not visit.presence_kept:
        return notes.cannot("本单位不使用签到")
    start, end = _work_span(works, visit)
    near = [one for one in visit.presences
            if start - 4 * 3600 <= credited(one) <= end + 4 * 3600 and one.approved is not False]
    if near:
        return notes.fine()
    notes.signal(0.55, f"记录了现场作业（{between(start, end)}），"
                 f"{visit.person_name or '记录人'}没有在该点位签到",
                 [Evidence(one.title or "记录", ref=one.ref) for one in works])


def outside_fence(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A check-in or check-out beyond the fence, its accuracy counted in the person's favour."""
    worst: tuple[float, Presence] | None = None
    for one in visit.presences:
        if one.distance is None or one.fence is None or one.accuracy is None:
            notes.cannot("签到没有可用的位置")
        elif one.accuracy > limits.vague:
            notes.cannot("签到时定位精度太差")
        elif not outside(one.distance, one.accuracy, one.fence):
            notes.fine()
        elif worst is None or one.distance > worst[0]:
            worst = one.distance, one
    if worst is None:
        return
    distance, one = worst
    beyond = distance - min(one.accuracy or 0.0, one.fence or 0.0) - (one.fence or 0.0)
    score = 0.3 if beyond < 300 else (0.5 if beyond < limits.apart else 0.7)
    if not one.arrival:
        score *= 0.4  # people check out on the way home
    if one.approved is True:
        score = 0.15
    word, said = ("签到" if one.arrival else "签退"), "，已获批准" if one.approved else ""
    notes.signal(score, f"{word}（{clock(one.phone_at)}）时距点位 {metres(distance)}，在半径 "
                 f"{metres(one.fence or 0)} 以外{said}",
                 [Evidence(f"{word}位置", ref=one.ref, since=one.phone_at, value=distance)])


def visit_short(visit: Visit, limits: Limits, notes: Notes) -> None:
    """A stay that is shorter than the work written down for it can be done in."""
    here = _here(visit, limits)
    works = [one for one in visit.works if one.on_site]
    if not works or not here:
        return
    closed = [one for one in here if one.left is not None]
    if not closed or len(closed) < len(here):
        return notes.cannot("没有签退")
    stayed = sum((one.left or one.came) - one.came for one in closed)
    needed = sum(least_time(one, visit, limits) for one in works)
    if needed <= 0 or stayed >= limits.stay_share * needed:
        return notes.fine()
    share = stayed / needed
    names = "、".join(dict.fromkeys(one.title or "作业" for one in works))
    notes.signal(min(0.85, 0.5 + 0.9 * (limits.stay_share - share)),
                 f"在现场停留 {minutes(stayed)}，记录的{names}至少需要约 {minutes(needed)}",
                 [Evidence("签到与签退", ref=ref, since=one.came, until=one.left)
                  for one in closed for ref in one.refs[:1]])


def work_outside_stay(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Written times of the work that lie outside the stay at the point."""
    here = _here(visit, limits)
    if not here:
        return
    came = min(one.came for one in here)
    left = None if here[-1].left is None else max(one.left or one.came for one in here)
    for work in visit.works:
        if not work.on_site or work.started is None or work.finished is None:
            continue
        early = came - work.started
        late = work.finished - left if left is not None else 0
        if max(early, late) <= limits.stay_slack:
            notes.fine()
            continue
        word = (f"比签到早 {minutes(early)}开始" if early >= late
                else f"比签退晚 {minutes(late)}结束")
        notes.signal(min(0.6, 0.35 + 0.1 * max(early, late) / 3600),
                     f"{work.title or '作业'}记录的时段（{between(work.started, work.finished)}）"
                     f"{word}", [Evidence("签到", ref=here[0].refs[0], since=came, until=left)],
                     work=work.ref)


def travel_time(visit: Visit, limits: Limits, notes: Notes) -> None:
    """Two signs of the person that lie farther apart than the time between them allows."""
    if not visit.presences or not visit.elsewhere:
        return
    worst: tuple[float, float, Presence, Presence, float] | None = None
    for here in visit.presences:
        for there in visit.elsewhere:
            away = _away(here, there, visit, limits)
            if away is None:
                notes.cannot("签到没有可用的位置")
                continue
            if away < limits.apart:
                notes.fine()
                continue
            gap = abs(credited(here) - credited(there))
            needed = journey(away, limits)
            if gap >= limits.travel_share * needed:
                notes.fine()
            elif worst is None or gap / needed < worst[0]:
                worst = gap / needed, away, here, there, needed
    if worst is None:
        return
    share, away, here, there, needed = worst
    gap = abs(credited(here) - credited(there))
    notes.signal(min(0.9, 0.55 + (limits.travel_share - share)),
                 f"{clock(credited(here))}在本点位、{clock(credited(there))}在"
                 f"{there.point_name or '另一点位'}，相距 {metres(away)}，间隔 {minutes(gap)}，"
                 f"路程估算需要 {minutes(needed)}",
                 [Evidence("本点位", ref=here.ref, since=credited(here)),
                  Evidence(there.point_name or "另一点位", ref=there.ref, since=credited(there),
                           value=away)])


def two_places(visit: Visit, limits: Limits, notes: Notes) -> None:
    """The same person at two places at a time: stays, or records of work, that overlap."""
    here = [(one.came, one.left or one.came) for one in _here(visit, limits)]
    point = position(visit.point.latitude, visit.point.longitude)
    for stay in stays(visit.elsewhere, limits):
        away = apart(stay.place, point)
        _overlap(here, (stay.came, stay.left or stay.came), away, stay.name, stay.refs[0], "停留",
                 0.7, limits, notes)
    own = [(one.started, one.finished) for one in visit.works
           if one.on_site and one.started is not None and one.finished is not None]
    for use in visit.work_elsewhere:
        if use.start is None or use.end is None:
            continue
        away = apart(position(use.latitude, use.longitude), point)
        _overlap(own, (use.start, use.end), away, use.point_name or "另一点位", use.ref,
                 f"{use.title}作业", 0.6, limits, notes, 2 * limits.overlap)


def _overlap(
    here: list[tuple[int, int]], there: tuple[int, int], away: float | None, name: str, ref: str,
    word: str, score: float, limits: Limits, notes: Notes, extra: float = 0.0,
) -> None:
    both = max((min(end, there[1]) - max(start, there[0]) for start, end in here), default=0)
    if both <= limits.overlap + extra:
        return notes.fine() if here else None
    if away is None:
        return notes.cannot("另一点位的位置未知")
    if away < limits.apart:
        return notes.fine()
    notes.signal(score, f"同一人在{name}的{word}（{between(*there)}）与本次重叠 {minutes(both)}，"
                 f"两地相距 {metres(away)}",
                 [Evidence(name, ref=ref, since=there[0], until=there[1], value=away)])


def least_time(work: Work, visit: Visit, limits: Limits) -> float:
    """Seconds that a record's work takes at least."""
    if work.least_minutes is not None:
        return 60 * work.least_minutes
    count = len(work.factors)
    pairs = max((len(factor.pairs) for factor in work.factors), default=0)
    if pairs:
        return pairs * limits.least_comparison
    if work.kind in WHOLE_PATH:
        return max(limits.least_calibration, count * limits.least_full_calibration)
    if work.kind == "standard_check" or (
            work.kind == "calibration" and visit.point.kind == "water"):
        return limits.least_standard_check
    if work.kind == "calibration":
        return limits.least_calibration + count * limits.least_calibration_factor
    if work.kind in TAKEN_OUT:
        return limits.least_maintenance
    return limits.least_inspection if work.kind == "inspection" else 0.0


def _here(visit: Visit, limits: Limits) -> list[Stay]:
    return stays(visit.presences, limits)


def _work_span(works: list[Work], visit: Visit) -> tuple[int, int]:
    starts = [one.started for one in works if one.started is not None]
    ends = [one.finished for one in works if one.finished is not None]
    return min(starts, default=visit.span[0]), max(ends, default=visit.span[1])


def _away(here: Presence, there: Presence, visit: Visit, limits: Limits) -> float | None:
    """Metres between two signs, both inaccuracies taken off; the point's own place stands in for a
    position that the phone did not know."""
    place = position(here.latitude, here.longitude)
    if place is None or (here.accuracy or limits.vague + 1) > limits.vague:
        place = position(visit.point.latitude, visit.point.longitude)
    other = position(there.latitude, there.longitude)
    if other is None or (there.accuracy or limits.vague + 1) > limits.vague:
        return None
    away = apart(place, other)
    if away is None:
        return None
    return max(0.0, away - min(here.accuracy or 0.0, limits.vague) - (there.accuracy or 0.0))
