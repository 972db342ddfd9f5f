"""Who may work: certificates (C06), newcomers (C07), commitments (C10)."""

import calendar
from collections import defaultdict
from datetime import date

from qingyuan.assess.capability.facts import KINDS, Certificate, Person, Work, proven, within
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import Evidence, Outcome, missing, ordered
from qingyuan.assess.records.answer import agreed

LEVELS = ("national", "provincial")
"""Clause 4.3: 省级及以上."""
_WORDS = {"gas": "废气", "water": "废水"}
_IN_ORDER = Evidence("work", "", True, "")
"""Work as it should be; there may be thousands, so that they are counted and not shown."""
_NO_PEOPLE = "缺少人员（[[person]]），无从评价。"
_NOBODY = "没有在岗运维人员，无从评价。"


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later, the month's last day where it has no such day.

    >>> add_months(date(2025, 11, 30), 3), add_months(date(2023, 11, 30), 3)
    (datetime.date(2026, 2, 28), datetime.date(2024, 2, 29))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def qualified(person: Person, kind: str | None, day: date) -> bool:
    """Whether the person held on ``day`` a certificate of a provincial or higher body for ``kind``
    (None: for gas or water)."""
    for one in person.certificates:
        if ((kind is None or one.kind == kind) and _counts(one)
                and within(day, one.issued, one.expires)):
            return True
    return False


def certificates(s: Situation) -> tuple[Outcome, ...]:
    """C06: on each day of work a certificate of the right kind, and today for everyone who works
    on site. A newcomer may help a certified person; alone is a breach. Kinds of the points that a
    person is the engineer of are asked for; either kind of one who has none."""
    words = ("work_and_staff", "work", "staff")
    if s.people is None:
        return missing(_NO_PEOPLE, *words)
    work, staff = _work(s), _staff(s)
    return ordered(
        s.rule("capability.certificates.judged").value,
        _held("work_and_staff", (*work, *staff), "没有作业记录，也没有在岗运维人员，无从评价。"),
        _held("work", work, "没有作业记录（[[work]]），无从评价。"),
        _held("staff", staff, _NOBODY))


def newcomers(s: Situation) -> tuple[Outcome, ...]:
    """C07: certified by the day three calendar months after hiring, that day included. ``om`` asks
    O&M persons, ``relevant`` also supervisors and quality persons; ``now`` accepts a certificate
    that came late."""
    words = ("om", "relevant", "now")
    if s.people is None:
        return missing(_NO_PEOPLE, *words)
    posts = {"om": ("om",), "relevant": ("om", "supervisor", "qa"), "now": ("om",)}
    return ordered(s.rule("capability.newcomer.reading").value, *(
        _held(word, tuple(_newcomer(s, p, late=word == "now") for p in s.holding(*posts[word])),
              "没有须持证的在岗人员，无从评价。") for word in words))


def commitments(s: Situation) -> tuple[Outcome, ...]:
    """C10: every O&M person has signed: before his first work that is told (``first_work``; the
    same day is in time), or by now (``now``)."""
    if s.people is None:
        return missing(_NO_PEOPLE, "first_work", "now")
    first: dict[str, date] = {}
    for work in s.works:
        first.setdefault(work.person, work.date)
    return ordered(s.rule("capability.commitment.by").value, *(
        _held(word, tuple(_signed(s, p, first.get(p.id) if word == "first_work" else None)
                          for p in s.holding("om")), _NOBODY) for word in ("first_work", "now")))


def _held(reading: str, found: tuple[Evidence, ...], nothing: str) -> Outcome:
    """How many of the rows are in order; the sentence names those that are not."""
    if not found:
        return Outcome(reading, None, None, None, nothing)
    good = sum(one.ok is True for one in found)
    bad = [one.text for one in found if one.ok is False]
    unknown = [one.text for one in found if one.ok is None]
    parts = [f"应查 {len(found)} 项，符合 {good} 项"]
    if bad:
        parts.append(f"不符合 {len(bad)} 项：{_first(bad)}")
    if unknown:
        parts.append(f"事实不全 {len(unknown)} 项：{_first(unknown)}")
    shown = tuple(one for one in found if one.ok is not True or one.kind != "work")
    return Outcome(reading, agreed(one.ok for one in found), good, len(found),
                   "；".join(parts) + "。", shown)


