"""Breaches, coming breaches and work without a certificate as findings."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.watch.matters import Matter, keep
from qingyuan.assess.capability.facts import Facts, Work

from . import gather, standing
from .kept import named
from .models import Evaluation

BACK = 31  # days of work that are looked at for the first time


def tell(unit: Organisation, said: Evaluation, now: int) -> int:
    """Findings of what was said: one a check that fails, one a check that will; what is over is
    ended. How many were raised."""
    rules = RuleSet(unit)
    return (keep(unit, "capability_breach", breaches(unit, said, now), now)
            + keep(unit, "capability_coming", coming(unit, said, rules, now), now))


def breaches(unit: Organisation, said: Evaluation, now: int) -> list[Matter]:
    """A matter for each check that fails by its default reading."""
    return [Matter(Raise(
        "capability_breach", f"capability:{unit.pk}:{one['check']}",
        _("%(title)s不符合：%(sentence)s") % one, at=now,
        detail={"check": one["check"], "clause": one["clause"], "reading": one["reading"],
                "value": one["value"], "limit": one["limit"], "sentence": one["sentence"]}))
        for one in said.verdicts if one["pass"] is False]


def coming(unit: Organisation, said: Evaluation, rules: RuleSet, now: int) -> list[Matter]:
    """A matter for each check that passes today, or is not known, and fails within the threshold's
    days; the day it fails on is its mark."""
    days = rules.at("capability_coming").thresholds["days"]
    last = (said.day + timedelta(days=days)).isoformat()
    failing = {one["check"] for one in said.verdicts if one["pass"] is False}
    found: dict[str, Matter] = {}
    for one in said.forecast:
        code = one["check"]
        if one["after"] is False and one["day"] <= last and code not in failing | found.keys():
            found[code] = Matter(Raise(
                "capability_coming", f"capability_coming:{unit.pk}:{code}",
                _("%(title)s将于 %(day)s 不符合：%(why)s") % {
                    **one, "why": "、".join(one["causes"][:3])},
                at=now, detail={key: one[key] for key in ("check", "day", "sentence", "causes")}),
                one["day"])
    return list(found.values())


def uncertified(unit: Organisation, facts: Facts, day: date, now: int) -> int:
    """One finding a person and day of the last month on which they worked without a certificate of
    the right kind, or as a newcomer alone. How many were raised."""
    rules, by = standing.book(unit), defaultdict[date, list[Work]](list)
    for work in facts.works or ():
        if day - timedelta(days=BACK) <= work.date <= day:
            by[work.date].append(work)
    found: list[Matter] = []
    users = {key: user for user, key in gather.staff_of(unit).items()}
    people: dict[int, User] = User.objects.in_bulk(users.values())
    for when, some in by.items():
        one = standing.of(replace(facts, works=tuple(some)), when, rules,
                          [standing.check("C06")])[0]
        bad: dict[str, list[str]] = defaultdict(list)
        for fact in standing.reading(one, "work").evidence:
            if fact.ok is False:
                bad[fact.id].append(fact.text)
        for key, texts in bad.items():
            found.append(_worked(unit, key, when, texts, people.get(users.get(key, 0)), now))
    return keep(unit, "uncertified_work", found, now)


def _worked(
    unit: Organisation, key: str, when: date, texts: list[str], person: Any, now: int
) -> Matter:
    said = named([{"texts": texts}])[0]["texts"]
    over = round(midnight(when + timedelta(days=1)).timestamp() * 1000)
    return Matter(Raise(
        "uncertified_work", f"uncertified_work:{unit.pk}:{key}:{when}", "；".join(said)[:200],
        at=min(over, now), until=over, person=person,
        detail={"check": "C06", "person": key, "day": when.isoformat(), "works": said}))
