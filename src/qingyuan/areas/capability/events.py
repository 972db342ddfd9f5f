"""The days on which a unit's verdicts can change, what happens on them, and which checks look."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from qingyuan.areas.rules.queries import BookFor
from qingyuan.assess.capability.certificates import add_months
from qingyuan.assess.capability.facts import KINDS, Facts, Person

from .standing import CODES
from .whatif import day_of, said

PEOPLE = ("C04", "C05", "C06", "C07", "C08", "C09", "C10")
POINTS = ("C06", "C08", "C09", "C18", "C19")
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that begins on ``day`` (the day after the last valid one, where it ends); ``ref``
    is the id of its row, "" for none."""

    day: date
    checks: tuple[str, ...]
    text: str
    ref: str = ""


def events(
    facts: Facts, first: date, last: date, rules: BookFor
) -> dict[date, list[Event]]:
    """What is known to happen after ``first`` until ``last``, by day in order. Contracts that begin
    or end on one day are one event a prefecture."""
    found: dict[date, list[Event]] = defaultdict(list)
    for event in (*_papers(facts), *_people(facts, rules, first), *_points(facts),
                  *_rules(rules)):
        if first < event.day <= last:
            found[event.day].append(event)
    return {day: found[day] for day in sorted(found)}


def _after(day: date | None) -> date:
    return date.min if day is None or day == date.max else day + _ONE


def _papers(facts: Facts) -> Iterator[Event]:
    if facts.unit:
        yield Event(_after(facts.unit.licence_expires), ("C01",), _("营业执照到期"))
    if facts.lab:
        yield Event(_after(facts.lab.cma_expires), ("C20",), _("实验室 CMA 证书到期"))
    if facts.filing:
        yield Event(_after(facts.filing.expires), ("C21",), _("备案到期"))
        if isinstance(facts.filing.accepted, date):
            yield Event(facts.filing.accepted, ("C21",), _("备案受理"))
    for paper in facts.documents or ():
        yield Event(paper.effective or date.min, ("C11",), _("%s生效") % paper.system)
        yield Event(_after(paper.until), ("C11",), _("%s失效") % paper.system)
    for bottle in facts.materials or ():
        yield Event(_after(bottle.expires), ("C17",), _("%s到期") % bottle.name)
        yield Event(_after(bottle.until), ("C17",), _("%s停用") % bottle.name)
    for tool in facts.tools or ():
        yield Event(_after(tool.expires), ("C19",), _("%s检定到期") % tool.name)
    for office in facts.offices or ():
        yield Event(office.since or date.min, ("C02", "C18"),
                    _("%s办事处启用") % office.prefecture)
        yield Event(_after(office.until), ("C02", "C18"), _("%s办事处停用") % office.prefecture)


def _people(facts: Facts, rules: BookFor, first: date) -> Iterator[Event]:
    value = rules.at("capability.newcomer.months", first).value
    months = 0 if isinstance(value, str | bool) else int(value)
    for one in facts.people or ():
        yield Event(one.hired or date.min, PEOPLE, _("%s入职") % one.name, one.id)
        yield Event(_after(one.left), PEOPLE, _("%s离职") % one.name, one.id)
        if one.hired:
            yield Event(_after(add_months(one.hired, months)), ("C06", "C07"),
                        _("%(who)s入职满 %(n)d 个月") % {"who": one.name, "n": months}, one.id)
        yield from _proofs(one)


def _proofs(one: Person) -> Iterator[Event]:
    words = {"gas": _("废气"), "water": _("废水")}
    if isinstance(one.commitment_signed, date):
        yield Event(one.commitment_signed, ("C10",), _("%s签署自律承诺书") % one.name, one.id)
    yield Event(_after(one.commitment_expires), ("C10",),
                _("%s的自律承诺书失效") % one.name, one.id)
    for held in one.certificates:
        if held.kind in KINDS:
            said = {"who": one.name, "kind": words[held.kind]}
            yield Event(held.issued, ("C06", "C07"),
                        _("%(who)s取得%(kind)s证书") % said, one.id)
            yield Event(_after(held.expires), ("C06", "C07"),
                        _("%(who)s的%(kind)s证书到期") % said, one.id)


def _points(facts: Facts) -> Iterator[Event]:
    begin: dict[tuple[date, str], list[str]] = defaultdict(list)
    end: dict[tuple[date, str], list[str]] = defaultdict(list)
    for one in facts.points or ():
        begin[one.since or date.min, one.prefecture].append(one.id)
        end[_after(one.until), one.prefecture].append(one.id)
    for (day, place), ids in begin.items():
        yield Event(day, POINTS, _("%(place)s %(n)d 个点位的合同开始") % {
            "place": place, "n": len(ids)}, ids[0] if len(ids) == 1 else "")
    for (day, place), ids in end.items():
        yield Event(day, POINTS, _("%(place)s %(n)d 个点位的合同到期") % {
            "place": place, "n": len(ids)}, ids[0] if len(ids) == 1 else "")


def _rules(rules: BookFor) -> Iterator[Event]:
    for name in rules.book.names():
        if name.startswith("capability."):
            for one in rules.book.history(name):
                yield Event(one.since, CODES, _("规则变更：%s") % one.title)
                yield Event(_after(one.until), CODES, _("规则变更：%s") % one.title)


def planned(
    changes: Sequence[Mapping[str, object]], first: date, last: date
) -> dict[date, list[Event]]:
    """Changes of a plan as events that every check looks at."""
    found: dict[date, list[Event]] = defaultdict(list)
    for one in changes:
        day = day_of(one)
        if first < day <= last:
            found[day].append(Event(day, CODES, said(one)))
    return found
