"""The measuring systems of the demonstration's points: what a station of its kind would have."""

from datetime import date, timedelta
from typing import Any

from . import story

AGE = 500  # days before today since when the first instruments run
REPLACED = 150  # days before today on which some analyser gave way to another
# 2017 codes -> (name, principle, parts of the system that go with it)
GAS: tuple[tuple[tuple[str, ...], str, str, tuple[str, ...]], ...] = (
    (("a21026", "a21002", "a21003", "a21004", "a19001"), "烟气分析仪", "非分散红外", ()),
    (("a34013",), "颗粒物测量仪", "激光后散射", ("pm_optical",)),
    (("a01011", "a01012", "a01013"), "温压流一体机", "皮托管差压", ("pitot",)),
    (("a01014",), "湿度仪", "阻容法", ("hygrometer",)),
)
WATER: tuple[tuple[tuple[str, ...], str, str, tuple[str, ...]], ...] = (
    (("w01018",), "COD 分析仪", "重铬酸钾分光光度法", ("photometer", "auto_sampler")),
    (("w21003",), "氨氮分析仪", "水杨酸分光光度法", ("photometer",)),
    (("w21011",), "总磷分析仪", "钼酸铵分光光度法", ("photometer",)),
    (("w21001",), "总氮分析仪", "过硫酸钾消解分光光度法", ("photometer",)),
    (("w01001", "w01010"), "pH 计", "玻璃电极法", ("ph", "thermometer")),
    (("w00000",), "明渠流量计", "超声波液位", ("open_channel",)),
)
MORE = {"extractive": ("compressor", "converter"), "dilution": ("compressor",), "in_situ": ()}


def enter(unit: Any, number: int, spec: Any, point: Any, today: date) -> None:
    """The systems, instruments and ranges of one station and the number of its contract, entered
    as its people would, once."""
    from qingyuan.areas.assets import contracts, facilities

    paper = f"示例运维〔{today.year}〕{number + 1}号"
    contracts.number_contract(unit, point.contracts.all(), paper)
    known = story.parameters(number, spec)
    technique = str(known.get("technique", ""))
    rows = [row for row in (GAS if spec.kind == "gas" else WATER) if _of(spec, row[0])]
    since = today - timedelta(days=AGE)
    parts = {part for row in rows for part in row[3]} | set(MORE.get(technique, ()))
    system = facilities.add_system(
        unit, point, kind=spec.kind, since=since, technique=technique,
        name="烟气连续监测系统" if spec.kind == "gas" else "水质在线监测系统",
        auto_calibration=bool(known.get("auto_calibration", spec.kind == "water")),
        equipment=sorted(parts), maker="示例仪表", model=f"DEMO-{spec.kind.upper()}")
    for place, row in enumerate(rows, 1):
        _instrument(unit, system, spec, row, f"DEMO{number + 1:03d}-{place}", since)
    if number % 6 == 2:
        first = system.instruments.order_by("pk").first()
        facilities.replace_instrument(
            unit, first, today - timedelta(days=REPLACED), why="示例：光源老化，更换整机",
            serial=f"{first.serial}R")
    facilities.add_system(
        unit, point, kind="video", name="站房摄像机", since=since, maker="示例视讯",
        model="DEMO-CAM", address=f"192.0.2.{100 + number % 100}", storage_days=90)


def _instrument(unit: Any, system: Any, spec: Any, row: Any, serial: str, since: date) -> None:
    from qingyuan.areas.assets import facilities
    from qingyuan.areas.assets.queries import midnight

    name, principle = row[1:3]
    measured = _of(spec, row[0])
    if system.technique == "in_situ" and "a21026" in row[0]:
        principle = "紫外差分吸收"
    if system.technique == "dilution" and "a21026" in row[0]:
        principle = "紫外荧光、化学发光"
    one = facilities.add_instrument(
        unit, system, name=name, since=since, factors=[f.key for f in measured],
        maker="示例仪表", model=f"DEMO-{system.technique or spec.kind}"[:64], serial=serial,
        principle=principle)
    for factor in measured:
        facilities.set_range(unit, one, factor.key, low=float(factor.low),
                             high=float(factor.high), since=midnight(since))


def _of(spec: Any, codes: tuple[str, ...]) -> list[Any]:
    """The station's factors among some 2017 codes, in the order of the codes."""
    found = (spec.factor(code) for code in codes)
    return [factor for factor in found if factor is not None]
