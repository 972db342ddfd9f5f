"""The workbook of stations: a template to fill in, and its rows read back with every error named.

Reading never writes; ``views.imports`` tries the rows through the action and shows the outcome.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from qingyuan.areas.assets.forms import NewStationForm
from qingyuan.areas.assets.workbook import SheetError, cell_text, workbook_rows

LIMIT = 2000
KINDS = {"废气": "gas", "废水": "water", "gas": "gas", "water": "water"}
YES = {"是", "1", "y", "yes", "true"}

# heading, form field, example, note
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("排污单位*", "discharger", "示例热力有限公司", "必填；没有的单位会新建"),
    ("排放口", "outlet", "1 号锅炉烟囱", "不填则与点位同名"),
    ("点位名称*", "name", "1 号锅炉烟气出口", "必填"),
    ("类型*", "kind", "废气", "必填：废气 或 废水"),
    ("MN*", "mn", "A110000_0001SHILI00000001", "必填；设备唯一标识，不得重复"),
    ("访问密码*", "password", "123456", "必填；与数采仪 PW 一致"),
    ("协议版本", "edition", "2017", "2005、2017 或 2025；不填为 2017"),
    ("数据来源", "feed", "数采仪直接上报", "数采仪直接上报 或 镜像数据流"),
    ("实时间隔(秒)", "realtime_seconds", "30", "不填为 30"),
    ("分钟间隔(分)", "minute_minutes", "10", "不填为 10"),
    ("SIM ICCID", "sim_iccid", "", "卡面上的 19 或 20 位"),
    ("运营商", "sim_carrier", "中国移动", ""),
    ("流量套餐到期", "sim_plan_until", "2027-06-30", "日期"),
    ("上报地址", "uploads", "", "主机:端口，多个用分号隔开"),
    ("转发地址", "relays", "", "主机:端口，多个用分号隔开"),
    ("须等转发应答", "relay_required", "否", "是 或 否"),
    ("SM4 密钥", "sm4_key", "", "32 位十六进制，仅 2025 版"),
    ("密钥更新日期", "sm4_key_date", "", "日期"),
    ("厂商", "maker", "", ""),
    ("型号", "model", "", ""),
    ("出厂编号", "serial", "", ""),
    ("固件版本", "firmware", "", ""),
    ("关联起始时间", "since", "", "如 2026-01-01 00:00；不填则包括全部历史数据"),
)
HEADINGS = {heading.rstrip("*"): name for heading, name, _example, _note in COLUMNS}
FEEDS = {"数采仪直接上报": "direct", "镜像数据流": "mirror", "direct": "direct", "mirror": "mirror"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: its number, what was typed, and the form's verdict on it."""

    line: int
    typed: dict[str, str]
    errors: tuple[str, ...]


def template() -> bytes:
    """An empty workbook with headings, notes and one example line (an XLSX file)."""
    book = Workbook()
    sheet = book.active
    sheet.title = "站点"
    for column, (heading, _name, example, note) in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, column, heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0F766E")
        if note:
            cell.comment = Comment(note, "清源")
        sheet.cell(2, column, example).number_format = "@"
        sheet.column_dimensions[get_column_letter(column)].width = max(12, len(heading) * 2 + 4)
    sheet.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(file: BinaryIO) -> list[Row]:
    """The rows of an uploaded workbook; SheetError when it is none or its headings are missing."""
    lines = workbook_rows(file.read())
    names = _names(next(lines, ()))
    # One row over the limit is enough to know: each costs a form's checks.
    rows = list(islice(_rows(lines, names), LIMIT + 1))
    if not rows:
        raise SheetError(_("表中没有数据行。"))
    if len(rows) > LIMIT:
        raise SheetError(_("一次最多导入 %(n)d 行，请拆分文件。") % {"n": LIMIT})
    return rows


def _names(headings: tuple[Any, ...]) -> list[str | None]:
    names = [HEADINGS.get(str(h or "").strip().rstrip("*").strip()) for h in headings]
    missing = [
        h.rstrip("*") for h, name, *_rest in COLUMNS if h.endswith("*") and name not in names
    ]
    if missing:
        raise SheetError(_("第一行缺少列：%s。请使用模板。") % "、".join(missing))
    return names


def _rows(lines: Iterator[tuple[Any, ...]], names: list[str | None]) -> Iterator[Row]:
    for number, cells in enumerate(lines, 2):
        typed = {
            name: cell_text(cell) for name, cell in zip(names, cells, strict=False)
            if name is not None
        }
        if any(typed.values()):
            yield check(number, typed)


def form_of(typed: dict[str, str]) -> NewStationForm:
    """The station form bound to one line's texts."""
    data = dict(typed)
    data["kind"] = KINDS.get(data.get("kind", "").lower(), data.get("kind", ""))
    data["feed"] = FEEDS.get(data.get("feed", ""), data.get("feed", "") or "direct")
    data["edition"] = data.get("edition") or "2017"
    data["realtime_seconds"] = data.get("realtime_seconds") or "30"
    data["minute_minutes"] = data.get("minute_minutes") or "10"
    for name in ("uploads", "relays"):
        data[name] = data.get(name, "").replace("；", ";").replace(";", "\n")
    data["relay_required"] = "on" if data.get("relay_required", "").lower() in YES else ""
    data["active"] = "on"
    return NewStationForm(data)


def check(line: int, typed: dict[str, str]) -> Row:
    """Judge one line by the same form as the page."""
    form = form_of(typed)
    form.is_valid()
    errors = tuple(
        f"{form.fields[name].label}：{'；'.join(map(str, found))}"
        for name, found in form.errors.items()
    )
    return Row(line, typed, errors)
