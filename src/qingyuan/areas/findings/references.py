"""Findings beside what refers to them (``finding:12``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .queries import findings_of


def shown(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Those that the scope may read."""
    rows = findings_of(scope).filter(pk__in=keys)
    return {row.pk: Shown(row.title, reverse("findings:finding", args=[row.pk]),
                          "finding", row.state)
            for row in rows}
