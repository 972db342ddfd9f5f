"""The workbook of systems, instruments and ranges: its columns, its template, its rows read and
written in one layout, so that what was exported can be imported again.

A line is one range of one instrument; the lines of an instrument and of a system repeat its name.
Reading never writes; ``facility_import`` tries the lines through the actions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from qingyuan.kernel.clock import CST

from . import measuring
from .models import Instrument, InstrumentRange, MonitoringPoint, MonitoringSystem
from .workbook import SheetError, cell_text, workbook_rows

LIMIT = 3000
REASON = "问题"  # heading of the column added to the rejects; not read
PLACE = ("discharger", "outlet", "point")

# heading, name, example, note
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("排污单位*", "discharger", "示例热力有限公司", "必填；与站点登记一致"),
    ("排放口", "outlet", "1 号锅炉烟囱", "同名点位多于一个时必填"),
    ("点位名称*", "point", "1 号锅炉烟气出口", "必填；先在站点登记中登记"),
    ("设施名称*", "system", "烟气连续监测系统", "必填；该点位已有同名设施时，更新它"),
    ("设施类型", "kind", "废气", "废气、NMHC、废水 或 视频；新设施必填"),
    ("采样方式", "technique", "完全抽取法", "完全抽取法、稀释采样法 或 直接测量法；废气必填"),
    ("自动校准", "auto_calibration", "是", "是 或 否；不填为否"),
    ("部件", "equipment", "光学法颗粒物仪、皮托管流速仪", "用顿号隔开；都没有填 无；不清楚则不填"),
    ("设施厂商", "system_maker", "示例仪表", ""),
    ("设施型号", "system_model", "SY-3000", ""),
    ("摄像机地址", "address", "", "仅视频"),
    ("录像保存天数", "storage_days", "", "仅视频"),
    ("设施启用日期", "system_since", "2024-05-01", "新设施必填"),
    ("设施停用日期", "system_until", "", "在用的不填"),
    ("设施停用原因", "system_why", "", ""),
    ("仪器名称", "instrument", "烟气分析仪", "只登记设施时不填"),
    ("监测因子", "factors", "SO2、NOx、O2", "HJ 212 编码或名称，用顿号隔开"),
    ("仪器厂商", "maker", "示例仪表", ""),
    ("仪器型号", "model", "GA-200", ""),
    ("出厂编号", "serial", "GA2024-0117", ""),
    ("测量原理", "principle", "非分散红外", ""),
    ("仪器启用日期", "since", "2024-05-01", "不填则与设施相同"),
    ("仪器停用日期", "until", "", "在用的不填"),
    ("仪器停用原因", "why", "", ""),
    ("量程因子", "factor", "SO2", "仪器只测一个因子时可不填"),
    ("量程下限", "low", "0", "不填为 0"),
    ("量程上限", "high", "150", "没有量程的行不填"),
    ("量程单位", "unit", "mg/m³", "不填则按 HJ 212"),
    ("量程起始时间", "range_since", "2024-05-01 00:00", "不填则与仪器启用日期相同"),
)
HEADINGS = {heading.rstrip("*"): name for heading, name, _example, _note in COLUMNS}
LABELS = {name: heading for heading, name in HEADINGS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet: its number and what was typed by column name."""

    number: int
    typed: dict[str, str]


def template() -> bytes:
    """An empty workbook with headings, notes and one example line (an XLSX file)."""
    return _file([{name: example for _heading, name, example, _note in COLUMNS}])


def rejects(lines: Iterable[tuple[dict[str, str], str]]) -> bytes:
    """The workbook of lines that were refused, each with its reasons in the last column."""
    return _file([typed | {REASON: why} for typed, why in lines], reason=True)


