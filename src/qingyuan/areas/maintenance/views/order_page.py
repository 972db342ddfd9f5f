"""The page of a work order, and the files of its log."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.models import ClockState, LetterKind, OrderPause, WorkOrder
from qingyuan.areas.maintenance.orders import clocks, queries, sampling, states
from qingyuan.areas.maintenance.orders.forms import FIRST, FORMS, Act
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules.queries import book_for

from .order_parts import used

VERBS = {
    "assign": "assign_order", "close": "close_order", "cancel": "close_order",
    "note": "open_order",
}
"""Acts that ask for another right than working on orders."""
OWN_ONLY = frozenset(FORMS) - {"note"}
HANDS_ON = frozenset({"accept", "arrive", "repaired", "restored", "check", "sample"})
"""The work itself: of whoever has the order or helps; of anybody while nobody has it. A manager may
enter it for others, but did not come there himself."""


def order_or_404(request: HttpRequest, pk: int) -> WorkOrder:
    try:
        return queries.order(request.scope, pk)
    except WorkOrder.DoesNotExist as error:
        raise Http404 from error


@page("see_orders")
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: its clocks with their sources, what may be done, its log, letters, samples."""
    return shown_order(request, order_or_404(request, pk))


def shown_order(request: HttpRequest, order: WorkOrder, refused: Act | None = None,
                act: str = "") -> HttpResponse:
    """The page of an order, with a refused form of its own if there is one."""
    scope, now = request.scope, queries.now_ms()
    prefetch_related_objects([order], "clocks", "pauses", "helpers__person")
    every = list(order.clocks.all())
    for clock in every:
        clock.shown, clock.left = queries.shown_state(clock, now), (clock.due_at - now) / 1000
        clock.day = clocks.day_of(clock.since).isoformat()
        clock.aside = clock.state == ClockState.CANCELLED
    seen = points_of(scope).filter(pk=order.point_id).exists()
    entries = list(order.entries.order_by("-at", "-id"))
    held = attached(order, [sha for entry in entries for sha in entry.files])
    for entry in entries:
        entry.word = states.ENTRIES.get(entry.verb, entry.verb)
        entry.kept = [held[sha] for sha in entry.files if sha in held]
    offered = acts(scope, order, refused, act)
    first = [one for one in offered if one["ahead"]]
    for one in offered:
        one["next"] = one in first[:1]
    duty = sampling.duty(order, now)
    own = order.organisation_id == scope.organisation.pk
    return render(request, "maintenance/order.html", {
        "order": order, "clocks": every, "seen": seen, "entries": entries, "own": own,
        "first": first, "other": [one for one in offered if one not in first],
        "traits": [str(clocks.TRAITS[t]) for t in order.traits if t in clocks.TRAITS],
        "helpers": list(order.helpers.all()),
        "paused": open_pause(order),
        "letters": list(queries.letters_of(scope).filter(order=order)),
        "letter_kinds": LetterKind.choices,
        "may_letter": own and may(scope, "edit_letters"),
        "sampling": duty, "sampling_last": duty.samples[-1] if duty and duty.samples else None,
        "sampling_day": clocks.day_of(duty.since).isoformat() if duty else "",
        "restore": restore_rule(order, every, seen),
        "record_url": _address("records:record-new"),
        "check_in_url": _address("records:check-in", order.point_id) if seen else "",
        "may_record": own and may(scope, "fill_record") and order.state != "cancelled",
        "may_check_in": own and may(scope, "check_in") and order.state in states.OPEN and (
            has(scope, order)),
        "may_value": seen and order.point.kind == "water" and may(scope, "record_manual_value"),
        **used(scope, order),
        "source": source_link(scope, order), "history": history(scope, order),
    }, status=422 if refused else 200)


def acts(scope: Scope, order: WorkOrder, refused: Act | None, named: str) -> list[dict[str, Any]]:
    """The acts that make sense for the scope in the order's state, each with its form; one that was
    refused shows its form again. ``ahead``: a step of the caller's own work."""
    found, hands = [], has(scope, order)
    for code, form in FORMS.items():
        mine = refused if refused is not None and code == named else None
        open_ = states.offered(code, order) or mine is not None and states.can(code, order)
        if not open_ or not _open_to(scope, order, code, hands):
            continue
        word = states.word(code, order)
        ahead = code in FIRST and (code not in HANDS_ON or hands) and (
            word == states.ORDER[code].word)
        found.append({"code": code, "word": word, "open": mine is not None, "ahead": ahead,
                      "form": mine or form(order, auto_id=f"id_{code}_%s")})
    ordered = {code: place for place, code in enumerate(FIRST)}
    return sorted(found, key=lambda one: ordered.get(one["code"], len(ordered)))


def _open_to(scope: Scope, order: WorkOrder, code: str, hands: bool) -> bool:
    """Whether an act is the caller's, and the order has what it is about."""
    if not may(scope, VERBS.get(code, "work_order")) or (
            code in OWN_ONLY and order.organisation_id != scope.organisation.pk):
        return False
    manages, paused = may(scope, "assign_order"), open_pause(order) is not None
    if code in HANDS_ON and not hands and (not manages or code == "arrive"):
        return False
    fits = {
        "resume": paused, "pause": not paused and _may_pause(order),
        "transfer": order.person == scope.user and not manages,
        "check": "failed_check" in order.traits,
    }
    if code == "sample":
        return sampling.begins(order, queries.now_ms()) is not None
    return fits.get(code, True)


def has(scope: Scope, order: WorkOrder) -> bool:
    """Whether the order is the caller's to work on: in charge, helping, or nobody's yet."""
    return order.person_id is None or scope.user is not None and (
        order.person_id == scope.user.pk
        or any(one.person_id == scope.user.pk for one in order.helpers.all()))


def open_pause(order: WorkOrder) -> OrderPause | None:
    """The pause that lasts, of an order whose pauses are loaded."""
    return next((one for one in order.pauses.all() if one.until is None), None)


def _may_pause(order: WorkOrder) -> bool:
    return any(clocks.pausable(one.code, one.provision)
               for one in order.clocks.all() if one.state == ClockState.RUNNING)


def restore_rule(order: WorkOrder, every: list[Any], seen: bool) -> Any:
    """The reading that says which of the two restore clocks counts; None where not both run."""
    found = {one.code: one for one in every}
    if not set(clocks.READINGS.values()) <= set(found):
        return None
    return book_for(order.point).find(
        clocks.RESTORE_RULE, clocks.day_of(found["restore_hours"].since))


def attached(order: WorkOrder, digests: list[str]) -> dict[str, Attachment]:
    """The files of an order's log by digest: the unit's or the discharger's."""
    if not digests:
        return {}
    rows = Attachment.objects.filter(sha256__in=digests, organisation__in=[
        order.organisation_id, order.point.organisation_id])
    return {row.sha256: row for row in rows}


@page("see_orders")
def order_file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A file of an order's log, for whoever may read the order."""
    order = order_or_404(request, pk)
    named = {sha for files in order.entries.values_list("files", flat=True) for sha in files}
    found = attached(order, [digest]) if digest in named else {}
    if digest not in found:
        raise Http404
    return served(found[digest], view=request.GET.get("view") == "1", request=request)


def source_link(scope: Scope, order: WorkOrder) -> tuple[str, str]:
    """(word, address) of what the order came from; ("", "") for nothing to be opened."""
    known = shown(scope, order.source_ref)
    return (known.label, known.link) if known else (order.source_ref, "")


def _address(name: str, *args: Any) -> str:
    """The address of a page of another room, "" while there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
