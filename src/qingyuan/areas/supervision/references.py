"""Inspections beside what refers to them (``inspection:12``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .queries import inspections_of


def shown(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Those that the scope may read, by their point."""
    return {row.pk: Shown(_("督查 %s") % row.point.name,
                          reverse("supervision:inspection", args=[row.pk]),
                          "inspection", row.state)
            for row in inspections_of(scope).filter(pk__in=keys)}
