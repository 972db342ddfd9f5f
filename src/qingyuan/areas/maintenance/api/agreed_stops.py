"""The API of stops and of joint verification: what the pages do, with the same actions."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.maintenance.agreements import joint, queries, stops
from qingyuan.areas.maintenance.agreements.stop_rules import standing
from qingyuan.areas.maintenance.task_queries import tasks_of
from qingyuan.areas.organisations.scope import Scope, require

from . import agreement_schemas as schemas
from .agreed_pages import page_of

router = Router()


@router.get("/stops", response=schemas.Stops)
def stop_list(request: HttpRequest, asked: Query[schemas.Asked]) -> dict[str, Any]:
    """Stops of the source, newest first."""
    require(request.scope, "see_tasks")
    found = page_of(queries.stops_of(request.scope), asked)
    return {**found, "items": [_stood(row) for row in found["items"]]}


def _stood(row: Any) -> Any:
    stands = standing(row)
    row.state, row.suspended_since = stands.state, stands.suspended_since
    return row


def _stop(scope: Scope, pk: int) -> Any:
    return _stood(queries.stops_of(scope).get(pk=pk))


@router.post("/stops", response=schemas.StopOut)
def record_stop(request: HttpRequest, facts: schemas.StopIn) -> Any:
    """Enter a stop."""
    said, scope = facts.dict(), request.scope
    require(scope, "record_stop")
    return _stood(stops.record_stop(scope, visible_point(scope, said.pop("point")), **said))


@router.get("/stops/{pk}", response=schemas.StopOut)
def stop(request: HttpRequest, pk: schemas.Key) -> Any:
    """One stop and how it stands."""
    require(request.scope, "see_tasks")
    return _stop(request.scope, pk)


@router.post("/stops/{pk}/file", response=schemas.StopOut)
def file_stop(request: HttpRequest, pk: schemas.Key, facts: schemas.FileIn) -> Any:
    """Its filing with the authority."""
    stops.file_stop(request.scope, queries.stops_of(request.scope).get(pk=pk), **facts.dict())
    return _stop(request.scope, pk)


@router.post("/stops/{pk}/restart", response=schemas.StopOut)
def restart(request: HttpRequest, pk: schemas.Key, facts: schemas.RestartIn) -> Any:
    """The source starts."""
    stops.restart(request.scope, queries.stops_of(request.scope).get(pk=pk), facts.at)
    return _stop(request.scope, pk)


@router.post("/stops/{pk}/withdraw", response=schemas.StopOut)
def withdraw_stop(request: HttpRequest, pk: schemas.Key, facts: schemas.Why) -> Any:
    """There was no such stop."""
    stops.withdraw_stop(request.scope, queries.stops_of(request.scope).get(pk=pk), facts.why)
    return _stop(request.scope, pk)


def _slot(scope: Scope, task: int) -> Any:
    row = queries.joints_of(scope).get(task=task)
    row.state, row.difference = joint.state_of(row), joint.clock_difference(row)
    row.lacking = joint.lacking(row)
    return row


@router.post("/joint", response=schemas.JointOut)
def arrange_at(request: HttpRequest, facts: schemas.JointAtIn) -> Any:
    """Agree on an hour for which there is no task yet."""
    said, scope = facts.dict(), request.scope
    require(scope, "edit_joint")
    row = joint.arrange_at(scope, visible_point(scope, said.pop("point")), **said)
    return _slot(scope, row.task_id)


@router.get("/tasks/{task}/joint", response=schemas.JointOut)
def slot(request: HttpRequest, task: schemas.Key) -> Any:
    """The appointment of a task."""
    require(request.scope, "see_tasks")
    return _slot(request.scope, task)


@router.post("/tasks/{task}/joint", response=schemas.JointOut)
def arrange(request: HttpRequest, task: schemas.Key, facts: schemas.JointIn) -> Any:
    """Propose an hour, or another one."""
    scope = request.scope
    require(scope, "edit_joint")
    joint.arrange(scope, tasks_of(scope).get(pk=task), **facts.dict())
    return _slot(scope, task)


@router.post("/tasks/{task}/joint/agree", response=schemas.JointOut)
def agree(request: HttpRequest, task: schemas.Key, facts: schemas.AgreeIn) -> Any:
    """Who agreed to the hour."""
    joint.agree(request.scope, queries.joints_of(request.scope).get(task=task), **facts.dict())
    return _slot(request.scope, task)


@router.post("/tasks/{task}/joint/load", response=schemas.JointOut)
def confirm_load(request: HttpRequest, task: schemas.Key, facts: schemas.LoadIn) -> Any:
    """The production load."""
    held = queries.joints_of(request.scope).get(task=task)
    joint.confirm_load(request.scope, held, facts.load, facts.by)
    return _slot(request.scope, task)


@router.post("/tasks/{task}/joint/clocks", response=schemas.JointOut)
def note_clocks(request: HttpRequest, task: schemas.Key, facts: schemas.ClocksIn) -> Any:
    """Both clocks at one moment."""
    held = queries.joints_of(request.scope).get(task=task)
    joint.note_clocks(request.scope, held, facts.ours, facts.theirs)
    return _slot(request.scope, task)


@router.post("/tasks/{task}/joint/report", response=schemas.JointOut)
def attach_report(request: HttpRequest, task: schemas.Key, facts: schemas.ReportIn) -> Any:
    """The report; its file is kept by ``POST /files`` before."""
    held = queries.joints_of(request.scope).get(task=task)
    joint.attach_report(request.scope, held, **facts.dict())
    return _slot(request.scope, task)
