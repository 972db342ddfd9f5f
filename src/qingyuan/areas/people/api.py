"""The API of people: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import require

from . import actions, queries
from .models import Staff

router = Router(tags=["people"])
Word = Annotated[str, Field(max_length=128)]
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]


class CertificateOut(Schema):
    id: int
    kind: str
    number: str
    issuer: str
    issuer_level: str
    issued: date
    expires: date | None
    withdrawn: date | None


class StaffOut(Schema):
    """``stands``: valid, expiring, expired, newcomer, none, left."""

    id: int
    number: str
    name: str
    posts: list[str]
    hired: date
    left: date | None
    office: str
    stands: str
    certificates: list[CertificateOut]


class CertificateIn(Schema):
    kind: Word
    number: Word
    issuer: Word = ""
    issuer_level: Word
    issued: date
    expires: date | None = None


@router.get("/staff", response=list[StaffOut])
def people(request: HttpRequest) -> Any:
    """The unit's staff, those who left included."""
    require(request.scope, "see_people")
    rows = queries.staff_of(request.scope).prefetch_related("certificates")
    return [_out(one) for one in rows[:5000]]


@router.get("/staff/{pk}", response=StaffOut)
def person(request: HttpRequest, pk: Key) -> Any:
    """One person."""
    require(request.scope, "see_people")
    return _out(queries.person(request.scope, pk))


@router.post("/staff/{pk}/certificates", response=CertificateOut)
def certificate(request: HttpRequest, pk: Key, facts: CertificateIn) -> Any:
    """Enter a certificate or a renewal."""
    require(request.scope, "edit_people")
    return actions.add_certificate(
        request.scope, queries.person(request.scope, pk), **facts.dict())


def _out(row: Staff) -> dict[str, Any]:
    return {"id": row.pk, "number": row.number, "name": row.name, "posts": row.posts,
            "hired": row.hired, "left": row.left, "office": str(row.office or ""),
            "stands": queries.certified(row, today()),
            "certificates": list(row.certificates.all())}
