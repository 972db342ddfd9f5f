"""Points with their live state as the database can count it: tabs over ten thousand points cost one
query, and only the page that is shown reads values."""

import time
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, NullIf

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope

from .overview import MISSED, SILENT_AFTER

STATES = ("live", "late", "silent", "never")
LEAST = 120  # seconds; below this a missed packet or two says nothing


def point_states(scope: Scope, *, now: float | None = None) -> QuerySet[MonitoringPoint]:
    """Visible active points, each with ``mn``, ``seconds`` (between its real-time packets),
    ``heard`` (last arrival, epoch ms or None), ``last_frame``, ``patience`` (ms) and ``state``."""
    moment = int((time.time() if now is None else now) * 1000)
    links = LoggerAssignment.objects.filter(point=OuterRef("pk")).order_by("-since", "id")
    seconds = Subquery(links.values("logger__realtime_seconds")[:1])
    silence = Value(moment) - F("heard")
    return points_of(scope).filter(active=True).annotate(
        mn=Coalesce(Subquery(links.values("logger__mn")[:1]), Value("")),
        seconds=Coalesce(seconds, Value(30)),
        last_frame=F("latest__frame"),
        heard=NullIf(F("latest__at"), Value(0)),  # 0: history was filled in, nothing heard yet
    ).annotate(
        patience=Greatest(F("seconds") * MISSED * 1000, Value(LEAST * 1000),
                          output_field=BigIntegerField()),
    ).annotate(silence=silence).annotate(
        state=Case(
            When(heard=None, then=Value("never")),
            When(silence__lte=F("patience"), then=Value("live")),
            When(silence__lte=SILENT_AFTER * 1000, then=Value("late")),
            default=Value("silent"), output_field=CharField(),
        )
    )


def search_points(points: QuerySet[MonitoringPoint], params: Any) -> QuerySet[MonitoringPoint]:
    """Points whose name, outlet, discharger or MN holds ``q``; of one ``kind``.

    The middle dots of Uyghur and Kazakh names (· • ・) are one character here.
    """
    for dot in dotted(params.get("q", "").strip()[:64]):
        points = points.filter(_named(dot))
    if params.get("kind") in ("gas", "water"):
        points = points.filter(kind=params["kind"])
    return points


def dotted(text: str) -> list[str]:
    """The parts of a search text between middle dots, so that any dot finds any other.

    >>> dotted("阿不都·热西提"), dotted("")
    (['阿不都', '热西提'], [])
    """
    for dot in "•・":
        text = text.replace(dot, "·")
    return [part for part in text.split("·") if part]


def _named(text: str) -> Q:
    return (Q(name__icontains=text) | Q(outlet__name__icontains=text)
            | Q(organisation__name__icontains=text) | Q(code__icontains=text)
            | Q(pk__in=LoggerAssignment.objects.filter(logger__mn__icontains=text).values("point")))


def count_states(points: QuerySet[MonitoringPoint]) -> dict[str, int]:
    """How many points are in each state; one query."""
    found = dict(points.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in STATES}
