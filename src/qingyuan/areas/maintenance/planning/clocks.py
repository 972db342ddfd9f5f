"""Clocks: which duties run for which system, when each was last done, when it is due again.

``refresh`` brings the clocks in line with contracts, systems, sets and the book; running it again
changes nothing. ``finish`` sets them by what was really done, ``undo`` takes that back.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.assets.queries import today as china_today
from qingyuan.areas.maintenance.duty_sets import duties_of, sets_of
from qingyuan.areas.maintenance.models import DutyClock, DutyFinish
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import BookFor, books_for
from qingyuan.kernel.clock import CST
from qingyuan.standards.duties import Duties, Duty

from . import calls
from .reckoning import NO_INTERVAL, Reckoner, Window

BATCH = 500
_COLD = 3.0  # degC; used where no duty of the company names a higher temperature
_FIELDS = ("since", "opens", "due", "due_at", "source", "active")


@dataclass(frozen=True, slots=True)
class Done:
    """Duties (keys) of a system that were really finished at ``at`` (epoch ms), known by ``by``;
    ``day_only``: ``at`` is the midnight that the day begins with."""

    system: MonitoringSystem
    duties: Sequence[str]
    at: int
    by: str
    day_only: bool = False


def moment(at: int, day_only: bool = False) -> date | datetime:
    """A finish as the standards count from it: an instant, or a day where only that is known."""
    found = datetime.fromtimestamp(at / 1000, CST)
    return found.date() if day_only else found


def refresh(
    organisation: Organisation, *, points: calls.Points | None = None, today: date | None = None
) -> int:
    """Make the clocks that the duties ask for, of all points of the unit or of some; how many rows
    were made, changed or switched off. What is no longer asked is switched off, never deleted."""
    day = today or china_today()
    keys = calls.points_under_contract(organisation, day)
    ended = DutyClock.objects.filter(organisation=organisation, active=True)
    if points is not None:
        asked = {getattr(point, "pk", point) for point in points}
        ended, keys = ended.filter(point__in=asked), [pk for pk in keys if pk in asked]
    over = [pk for pk in set(ended.order_by().values_list("point", flat=True).distinct())
            if pk not in set(keys)]
    count = 0
    for piece in calls.pieces(over):
        count += ended.filter(point__in=piece).update(active=False)
    asking = Asking(organisation, day)
    return count + sum(_refresh(asking, piece) for piece in calls.pieces(keys))


class Asking:
    """Which duties a company asks of a system, with what is remembered over a run."""

    def __init__(self, organisation: Organisation, today: date) -> None:
        self.organisation, self.today = organisation, today
        self.duties: Duties = duties_of(organisation)
        self.sets = sets_of(organisation)
        self.reckoner = Reckoner()
        self.limit = max((d.below for d in self.duties if d.below is not None), default=_COLD)
        self._asked: dict[object, tuple[Duty, ...]] = {}

    def of(self, system: MonitoringSystem, cold: bool) -> tuple[Duty, ...]:
        """The duties whose clocks run. Those of a season run all year, for their next due day lies
        in it; one that only the cold calls for runs while it is cold."""
        parts = None if system.equipment is None else tuple(sorted(system.equipment))
        key = (system.kind, system.technique, system.auto_calibration, parts, cold)
        if key not in self._asked:
            self._asked[key] = self._find(system, cold)
        return self._asked[key]

    def _find(self, system: MonitoringSystem, cold: bool) -> tuple[Duty, ...]:
        technique = system.technique if system.kind == "gas" else ""
        if (system.kind, technique) == ("gas", ""):
            return ()  # without its technique nobody can say which list holds
        found = {
            duty.key: duty for month in range(1, 13)
            for duty in self.duties.for_system(
                system.kind, technique, sets=self.sets, month=month, equipment=system.equipment,
                auto_calibration=system.auto_calibration,
                temperature=self.limit - 100 if cold else None)
        }
        return tuple(duty for duty in self.duties if duty.key in found)


@transaction.atomic
def _refresh(asking: Asking, keys: list[int]) -> int:
    _one_at_a_time(keys)
    points = calls.served(asking.organisation, keys)
    systems = calls.systems_at(keys, asking.today)
    books = books_for(one.point for one in points.values())
    cold = calls.cold_spells(keys, asking.today, asking.limit)
    held = {(row.system_id, row.duty): row for row in DutyClock.objects.filter(
        organisation=asking.organisation, point__in=keys)}
    made, changed = [], []
    for pk, one in points.items():
        start = one.start(asking.today)
        if start is None:
            continue
        due = _windows(asking, books[pk], cold.get(pk))
        for system in systems.get(pk, ()):
            for duty in asking.of(system, pk in cold):
                row = held.pop((system.pk, duty.key), None)
                if row is None:
                    row = DutyClock(
                        organisation=asking.organisation, point_id=pk, system=system,
                        duty=duty.key, since=max(start, system.since, asking.today))
                    if _set(row, due(duty, system, row)):
                        made.append(row)
                elif _brought_up(row, max(start, system.since), due, duty, system):
                    changed.append(row)
    off = [row for row in held.values() if row.active]
    for row in off:
        row.active = False
    DutyClock.objects.bulk_create(made, batch_size=BATCH)
    _overwrite(changed + off, _FIELDS)
    return len(made) + len(changed) + len(off)


Due = Callable[[Duty, MonitoringSystem, DutyClock], Window | None]


def _windows(asking: Asking, book: BookFor, cold_since: date | None) -> Due:
    chain = asking.reckoner.chain(book)

    def due(duty: Duty, system: MonitoringSystem, row: DutyClock) -> Window | None:
        done = row.since if row.done_at is None else moment(row.done_at, row.done_day_only)
        return asking.reckoner.after(duty, done, book.book, chain, auto=system.auto_calibration,
                                     cold_since=cold_since)

    return due


def _brought_up(
    row: DutyClock, start: date, due: Due, duty: Duty, system: MonitoringSystem
) -> bool:
    """Set an existing row; whether that changed it. A duty never done does not count from before
    the contract or the system."""
    before = [getattr(row, name) for name in _FIELDS]
    if row.done_at is None:
        row.since = max(row.since, start)
    _set(row, due(duty, system, row))
    return before != [getattr(row, name) for name in _FIELDS]


def _set(row: DutyClock, window: Window | None) -> bool:
    """Write a window into a clock; False, with the clock off and a reason, when there is none."""
    if window is None:
        row.active, row.source = False, NO_INTERVAL
        return False
    row.opens, row.due, row.due_at, row.source = (
        window.opens, window.due, window.at, window.source)
    row.active = True
    return True


def finish(
    organisation: Organisation, system: MonitoringSystem, duties: Iterable[str], done_at: int,
    done_by: str, *, day_only: bool = False,
) -> int:
    """``duties`` of a system were really done at ``done_at`` (epoch ms), which is known by
    ``done_by`` ("record:12", a document). The next due date counts from it. How many clocks moved.

    The same source said again stands in for what it said before. An older finish than the known
    one is kept, but moves no clock. Keys that are no duty of such a system are left out.
    """
    return finish_many(
        organisation, [Done(system, tuple(duties), int(done_at), done_by, day_only)])


@transaction.atomic
def finish_many(organisation: Organisation, dones: Iterable[Done]) -> int:
    """``finish`` of many systems in a fixed number of queries."""
    given = [done for done in dones if done.duties]
    if not given:
        return 0
    again = _keep(organisation, given)
    catalogue = duties_of(organisation)
    clocks = _held(organisation, given, catalogue, again)
    said: dict[Place, Last] = {}
    for done in sorted(given, key=lambda one: one.at):
        said.update({(done.system.pk, key): (done.at, done.by, done.day_only)
                     for key in done.duties})
    systems = {done.system.pk: done.system for done in given}
    newest = _newest(organisation, systems) if again else said
    moving = {place: row for place, row in clocks.items()
              if again or row.done_at is None or row.done_at <= said[place][0]}
    return _move(moving, newest, catalogue, systems)


@transaction.atomic
def undo(organisation: Organisation, done_by: str) -> int:
    """What was known by ``done_by`` does not hold: its clocks go back to what remains. How many
    clocks moved."""
    rows = list(DutyFinish.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, done_by=done_by, withdrawn_at=None).select_related("system"))
    if not rows:
        return 0
    DutyFinish.objects.filter(pk__in=[row.pk for row in rows]).update(
        withdrawn_at=round(time.time() * 1000))
    systems = {row.system_id: row.system for row in rows}
    clocks = {(row.system_id, row.duty): row
              for row in DutyClock.objects.select_for_update().filter(
                  organisation=organisation, system__in=systems, done_by=done_by)}
    return _move(clocks, _newest(organisation, systems), duties_of(organisation), systems)


Place = tuple[int, str]
"""System and duty."""
Last = tuple[int, str, bool]
"""Instant (epoch ms), source, day only."""


def _move(
    clocks: Mapping[Place, DutyClock], newest: Mapping[Place, Last], catalogue: Duties,
    systems: Mapping[int, MonitoringSystem],
) -> int:
    """Set clocks to their last finish, or to never; how many had another."""
    points = MonitoringPoint.objects.filter(
        pk__in={system.point_id for system in systems.values()}).select_related("organisation")
    books, reckoner = books_for(points), Reckoner()
    moved = 0
    for place, row in clocks.items():
        last = newest.get(place, (None, "", False))
        moved += (row.done_at, row.done_by) != last[:2]
        row.done_at, row.done_by, row.done_day_only = last
        if row.duty not in catalogue:
            continue
        system = systems[row.system_id]
        book = books[system.point_id]
        done = row.since if last[0] is None else moment(last[0], last[2])
        off = row.pk is not None and not row.active
        _set(row, reckoner.after(catalogue[row.duty], done, book.book, reckoner.chain(book),
                                 auto=system.auto_calibration))
        row.active = row.active and not off  # whether it is asked again, refreshing decides
    _save(clocks.values())
    return moved


def _keep(organisation: Organisation, given: Sequence[Done]) -> bool:
    """Write down what was done; whether a source said something of a system before."""
    known = {(row.done_by, row.system_id): row for row in DutyFinish.objects.filter(
        organisation=organisation, done_by__in={done.by for done in given},
        system__in={done.system.pk for done in given})}
    made: list[DutyFinish] = []
    again: list[DutyFinish] = []
    for done in given:
        row = known.get((done.by, done.system.pk))
        if row is None:
            row = DutyFinish(organisation=organisation, system=done.system, done_by=done.by)
            known[done.by, done.system.pk] = row
            made.append(row)
            row.duties = []
        elif row.pk is not None and row not in again:
            again.append(row)
            row.duties = []
        row.duties = list(dict.fromkeys((*row.duties, *done.duties)))
        row.done_at, row.day_only, row.withdrawn_at = done.at, done.day_only, None
    DutyFinish.objects.bulk_create(made, batch_size=BATCH)
    DutyFinish.objects.bulk_update(
        again, ["duties", "done_at", "day_only", "withdrawn_at"], batch_size=BATCH)
    return bool(again)


def _held(
    organisation: Organisation, given: Sequence[Done], catalogue: Duties, again: bool
) -> dict[Place, DutyClock]:
    """The clocks concerned, new ones for duties that nobody has asked for yet."""
    systems = {done.system.pk for done in given}
    found = {(row.system_id, row.duty): row for row in DutyClock.objects.select_for_update().filter(
        organisation=organisation, system__in=systems)}
    wanted: dict[Place, DutyClock] = {}
    for done in given:
        system = done.system
        for key in done.duties:
            if key in catalogue and catalogue[key].holds(system.kind, system.technique):
                place = (system.pk, key)
                wanted[place] = found.get(place) or wanted.get(place) or DutyClock(
                    organisation=organisation, point_id=system.point_id, system=system, duty=key,
                    since=datetime.fromtimestamp(done.at / 1000, CST).date())
    if again:  # a source that names fewer duties than before gives the others back
        sources = {(done.system.pk, done.by) for done in given}
        wanted |= {place: row for place, row in found.items()
                   if (row.system_id, row.done_by) in sources}
    return wanted


def _newest(
    organisation: Organisation, systems: Iterable[int]
) -> dict[Place, Last]:
    """(system, duty) → instant, source, day only, of the newest finish that holds."""
    found: dict[Place, Last] = {}
    rows = DutyFinish.objects.filter(
        organisation=organisation, system__in=list(systems), withdrawn_at=None)
    for row in rows.order_by("-done_at", "-id").iterator(chunk_size=1000):
        for key in row.duties:
            found.setdefault((row.system_id, key), (row.done_at, row.done_by, row.day_only))
    return found


def _save(rows: Iterable[DutyClock]) -> None:
    changed = [row for row in rows if row.opens is not None]
    DutyClock.objects.bulk_create([row for row in changed if row.pk is None], batch_size=BATCH)
    _overwrite([row for row in changed if row.pk is not None],
               (*_FIELDS, "done_at", "done_by", "done_day_only"))


def _overwrite(rows: Sequence[DutyClock], fields: Sequence[str]) -> None:
    """Write rows that are there. An update of many rows by cases costs ten times as much."""
    DutyClock.objects.bulk_create(rows, batch_size=BATCH, update_conflicts=True,
                                  update_fields=fields, unique_fields=["id"])


def _one_at_a_time(keys: Sequence[int]) -> None:
    """Two plans of one point wait for each other; intake, which only refers to points, does not."""
    list(MonitoringPoint.objects.select_for_update(no_key=True).filter(
        pk__in=keys).order_by("pk").values_list("pk", flat=True))


def day_instant(day: date) -> int:
    """Epoch ms of the midnight that a China day begins with: a finish of which only the day is
    known."""
    return round(midnight(day).timestamp() * 1000)
