"""A run: gather the visit, ask every check, keep what they said of the record, tell the review and
the register of findings. Instants of rows are epoch milliseconds."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction

from qingyuan.areas.rules.queries import book_for
from qingyuan.crosscheck import Examination, Limits, Outcome, Signal, examine, limits_of
from qingyuan.crosscheck.judging import joined
from qingyuan.crosscheck.types import Span, Visit

from ..models import CrossCheck, Record, RecordState
from ..review.risk import with_signals
from . import raising
from .gather import Gathered, gather
from .mapping import asked
from .works import day_of

HOUR = 3_600_000  # ms
LATER = (3 * HOUR, 24 * HOUR)
"""After the visit's end it is looked at again: when the data about it are complete, and when all
records of the day and the marks should be there."""
GRACE = 900_000  # ms that the last packets take
WAITS: Mapping[str, tuple[int, str]] = {
    "no_presence": (3 * HOUR, "签到可能尚未上传"),
    "mark_without_record": (24 * HOUR, "同一时段的其他记录可能尚未提交"),
    "work_without_mark": (24 * HOUR, "标记可能尚未申报"),
}
"""Checks that miss something which is often sent in later: how long that is no evidence."""


def run(record: Record, now: int | None = None) -> list[Signal]:
    """Look at a submitted record now, keep what was found; its signals, the heaviest first.

    One transaction behind the reading. Of a record that is no longer the last version nothing is
    kept."""
    at = round(time.time() * 1000) if now is None else now
    found = gather(record)
    day = day_of(found.visit.span[0])
    book = book_for(record.point)
    told = examined(found.visit, f"record:{record.pk}", limits_of(book.book, day, book.chain),
                    at)
    return keep(record, found, told, at)


def examined(visit: Visit, ref: str, limits: Limits, at: int) -> Examination:
    """What the checks say of one record of a visit: what is about the visit as a whole, and what is
    about this record. ``at`` is the present instant (epoch ms)."""
    whole = examine(visit, limits)
    own = whole
    if len(visit.works) > 1:
        mine = tuple(one for one in visit.works if one.ref == ref)
        own = examine(replace(visit, works=mine), limits)
    outcomes = tuple(_joined(one, other, ref, visit.span, at)
                     for one, other in zip(whole.outcomes, own.outcomes, strict=True))
    score = joined(max((signal.score for signal in one.signals), default=0.0)
                   for one in outcomes)
    return Examination(outcomes, score, score >= limits.flag_score)


def _joined(whole: Outcome, own: Outcome, ref: str, span: Span, at: int) -> Outcome:
    signals = (*(one for one in whole.signals if not one.work and _of_visit(one, span)),
               *(one for one in own.signals if one.work == ref))
    if not signals:
        return replace(own, answer="fine" if own.answer == "signal" else own.answer, signals=())
    wait, reason = WAITS.get(own.code, (0, ""))
    if at < span[1] * 1000 + wait:
        return Outcome(own.code, "cannot_tell", reason)
    return Outcome(own.code, "signal", own.reason, signals)


def _of_visit(signal: Signal, span: Span) -> bool:
    """Whether an unexplained mark or flag touches the visit: one before or after it is no fault of
    its records."""
    return signal.code != "mark_without_record" or any(
        (one.since or 0) < span[1] and (one.until or 0) > span[0] for one in signal.evidence)


@transaction.atomic
def keep(record: Record, found: Gathered, told: Examination, at: int) -> list[Signal]:
    """Store a run, bring the record's risk and the findings in line with it."""
    row = Record.objects.select_for_update(of=("self",)).select_related("point", "author").get(
        pk=record.pk)
    check = CrossCheck.objects.filter(record=row).first() or CrossCheck(record=row)
    if row.state not in (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.RETURNED):
        check.due_at = None
        check.save()
        return []
    before = {one["code"] for one in check.signals}
    since, until = (moment * 1000 for moment in found.visit.span)
    check.visit = f"{row.point_id}:{row.author_id or 0}:{day_of(found.visit.span[0])}"
    check.run_at, check.since, check.until = at, since, until
    check.score, check.flagged = told.score, told.flagged
    check.signals = [_plain(one) for one in told.signals]
    check.outcomes = [{"code": one.code, "answer": one.answer, "reason": one.reason}
                      for one in told.outcomes]
    check.seen, check.due_at = dict(found.seen), next_due(until, at)
    check.save()
    if row.state == RecordState.SUBMITTED:
        row.risk, row.risks = with_signals(row.risks, check.signals, check.flagged)
        row.save(update_fields=["risk", "risks"])
    raising.tell(row, check, at, before)
    return list(told.signals)


def _plain(signal: Signal) -> dict[str, Any]:
    return {**asdict(signal), "evidence": [asdict(one) for one in signal.evidence]}


def next_due(until: int, at: int) -> int | None:
    """When a visit that ended at ``until`` is looked at next after ``at``; None no more.

    >>> next_due(0, 0), next_due(0, 20_000_000), next_due(0, 10**9)
    (11700000, 87300000, None)
    """
    return next((until + wait + GRACE for wait in LATER if until + wait + GRACE > at), None)


def ask(record: Record, at: int) -> None:
    """A record was submitted: it is looked at soon. One query; nothing for what leaves no trace."""
    if asked(record.form, record.kind) and not record.paper:
        CrossCheck.objects.update_or_create(record=record, defaults={"due_at": at})


def settle(
    records: Sequence[Record], at: int, who: str, text: str, *, handling: str = "none"
) -> None:
    """Somebody has decided on records, or they gave way to others: what was raised about them
    ends."""
    for row in records:
        check = CrossCheck.objects.filter(record=row).first()
        if check is None:
            continue
        if row.state in (RecordState.REPLACED, RecordState.VOID) and check.due_at is not None:
            check.due_at = None
            check.save(update_fields=["due_at"])
        raising.settle(row, check, at, who, text, handling)