def _first(texts: list[str], most: int = 3) -> str:
    return "、".join(texts[:most]) + (f"等 {len(texts)} 项" if len(texts) > most else "")


def _work(s: Situation) -> tuple[Evidence, ...]:
    people = {p.id: p for p in s.facts.people or ()}
    kinds = {p.id: p.kind for p in s.facts.points or ()}
    together: dict[tuple[date, str], set[str]] = defaultdict(set)
    for work in s.works:
        together[work.date, work.point].add(work.person)
    months = int(s.figure("capability.newcomer.months"))
    return tuple(_worked(work, people, kinds.get(work.point), together[work.date, work.point],
                         months) for work in s.works)


def _worked(work: Work, people: dict[str, Person], kind: str | None, there: set[str],
            months: int) -> Evidence:
    person = people[work.person]
    able = qualified(person, kind, work.date)
    if able and kind is not None:
        return _IN_ORDER
    where = f"{person.name} {work.date} 在 {work.point}"
    if able:
        return Evidence("work", work.person, None, f"{where}作业，点位类别未知")
    if _new(person, work.date, months):
        led = any(qualified(people[one], kind, work.date) for one in there - {work.person})
        how = "随持证人员" if led else "未持证独自"
        return Evidence("work", work.person, led, f"{where}{how}作业")
    return Evidence("work", work.person, False,
                    f"{where}作业时没有有效的{_WORDS.get(kind or '', '')}证书")


def _staff(s: Situation) -> tuple[Evidence, ...]:
    months = int(s.figure("capability.newcomer.months"))
    return tuple(_standing(s, person, months) for person in s.holding("om"))


def _standing(s: Situation, person: Person, months: int) -> Evidence:
    kinds = sorted({point.kind for point in s.points_of.get(person.id, ())})
    lack = [kind for kind in kinds or (None,) if not qualified(person, kind, s.day)]
    if not lack:
        return Evidence("person", person.id, True, f"{person.name}持证")
    if _new(person, s.day, months):
        return Evidence("person", person.id, True, f"{person.name}入职未满 {months} 个月，尚可协助")
    words = "、".join(_WORDS[kind] for kind in lack if kind) or "废气或废水"
    return Evidence("person", person.id, False, f"{person.name}没有有效的{words}证书")


def _new(person: Person, day: date, months: int) -> bool:
    return person.hired is not None and person.hired <= day <= add_months(person.hired, months)


def _newcomer(s: Situation, person: Person, late: bool) -> Evidence:
    own = [one for one in person.certificates if _counts(one) and one.issued <= s.day]
    if person.hired is None:
        return Evidence("person", person.id, None, f"{person.name}缺入职日期（hired）")
    due = add_months(person.hired, int(s.figure("capability.newcomer.months")))
    in_time = any(one.issued <= due and within(max(one.issued, person.hired), None, one.expires)
                  for one in own)
    when = f"{person.name} {person.hired} 入职，至 {due}"
    if in_time:
        return Evidence("person", person.id, True, f"{when}前已取证")
    if s.day <= due:
        return Evidence("person", person.id, True, f"{when}前应取证，尚未到期")
    if own:
        got = min(one.issued for one in own)
        good = late and qualified(person, None, s.day)
        return Evidence("person", person.id, good, f"{when}未取证，{got} 才取证")
    return Evidence("person", person.id, False, f"{when}未取证")


def _signed(s: Situation, person: Person, first: date | None) -> Evidence:
    signed = person.commitment_signed
    if not proven(signed, s.day):
        return Evidence("person", person.id, False, f"{person.name}未签自律承诺书")
    if not within(s.day, None, person.commitment_expires):
        return Evidence("person", person.id, False,
                        f"{person.name}的自律承诺书 {person.commitment_expires} 已失效")
    if isinstance(signed, date) and first is not None and first < signed:
        return Evidence("person", person.id, False,
                        f"{person.name} {signed} 才签自律承诺书，{first} 已上岗作业")
    return Evidence("person", person.id, True, f"{person.name}已签自律承诺书")


def _counts(one: Certificate) -> bool:
    return one.kind in KINDS and one.issuer_level in LEVELS
