"""What a form consists of: sections, items, rows, blocks, fields, rules. Plain frozen values.

Labels, options, hints and sentences are Chinese data, as the official table prints them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from qingyuan.forms.tree import Node
from qingyuan.standards import UNITS as BOOK_UNITS
from qingyuan.standards import Status

FieldType = Literal[
    "text", "number", "whole", "truth", "choice", "choices", "check", "date", "time", "datetime",
    "duration", "photo", "file", "signature", "person", "instrument", "material", "result",
]
FIELD_TYPES: tuple[FieldType, ...] = (
    "text", "number", "whole", "truth", "choice", "choices", "check", "date", "time", "datetime",
    "duration", "photo", "file", "signature", "person", "instrument", "material", "result",
)
TECHNIQUES: tuple[str, ...] = ("extractive", "dilution", "in_situ", "nmhc", "water", "video")
"""完全抽取法, 稀释采样法, 直接测量法, NMHC, 水, 视频."""
METHODS: tuple[str, ...] = (
    "pm_beta", "pm_gravimetric", "pm_optical", "velocity_pitot", "velocity_thermal",
    "velocity_ultrasonic", "humidity_resistance", "ammonia_electrode", "toc",
)
"""Finer than the technique: how particulate, velocity, humidity or a water factor is measured."""
SETS: tuple[str, ...] = ("zibo", "winter")
"""Sets of items beyond the standard that a company switches on; items without a set always hold."""
RESULTS: tuple[str, ...] = ("pass", "adjust", "out_of_control", "fail")
RESULT_WORDS: Mapping[str, str] = {
    "pass": "合格", "adjust": "不合格（未失控），须调整", "out_of_control": "失控",
    "fail": "不合格",
}
NORMAL, ABNORMAL, NOT_CHECKED = "√", "×", "/"
MARKS = (NORMAL, ABNORMAL, NOT_CHECKED)
KINDS: tuple[str, ...] = (
    "inspection", "calibration", "verification", "check", "comparison", "repair", "stop",
    "replacement", "parameters", "upkeep", "ledger", "review", "acceptance",
)
UNIT_WORDS: Mapping[str, str] = {
    "mg/m3": "mg/m³", "umol/mol": "μmol/mol", "m2": "m²", "m3": "m³", "m3/h": "m³/h",
    "degC": "℃", "% F.S.": "%F.S.", "permille": "‰", "working day": "工作日", "pH": "无量纲",
    "ng/m3": "ng/m³",
}
"""How a unit is printed; the others as they are."""
UNITS: frozenset[str] = BOOK_UNITS | {
    "m3", "m3/h", "L/s", "MPa", "Pa", "mL", "mV", "ppm", "umol/mol", "g", "km", "mm", "mL/min",
    "L/min", "lux", "A",
}
SOURCES: Mapping[str, str] = {
    "asset:enterprise.name": "企业名称",
    "asset:point.name": "监测点名称",
    "asset:point.place": "安装地点",
    "asset:point.flue_area": "烟道截面积",
    "asset:unit.name": "维护管理单位",
    "asset:gas.maker": "气态污染物CEMS生产商",
    "asset:gas.model": "气态污染物CEMS规格型号",
    "asset:pm.maker": "颗粒物CEMS生产商",
    "asset:pm.model": "颗粒物CEMS规格型号",
    "asset:system.name": "设备名称",
    "asset:system.maker": "系统生产商",
    "asset:system.model": "系统规格型号",
    "asset:system.serial": "设备编号",
    "asset:instrument.name": "仪器名称",
    "asset:instrument.maker": "仪器生产商",
    "asset:instrument.model": "仪器型号",
    "asset:instrument.serial": "仪器编号",
    "asset:instrument.principle": "测量原理",
    "asset:instrument.method": "分析方法",
    "asset:instrument.unit": "计量单位",
    "asset:instrument.range_low": "量程下限",
    "asset:instrument.range_high": "量程上限",
    "asset:logger.mn": "数采仪MN",
    "asset:logger.maker": "数采仪生产商",
    "asset:logger.model": "数采仪型号",
    "asset:camera.name": "摄像机名称",
    "asset:channel.type": "排污渠类型",
    "visit:engineer": "运维人员",
    "visit:day": "到场日期",
    "visit:begin": "签到时间",
    "visit:now": "当前时间",
    "period:begin": "统计开始时间",
    "period:end": "统计截止时间",
    "record:last_day": "上次同类记录日期",
    "order:fault_time": "工单故障时间",
    "order:symptom": "工单故障现象",
}
"""Named sources of defaults. A source about an instrument is asked per block: ``source@block``."""


class BadForm(ValueError):
    """Definitions that cannot be used. ``problems`` has a sentence for each fault, each naming its
    file and entry."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems


