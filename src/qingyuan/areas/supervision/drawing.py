"""Which points of a unit are inspected: those that must be, then a draw that nobody can steer.

The draw orders the other points by a hash over the plan's salt and the point. The salt is an HMAC
under the installation's secret over unit, period and kind: the same however often a plan is drawn,
and known to nobody before. Plain: facts in, points out.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

WHYS: Mapping[str, object] = {
    "new": _("新接点位"), "failed": _("记录不合格或被退回"), "finding": _("有未处理完的报警"),
    "long": _("超过半年未督查"), "draw": _("随机抽取"), "hand": _("指定"),
}
MUST = ("new", "failed", "finding", "long")


class Drawn(NamedTuple):
    point: int
    why: str


def wanted(points: int, percent: float) -> int:
    """How many of so many points a share is, never less than the share.

    >>> wanted(40, 30), wanted(41, 30), wanted(0, 30), wanted(3, 100)
    (12, 13, 0, 3)
    """
    return min(points, math.ceil(points * percent / 100))


def draw(candidates: Mapping[int, str], percent: float, salt: str) -> list[Drawn]:
    """Points in the order in which they were taken. ``candidates``: point → why it must be in, ""
    for any other. Points that must be in come first and may be more than the share; where fewer,
    the draw fills up. A third of the share is always drawn, so that no list of musts makes it
    certain who is left alone.

    >>> [one.point for one in draw({1: "", 2: "new", 3: ""}, 34, "s")][0]
    2
    """
    count = wanted(len(candidates), percent)
    must = [pk for why in MUST for pk in sorted(candidates) if candidates[pk] == why]
    free = sorted((pk for pk in candidates if not candidates[pk]), key=lambda pk: rank(salt, pk))
    drawn = min(len(free), max(count - len(must), math.ceil(count / 3)))
    return [Drawn(pk, candidates[pk]) for pk in must] + [Drawn(pk, "draw") for pk in free[:drawn]]


def rank(salt: str, point: int) -> str:
    """A point's place in the draw."""
    return hashlib.sha256(f"{salt}:{point}".encode()).hexdigest()


def shared(points: Sequence[int], people: Mapping[int, frozenset[int]]) -> dict[int, int]:
    """Point → inspector, in turns, nobody a point that they keep themselves where another is there.
    ``people``: inspector → points that they keep."""
    load = dict.fromkeys(people, 0)
    found = {}
    for point in points:
        free = [one for one in people if point not in people[one]] or list(people)
        found[point] = min(free, key=lambda one: (load[one], one))
        load[found[point]] += 1
    return found
