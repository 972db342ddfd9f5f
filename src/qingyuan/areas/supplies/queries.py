"""What lies where, what moved, what is short."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may

from . import standing
from .models import Balance, Batch, LoanOut, Minimum, Move, Part, Store


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of a batch in a store."""

    part: int
    store: int
    batch: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Short:
    """A part of which too little lies in store: of the whole unit (``office`` none) or in an
    office. ``reading`` says what ``limit`` is: ``monthly_use``, ``installed``, ``core``,
    ``minimum``. The stock has to be above the limit; a minimum has to be reached."""

    part: Part
    office: Office | None
    stock: int
    limit: Fraction
    reading: str

    @property
    def key(self) -> str:
        """The key of its finding: ``low_stock:<part>:<office>``, office 0 for the whole unit."""
        return f"low_stock:{self.part.pk}:{self.office.pk if self.office else 0}"


def parts_of(scope: Scope) -> QuerySet[Part]:
    """The unit's catalogue."""
    return _own(scope, Part.objects.all())


def stores_of(scope: Scope) -> QuerySet[Store]:
    """The unit's stores and vans."""
    return _own(scope, Store.objects.select_related("office", "keeper"))


def moves_of(scope: Scope) -> QuerySet[Move]:
    """The unit's ledger, newest first."""
    return _own(scope, Move.objects.select_related("part", "store", "batch"))


def loans_of(scope: Scope) -> QuerySet[LoanOut]:
    """Machines lent to points."""
    return _own(scope, LoanOut.objects.select_related(
        "batch__part", "point__organisation"))


def batches_of(scope: Scope) -> QuerySet[Batch]:
    """Batches of the unit's parts."""
    if not may(scope, "see_supplies"):
        return Batch.objects.none()
    return Batch.objects.filter(part__organisation=scope.organisation).select_related("part")


def _own(scope: Scope, rows: QuerySet) -> QuerySet:
    return rows.filter(organisation=scope.organisation) if may(
        scope, "see_supplies") else rows.none()


def part(scope: Scope, pk: int) -> Part:
    """One of the unit's; Part.DoesNotExist for any other."""
    return parts_of(scope).get(pk=pk)


def stock(unit: Organisation, day: date | None = None) -> list[Line]:
    """What lies in the unit's stores: now, or at the end of a China day, as the sum of the moves up
    to then. Zero lines are left out."""
    rows = Move.objects.filter(organisation=unit)
    if day is not None:
        rows = rows.filter(at__lt=_end(day))
    found = rows.order_by().values_list("part", "store", "batch").annotate(
        n=Sum("quantity")).exclude(n=0).order_by("part", "store", "batch")
    return [Line(*row) for row in found]


def moves_for(unit: Organisation, ref: str) -> QuerySet[Move]:
    """Moves with a reference ("order:7"), oldest first."""
    return Move.objects.filter(organisation=unit, ref=ref).select_related(
        "part", "store", "batch").order_by("at", "id")


def usable(unit: Organisation, day: date) -> dict[int, dict[int, int]]:
    """Part → store → pieces that may be used on the day: in a store that is kept, not expired."""
    lines = stock(unit, day)
    gone = set(Batch.objects.filter(
        part__organisation=unit, expires__lt=day).values_list("pk", flat=True))
    kept = set(Store.objects.filter(organisation=unit).filter(
        Q(until=None) | Q(until__gte=day)).values_list("pk", flat=True))
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in lines:
        if one.batch not in gone and one.store in kept:
            found[one.part][one.store] += one.quantity
    return found


def short(unit: Organisation, day: date | None = None) -> list[Short]:
    """Parts of which too little lies in store on the day (default today), against the readings that
    are in force, and against the least that an office wants."""
    date_ = day or today()
    return [Short(one.part, None, one.stock, one.limit, one.reading)
            for one in standing.standings(unit, date_) if one.low and one.limit is not None
            ] + office_short(unit, date_)


def office_short(unit: Organisation, day: date, part: Part | None = None) -> list[Short]:
    """What the offices' stores lack of what they want, of one part or of all."""
    wanted = Minimum.objects.filter(
        part__organisation=unit, part__active=True).select_related("part", "office")
    if part is not None:
        wanted = wanted.filter(part=part)
    rows = list(wanted)
    if not rows:
        return []
    offices = dict(Store.objects.filter(organisation=unit, office__isnull=False).values_list(
        "pk", "office"))
    there, found = usable(unit, day), []
    for least in rows:
        held = sum(n for store, n in there.get(least.part_id, {}).items()
                   if offices.get(store) == least.office_id)
        if held < least.quantity:
            found.append(
                Short(least.part, least.office, held, Fraction(least.quantity), "minimum"))
    return found


def expiring(unit: Organisation, day: date, days: int) -> list[tuple[Batch, Store, int]]:
    """Batches in store that have expired or will within the days, the earliest first."""
    lines = stock(unit, day)
    batches = {one.pk: one for one in Batch.objects.filter(
        part__organisation=unit, expires__lte=day + timedelta(days=days)).select_related("part")}
    stores = {one.pk: one for one in Store.objects.filter(organisation=unit)}
    found = [(batches[one.batch], stores[one.store], one.quantity)
             for one in lines if one.batch in batches]
    return sorted(found, key=lambda one: (one[0].expires or date.max, one[0].pk))


def worn(unit: Organisation) -> list[str]:
    """Where a balance is not the sum of its moves; [] when the books agree."""
    sums = {(one.store, one.batch): one.quantity for one in stock(unit)}
    rows = {(row.store_id, row.batch_id): row.quantity for row in Balance.objects.filter(
        store__organisation=unit)}
    return [f"store {store}, batch {batch}: balance {rows.get((store, batch), 0)}, "
            f"moves {sums.get((store, batch), 0)}"
            for store, batch in sorted(sums.keys() | rows.keys())
            if rows.get((store, batch), 0) != sums.get((store, batch), 0)]


def reading_word(reading: str) -> str:
    """A reading as people say it."""
    return {"monthly_use": _("月使用量"), "installed": _("设备保有量"),
            "core": _("故障率×台套数"), "minimum": _("办事处最低库存")}.get(reading, reading)


def total(lines: Iterable[Line], pk: int) -> int:
    """Pieces of a part."""
    return sum(one.quantity for one in lines if one.part == pk)


def _end(day: date) -> int:
    return round(midnight(day + timedelta(days=1)).timestamp() * 1000)
