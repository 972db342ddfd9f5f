"""Samples of waste water measured by hand, as the platform's table has them, into facts.

A row is known by the platform's id, without one by its point, factor and time. What somebody has
entered here before and agrees is the same sample; what disagrees is left to people.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope

from ..manual_values import record_manual_value, replace_manual_value, withdraw_manual_value
from ..models import ManualValue, Origin
from ..pipeline.facts import in_force
from .places import Places, Unknown
from .reading import Refused, Rejected, Sample


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one line: ``outcome`` is recorded, replaced, withdrawn or same."""

    row: Sample
    point: MonitoringPoint
    factor: str
    outcome: str


def take(
    scope: Scope, rows: Iterable[Sample], rejects: list[Rejected],
    unknown: Counter[tuple[str, str, str]], now: float,
) -> list[Taken]:
    """Bring the facts into line with the rows, in the caller's transaction. What cannot be taken
    goes to ``rejects``, a place that no point is known for also to ``unknown``."""
    places, seen = Places(scope), dict[tuple[object, ...], int]()
    found: list[Taken] = []
    for row in rows:
        try:
            point = places.point(row.ps_name, row.mp_id, row.mp_name)
            factor = places.factor(point, row.factor, row.factor_name)
            key = (point.pk, row.platform_id or (factor, row.time))
            if key in seen:
                raise Refused(_("与第 %d 行是同一个手工监测值") % seen[key])
            seen[key] = row.line
            found.append(Taken(row, point, factor, _settle(scope, point, factor, row, now)))
        except Unknown as error:
            rejects.append(Rejected(row.sheet, row.line, row.cells, str(error)))
            if error.place:
                unknown[row.ps_name, row.mp_id, row.mp_name] += 1
        except Refused as error:
            rejects.append(Rejected(row.sheet, row.line, row.cells, str(error)))
        except ValidationError as error:
            rejects.append(Rejected(row.sheet, row.line, row.cells, "；".join(error.messages)))
    return found


def _settle(scope: Scope, point: MonitoringPoint, factor: str, row: Sample, now: float) -> str:
    standing = in_force(ManualValue, point.pk)
    at_once = standing.filter(factor=factor, time=row.time).first()
    known = standing.filter(platform_id=row.platform_id).first() if row.platform_id else None
    if known is None and at_once is not None and at_once.origin == Origin.IMPORT and (
            not row.platform_id):
        known = at_once
    if row.deleted:
        if known is None:
            return "same"
        withdraw_manual_value(scope, known, _("国发平台已撤销"), now=now)
        return "withdrawn"
    facts = {"factor": factor, "time": row.time, "value": row.value, "method": row.method,
             "instrument": row.instrument, "monitor_type": row.monitor_type}
    if known is not None:
        made = replace_manual_value(scope, known, note=row.reason, now=now, **facts)
        return "same" if made.pk == known.pk else "replaced"
    if at_once is not None:
        if at_once.value != row.value:
            raise Refused(_("该因子在这一时刻已登记 %(here)g mg/L，平台为 %(there)g mg/L，"
                            "请先核实并撤回其一") % {"here": at_once.value, "there": row.value})
        return "same"
    record_manual_value(scope, point, platform_id=row.platform_id, note=row.reason,
                        origin=Origin.IMPORT, now=now, **facts)
    return "recorded"
