"""The API of duties, tasks and the plan. Days are China days, instants epoch milliseconds."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from qingyuan.areas.assets.queries import points_of, systems_of
from qingyuan.areas.maintenance import duty_sets, task_listing, task_queries, tasks
from qingyuan.areas.maintenance.models import OwnDuty, Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.maintenance.task_forms import workers
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.standards.duties import Duty

from .task_schemas import (
    Changed,
    DangerOut,
    DutyOut,
    Key,
    MoveIn,
    OwnDutyIn,
    OwnDutyOut,
    PersonIn,
    PlannedOut,
    ReasonIn,
    SetIn,
    SetOut,
    TaskIn,
    TaskOut,
    TasksAsked,
    TasksOut,
    TransferIn,
)

router = Router(tags=["tasks"])

@router.get("/tasks", response=TasksOut)
def task_list(request: HttpRequest, asked: Query[TasksAsked]) -> dict[str, Any]:
    """Tasks by day, filtered as on the page; ``tallies`` count every tab."""
    require(request.scope, "see_tasks")
    params = {name: str(value) for name, value in asked.dict(by_alias=True).items()}
    by = task_listing.Filters.of(params)
    rows = task_listing.filtered(request.scope, by)
    shown = task_queries.in_state(rows, by.state)
    return {"count": shown.count(), "tallies": task_queries.counts(rows),
            "items": list(task_listing.with_sheets(shown)[asked.offset:asked.offset + asked.limit])}


@router.get("/tasks/endangered", response=list[DangerOut])
def endangered(
    request: HttpRequest, within_hours: Annotated[float, Field(ge=0, le=10_000)] = 48
) -> list[dict[str, Any]]:
    """What will make data invalid, the nearest first."""
    require(request.scope, "see_tasks")
    return [{
        "point_id": one.point.pk, "point": one.point.name, "system_id": one.system.pk,
        "duty": one.duty.key, "name": one.duty.name, "at": one.at, "source": one.source,
        "state": one.state, "task_id": one.task.pk if one.task else None,
    } for one in task_queries.endangered(request.scope, within_hours)]


@router.post("/tasks", response=Changed)
def add_task(request: HttpRequest, facts: TaskIn) -> Mapping[str, Any]:
    """A task beside the plan."""
    scope = request.scope
    require(scope, "work_task")
    point = points_of(scope).get(pk=facts.point)
    systems = {system.pk: system for system in systems_of(scope, point)}
    lost = [one.system for one in facts.sheets if one.system not in (None, *systems)]
    if lost:
        raise Task.DoesNotExist(f"no system {lost[0]}")
    sheets = [(systems.get(one.system), one.form) for one in facts.sheets]
    row = tasks.add_task(
        scope, point, day=facts.day, title=facts.title, sheets=sheets,
        person=_person(scope, facts.person) if facts.person is not None else None)
    return _changed(scope, row)


@router.post("/tasks/plan", response=PlannedOut)
def plan_anew(request: HttpRequest) -> dict[str, int]:
    """Bring clocks and tasks of the whole unit up to date."""
    require(request.scope, "plan_tasks")
    own = request.scope.organisation
    moved, done = clocks.refresh(own), plan(own)
    return {"clocks": moved, "made": done.made, "changed": done.changed,
            "withdrawn": done.withdrawn}


@router.get("/tasks/{pk}", response=TaskOut)
def task(request: HttpRequest, pk: Key) -> Task:
    """One task with its sheets."""
    require(request.scope, "see_tasks")
    return _task(request.scope, pk)


@router.post("/tasks/{pk}/claim", response=Changed)
def claim(request: HttpRequest, pk: Key) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.claim(request.scope, _task(request.scope, pk)))


@router.post("/tasks/{pk}/assign", response=Changed)
def assign(request: HttpRequest, pk: Key, facts: PersonIn) -> Mapping[str, Any]:
    scope = request.scope
    require(scope, "assign_task")
    return _changed(scope, tasks.assign(scope, _task(scope, pk), _person(scope, facts.person)))


@router.post("/tasks/{pk}/transfer", response=Changed)
def transfer(request: HttpRequest, pk: Key, facts: TransferIn) -> Mapping[str, Any]:
    scope = request.scope
    require(scope, "work_task")
    return _changed(scope, tasks.transfer(
        scope, _task(scope, pk), _person(scope, facts.person), facts.reason))


@router.post("/tasks/{pk}/help", response=Changed)
def help_with(request: HttpRequest, pk: Key) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.help_with(request.scope, _task(request.scope, pk)))


@router.post("/tasks/{pk}/leave", response=Changed)
def leave(request: HttpRequest, pk: Key) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.leave(request.scope, _task(request.scope, pk)))


@router.post("/tasks/{pk}/move", response=Changed)
def move(request: HttpRequest, pk: Key, facts: MoveIn) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.move(
        request.scope, _task(request.scope, pk), facts.day, facts.reason))


@router.post("/tasks/{pk}/end-visit", response=Changed)
def end_visit(request: HttpRequest, pk: Key, facts: ReasonIn) -> Mapping[str, Any]:
    """Leave with something undone: done with what was done, the rest goes back to the plan."""
    return _changed(request.scope, tasks.end_visit(
        request.scope, _task(request.scope, pk), facts.reason))


@router.post("/tasks/{pk}/ask-cancel", response=Changed)
def ask_cancel(request: HttpRequest, pk: Key, facts: ReasonIn) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.ask_cancel(
        request.scope, _task(request.scope, pk), facts.reason))


@router.post("/tasks/{pk}/approve-cancel", response=Changed)
def approve_cancel(request: HttpRequest, pk: Key) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.approve_cancel(
        request.scope, _task(request.scope, pk)))


@router.post("/tasks/{pk}/refuse-cancel", response=Changed)
def refuse_cancel(request: HttpRequest, pk: Key, facts: ReasonIn) -> Mapping[str, Any]:
    return _changed(request.scope, tasks.refuse_cancel(
        request.scope, _task(request.scope, pk), facts.reason))


@router.get("/duties", response=list[DutyOut])
def duties(request: HttpRequest) -> list[dict[str, Any]]:
    """All duties, delivered and own."""
    require(request.scope, "see_duties")
    on = duty_sets.sets_of(request.scope.organisation)
    return [_duty(duty, duty.set in on) for duty in duty_sets.duties_of(
        request.scope.organisation)]


@router.get("/duties/sets", response=list[SetOut])
def sets(request: HttpRequest) -> list[dict[str, Any]]:
    """The sets, and which of them are switched on."""
    require(request.scope, "see_duties")
    own = request.scope.organisation
    held, on = duty_sets.duties_of(own), duty_sets.sets_of(own)
    return [{"key": key, "title": one.title, "on": key in on,
             "duties": sum(duty.set == key for duty in held)}
            for key, one in held.sets.items() if key != duty_sets.RETIRED.key]


@router.post("/duties/sets/{key}", response=SetIn)
def choose_set(request: HttpRequest, key: str, facts: SetIn) -> dict[str, bool]:
    """Switch a set on or off."""
    return {"on": duty_sets.choose_set(request.scope, key, facts.on).on}


@router.get("/duties/own", response=list[OwnDutyOut])
def own_duties(request: HttpRequest) -> list[OwnDuty]:
    """The company's own duties."""
    return list(duty_sets.own_duties_of(request.scope))


