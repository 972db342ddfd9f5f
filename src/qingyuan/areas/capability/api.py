"""The API of capability: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import require

from . import kept, scenarios, standing
from .models import Scenario

router = Router(tags=["capability"])
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]


class ScenarioOut(Schema):
    id: int
    name: str
    note: str
    planned: bool
    changes: list[dict[str, Any]]


class ScenarioIn(Schema):
    name: Annotated[str, Field(max_length=64)]
    note: Annotated[str, Field(max_length=400)] = ""


class ChangeIn(Schema):
    """A change as ``whatif`` has it: what, from, and what belongs to it."""

    change: dict[Annotated[str, Field(max_length=16)], Any]


@router.get("/capability", response=list[dict[str, Any]])
def verdicts(request: HttpRequest, at: date | None = None) -> list[dict[str, Any]]:
    """C01 to C21 as ``qingyuan capability --json`` answers them; of the evidence what is not in
    order."""
    require(request.scope, "see_capability")
    unit = request.scope.organisation
    if at in (None, today()):
        return list(kept.current(unit).verdicts)
    return kept.named([kept.slim(one) for one in standing.verdicts(unit, at or today())])


@router.get("/capability/forecast", response=list[dict[str, Any]])
def coming(request: HttpRequest) -> list[dict[str, Any]]:
    """What changes within 180 days."""
    require(request.scope, "see_capability")
    return list(kept.current(request.scope.organisation).forecast)


@router.get("/capability/scenarios", response=list[ScenarioOut])
def scenario_list(request: HttpRequest) -> list[Scenario]:
    """The unit's scenarios."""
    require(request.scope, "see_capability")
    return list(scenarios.scenarios_of(request.scope)[:500])


@router.post("/capability/scenarios", response=ScenarioOut)
def make(request: HttpRequest, body: ScenarioIn) -> Scenario:
    """A new one."""
    return scenarios.make(request.scope, body.name, body.note)


@router.post("/capability/scenarios/{pk}/changes", response=ScenarioOut)
def add(request: HttpRequest, pk: Key, body: ChangeIn) -> Scenario:
    """One change more."""
    require(request.scope, "see_capability")
    row = scenarios.scenarios_of(request.scope).get(pk=pk)
    return scenarios.add_change(request.scope, row, body.change)
