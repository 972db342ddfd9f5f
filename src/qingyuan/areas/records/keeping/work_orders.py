"""Work orders that a record asks for: one for each item that failed, one for all failed results."""

from qingyuan.areas.maintenance.models import OrderKind, OrderSource, WorkOrder
from qingyuan.areas.maintenance.orders.actions import open_order
from qingyuan.areas.organisations.scope import Scope
from qingyuan.forms import Outcome

from ..models import Record
from .events import reference


def open_for(scope: Scope, record: Record, found: Outcome) -> list[WorkOrder]:
    """Open the orders that an outcome proposes; what an earlier version of the record has opened
    already is not opened again."""
    told = set(WorkOrder.objects.filter(
        organisation=record.organisation, source=OrderSource.RECORD,
        source_ref__in=[reference(one) for one in chain(record)],
    ).values_list("kind", "symptom"))
    opened = []
    for kind, symptom in wanted(found):
        if (kind, symptom) not in told:
            opened.append(open_order(
                scope, record.point, kind=kind, symptom=symptom, source=OrderSource.RECORD,
                source_ref=reference(record), system=record.system,
                traits=["failed_check"] if kind == OrderKind.CHECK else [],
                found_at=record.finished_at))
    return opened


def wanted(found: Outcome) -> list[tuple[str, str]]:
    """(kind, symptom) of the orders that an outcome proposes."""
    items = {one.path for one in found.failed}
    repairs = [one.sentence for one in found.proposals if one.path in items]
    results = [one.sentence for one in found.proposals if one.path not in items]
    orders = [(str(OrderKind.REPAIR), text[:400]) for text in repairs]
    if results:
        orders.append((str(OrderKind.CHECK), "；".join(dict.fromkeys(results))[:400]))
    return orders


def chain(record: Record) -> list[Record]:
    """A record and the versions that it replaces, newest first."""
    found = [record]
    while found[-1].replaces is not None:
        found.append(found[-1].replaces)
    return found
