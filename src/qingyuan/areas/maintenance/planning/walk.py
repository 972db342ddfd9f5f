"""The walk through the days of one point: when somebody has to go there, and for what.

Pure: plain values in, visits out. A visit is planned as late as the earliest due day allows, and
takes along everything whose window is open by then. What it takes is next due counted from that
visit. Visits that people have set stand where they stand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .reckoning import Window

Key = tuple[int, str]
"""System and duty."""
After = Callable[[Key, date], Window | None]
Allowed = Callable[[date], date | None]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A visit that a person has set. ``holds``: what is to be done there; nothing else goes there
    for it before. ``fills``: whatever is open on that day is taken along too. ``late``: the person
    has put it off knowingly, so it keeps also what falls due before it."""

    id: int
    day: date
    holds: frozenset[Key] = frozenset()
    fills: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """``items``: what is done, each with the window that it meets. ``fixed``: the id of the
    person's visit that this is, None for a planned one."""

    day: date
    items: Mapping[Key, Window]
    fixed: int | None = None


def walk(
    items: Mapping[Key, Window], after: After, fixed: Sequence[Fixed], *, today: date,
    through: date, allowed: Allowed = lambda day: day, rests: Mapping[Key, date] | None = None,
) -> list[Visit]:
    """The visits from ``today`` through ``through``, by day.

    ``items`` is what is due when; ``after(key, day)`` the window that follows a visit, None when
    nothing follows; ``allowed(day)`` the first day from then on on which somebody may go, None for
    never. What is overdue is planned for today, or for the day until which it ``rests``. A fixed
    visit of the past is still to be made and counts as today's.
    """
    waits = rests or {}
    stops = sorted((replace(one, day=max(one.day, today)) for one in fixed),
                   key=lambda one: (one.day, one.id))
    open_ = dict(items)
    held = _held(open_, stops, today)
    visits: list[Visit] = []
    while True:
        free = {key: window for key, window in open_.items() if key not in held}
        forced = min((max(window.due, waits.get(key, window.due)) for key, window in free.items()),
                     default=None)
        day = None if forced is None else allowed(max(today, forced))
        if stops and (day is None or stops[0].day <= day):
            stop = stops.pop(0)
            if stop.day > through:
                break
            taken = {key: open_[key] for key, by in held.items() if by == stop.id}
            if stop.fills:
                taken |= {k: w for k, w in free.items()
                          if w.opens <= stop.day and waits.get(k, stop.day) <= stop.day}
            held = {key: by for key, by in held.items() if by != stop.id}
            visits.append(Visit(stop.day, taken, stop.id))
        elif day is None or day > through:
            break
        else:
            taken = {key: window for key, window in free.items()
                     if window.opens <= day and waits.get(key, day) <= day}
            visits.append(Visit(day, taken))
        for key in taken:
            _follow(open_, key, after(key, visits[-1].day), visits[-1].day)
    return visits


def _held(
    open_: Mapping[Key, Window], stops: Sequence[Fixed], today: date
) -> dict[Key, int]:
    """What the fixed visits keep for themselves, the first one of several. What was really done
    meanwhile (its window opens only later) is kept by none; nor is what would be overdue there,
    unless somebody wanted it so."""
    held: dict[Key, int] = {}
    for stop in stops:
        for key in stop.holds:
            window = open_.get(key)
            if window is None or key in held or window.opens > stop.day:
                continue
            if stop.late or stop.day <= max(window.due, today):
                held[key] = stop.id
    return held


def _follow(
    open_: dict[Key, Window], key: Key, window: Window | None, day: date
) -> None:
    if window is None:
        del open_[key]
    elif window.due <= day:
        # an interval of a few hours: nobody is sent twice a day by a plan
        open_[key] = replace(window, opens=day + DAY, due=day + DAY)
    else:
        open_[key] = window
