"""The API of the daily remote check and of own forms. Instants are epoch milliseconds."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.organisations.scope import Scope

from .. import own_forms
from ..desk import actions, queries
from ..models import DeskDay, DeskLine, OwnForm

router = Router(tags=["desk"])
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]


class ExceptionOut(Schema):
    """One thing to be looked at: the item's path, a Chinese sentence, the page that shows it."""

    path: str
    sentence: str
    page: str


class LineOut(Schema):
    """One system's day. ``state`` normal, exception or no_data; ``looks`` the items that telemetry
    cannot tell; ``record_id`` once it is confirmed."""

    id: int
    point_id: int
    point: str
    discharger: str
    system_id: int
    system: str
    kind: str
    form: str
    duties: list[str]
    state: str
    exceptions: list[ExceptionOut]
    looks: list[str]
    orders: list[str]
    handling: str
    record_id: int | None

    @staticmethod
    def resolve_point(row: DeskLine) -> str:
        return row.point.name

    @staticmethod
    def resolve_discharger(row: DeskLine) -> str:
        return row.point.organisation.name

    @staticmethod
    def resolve_system(row: DeskLine) -> str:
        return row.system.name

    @staticmethod
    def resolve_kind(row: DeskLine) -> str:
        return row.system.kind

    @staticmethod
    def resolve_looks(row: DeskLine) -> list[str]:
        return list(row.facts.get("looks", []))

    @staticmethod
    def resolve_orders(row: DeskLine) -> list[str]:
        return list(row.facts.get("orders", []))


class WholeLine(LineOut):
    """With the answers as they are filled in."""

    answers: dict[str, Any]


class SignatureOut(Schema):
    name: str
    at: int
    who: str
    lines: int
    exceptions: int
    looked: bool


class DeskOut(Schema):
    """A day of the unit's own desk with how many lines each state has."""

    id: int
    day: date
    filled_at: int | None
    signed: list[SignatureOut]
    counts: dict[str, int]


class Lines(Schema):
    count: int
    items: list[LineOut]


class LinesAsked(Schema):
    day: str = ""
    state: str = ""  # exception | no_data | normal | signed
    q: str = ""
    area: str = ""
    discharger: str = ""
    kind: str = ""
    mine: bool = False
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class SignIn(Schema):
    """A signature on lines of a day. Exceptions one by one, each with ``handling`` or ``order``."""

    day: str = ""
    lines: list[Key] = Field(max_length=MOST)
    name: str
    sha256: str = ""
    handling: str = ""
    looked: bool = False
    order: bool = False


class Signed(Schema):
    records: list[int]


class DayIn(Schema):
    day: str = ""


class OwnFormOut(Schema):
    code: str
    version: int
    title: str
    digest: str
    active: bool


class OwnFormText(OwnFormOut):
    text: str


class OwnFormIn(Schema):
    text: str = Field(max_length=own_forms.LARGEST)


class SwitchIn(Schema):
    on: bool


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    return scope


def _desk(scope: Scope, day: str) -> DeskDay:
    found = queries.desk_of(scope, queries.china_day(day))
    if found is None:
        raise DeskDay.DoesNotExist
    return found


def _told(scope: Scope, desk: DeskDay) -> dict[str, Any]:
    return {"id": desk.pk, "day": desk.day, "filled_at": desk.filled_at, "signed": desk.signed,
            "counts": queries.counts(queries.lines_of(scope, desk))}


@router.get("/desk", response=DeskOut)
def desk(request: HttpRequest, day: str = "") -> dict[str, Any]:
    """The unit's desk of a day, today without one; 404 while it is not filled."""
    scope = _scope(request)
    return _told(scope, _desk(scope, day))


@router.post("/desk/fill", response=DeskOut)
def fill(request: HttpRequest, sent: DayIn) -> dict[str, Any]:
    """Fill a day anew with what telemetry says now; signed lines stay."""
    scope = _scope(request)
    return _told(scope, actions.refill(scope, sent.day))


@router.get("/desk/lines", response=Lines)
def lines(request: HttpRequest, asked: Query[LinesAsked]) -> dict[str, Any]:
    """Lines of a day, exceptions first, those signed last."""
    scope = _scope(request)
    by = queries.Filters(asked.state, asked.q, asked.area, asked.discharger, asked.kind, asked.mine)
    rows = queries.narrowed(scope, queries.lines_of(scope, _desk(scope, asked.day)), by)
    found = queries.ordered(queries.of_state(rows, asked.state))
    return {"count": found.count(), "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.get("/desk/lines/{pk}", response=WholeLine)
def line(request: HttpRequest, pk: Key) -> DeskLine:
    """One line with its answers."""
    return queries.line(_scope(request), pk)


@router.post("/desk/sign", response=Signed)
def sign(request: HttpRequest, sent: SignIn) -> dict[str, Any]:
    """Confirm lines; one submitted record each. Lines confirmed already are passed over."""
    scope = _scope(request)
    made = actions.sign(
        scope, _desk(scope, sent.day), sent.lines, looked=sent.looked, order=sent.order,
        signature={"name": sent.name, "sha256": sent.sha256}, handling=sent.handling)
    return {"records": [record.pk for record in made]}


@router.get("/own-forms", response=list[OwnFormOut])
def own_form_list(request: HttpRequest) -> list[OwnForm]:
    """Every version of the unit's own forms."""
    return list(own_forms.own_forms_of(_scope(request)))


@router.get("/own-forms/{code}", response=OwnFormText)
def own_form(request: HttpRequest, code: str) -> OwnForm:
    """The newest version of a form with its text."""
    return own_forms.own_form(_scope(request), code)


@router.post("/own-forms", response=OwnFormOut)
def keep_own_form(request: HttpRequest, sent: OwnFormIn) -> OwnForm:
    """Enter a form or a new version of one."""
    return own_forms.keep_own_form(_scope(request), sent.text)


@router.post("/own-forms/{code}/switch", response=OwnFormOut)
def switch_own_form(request: HttpRequest, code: str, sent: SwitchIn) -> OwnForm:
    """Switch a form off, or on again."""
    return own_forms.switch_own_form(_scope(request), code, sent.on)
