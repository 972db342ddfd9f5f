"""What would be if: changes applied purely to facts, and what would then be missing.

A change is plain JSON: ``what`` and ``from`` (the first day), and by what it is
  sign      points, prefecture, kind, sets      contracts for so many points
  end       points, prefecture                  contracts for so many points end
  hire      count, posts, kinds                 certified people of these posts
  leave     person ("staff:7")                  somebody is gone from that day on
  vehicles  count, prefecture                   vehicles at the office there
  office    prefecture, area, vehicles          an office, area in m²
  stock     item, count                         pieces of a consumable or core spare in addition
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.rules.queries import BookFor
from qingyuan.assess.capability.facts import (
    KINDS,
    POSTS,
    Certificate,
    Facts,
    Office,
    Person,
    Point,
    within,
)
from qingyuan.assess.capability.verdict import Verdict

from . import standing

WHATS = ("sign", "end", "hire", "leave", "vehicles", "office", "stock")
MOST = 20_000  # of one change
Edit = Mapping[str, Any]


def day_of(change: Edit) -> date:
    """The first day of a change."""
    return date.fromisoformat(str(change["from"]))


def said(change: Edit) -> str:
    """A change in words."""
    kinds, posts = words()
    of = {**change, "kind": kinds.get(str(change.get("kind")), ""),
          "kinds": "、".join(kinds[one] for one in change.get("kinds", ()) if one in kinds),
          "posts": "、".join(posts[one] for one in change.get("posts", ()) if one in posts)}
    form = {
        "sign": _("%(prefecture)s签约%(kind)s点位 %(points)s 个，每个 %(sets)s 套"),
        "end": _("%(prefecture)s %(points)s 个点位的合同终止"),
        "hire": _("聘用 %(count)s 名%(posts)s人员（%(kinds)s证书）") if of["kinds"]
        else _("聘用 %(count)s 名%(posts)s人员"),
        "leave": _("%(name)s离职"),
        "vehicles": _("%(prefecture)s增加车辆 %(count)s 辆"),
        "office": _("%(prefecture)s新设办事处，%(area)s m²，车辆 %(vehicles)s 辆"),
        "stock": _("%(item)s入库 %(count)s 件"),
    }[str(change["what"])]
    return form % of


def words() -> tuple[dict[str, str], dict[str, str]]:
    """Kinds and posts in words."""
    return ({"gas": _("废气"), "water": _("废水")},
            {"om": _("运维"), "supervisor": _("督查"), "qa": _("质量保证"), "manager": _("管理"),
             "store": _("库管"), "lab": _("实验室")})


def applied(facts: Facts, changes: Sequence[Edit], day: date) -> Facts:
    """The facts as they would stand on ``day``. A part that was never told (None) begins with what
    is added, except stock and vehicles, which need an item or an office to be added to."""
    for at, one in enumerate(changes):
        if day_of(one) <= day:
            facts = _DO[one["what"]](facts, one, f"plan:{at}")
    return facts


def _sign(facts: Facts, one: Edit, key: str) -> Facts:
    new = tuple(Point(f"{key}.{n}", one["kind"], one["prefecture"], int(one.get("sets", 1)),
                      since=day_of(one)) for n in range(int(one["points"])))
    return replace(facts, points=(*(facts.points or ()), *new))


def _end(facts: Facts, one: Edit, key: str) -> Facts:
    left, day, rows = int(one["points"]), day_of(one), []
    for point in facts.points or ():
        if left and point.prefecture == one["prefecture"] and within(
                day, point.since, point.until):
            point, left = replace(point, until=day - timedelta(days=1)), left - 1
        rows.append(point)
    return facts if facts.points is None else replace(facts, points=tuple(rows))


def _hire(facts: Facts, one: Edit, key: str) -> Facts:
    day = day_of(one)
    held = tuple(Certificate(kind, "provincial", day) for kind in one.get("kinds", ()))
    new = tuple(Person(f"{key}.{n}", _("拟聘 %d") % (n + 1), frozenset(one["posts"]), day, None,
                       day, None, held) for n in range(int(one["count"])))
    return replace(facts, people=(*(facts.people or ()), *new))


def _leave(facts: Facts, one: Edit, key: str) -> Facts:
    last = day_of(one) - timedelta(days=1)
    return facts if facts.people is None else replace(facts, people=tuple(
        replace(p, left=min(p.left or last, last)) if p.id == one["person"] else p
        for p in facts.people))


def _vehicles(facts: Facts, one: Edit, key: str) -> Facts:
    rows, more = [], int(one["count"])
    for office in facts.offices or ():
        if more and office.prefecture == one["prefecture"] and within(
                day_of(one), office.since, office.until):
            office, more = replace(office, vehicles=(office.vehicles or 0) + more), 0
        rows.append(office)
    return facts if facts.offices is None else replace(facts, offices=tuple(rows))


def _office(facts: Facts, one: Edit, key: str) -> Facts:
    new = Office(one["prefecture"], Fraction(str(one["area"])), int(one.get("vehicles", 0)),
                 day_of(one))
    return replace(facts, offices=(*(facts.offices or ()), new))


def _stock(facts: Facts, one: Edit, key: str) -> Facts:
    more = Fraction(str(one["count"]))

    def added(rows: Any) -> Any:
        return None if rows is None else tuple(
            replace(row, stock=(row.stock or 0) + more) if row.name == one["item"] else row
            for row in rows)
    return replace(facts, consumables=added(facts.consumables),
                   core_spares=added(facts.core_spares))


_DO = {"sign": _sign, "end": _end, "hire": _hire, "leave": _leave, "vehicles": _vehicles,
       "office": _office, "stock": _stock}


@dataclass(frozen=True, slots=True)
class Side:
    """One check on one day without and with the changes; ``missing`` says what would be needed,
    ``by`` the first day on which it fails because of them."""

    check: str
    title: str
    clause: str
    now: Verdict
    then: Verdict
    missing: str
    by: date | None


def compared(
    facts: Facts, changes: Sequence[Edit], day: date, rules: BookFor
) -> list[Side]:
    """All checks on ``day``, side by side."""
    firsts = _first_failures(facts, changes, rules)
    then = applied(facts, changes, day)
    return [Side(now.check, now.title, now.clause, now, other,
                 lacking(other, then, day), firsts.get(now.check))
            for now, other in zip(standing.of(facts, day, rules),
                                  standing.of(then, day, rules), strict=True)]


def _first_failures(facts: Facts, changes: Sequence[Edit], rules: BookFor) -> dict[str, date]:
    """Check → the first day of a change on which it fails and would not without the changes."""
    found: dict[str, date] = {}
    for day in sorted({day_of(one) for one in changes}):
        without = standing.of(facts, day, rules)
        for plain, other in zip(without, standing.of(applied(facts, changes, day), day, rules),
                                strict=True):
            if other.default.passed is False and plain.default.passed is not False:
                found.setdefault(plain.check, day)
    return found


def lacking(one: Verdict, facts: Facts, day: date) -> str:
    """What a check that fails would need, in pieces where it counts pieces; "" where it passes."""
    outcome = one.default
    if outcome.passed is not False:
        return ""
    value, limit = outcome.value, outcome.limit
    if one.check == "C09" and limit:
        served = sum(within(day, p.since, p.until) for p in facts.points or ())
        have = sum("om" in p.posts and within(day, p.hired, p.left) for p in facts.people or ())
        return _("运维人员再增 %d 名") % max(ceil(Fraction(served) / Fraction(limit)) - have, 1)
    if value is None or limit is None or isinstance(value, bool):
        return outcome.sentence
    short = ceil(Fraction(limit) - Fraction(value))
    form = {"C02": _("办公面积再增 %d m²"), "C04": _("运维人员再增 %d 名"),
            "C08": _("督查人员再增 %d 名")}.get(one.check)
    if form and short > 0:
        return form % short
    bad = [fact.text for fact in outcome.evidence if fact.ok is False]
    return "；".join(bad[:5]) or outcome.sentence


def checked(change: Edit) -> dict[str, str]:
    """What is wrong with a change, by field; {} for one that can be applied."""
    wrong: dict[str, str] = {}
    what = change.get("what")
    if what not in WHATS:
        return {"what": _("请选择变化")}
    try:
        day_of(change)
    except (KeyError, ValueError):
        wrong["from"] = _("请填写开始日期")
    counts = {"sign": ("points", "sets"), "end": ("points",), "hire": ("count",),
              "vehicles": ("count",), "stock": ("count",)}.get(what, ())
    for name in counts:
        if not (isinstance(change.get(name), int) and 1 <= change[name] <= MOST):
            wrong[name] = _("须为 1 至 %d 的整数") % MOST
    if what in ("sign", "end", "vehicles", "office") and not change.get("prefecture"):
        wrong["prefecture"] = _("请选择地州市")
    if what == "sign" and change.get("kind") not in KINDS:
        wrong["kind"] = _("请选择类别")
    if what == "hire" and not (change.get("posts") and set(change["posts"]) <= set(POSTS)):
        wrong["posts"] = _("请选择岗位")
    if what == "hire" and not set(change.get("kinds", ())) <= set(KINDS):
        wrong["kinds"] = _("请选择类别")
    if what == "office" and not 0 < float(change.get("area") or 0) <= MOST:
        wrong["area"] = _("请填写面积")
    for name in {"leave": ("person",), "stock": ("item",)}.get(what, ()):
        if not change.get(name):
            wrong[name] = _("请选择")
    return wrong
