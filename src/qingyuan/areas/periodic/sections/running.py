"""Parts 1 and 2: what is looked after, and how it ran."""

from collections import Counter, defaultdict
from datetime import datetime

from django.urls import reverse

from qingyuan.areas.assets.models import Instrument, MonitoringSystem, PointKeeper
from qingyuan.areas.maintenance.models import SourceStop
from qingyuan.areas.reports.queries import rates
from qingyuan.areas.telemetry.models import DayValue, Factor
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST
from qingyuan.reporting.blocks import Block, Chart, Figure, Table, count, percent, text

from ..subject import Subject


def overview(subject: Subject) -> list[Block]:
    """Contract, points, systems, instruments, who looks after them."""
    points, gas = subject.points, sum(one.kind == "gas" for one in subject.points)
    systems = MonitoringSystem.objects.filter(point__in=subject.keys, since__lte=subject.last)
    systems = systems.exclude(until__lt=subject.first)
    kinds = Counter(systems.values_list("kind", flat=True))
    instruments = Instrument.objects.filter(system__in=systems.values("pk")).count()
    facilities = reverse("assets:sites")
    people = _keepers(subject)
    blocks: list[Block] = [text(
        f"报告期为 {subject.span}。{subject.scope.organisation.name}受"
        f"{subject.discharger.name}委托，负责其固定污染源自动监测设施运行维护，在服务点位 ",
        count("overview.points", len(points), "个", facilities), "，其中废气 ",
        count("overview.gas", gas, "个", facilities), "、废水 ",
        count("overview.water", len(points) - gas, "个", facilities), "；自动监测系统 ",
        count("overview.systems", sum(kinds.values()), "套", facilities), "（含视频 ",
        count("overview.video", kinds.get("video", 0), "套", facilities), "），仪器 ",
        count("overview.instruments", instruments, "台", facilities), "。")]
    rows = tuple(
        (row.point.name, row.point.outlet.name if row.point.outlet else "—",
         row.point.get_kind_display(), people.get(row.point_id, "—"),
         f"{row.since} 至 {row.until or '长期'}") for row in subject.contracts)
    if rows:
        blocks.append(Table("服务点位一览", ("点位", "排口", "类型", "运维责任人", "合同期"), rows))
    return blocks


def running(subject: Subject) -> list[Block]:
    """Rates of the time by point, stops of the source, and a trend for each point."""
    asked = _asked(subject)
    sums = rates.sums_of(subject.scope, asked)
    whole = rates.whole(sums[pk] for pk in subject.keys if pk in sums)
    at = f"{reverse('reports:statistics')}?by=point&discharger={subject.discharger.pk}"
    stops = list(SourceStop.objects.filter(
        point__in=subject.keys, withdrawn_why="").select_related("point").order_by("since"))
    stops = [one for one in stops if one.since.timestamp() < subject.until and (
        one.restart_at is None or one.restart_at.timestamp() >= subject.since)]
    blocks: list[Block] = [text(
        "报告期内应传小时数据 ", count("running.due", whole.counts.get("due", 0), "个", at),
        "，实收 ", count("running.received", whole.counts.get("received", 0), "个", at),
        "，数据传输率 ", percent("running.transmission", _rate(whole, "transmission"), at),
        "，有效率 ", percent("running.validity", _rate(whole, "validity"), at),
        "，传输有效率 ", percent("running.effective", _rate(whole, "effective"), at), "。")]
    if not whole.counts.get("due"):
        blocks.append(text("本期没有应传数据的小时。"))
    rows: list[tuple[str | Figure, ...]] = []
    for point in subject.points:
        own, key = sums.get(point.pk, rates.Sums()), f"running.{point.pk}"
        link = f"{reverse('reports:rate-hours', args=[point.pk])}"
        rows.append((point.name, count(f"{key}.due", own.counts.get("due", 0), "", link),
                     count(f"{key}.received", own.counts.get("received", 0), "", link),
                     percent(f"{key}.transmission", _rate(own, "transmission"), link),
                     percent(f"{key}.validity", _rate(own, "validity"), link),
                     percent(f"{key}.capture", own.capture_rate, link)))
    if rows:
        blocks.append(Table("各点位数据传输与有效情况",
                            ("点位", "应传小时", "实收小时", "传输率", "有效率", "季度捕集率"),
                            tuple(rows), (1, 2, 3, 4, 5)))
    if stops:
        blocks.append(text("报告期内排放源停运 ", count("running.stops", len(stops), "次",
                                                 reverse("maintenance:stops")), "："))
        blocks.append(Table("排放源停运", ("点位", "停运", "启运", "原因"), tuple(
            (one.point.name, _clock(one.since), _clock(one.restart_at) or "仍在停运", one.reason)
            for one in stops)))
    else:
        blocks.append(text("本期无排放源停运登记。"))
    return [*blocks, *_trends(subject)]


def _asked(subject: Subject) -> rates.Asked:
    quarter = windows.start_of("quarter", subject.until - 1)
    return rates.Asked("point", subject.since, subject.until,
                       (quarter, windows.end_of("quarter", quarter)),
                       discharger=subject.discharger.pk)


def _rate(sums: rates.Sums, name: str) -> float | None:
    return sums.rate(name, soon=False, raw=False)


def _keepers(subject: Subject) -> dict[int, str]:
    rows = PointKeeper.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys, backup=False,
        since__lte=subject.last).exclude(until__lt=subject.first).select_related(
            "person").order_by("since")
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if str(row.person) not in found[row.point_id]:
            found[row.point_id].append(str(row.person))
    return {pk: "、".join(names) for pk, names in found.items()}


def _trends(subject: Subject) -> list[Block]:
    """Day means of each point's pollutants, days without a valid one left open."""
    codes = dict(Factor.objects.filter(pk__in=rates.pollutants()).values_list("pk", "name"))
    rows = DayValue.objects.filter(
        point__in=subject.keys, time__gte=subject.since, time__lt=subject.until,
        factor__in=codes).order_by("point", "factor", "time").values_list(
            "point", "factor", "time", "value", "converted", "verdict")
    by: dict[int, dict[int, dict[int, float | None]]] = defaultdict(lambda: defaultdict(dict))
    bad: dict[int, set[int]] = defaultdict(set)
    for point, factor, time, value, converted, verdict in rows:
        figure = converted if converted is not None else value
        by[point][factor][time] = figure if verdict == "valid" else None
        if verdict != "valid":
            bad[point].add(time)
    days = tuple(range(subject.since, subject.until, 86_400))
    charts: list[Block] = []
    for point in subject.points:
        held = by.get(point.pk)
        if held:
            charts.append(Chart(
                f"trend.{point.pk}", "trend", f"{point.name}日均值",
                "mg/m³" if point.kind == "gas" else "mg/L", days,
                tuple((str(codes[factor]), tuple(values.get(day) for day in days))
                      for factor, values in sorted(held.items())),
                bands=tuple((day, day + 86_400) for day in sorted(bad[point.pk]))))
    return charts


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(CST):%Y-%m-%d %H:%M}" if moment else ""