@router.post("/duties/own", response=OwnDutyOut)
def add_own_duty(request: HttpRequest, facts: OwnDutyIn) -> OwnDuty:
    """Enter an own duty; name, kind, where, form and interval are needed."""
    return duty_sets.add_own_duty(request.scope, **facts.dict(exclude_unset=True))


@router.post("/duties/own/{pk}", response=OwnDutyOut)
def edit_own_duty(request: HttpRequest, pk: Key, facts: OwnDutyIn) -> OwnDuty:
    """Change facts of an own duty."""
    row = duty_sets.own_duties_of(request.scope).get(pk=pk)
    return duty_sets.edit_own_duty(request.scope, row, **facts.dict(exclude_unset=True))


@router.post("/duties/own/{pk}/switch", response=OwnDutyOut)
def switch_own_duty(request: HttpRequest, pk: Key, facts: SetIn) -> OwnDuty:
    """Switch an own duty off or on."""
    row = duty_sets.own_duties_of(request.scope).get(pk=pk)
    return duty_sets.switch_own_duty(request.scope, row, facts.on)


def _task(scope: Scope, pk: int) -> Task:
    return task_listing.with_sheets(task_queries.tasks_of(scope)).get(pk=pk)


def _changed(scope: Scope, row: Task) -> dict[str, Any]:
    return {"task": _task(scope, row.pk), "warnings": getattr(row, "warnings", [])}


def _person(scope: Scope, pk: int) -> User:
    return workers(scope).get(pk=pk)


def _duty(duty: Duty, on: bool) -> dict[str, Any]:
    return {
        "key": duty.key, "name": duty.name, "group": duty.group, "set": duty.set, "on": on,
        "kind": duty.kind, "forms": dict(duty.forms), "where": duty.where, "cite": duty.cite(),
        "interval": str(duty.interval) if duty.interval else "", "rule": duty.rule,
        "invalidates": duty.invalidates, "months": list(duty.months)}
