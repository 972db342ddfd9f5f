"""How a loan of a machine stands beside a stock move that belongs to it."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .queries import loans_of


def shown(scope: Scope, keys: Sequence[int], factor: str = "") -> Mapping[int, Shown]:
    """The loans that the scope may see."""
    return {row.pk: Shown(f"{row.point.name}（{row.batch.serial}）", reverse("supplies:loans"))
            for row in loans_of(scope).filter(pk__in=keys)}
