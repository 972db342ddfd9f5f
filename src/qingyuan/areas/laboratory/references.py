"""Samples beside what refers to them (``sample:12``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .queries import samples_of


def shown(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Those that the scope may read, by number."""
    return {row.pk: Shown(_("样品 %s") % row.number, reverse("laboratory:sample", args=[row.pk]),
                          "sample", row.state)
            for row in samples_of(scope).filter(pk__in=keys)}
