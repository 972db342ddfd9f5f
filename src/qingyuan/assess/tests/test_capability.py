"""Facts of a unit: what is refused, and what holds for every unit."""

import random
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.assess.capability import facts as f
from qingyuan.assess.capability.answer import answer
from qingyuan.assess.capability.certificates import add_months
from qingyuan.assess.capability.evaluate import CHECKS, evaluate
from qingyuan.assess.capability.reading import read
from qingyuan.assess.capability.row import BadFacts
from qingyuan.standards import load

DAY = date(2026, 11, 24)
PREFECTURES = ("喀什", "哈密")
UNIT = """
[[office]]
prefecture = "喀什"
area_m2 = 60
vehicles = 1
[[point]]
id = "a"
kind = "gas"
engineer = "p"
[[person]]
id = "p"
posts = ["om"]
hired = 2024-01-01
certificates = [{kind = "gas", issuer_level = "provincial", issued = 2024-02-01}]
[[work]]
date = 2026-01-05
person = "p"
point = "a"
[[consumable]]
name = "滤芯"
stock = 3
[filing]
accepted = true
"""


@pytest.mark.parametrize(("old", "new", "says"), [
    ("area_m2 = 60", "area_m2 = -1", "office[1].area_m2: expected a number between 0 and"),
    ("area_m2 = 60", "area_m2 = nan", "office[1].area_m2: expected a finite number"),
    ("area_m2 = 60", "area_m2 = true", "office[1].area_m2: expected a number from 0, not True"),
    ("vehicles = 1", "vehicles = 1.5", "office[1].vehicles: expected a whole number from 0"),
    ("vehicles = 1", "vehicles = [1]", "office[1].vehicles: expected a list of texts, not 1"),
    ('id = "a"\n', "", "point[1].id is missing: expected a text"),
    ('id = "a"', 'id = " "', "point[1].id: expected a text, not ' '"),
    ('kind = "gas"\ne', "e", 'point[1].kind is missing: expected one of "gas", "water"'),
    ('engineer = "p"', 'engineer = "q"', "point[1].engineer: expected the id of a [[person]]"),
    ('person = "p"', 'person = "q"', "work[1].person: expected the id of a [[person]], not 'q'"),
    ('point = "a"', 'point = "b"', "work[1].point: expected the id of a [[point]], not 'b'"),
    ('posts = ["om"]', 'posts = ["boss"]', 'person[1].posts: expected a list of "om", "sup'),
    ('posts = ["om"]', 'posts = "om"', 'person[1].posts: expected a list of "om"'),
    ("hired = 2024-01-01", "hired = 2024-01-01T08:00:00", "person[1].hired: expected a date"),
    ("hired = 2024-01-01", "hired = 2024-01-01\nleft = 2023-12-31", "person[1].left: expected a"),
    ("issued = 2024-02-01", "issued = 2024-02-01, expires = 2024-01-31",
     "person[1].certificates[1].expires: expected a day not before 2024-02-01, not 2024-01-31"),
    (", issued = 2024-02-01", "", "person[1].certificates[1].issued is missing: expected a date"),
    ('"provincial"', '"city"', "person[1].certificates[1].issuer_level: expected one of"),
    ("date = 2026-01-05", "", "work[1].date is missing: expected a date"),
    ("stock = 3", 'stock = "3"', "consumable[1].stock: expected a number from 0, not '3'"),
    ("accepted = true", "accepted = 1", "filing.accepted: expected a date YYYY-MM-DD without q"),
    ("[filing]", "[[filing]]", "filing: expected a table [filing]"),
    ("[[office]]", "[office]", "office: expected tables [[office]]"),
    ("[filing]", '[[point]]\nid = "a"\nkind = "gas"\n[filing]', "point[2].id: expected an id th"),
    ("[filing]", '[[person]]\nid = "p"\n[filing]', "person[2].id: expected an id that no other"),
    ("[filing]", "[rules]\nx = [1]\n[filing]", "rules.x: expected a figure or a word"),
])
def test_bad_input_is_refused_with_the_key_and_what_was_expected(
    old: str, new: str, says: str
) -> None:
    assert old in UNIT
    with pytest.raises(BadFacts, match=re.escape(says)) as refused:
        read(UNIT.replace(old, new))
    assert "\n" not in str(refused.value)


def test_a_bad_region_is_refused() -> None:
    with pytest.raises(BadFacts, match="region: expected 2, 4 or 6 digits"):
        read('region = "x"')


def test_each_check_has_its_own_title_and_is_cited() -> None:
    found = evaluate(f.Facts(), DAY, load())
    assert [one.check for one in found] == [f"C{n:02}" for n in range(1, 22)]
    assert len({one.title for one in found}) == len(CHECKS)
    assert all("运行服务规范" not in one.sentence for v in found for one in v.outcomes)
    assert all(one.clause.startswith("新疆") and one.status == "secondary" for one in found)


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
certificates = st.builds(
    f.Certificate, st.sampled_from(("gas", "water", "lab")), st.sampled_from(f.ISSUERS),
    st.dates(date(2022, 1, 1), date(2026, 12, 31)), st.none() | days)


