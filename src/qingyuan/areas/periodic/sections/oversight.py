"""Parts 5, 6, 7 and 9: orders from outside, own inspections, study, what the customer must do."""

from django.db.models import Count, Q
from django.urls import reverse

from qingyuan.areas.findings.models import Directive, DirectiveState
from qingyuan.areas.maintenance.models import CustomerNeed
from qingyuan.areas.maintenance.models.agreements import NeedState
from qingyuan.areas.people.models import TrainingSession
from qingyuan.areas.supervision.models import Inspection, Rectification, RectifyState
from qingyuan.reporting.blocks import Block, Figure, Table, count, text

from ..subject import Subject


def directives(subject: Subject) -> list[Block]:
    """Orders that concern the points, received in the time or not ended before it."""
    rows = list(Directive.objects.filter(
        organisation=subject.scope.organisation, points__in=subject.keys,
        received_on__lte=subject.last).filter(
            Q(closed_at=None) | Q(closed_at__gte=subject.since * 1000)).distinct().order_by(
                "received_on"))
    if not rows:
        return [text("本期无环保督办、检查意见。")]
    done = sum(row.state == DirectiveState.CLOSED for row in rows)
    return [text("本期办理督办、检查意见 ",
                 count("directives.all", len(rows), "件", reverse("findings:directives")),
                 "，已销号 ", count("directives.closed", done, "件",
                                reverse("findings:directives")), "。"),
            Table("督办与整改", (
                "来文单位", "文号", "存在问题", "办理期限", "状态", "办理情况"), tuple(
                (row.source, row.number or "—", row.problem, f"{row.deadline}",
                 row.get_state_display(), row.reply or "—") for row in rows))]


def inspections(subject: Subject) -> list[Block]:
    """Inspections handed in within the time, their problems and what became of them."""
    rows = list(Inspection.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys,
        submitted_at__gte=subject.since * 1000, submitted_at__lt=subject.until * 1000,
    ).select_related("point").order_by("submitted_at"))
    if not rows:
        return [text("本期无内部质量检查。")]
    problems = Rectification.objects.filter(inspection__in=[row.pk for row in rows])
    whole, mended = problems.count(), problems.filter(state=RectifyState.PASSED).count()
    at = reverse("supervision:supervision")
    return [text("开展内部运维质量检查 ",
                 count("inspection.all", len(rows), "次", f"{at}?state=all"),
                 "，发现问题 ", count("inspection.problems", whole, "项",
                                reverse("supervision:problems")),
                 "，已整改合格 ", count("inspection.mended", mended, "项",
                                 reverse("supervision:problems")), "。"),
            Table("内部质量检查", ("点位", "方式", "得分", "结论"), tuple(
                (row.point.name, row.get_how_display(),
                 Figure(f"inspection.{row.pk}", "—" if row.score is None else f"{row.score:g}", "",
                        reverse("supervision:inspection", args=[row.pk])),
                 "合格" if row.passed else "不合格" if row.passed is False else "待确认")
                for row in rows), (2,))]


def study(subject: Subject) -> list[Block]:
    """Laws and rules made known and studied within the time; the unit's people, not one point's."""
    rows = list(TrainingSession.objects.filter(
        organisation=subject.scope.organisation, law=True,
        day__range=(subject.first, subject.last)).annotate(
            there=Count("attendances"),
            good=Count("attendances", filter=Q(attendances__passed=True))).order_by("day"))
    if not rows:
        return [text("本期无法律法规宣贯学习登记。")]
    at = reverse("people:training")
    return [text("组织法律法规宣贯学习 ", count("study.sessions", len(rows), "次", at), "，参加 ",
                 count("study.people", sum(row.there for row in rows), "人次", at), "。"),
            Table("法律法规宣贯学习", ("日期", "内容", "学时", "参加人数", "考试合格"), tuple(
                (f"{row.day}", row.subject, f"{row.hours:g}",
                 count(f"study.there.{row.pk}", row.there, "",
                       reverse("people:session", args=[row.pk])),
                 count(f"study.good.{row.pk}", row.good, "",
                       reverse("people:session", args=[row.pk])) if row.exam else "—")
                for row in rows), (2, 3, 4))]


def advice(subject: Subject) -> list[Block]:
    """What the discharger was asked for and has not provided yet."""
    rows = list(CustomerNeed.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys,
        asked_on__lte=subject.last).filter(
            Q(state=NeedState.ASKED) | Q(answered_on__gte=subject.first)).select_related(
                "point").order_by("asked_on"))
    if not rows:
        return [text("本期无需排污单位支持的事项。")]
    waiting = sum(row.state == NeedState.ASKED for row in rows)
    return [text("需排污单位支持事项 ", count("advice.all", len(rows), "项",
                                      reverse("maintenance:needs")), "，待落实 ",
                 count("advice.open", waiting, "项", reverse("maintenance:needs")), "。"),
            Table("需支持事项", ("点位", "类别", "内容", "提出日期", "要求完成", "状态"), tuple(
                (row.point.name, row.get_kind_display(), row.text, f"{row.asked_on}",
                 f"{row.due or '—'}", row.get_state_display()) for row in rows))]
