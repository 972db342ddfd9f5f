"""The API of the manager's page: the same figures, with the addresses of what they count."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from qingyuan.areas.organisations.scope import require

from . import parts

router = Router(tags=["overview"])


class FigureOut(Schema):
    label: str
    value: str
    unit: str
    link: str
    tone: str
    foot: str


class PartOut(Schema):
    key: str
    title: str
    figures: list[FigureOut]


@router.get("/overview", response=list[PartOut])
def overview(request: HttpRequest) -> Any:
    """The parts that the role may see."""
    require(request.scope, "see_dashboard")
    return parts.parts(request.scope)
