"""Trips drawn by hand: crew, vehicle, loading list, and the tasks that are done on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.maintenance.models import Task, TaskState, Trip, TripMember
from qingyuan.areas.maintenance.task_queries import tasks_of
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from .queries import OPEN, trips_of

FACTS = ("name", "first", "last", "vehicle", "overnight", "note")
LONGEST = 60  # days
MOST_LOADED = 100


@transaction.atomic
def add_trip(
    scope: Scope, *, name: str, first: date, last: date, crew: Iterable[User], vehicle: str = "",
    overnight: str = "", note: str = "", loading: Sequence[Mapping[str, Any]] = (),
) -> Trip:
    """A trip of one crew from ``first`` to ``last``, both included. ``loading``: see
    ``set_loading``."""
    require(scope, "edit_trips")
    row = Trip(organisation=scope.organisation, name=name.strip(), first=first, last=last,
               vehicle=vehicle.strip(), overnight=overnight.strip(), note=note.strip(),
               loading=_loading(loading))
    _check(row)
    people = _crew(scope, crew)
    row.save()
    TripMember.objects.bulk_create([TripMember(trip=row, person=one) for one in people])
    audit(scope, "add_trip", row, None, _told(row, people))
    return row


@transaction.atomic
def edit_trip(
    scope: Scope, trip: Trip, *, crew: Iterable[User] | None = None, **facts: Any
) -> Trip:
    """Change days, vehicle, nights, note or crew. The tasks it holds must still lie within it."""
    require(scope, "edit_trips")
    row = _held(scope, trip)
    if set(facts) - set(FACTS):
        raise ValidationError(_("没有这些字段：%s") % "、".join(sorted(set(facts) - set(FACTS))))
    before, after = changes(row, {
        name: value.strip() if isinstance(value, str) else value for name, value in facts.items()})
    for name, value in after.items():
        setattr(row, name, value)
    _check(row)
    left = row.tasks.filter(state__in=OPEN).exclude(day__range=(row.first, row.last)).first()
    if left is not None:
        raise ValidationError({"last": _(
            "%(point)s的任务排在 %(day)s，不在行程之内，请先改期或移出") % {
                "point": left.point.name, "day": left.day.isoformat()}})
    row.save()
    if crew is not None:
        people = _crew(scope, crew)
        known = [member.person for member in row.crew.select_related("person")]
        if {p.pk for p in people} != {p.pk for p in known}:
            before["crew"], after["crew"] = _names(known), _names(people)
            row.crew.exclude(person__in=people).delete()
            TripMember.objects.bulk_create([
                TripMember(trip=row, person=one) for one in people if one not in known])
    if after:
        audit(scope, "edit_trip", row, before, after)
    return row


@transaction.atomic
def set_loading(scope: Scope, trip: Trip, loading: Sequence[Mapping[str, Any]]) -> Trip:
    """What goes into the vehicle: ``{what, amount, done}`` each; ``done`` once it is loaded."""
    require(scope, "edit_trips")
    row = _held(scope, trip)
    wanted = _loading(loading)
    if wanted == row.loading:
        return row
    before, row.loading = {"loading": _loaded(row.loading)}, wanted
    row.save(update_fields=["loading"])
    audit(scope, "set_loading", row, before, {"loading": _loaded(wanted)})
    return row


@transaction.atomic
def add_tasks(scope: Scope, trip: Trip, tasks: Iterable[Task]) -> list[Task]:
    """Put tasks on the trip. Their day must lie within it; from now on planning leaves them
    there."""
    require(scope, "edit_trips")
    row = _held(scope, trip)
    wanted = {task.pk for task in tasks}
    found = list(_own_tasks(scope).select_for_update(of=("self",)).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise Task.DoesNotExist("a task is not one of the unit's")
    for task in found:
        _fits(row, task)
    for task in found:
        before = {"trip": None if task.trip_id is None else str(task.trip)}
        task.trip, task.fixed = row, True
        task.save(update_fields=["trip", "fixed"])
        audit(scope, "add_to_trip", task, before, {"trip": row.name})
    if found:
        audit(scope, "add_to_trip", row, None, {"points": _places(found)})
    return found


@transaction.atomic
def remove_task(scope: Scope, trip: Trip, task: Task) -> Task:
    """Take a task off the trip; it keeps its day."""
    require(scope, "edit_trips")
    row = _held(scope, trip)
    held = _own_tasks(scope).select_for_update(of=("self",)).get(pk=task.pk, trip=row)
    held.trip = None
    held.save(update_fields=["trip"])
    audit(scope, "remove_from_trip", row, {"points": _places([held])}, {"points": ""})
    return held


@transaction.atomic
def close_trip(scope: Scope, trip: Trip) -> Trip:
    """The crew is back. What was not done stays a task of its own and leaves the trip."""
    require(scope, "edit_trips")
    row = _held(scope, trip)
    undone = list(row.tasks.filter(state__in=OPEN).select_related("point"))
    Task.objects.filter(pk__in=[task.pk for task in undone]).update(trip=None)
    row.closed = True
    row.save(update_fields=["closed"])
    audit(scope, "close_trip", row, {"closed": False}, {"closed": True, "undone": _places(undone)})
    return row


def _held(scope: Scope, trip: Trip) -> Trip:
    row = Trip.objects.select_for_update().get(
        pk=trips_of(scope).order_by().values_list("pk", flat=True).get(pk=trip.pk))
    if row.closed:
        raise ValidationError(_("行程已结束，不能再修改"))
    return row


def _own_tasks(scope: Scope) -> Any:
    return tasks_of(scope).filter(organisation=scope.organisation).select_related("point", "trip")


def _fits(trip: Trip, task: Task) -> None:
    words = {"point": task.point.name, "day": task.day.isoformat()}
    if task.state not in (TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY):
        raise ValidationError({"tasks": _("%(point)s %(day)s 的任务已完成或取消") % words})
    if not trip.first <= task.day <= trip.last:
        raise ValidationError({"tasks": _(
            "%(point)s的任务排在 %(day)s，不在行程之内，请先改期") % words})
    if task.trip_id not in (None, trip.pk):
        raise ValidationError({"tasks": _("%(point)s %(day)s 的任务已在另一次行程中") % words})


def _check(row: Trip) -> None:
    if not row.name:
        raise ValidationError({"name": _("请填写名称")})
    if row.last < row.first:
        raise ValidationError({"last": _("返回日期不能早于出发日期")})
    if (row.last - row.first).days >= LONGEST:
        raise ValidationError({"last": _("一次行程最多 %d 天") % LONGEST})
    row.full_clean(exclude=["loading"])


def _crew(scope: Scope, crew: Iterable[User]) -> list[User]:
    wanted = {person.pk for person in crew}
    found = list(colleagues(scope).filter(pk__in=wanted))
    if not wanted or len(found) != len(wanted):
        raise ValidationError({"crew": _("请选择本单位的人员")})
    return found


def _loading(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = [{"what": str(line.get("what", "")).strip()[:64],
              "amount": str(line.get("amount", "")).strip()[:32],
              "done": bool(line.get("done"))} for line in lines]
    kept = [line for line in found if line["what"]]
    if len(kept) > MOST_LOADED:
        raise ValidationError({"loading": _("装车清单最多 %d 行") % MOST_LOADED})
    return kept


def _loaded(lines: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(f"{line['what']} {line['amount']}".strip() + ("√" if line["done"] else "")
                    for line in lines)


def _names(people: Iterable[User]) -> str:
    return "、".join(sorted(str(person) for person in people))


def _places(tasks: Iterable[Task]) -> str:
    return "、".join(f"{task.point.name} {task.day:%m-%d}" for task in tasks)


def _told(row: Trip, people: Iterable[User]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FACTS} | {
        "crew": _names(people), "loading": _loaded(row.loading)}
