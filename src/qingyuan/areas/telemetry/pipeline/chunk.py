"""One stretch of a point's marked hours: read, judge, store, take the marks away.

Nothing is locked while it reads and computes. Hours are stored before days, days before months,
the marks go last, so that whatever is killed in between is simply done again and finds its own
rows as they should be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from qingyuan.calc.roles import is_pollutant
from qingyuan.calc.types import Judgement
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR

from ..models import JudgedPoint
from . import above, dirty, history, hours, store, years
from .claim import now_ms, renew
from .clock import Clock
from .dirty import Window
from .hours import Run
from .ledger import Ledger, ledger
from .rules import Rules
from .store import Change, There
from .subject import Subject

LONGEST = 400 * DAY  # a point-year is one stretch
NEAR = 48 * HOUR  # marked hours no farther apart are judged together with those between them
AHEAD, BACK = 400 * DAY, 31 * DAY  # silence longer than this is not filled with missing hours
BLOCK = 184 * DAY  # hours behind a change that are looked at in one piece
RESTART = 25 * DAY  # within which the verification after a long stop is due
LONG_STOP = 28 * DAY  # a stop shorter than this needs none, whatever the book says


ABOVE: tuple[windows.Level, ...] = ("day", "month", "quarter", "year")


class Done(NamedTuple):
    """Hours judged and rows written."""

    hours: int = 0
    written: int = 0

    def __add__(self, other: object) -> "Done":  # type: ignore[override]
        if not isinstance(other, Done):
            return NotImplemented
        return Done(self.hours + other.hours, self.written + other.written)


@dataclass
class Work:
    """A worker at one point."""

    subject: Subject
    worker: str
    before: int  # hours that begin before this instant may be judged
    clock: Clock = field(default_factory=Clock)


def fill_gaps(subject: Subject, marks: Sequence[Window]) -> int:
    """Mark the hours between what is judged and what now waits, so that silence becomes missing
    hours; how many. Not beyond AHEAD or BACK: one packet of a wrong clock must not make years."""
    if subject.first is None or subject.last is None or not marks:
        return 0
    gaps: list[int] = []
    reach = subject.last
    for mark in marks:
        if reach + HOUR < mark.hour <= reach + AHEAD:
            gaps += range(reach + HOUR, mark.hour, HOUR)
        reach = max(reach, mark.hour)
    earlier = [mark.hour for mark in marks if mark.hour < subject.first]
    for hour, following in zip(earlier, [*earlier[1:], subject.first], strict=False):
        if hour + HOUR < following <= hour + BACK:
            gaps += range(hour + HOUR, following, HOUR)
    return dirty.mark_hours(subject.point, gaps)


def stretches(subject: Subject, marks: Sequence[Window], before: int) -> list[tuple[int, int]]:
    """Marked hours as runs [start, until). A run goes on as far as its hours reach: to the values
    that the flow belongs to, and past the deadline of a verification it contains the restart of."""
    runs: list[tuple[int, int]] = []
    for mark in marks:
        until = max(mark.hour + HOUR, min(_reach(subject, mark.hour), before, _judged_to(subject)))
        if runs and mark.hour - runs[-1][1] <= NEAR:
            runs[-1] = (runs[-1][0], max(runs[-1][1], until))
        else:
            runs.append((mark.hour, until))
    return runs


def _judged_to(subject: Subject) -> int:
    return 0 if subject.last is None else subject.last + HOUR


def _reach(subject: Subject, hour: int) -> int:
    restarts = [end + RESTART for start, end in _stops(subject)
                if end - start >= LONG_STOP and end <= hour + HOUR and hour < end + RESTART]
    return max([hour + HOUR * (1 + subject.lead), *restarts])


def _stops(subject: Subject) -> Iterator[tuple[int, int]]:
    starts: dict[str, int] = {}
    for event in subject.facts.events:
        if event.kind == "stop_start":
            starts.setdefault(event.factor, event.time)
        elif event.kind == "stop_end" and event.factor in starts:
            yield starts.pop(event.factor), event.time
    yield from ((mark.start, mark.end) for mark in subject.facts.marks if mark.kind == "stopped")


def judge_chunk(work: Work, marks: Sequence[Window], *, last: bool) -> Done:
    """Judge the marked hours, store what differs, take the marks away. ``last``: nothing waits
    behind them, so that the point is judged by the present book."""
    subject, clock = work.subject, work.clock
    runs: list[Run] = []
    for start, until in stretches(subject, marks, work.before):
        with clock.on("load"):
            readings = hours.read(subject, start, until)
        with clock.on("judge"):
            run = hours.judge_run(subject, readings)
        if run is not None:
            runs.append(run)
            _extend(subject, run)
    done = Done(sum(run.hours for run in runs))
    if runs:
        done += _settle(work, runs)
    with clock.on("store"), transaction.atomic():
        renew(subject.point, work.worker)
        dirty.remove(subject.point, marks)
        _progress(subject, last)
    return done


def _extend(subject: Subject, run: Run) -> None:
    """Take over how far the run reaches, and the factors that it met for the first time or earlier
    than before. A factor that turns up earlier than known is missing from then on."""
    for code, hour in run.since.items():
        known = subject.since.get(code)
        if known is not None and hour + HOUR < known <= hour + BACK:
            dirty.mark_hours(subject.point, range(hour + HOUR, known, HOUR))
        subject.since[code] = hour if known is None else min(known, hour)
    begin = max(run.start, min(subject.since.values()))
    end = run.start + HOUR * (run.hours - 1)
    if end >= begin:
        subject.first = begin if subject.first is None else min(subject.first, begin)
        subject.last = end if subject.last is None else max(subject.last, end)


def _settle(work: Work, runs: list[Run]) -> Done:
    """Store the runs and all that rests on them: first the quarters they lie in, then, where a
    change may reach farther, the hours behind."""
    subject = work.subject
    if subject.first is None or subject.last is None:
        return Done()
    end = subject.last + HOUR
    since = max(windows.start_of("quarter", runs[0].start), subject.first)
    until = min(windows.end_of("quarter", runs[-1].start + HOUR * (runs[-1].hours - 1)), end)
    some = [hours.trimmed(run, since) for run in runs if run.start + HOUR * run.hours > since]
    if not some:
        return Done()  # nothing had been measured yet in any of these hours
    written, reaches = _block(work, since, until, some)
    while reaches and until < end:
        since, until = until, min(windows.end_of("quarter", until + BLOCK), end)
        written += _block(work, since, until, [])[0]
    return Done(0, written)


def _block(work: Work, since: int, until: int, runs: list[Run]) -> tuple[int, bool]:
    """Judge and store whole quarters [since, until); rows written, and whether what changed may
    change substitutes farther on."""
    subject, clock = work.subject, work.clock
    with clock.on("load"):
        book = ledger(subject, since, (until - since) // HOUR, runs)
        past = history.before(subject, book)
        there = {level: store.held(level, subject.point, windows.start_of(level, since), until)
                 for level in ABOVE}
    with clock.on("judge"):
        judgement = above.judged(subject, book, past)
    with clock.on("rows"):
        rules = Rules(subject.book, subject.kind)
        changes = {"hour": _hours(subject, book, judgement, rules)}
        sums = above.sums(subject, book, judgement, rules, there)
        sums.rows["year"] = years.rows(subject, since, until, sums, rules)
        for level in ABOVE:
            rows = sums.rows[level]
            changes[level] = [*store.compare(level, rows, there[level]),
                              *_gone(rows, there[level])]
    with clock.on("store"):
        store.keep_rules(rules.sets)
        written = sum(store.write(level, subject.point, work.worker, some)
                      for level, some in changes.items())
    return written, _reaches(subject, changes["hour"])


def _hours(
    subject: Subject, book: Ledger, judgement: Judgement, rules: Rules
) -> list[Change]:
    """What is to be written of the hours: those judged anew, and those whose substitute changed."""
    rows = list(above.hour_rows(subject, book, judgement, rules))
    changes = [*store.compare("hour", rows, book.there, other_rules=subject.other_rules),
               *_gone(rows, book.there)]
    others = above.changed_substitutes(subject, book, judgement)
    if others:
        hours = [one.hour for one in others]
        there = store.held("hour", subject.point, min(hours), max(hours) + HOUR)
        changes += store.compare("hour", above.with_substitutes(others, there), there)
    return changes


def _gone(rows: Sequence[store.Row], there: There) -> list[Change]:
    """What stands there and is no longer made: the point does not measure the factor any more."""
    made = {row[1:3] for row in rows}
    return [Change(None, held, "facts") for key, held in there.items() if key not in made]


def _reaches(subject: Subject, changes: Sequence[Change]) -> bool:
    """Whether mass or verdict of a pollutant's hour is another than before."""
    ids = {subject.id_of(code) for code in subject.codes if is_pollutant(code)}
    return any(
        new is None or held is None or (
            new[2] in ids and (held[6] != new[6] or held[8] != new[8]))
        for new, held, _cause in changes
    )


def _progress(subject: Subject, last: bool) -> None:
    facts = {"first": subject.first, "last": subject.last, "at": now_ms(),
             "factors": dict(sorted(subject.since.items())), "error": ""}
    if last:
        facts["rules"] = subject.book.book.fingerprint
    JudgedPoint.objects.filter(pk=subject.point).update(**facts)
