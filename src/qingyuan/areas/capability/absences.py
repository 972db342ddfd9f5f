"""Long leaves that are known to begin: who is away fills no post."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.people.models import Leave
from qingyuan.assess.capability.facts import Facts

from .events import PEOPLE, Event

LONG = 30  # days: a shorter one is covered by colleagues and empties no post


@dataclass(frozen=True, slots=True)
class Absence:
    """``person`` as in facts; both days included."""

    person: str
    name: str
    since: date
    until: date


def of(unit: Organisation, day: date, days: int) -> list[Absence]:
    """Leaves of ``LONG`` days or more that begin after ``day`` within so many days."""
    rows = Leave.objects.filter(
        staff__organisation=unit, since__gt=day, since__lte=day + timedelta(days=days),
    ).select_related("staff").order_by("since", "id")
    return [Absence(f"staff:{row.staff_id}", row.staff.name, row.since, row.until)
            for row in rows if (row.until - row.since).days + 1 >= LONG]


def events(away: Sequence[Absence], first: date, last: date) -> dict[date, list[Event]]:
    """Beginnings and ends after ``first`` until ``last``."""
    found: dict[date, list[Event]] = defaultdict(list)
    for one in away:
        for day, text in ((one.since, _("%s休假开始")),
                          (one.until + timedelta(days=1), _("%s休假结束"))):
            if first < day <= last:
                found[day].append(Event(day, PEOPLE, text % one.name, one.person))
    return found


def without(facts: Facts, away: Sequence[Absence], day: date) -> Facts:
    """The facts with nobody in a post who is away on the day."""
    gone = {one.person for one in away if one.since <= day <= one.until}
    if not gone or facts.people is None:
        return facts
    return replace(facts, people=tuple(
        replace(one, posts=frozenset()) if one.id in gone else one for one in facts.people))
