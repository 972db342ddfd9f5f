"""A set of visits with a seed: half cheating, a quarter honest, a quarter honest with troubles."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from qingyuan.crosscheck.types import Visit
from qingyuan.simulator.physics.noise import dice

from .cheats import CHEATS
from .draft import Draft, tell
from .planning import plan
from .troubles import TROUBLES, trouble
from .world import Site, company

TROUBLED_CHEATS = 0.3
"""Share of the cheating visits that have an honest trouble too."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A visit and what is true of it: the kind of cheating, "" for none, and its troubles."""

    number: int
    visit: Visit
    cheat: str = ""
    troubles: tuple[str, ...] = ()

    @property
    def honest(self) -> bool:
        return not self.cheat


def scenarios(seed: int, visits: int) -> Iterator[Scenario]:
    """The visits of a seed, one after another; a longer set begins with the shorter one. Even
    numbers cheat, by turns in every way there is; every other of the rest has one to three
    troubles."""
    sites = company(seed)
    kinds, noises = list(CHEATS), list(TROUBLES)
    for number in range(visits):
        roll = dice(seed, "scenario", number)
        if number % 2 == 0:
            cheat = kinds[number // 2 % len(kinds)]
            found = _troubles(noises, number // 2, 1, roll) if (
                roll.random() < TROUBLED_CHEATS) else []
            yield _scenario(number, seed, sites, cheat, found, roll)
        elif number % 4 == 1:
            yield _scenario(number, seed, sites, "", [], roll)
        else:
            found = _troubles(noises, number // 4, roll.choice((1, 1, 2, 3)), roll)
            yield _scenario(number, seed, sites, "", found, roll)


def _troubles(names: list[str], turn: int, count: int, roll: Random) -> list[str]:
    """The one whose turn it is and some others."""
    return list(dict.fromkeys([names[turn % len(names)], *roll.sample(names, count - 1)]))


def _scenario(
    number: int, seed: int, sites: list[Site], cheat: str, troubles: list[str], roll: Random
) -> Scenario:
    kind = CHEATS[cheat] if cheat else None
    draft: Draft = plan(number, seed, sites, medium=kind.medium if kind else "",
                        wanted=kind.wanted if kind else "")
    trouble(draft, troubles, sites, roll)
    if kind is not None:
        kind.apply(draft, sites, roll)
    return Scenario(number, tell(draft), cheat, tuple(troubles))
