"""Filings beside what refers to them (``filing:12``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .queries import filings_of


def shown(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Those that the scope may read, by their point."""
    return {row.pk: Shown(_("参数备案 %s") % row.point.name,
                          reverse("parameters:parameter-filing", args=[row.pk]),
                          "filing", row.state)
            for row in filings_of(scope).filter(pk__in=keys)}
