"""A point's marks brought into line with what the platform's rows say.

What agrees is matched; what differs stands beside a mark of the platform's own, and only that
counts; rows that no prepared mark agrees with become marks of their own. A state that never rested
on rows of the platform is left as it is. Running it again on the same rows writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope

from ..facts import add_mark, mark_changed, withdraw_mark
from ..models import Mark, MarkState, Origin, PlatformMark
from .matching import Prepared, Row, Verdict, match
from .queries import expected_factors

BACK = (MarkState.MATCHED, MarkState.DIFFERS)


@dataclass(slots=True)
class Settled:
    """What the rows of a point came to: row key → matched, differs or new; row key → key of the
    prepared mark that it agrees or disagrees with."""

    outcome: dict[int, str] = field(default_factory=dict)
    beside: dict[int, int] = field(default_factory=dict)


def reconcile(scope: Scope, point: MonitoringPoint, since: int, until: int, *, now: float
              ) -> Settled:
    """Settle all marks and rows of a visible point that touch [since, until) or each other, in the
    caller's transaction."""
    since, until = _reach(point.pk, since, until)
    rows = list(_rows(point.pk, since, until).filter(deleted=False, completed=True))
    marks = list(_marks(point.pk, since, until).select_for_update())
    mine = [mark for mark in marks if mark.origin != Origin.IMPORT]
    factors = expected_factors([point.pk]).get(point.pk, frozenset())
    known = set(PlatformMark.objects.filter(mark__in=mine).values_list("mark", flat=True))
    known |= {mark.pk for mark in mine if mark.matched_id is not None}
    verdicts = match(
        [Prepared(m.pk, m.kind, m.start, m.end, m.factor, factors) for m in mine],
        [Row(r.pk, r.kind, r.start, r.end, r.factor) for r in rows])
    found = Settled()
    by_key = {row.pk: row for row in rows}
    spoken = {key: mark for mark in mine if verdicts[mark.pk].state == "matched"
              for key in verdicts[mark.pk].rows}
    _withdraw_idle(scope, marks, [row for row in rows if row.pk not in spoken], now)
    for row in rows:
        if row.pk not in spoken:
            found.outcome[row.pk] = "new"
            _stand(scope, point, row, now)
    for mark in mine:
        verdict = verdicts[mark.pk]
        for key in verdict.rows:
            found.outcome[key], found.beside[key] = verdict.state, mark.pk
        rested = verdict.rows or mark.pk in known
        if rested:
            _settle(scope, mark, verdict, [by_key[key] for key in verdict.rows])
    return found


def _reach(point: int, since: int, until: int) -> tuple[int, int]:
    """The span widened until no mark or row crosses its edges."""
    while True:
        wider = [(since, until)]
        for rows in (_marks(point, since, until), _rows(point, since, until)):
            ends = rows.order_by().aggregate(first=Min("start"), last=Max("end"))
            if ends["first"] is not None:
                wider.append((ends["first"], ends["last"]))
        found = min(first for first, _last in wider), max(last for _first, last in wider)
        if found == (since, until):
            return found
        since, until = found


def _marks(point: int, since: int, until: int) -> QuerySet[Mark]:
    return Mark.objects.filter(point=point, replaced_by=None, withdrawn_at=None,
                               start__lt=until, end__gt=since)


def _rows(point: int, since: int, until: int) -> QuerySet[PlatformMark]:
    return PlatformMark.objects.filter(point=point, start__lt=until, end__gt=since)


def _withdraw_idle(scope: Scope, marks: Iterable[Mark], rows: Iterable[PlatformMark], now: float
                   ) -> None:
    """Close the platform's own marks that no row stands behind any more."""
    needed = {row.mark_id: row for row in rows if row.mark_id is not None}
    for mark in marks:
        row = needed.get(mark.pk)
        if mark.origin != Origin.IMPORT or (row is not None and _same(mark, row)):
            continue
        mark.platform.update(mark=None)
        Mark.objects.filter(matched=mark).update(matched=None)
        withdraw_mark(scope, mark, _("国发平台的申报已更改、撤销或与准备的标记一致"), now=now)


def _stand(scope: Scope, point: MonitoringPoint, row: PlatformMark, now: float) -> None:
    """See that a mark of the platform's own stands for the row."""
    held = Mark.objects.filter(pk=row.mark_id, withdrawn_at=None, replaced_by=None).first()
    if held is not None and held.origin == Origin.IMPORT and _same(held, row):
        return
    made = add_mark(
        scope, point, kind=row.kind, start=row.start, end=row.end, factor=row.factor,
        state=MarkState.DECLARED, note=row.reason, origin=Origin.IMPORT,
        declared_id=row.platform_id, declared_by=row.updated_by, declared_at=row.updated_at,
        now=now)
    row.mark = made
    row.save(update_fields=["mark"])


def _same(mark: Mark, row: PlatformMark) -> bool:
    return (mark.kind, mark.factor, mark.start, mark.end) == (
        row.kind, row.factor, row.start, row.end)


def _settle(scope: Scope, mark: Mark, verdict: Verdict, rows: list[PlatformMark]) -> None:
    """Give a prepared mark the state that the rows amount to, if it has another."""
    wanted = _wanted(mark, verdict, rows)
    if verdict.state == "matched":
        for row in rows:
            if row.mark_id != mark.pk:
                row.mark = mark
                row.save(update_fields=["mark"])
    before = {name: getattr(mark, name) for name in wanted}
    if before == wanted:
        return
    mark_changed(mark)
    for name, value in wanted.items():
        setattr(mark, name, value)
    mark.save(update_fields=list(wanted))
    mark_changed(mark)
    audit(scope, "match_mark", mark, before, wanted | {"why": verdict.why})


def _wanted(mark: Mark, verdict: Verdict, rows: list[PlatformMark]) -> dict[str, object]:
    if verdict.state == "matched":
        first = min(rows, key=lambda row: row.pk)
        return {"state": MarkState.MATCHED, "matched_id": None, "declared_id": first.platform_id,
                "declared_by": first.updated_by or mark.declared_by,
                "declared_at": first.updated_at or mark.declared_at}
    if verdict.state == "differs":
        longest = max(rows, key=lambda row: min(row.end, mark.end) - max(row.start, mark.start))
        return {"state": MarkState.DIFFERS, "matched_id": longest.mark_id}
    if mark.state in BACK:
        return {"state": MarkState.PREPARED, "matched_id": None, "declared_id": "",
                "declared_by": "", "declared_at": None}
    return {}