@dataclass(frozen=True, slots=True)
class Setting:
    """Whom a form is shown to: the technique, finer ``methods``, the ``sets`` a company switched
    on, and the book's ``scope`` chain for its limits."""

    technique: str
    methods: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked, or worked out (``computed``). An item of an inspection is a field
    of type "check" with its interval ``every`` in days; ``duties`` are the keys of the duties that
    it answers."""

    name: str
    label: str
    type: FieldType
    unit: str = ""
    unit_from: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    required_when: Node | None = None
    shown_when: Node | None = None
    default: str = ""  # a source of SOURCES
    default_value: float | str | bool | None = None
    copy_last: str = ""  # the field of the last record whose value is taken over
    decimals: int | None = None
    least: float | None = None
    most: float | None = None
    fewest: int = 0  # photos, files
    maximum: int = 9
    of: str = ""  # what the photo shows
    every: int = 0  # days
    duties: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    set: str = ""
    hint: str = ""
    clause: str = ""
    status: Status | None = None
    source: str = ""
    computed: Node | None = None
    formula: str = ""  # the computed expression as it was written
    example: Node | None = None
    counterexample: Node | None = None

    def applies(self, setting: Setting) -> bool:
        """Whether it is asked under this technique, these methods and sets at all."""
        return (
            (not self.only or setting.technique in self.only)
            and (not self.methods or bool(setting.methods & set(self.methods)))
            and (not self.set or self.set in setting.sets)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that repeat. ``fewest`` is a number or the name of a provision."""

    name: str
    title: str
    fields: tuple[Field, ...]
    fewest: int | str = 0
    most: int = 50
    copy_last: bool = False
    example_rows: int = 0
    note: str = ""

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    def has(self, name: str) -> bool:
        return self.field(name) is not None


@dataclass(frozen=True, slots=True)
class Block:
    """One analyser, device or factor of a section of blocks; ``keys`` fill ``{key}`` in texts."""

    name: str
    label: str
    keys: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over several fields; when false the answers cannot be submitted. ``table`` names the
    rows it is asked for, or is empty."""

    code: str
    says: str
    node: Node
    text: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class EventRule:
    """An event that the record stands for: ``when`` (absent: always) at ``time``."""

    kind: str
    time: Node
    passed: Node | None = None
    when: Node | None = None
    factor: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form: fields and tables once, or once for each block."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    blocks: tuple[Block, ...] = ()
    fewest_blocks: int = 1
    checks: tuple[Check, ...] = ()
    events: tuple[EventRule, ...] = ()
    only: tuple[str, ...] = ()
    note: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)

    def applies(self, setting: Setting) -> bool:
        return not self.only or setting.technique in self.only

    def blocks_for(self, setting: Setting) -> tuple[Block, ...]:
        return tuple(b for b in self.blocks if not b.only or setting.technique in b.only)

    def table(self, name: str) -> Table | None:
        return next((t for t in self.tables if t.name == name), None)

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a field stands in a form, whatever block or row: section, table or "", name."""

    section: str
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Form:
    """A record form. ``digest`` is the SHA-256 of ``canonical``, by which a record names it;
    ``order`` lists the computed fields so that each comes after what it needs."""

    code: str
    title: str
    kind: str
    standard: str
    clause: str
    status: Status
    source: str
    version: int
    since: date
    systems: tuple[str, ...]
    techniques: tuple[str, ...]
    sections: tuple[Section, ...]
    every: int = 0
    work_order: bool = True
    note: str = ""
    order: tuple[Spot, ...] = ()
    canonical: str = ""
    digest: str = ""

    def section(self, name: str) -> Section | None:
        return next((s for s in self.sections if s.name == name), None)

    def cite(self) -> str:
        """Standard and clause, as one quotes them."""
        return f"{self.standard} {self.clause}".strip()

    def fields(self) -> Iterator[tuple[Spot, Field]]:
        """Every field once, whatever its blocks and rows."""
        for section in self.sections:
            for one in section.fields:
                yield Spot(section.name, "", one.name), one
            for table in section.tables:
                for one in table.fields:
                    yield Spot(section.name, table.name, one.name), one


def printed(unit: str) -> str:
    """A unit as people write it.

    >>> printed("mg/m3"), printed("%")
    ('mg/m³', '%')
    """
    return UNIT_WORDS.get(unit, unit)


def setting_of(technique: "str | Setting") -> Setting:
    """A bare technique as a setting."""
    return technique if isinstance(technique, Setting) else Setting(technique)


def visible(fields: Iterable[Field], setting: Setting) -> tuple[Field, ...]:
    """Those of ``fields`` that are asked under ``setting``."""
    return tuple(f for f in fields if f.applies(setting))
