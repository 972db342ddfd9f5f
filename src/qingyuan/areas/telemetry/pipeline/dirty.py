"""Marks on hours that must be judged again. Late data, a fact, a parameter and a rule all come
through here; a mark that is there already gets a new generation, so that none is lost while a
worker computes."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min

from qingyuan.kernel.windows import HOUR

from ..intake.sql import dialect
from ..models import DirtyWindow, JudgedPoint

SOME = 5_000  # marks a transaction, so that intake gets its turn


class Window(NamedTuple):
    """One marked hour as it was read."""

    hour: int
    generation: int


def mark_hours(point: int, hours: Iterable[int]) -> int:
    """Mark these hours (epoch seconds), in the caller's transaction if there is one; how many."""
    sql, pending, done = dialect(connection), iter(sorted(set(hours))), 0
    while some := list(islice(pending, SOME)):
        with transaction.atomic():
            sql.upsert_dirty([(point, hour) for hour in some])
        done += len(some)
    return done


def mark_span(point: int, since: int | None, until: int | None) -> int:
    """Mark the hours that [since, until) touches as far as the point has been or is being judged
    (None: as far as that reaches); how many. For a fact that may change them: hours before and
    after are judged with it when they are first judged."""
    reach = reach_of(point)
    if reach is None:
        return 0
    first, last = reach
    start = first if since is None else max(first, since - since % HOUR)
    end = last + HOUR if until is None else min(last + HOUR, until)
    return mark_hours(point, range(start, end, HOUR))


def reach_of(point: int) -> tuple[int, int] | None:
    """First and last hour that is judged or waits to be; None for a point that nothing came from.

    An hour that a worker is just judging for the first time keeps its mark until it is stored, so
    a fact entered meanwhile finds it.
    """
    judged = JudgedPoint.objects.filter(pk=point).values_list("first", "last").first()
    waits = DirtyWindow.objects.filter(point=point).aggregate(first=Min("hour"), last=Max("hour"))
    ends = [*(judged or ()), waits["first"], waits["last"]]
    known = [hour for hour in ends if hour is not None]
    return (min(known), max(known)) if known else None


def take(point: int, before: int, seconds: int) -> list[Window]:
    """A point's marks on hours that begin before ``before``, in order, as far as they lie within
    ``seconds`` of the first. Two queries."""
    marks = DirtyWindow.objects.filter(point=point, hour__lt=before)
    first = marks.order_by("hour").values_list("hour", flat=True).first()
    if first is None:
        return []
    some = marks.filter(hour__lt=first + seconds).order_by("hour")
    return [Window(*row) for row in some.values_list("hour", "generation")]


def remove(point: int, windows: Sequence[Window]) -> None:
    """Take away the marks that are still of the generation that was read."""
    dialect(connection).many(
        "DELETE FROM telemetry_dirtywindow WHERE point_id = %s AND hour = %s AND generation = %s",
        [(point, *window) for window in windows],
    )


def remaining(point: int, before: int) -> int:
    """Hours of a point that wait to be judged and begin before an instant."""
    return DirtyWindow.objects.filter(point=point, hour__lt=before).count()
