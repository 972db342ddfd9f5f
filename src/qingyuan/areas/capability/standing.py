"""What the checks say of a unit on a day, under the rules that hold for it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from qingyuan.areas.organisations.models import Organisation, Role
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.assess.capability.evaluate import CHECKS, Check, evaluate
from qingyuan.assess.capability.facts import Facts, within
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import Outcome, Verdict, missing

from . import gather

CODES = tuple(one.code for one in CHECKS)
_BY_CODE = {one.code: one for one in CHECKS}
WITH_WORK = frozenset({"C06", "C10"})


def book(unit: Organisation) -> BookFor:
    """The unit's own book, with what it has entered for itself and its region."""
    return book_of(Scope(unit, Role.MANAGER))


def verdicts(unit: Organisation, day: date) -> tuple[Verdict, ...]:
    """The 21 checks of a unit on a China day, from its rows and under its rules."""
    rules = book(unit)
    return evaluate(gather.facts(unit, day), day, rules.book, rules.chain)


def verdict(unit: Organisation, day: date, code: str) -> Verdict:
    """One check; KeyError for a code that there is none of. Work is read only where it counts."""
    check = _BY_CODE[code]
    return of(gather.facts(unit, day, works=code in WITH_WORK), day, book(unit), [check])[0]


def of(
    facts: Facts, day: date, rules: BookFor, checks: Sequence[Check] = CHECKS
) -> tuple[Verdict, ...]:
    """Some checks over facts that are at hand."""
    situation = Situation(facts, day, rules.book, rules.chain)
    return tuple(_said(one, situation) for one in checks)


def _said(check: Check, situation: Situation) -> Verdict:
    rule = situation.rule(check.rule)
    found = missing("适用的规则不要求此项。") if rule.value is False else check.judge(situation)
    return Verdict(check.code, check.title, rule.cite(), rule.status, found)


def check(code: str) -> Check:
    """One of the 21; KeyError for another code."""
    return _BY_CODE[code]


def reading(one: Verdict, word: str) -> Outcome:
    """The outcome of one reading, the default one where there is no such."""
    return next((found for found in one.outcomes if found.reading == word), one.default)


@dataclass(slots=True)
class PersonLine:
    """One person in service: whether each check that looks at people is met by them (None: not
    asked or not known), and the points that they are the engineer of."""

    id: str
    name: str
    posts: tuple[str, ...]
    points: int = 0
    marks: dict[str, bool | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OfficeLine:
    """One prefecture: points, sets and people's offices there, with C02 and C18."""

    name: str
    points: int = 0
    sets: int = 0
    marks: dict[str, bool | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


PERSON_CHECKS = (("C06", "staff"), ("C07", "om"), ("C09", "worst"), ("C10", "now"))
OFFICE_CHECKS = (("C02", "each_office"), ("C18", "per_prefecture"))


def by_person(facts: Facts, day: date, rules: BookFor) -> list[PersonLine]:
    """C06, C07, C09 and C10 of each person in service. Work that was not in order counts in C06."""
    lines = {one.id: PersonLine(one.id, one.name, tuple(sorted(one.posts)))
             for one in facts.people or () if within(day, one.hired, one.left)}
    for point in facts.points or ():
        if point.engineer in lines and within(day, point.since, point.until):
            lines[point.engineer].points += 1
    found = of(facts, day, rules, [check(code) for code, _word in PERSON_CHECKS])
    for one, (code, word) in zip(found, PERSON_CHECKS, strict=True):
        _mark(lines, code, reading(one, word))
    bad: dict[str, list[str]] = defaultdict(list)
    for fact in reading(found[0], "work").evidence:
        if fact.ok is False:
            bad[fact.id].append(fact.text)
    for key, texts in bad.items():
        if key in lines:
            lines[key].marks["C06"] = False
            lines[key].notes += texts[:3]
    return sorted(lines.values(), key=lambda one: (False not in one.marks.values(), one.name))


def by_office(facts: Facts, day: date, rules: BookFor) -> list[OfficeLine]:
    """C02 and C18 of each prefecture in which the unit has points or an office."""
    lines: dict[str, OfficeLine] = {}
    for office in facts.offices or ():
        if within(day, office.since, office.until):
            lines.setdefault(office.prefecture, OfficeLine(office.prefecture))
    for point in facts.points or ():
        if within(day, point.since, point.until):
            line = lines.setdefault(point.prefecture, OfficeLine(point.prefecture))
            line.points, line.sets = line.points + 1, line.sets + point.sets
    found = of(facts, day, rules, [check(code) for code, _word in OFFICE_CHECKS])
    for one, (code, word) in zip(found, OFFICE_CHECKS, strict=True):
        _mark(lines, code, reading(one, word))
    return sorted(lines.values(), key=lambda one: (False not in one.marks.values(), one.name))


def _mark(lines: dict[str, PersonLine] | dict[str, OfficeLine], code: str, one: Outcome) -> None:
    for fact in one.evidence:
        line = lines.get(fact.id)
        if line is None:
            continue
        before = line.marks.get(code)
        line.marks[code] = False if before is False else fact.ok
        if fact.ok is not True:
            line.notes.append(fact.text)
