"""Points one after the other: claimed, judged, let go."""

import gc
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.rules.queries import book_for
from qingyuan.kernel.windows import HOUR

from ..models import JudgedPoint
from . import arrived, dirty, ranges
from .chunk import LONGEST, Done, Work, fill_gaps, judge_chunk
from .claim import Lost, claim, release, renew, waiting, worker_name
from .clock import Clock
from .rules import mark_changed
from .subject import subject_of

SOME = 50  # points looked up at once
HOURS_SAID = 48  # stretches up to this are everyday work, of which nothing need be said
log = logging.getLogger("qingyuan.pipeline")
Say = Callable[[str], None]


def run(
    points: Sequence[int] | None = None, *, now: float | None = None,
    seconds: float | None = None, stopping: Callable[[], bool] = lambda: False,
    say: Say = lambda text: None, clock: Clock | None = None, worker: str | None = None,
) -> Done:
    """Judge what waits: of these points, or of all. Goes on until nothing waits that nobody else
    works on, ``seconds`` have passed or ``stopping`` says so; what was done. Several may run at
    once; one that is killed is replaced when its claim runs out."""
    me, until = worker or worker_name(), None if seconds is None else time.monotonic() + seconds
    moment, done, tried = time.time() if now is None else now, Done(), set[int]()
    before, patient = arrived.ended(moment), arrived.waited(moment)

    def over() -> bool:
        return stopping() or (until is not None and time.monotonic() >= until)

    with _calm():
        while not over():
            found = list(waiting(before, points, patient=patient).exclude(pk__in=tried)
                         .select_related("organisation")[:SOME])
            if not found:
                break
            stops = arrived.stops(found, moment)
            tried.update(point.pk for point in found)
            for point in found:
                if point.pk in stops and not over() and claim(point.pk, me):
                    done += _point(point, me, stops[point.pk], over, say, clock or Clock())
    return done


def _point(point: MonitoringPoint, worker: str, before: int, over: Callable[[], bool], say: Say,
           clock: Clock) -> Done:
    """Judge a claimed point as far as it goes. An error is kept with the point, which rests a
    while; the other points go on."""
    done, error = Done(), ""
    try:
        for step in _chunks(point, worker, before, clock):
            done += step
            if step.hours > HOURS_SAID:
                say(f"{point}: {done.hours} hours judged, {dirty.remaining(point.pk, before)} wait")
            if over():
                break
    except Lost as lost:
        log.warning("%s", lost)
    except Exception as problem:  # whatever it is, it must neither stop the worker nor be lost
        error = f"{type(problem).__name__}: {problem}"
        log.error("point %s cannot be judged:\n%s", point.pk, traceback.format_exc())
    finally:
        release(point.pk, worker, error=error)  # of one that was lost nothing is left to release
    return done


def _chunks(point: MonitoringPoint, worker: str, before: int, clock: Clock) -> Iterator[Done]:
    from ..wire_events import from_flags  # enters facts, and those mark hours by this package

    ranges.mark_changed(point.pk)  # before a mark is taken: by these the first hour is judged
    book = book_for(point).book.fingerprint
    known = JudgedPoint.objects.values_list("rules", flat=True).get(pk=point.pk)
    if known != book:  # "" is a point that was never judged to its end: its rows tell by what
        mark_changed(subject_of(point))
    while marks := dirty.take(point.pk, before, LONGEST):
        subject = subject_of(point)  # what was entered meanwhile counts
        more = fill_gaps(subject, marks)
        # What flags tell of is entered first, so that the hours are judged by it at once.
        more += from_flags(point, marks[0].hour, marks[-1].hour + HOUR)
        if more:
            marks = dirty.take(point.pk, before, LONGEST)
            # Always after the marks: a fact that comes between would lose its mark unjudged.
            subject = subject_of(point)
        renew(point.pk, worker)
        last = dirty.remaining(point.pk, before) <= len(marks)
        yield judge_chunk(Work(subject, worker, before, clock), marks, last=last)


@contextmanager
def _calm() -> Iterator[None]:
    """Fewer collections while hundreds of thousands of rows pass: all of them are freed by
    reference, the collector would only walk through them."""
    held = gc.get_threshold()
    gc.set_threshold(max(held[0], 200_000), *held[1:])
    try:
        yield
    finally:
        gc.set_threshold(*held)
