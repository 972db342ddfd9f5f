"""An ordinary visit: which work a point gets, in which order, at what hour, by whom."""

from random import Random

from qingyuan.simulator.physics import BLOCK
from qingyuan.simulator.physics.noise import dice

from .draft import Draft
from .happening import Happening
from .procedures import (
    MINUTE,
    WorkDraft,
    calibrate,
    check,
    compare_water,
    inspect,
    maintain,
    verify,
)
from .world import PEOPLE, Site, drive

FIRST_DAY = 1_772_294_400  # 2026-03-01T00:00:00+08:00
DAY, HOUR = 86400, 3600
AROUND = 7 * HOUR // 2
LONGEST = {"inspect": 2 * HOUR, "calibrate": 5 * HOUR // 2, "full": 4 * HOUR, "verify": 4 * HOUR,
           "check": 3 * HOUR, "compare": 6 * HOUR, "maintain": 5 * HOUR // 2}
PLANS: dict[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "gas": ((0.42, ("inspect", "calibrate")), (0.15, ("inspect",)),
            (0.15, ("maintain", "calibrate")), (0.16, ("verify",)),
            (0.12, ("inspect", "full"))),
    "water": ((0.45, ("inspect", "check")), (0.25, ("compare",)), (0.15, ("maintain", "check")),
              (0.15, ("inspect",))),
}
"""By medium: share and what is done, in order."""


def plan(
    number: int, seed: int, sites: list[Site], *, medium: str = "", wanted: str = ""
) -> Draft:
    """An honest visit with a number of its own; ``medium`` gas or water and a kind of work that
    must be among it, where a scenario needs them."""
    roll = dice(seed, "visit", number)
    chosen = [one for one in sites if medium in ("", one.spec.kind)]
    site = chosen[roll.randrange(len(chosen))]
    kinds = _kinds(site, wanted, roll)
    came = FIRST_DAY + roll.randrange(200) * DAY + int((8.5 + 5.5 * roll.random()) * HOUR)
    since = (came - AROUND) // BLOCK * BLOCK
    longest = came + max(LONGEST[kind] for kind in kinds) + AROUND
    what = Happening(site, since, longest // BLOCK * BLOCK, seed * 100_003 + number,
                     lag=12 + 33 * roll.random())
    what.measure()
    works, now = [], came + _pause(2, 8, roll)
    for kind in kinds:
        known = {id(one) for part in what.segments.values() for one in part}
        flags = list(what.flags)
        work = _do(kind, site, what, now, roll)
        work.segments = [one for part in what.segments.values() for one in part
                         if id(one) not in known]
        work.flags = what.flags[len(flags):]
        works.append(work)
        now = work.finished + _pause(1, 6, roll)
    left = now + _pause(1, 8, roll)
    draft = Draft(number, site, PEOPLE[roll.randrange(len(PEOPLE))], what, came, left, works,
                  dice(seed, "telling", number))
    _ordinary(draft, sites, roll)
    return draft


def _kinds(site: Site, wanted: str, roll: Random) -> tuple[str, ...]:
    plans = [one for one in PLANS[site.spec.kind] if not wanted or wanted in one[1]]
    share = roll.random() * sum(weight for weight, _kinds in plans)
    for weight, kinds in plans:
        share -= weight
        if share < 0:
            return kinds
    return plans[-1][1]


def _do(kind: str, site: Site, what: Happening, at: int, roll: Random) -> WorkDraft:
    if kind == "inspect":
        return inspect(at, roll)
    if kind in ("calibrate", "full"):
        return calibrate(site, what, at, roll, full=kind == "full")
    return {"check": check, "compare": compare_water, "verify": verify,
            "maintain": maintain}[kind](site, what, at, roll)


def _pause(least: int, most: int, roll: Random) -> int:
    return int(MINUTE * (least + (most - least) * roll.random()))


def _ordinary(draft: Draft, sites: list[Site], roll: Random) -> None:
    """What belongs to everyday: written times to five minutes, other points of the day, marks,
    bottles in their second month, instruments that report their range."""
    draft.accuracy = 5 + 40 * roll.random() ** 2
    draft.away = min(draft.site.fence * 0.8, 5 + 90 * roll.random())
    draft.photo_away, draft.photo_accuracy = 5 + 60 * roll.random(), 5 + 30 * roll.random()
    draft.photos = roll.randrange(2, 7)
    draft.expires_in = roll.randrange(10, 400)
    draft.submitted_after = roll.randrange(300, 6 * HOUR)
    if roll.random() < 0.5:
        for work in draft.works:
            work.started -= work.started % (5 * MINUTE)
            work.finished += -work.finished % (5 * MINUTE)
    _other_points(draft, sites, roll)
    if roll.random() < 0.5:
        draft.marks = [(start, end, "device_maintenance" if letter == "M" else "calibration")
                       for start, end, letter in draft.what.flags]
    _routine(draft)
    if draft.site.spec.kind == "gas" and roll.random() < 0.4:
        draft.told = [(one.key, "range_high", draft.came - DAY, one.high)
                      for one in draft.site.analysers()]
        draft.told += [(factor.spec.key, "measured", step.at, 0.0) for work in draft.works
                       for factor in work.factors for step in factor.steps]


def _other_points(draft: Draft, sites: list[Site], roll: Random) -> None:
    for before in (True, False):
        if roll.random() < 0.5:
            other = sites[roll.randrange(len(sites))]
            if other.ref == draft.site.ref:
                continue
            way, stay = drive(draft.site, other, roll), _pause(25, 90, roll)
            start = int(draft.came - way - stay) if before else int(draft.left + way)
            draft.elsewhere.append((other, start, start + stay))
            draft.work_elsewhere.append((other, start + 300, start + stay - 300))


def _routine(draft: Draft) -> None:
    """The analyser's own daily calibration, where it falls into the time that is looked at."""
    site, what = draft.site, draft.what
    if site.auto_at is None or site.spec.kind != "gas":
        return
    midnight = (what.since + 8 * HOUR) // DAY * DAY - 8 * HOUR
    for start in (midnight + site.auto_at, midnight + DAY + site.auto_at):
        end = start + 15 * MINUTE
        busy = any(start < one.left + HOUR and end > one.came - HOUR for one in (draft,))
        if not busy and what.since <= start and end <= what.until:
            what.flags.append((start, end, "C"))
