"""An order's clocks in the database: started, met, paused, taken back. Called by actions inside
their transaction; the order is locked by them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.maintenance.models import ClockState, OrderClock, OrderPause, WorkOrder
from qingyuan.areas.rules.queries import book_for
from qingyuan.standards.calendars import Calendar, working_days

from . import clocks

LIVE = (ClockState.RUNNING, ClockState.PAUSED)


def ruling(point: MonitoringPoint, at: int) -> tuple[clocks.Find, Calendar]:
    """How the point's book answers on the China day of an instant, and the working days of its
    region."""
    book, day = book_for(point), clocks.day_of(at)
    return lambda name: book.find(name, day), working_days(point.organisation.area)


def begin(order: WorkOrder, traits: Iterable[str], since: int) -> list[OrderClock]:
    """Start the clocks that the traits call for and that the order does not have yet; one that was
    taken back runs again. A clock that was met stays met."""
    find, calendar = ruling(order.point, since)
    held = {clock.code: clock for clock in order.clocks.order_by("since", "id")}
    made = []
    for one in clocks.begin(traits, order.point.kind, find, since, calendar):
        old = held.get(one.code)
        if old is None:
            made.append(_row(order, one))
        elif old.state == ClockState.CANCELLED and one.counts and old.met_at is None:
            old.state = ClockState.RUNNING
            old.save(update_fields=["state"])
            made.append(old)
    return made


def again(order: WorkOrder, code: str, since: int) -> OrderClock | None:
    """Start a further clock of a kind unless one of it is running: the loop of a failed check runs
    from its first failure, whatever fails again within it."""
    kind = clocks.BY_CODE[code]
    standing = order.clocks.filter(code=code)
    if order.point.kind not in kind.figures or standing.filter(state__in=LIVE).exists() or (
        standing.filter(since=since).exists()
    ):
        return None
    find, calendar = ruling(order.point, since)
    one = clocks.start(kind, order.point.kind, find, since, calendar)
    return _row(order, one) if one else None


def _row(order: WorkOrder, one: clocks.Clock) -> OrderClock:
    source = one.source
    if not one.counts:
        source = _("%s（仅作参照，以另一恢复时限为准）") % source
    return OrderClock.objects.create(
        order=order, code=one.code, title=one.title[:64], provision=one.provision,
        source=source[:200], status=one.status, amount=one.amount, unit=one.unit,
        calendar=one.calendar[:64], provisional=one.provisional, since=one.since,
        due_at=one.due_at,
        state=ClockState.RUNNING if one.counts else ClockState.CANCELLED)


def drop(order: WorkOrder, traits: Iterable[str]) -> list[OrderClock]:
    """Take back the live clocks that the traits no longer call for; what was met stays."""
    said, gone = set(traits), []
    for clock in order.clocks.filter(state__in=LIVE):
        if not clocks.BY_CODE[clock.code].applies(said, order.point.kind):
            clock.state = ClockState.CANCELLED
            clock.save(update_fields=["state"])
            gone.append(clock)
    return gone


def meet(order: WorkOrder, act: str, at: int) -> list[OrderClock]:
    """Stop the live clocks that an act meets, at the instant it happened."""
    met = []
    pause = open_pause(order)
    for clock in order.clocks.filter(state__in=LIVE):
        if clocks.BY_CODE[clock.code].met_by != act:
            continue
        if clock.state == ClockState.PAUSED and pause is not None:
            clock.due_at = clocks.moved(clock.since, clock.due_at, (pause.since, at))
        clock.met_at = at
        clock.state = ClockState.MET if at <= clock.due_at else ClockState.LATE
        clock.save(update_fields=["due_at", "met_at", "state"])
        met.append(clock)
    return met


def open_pause(order: WorkOrder) -> OrderPause | None:
    """The pause that lasts."""
    return order.pauses.filter(until=None).order_by("-since").first()


def pausable(order: WorkOrder, at: int) -> list[OrderClock]:
    """Running clocks that may stand still from an instant on and have not run out by then."""
    return [clock for clock in order.clocks.filter(state=ClockState.RUNNING, due_at__gte=at)
            if clocks.pausable(clock.code, clock.provision)]


def resume(order: WorkOrder, pause: OrderPause, until: int) -> list[OrderClock]:
    """Let the paused clocks run again, due later by the pause."""
    found = list(order.clocks.filter(state=ClockState.PAUSED))
    for clock in found:
        clock.due_at = clocks.moved(clock.since, clock.due_at, (pause.since, until))
        clock.state = ClockState.RUNNING
        clock.save(update_fields=["due_at", "state"])
    return found


def finish(order: WorkOrder, at: int, *, cancelled: bool) -> None:
    """End what still runs with the order: past its due instant it is late for good, unless the
    order was cancelled; otherwise it does not apply any more."""
    for clock in order.clocks.filter(state__in=LIVE):
        late = clock.state == ClockState.RUNNING and clock.due_at < at and not cancelled
        clock.state = ClockState.LATE if late else ClockState.CANCELLED
        clock.save(update_fields=["state"])