@st.composite
def units(draw: st.DrawFn) -> f.Facts:
    """A unit of up to eight people, with points, visits and stores."""
    people = tuple(f.Person(
        f"p{n}", f"示例{n}", draw(st.frozensets(st.sampled_from(f.POSTS), max_size=3)),
        draw(st.none() | st.dates(date(2023, 1, 1), date(2026, 12, 31))), draw(st.none() | days),
        draw(st.none() | st.booleans() | days), None,
        tuple(draw(st.lists(certificates, max_size=2)))) for n in range(draw(st.integers(1, 8))))
    who = st.sampled_from([p.id for p in people])
    points = tuple(f.Point(f"a{n}", draw(st.sampled_from(f.KINDS)),
                           draw(st.sampled_from((*PREFECTURES, "阿勒泰"))),
                           draw(st.integers(0, 40)), draw(who | st.just("")))
                   for n in range(draw(st.integers(1, 12))))
    works = tuple(draw(st.lists(st.builds(
        f.Work, days, who, st.sampled_from([p.id for p in points])), max_size=6)))
    offices = tuple(f.Office(name, draw(st.none() | st.fractions(0, 99)),
                             draw(st.none() | st.integers(0, 3))) for name in PREFECTURES)
    amount = st.none() | st.fractions(0, 20)
    return f.Facts(
        offices=offices, points=points, people=people, works=works,
        consumables=tuple(draw(st.lists(st.builds(
            f.Consumable, st.sampled_from("甲乙丙"), amount, amount, amount), max_size=3))),
        core_spares=tuple(draw(st.lists(st.builds(
            f.CoreSpare, st.sampled_from("甲乙丙"), amount, amount, amount), max_size=3))))


def passes(facts: f.Facts) -> dict[tuple[str, str], bool | None]:
    return {(verdict.check, one.reading): one.passed
            for verdict in evaluate(facts, DAY, load()) for one in verdict.outcomes}


@settings(max_examples=60, deadline=None)
@given(units(), st.integers(0, 2**32))
def test_the_order_of_rows_does_not_matter(unit: f.Facts, seed: int) -> None:
    rng = random.Random(seed)

    def mixed(rows):
        return None if rows is None else tuple(rng.sample(rows, len(rows)))

    other = replace(unit, **{key: mixed(getattr(unit, key)) for key in (
        "offices", "points", "people", "works", "consumables", "core_spares")})
    one, two = ([answer(v) for v in evaluate(facts, DAY, load())] for facts in (unit, other))
    assert [[(r["pass"], r["value"], r["limit"], r["reading"]) for r in v["readings"]]
            for v in one] == [[(r["pass"], r["value"], r["limit"], r["reading"])
                               for r in v["readings"]] for v in two]


@settings(max_examples=60, deadline=None)
@given(units(), st.sampled_from((*PREFECTURES, "阿勒泰")))
def test_another_vehicle_or_metre_never_spoils_anything(unit: f.Facts, where: str) -> None:
    before = passes(unit)
    after = passes(replace(unit, offices=tuple(
        replace(one, vehicles=(one.vehicles or 0) + 1, area=(one.area or 0) + 1)
        for one in unit.offices or ())))
    opened = passes(replace(unit, offices=(*(unit.offices or ()), f.Office(where, None, 1))))
    assert not [key for key, good in before.items() if good and after[key] is not True]
    assert before["C18", "per_prefecture"] is not True or opened["C18", "per_prefecture"]


@settings(max_examples=60, deadline=None)
@given(units(), st.sampled_from(("om", "supervisor", "qa")))
def test_another_person_never_spoils_a_number(unit: f.Facts, post: str) -> None:
    hired = DAY - timedelta(days=10)
    more = f.Person("new", "示例新", frozenset({post}), hired, None, True)
    before, after = passes(unit), passes(replace(unit, people=(*(unit.people or ()), more)))
    counted = [key for key in before if key[0] in ("C04", "C05", "C08", "C09")]
    assert not [key for key in counted if before[key] and after[key] is not True]
    # one who is in his first months and has signed spoils nothing else either
    assert not [key for key in before if before[key] and after[key] is not True]


@settings(max_examples=60, deadline=None)
@given(units())
def test_more_stock_never_spoils_anything(unit: f.Facts) -> None:
    def more(rows):
        return tuple(replace(one, stock=None if one.stock is None else one.stock + 1)
                     for one in rows or ())

    before = passes(unit)
    after = passes(replace(unit, consumables=more(unit.consumables),
                           core_spares=more(unit.core_spares)))
    assert not [key for key, good in before.items() if good and after[key] is not True]


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 30))
def test_months_later_is_in_that_month_and_never_beyond_the_same_day(
    day: date, months: int
) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
