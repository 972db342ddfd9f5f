"""The company whose visits are played: points with places and loggers, and people who drive."""

import math
from dataclasses import dataclass, replace
from random import Random

from qingyuan.crosscheck.limits import delivered
from qingyuan.crosscheck.places import apart
from qingyuan.simulator.factors import FactorSpec
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.stations import StationSpec, fleet

CENTRE = (43.9, 87.3)  # degrees; the company's points lie some 60 km about it
PEOPLE = ("张示例", "李示例", "王示例", "赵示例", "陈示例", "刘示例", "孙示例", "周示例")
GAS_KEYS = ("a21026", "a21002", "a19001", "a34013")
TITLES = {"a21026": "SO2", "a21002": "NOx", "a19001": "O2", "a34013": "颗粒物",
          "w01018": "CODCr", "w21003": "氨氮", "w21011": "总磷", "w21001": "总氮"}


@dataclass(frozen=True, slots=True)
class Site:
    """A point. ``width`` s of its minute data, ``fine`` whether real-time values are kept,
    ``extremes`` whether least and greatest are sent, ``letters`` how it speaks flags (C, D for
    blurred windows by ``spec.flag_rule``)."""

    ref: str
    name: str
    spec: StationSpec
    latitude: float
    longitude: float
    fence: float
    width: int
    fine: bool
    extremes: bool
    auto_at: int | None

    @property
    def place(self) -> tuple[float, float]:
        return self.latitude, self.longitude

    def analysers(self) -> list[FactorSpec]:
        """The instruments that are calibrated or checked."""
        wet = self.spec.kind == "water"
        return [one for one in self.spec.factors
                if (one.analyser == "wet" if wet else one.key in GAS_KEYS)]


def company(seed: int, count: int = 48) -> list[Site]:
    """The points of a seed."""
    return [_site(number, spec, seed) for number, spec in enumerate(fleet(count, seed))]


def _site(number: int, spec: StationSpec, seed: int) -> Site:
    roll = dice(seed, "site", number)
    away, turn = 60_000 * math.sqrt(roll.random()), 2 * math.pi * roll.random()
    place = moved(CENTRE, away, turn)
    width = 60 if roll.random() < 0.6 else 600
    auto = roll.randrange(144) * 600 if roll.random() < 0.3 else None
    return Site(
        ref=f"point:{number + 1}", name=spec.name,
        spec=replace(spec, routine=False, incidents=0.0), latitude=place[0], longitude=place[1],
        fence=roll.choice((200.0, 300.0, 300.0, 500.0)), width=width,
        fine=roll.random() < 0.5, extremes=roll.random() < 0.8, auto_at=auto)


def moved(place: tuple[float, float], away: float, turn: float) -> tuple[float, float]:
    """A position ``away`` m from another in the direction ``turn`` (radians).

    >>> there = moved((43.9, 87.3), 1000.0, 1.0)
    >>> round(apart((43.9, 87.3), there) or 0.0)
    1000
    """
    north = away * math.cos(turn) / 111_195.0
    east = away * math.sin(turn) / (111_195.0 * math.cos(math.radians(place[0])))
    return place[0] + north, place[1] + east


def near(place: tuple[float, float], away: float, roll: Random) -> tuple[float, float]:
    """A position about ``away`` m off, in any direction."""
    return moved(place, away, 2 * math.pi * roll.random())


def drive(first: Site, second: Site, roll: Random) -> float:
    """Seconds that somebody needs from one point to another."""
    away = apart(first.place, second.place) or 0.0
    return 240 + away * (1.25 + 0.2 * roll.random()) / ((50 + 35 * roll.random()) / 3.6)


def estimated(first: Site, second: Site) -> float:
    """Seconds that the book's speed and detours give for the same journey."""
    limits = delivered()
    return (apart(first.place, second.place) or 0.0) * limits.winding / limits.speed
