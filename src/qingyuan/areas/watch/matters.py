"""Matters that last: what is so now beside what was told before. For detectors over duties, orders
and papers, which ask for all that is so instead of what is new."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.findings import register
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation

from .models import Kept

SOME = 1000


class Matter(NamedTuple):
    """``mark`` says what of it is new: with another mark it is raised again."""

    raised: Raise
    mark: str = ""


def units() -> QuerySet[Organisation]:
    """Units with a contract in force."""
    return Organisation.objects.filter(active=True, pk__in=ServiceContract.objects.filter(
        in_force(today()), point__active=True).values("om_unit"))


@transaction.atomic
def keep(
    organisation: Organisation, detector: str, matters: Sequence[Matter], now: int
) -> int:
    """Raise what is new, end what is over, remember what is so; how many were raised. A matter
    that somebody closed while it lasts is not raised again."""
    rules = RuleSet(organisation)
    wanted = {one.raised.key: one for one in matters if rules.at(
        one.raised.kind, one.raised.point.pk if one.raised.point else None).on}
    prefix = f"{organisation.pk}:"
    held = {row.key.removeprefix(prefix): row.memory["mark"] for row in Kept.objects.filter(
        detector=detector, organisation=organisation)}
    new = [one for key, one in wanted.items() if held.get(key) != one.mark]
    for first in range(0, len(new), SOME):
        register.raise_many(organisation, [one.raised for one in new[first:first + SOME]])
    over = held.keys() - wanted.keys()
    register.ended(organisation, over, now)
    Kept.objects.filter(detector=detector, key__in=[prefix + key for key in over]).delete()
    Kept.objects.bulk_create(
        (Kept(organisation=organisation, detector=detector, key=prefix + one.raised.key,
              memory={"mark": one.mark}) for one in new),
        update_conflicts=True, unique_fields=["detector", "key"], update_fields=["memory"],
        batch_size=SOME)
    return len(new)


def over(detector: str, served: Sequence[Organisation], now: int) -> None:
    """End what is remembered of units that serve nobody any more."""
    rows = Kept.objects.filter(detector=detector).exclude(organisation__in=served)
    for unit in Organisation.objects.filter(pk__in=rows.values("organisation")):
        keep(unit, detector, (), now)
