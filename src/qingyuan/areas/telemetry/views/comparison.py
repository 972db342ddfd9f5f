"""Reported and computed side by side, where they differ; as a page and as a sheet."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.access import page
from qingyuan.areas.telemetry.queries.columns import LABELS
from qingyuan.areas.telemetry.queries.comparison import (
    CAUSES,
    TABLES,
    Comparison,
    Difference,
    comparison,
)
from qingyuan.areas.telemetry.queries.verdicts import empty_reason
from qingyuan.ui.numbers import china_time, figure
from qingyuan.ui.periods import Period, around, period
from qingyuan.ui.sheets import FORMS, csv_lines, disposition, xlsx_file
from qingyuan.ui.states import state

from .judging import frame, point_or_404

PAGE = 50
WORDS = {
    "flag": _("数据标识异常，所取的分钟不同"),
    "verdict": _("有效数据不足，所取的分钟或小时不同"),
    "count": _("有效数据不齐，所取的分钟或小时不同"),
    "reference": _("均值相同，折算所用的氧含量或基准不同"),
    "flow": _("均值相同，流量、面积、速度场系数或烟气参数不同"),
    "order": _("相差很小：数采仪逐分钟计算后平均，本系统由小时均值计算"),
    "empty": _("本系统没有该值"),
    "unjudged": _("尚未判定"),
    "method": _("有效数据齐全，数采仪的算法或取整不同"),
}
SHORT = {
    "flag": _("数据标识"), "verdict": _("有效数据不足"), "count": _("有效数据不齐"),
    "reference": _("折算依据"), "flow": _("流量"), "order": _("计算次序"), "empty": _("无计算值"),
    "unjudged": _("尚未判定"), "method": _("算法或取整"),
}
FIELDS = {"Avg": "value", "ZsAvg": "converted", "Cou": "mass"}
LEVELS = (("hour", _("小时")), ("day", _("日")))


@page("see_points")
def comparison_page(request: HttpRequest, pk: int) -> HttpResponse:
    """``?month=YYYY-MM`` with ``level`` hour or day, ``cause`` and ``factor`` as filters."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    context = frame(scope, point)
    shown, level = _asked(params, context["progress"].last)
    whole = comparison(scope, point, level, shown.start, shown.end)
    found = _picked(whole, params)
    counts = Counter(one.cause for one in whole.found)
    pages = Paginator(found, PAGE).get_page(params.get("page"))
    context |= {
        "lines": [(one, cause_of(one)) for one in pages.object_list],
        "shown": shown, "level": level, "levels": LEVELS, "labels": LABELS, "words": WORDS,
        "page": pages,
        "compared": whole.compared, "total": len(whole.found),
        "cause": params.get("cause", ""), "factor": params.get("factor", ""),
        "tabs": [(code, SHORT[code], counts[code]) for code in CAUSES if counts[code]],
        "factors": sorted({(one.of.code, one.of.name) for one in whole.found}),
        "time_form": "day" if level == "day" else "minute",
    }
    return render(request, "telemetry/comparison.html", context)


def cause_of(one: Difference) -> str:
    """What a difference most likely comes from, in words."""
    if one.cause == "empty" and one.row is not None:
        return empty_reason(one.row, FIELDS[one.column])
    return str(WORDS[one.cause])


def _asked(params: Any, last: int | None) -> tuple[Period, str]:
    shown = period("month", params.get("month", ""))
    level = params.get("level", "")
    if shown is None:
        shown = around("month", int(time.time()) if last is None else last)
    return shown, level if level in TABLES else "hour"


def _picked(whole: Comparison, params: Any) -> list[Difference]:
    cause, code = params.get("cause", ""), params.get("factor", "")
    return [one for one in whole.found
            if (not cause or one.cause == cause) and (not code or one.of.code == code)]


@page("see_points")
def comparison_export(
    request: HttpRequest, pk: int, form: str
) -> HttpResponse | StreamingHttpResponse:
    """The differences that the page lists, all of them."""
    scope = request.scope
    point = point_or_404(scope, pk)
    stand = frame(scope, point)["progress"]
    shown, level = _asked(request.GET, stand.last)
    found = _picked(comparison(scope, point, level, shown.start, shown.end), request.GET)
    lines = _lines(found, level)
    name = f"{point.name}-上报与判定对比-{shown.key}"
    response: StreamingHttpResponse
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(lines), content_type=FORMS[form])
    elif form == "xlsx":
        response = FileResponse(xlsx_file(lines, point.name))
        response["Content-Type"] = FORMS[form]
    else:
        raise Http404
    response["Content-Disposition"] = disposition("comparison", name, form)
    return response


def _lines(found: list[Difference], level: str) -> Iterator[list[Any]]:
    yield ["时间（北京时间）", "因子", "编码", "项目", "单位", "上报", "计算", "相差", "标识",
           "判定", "可能的原因"]
    for one in found:
        yield [
            china_time(one.time, "day" if level == "day" else "minute"), one.of.name, one.of.code,
            LABELS[one.column], one.unit, one.reported,
            None if one.computed is None else float(figure(one.computed, one.digits)),
            None if one.apart is None else float(figure(one.apart, one.digits)), one.flag,
            str(state("judged", one.row.verdict).label) if one.row else "", cause_of(one)]
