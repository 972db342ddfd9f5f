"""A month of a point as one PDF: a cover with the list, then every record with its scan."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.records.models import Record
from qingyuan.areas.rules.queries import book_for
from qingyuan.ui import paper
from qingyuan.ui.states import state

from .paper import number_of, record_pdf, sheet_of

TEMPLATE = "records/month.typ"


def month_pdf(
    point: MonitoringPoint, month: date, records: Iterable[Record],
    link: Callable[[Record], str] = lambda _record: "",
) -> bytes:
    """The records in their order, which the caller has chosen and may show. ``link`` gives what a
    record's QR code opens."""
    book = book_for(point)
    parts: list[bytes] = []
    rows: list[list[Any]] = []
    for number, one in enumerate(records, 1):
        parts.append(record_pdf(sheet_of(one, link(one), book)))
        rows.append([
            str(number), one.day.isoformat(), one.title, number_of(one), str(one.version),
            str(state("record", one.state).label),
            {True: _("合格"), False: _("有异常")}.get(one.passed, "—"), one.who,
            str(paper.pages_of(parts[-1]))])
    return paper.joined([paper.typeset(TEMPLATE, _cover(point, month, rows)), *parts])


def _cover(point: MonitoringPoint, month: date, rows: list[list[Any]]) -> dict[str, Any]:
    return {
        "title": _("运维记录汇编"),
        "month": _("%(year)d 年 %(month)d 月") % {"year": month.year, "month": month.month},
        "facts": [
            [_("排污单位"), point.organisation.name],
            [_("监测点"), f"{point.name}（{point.get_kind_display()}）"],
            [_("记录"), _("共 %(n)d 份，%(pages)d 页") % {
                "n": len(rows), "pages": sum(int(row[-1]) for row in rows)}],
        ],
        "columns": [_("序号"), _("日期"), _("记录表"), _("记录编号"), _("版本"), _("状态"),
                    _("结论"), _("填写"), _("页数")],
        "rows": rows, "none": _("本月没有已提交的记录"), "page": _("目录 第 {n} / {m} 页"),
    }
