"""The checks C01 to C21 for many units.

``--units`` units of ``--staff`` people and ``--points`` points each, with a month of weekly visits
and stores full of parts, are evaluated on one day; every unit's facts differ. Facts stand as they
are read from a store, typed; reading one unit's facts file is timed beside. JSON on stdout;
status 1 when it takes longer than ``--most`` seconds.
"""

import argparse
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from qingyuan.assess.capability import facts as f
from qingyuan.assess.capability.answer import answer
from qingyuan.assess.capability.evaluate import evaluate
from qingyuan.assess.capability.reading import read
from qingyuan.standards import load

DAY = date(2026, 11, 24)
PREFECTURES = tuple(f"示例{n}州" for n in range(14))
SYSTEMS = ("personnel", "supervision", "hazardous_waste", "archives", "reporting", "sop")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--units", type=int, default=500)
    p.add_argument("--staff", type=int, default=200)
    p.add_argument("--points", type=int, default=1600)
    p.add_argument("--seed", type=int, default=20261124)
    p.add_argument("--most", type=float, default=60.0, help="seconds in total")
    args = p.parse_args()
    book, rng = load(), random.Random(args.seed)
    spent, slowest, tally = 0.0, 0.0, Counter[str]()
    visits = 0
    for _ in range(args.units):
        unit = company(rng, args.staff, args.points)
        visits += len(unit.works or ())
        began = time.perf_counter()
        found = [answer(verdict) for verdict in evaluate(unit, DAY, book)]
        took = time.perf_counter() - began
        spent, slowest = spent + took, max(slowest, took)
        tally.update(str(one["pass"]) for one in found)
    text = as_file(company(rng, args.staff, args.points))
    began = time.perf_counter()
    read(text)
    print(json.dumps({
        "units": args.units, "staff": args.staff, "points": args.points,
        "work_rows": visits, "evaluate_s": round(spent, 2), "limit_s": args.most,
        "per_unit_ms": round(1000 * spent / args.units, 2),
        "slowest_unit_ms": round(1000 * slowest, 2),
        "verdicts": dict(sorted(tally.items())),
        "file": {"characters": len(text), "read_s": round(time.perf_counter() - began, 2)},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
                   f"{platform.python_version()}",
    }, indent=1))
    return 0 if spent <= args.most else 1


def company(rng: random.Random, staff: int, points: int) -> f.Facts:
    """A plainly invented unit; most of it in order."""
    people = tuple(_person(rng, n) for n in range(staff))
    served = tuple(f.Point(f"a{n}", rng.choice(f.KINDS), rng.choice(PREFECTURES),
                           rng.choice((1, 1, 2)), f"p{n % staff}") for n in range(points))
    works = tuple(f.Work(DAY - timedelta(days=7 * week + n % 7), point.engineer, point.id)
                  for week in range(4) for n, point in enumerate(served))
    return f.Facts(
        unit=f.Unit("示例运维有限公司", True),
        offices=tuple(f.Office(name, Fraction(60), rng.randint(4, 12)) for name in PREFECTURES),
        points=served, people=people, works=works,
        consumables=tuple(f.Consumable(f"易耗品{n}", Fraction(rng.randint(10, 14)), Fraction(10),
                                       Fraction(12)) for n in range(200)),
        core_spares=tuple(f.CoreSpare(f"备件{n}", Fraction(rng.randint(2, 9)), Fraction(1, 50),
                                      Fraction(100), True) for n in range(50)),
        materials=tuple(f.Material(f"标气{n}", f"示例{n}", DAY + timedelta(rng.randint(-2, 300)))
                        for n in range(300)),
        documents=tuple(f.Document(one, True, date(2026, 1, 1)) for one in SYSTEMS),
        lab=f.Lab("示例000001", date(2028, 1, 1)), filing=f.Filing(True))


def _person(rng: random.Random, n: int) -> f.Person:
    post = "supervisor" if n % 10 == 0 else "qa" if n % 25 == 1 else "om"
    hired = date(2020, 1, 1) + timedelta(days=rng.randint(0, 2000))
    own = tuple(f.Certificate(kind, "provincial", hired + timedelta(days=30),
                              hired + timedelta(days=rng.randint(1500, 3000)))
                for kind in f.KINDS)
    return f.Person(f"p{n}", f"示例{n}", frozenset({post}), hired, None, hired, None, own)


def as_file(facts: f.Facts) -> str:
    """People, points and visits as a facts file."""
    rows = [f'[[person]]\nid = "{p.id}"\nname = "{p.name}"\nposts = ["{min(p.posts)}"]\n'
            f'hired = {p.hired}\ncertificates = [' + ", ".join(
                f'{{kind = "{c.kind}", issuer_level = "{c.issuer_level}", issued = {c.issued}, '
                f'expires = {c.expires}}}' for c in p.certificates) + "]"
            for p in facts.people or ()]
    rows += [f'[[point]]\nid = "{p.id}"\nkind = "{p.kind}"\nprefecture = "{p.prefecture}"\n'
             f'sets = {p.sets}\nengineer = "{p.engineer}"' for p in facts.points or ()]
    rows += [f'[[work]]\ndate = {w.date}\nperson = "{w.person}"\npoint = "{w.point}"'
             for w in facts.works or ()]
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
