"""Reads of the back office: the queue, what is next, figures. Scope first; instants in epoch ms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from qingyuan.areas.assets.queries import midnight, today
from qingyuan.areas.organisations.regions import prefecture_of
from qingyuan.areas.organisations.scope import Scope, may, require

from ..models import Record, RecordState, Review, ReviewSettings, ReviewVerb
from ..presence.queries import now_ms
from .risk import SAMPLE

TABS = ("waiting", "overdue", "returned", "today")
MIDDLE, HIGH = "middle", "high"
HIGH_RISK = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is shown; ``state`` is one of TABS."""

    state: str = "waiting"
    form: str = ""
    point: int | None = None
    person: int | None = None
    area: str = ""
    text: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.form or self.point or self.person or self.area or self.text)


def submitted_of(scope: Scope) -> QuerySet[Record]:
    """The unit's own records that were submitted, whatever came of them; none for a role that
    does not review."""
    if not may(scope, "see_review"):
        return Record.objects.none()
    return Record.objects.filter(organisation=scope.organisation).exclude(
        state=RecordState.DRAFT).select_related(
        "point__outlet", "point__organisation", "system", "author")


def record(scope: Scope, pk: int) -> Record:
    """One submitted record with all that its page shows of related rows, and ``bulk_risk`` (None:
    the usual), in one query; Record.DoesNotExist for any other."""
    own = ReviewSettings.objects.filter(organisation=OuterRef("organisation"))
    return submitted_of(scope).select_related(
        "organisation", "sheet__task", "order", "replaces", "replaced_by", "desk_line",
        "cross_check", "point__place",
    ).annotate(bulk_risk=Subquery(own.values("bulk_risk")[:1])).get(pk=pk)


def queue(scope: Scope, by: Filters, now: int | None = None) -> QuerySet[Record]:
    """The records of a tab: waiting ones by risk, then by age; others the newest first."""
    rows = narrowed(scope, by).filter(condition(by.state, now_ms() if now is None else now))
    if by.state in ("waiting", "overdue"):
        return rows.order_by("-risk", "submitted_at", "id")
    return rows.order_by("-reviewed_at", "-id")


def tallies(scope: Scope, by: Filters, now: int | None = None) -> dict[str, int]:
    """How many each tab has under the filters. One query."""
    at = now_ms() if now is None else now
    counts: dict[str, int] = narrowed(scope, by).order_by().aggregate(
        **{tab: Count("pk", filter=condition(tab, at)) for tab in TABS})
    return counts


def condition(tab: str, now: int) -> Q:
    """What belongs to a tab."""
    if tab == "overdue":
        return Q(state=RecordState.SUBMITTED, review_due__lt=now)
    if tab == "returned":
        return Q(state=RecordState.RETURNED)
    if tab == "today":
        return Q(state=RecordState.ACCEPTED,
                 reviewed_at__gte=int(midnight(today()).timestamp() * 1000))
    return Q(state=RecordState.SUBMITTED)


def narrowed(scope: Scope, by: Filters) -> QuerySet[Record]:
    """The unit's submitted records that the filters other than the tab keep."""
    rows = submitted_of(scope)
    if by.form:
        rows = rows.filter(form=by.form)
    if by.point is not None:
        rows = rows.filter(point=by.point)
    if by.person is not None:
        rows = rows.filter(author=by.person)
    if by.area:
        rows = rows.filter(in_area(by.area))
    for word in by.text.split():
        rows = rows.filter(
            Q(point__name__icontains=word) | Q(point__organisation__name__icontains=word)
            | Q(title__icontains=word) | Q(who__icontains=word))
    return rows


def in_area(code: str) -> Q:
    """Records of points in a prefecture or 兵团 city: by the point's place, where it says nothing
    by the discharger's area."""
    prefix = code[:4] if code.endswith("00") else code
    unsaid = Q(point__place=None) | Q(point__place__area="")
    return Q(point__place__area=code) | (
        unsaid & Q(point__organisation__area__startswith=prefix))


def areas_of(records: Iterable[tuple[str | None, str]]) -> list[str]:
    """The prefectures of (place's area, discharger's area), each once, in order of their codes."""
    return sorted({code for own, theirs in records if (code := own or prefecture_of(theirs))})


