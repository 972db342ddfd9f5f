"""Each part against the standard's limits on a day: 110 % in both readings (4.6.1.2), failure rate
times sets (4.6.1.3). The figures and the default reading are the book's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from qingyuan.areas.organisations.models import Organisation, Role
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.calc.exact import exact

from . import use
from .models import Part, PartKind

MONTH_DAYS = 30  # for what fails while an order is on its way


@dataclass(frozen=True, slots=True)
class Standing:
    """A part on a day. ``limit`` is what the stock has to be above (``at_least``: has to reach) by
    the reading used; none where nothing can be said. ``other`` is the limit of the other reading.
    ``monthly`` is the mean use of ``months``; ``rate`` failures a set and month, ``bound`` its
    upper bound when failures are few; ``lead`` failures expected until a delivery comes."""

    part: Part
    stock: int
    limit: Fraction | None = None
    reading: str = ""
    other: Fraction | None = None
    other_reading: str = ""
    share: Fraction | None = None
    at_least: bool = False
    monthly: Fraction | None = None
    months: tuple[date, ...] = ()
    sets: int | None = None
    installed: Fraction | None = None
    failures: int | None = None
    exposure: int = 0  # sets times months
    rate: Fraction | None = None
    bound: float | None = None
    lead: Fraction | None = None
    compatible: bool | None = None

    @property
    def low(self) -> bool:
        """Whether the stock is too small by the reading used."""
        return _below(self.stock, self.limit, self.at_least)

    @property
    def other_low(self) -> bool:
        """Whether it is by the other reading."""
        return _below(self.stock, self.other, self.at_least)

    @property
    def state(self) -> str:
        """``ok``, ``low``, ``unknown`` (nothing to hold it against) or ``none`` (no limit)."""
        if self.part.kind not in (PartKind.CONSUMABLE, PartKind.CORE):
            return "none"
        return "unknown" if self.limit is None else "low" if self.low else "ok"

    @property
    def needed(self) -> int:
        """Pieces to order so that the stock is above the limit, the wider bound and the time of
        delivery taken in."""
        most = max((one for one in (self.limit, self.advised) if one is not None), default=None)
        if most is None:
            return 0
        target = ceil(most) if self.at_least else int(most // 1) + 1
        return max(0, target - self.stock)

    @property
    def advised(self) -> Fraction | None:
        """What the limit would be with the use or the failures until a delivery comes, and with the
        upper bound of the rate where failures are few."""
        if self.limit is None:
            return None
        extra = self.lead or Fraction(0)
        if self.bound is not None and self.sets:
            widest = Fraction(self.bound).limit_denominator(10**6) * self.sets
            return max(self.limit, widest) + extra
        return self.limit + extra


def _below(stock: int, limit: Fraction | None, at_least: bool) -> bool:
    return limit is not None and (stock < limit if at_least else stock <= limit)


def standings(unit: Organisation, day: date, parts: Sequence[Part] | None = None) -> list[Standing]:
    """All active parts of the unit, or those given, on the day."""
    from .queries import usable

    rows = list(Part.objects.filter(organisation=unit, active=True).prefetch_related(
        "fits")) if parts is None else list(parts)
    if not rows:
        return []
    book = book_of(Scope(unit, Role.MANAGER))
    first = use.ledger_begins(unit)
    failure_months = use.months_before(day, use.FAILURE_MONTHS, first)
    months = failure_months[:use.USE_MONTHS]
    every = use.machines(unit, min([*failure_months, day]), day)
    then = [_last(month) for month in failure_months]
    served = {one: use.served(unit, one) for one in {day, *then}}
    monthly, failed = use.used(unit, months), use.used(unit, failure_months, orders=True)
    there = usable(unit, day)
    found = []
    for part in rows:
        own = list(part.fits.all())
        stock = sum(there.get(part.pk, {}).values())
        count = use.sets(own, every, served[day], day) if own else None
        if part.kind == PartKind.CONSUMABLE:
            found.append(_consumable(part, stock, count, monthly.get(part.pk, 0), months, book,
                                     day))
        elif part.kind == PartKind.CORE:
            exposure = sum(use.sets(own, every, served[one], one) for one in then)
            found.append(_core(part, stock, count, failed.get(part.pk, 0), exposure,
                               failure_months, book, day))
        else:
            found.append(Standing(part, stock, sets=count))
    return found


def _consumable(
    part: Part, stock: int, sets: int | None, used: int, months: Sequence[date], book: BookFor,
    day: date,
) -> Standing:
    share = _number(book, "capability.consumable.share", day)
    monthly = Fraction(max(used, 0), len(months)) if months else None
    installed = None if sets is None else Fraction(sets * part.per_set)
    bases = {"monthly_use": monthly, "installed": installed}
    default = str(book.at("capability.consumable.basis", day).value)
    second = next(word for word in bases if word != default)
    # The other reading stands in where nothing is known of the first, as in the evaluation.
    if bases[default] is None and bases[second] is not None:
        default, second = second, default
    limits = {word: None if base is None else share * base for word, base in bases.items()}
    lead = None if monthly is None else monthly * part.lead_days / MONTH_DAYS
    return Standing(part, stock, limits[default], default, limits[second], second, share,
                    monthly=monthly, months=tuple(months), sets=sets, installed=installed,
                    lead=lead)


def _core(
    part: Part, stock: int, sets: int | None, failed: int, exposure: int,
    months: Sequence[date], book: BookFor, day: date,
) -> Standing:
    failures = max(failed, 0)
    rate = Fraction(failures, exposure) if exposure else None
    limit = None if rate is None or sets is None else rate * sets
    bound = use.upper_bound(failures) / exposure if exposure and failures < use.FEW else None
    lead = None if limit is None else limit * part.lead_days / MONTH_DAYS
    at_least = str(book.at("capability.core_spare.compare", day).value) == "at_least"
    return Standing(part, stock, limit, "core", at_least=at_least, months=tuple(months), sets=sets,
                    failures=failures if months else None, exposure=exposure, rate=rate,
                    bound=bound, lead=lead, compatible=use.compatible(part, part.fits.all()))


def _number(book: BookFor, name: str, day: date) -> Fraction:
    value = book.at(name, day).value
    if isinstance(value, str | bool):
        raise TypeError(f"{name} is {value!r}, no number")
    return exact(value)


def _last(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
