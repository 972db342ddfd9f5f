"""Parts 3 and 8: what was done, and what is planned."""

from collections import Counter, defaultdict

from django.db.models import Count, QuerySet
from django.urls import reverse

from qingyuan.areas.maintenance.models import MonthPlan, OrderState, Task, TaskState, WorkOrder
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.areas.records.words import FORM_KINDS
from qingyuan.reporting.blocks import Block, Chart, Figure, Table, count, percent, text

from ..subject import Subject

KEPT = (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.RETURNED)
"""States of records that stand: the newest version of what was handed in."""
GONE = (TaskState.CANCELLED, TaskState.WITHDRAWN)


def tasks(subject: Subject) -> QuerySet[Task]:
    """Visits planned for a day of the time, without those that were called off."""
    return Task.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys,
        day__range=(subject.first, subject.last)).exclude(state__in=GONE)


def records(subject: Subject) -> QuerySet[Record]:
    """Records of work done on a day of the time."""
    return Record.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys, state__in=KEPT,
        day__range=(subject.first, subject.last))


def orders(subject: Subject) -> QuerySet[WorkOrder]:
    """Orders of which the fault was found in the time."""
    return WorkOrder.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys,
        found_at__gte=subject.since * 1000, found_at__lt=subject.until * 1000).exclude(
            state=OrderState.CANCELLED)


def done(subject: Subject) -> list[Block]:
    """Visits, records by kind with how many were sound, orders with how long they took."""
    days = f"from={subject.first}&to={subject.last}"
    at = f"{reverse('maintenance:tasks')}?discharger={subject.discharger.pk}&{days}"
    planned = tasks(subject).count()
    finished = tasks(subject).filter(state=TaskState.DONE).count()
    log = f"{reverse('records:records')}?{days}"
    kept = records(subject)
    blocks: list[Block] = [text(
        "计划现场任务 ", count("work.planned", planned, "次", at), "，完成 ",
        count("work.done", finished, "次", at), "，完成率 ",
        percent("work.share", finished / planned if planned else None, at),
        "；提交运维记录 ", count("work.records", kept.count(), "份", log), "，已审核 ",
        count("work.accepted", kept.filter(state=RecordState.ACCEPTED).count(), "份", log),
        "。")]
    if not planned:
        blocks.append(text("本期无计划现场任务。"))
    blocks += [*_by_kind(kept, log), *_calendar(subject), *_orders(subject)]
    return blocks


def _by_kind(kept: QuerySet[Record], log: str) -> list[Block]:
    whole = Counter(dict(kept.order_by().values_list("kind").annotate(Count("pk"))))
    sound = Counter(dict(kept.filter(passed=True).order_by().values_list("kind").annotate(
        Count("pk"))))
    failed = Counter(dict(kept.filter(passed=False).order_by().values_list("kind").annotate(
        Count("pk"))))
    if not whole:
        return [text("本期无运维记录。")]
    return [Table("运维记录", ("类别", "份数", "合格", "不合格"), tuple(
        (str(FORM_KINDS.get(kind, kind)), count(f"work.kind.{kind}", n, "", f"{log}&kind={kind}"),
         count(f"work.sound.{kind}", sound[kind], "", f"{log}&kind={kind}&passed=yes"),
         count(f"work.failed.{kind}", failed[kind], "", f"{log}&kind={kind}&passed=no"))
        for kind, n in sorted(whole.items())), (1, 2, 3))]


def _calendar(subject: Subject) -> list[Block]:
    """Which day had how many finished visits."""
    by = Counter(tasks(subject).filter(state=TaskState.DONE).values_list("day", flat=True))
    if not by:
        return []
    days = tuple(sorted(by))
    return [Chart("work.calendar", "bars", "各日完成的现场任务", "次",
                  tuple(f"{day:%m-%d}" for day in days),
                  (("完成", tuple(float(by[day]) for day in days)),))]


def _orders(subject: Subject) -> list[Block]:
    rows = list(orders(subject).select_related("point").order_by("found_at"))
    at = reverse("maintenance:orders")
    if not rows:
        return [text("本期无故障工单。")]
    closed = [row for row in rows if row.state == OrderState.CLOSED]
    blocks: list[Block] = [text(
        "发现故障并登记工单 ", count("work.orders", len(rows), "件", f"{at}?state=all"),
        "，已办结 ", count("work.closed", len(closed), "件", f"{at}?state=closed"), "。")]
    lines: list[tuple[str | Figure, ...]] = []
    for row in rows:
        took = None if row.restored_at is None else (row.restored_at - row.found_at) / 3_600_000
        lines.append((row.point.name, row.symptom, row.cause or "—", row.handling or "—",
                      Figure(f"work.order.{row.pk}", "—" if took is None else f"{took:.1f}", "",
                             reverse("maintenance:order", args=[row.pk]))))
    blocks.append(Table("故障与处理", ("点位", "故障现象", "原因", "处理情况", "历时（h）"),
                        tuple(lines), (4,)))
    return blocks


def planned(subject: Subject) -> list[Block]:
    """The visits of the month that follows, and whether the discharger has confirmed them."""
    first, last = subject.next_month
    at = (f"{reverse('maintenance:tasks')}?discharger={subject.discharger.pk}"
          f"&from={first}&to={last}")
    rows = list(Task.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys,
        day__range=(first, last)).exclude(state__in=GONE).select_related("point").order_by(
            "point__name", "day"))
    if not rows:
        return [text(f"{first:%Y年%m月}尚无排定的任务。")]
    by: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for row in rows:
        by[row.point_id, row.point.name, row.get_kind_display()].append(f"{row.day:%d日}")
    plan = MonthPlan.objects.filter(
        organisation=subject.scope.organisation, discharger=subject.discharger,
        month=first).first()
    said = f"月度计划{plan.get_state_display()}。" if plan else "月度计划尚未送交。"
    return [text(f"{first:%Y年%m月}计划现场任务 ", count("plan.tasks", len(rows), "次", at),
                 f"。{said}"),
            Table("下月计划", ("点位", "任务", "日期", "次数"), tuple(
                (name, kind, "、".join(days), count(f"plan.{pk}.{kind}", len(days), "", at))
                for (pk, name, kind), days in by.items()), (3,))]
