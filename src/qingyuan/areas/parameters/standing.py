"""How points stand: compared, summed up for lists, and what differs raised as findings.

A matter is raised when it begins and when its values change, not at every comparison, so that one
which somebody closed stays closed until something is different again.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.measuring import factor_name
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings.models import Severity
from qingyuan.areas.findings.register import Raise, ended, raise_many
from qingyuan.areas.organisations.models import Organisation
from qingyuan.ui.numbers import china_time

from . import compare, kinds, queries
from .compare import READ, Difference
from .models import Filing, FilingState, ParameterStatus

DIFFERS, UNFILED = "parameter_differs", "parameter_unfiled"


def now_ms() -> int:
    """This instant."""
    return round(time.time() * 1000)


@transaction.atomic
def refresh(points: Sequence[MonitoringPoint], now: int) -> int:
    """Compare some points, keep how they stand, raise and end findings in their units' names. How
    many findings were raised. Some twelve queries, and those of raising."""
    pks = [point.pk for point in points]
    settle(pks, now)
    found = compare.of_points(points, now)
    units = queries.serving(pks)
    known = {row.point_id: row for row in
             ParameterStatus.objects.select_for_update().filter(point__in=pks)}
    raised: dict[Organisation, list[Raise]] = defaultdict(list)
    over: dict[int, list[str]] = defaultdict(list)
    rows = []
    for point in points:
        row = known.get(point.pk) or ParameterStatus(point=point)
        unit = units.get(point.pk)
        matters = matters_of(point, found[point.pk]) if point.active and unit else {}
        for key in _over(row, matters, unit):
            over[row.unit_id or 0].append(key)
        if unit is not None:
            raised[unit] += _new(row, matters, unit)
        row.unit, row.raised = unit, {key: sign for key, (sign, _one) in matters.items()}
        _sum_up(row, found[point.pk], now)
        rows.append(row)
    _store(rows)
    # What ended first: the same key raised again is then another matter.
    for unit in Organisation.objects.filter(pk__in=over):
        ended(unit, over[unit.pk], now)
    return sum(len(raise_many(unit, some)) for unit, some in raised.items() if some)


def _over(
    row: ParameterStatus, matters: dict[str, Any], unit: Organisation | None
) -> Iterable[str]:
    """Keys that were raised and are no more, or that were raised for another unit."""
    moved = row.unit_id is not None and row.unit_id != (unit.pk if unit else None)
    return [key for key in row.raised if moved or key not in matters]


def _new(
    row: ParameterStatus, matters: dict[str, tuple[str, Raise]], unit: Organisation
) -> list[Raise]:
    known = row.raised if row.unit_id == unit.pk else {}
    return [one for key, (sign, one) in matters.items() if known.get(key) != sign]


def matters_of(
    point: MonitoringPoint, found: Iterable[Difference]
) -> dict[str, tuple[str, Raise]]:
    """By key what is to be found at a point, with the values that make it another matter."""
    matters: dict[str, tuple[str, Raise]] = {}
    unfiled = []
    for one in found:
        if one.state == "differs" and one.filed is not None:
            raised = _differs(point, one)
            matters[raised.key] = (_sign(one), raised)
        elif one.state == "unfiled" and one.told:
            unfiled.append(one)
    if unfiled:
        raised = _unfiled(point, unfiled)
        matters[raised.key] = (",".join(f"{one.kind}.{one.factor}" for one in unfiled), raised)
    return matters


def _sign(one: Difference) -> str:
    assert one.filed is not None
    return "|".join([f"{one.filed.filing}:{one.filed.value}", *(
        f"{other.source}:{other.value}" for other in one.against if other.source in one.others)])


def _differs(point: MonitoringPoint, one: Difference) -> Raise:
    filed = one.filed
    assert filed is not None
    wrong = [other for other in one.against if other.source in one.others]
    read = any(other.source in READ for other in wrong)
    title = _("%(what)s与备案不一致：备案 %(filed)s %(unit)s，%(others)s") % {
        "what": name_of(one), "filed": filed.value, "unit": filed.unit,
        "others": "，".join(f"{other.label} {other.value}" for other in wrong)}
    return Raise(
        DIFFERS, f"{DIFFERS}:{point.pk}:{one.kind}:{one.factor}", title.replace(" ，", "，"),
        at=max(filed.since, *(other.last for other in wrong)), since=one.since, point=point,
        factor=one.factor, ref=f"filing:{filed.filing}",
        severity=Severity.CRITICAL if read else Severity.WARNING,
        detail={"clause": str(kinds.KINDS[one.kind].source) if one.kind in kinds.KINDS else "",
                "kind": one.kind, "filed": filed.value, "unit": filed.unit,
                "read": [[other.label, other.value, other.since, other.ref] for other in wrong]})


def _unfiled(point: MonitoringPoint, some: Sequence[Difference]) -> Raise:
    names = "、".join(name_of(one) for one in some[:5])
    title = _("%(n)d 项参数未备案：%(names)s") % {
        "n": len(some), "names": names + (_("等") if len(some) > 5 else "")}
    began = [one.since for one in some if one.since is not None]
    return Raise(UNFILED, f"{UNFILED}:{point.pk}", title, at=max(began), since=min(began),
                 point=point, detail={"parameters": [list(one.key) for one in some]})


def name_of(one: Difference) -> str:
    """A parameter with its factor, as people say it."""
    return f"{factor_name(one.factor)}{one.label}" if one.factor else one.label


def _sum_up(row: ParameterStatus, found: Sequence[Difference], now: int) -> None:
    filed = [one.filed for one in found if one.filed is not None]
    read = [other.last for one in found for other in one.against if other.source in READ]
    row.filed, row.filed_from = len(filed), max((one.since for one in filed), default=None)
    row.differs = sum(one.state == "differs" for one in found)
    row.unfiled = sum(one.state == "unfiled" and one.told for one in found)
    row.read_at, row.compared_at = max(read, default=None), now


_KEPT = ["unit", "filed", "differs", "unfiled", "filed_from", "read_at", "compared_at", "raised"]


def _store(rows: list[ParameterStatus]) -> None:
    ParameterStatus.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["point"], update_fields=_KEPT)


def settle(points: Iterable[int], now: int) -> int:
    """Of the approved filings that have begun, all but the latest of their system are superseded;
    how many were."""
    rows = Filing.objects.filter(
        point__in=list(points), state=FilingState.APPROVED, valid_from__lte=now,
    ).order_by("valid_from", "decided_at", "id")
    latest: dict[tuple[int, int | None], Filing] = {}
    old = []
    for row in rows:
        key = (row.point_id, row.system_id)
        if key in latest:
            latest[key].state, latest[key].superseded_at = FilingState.SUPERSEDED, row.valid_from
            old.append(latest[key])
        latest[key] = row
    Filing.objects.bulk_update(old, ["state", "superseded_at"])
    return len(old)


def since_words(one: Difference) -> str:
    """From when on it is so, for a sheet."""
    return china_time(one.since) if one.since is not None else ""