def choices(scope: Scope) -> dict[str, list[tuple[Any, str]]]:
    """What the queue can be narrowed by: forms, people and prefectures that occur in it. One
    query."""
    rows = submitted_of(scope).filter(
        state__in=(RecordState.SUBMITTED, RecordState.RETURNED)).order_by().values_list(
        "form", "title", "author_id", "author__name", "author__username", "point__place__area",
        "point__organisation__area").distinct()
    forms: dict[str, str] = {}
    people: dict[int, str] = {}
    places = []
    for form, title, author, name, username, own, theirs in rows:
        forms[form] = title
        if author is not None:
            people[author] = name or username
        places.append((own, theirs))
    return {"forms": sorted(forms.items(), key=lambda one: one[1]),
            "people": sorted(people.items(), key=lambda one: one[1]),
            "areas": [(code, code) for code in areas_of(places)]}


def next_of(scope: Scope, by: Filters, after: Record | None = None) -> Record | None:
    """The record to be read next: the riskiest that waits and is not the reader's own."""
    rows = queue(scope, by if by.state in ("waiting", "overdue") else Filters())
    if scope.user is not None:
        rows = rows.exclude(author=scope.user)
    return rows.exclude(pk=after.pk).first() if after is not None else rows.first()


def is_drawn(record: Record) -> bool:
    """Whether the record was drawn at its submission to be read singly."""
    return any(one.get("code") == SAMPLE for one in record.risks)


def grade(risk: int, bulk_risk: int) -> str:
    """low (may be accepted together), middle or high.

    >>> grade(20, 20), grade(21, 20), grade(60, 20)
    ('low', 'middle', 'high')
    """
    if risk <= bulk_risk:
        return "low"
    return HIGH if risk >= HIGH_RISK else MIDDLE


@dataclass(frozen=True, slots=True)
class Figures:
    """What one reviewer read over some days. ``overdue`` were read after their time limit;
    ``sampled`` are the drawn ones, ``sample_returned`` those of them that were sent back;
    ``seconds`` is the median time from opening to deciding of those read singly."""

    who: str
    read: int
    accepted: int
    returned: int
    bulk: int
    overdue: int
    sampled: int
    sample_returned: int
    seconds: float | None

    @property
    def returned_percent(self) -> float | None:
        return 100 * self.returned / self.read if self.read else None

    @property
    def bulk_percent(self) -> float | None:
        return 100 * self.bulk / self.read if self.read else None


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """A unit's reviewing over [first, last): by reviewer and in all; ``submitted`` and ``waiting``
    count records, ``late`` those that still wait beyond their limit."""

    people: tuple[Figures, ...]
    total: Figures
    submitted: int
    waiting: int
    late: int


_Row = tuple[int | None, str, str, int | None, int, int | None, list[dict[str, Any]]]


def review_figures(scope: Scope, first: int, last: int) -> ReviewFigures:
    """How the unit reviewed over [first, last) (epoch ms). Two queries."""
    require(scope, "see_review")
    rows: list[_Row] = list(Review.objects.filter(
        record__organisation=scope.organisation, at__gte=first, at__lt=last,
    ).order_by("at").values_list(
        "by_id", "who", "verb", "seconds", "at", "record__review_due", "record__risks"))
    by: dict[int | None, list[_Row]] = {}
    for row in rows:
        by.setdefault(row[0], []).append(row)
    people = sorted((_figures(own[-1][1], own) for own in by.values()),
                    key=lambda one: (-one.read, one.who))
    counts = submitted_of(scope).order_by().aggregate(
        submitted=Count("pk", filter=Q(submitted_at__gte=first, submitted_at__lt=last)),
        waiting=Count("pk", filter=Q(state=RecordState.SUBMITTED)),
        late=Count("pk", filter=condition("overdue", now_ms())))
    return ReviewFigures(tuple(people), _figures("", rows), **counts)


def _figures(who: str, rows: Sequence[_Row]) -> Figures:
    count = {verb: sum(row[2] == verb for row in rows) for verb in ReviewVerb.values}
    drawn = [row for row in rows if any(one.get("code") == SAMPLE for one in row[6])]
    seconds = [row[3] for row in rows if row[3] is not None and row[2] != ReviewVerb.BULK]
    return Figures(
        who, len(rows), count["accept"] + count["sample"] + count["bulk"], count["return"],
        count["bulk"], sum(row[5] is not None and row[4] > row[5] for row in rows), len(drawn),
        sum(row[2] == ReviewVerb.RETURN for row in drawn), median(seconds) if seconds else None)
