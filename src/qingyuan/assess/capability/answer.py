"""Verdicts as the JSON objects that are promised: numbers unrounded, one object for each check."""

from fractions import Fraction

from qingyuan.assess.capability.verdict import Evidence, Figure, Outcome, Verdict

Json = dict[str, object]


def answer(verdict: Verdict) -> Json:
    """The object of one check. Its figures are those of the default reading; ``readings`` has all
    of them, the default one first, each with how sure its text is."""
    return {
        "check": verdict.check, "clause": verdict.clause, **_outcome(verdict.default),
        "readings": [{**_outcome(one), "clause": verdict.clause, "status": verdict.status}
                     for one in verdict.outcomes],
    }


def _outcome(one: Outcome) -> Json:
    return {
        "pass": one.passed, "value": plain(one.value), "limit": plain(one.limit),
        "reading": one.reading, "evidence": [_evidence(fact) for fact in one.evidence],
        "sentence": one.sentence,
    }


def _evidence(fact: Evidence) -> Json:
    return {"kind": fact.kind, "id": fact.id, "ok": fact.ok, "text": fact.text}


def plain(value: Figure) -> int | float | bool | None:
    """A figure as JSON has it: whole numbers whole, others as the nearest double.

    >>> plain(Fraction(8)), plain(Fraction(801, 100)), plain(True), plain(None)
    (8, 8.01, True, None)
    """
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return value
