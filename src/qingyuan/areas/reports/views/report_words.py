"""What stands around a report table: title, facts, rules in force, notes, signatures."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force as contracts_on
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.reports import tables_xlsx
from qingyuan.areas.reports.queries.tables import Report
from qingyuan.areas.reports.tables_xlsx import Document
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.areas.telemetry.models import JudgedPoint
from qingyuan.areas.telemetry.queries.judged import RUNNING, parameters_of
from qingyuan.areas.telemetry.queries.verdicts import in_force
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of
from qingyuan.ui.numbers import china_time, figure
from qingyuan.ui.periods import Period

TITLES = {
    "gas": {"day": gettext_lazy("烟气排放连续监测小时平均值日报表"),
            "month": gettext_lazy("烟气排放连续监测日平均值月报表"),
            "quarter": gettext_lazy("烟气排放连续监测月平均值季报表"),
            "year": gettext_lazy("烟气排放连续监测月平均值年报表")},
    "water": {"day": gettext_lazy("水污染源在线监测小时值日报表"),
              "month": gettext_lazy("水污染源在线监测日均值月报表"),
              "quarter": gettext_lazy("水污染源在线监测月均值季报表"),
              "year": gettext_lazy("水污染源在线监测月均值年报表")},
}
RULES = {
    "gas": {"day": ("gas.hour.min_valid_minutes", "gas.day.min_valid_hours"),
            "month": ("gas.day.min_valid_hours", "gas.month.min_valid_days"),
            "quarter": ("gas.month.min_valid_days", "gas.capture.min_rate"),
            "year": ("gas.month.min_valid_days",)},
    "water": {"day": ("water.hour.min_values", "water.day.min_share", "water.day.mean"),
              "month": ("water.day.min_share", "water.month.min_share", "water.month.mean"),
              "quarter": ("water.month.min_share",), "year": ("water.month.min_share",)},
}
SHORT = {
    "gas.hour.min_valid_minutes": gettext_lazy("有效小时 ≥ %s min"),
    "gas.day.min_valid_hours": gettext_lazy("有效日 ≥ %s h"),
    "gas.month.min_valid_days": gettext_lazy("有效月 ≥ %s d"),
    "gas.capture.min_rate": gettext_lazy("季度捕集率 ≥ %s"),
    "water.hour.min_values": gettext_lazy("有效小时 ≥ %s 个 10 min 值（流量、pH、水温）"),
    "water.day.min_share": gettext_lazy("有效日 ≥ %s 的应有小时"),
    "water.month.min_share": gettext_lazy("有效月 ≥ %s 的应有日"),
    "water.day.mean": gettext_lazy("日均值：%s"), "water.month.mean": gettext_lazy("月均值：%s"),
}
WORDS = {"flow_weighted": gettext_lazy("流量加权"), "arithmetic": gettext_lazy("算术平均"),
         "mean_of_days": gettext_lazy("日均值的算术平均")}
SIGNATURES = (gettext_lazy("运维单位"), gettext_lazy("运维负责人"), gettext_lazy("审核"),
              gettext_lazy("填报日期"))


def document(
    scope: Scope, point: MonitoringPoint, shown: Period, found: Report, judging: JudgedPoint
) -> Document:
    """The document of a report."""
    book, day = book_for(point), date.fromisoformat(day_of(shown.start))
    facts = [
        (_("排污单位"), point.organisation.name), (_("排放口"), _named(point.outlet)),
        (_("监测点位"), _named(point)), (_("报告期"), shown.key),
        (_("运维单位"), operator(point, shown)), *parameters(scope, point, shown),
        (_("有效性规则"), rules(book, point.kind, found.level, day)),
    ]
    return Document(
        title=f"{TITLES[point.kind][found.level]}", facts=facts,
        notes=_notes(point, found, judging, book), signatures=[str(s) for s in SIGNATURES],
        time_label={"hour": _("时间"), "day": _("日期"), "month": _("月份")}[found.rows_level],
        times=[time_word(found.rows_level, line.time) for line in found.lines], report=found)


def _named(thing: Any) -> str:
    return f"{thing.name}（{thing.code}）" if thing.code else str(thing.name)


def time_word(level: Any, time: int) -> str:
    """A row's period: hours by their start and end, days and months by their date."""
    key = windows.key(level, time)
    if level != "hour":
        return key
    hour = int(key[11:13])
    return f"{hour:02d}~{hour + 1:02d}"


def operator(point: MonitoringPoint, shown: Period) -> str:
    """The unit that operated the point when the period ended; for a time before the first contract
    (history that came with the point) the present one; without any the discharger itself."""
    then, now = date.fromisoformat(day_of(shown.end - 1)), today()
    rows = list(ServiceContract.objects.filter(contracts_on(then) | contracts_on(now), point=point)
                .select_related("om_unit").order_by("-since"))
    held = [row for row in rows if row.since <= then and (row.until is None or then <= row.until)]
    return str((held or rows)[0].om_unit.name if rows else point.organisation.name)


def parameters(
    scope: Scope, point: MonitoringPoint, shown: Period
) -> Iterator[tuple[str, str]]:
    """What conversion rests on, as it held when the period ended."""
    held = {row.name: row.value for row in
            in_force(list(parameters_of(scope, point)), shown.end - 1)}
    for name, label, unit in (("o2_reference", _("基准氧含量"), " %"),
                              ("excess_air_reference", _("基准过量空气系数"), "")):
        if name in held:
            yield label, f"{figure(held[name])}{unit}"


def rules(book: BookFor, kind: str, level: str, day: date) -> str:
    """The rules of validity that hold on a day, each with its clause."""
    words = []
    for name in RULES[kind][level]:
        one = book.find(name, day)
        if one is not None:
            value = str(WORDS.get(str(one.value), "")) or (
                f"{100 * one.value:g} %" if isinstance(one.value, float) and one.value <= 1
                else figure(one.value))
            words.append(f"{SHORT[name] % value}（{one.cite()}）")
    return "，".join(words)


def _notes(
    point: MonitoringPoint, found: Report, judging: JudgedPoint, book: BookFor
) -> list[str]:
    under = _("HJ 75-2017") if point.kind == "gas" else _("HJ 356-2019")
    basis = _("浓度与流量为标准状态干基，氮氧化物以二氧化氮计。") if point.kind == "gas" else _(
        "日均浓度按流量加权；水量由流量累计。")
    notes = [
        basis + _("无效、失控、缺失和停运时段的浓度与参数不计入统计；带 %s 的排放量为修约值。")
        % tables_xlsx.MARK,
    ]
    if any(row.verdict == RUNNING for row in found.whole.values()):
        notes.append(_("报告期尚未结束，平均值与合计按已判定的部分暂计。"))
    if found.made:
        notes.append(_("按 %(under)s 判定，规则指纹 %(print)s，判定于 %(at)s（北京时间）。") % {
            "under": under, "print": judging.rules or book.book.fingerprint,
            "at": china_time(found.made)})
    return notes
