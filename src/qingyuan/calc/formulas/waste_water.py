"""Formulas of waste water: HJ 212-2017 Annex D.1 and what accounts add."""

from collections.abc import Sequence

import numpy as np

from qingyuan.calc import accounting, water
from qingyuan.calc.formulas.formula import Formula, Parameter

P = Parameter


def weighted_mean(concentration: Sequence[float], volumes: Sequence[float]) -> float:
    """Flow-weighted mean concentration, mg/L, of hours with both parts.

    (14) Cd = Gd/Dd * 1e3. HJ 212-2017 D.1.2.3, text. ``water.weighted_mean`` for one window.

    >>> weighted_mean([40.0, 60.0], [100.0, 300.0])
    55.0

    Raises ValueError when the series differ in length.
    """
    if len(concentration) != len(volumes):
        raise ValueError(f"{len(concentration)} concentrations beside {len(volumes)} volumes")
    values, amounts = np.array(concentration, dtype=float), np.array(volumes, dtype=float)
    every, one = np.ones(values.size, dtype=bool), np.zeros(values.size, dtype=np.intp)
    return float(water.weighted_mean(values, amounts, every, one, 1)[0][0])


FORMULAS: tuple[Formula, ...] = (
    Formula(
        "water_volume", water.volume, "时间片内污水排放量", "D", "m3",
        "HJ 212-2017", "D.1.1 (1)", "text", "{flow} * {seconds} * 0.001",
        (P("flow", "L/s", "污水瞬时流量", "Q"), P("seconds", "s", "时间片长度", "T")),
    ),
    Formula(
        "water_hour_volume", water.hour_volume, "小时污水排放量", "Dh", "m3",
        "HJ 212-2017", "D.1.1 (3)(6)", "text", "{flow} * 3600 * 0.001",
        (P("flow", "L/s", "污水瞬时流量小时均值", "Qh"),),
    ),
    Formula(
        "water_load", water.load, "水污染物排放量", "G", "kg",
        "HJ 212-2017", "D.1.2 (8)", "text", "{volumes} * {concentration} * 0.001",
        (P("volumes", "m3", "污水排放量", "D"), P("concentration", "mg/L", "污染物浓度", "C")),
    ),
    Formula(
        "water_weighted_mean", weighted_mean, "流量加权平均浓度", "Cd", "mg/L",
        "HJ 212-2017", "D.1.2 (14)", "text", "sum({concentration} * {volumes}) / sum({volumes})",
        (
            P("concentration", "mg/L", "各小时浓度", "C", "series"),
            P("volumes", "m3", "各小时污水排放量", "D", "series"),
        ),
        needs="volumes above 0 in all",
    ),
    Formula(
        "water_discharge_by_time", accounting.discharge, "流量缺失时段排放量（按平均流量）",
        "D", "m3", "HJ/T 356-2007", "", "recalled", "{mean_flow} * {hours}",
        (P("mean_flow", "m3/h", "前一等长时段平均流量", "Q"), P("hours", "h", "排放时间", "t")),
    ),
    Formula(
        "water_discharge_by_use", accounting.discharge_from_use, "流量缺失时段排放量（按用水量）",
        "D", "m3", "HJ/T 356-2007", "", "recalled", "{water_use} * {factor}",
        (P("water_use", "m3", "用水量", "W"), P("factor", "", "排水系数", "k")),
    ),
)
