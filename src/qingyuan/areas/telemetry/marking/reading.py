"""Files of the national platform's tables into declared rows; a line that is wrong anywhere is
rejected whole, with the text that offends and what was expected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite, nan
from typing import TypeVar

from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST, parse_stamp

from .tables import (
    BY_FACTOR,
    CONDITION_NAMES,
    FLAG_NAMES,
    MAJEURE,
    MANUAL,
    PRODUCTION,
    TREATMENT,
    Table,
    field_of,
    kind_of,
    table_named,
    table_with,
)

NEEDED = ("start_time", "end_time")
NEEDED_OF_SAMPLE = ("start_time", "avg_val")
FUTURE = 400 * 86_400  # a planned stop may be declared ahead
LONGEST = 400 * 86_400
AHEAD_OF_SAMPLE = 3600
Word = TypeVar("Word")
Lines = Iterable[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Declared:
    """One row. Times in epoch seconds, span half-open; ``factor`` is the platform's code or name,
    "" for all; ``completed`` False: the discharger has not finished it; ``deleted``: taken back."""

    sheet: str
    line: int
    cells: tuple[str, ...]
    table: Table
    platform_id: str
    ps_name: str
    mp_id: str
    mp_name: str
    factor: str
    factor_name: str
    kind: str
    start: int
    end: int
    flag: str
    reason: str
    completed: bool
    deleted: bool
    updated_by: str
    updated_at: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One value measured by hand: the epoch second at which its span begins, mg/L, the platform's
    code or name of the factor; ``deleted``: taken back."""

    sheet: str
    line: int
    cells: tuple[str, ...]
    platform_id: str
    ps_name: str
    mp_id: str
    mp_name: str
    factor: str
    factor_name: str
    time: int
    value: float
    method: str
    instrument: str
    monitor_type: str
    reason: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was not taken and why, in Chinese: the offending text and what was expected."""

    sheet: str
    line: int
    cells: tuple[str, ...]
    why: str


@dataclass(slots=True)
class Found:
    """Everything in a file: rows of marks, samples measured by hand, rejects, and sheets that hold
    neither (name, why)."""

    rows: list[Declared] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)


class Refused(ValueError):
    """Why a line is rejected."""


def read(sheets: Iterable[tuple[str, Lines]], now: float) -> Found:
    """All sheets of a file (name, (line number, texts)). The first line of a sheet names its
    columns, in field names or Chinese; a second line of headings is passed over."""
    found = Found()
    for name, lines in sheets:
        _sheet(found, name, iter(lines), now)
    return found


def _sheet(found: Found, name: str, lines: Iterator[tuple[int, list[str]]], now: float) -> None:
    first = next(lines, None)
    if first is None:
        return
    columns = [field_of(text) for text in first[1]]
    known = frozenset(one for one in columns if one)
    table = table_named(name) or table_with(known)
    if table is None:
        found.passed_over.append((name, _("第一行不是国发平台标记表的列名，未读取")))
        return
    if not table.marks and table is not MANUAL:
        found.passed_over.append((name, _("%s不是标记，未读取") % table.title))
        return
    lacking = [one for one in (NEEDED_OF_SAMPLE if table is MANUAL else NEEDED)
               if one not in known]
    if not known & {"mp_name", "mp_id"}:
        lacking.append("mp_name")
    if table is MANUAL and not known & {"poll_code", "poll_name"}:
        lacking.append("poll_code")
    if lacking:
        found.passed_over.append((name, _("缺少列：%s，未读取") % "、".join(lacking)))
        return
    for number, texts in lines:
        if texts and all(field_of(text) for text in texts if text):
            continue
        cells = {one: text.strip() for one, text in zip(columns, texts, strict=False)
                 if one and text.strip()}
        try:
            if table is MANUAL:
                found.samples.append(_sample(name, number, tuple(texts), cells, now))
            else:
                found.rows.append(_row(name, number, tuple(texts), table, cells, now))
        except Refused as error:
            found.rejects.append(Rejected(name, number, tuple(texts), str(error)))


def _row(sheet: str, line: int, texts: tuple[str, ...], table: Table, cells: dict[str, str],
         now: float) -> Declared:
    start = moment(cells.get("start_time", ""), "start_time")
    end = moment(cells.get("end_time", ""), "end_time")
    end += end % 60 == 59  # 08:59:59 is how the platform writes the end of a full hour
    if end <= start:
        raise Refused(_("end_time“%(end)s”应晚于 start_time“%(start)s”") % {
            "end": cells["end_time"], "start": cells["start_time"]})
    if start > now + FUTURE:
        raise Refused(_("start_time“%s”在一年以后，请核对年份") % cells["start_time"])
    if end - start > LONGEST:
        raise Refused(_("标记长达 %d 天，请核对起止时间") % ((end - start) // 86_400))
    kind = kind_of(table, cells)
    if kind is None:
        raise Refused(_unknown_kind(table, cells))
    device = kind in BY_FACTOR
    updated = cells.get("updated_time")
    return Declared(
        sheet, line, texts, table, cells.get("id", "")[:64], cells.get("ps_name", "")[:128],
        cells.get("mp_id", "")[:64], cells.get("mp_name", "")[:128],
        cells.get("poll_code", "") if device else "", cells.get("poll_name", "") if device else "",
        kind, start, end, _flag(table, cells)[:64],
        (cells.get("reason") or cells.get("marking_reason") or cells.get("remark") or "")[:400],
        _choice(cells, "status", {"1": True, "0": False, "完成": True, "已完成": True,
                                  "未完成": False}, "1（完成）或 0（未完成）"),
        _deleted(cells),
        cells.get("updated_by", "")[:64], moment(updated, "updated_time") if updated else None,
    )


def _sample(sheet: str, line: int, texts: tuple[str, ...], cells: dict[str, str], now: float
            ) -> Sample:
    at = moment(cells.get("start_time", ""), "start_time")
    if at > now + AHEAD_OF_SAMPLE:
        raise Refused(_("start_time“%s”在将来") % cells["start_time"])
    if "end_time" in cells and not at <= moment(cells["end_time"], "end_time") <= at + 86_400:
        raise Refused(_("end_time“%(end)s”应在 start_time“%(start)s”之后一天以内") % {
            "end": cells["end_time"], "start": cells["start_time"]})
    unit = cells.get("cl_unit", "mg/L")
    if unit.replace(" ", "").lower() not in ("mg/l", "毫克/升"):
        raise Refused(_("cl_unit“%s”应为 mg/L") % unit)
    kind = _choice(cells, "monitor_type", {
        "1": "own", "2": "enforcement", "自行监测": "own", "执法监测": "enforcement"},
        _("1（自行监测）或 2（执法监测）"))
    return Sample(
        sheet, line, texts, cells.get("id", "")[:64], cells.get("ps_name", "")[:128],
        cells.get("mp_id", "")[:64], cells.get("mp_name", "")[:128], cells.get("poll_code", ""),
        cells.get("poll_name", ""), at, _concentration(cells.get("avg_val", "")),
        cells.get("cl_method", "")[:80], cells.get("cl_equip", "")[:120], kind,
        cells.get("reason", "")[:400], _deleted(cells))


def _concentration(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not (isfinite(value) and value >= 0):
        raise Refused(_("avg_val“%s”应为不小于 0 的数") % text)
    return value


def _deleted(cells: dict[str, str]) -> bool:
    return not _choice(cells, "data_status", {"1": True, "-1": False, "在用": True, "删除": False,
                                              "已删除": False}, "1（在用）或 -1（删除）")


def _flag(table: Table, cells: dict[str, str]) -> str:
    words = (cells.get("revise_flag_name"), cells.get("revise_flag_item_name"))
    named = " – ".join(word for word in words if word)
    return named or cells.get("cordation_name") or table.title


def _unknown_kind(table: Table, cells: dict[str, str]) -> str:
    if table is MAJEURE:
        return _("majeure_type“%s”不是停运：只有 2（长期停运关闭自动监测设备）影响判定，"
                 "其余无需导入") % cells.get("majeure_type", "")
    if table in (PRODUCTION, TREATMENT):
        return _("cordation_name“%(text)s”不是需标记的工况，应为%(words)s") % {
            "text": cells.get("cordation_name", ""), "words": "、".join(CONDITION_NAMES.values())}
    return _("revise_flag_name“%(text)s”无法识别，应为%(words)s") % {
        "text": cells.get("revise_flag_name", ""),
        "words": "、".join(list(FLAG_NAMES.values())[:4])}


def _choice(cells: dict[str, str], name: str, words: dict[str, Word], expected: str) -> Word:
    text = cells.get(name, "1")
    if text not in words:
        raise Refused(_("%(name)s“%(text)s”应为 %(expected)s") % {
            "name": name, "text": text, "expected": expected})
    return words[text]


def moment(text: str, name: str) -> int:
    """Epoch second of a China time. Refused naming the field, the text and the expected form.

    >>> moment("2026/11/23 8:05", "start_time") == moment("2026-11-23 08:05:00", "start_time")
    True
    >>> moment("20261123080500", "x") == moment("2026-11-23T08:05:00+08:00", "x")
    True
    """
    found = parse_stamp(text) or _iso(text)
    if found is None:
        raise Refused(_("%(name)s“%(text)s”不是时间，应为 2026-11-23 08:05") % {
            "name": name, "text": text})
    if found.tzinfo is None:
        found = found.replace(tzinfo=CST)
    return int(found.timestamp())


def _iso(text: str) -> datetime | None:
    day, _gap, clock = text.strip().replace("/", "-").replace("T", " ").partition(" ")
    day = "-".join(part.zfill(2) for part in day.split("-"))
    clock = clock.strip()
    clock = f"0{clock}" if clock[1:2] == ":" else clock
    try:
        return datetime.fromisoformat(f"{day} {clock}".strip())
    except ValueError:
        return None
