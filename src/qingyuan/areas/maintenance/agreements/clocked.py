"""Which duties the forms of a visit settle, whenever it takes place."""

from collections.abc import Iterable

from qingyuan.areas.assets.models import MonitoringSystem
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import DutyClock
from qingyuan.areas.organisations.models import Organisation


def clocked(
    unit: Organisation, systems: Iterable[MonitoringSystem]
) -> dict[tuple[int, str], list[str]]:
    """(system id, form) → keys of the duties on site whose clocks run and that the form records."""
    catalogue = duties_of(unit)
    known = {system.pk: system for system in systems}
    found: dict[tuple[int, str], list[str]] = {}
    rows = DutyClock.objects.filter(
        organisation=unit, system__in=list(known), active=True).order_by("duty")
    for pk, key in rows.values_list("system_id", "duty"):
        if key not in catalogue:
            continue
        duty, system = catalogue[key], known[pk]
        if duty.where == "site" and duty.holds(system.kind, system.technique):
            found.setdefault((pk, duty.form(system.technique)), []).append(key)
    return found
