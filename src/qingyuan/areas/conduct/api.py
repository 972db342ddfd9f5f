"""The API of commitments."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import require

from . import queries

router = Router(tags=["conduct"])


class StandingOut(Schema):
    """``state``: signed, expiring, missing, again, expired."""

    staff: int
    number: str
    name: str
    state: str
    signed_on: date | None
    holds_until: date | None
    digest: str


@router.get("/commitments", response=list[StandingOut])
def commitments(request: HttpRequest) -> Any:
    """Everybody who must sign, and how they stand."""
    require(request.scope, "see_commitments")
    return [{"staff": one.staff.pk, "number": one.staff.number, "name": one.staff.name,
             "state": one.state, "signed_on": one.held.signed_on if one.held else None,
             "holds_until": one.held.holds_until if one.held else None,
             "digest": one.held.digest if one.held else ""}
            for one in queries.standings(request.scope, today())]
