"""What to order: how much, of whom, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from qingyuan.areas.organisations.models import Organisation

from . import queries
from .models import Batch, Part
from .standing import Standing, standings


@dataclass(frozen=True, slots=True)
class Proposal:
    """``quantity`` pieces bring the stock above ``limit``, with what is used or fails until the
    delivery comes. ``by``: the last day to order before the stock is used up; none where no use is
    known. Supplier and price are those of the last batch that names them."""

    part: Part
    stock: int
    limit: Fraction | None
    reading: str
    quantity: int
    by: date | None
    supplier: str = ""
    price: Decimal | None = None

    @property
    def amount(self) -> Decimal | None:
        """Yuan; none without a price."""
        return None if self.price is None else self.price * self.quantity


def proposals(unit: Organisation, day: date) -> list[Proposal]:
    """Parts that are short on the day or will be before a delivery comes, by the limits or by an
    office's minimum, the most pressing first."""
    wanting: dict[int, int] = {}
    for least in queries.office_short(unit, day):
        lack = int(least.limit) - least.stock
        wanting[least.part.pk] = wanting.get(least.part.pk, 0) + lack
    rows = [one for one in standings(unit, day) if one.needed or one.part.pk in wanting]
    last = _last_batches(unit, [one.part.pk for one in rows])
    found = []
    for one in rows:
        batch = last.get(one.part.pk)
        found.append(Proposal(
            one.part, one.stock, one.limit if one.needed else None,
            one.reading if one.needed else "minimum",
            max(one.needed, wanting.get(one.part.pk, 0)),
            _latest(one, day), batch.supplier if batch else "", batch.price if batch else None))
    return sorted(found, key=lambda one: (one.by or date.max, one.part.code))


def _latest(one: Standing, day: date) -> date | None:
    """The day on which an order has to go out so that it comes before the stock is used up."""
    if not one.monthly:
        return None
    left = int(one.stock * 30 / one.monthly)
    return day + timedelta(days=max(0, min(left, 3650) - one.part.lead_days))


def _last_batches(unit: Organisation, parts: list[int]) -> dict[int, Batch]:
    rows = Batch.objects.filter(part__organisation=unit, part__in=parts).exclude(
        supplier="", price=None).order_by("id")
    return {row.part_id: row for row in rows}


def total(rows: Iterable[Proposal]) -> Decimal:
    """Yuan of all that have a price."""
    return sum((one.amount for one in rows if one.amount is not None), Decimal(0))
