"""judgement.json: what a judgement was made of, so that anybody can check and repeat it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import version

import numpy as np

from qingyuan.assess.point import Point
from qingyuan.calc.reasons import REASONS
from qingyuan.calc.types import VERDICTS, Case, Judgement
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST
from qingyuan.standards import Book, Provision, Unregulated

Json = dict[str, object]


def seal(case: Case, judgement: Judgement, point: Point, shipped: Book,
         inputs: Sequence[Json], outputs: Mapping[str, bytes], notes: Iterable[str]) -> Json:
    """The content of judgement.json. Nothing in it depends on when or where it was made, so that
    equal input gives equal bytes."""
    return {
        "software": f"qingyuan {version('qingyuan')}",
        "point": {"kind": point.kind, "name": point.name},
        "first_hour": windows.key("hour", judgement.start),
        "hours": judgement.count,
        "inputs": inputs,
        "book": {"fingerprint": point.book.fingerprint, "shipped": shipped.fingerprint,
                 "scope": [*point.scope, "national"]},
        "provisions": list(provisions(judgement, point)),
        "verdicts": verdicts(case, judgement),
        "reasons": [{"code": code, "hours": count, "sentence": REASONS[code].sentence}
                    for code, count in reasons(case, judgement).items()],
        "notes": list(notes),
        "outputs": [{"file": name, **digest(content)} for name, content in outputs.items()],
    }


def provisions(judgement: Judgement, point: Point) -> Iterator[Json]:
    """Each provision read and each of its values in force on a day of the judgement, by name and
    date."""
    first = _day(judgement.start)
    last = _day(judgement.start + windows.HOUR * (judgement.count - 1))
    for name in judgement.under:
        days = sorted({p.since for p in point.book.history(name) if first < p.since <= last})
        found = dict.fromkeys(p for day in (first, *days) for p in _in_force(point, name, day))
        for p in found:
            yield {"name": p.name, "title": p.title, "value": p.value, "unit": p.unit,
                   "cite": p.cite(), "since": p.since.isoformat(),
                   "until": p.until.isoformat() if p.until else None,
                   "status": p.status, "link": p.link, "source": p.source}


def verdicts(case: Case, judgement: Judgement) -> dict[str, dict[str, int]]:
    """How many hours of each verdict each factor has."""
    return {factor: dict(zip(VERDICTS, np.bincount(judgement.hours[factor].verdict,
                                                   minlength=len(VERDICTS)).tolist(),
                             strict=True))
            for factor in case.judged}


def reasons(case: Case, judgement: Judgement) -> dict[str, int]:
    """The codes used anywhere, in the order of their list, with the hours (of all factors) that
    name them; 0 for one that only days or months name."""
    used: Counter[str] = Counter()
    for factor in case.judged:
        for at, count in enumerate(np.bincount(judgement.hours[factor].reason).tolist()):
            if count:
                used.update(dict.fromkeys(judgement.reasons[at], count))
    longer = {code for period in (*judgement.days, *judgement.months) for code in period.reason}
    return {code: used[code] for code in REASONS if code in used or code in longer}


def _in_force(point: Point, name: str, day: date) -> Iterator[Provision]:
    try:
        yield point.book.at(name, day, point.scope)
    except Unregulated:  # a clock may read the rule of a day before there was one
        return


def digest(content: bytes) -> Json:
    """Size and SHA-256 of a file's content."""
    return {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, CST).date()
