"""Papers, offices, rooms and tools as facts of ``qingyuan capability``."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.regions import prefecture_of, short_word
from qingyuan.assess.capability import facts

from .models import PaperKind, Premises, Room, Tool, UnitPaper, Vehicle
from .queries import running, standing


def unit_file(unit: Organisation, day: date) -> facts.Unit | None:
    """Name, whether the business scope covers O&M as a person has confirmed it, licence's end."""
    rows = list(UnitPaper.objects.filter(organisation=unit, kind=PaperKind.LICENCE))
    if not rows:
        return None
    held = [one for one in rows if one.issued <= day and (
        one.withdrawn_on is None or one.withdrawn_on > day)]
    if not held:
        return facts.Unit(unit.name, False, None)
    row = max(held, key=lambda one: (one.issued, one.pk))
    return facts.Unit(unit.name, row.covers, row.expires)


def offices(unit: Organisation, day: date) -> tuple[facts.Office, ...] | None:
    """One fact for each stretch of an office: its area and vehicles as they are on ``day``. Of an
    office without premises the area is not known; vehicles are known once one was entered."""
    rows = list(unit.offices.all())
    if not rows:
        return None
    area: dict[int, Fraction] = defaultdict(Fraction)
    known = set(Premises.objects.filter(office__in=rows).values_list("office", flat=True))
    for one in Premises.objects.filter(running(day), office__in=rows):
        area[one.office_id] += Fraction(one.area_m2)
    counted = Vehicle.objects.filter(organisation=unit).exists()
    cars: dict[int, int] = defaultdict(int)
    for pk in Vehicle.objects.filter(
            running(day), organisation=unit).values_list("office", flat=True):
        cars[pk] += 1
    return tuple(facts.Office(
        short_word(prefecture_of(one.area) or one.area), area[one.pk] if one.pk in known else None,
        cars[one.pk] if counted else None, one.since, one.until) for one in rows)


def rooms(unit: Organisation, day: date) -> tuple[facts.Room, ...] | None:
    """Rooms in use on the day, as they were last looked at."""
    rows = Room.objects.filter(office__organisation=unit)
    if not rows.exists():
        return None
    kinds = {"archive": "store"}  # an archive is looked at as a store is
    return tuple(facts.Room(kinds.get(one.kind, one.kind), one.suitable) for one in rows
                 if one.closed_on is None or one.closed_on > day)


def tools(unit: Organisation, day: date) -> tuple[facts.Tool, ...] | None:
    """Tools in use on the day."""
    rows = Tool.objects.filter(organisation=unit)
    if not rows.exists():
        return None
    return tuple(facts.Tool(one.name, one.kind, one.metrology_until) for one in rows
                 if one.retired_on is None or one.retired_on > day)


def filing(unit: Organisation, day: date) -> facts.Filing | None:
    """The newest filing that holds on the day."""
    rows = UnitPaper.objects.filter(organisation=unit, kind=PaperKind.FILING)
    if not rows.exists():
        return None
    row = rows.filter(standing(day)).order_by("-issued", "-pk").first()
    return facts.Filing(row.issued, row.expires) if row else facts.Filing(False)
