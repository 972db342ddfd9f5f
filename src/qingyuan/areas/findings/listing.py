"""The list of findings as its address asks for it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.address import small_int

from . import rates
from .kinds import KINDS
from .models import OPEN, Finding, Severity, State
from .queries import findings_of

TABS = ("", *State.values, "all")
BIG = 2**62
HITS = 2000  # a search goes from the newest back and ends after so many
NAMED = 1000  # points whose names a search takes in
PAGE = 50


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
    person: int | None = None  # 0: nobody's
    first: date | None = None  # months in which it was raised, both included
    last: date | None = None
    clock: str = ""  # of ``rates.MET``

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        def among(name: str, values: Any) -> str:
            said = params.get(name, "")
            return said if said in values else ""

        return cls(among("state", TABS), among("kind", KINDS),
                   among("severity", Severity.values), params.get("mine") == "1",
                   small_int(params.get("point", ""), None, BIG), params.get("q", "").strip()[:64],
                   small_int(params.get("person", ""), None, BIG), month(params.get("from", "")),
                   month(params.get("to", "")), among("clock", rates.MET))

    @property
    def any(self) -> bool:
        return bool(self.kind or self.severity or self.mine or self.text or self.counted
                    or self.point is not None)

    @property
    def counted(self) -> bool:
        """Whether it is what a figure of the response rates counts."""
        return bool(self.clock or self.first or self.last or self.person is not None)


def month(text: str) -> date | None:
    """The first day of a month said as 2026-11; None for any other text."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


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
    if by.counted:
        rows = _counted(rows.filter(organisation=scope.organisation), by)
    if by.text:
        # The few points of that name first: a join would look up the name for every finding.
        named = points_of(scope).filter(
            Q(name__icontains=by.text) | Q(organisation__name__icontains=by.text))
        keys = list(named.values_list("pk", flat=True)[:NAMED])
        # Chinese has no case, and to fold that of every title takes most of a search's time.
        cased = by.text.upper() != by.text.lower()
        rows = rows.filter(Q(**{f"title__{'icontains' if cased else 'contains'}": by.text})
                           | Q(point__in=keys))
    return rows


def _counted(rows: QuerySet[Finding], by: Filters) -> QuerySet[Finding]:
    rows = rates.told(rows)
    if by.person is not None:
        rows = rows.filter(person=by.person or None)
    if by.first:
        rows = rows.filter(raised_at__gte=rates.begins(by.first))
    if by.last:
        rows = rows.filter(raised_at__lt=rates.begins(rates.after(by.last)))
    return rates.of_clock(rows, by.clock) if by.clock else rows


def of_tab(rows: QuerySet[Finding], state: str) -> QuerySet[Finding]:
    """The findings of one tab, newest first."""
    if state == "all":
        return rows
    return rows.filter(state__in=[state] if state else OPEN)


def counts(rows: QuerySet[Finding]) -> dict[str, int]:
    """How many each tab has. One query."""
    by_state = dict(rows.select_related(None).order_by().values_list("state").annotate(
        Count("pk")))
    return _sums(by_state)


def _sums(by_state: Mapping[str, int]) -> dict[str, int]:
    return {"": sum(by_state.get(one, 0) for one in OPEN), "all": sum(by_state.values()),
            **{one: by_state.get(one, 0) for one in State.values}}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. ``counts`` by tab; ``capped``: a search found more than ``HITS``, and
    the counts are of the newest only."""

    page: Page
    counts: dict[str, int]
    capped: bool = False


def listed(scope: Scope, by: Filters, number: str | None) -> Listed:
    """A page as its address asks for it: keys from an index alone, then the rows of the page."""
    rows, capped = found(scope, by), False
    keys: Any
    if by.text:
        hits = list(rows.values_list("pk", "state")[:HITS + 1])
        capped, hits = len(hits) > HITS, hits[:HITS]
        tally = _sums(Counter(state for _pk, state in hits))
        wanted = (by.state,) if by.state not in ("", "all") else (
            OPEN if not by.state else tuple(State.values))
        keys = [pk for pk, state in hits if state in wanted]
    else:
        tally, keys = counts(rows), of_tab(rows, by.state).values_list("pk", flat=True)
    pages = Paginator(keys, PAGE)
    pages.count = tally[by.state]
    page = pages.get_page(number)
    page.object_list = rows_of(scope, list(page.object_list))
    return Listed(page, tally, capped)


def rows_of(scope: Scope, keys: list[int]) -> list[Finding]:
    """Visible findings of these keys, in their order."""
    held = {row.pk: row for row in findings_of(scope).filter(pk__in=keys).order_by()}
    return [held[pk] for pk in keys if pk in held]
