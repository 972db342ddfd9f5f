"""The list of findings as its address asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.address import small_int

from .kinds import KINDS
from .models import OPEN, Finding, Severity, State
from .queries import findings_of

TABS = ("", *State.values, "all")
BIG = 2**62


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; what makes no sense filters nothing. ``state`` "" is all that
    somebody still has to do something about."""

    state: str = ""
    kind: str = ""
    severity: str = ""
    mine: bool = False
    point: int | None = None
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        def among(name: str, values: Any) -> str:
            said = params.get(name, "")
            return said if said in values else ""

        return cls(among("state", TABS), among("kind", KINDS),
                   among("severity", Severity.values), params.get("mine") == "1",
                   small_int(params.get("point", ""), None, BIG), params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        return bool(self.kind or self.severity or self.mine or self.text
                    or self.point is not None)


def found(scope: Scope, by: Filters) -> QuerySet[Finding]:
    """Visible findings by everything but the state."""
    rows = findings_of(scope)
    if by.kind:
        rows = rows.filter(kind=by.kind)
    if by.severity:
        rows = rows.filter(severity=by.severity)
    if by.mine:
        rows = rows.filter(person=scope.user)
    if by.point is not None:
        rows = rows.filter(point=by.point)
    if by.text:
        rows = rows.filter(Q(title__icontains=by.text) | Q(point__name__icontains=by.text)
                           | Q(point__organisation__name__icontains=by.text))
    return rows


def of_tab(rows: QuerySet[Finding], state: str) -> QuerySet[Finding]:
    """The findings of one tab, newest first."""
    if state == "all":
        return rows
    return rows.filter(state__in=[state] if state else OPEN)


def counts(rows: QuerySet[Finding]) -> dict[str, int]:
    """How many each tab has. One query."""
    by_state = dict(rows.select_related(None).order_by().values_list("state").annotate(
        Count("pk")))
    return {"": sum(by_state.get(one, 0) for one in OPEN), "all": sum(by_state.values()),
            **{one: by_state.get(one, 0) for one in State.values}}
