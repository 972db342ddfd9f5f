"""The API of work orders and letters: what the pages do, with the same actions."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.assets.queries import systems_of
from qingyuan.areas.findings.queries import finding as visible_finding
from qingyuan.areas.maintenance.models import Letter, WorkOrder
from qingyuan.areas.maintenance.orders import actions, letters, queries, sampling
from qingyuan.areas.maintenance.orders.from_findings import order_from
from qingyuan.areas.maintenance.orders.people import workers
from qingyuan.areas.organisations.scope import Scope, require

from . import order_schemas as schemas

router = Router(tags=["orders"])
ACTS: dict[str, tuple[type[Schema], Callable[..., Any]]] = {
    "accept": (schemas.At, actions.accept), "arrive": (schemas.At, actions.arrive),
    "report": (schemas.Report, actions.report), "repaired": (schemas.Repaired, actions.repaired),
    "restored": (schemas.Told, actions.restored), "check": (schemas.Check, actions.check),
    "sample": (schemas.Sample, actions.add_sample), "note": (schemas.Note, actions.add_entry),
    "pause": (schemas.Pause, actions.pause), "resume": (schemas.Resume, actions.resume),
    "traits": (schemas.Traits, actions.change_traits), "assign": (schemas.Person, actions.assign),
    "transfer": (schemas.Transfer, actions.transfer), "help": (schemas.Person, actions.help_with),
    "close": (schemas.Close, actions.close), "cancel": (schemas.Cancel, actions.cancel),
}
LETTER_ACTS: dict[str, tuple[type[Schema], Callable[..., Any]]] = {
    "edit": (schemas.LetterEdit, letters.edit_letter),
    "send": (schemas.LetterSend, letters.send_letter),
    "scan": (schemas.LetterScan, letters.add_scan),
    "receive": (schemas.LetterReceive, letters.receive_letter),
    "decide": (schemas.LetterDecide, letters.decide_letter),
}


@router.get("/orders", response=schemas.Orders)
def orders(request: HttpRequest, asked: Query[schemas.OrdersAsked]) -> dict[str, Any]:
    """Work orders, those whose next deadline is nearest first."""
    require(request.scope, "see_orders")
    by = queries.Filters(
        asked.state if asked.state in queries.TABS else "", asked.kind, asked.mine, asked.point,
        asked.q.strip())
    rows = queries.of_tab(queries.found(request.scope, by), by.state, queries.now_ms())
    shown = queries.listed(rows)[asked.offset:asked.offset + asked.limit]
    return {"count": rows.count(), "items": list(shown)}


@router.get("/orders/figures", response=list[schemas.FiguresOut])
def figures(request: HttpRequest, first: schemas.Instant, last: schemas.Instant) -> list[Any]:
    """Per kind of clock that began in [first, last): met in time, late, still running."""
    require(request.scope, "see_orders")
    return queries.clock_figures(request.scope, first, last)


@router.post("/orders", response=schemas.OrderDetail)
def open_order(request: HttpRequest, facts: schemas.OrderIn) -> WorkOrder:
    """Open an order at a visible point."""
    scope, said = request.scope, facts.dict()
    require(scope, "open_order")
    point = visible_point(scope, said.pop("point"))
    system, person = said.pop("system"), said.pop("person")
    made = actions.open_order(
        scope, point, **said,
        system=systems_of(scope, point).get(pk=system) if system is not None else None,
        person=_person(scope, person) if person is not None else None)
    return _detail(scope, made.pk)


@router.post("/findings/{pk}/order", response=schemas.OrderDetail)
def order_of_finding(request: HttpRequest, pk: schemas.Key, facts: schemas.FindingOrderIn) -> Any:
    """Open an order for a finding and its group; it closes them when it is closed."""
    scope, said = request.scope, facts.dict()
    require(scope, "open_order")
    person = said.pop("person")
    made = order_from(scope, visible_finding(scope, pk), **said,
                      person=_person(scope, person) if person is not None else None)
    return _detail(scope, made.pk)


@router.get("/orders/{pk}", response=schemas.OrderDetail)
def order(request: HttpRequest, pk: schemas.Key) -> WorkOrder:
    """One order with its clocks, its log and the state of manual sampling."""
    require(request.scope, "see_orders")
    return _detail(request.scope, pk)


def _detail(scope: Scope, pk: int) -> WorkOrder:
    found = queries.order(scope, pk)
    duty = sampling.duty(found)
    found.sampling = {
        **{name: getattr(duty, name) for name in schemas.SamplingOut.model_fields},
        "days": [{"day": one.day.isoformat(), "count": one.count, "needed": one.needed,
                  "short": one.short} for one in duty.days],
    } if duty else None
    return found


def _person(scope: Scope, pk: int) -> Any:
    return workers(scope.organisation).get(pk=pk)


def _order_act(code: str, schema: type[Schema], what: Callable[..., Any]) -> None:
    def act(request: HttpRequest, pk: schemas.Key, facts: schema) -> WorkOrder:  # type: ignore[valid-type]
        said = facts.dict()
        held = queries.order(request.scope, pk)
        if "person" in said:
            said["person"] = _person(request.scope, said["person"])
        what(request.scope, held, **said)
        return _detail(request.scope, pk)

    act.__doc__ = what.__doc__
    router.post(f"/orders/{{pk}}/{code}", response=schemas.OrderDetail,
                operation_id=f"order_{code}")(act)


@router.get("/letters", response=schemas.Letters)
def letter_list(request: HttpRequest, asked: Query[schemas.LettersAsked]) -> dict[str, Any]:
    """Letters to the authority, newest first."""
    require(request.scope, "see_orders")
    found = queries.letters_of(request.scope).order_by("-id")
    for name in ("state", "kind", "order"):
        value = getattr(asked, name)
        found = found.filter(**{name: value}) if value not in ("", None) else found
    return {"count": found.count(), "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.post("/letters", response=schemas.LetterOut)
def draft_letter(request: HttpRequest, facts: schemas.LetterIn) -> Letter:
    """Begin a letter from an order or at a point."""
    scope = request.scope
    require(scope, "edit_letters")
    return letters.draft_letter(
        scope, facts.kind,
        order=queries.order(scope, facts.order) if facts.order is not None else None,
        point=visible_point(scope, facts.point) if facts.point is not None else None)


@router.get("/letters/{pk}", response=schemas.LetterOut)
def letter(request: HttpRequest, pk: schemas.Key) -> Letter:
    require(request.scope, "see_orders")
    return queries.letter(request.scope, pk)


@router.delete("/letters/{pk}", response={204: None})
def discard_letter(request: HttpRequest, pk: schemas.Key) -> tuple[int, None]:
    """Drop a draft."""
    letters.discard_letter(request.scope, queries.letter(request.scope, pk))
    return 204, None


def _letter_act(code: str, schema: type[Schema], what: Callable[..., Any]) -> None:
    def act(request: HttpRequest, pk: schemas.Key, facts: schema) -> Letter:  # type: ignore[valid-type]
        what(request.scope, queries.letter(request.scope, pk), **facts.dict())
        return queries.letter(request.scope, pk)

    act.__doc__ = what.__doc__
    router.post(f"/letters/{{pk}}/{code}", response=schemas.LetterOut,
                operation_id=f"letter_{code}")(act)


for _code, (_schema, _what) in ACTS.items():
    _order_act(_code, _schema, _what)
for _code, (_schema, _what) in LETTER_ACTS.items():
    _letter_act(_code, _schema, _what)
