"""Many reports, one after the other: what is there already is left, so that a run can go on."""

from datetime import date
from pathlib import Path

from django.db.models import Q
from django.utils.text import get_valid_filename

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.organisations.models import Organisation, Role
from qingyuan.areas.organisations.scope import Scope

from . import actions, queries, states
from .cover import docx, pdf
from .models import PeriodicReport
from .subject import span_of


class NotFound(ValueError):
    """No such unit or discharger, or more than one."""


def wanted(
    organisation: str, discharger: int | None, level: str, start: date,
) -> list[tuple[Scope, Organisation]]:
    """Who reports on whom: contracts in force in the time, by unit and discharger."""
    first, last = span_of(level, start)
    rows = ServiceContract.objects.filter(since__lte=last).filter(
        Q(until=None) | Q(until__gte=first))
    if organisation:
        rows = rows.filter(om_unit__name=organisation)
    if discharger is not None:
        rows = rows.filter(point__organisation=discharger)
    pairs = sorted(set(rows.values_list("om_unit", "point__organisation")))
    if not pairs:
        raise NotFound("no contract in force in that time; check --discharger, --organisation")
    if len({unit for unit, _plant in pairs}) > 1:
        names = Organisation.objects.filter(pk__in={unit for unit, _plant in pairs})
        raise NotFound("several units: say --organisation, one of "
                       + ", ".join(str(one) for one in names))
    held = Organisation.objects.in_bulk({pk for pair in pairs for pk in pair})
    scope = Scope(held[pairs[0][0]], Role.MANAGER)
    return sorted(((scope, held[plant]) for _unit, plant in pairs), key=lambda one: one[1].pk)


def written(
    scope: Scope, plant: Organisation, level: str, start: date, out: Path, *, anew: bool = False,
) -> list[str]:
    """Make or renew one report and write its two files; [] when they are there and not asked for
    anew. A sealed report is written as it is."""
    first, _last = span_of(level, start)
    stem = get_valid_filename(f"{plant.pk}-{plant.name}-{first:%Y-%m}-{level}")
    files = {out / f"{stem}.docx": docx, out / f"{stem}.pdf": pdf}
    if not anew and all(path.exists() for path in files):
        return []
    row = queries.reports_of(scope).filter(
        organisation=scope.organisation, discharger=plant, level=level, first=first).first()
    if row is None or row.state not in states.FIXED and states.can(row.state, "renew"):
        row = actions.make(scope, plant, level, first)
    assert isinstance(row, PeriodicReport)
    for path, make in files.items():
        part = path.with_suffix(path.suffix + ".part")
        part.write_bytes(make(row))
        part.replace(path)  # a file is whole or not there
    return [path.name for path in files]
