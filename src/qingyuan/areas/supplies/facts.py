"""What the capability checks C13 to C16 are told of a unit's store on a day."""

from datetime import date
from fractions import Fraction

from django.db.models import Q

from qingyuan.areas.organisations.models import Organisation
from qingyuan.assess.capability import facts

from .models import Part, PartKind, Store, StoreKind
from .queries import usable
from .standing import standings


def consumables(unit: Organisation, day: date) -> tuple[facts.Consumable, ...] | None:
    """Each consumable with stock, mean monthly use and pieces mounted; None without a catalogue."""
    rows = _of(unit, PartKind.CONSUMABLE)
    return None if rows is None else tuple(
        facts.Consumable(_name(one.part), Fraction(one.stock), one.monthly, one.installed)
        for one in standings(unit, day, rows))


def core_spares(unit: Organisation, day: date) -> tuple[facts.CoreSpare, ...] | None:
    """Each core spare with stock, failure rate a month, sets in service and whether it replaces the
    original; None without a catalogue."""
    rows = _of(unit, PartKind.CORE)
    return None if rows is None else tuple(
        facts.CoreSpare(_name(one.part), Fraction(one.stock), one.rate,
                        None if one.sets is None else Fraction(one.sets), one.compatible)
        for one in standings(unit, day, rows))


def store(unit: Organisation, day: date) -> facts.Store | None:
    """The unit's stores as one: own if all are, shared if one is; standby machines that lie there
    (those lent to a point do not). None without a store on the day."""
    rows = list(Store.objects.filter(
        Q(until=None) | Q(until__gte=day), organisation=unit, kind=StoreKind.STORE,
        since__lte=day))
    if not rows:
        return None
    own = [row.own for row in rows]
    shared = [row.shared for row in rows]
    machines = set(Part.objects.filter(organisation=unit, kind=PartKind.STANDBY).values_list(
        "pk", flat=True))
    return facts.Store(
        own=False if False in own else None if None in own else True,
        shared=True if True in shared else None if None in shared else False,
        standby_machines=sum(sum(there.values()) for pk, there in usable(unit, day).items()
                             if pk in machines))


def _of(unit: Organisation, kind: str) -> list[Part] | None:
    rows = Part.objects.filter(organisation=unit)
    if not rows.exists():
        return None
    return list(rows.filter(kind=kind, active=True).prefetch_related("fits"))


def _name(part: Part) -> str:
    return f"{part.name}（{part.model}）" if part.model else part.name
