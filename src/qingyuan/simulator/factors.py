"""What a station measures and how the value is written on the wire.

Codes, units and digits are those of HJ 212-2017 tables B.1 and B.2 and of HJ/T 212-2005; ranges are
what such an analyser is usually ordered with, water ranges two to three times the limit (HJ
355-2019 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FactorSpec:
    """One measured quantity of a station.

    `key` is the 2017 code, under which physics and scenarios know it; `code` is what this station's
    edition sends. Values are in the unit of HJ 212-2017; `scale` turns them into the unit of the
    wire. `limit` is the emission limit that applies to the converted concentration where there is
    one (`zs`), else to the concentration.
    """

    key: str
    code: str
    name: str
    unit: str
    decimals: int
    low: float
    high: float
    limit: float | None = None
    zs: bool = False
    cou: int | None = None
    """Decimals of the amount (m³ or kg) of periods; None where no amount is sent."""
    scale: float = 1.0
    extremes: bool = True
    """Whether least and greatest value are sent; many loggers spare them for sensors."""
    analyser: str = ""
    """"gas", "dust" or "wet" for an instrument that is calibrated, "" for a sensor."""


GAS: tuple[FactorSpec, ...] = (
    FactorSpec("a00000", "a00000", "废气", "m3/s", 1, 0, 1000, cou=1),
    FactorSpec("a01011", "a01011", "烟气流速", "m/s", 2, 0, 40),
    FactorSpec("a01012", "a01012", "烟气温度", "℃", 1, 0, 300),
    FactorSpec("a01013", "a01013", "烟气压力", "kPa", 3, -5, 5),
    FactorSpec("a01014", "a01014", "烟气湿度", "%", 1, 0, 40),
    FactorSpec("a19001", "a19001", "氧气含量", "%", 1, 0, 25, analyser="gas"),
    FactorSpec("a21026", "a21026", "二氧化硫", "mg/m3", 2, 0, 150, 35, True, 3, analyser="gas"),
    FactorSpec("a21002", "a21002", "氮氧化物", "mg/m3", 1, 0, 200, 50, True, 3, analyser="gas"),
    FactorSpec("a34013", "a34013", "烟尘", "mg/m3", 1, 0, 50, 10, True, 3, analyser="dust"),
)
GAS_MORE: tuple[FactorSpec, ...] = (
    FactorSpec("a21003", "a21003", "一氧化氮", "mg/m3", 1, 0, 200, None, True, 3, analyser="gas"),
    FactorSpec("a21004", "a21004", "二氧化氮", "mg/m3", 1, 0, 100, None, True, 3, analyser="gas"),
)
"""Sent by some loggers too; with them a minute no longer fits one packet."""

_SENSORS = frozenset({"a01011", "a01012", "a01013", "a01014"})

WATER: tuple[FactorSpec, ...] = (
    FactorSpec("w00000", "w00000", "污水", "L/s", 2, 0, 2000, cou=2),
    FactorSpec("w01001", "w01001", "pH值", "", 2, 0, 14),
    FactorSpec("w01010", "w01010", "水温", "℃", 1, -5, 60),
    FactorSpec("w01018", "w01018", "化学需氧量", "mg/L", 1, 0, 150, 50, False, 4, analyser="wet"),
    FactorSpec("w21003", "w21003", "氨氮", "mg/L", 2, 0, 15, 5, False, 4, analyser="wet"),
    FactorSpec("w21011", "w21011", "总磷", "mg/L", 2, 0, 1.5, 0.5, False, 4, analyser="wet"),
    FactorSpec("w21001", "w21001", "总氮", "mg/L", 2, 0, 40, 15, False, 4, analyser="wet"),
)

# 2017 code -> (2005 code, decimals, factor from the 2017 unit to the 2005 unit). Water temperature
# has no 2005 code; flue-gas pressure is in MPa in 2005 and needs more digits than its N4.2 allows
# to say anything at all.
OLD: dict[str, tuple[str, int, float]] = {
    "a00000": ("B02", 2, 1.0), "a01011": ("S02", 2, 1.0), "a01012": ("S03", 1, 1.0),
    "a01013": ("S08", 6, 0.001), "a01014": ("S05", 1, 1.0), "a19001": ("S01", 1, 1.0),
    "a21026": ("02", 2, 1.0), "a21002": ("03", 2, 1.0), "a34013": ("01", 2, 1.0),
    "w00000": ("B01", 2, 1.0), "w01001": ("001", 1, 1.0), "w01018": ("011", 1, 1.0),
    "w21003": ("060", 3, 1.0), "w21011": ("101", 2, 1.0), "w21001": ("065", 2, 1.0),
}  # fmt: skip


def factor_set(
    kind: str,
    edition: str,
    limits: Mapping[str, tuple[float, float]] | None = None,
    *,
    brief: bool = False,
) -> tuple[FactorSpec, ...]:
    """The factors of a station of this kind in the codes of this edition.

    `limits` gives another (limit, upper range) for some 2017 codes, as an older boiler has them.
    `brief` leaves out least and greatest of stack temperature, pressure, humidity and velocity;
    otherwise a gas station of 2017 or 2025 also sends NO and NO2, and its minutes are split.
    """
    rows = GAS if kind == "gas" else WATER
    if kind == "gas" and not brief and edition != "2005":
        rows += GAS_MORE
    if limits:
        rows = tuple(
            replace(f, limit=limits[f.key][0], high=limits[f.key][1]) if f.key in limits else f
            for f in rows
        )
    if brief:
        rows = tuple(replace(f, extremes=f.key not in _SENSORS) for f in rows)
    if edition != "2005":
        return rows
    old = [(f, OLD[f.key]) for f in rows if f.key in OLD]
    return tuple(replace(f, code=c, decimals=d, scale=s) for f, (c, d, s) in old)
