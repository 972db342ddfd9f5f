"""Where the unit sits: scope (C01), offices (C02), rooms (C03), vehicles (C18)."""

from collections import defaultdict
from fractions import Fraction
from math import ceil

from qingyuan.assess.capability.facts import Office, within
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import PLAIN, Evidence, Outcome, missing, ordered, said
from qingyuan.assess.records.answer import agreed

_ROOMS = {"station": "站房", "office": "办公", "lab": "实验室", "store": "备件库"}


def scope(s: Situation) -> tuple[Outcome, ...]:
    """C01: the business scope covers O&M of automatic monitors, on a licence still valid."""
    unit = s.facts.unit
    if unit is None or unit.scope_covers_om is None:
        return missing("缺少经营范围是否包含运维服务的确认（unit.scope_covers_om），无从评价。")
    lapsed = not within(s.day, None, unit.licence_expires)
    good = unit.scope_covers_om and not lapsed
    why = (f"营业执照 {unit.licence_expires} 已到期" if lapsed else
           f"经营范围{'已' if good else '未'}包含固定污染源自动监测设施运维技术服务")
    return (Outcome(PLAIN, good, good, True, f"{why}。",
                    (Evidence("unit", unit.name, good, why),)),)


def area(s: Situation) -> tuple[Outcome, ...]:
    """C02: office area ≥ 50 m², of the whole unit (``unit``) or of each office."""
    if s.offices is None:
        return missing("缺少办公场所（[[office]]），无从评价。", "unit", "each_office")
    limit = s.figure("capability.office.area_min")
    known = [one.area for one in s.offices if one.area is not None]
    complete = len(known) == len(s.offices)
    total = sum(known, Fraction(0))
    lack = "" if complete else f"，有 {len(s.offices) - len(known)} 处未填面积（area_m2）"
    evidence = tuple(_office(one, limit) for one in s.offices)
    enough = total >= limit
    smallest = min(known, default=Fraction(0) if complete else None)
    each = agreed(one.ok for one in evidence) if s.offices else False
    least = "未知" if smallest is None else f"{said(smallest)} m²"
    return ordered(
        s.rule("capability.office.area_of").value,
        Outcome("unit", enough if enough or complete else None,
                total if enough or complete else None, limit,
                f"办公场所 {len(s.offices)} 处，面积合计 {said(total)} m²，应不小于 "
                f"{said(limit)} m²{lack}。", evidence),
        Outcome("each_office", each, smallest, limit,
                f"面积最小的办公场所 {least}，每处应不小于 {said(limit)} m²{lack}。", evidence))


def _office(one: Office, limit: Fraction) -> Evidence:
    if one.area is None:
        return Evidence("office", one.prefecture, None, f"{one.prefecture}办事处面积未填")
    return Evidence("office", one.prefecture, one.area >= limit,
                    f"{one.prefecture}办事处 {said(one.area)} m²")


def rooms(s: Situation) -> tuple[Outcome, ...]:
    """C03: every kind of room that is told is suitable; the clause gives no figure."""
    if not s.facts.rooms:
        return missing("缺少站房、办公、实验室、备件库环境的检查结论（[[room]]），无从评价。")
    evidence = tuple(Evidence("room", one.kind, one.suitable,
                              f"{_ROOMS[one.kind]}环境{_suits(one.suitable)}")
                     for one in s.facts.rooms)
    good = sum(one.ok is True for one in evidence)
    return (Outcome(PLAIN, agreed(one.ok for one in evidence), good, len(evidence),
                    "、".join(dict.fromkeys(one.text for one in evidence)) + "。", evidence),)


def _suits(suitable: bool | None) -> str:
    return "未下结论（suitable）" if suitable is None else "适宜" if suitable else "不适宜"


def vehicles(s: Situation) -> tuple[Outcome, ...]:
    """C18: in each prefecture, vehicles of its office ≥ ceil(sets / 30). ``value`` and ``limit``
    are those of the prefecture that is shortest of vehicles."""
    if s.points is None or s.offices is None:
        what = "监测点位（[[point]]）" if s.points is None else "办事处（[[office]]）"
        return missing(f"缺少{what}，无从评价。", "per_prefecture")
    each = s.figure("capability.vehicle.sets")
    sets: dict[str, int] = defaultdict(int)
    for point in s.points:
        sets[point.prefecture] += point.sets
    lost = sets.pop("", 0)
    found = [_prefecture(name, count, s.offices, each) for name, count in sorted(sets.items())]
    passed = agreed(one.ok for one, _, _ in found) if found else True
    texts = [one.text for one, _, _ in found if one.ok is not True]
    if lost:
        passed = None if passed is not False else False
        texts.append(f"有 {lost} 套设施未填地州市（prefecture）")
    if not sets and not lost:
        texts.append("没有在运维的设施")
    _, have, need = max(found, key=lambda one: one[2] - (one[1] or 0),
                        default=(None, 0, 0) if not lost else (None, None, None))
    head = f"每 {said(each)} 套设施至少 1 辆运维车辆，按地州市核算："
    body = "；".join(texts) or f"{len(found)} 个地州市均已配足"
    return (Outcome("per_prefecture", passed, have, need, f"{head}{body}。",
                    tuple(one for one, _, _ in found)),)


def _prefecture(name: str, sets: int, offices: tuple[Office, ...], each: Fraction
                ) -> tuple[Evidence, int | None, int]:
    """What there is, what is needed; None vehicles where an office does not say."""
    need = ceil(sets / each)
    here = [one for one in offices if one.prefecture == name]
    known = sum(one.vehicles or 0 for one in here)
    told = all(one.vehicles is not None for one in here)
    text = f"{name} {sets} 套，应有 {need} 辆，"
    if not here:
        return Evidence("prefecture", name, sets == 0, text + "没有办事处"), 0, need
    if known < need and not told:
        return Evidence("prefecture", name, None, text + "办事处未填车辆数（vehicles）"), None, need
    short = f"，缺 {need - known} 辆" if known < need else ""
    return Evidence("prefecture", name, known >= need, f"{text}有 {known} 辆{short}"), known, need
