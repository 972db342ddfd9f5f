"""The API of needs and hand-overs. What the pages do, with the same actions."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.maintenance.agreements import hand_overs, needs, queries
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from . import agreement_schemas as schemas
from .agreed_pages import page_of, people_of

router = Router()


@router.get("/needs", response=schemas.Needs)
def need_list(request: HttpRequest, asked: Query[schemas.Asked]) -> dict[str, Any]:
    """What dischargers were asked to provide."""
    require(request.scope, "see_tasks")
    rows = queries.needs_of(request.scope)
    return page_of(rows.filter(state=asked.state) if asked.state else rows, asked)


@router.post("/needs", response=schemas.NeedOut)
def ask_need(request: HttpRequest, facts: schemas.NeedIn) -> Any:
    """Ask for something."""
    said, scope = facts.dict(), request.scope
    require(scope, "edit_needs")
    return needs.ask_need(scope, visible_point(scope, said.pop("point")), **said)


@router.get("/needs/{pk}", response=schemas.NeedOut)
def need(request: HttpRequest, pk: schemas.Key) -> Any:
    require(request.scope, "see_tasks")
    return queries.needs_of(request.scope).get(pk=pk)


@router.post("/needs/{pk}/answer", response=schemas.NeedOut)
def answer_need(request: HttpRequest, pk: schemas.Key, facts: schemas.AnswerIn) -> Any:
    """It is provided."""
    held = queries.needs_of(request.scope).get(pk=pk)
    return needs.answer_need(request.scope, held, **facts.dict())


@router.post("/needs/{pk}/refuse", response=schemas.NeedOut)
def refuse_need(request: HttpRequest, pk: schemas.Key, facts: schemas.Why) -> Any:
    """It will not be provided."""
    return needs.refuse_need(
        request.scope, queries.needs_of(request.scope).get(pk=pk), facts.why)


def _handed(scope: Scope, pk: int) -> Any:
    row = queries.hand_overs_of(scope).get(pk=pk)
    row.state = hand_overs.state_of(row)
    return row


@router.get("/hand-overs", response=schemas.HandOvers)
def hand_over_list(request: HttpRequest, asked: Query[schemas.Asked]) -> dict[str, Any]:
    """Hand-overs of the unit and those to it, newest first."""
    require(request.scope, "hand_over")
    found = page_of(queries.hand_overs_of(request.scope).order_by("-day", "-pk"), asked)
    for row in found["items"]:
        row.state = hand_overs.state_of(row)
    return found


@router.post("/hand-overs", response=schemas.HandOverDetail)
def draft_hand_over(request: HttpRequest, facts: schemas.HandOverIn) -> Any:
    """Draw up a hand-over."""
    said, scope = facts.dict(), request.scope
    require(scope, "hand_over")
    for name in ("giver", "taker"):
        said[name] = None if said[name] is None else people_of(scope, [said[name]])[0]
    if said["taking_unit"] is not None:
        said["taking_unit"] = Organisation.objects.get(pk=said["taking_unit"])
    keys = set(said["points"])
    said["points"] = list(points_of(scope).filter(pk__in=keys))
    if len(said["points"]) != len(keys):
        raise MonitoringPoint.DoesNotExist("a point is not in sight")
    return _handed(scope, hand_overs.draft(scope, **said).pk)


@router.get("/hand-overs/{pk}", response=schemas.HandOverDetail)
def hand_over(request: HttpRequest, pk: schemas.Key) -> Any:
    """One hand-over with its list."""
    require(request.scope, "hand_over")
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/items", response=schemas.HandOverDetail)
def add_item(request: HttpRequest, pk: schemas.Key, facts: schemas.ItemIn) -> Any:
    """A typed line."""
    hand_overs.add_item(request.scope, queries.hand_overs_of(request.scope).get(pk=pk),
                        **facts.dict())
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/redraw", response=schemas.HandOverDetail)
def redraw(request: HttpRequest, pk: schemas.Key) -> Any:
    """Collect anew what the data tell."""
    hand_overs.redraw(request.scope, queries.hand_overs_of(request.scope).get(pk=pk))
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/give", response=schemas.HandOverDetail)
def give(request: HttpRequest, pk: schemas.Key, facts: schemas.SignIn) -> Any:
    """The giving side signs."""
    hand_overs.give(request.scope, queries.hand_overs_of(request.scope).get(pk=pk),
                    **facts.dict())
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/take", response=schemas.HandOverDetail)
def take(request: HttpRequest, pk: schemas.Key, facts: schemas.SignIn) -> Any:
    """The taking side signs: everything changes hands."""
    hand_overs.take(request.scope, queries.hand_overs_of(request.scope).get(pk=pk),
                    **facts.dict())
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/send-back", response=schemas.HandOverDetail)
def send_back(request: HttpRequest, pk: schemas.Key, facts: schemas.Why) -> Any:
    """The taking side does not sign."""
    hand_overs.send_back(
        request.scope, queries.hand_overs_of(request.scope).get(pk=pk), facts.why)
    return _handed(request.scope, pk)


@router.post("/hand-overs/{pk}/withdraw", response=schemas.HandOverDetail)
def withdraw_hand_over(request: HttpRequest, pk: schemas.Key, facts: schemas.Why) -> Any:
    """The giving side gives it up."""
    hand_overs.withdraw(
        request.scope, queries.hand_overs_of(request.scope).get(pk=pk), facts.why)
    return _handed(request.scope, pk)
