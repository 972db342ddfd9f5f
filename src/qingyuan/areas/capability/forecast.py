"""Which checks change their verdict in the coming days, on which day, and why.

Only days on which something is known to happen are looked at, and on each only the checks that look
at it. Dated rows are taken as they stand; stock is taken as it is today.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import BookFor
from qingyuan.assess.capability.facts import Facts, Work
from qingyuan.assess.capability.verdict import Verdict

from . import absences, gather, standing, whatif
from .events import Event, events, planned
from .models import Scenario

DAYS = 180


@dataclass(frozen=True, slots=True)
class Change:
    """A check whose verdict differs from ``day`` on; ``causes`` are what happens on that day."""

    day: date
    check: str
    title: str
    before: bool | None
    after: bool | None
    sentence: str
    causes: tuple[str, ...]


def changes(unit: Organisation, day: date, days: int = DAYS) -> list[Change]:
    """What changes after ``day`` in so many days: by the rows, by long leaves that begin, and by
    the scenarios that are planned."""
    rules = standing.book(unit)
    return of(gather.facts(unit, day), day, rules, days=days, plans=plans(unit),
              away=absences.of(unit, day, days))


def plans(unit: Organisation) -> list[Mapping[str, object]]:
    """The changes of all scenarios that are going to happen."""
    return [one for row in Scenario.objects.filter(organisation=unit, planned=True)
            for one in row.changes]


def of(
    facts: Facts, day: date, rules: BookFor, *, days: int = DAYS,
    plans: Sequence[Mapping[str, object]] = (), away: Sequence[absences.Absence] = (),
) -> list[Change]:
    """The same over facts that are at hand."""
    facts, last = lean(facts, day, rules), day + timedelta(days=days)
    happening: dict[date, list[Event]] = defaultdict(list)
    for source in (events(facts, day, last, rules), planned(plans, day, last),
                   absences.events(away, day, last)):
        for when, some in source.items():
            happening[when] += some

    def at(when: date) -> Facts:
        return absences.without(whatif.applied(facts, plans, when), away, when)

    first = {one.check: one for one in standing.of(at(day), day, rules)}
    return walk(at, dict(sorted(happening.items())), first, rules)


def walk(
    at: Callable[[date], Facts], happening: Mapping[date, Sequence[Event]],
    first: Mapping[str, Verdict], rules: BookFor,
) -> list[Change]:
    """Go through the days in order; a change is said on the first day on which it holds."""
    stand = {code: one.default.passed for code, one in first.items()}
    found = []
    for day, some in happening.items():
        codes = {code for event in some for code in event.checks}
        asked = [standing.check(code) for code in standing.CODES if code in codes]
        for one in standing.of(at(day), day, rules, asked):
            after = one.default.passed
            if after is not stand[one.check]:
                causes = dict.fromkeys(e.text for e in some if one.check in e.checks)
                found.append(Change(day, one.check, one.title, stand[one.check], after,
                                    one.default.sentence, tuple(causes)))
                stand[one.check] = after
    return found


def lean(facts: Facts, day: date, rules: BookFor) -> Facts:
    """Facts with so little of the work that C06 and C10 answer the same: each person's first, and
    all of the days and points at which something is not in order."""
    if not facts.works:
        return facts
    first: dict[str, Work] = {}
    kept: set[Work] = set()
    there: dict[tuple[date, str], list[Work]] = defaultdict(list)
    for work in sorted(facts.works, key=lambda one: (one.date, one.point, one.person)):
        first.setdefault(work.person, work)
        there[work.date, work.point].append(work)
    judged = standing.reading(
        standing.of(facts, day, rules, [standing.check("C06")])[0], "work")
    if judged.passed is not True:
        people = {one.id for one in judged.evidence}
        for some in there.values():
            if any(work.person in people for work in some):
                kept.update(some)
    return replace(facts, works=tuple({*first.values(), *kept}))
