"""How much is used, how often it fails, how many sets there are: the figures behind the limits.

Counted from the ledger: issues less what came back (returns, counter-moves). A month is a calendar
month in China; only complete ones count, from the first move of the unit on.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, Sum

from qingyuan.areas.assets.models import Instrument, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import in_force, midnight
from qingyuan.areas.organisations.models import Organisation
from qingyuan.kernel.clock import CST

from .models import Fit, Move, MoveKind, Part

USE_MONTHS, FAILURE_MONTHS = 3, 12
FEW = 5  # failures below which the upper bound is shown
DOUBT = 0.1  # chance that the true rate lies above the bound


class Machine(NamedTuple):
    """A system with the makes and models that stand in it, and its days in service."""

    kind: str
    technique: str
    models: frozenset[tuple[str, str]]
    since: date
    until: date | None
    point: int


def months_before(day: date, count: int, first: date | None) -> list[date]:
    """First days of the last complete months before the day, newest first, none that began before
    ``first``.

    >>> months_before(date(2026, 3, 15), 3, date(2026, 1, 1))
    [datetime.date(2026, 2, 1), datetime.date(2026, 1, 1)]
    """
    found = []
    month = day.replace(day=1)
    for _number in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
        if first is None or month < first:
            break
        found.append(month)
    return found


def ledger_begins(unit: Organisation) -> date | None:
    """The China day of the unit's first move."""
    at = Move.objects.filter(organisation=unit).aggregate(at=Min("at"))["at"]
    return None if at is None else datetime.fromtimestamp(at / 1000, CST).date()


def used(unit: Organisation, months: Sequence[date], *, orders: bool = False) -> dict[int, int]:
    """Part → pieces issued less returned in the months; with ``orders`` only what went to work
    orders."""
    if not months:
        return {}
    first, last = min(months), (max(months) + timedelta(days=32)).replace(day=1)
    rows = Move.objects.filter(
        organisation=unit, kind__in=(MoveKind.ISSUE, MoveKind.RETURN),
        at__gte=_ms(first), at__lt=_ms(last))
    rows = rows.filter(ref__startswith="order:") if orders else rows.exclude(
        ref__startswith="loan:")
    return {pk: -n for pk, n in rows.order_by().values_list("part").annotate(n=Sum("quantity"))}


def machines(unit: Organisation, first: date, last: date) -> list[Machine]:
    """Systems at the points that the unit served at some time from ``first`` to ``last``."""
    served = ServiceContract.objects.filter(
        om_unit=unit, since__lte=last).exclude(until__lt=first).values("point")
    standing = Instrument.objects.filter(since__lte=last).exclude(until__lt=first)
    models: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for system, maker, model in standing.filter(system__point__in=served).values_list(
            "system", "maker", "model"):
        models[system].add((maker.strip(), model.strip()))
    rows = MonitoringSystem.objects.filter(point__in=served, since__lte=last).exclude(
        until__lt=first)
    return [Machine(row.kind, row.technique,
                    frozenset(models[row.pk] | {(row.maker.strip(), row.model.strip())}),
                    row.since, row.until, row.point_id) for row in rows]


def served(unit: Organisation, day: date) -> set[int]:
    """Points under a contract of the unit on the day."""
    return set(ServiceContract.objects.filter(in_force(day), om_unit=unit).values_list(
        "point", flat=True))


def fits(fit: Fit, machine: Machine) -> bool:
    """Whether the part of the fit goes into the machine; a fit that asks nothing fits nothing."""
    if fit.kind and fit.kind != machine.kind:
        return False
    if fit.technique and fit.technique != machine.technique:
        return False
    if fit.maker or fit.model:
        return any((not fit.maker or fit.maker == maker) and (not fit.model or fit.model == model)
                   for maker, model in machine.models)
    return bool(fit.kind or fit.technique)


def sets(part_fits: Sequence[Fit], every: Sequence[Machine], points: set[int], day: date) -> int:
    """Systems in service on the day that the part fits."""
    return sum(1 for one in every
               if one.point in points and one.since <= day and (
                   one.until is None or day <= one.until)
               and any(fits(fit, one) for fit in part_fits))


def upper_bound(failures: int, doubt: float = DOUBT) -> float:
    """The mean of a Poisson count for which ``failures`` or fewer come with chance ``doubt``: the
    one-sided upper confidence bound of the expected number (half the chi-square quantile of
    2k + 2 degrees of freedom).

    >>> round(upper_bound(0), 4), round(upper_bound(3), 4)
    (2.3026, 6.6808)
    """
    low, high = 0.0, 10.0 + 3.0 * failures
    for _step in range(80):
        middle = (low + high) / 2
        terms, term = 1.0, 1.0
        for number in range(1, failures + 1):
            term *= middle / number
            terms += term
        if math.exp(-middle) * terms > doubt:
            low = middle
        else:
            high = middle
    return high


def compatible(part: Part, part_fits: Sequence[Fit]) -> bool | None:
    """Whether the part is of the same make and model as, or can fully replace, all that it fits;
    None where nobody has said what it fits."""
    if not part_fits:
        return None
    return all(fit.full_replacement or bool(fit.maker and fit.model) and (
        (fit.maker, fit.model) == (part.maker, part.model)) for fit in part_fits)


def _ms(day: date) -> int:
    return round(midnight(day).timestamp() * 1000)
