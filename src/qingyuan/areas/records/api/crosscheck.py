"""The API of cross-checks: what was found about a record, and the reviewer's word. Instants of rows
are epoch milliseconds, those of evidence epoch seconds."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.crosscheck import CHECKS

from ..crosscheck import actions, queries
from ..models import CrossAnswer, Record
from ..review.queries import record as submitted

router = Router(tags=["review"])
Key = Annotated[int, Field(ge=0, le=2**62)]


class EvidenceOut(Schema):
    text: str
    ref: str
    factor: str
    since: int | None
    until: int | None
    value: float | None


class AnswerOut(Schema):
    code: str
    factor: str
    verb: str
    text: str
    who: str
    at: int


class SignalOut(Schema):
    """``severity`` strong, medium or weak; ``score`` 0 to 1."""

    code: str
    title: str
    severity: str
    score: float
    sentence: str
    factor: str
    evidence: list[EvidenceOut]
    answer: AnswerOut | None


class OutcomeOut(Schema):
    """``answer`` signal, fine, cannot_tell (with the reason) or not_asked."""

    code: str
    title: str
    answer: str
    reason: str


class CrossCheckOut(Schema):
    """``run_at`` null before the first run, ``due_at`` null when nothing more is awaited."""

    record_id: int
    run_at: int | None
    due_at: int | None
    since: int | None
    until: int | None
    score: float
    flagged: bool
    signals: list[SignalOut]
    outcomes: list[OutcomeOut]


class AnswerIn(Schema):
    code: str = Field(max_length=32)
    factor: str = Field("", max_length=16)
    verb: str = Field(max_length=12)  # explained | confirmed
    text: str = ""


def _scope(request: HttpRequest, verb: str) -> Scope:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    require(scope, verb)
    return scope


@router.get("/review/{pk}/crosscheck", response=CrossCheckOut)
def crosscheck(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """What the data and other traces say of a record; 404 for one that is not looked at."""
    row = submitted(_scope(request, "see_review"), pk)
    check = queries.check_of(row)
    if check is None:
        raise Http404
    answers = queries.answers_of(row)
    return {
        "record_id": row.pk, "run_at": check.run_at, "due_at": check.due_at,
        "since": check.since, "until": check.until, "score": check.score,
        "flagged": check.flagged,
        "signals": [{**one, "title": _title(one["code"]),
                     "answer": answers.get((one["code"], one["factor"]))}
                    for one in check.signals],
        "outcomes": [{**one, "title": _title(one["code"])} for one in check.outcomes],
    }


@router.post("/review/{pk}/crosscheck/answers", response=AnswerOut)
def answer(request: HttpRequest, pk: Key, sent: AnswerIn) -> CrossAnswer:
    """Say of a signal that it can be explained, or that it is so."""
    return actions.answer(_scope(request, "review_record"), Record(pk=pk), sent.code, sent.factor,
                          verb=sent.verb, text=sent.text)


def _title(code: str) -> str:
    return CHECKS[code].title if code in CHECKS else code
