"""How many people, and for how many points: C04, C05, C08, C09."""

from fractions import Fraction
from itertools import combinations
from math import ceil

from qingyuan.assess.capability.facts import Person
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import Evidence, Outcome, missing, ordered, said

TYPES = {"om": "运维", "supervisor": "督查", "qa": "质量保证"}
"""The three types of people that clause 4.3 names."""
_NO_PEOPLE = "缺少人员（[[person]]），无从评价。"
_NO_POINTS = "缺少监测点位（[[point]]），无从评价。"
_COUNTS = ("per_post", "exclusive")


def om_staff(s: Situation) -> tuple[Outcome, ...]:
    """C04: O&M persons ≥ 5. ``per_post`` counts a person for each post held; ``exclusive`` only
    those who are neither supervisor nor quality person."""
    if s.people is None:
        return missing(_NO_PEOPLE, *_COUNTS)
    limit = s.figure("capability.om_staff.min")
    found = {"per_post": s.holding("om"), "exclusive": _only(s, "om")}
    return ordered(s.rule("capability.posts.count").value, *(
        Outcome(reading, len(people) >= limit, len(people), limit,
                f"运维人员{_as_counted(reading)} {len(people)} 名，应不少于 {said(limit)} 名"
                f"{_short(len(people), limit)}。", _people(people))
        for reading, people in found.items()))


def staff_types(s: Situation) -> tuple[Outcome, ...]:
    """C05: at least one O&M, supervising and quality person; ``exclusive`` asks for as many
    different people."""
    if s.people is None:
        return missing(_NO_PEOPLE, *_COUNTS)
    held = {post: s.holding(post) for post in TYPES}
    none = [TYPES[post] for post, people in held.items() if not people]
    have = len(TYPES) - len(none)
    apart = _different({post: {p.id for p in people} for post, people in held.items()})
    lack = f"，缺{'、'.join(none)}人员" if none else ""
    evidence = tuple(Evidence("post", post, bool(people),
                              f"{TYPES[post]}人员 {len(people)} 名" + _named(people))
                     for post, people in held.items())
    return ordered(
        s.rule("capability.posts.count").value,
        Outcome("per_post", have == len(TYPES), have, len(TYPES),
                f"应配运维、督查、质量保证三类人员，已有 {have} 类{lack}。", evidence),
        Outcome("exclusive", apart == len(TYPES), apart, len(TYPES),
                f"一人只任一岗时，三类人员可配齐 {apart} 类{lack}。", evidence))


def supervisors(s: Situation) -> tuple[Outcome, ...]:
    """C08: supervisors ≥ ceil(points / 50)."""
    if s.people is None or s.points is None:
        return missing(_NO_PEOPLE if s.people is None else _NO_POINTS, *_COUNTS)
    each = s.figure("capability.supervisor.points")
    limit = ceil(len(s.points) / each)
    found = {"per_post": s.holding("supervisor"),
             "exclusive": [p for p in s.holding("supervisor") if "om" not in p.posts]}
    return ordered(s.rule("capability.posts.count").value, *(
        Outcome(reading, len(people) >= limit, len(people), limit,
                f"在运维监测点位 {len(s.points)} 个，每 {said(each)} 个至少 1 名督查人员，应有 "
                f"{limit} 名，{_as_counted(reading) or '现有'} {len(people)} 名"
                f"{_short(len(people), limit)}。", _people(people))
        for reading, people in found.items()))


def load(s: Situation) -> tuple[Outcome, ...]:
    """C09: at most 8 points for an O&M person, as the mean over all (``mean``) or for the one who
    has most (``worst``)."""
    if s.people is None or s.points is None:
        return missing(_NO_PEOPLE if s.people is None else _NO_POINTS, "mean", "worst")
    limit = s.figure("capability.om_staff.points_max")
    return ordered(s.rule("capability.om_staff.points_by").value,
                   _mean(s, len(s.points), limit), _worst(s, limit))


def _mean(s: Situation, points: int, limit: Fraction) -> Outcome:
    people = s.holding("om")
    if not people:
        return Outcome("mean", points == 0, None, limit,
                       f"在运维监测点位 {points} 个，没有在岗运维人员，人均无从计算。")
    value = Fraction(points, len(people))
    return Outcome("mean", value <= limit, value, limit,
                   f"监测点位 {points} 个，运维人员 {len(people)} 名，人均 {said(value)} 个，"
                   f"应不高于 {said(limit)} 个。", _loads(s, people, limit))


def _worst(s: Situation, limit: Fraction) -> Outcome:
    people = s.holding("om")
    if not people:
        return Outcome("worst", not s.points, None, limit, "没有在岗运维人员，无人可分担点位。")
    loads = {p.id: len(s.points_of.get(p.id, ())) for p in people}
    most = max(people, key=lambda p: (loads[p.id], p.id))
    value, loose = loads[most.id], len(s.points_of.get("", ()))
    passed = False if value > limit else None if loose else True
    rest = "" if passed is not None else (
        f"另有 {loose} 个点位未落实到在岗运维人员（engineer），无从评价。")
    return Outcome("worst", passed, value, limit,
                   f"承担最多的{most.name}有 {value} 个点位，应不高于 {said(limit)} 个。{rest}",
                   _loads(s, people, limit))


def _loads(s: Situation, people: list[Person], limit: Fraction) -> tuple[Evidence, ...]:
    counts = {p.id: len(s.points_of.get(p.id, ())) for p in people}
    return tuple(Evidence("person", p.id, counts[p.id] <= limit,
                          f"{p.name}：{counts[p.id]} 个点位") for p in people)


def _only(s: Situation, post: str) -> list[Person]:
    others = TYPES.keys() - {post}
    return [p for p in s.holding(post) if p.posts.isdisjoint(others)]


def _different(held: dict[str, set[str]]) -> int:
    """How many of the posts can be filled with one different person each (Hall's theorem)."""
    return next(n for n in range(len(held), -1, -1) if any(
        all(len(set().union(*(held[p] for p in part))) >= size
            for size in range(1, n + 1) for part in combinations(chosen, size))
        for chosen in combinations(held, n)))


def _people(people: list[Person]) -> tuple[Evidence, ...]:
    return tuple(Evidence("person", p.id, None, p.name) for p in people)


def _named(people: list[Person]) -> str:
    return "：" + "、".join(p.name for p in people) if people else ""


def _as_counted(reading: str) -> str:
    return "（不计兼任者）" if reading == "exclusive" else ""


def _short(have: int, limit: Fraction | int) -> str:
    return f"，缺 {ceil(limit - have)} 名" if have < limit else ""
