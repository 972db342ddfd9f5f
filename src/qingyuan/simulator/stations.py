"""Who the virtual stations are: invented names, real shapes of MN, one fleet a seed."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from qingyuan.simulator.factors import FactorSpec, factor_set
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.noise import dice, draw

EDITIONS = ("2005", "2017", "2025")
DEFAULT_MIX: Mapping[str, float] = {"gas": 0.6, "2005": 0.15, "2017": 0.6, "2025": 0.25}


@dataclass(frozen=True, slots=True)
class StationSpec:
    """Everything that fixes what a station measures and how it talks.

    `area_m2` is the duct's cross-section, `barometric_kpa` the air pressure on site, `o2_reference`
    the emission standard's reference oxygen in %. `plant` chooses the physics: "power", "heating"
    (boilers) or "sewage". `incidents` multiplies the everyday faults, spikes and stops; 0 leaves
    only calibrations and visits; without `visits` nobody comes by himself. `flag_rule` is
    "standard" (HJ 212-2017 notes to C.16 to C.18) or "letter" (the commonest abnormal letter wins).
    """

    name: str
    mn: str
    password: str
    edition: str
    kind: str
    plant: str
    discharger: str
    place: str
    factors: tuple[FactorSpec, ...]
    seed: int = 1
    o2_reference: float = 6.0
    area_m2: float = 12.0
    barometric_kpa: float = 93.0
    capacity: float = 1.0
    rtd_interval: int = 30
    min_interval: int = 10
    ack: bool = True
    sm4_key: str | None = None
    flag_rule: str = "standard"
    incidents: float = 1.0
    routine: bool = True
    visits: bool = True
    events: tuple[Event, ...] = field(default=())

    @property
    def st(self) -> str:
        """System type: 31 air source, 32 surface-water source (HJ 212-2017 table 5)."""
        return "31" if self.kind == "gas" else "32"

    def factor(self, key: str) -> FactorSpec | None:
        """A factor by its 2017 code or by the code this station sends."""
        return next((f for f in self.factors if key in (f.key, f.code)), None)


def fleet(
    n: int = 24, seed: int = 1, mix: Mapping[str, float] | None = None
) -> list[StationSpec]:
    """The first `n` virtual stations of a seed; a longer fleet begins with the shorter one.

    `mix` gives shares: "gas" (the rest is water) and of the editions "2005", "2017", "2025" (made
    to add up to 1).
    """
    shares = {**DEFAULT_MIX, **(mix or {})}
    total = sum(shares[e] for e in EDITIONS)
    if total <= 0 or not 0 <= shares["gas"] <= 1:
        raise ValueError("mix needs a gas share between 0 and 1 and at least one edition")
    editions = [(e, shares[e] / total) for e in EDITIONS]
    made: Counter[str] = Counter()
    return [_station(i, seed, shares["gas"], editions, made) for i in range(n)]


def _station(
    index: int, seed: int, gas_share: float, editions: list[tuple[str, float]], made: Counter[str]
) -> StationSpec:
    # Golden-ratio steps spread the shares evenly over any run of stations, so that 24 already show
    # the mixture.
    edition = _pick((index * 0.7548777 + 0.3) % 1.0, editions)
    if (index * 0.618034) % 1.0 >= gas_share:
        return _works(index, seed, edition, made)
    return _boiler(index, seed, edition, made)


def _boiler(index: int, seed: int, edition: str, made: Counter[str]) -> StationSpec:
    roll = dice(seed, "boiler", index)
    plant = "power" if roll.random() < 0.7 else "heating"
    discharger, name = _name(plant, made)
    limits = None if plant == "power" else _HEATING_LIMITS
    flow = 28.0 * 9.0 ** roll.random() if plant == "power" else 10.0 * 4.0 ** roll.random()
    place, pressure = _place(index, seed)
    return StationSpec(
        name=name, discharger=discharger, place=place, plant=plant, kind="gas", seed=seed,
        factors=factor_set("gas", edition, limits, brief=index % 5 != 2),
        o2_reference=6.0 if plant == "power" else 9.0,
        barometric_kpa=pressure, capacity=round(flow, 1), area_m2=round(flow * 1.4 / 14.0, 2),
        **_identity(index, seed, edition),
    )  # fmt: skip


def _works(index: int, seed: int, edition: str, made: Counter[str]) -> StationSpec:
    roll = dice(seed, "works", index)
    discharger, name = _name("sewage", made)
    place, pressure = _place(index, seed)
    return StationSpec(
        name=name, discharger=discharger, place=place, plant="sewage", kind="water", seed=seed,
        factors=factor_set("water", edition), barometric_kpa=pressure,
        capacity=round(60.0 * 14.0 ** roll.random(), 1), **_identity(index, seed, edition),
    )  # fmt: skip


def _identity(index: int, seed: int, edition: str) -> dict[str, Any]:
    """MN of 14 characters in 2005 (maker and own number, 7 each), of 24 hex digits since 2017."""
    mark = draw(seed, "fleet")
    old = edition == "2005"
    new_mn = f"0100{mark % 16**8:08X}F000{index + 1:08X}"
    mn = f"99{mark % 100000:05d}{index + 1:07d}" if old else new_mn
    key = f"{draw(seed, 'sm4', index):016X}{draw(seed, 'SM4', index):016X}"
    return {
        "mn": mn, "edition": edition, "password": f"{draw(seed, 'password', index) % 1000000:06d}",
        "sm4_key": key if edition == "2025" and index // 4 % 2 else None,
        # 2005 uploads often carry no Flag at all, so nobody acknowledges them
        "ack": not (old and draw(seed, "ack", index) % 4 == 0),
        "flag_rule": "letter" if old or index % 4 == 3 else "standard",
    }  # fmt: skip


# GB 13271-2014 table 2 for new coal boilers, with the ranges one orders for them.
_HEATING_LIMITS = {"a21026": (300.0, 700.0), "a21002": (300.0, 600.0), "a34013": (50.0, 150.0)}


def _name(plant: str, made: Counter[str]) -> tuple[str, str]:
    """Discharger and point, for example 示例热电厂 and 示例热电厂1号锅炉总排口; then numbered."""
    rows = names()[plant]
    turn, place = divmod(made[plant], len(rows))
    row = rows[place]
    made[plant] += 1
    discharger = row["discharger"] + (f"（{turn + 1}厂）" if turn else "")
    return discharger, discharger + row["point"]


def _place(index: int, seed: int) -> tuple[str, float]:
    places = names()["place"]
    row = places[(index + seed) % len(places)]
    return row["name"], float(row["barometric_kpa"])


@cache
def names() -> dict[str, list[dict[str, Any]]]:
    """The lists of `data/names.toml`."""
    text = files("qingyuan.simulator").joinpath("data/names.toml").read_text("utf-8")
    return tomllib.loads(text)


def _pick(where: float, shares: list[tuple[str, float]]) -> str:
    for name, share in shares:
        where -= share
        if where < 0:
            return name
    return next(name for name, share in reversed(shares) if share > 0)
