"""Part 4: which data were not as they should be, why, and what was done."""

from collections import Counter, defaultdict

from django.db.models import Count
from django.urls import reverse

from qingyuan.areas.findings.kinds import label
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.reports.queries.rates import pollutants
from qingyuan.areas.telemetry.models import Factor, HourValue
from qingyuan.reporting.blocks import Block, Chart, Figure, Table, count, text
from qingyuan.ui.states import state

from ..subject import Subject


def abnormal(subject: Subject) -> list[Block]:
    """Hours by verdict, and findings by kind with how many are done with."""
    return [*_hours(subject), *_findings(subject)]


def _hours(subject: Subject) -> list[Block]:
    hours = HourValue.objects.filter(
        point__in=subject.keys, time__gte=subject.since, time__lt=subject.until,
        factor__in=pollutants())
    rows = hours.exclude(verdict="valid").order_by().values_list(
        "point", "factor", "verdict").annotate(n=Count("time"))
    whole: Counter[str] = Counter()
    by: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for point, factor, verdict, n in rows:
        whole[verdict] += n
        by[point, factor][verdict] += n
    if not whole and not hours.exists():
        return [text("本期没有污染物小时数据。")]
    if not whole:
        return [text("本期各污染物小时数据均为有效，无异常小时。")]
    names = dict(Factor.objects.values_list("pk", "name"))
    order = sorted(whole)
    words = {code: str(state("judged", code).label) for code in order}
    said: list[str | Figure] = ["报告期内非有效小时共 ",
                                count("abnormal.hours", sum(whole.values()), "个因子小时"),
                                "，其中"]
    for n, code in enumerate(order):
        said += ["、" if n else "", f"{words[code]} ",
                 count(f"abnormal.verdict.{code}", whole[code], "个")]
    points = {point.pk: point.name for point in subject.points}
    lines = tuple(
        (points[point], str(names[factor]),
         *(count(f"abnormal.{point}.{factor}.{code}", found[code], "",
                 reverse("telemetry:hours", args=[point])) for code in order))
        for (point, factor), found in sorted(by.items()))
    return [text(*said, "。"),
            Table("各点位非有效小时", ("点位", "因子", *(words[code] for code in order)), lines,
                  tuple(range(2, 2 + len(order)))),
            Chart("abnormal.causes", "bars", "非有效小时构成", "因子小时",
                  tuple(words[code] for code in order),
                  (("小时", tuple(float(whole[code]) for code in order)),))]


def _findings(subject: Subject) -> list[Block]:
    rows = Finding.objects.filter(
        organisation=subject.scope.organisation, point__in=subject.keys, parent=None,
        raised_at__gte=subject.since * 1000, raised_at__lt=subject.until * 1000)
    whole = dict(rows.order_by().values_list("kind").annotate(Count("pk")))
    open_ = dict(rows.filter(open=True).order_by().values_list("kind").annotate(Count("pk")))
    if not whole:
        return [text("本期无报警。")]
    at = reverse("findings:findings")
    return [text("发现报警 ", count("abnormal.findings", sum(whole.values()), "条",
                                f"{at}?state=all"), "，已办结 ",
                 count("abnormal.closed", sum(whole.values()) - sum(open_.values()), "条",
                       f"{at}?state=closed"), "。"),
            Table("报警", ("种类", "条数", "未办结"), tuple(
                (str(label(kind)), count(f"abnormal.kind.{kind}", n, "", f"{at}?kind={kind}"),
                 count(f"abnormal.open.{kind}", open_.get(kind, 0), "", f"{at}?kind={kind}"))
                for kind, n in sorted(whole.items())), (1, 2))]
