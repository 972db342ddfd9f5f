"""The API of month plans and trips. What the pages do, with the same actions."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from qingyuan.areas.assets.queries import dischargers
from qingyuan.areas.maintenance.agreements import months, queries, reach, trips
from qingyuan.areas.maintenance.models import PlanLine, Task
from qingyuan.areas.maintenance.task_queries import own_tasks
from qingyuan.areas.organisations.scope import Scope, require

from . import agreement_schemas as schemas
from .agreed_pages import page_of, people_of

router = Router()


@router.get("/plans", response=schemas.Plans)
def plans(request: HttpRequest, asked: Query[schemas.Asked]) -> dict[str, Any]:
    """Month plans, newest first."""
    require(request.scope, "see_tasks")
    rows = queries.plans_of(request.scope)
    return page_of(rows.filter(state=asked.state) if asked.state else rows, asked)


@router.post("/plans", response=schemas.PlanDetail)
def prepare_plan(request: HttpRequest, facts: schemas.PlanIn) -> Any:
    """Draw up the plan of a month for a discharger."""
    scope = request.scope
    require(scope, "plan_tasks")
    client = dischargers(scope).get(pk=facts.discharger)
    return months.prepare_month(scope, client, facts.month)


@router.get("/plans/{pk}", response=schemas.PlanDetail)
def plan(request: HttpRequest, pk: schemas.Key) -> Any:
    """One plan with its lines."""
    require(request.scope, "see_tasks")
    return queries.plans_of(request.scope).get(pk=pk)


@router.post("/plans/{pk}/send", response=schemas.PlanDetail)
def send_plan(request: HttpRequest, pk: schemas.Key, facts: schemas.NoteIn) -> Any:
    """Give the draft to the discharger."""
    return months.send(request.scope, queries.plans_of(request.scope).get(pk=pk), facts.note)


@router.post("/plans/{pk}/recall", response=schemas.PlanDetail)
def recall_plan(request: HttpRequest, pk: schemas.Key, facts: schemas.Why) -> Any:
    """Take a plan back into drafting."""
    return months.recall(request.scope, queries.plans_of(request.scope).get(pk=pk), facts.why)


@router.post("/plans/{pk}/confirm", response=schemas.PlanDetail)
def confirm_plan(request: HttpRequest, pk: schemas.Key) -> Any:
    """The discharger agrees to the whole."""
    return months.confirm(request.scope, queries.plans_of(request.scope).get(pk=pk))


@router.post("/plans/{pk}/ask", response=schemas.PlanDetail)
def ask_plan(request: HttpRequest, pk: schemas.Key, facts: schemas.WishesIn) -> Any:
    """The discharger asks for other days."""
    wishes = {one.line: (one.day, one.why) for one in facts.wishes}
    return months.ask(request.scope, queries.plans_of(request.scope).get(pk=pk), wishes)


@router.post("/plans/{pk}/settle", response=schemas.PlanDetail)
def settle_wish(request: HttpRequest, pk: schemas.Key, facts: schemas.SettleIn) -> Any:
    """The unit accepts or refuses one wish."""
    row = queries.plans_of(request.scope).get(pk=pk)
    line = PlanLine.objects.get(pk=facts.line, plan=row)
    months.settle(request.scope, line, facts.accept)
    return queries.plans_of(request.scope).get(pk=pk)


@router.post("/plans/{pk}/paper", response=schemas.PlanDetail)
def paper_plan(request: HttpRequest, pk: schemas.Key, facts: schemas.PaperIn) -> Any:
    """A confirmation on paper; the scan is kept by ``POST /files`` before."""
    row = queries.plans_of(request.scope).get(pk=pk)
    return months.record_paper(request.scope, row, facts.name, facts.scan)


@router.get("/trips", response=schemas.Trips)
def trip_list(request: HttpRequest, asked: Query[schemas.Asked]) -> dict[str, Any]:
    """The unit's trips, newest first."""
    require(request.scope, "see_tasks")
    return page_of(queries.trips_of(request.scope).order_by("-first", "name", "pk"), asked)


@router.post("/trips", response=schemas.TripOut)
def add_trip(request: HttpRequest, facts: schemas.TripIn) -> Any:
    """Draw a trip."""
    said, scope = facts.dict(), request.scope
    require(scope, "edit_trips")
    return trips.add_trip(scope, **{**said, "crew": people_of(scope, said["crew"])})


@router.get("/trips/{pk}", response=schemas.TripDetail)
def trip(request: HttpRequest, pk: schemas.Key) -> Any:
    """One trip day by day, with the points out of reach and what is lacking at the gates."""
    require(request.scope, "see_tasks")
    return _trip(request.scope, pk)


def _trip(scope: Scope, pk: int) -> Any:
    row = queries.trips_of(scope).get(pk=pk)
    row.days = [{
        "day": day.day, "tasks": [task.pk for task in day.tasks],
        "unreached": [{
            "point": line.point.pk, "keeper": line.keeper.pk, "origin": line.origin,
            "hours": line.hours, "limit": float(line.limit.value),
            "provision": line.limit.name} for line in day.unreached],
    } for day in reach.days_of(scope, row)]
    row.lacking = {point.pk: said for point, said in reach.permits_lacking(scope, row)}
    return row


@router.post("/trips/{pk}", response=schemas.TripDetail)
def edit_trip(request: HttpRequest, pk: schemas.Key, facts: schemas.TripIn) -> Any:
    """Change a trip's facts and crew."""
    said, scope = facts.dict(), request.scope
    row = queries.trips_of(scope).get(pk=pk)
    trips.edit_trip(scope, row, **{**said, "crew": people_of(scope, said["crew"])})
    return _trip(scope, pk)


@router.post("/trips/{pk}/loading", response=schemas.TripDetail)
def load_trip(request: HttpRequest, pk: schemas.Key, facts: schemas.LoadingIn) -> Any:
    """The loading list."""
    row = queries.trips_of(request.scope).get(pk=pk)
    trips.set_loading(request.scope, row, facts.dict()["loading"])
    return _trip(request.scope, pk)


@router.post("/trips/{pk}/tasks", response=schemas.TripDetail)
def add_to_trip(request: HttpRequest, pk: schemas.Key, facts: schemas.TasksIn) -> Any:
    """Put tasks on the trip."""
    row = queries.trips_of(request.scope).get(pk=pk)
    trips.add_tasks(request.scope, row, [Task(pk=key) for key in facts.tasks])
    return _trip(request.scope, pk)


@router.delete("/trips/{pk}/tasks/{task}", response=schemas.TripDetail)
def remove_from_trip(request: HttpRequest, pk: schemas.Key, task: schemas.Key) -> Any:
    """Take a task off the trip."""
    row = queries.trips_of(request.scope).get(pk=pk)
    trips.remove_task(request.scope, row, own_tasks(request.scope).get(pk=task))
    return _trip(request.scope, pk)


@router.post("/trips/{pk}/close", response=schemas.TripDetail)
def close_trip(request: HttpRequest, pk: schemas.Key) -> Any:
    """The crew is back."""
    trips.close_trip(request.scope, queries.trips_of(request.scope).get(pk=pk))
    return _trip(request.scope, pk)