def read(file: BinaryIO) -> list[Line]:
    """The lines of an uploaded workbook that say more than which point; SheetError when it is no
    workbook, has no such lines or lacks a heading."""
    rows = workbook_rows(file.read())
    names = [HEADINGS.get(cell_text(h).rstrip("*").strip()) for h in next(rows, ())]
    missing = [h.rstrip("*") for h, name, *_rest in COLUMNS
               if h.endswith("*") and name not in names]
    if missing:
        raise SheetError(_("第一行缺少列：%s。请使用模板。") % "、".join(missing))
    lines = list(islice(_lines(rows, names), LIMIT + 1))
    if not lines:
        raise SheetError(_("表中没有数据行。"))
    if len(lines) > LIMIT:
        raise SheetError(_("一次最多导入 %(n)d 行，请拆分文件。") % {"n": LIMIT})
    return lines


def _lines(rows: Iterator[tuple[Any, ...]], names: list[str | None]) -> Iterator[Line]:
    for number, cells in enumerate(rows, 2):
        typed = {name: cell_text(cell) for name, cell in zip(names, cells, strict=False)
                 if name is not None}
        # An exported point without a system is a line to be filled in.
        if any(text for name, text in typed.items() if name not in PLACE):
            yield Line(number, typed)


def _file(lines: Iterable[dict[str, str]], *, reason: bool = False) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "监测设施"
    columns = [*COLUMNS, (REASON, REASON, "", "")] if reason else COLUMNS
    for place, (heading, _name, _example, note) in enumerate(columns, 1):
        cell = sheet.cell(1, place, heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="B91C1C" if heading == REASON else "0F766E")
        if note:
            cell.comment = Comment(note, "清源")
        sheet.column_dimensions[get_column_letter(place)].width = max(12, len(heading) * 2 + 4)
    for number, typed in enumerate(lines, 2):
        for place, (_heading, name, _example, _note) in enumerate(columns, 1):
            cell = sheet.cell(number, place)
            # As text whatever it looks like: nothing that somebody uploaded runs as a formula.
            cell.value, cell.data_type, cell.number_format = typed.get(name, ""), "s", "@"
    sheet.freeze_panes = "E2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def export(points: Iterable[MonitoringPoint]) -> bytes:
    """The workbook of points from ``queries.outfitted``, with everything they ever had; a point
    without a system stands there with its name, to be filled in."""
    return _file([line for point in points for line in lines_of(point)])


def lines_of(point: MonitoringPoint) -> Iterator[dict[str, str]]:
    """All lines of a point of ``queries.outfitted``; one with the names alone when it has no
    system."""
    place = {"discharger": point.organisation.name, "outlet": point.outlet.name,
             "point": point.name}
    for system in point.outfit:
        facts = place | _of_system(system)
        for part in system.parts:
            ranges = sorted(part.ranges.all(), key=lambda r: (r.factor, r.since))
            for one in ranges or [None]:
                yield facts | _of_instrument(part) | _of_range(one)
        if not system.parts:
            yield facts
    if not point.outfit:
        yield place


def _of_system(system: MonitoringSystem) -> dict[str, str]:
    words = measuring.parts()[system.kind]
    parts = [words.get(w, w) for w in system.equipment or ()]
    return {
        "system": system.name, "kind": system.get_kind_display(),
        "technique": system.get_technique_display() if system.technique else "",
        "auto_calibration": "是" if system.auto_calibration else "否",
        "equipment": "" if system.equipment is None else "、".join(parts) or "无",
        "system_maker": system.maker, "system_model": system.model, "address": system.address,
        "storage_days": "" if system.storage_days is None else str(system.storage_days),
        "system_since": system.since.isoformat(), "system_until": _day(system.until),
        "system_why": system.ended_why,
    }


def _of_instrument(part: Instrument) -> dict[str, str]:
    return {
        "instrument": part.name, "factors": "、".join(part.factors), "maker": part.maker,
        "model": part.model, "serial": part.serial, "principle": part.principle,
        "since": part.since.isoformat(), "until": _day(part.until), "why": part.ended_why,
    }


def _of_range(one: InstrumentRange | None) -> dict[str, str]:
    if one is None:
        return {}
    return {
        "factor": one.factor, "low": f"{one.low:.12g}", "high": f"{one.high:.12g}",
        "unit": one.unit, "range_since": one.since.astimezone(CST).strftime("%Y-%m-%d %H:%M"),
    }


def _day(day: Any) -> str:
    return day.isoformat() if day else ""
