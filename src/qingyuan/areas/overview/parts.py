"""The parts of the manager's page: each a function scope → figures with ways to what they count.

A part stands on the queries of the area that it speaks of, so that the figure here and the list
behind it cannot differ. ``tone`` is a colour of the house: "red", "amber" or "".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.capability import standing
from qingyuan.areas.conduct import queries as conduct
from qingyuan.areas.findings.directives import directives_of
from qingyuan.areas.findings.models import DirectiveState, Finding, Severity
from qingyuan.areas.findings.queries import findings_of
from qingyuan.areas.laboratory import queries as laboratory
from qingyuan.areas.maintenance import task_queries
from qingyuan.areas.maintenance.orders import queries as orders
from qingyuan.areas.means import queries as means
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.people import queries as people
from qingyuan.areas.records.keeping.queries import records_of
from qingyuan.areas.records.models import RecordState
from qingyuan.areas.reports.queries import rates
from qingyuan.areas.supervision.models import RectifyState
from qingyuan.areas.supervision.queries import rectifications_of
from qingyuan.areas.supplies import queries as supplies
from qingyuan.kernel import windows
from qingyuan.ui.periods import period

SOON = 7  # days


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit ("" for a bare count's 项), the list it counts, and a line below."""

    label: str
    value: str
    unit: str = ""
    link: str = ""
    tone: str = ""
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A headed group of figures."""

    key: str
    title: str
    icon: str
    link: str
    figures: tuple[Figure, ...]


def work(scope: Scope) -> Part:
    """Tasks, orders and records that wait."""
    by = task_queries.counts(task_queries.tasks_of(scope))
    at, day = reverse("maintenance:tasks"), today()
    due = task_queries.tasks_of(scope).filter(
        state__in=task_queries.STANDING, due__range=(day, day + timedelta(days=SOON))).count()
    danger = task_queries.endangered(scope)
    every = orders.orders_of(scope)
    running = orders.counts(every, orders.now_ms())
    waiting = records_of(scope).filter(state=RecordState.SUBMITTED).count()
    late = by[task_queries.OVERDUE]
    return Part("work", _("运维工作"), "clipboard-list", at, (
        _count(_("逾期任务"), late, f"{at}?state={task_queries.OVERDUE}", bad=late),
        _count(_("%d 天内到期") % SOON, due,
               f"{at}?from={day:%Y-%m-%d}&to={day + timedelta(days=SOON):%Y-%m-%d}"),
        _count(_("将使数据失效的校准、核查"), len(danger), at, bad=len(danger),
               foot=_("48 小时内到期或已过期")),
        _count(_("未办结工单"), running[""], reverse("maintenance:orders")),
        _count(_("超时工单"), running[orders.LATE],
               f"{reverse('maintenance:orders')}?state={orders.LATE}", bad=running[orders.LATE]),
        _count(_("待审核记录"), waiting, reverse("records:review"), warn=waiting > 300),
    ))


def data(scope: Scope) -> Part:
    """The rates of this month and what the watch has found."""
    shown = period("month", windows.key("month", windows.start_of("month", _now())))
    at = reverse("reports:statistics")
    figures: list[Figure] = []
    if shown is not None:
        quarter = windows.start_of("quarter", shown.start)
        whole = rates.whole(one.sums for one in rates.statistics(scope, rates.Asked(
            "region", shown.start, shown.end,
            (quarter, windows.end_of("quarter", quarter)))))
        for name, words in (("transmission", _("传输率")), ("validity", _("有效率")),
                            ("effective", _("传输有效率"))):
            found = whole.rate(name, soon=False, raw=False)
            figures.append(_percent(words, found, f"{at}?by=discharger"))
        figures.append(_percent(_("数据捕集率"), whole.capture_rate, f"{at}?by=discharger",
                                foot=_("本季度至今")))
    open_ = findings_of(scope).filter(open=True, silenced=False, parent=None)
    by = dict(open_.select_related(None).order_by().values_list("severity").annotate(Count("pk")))
    where = reverse("findings:findings")
    late = _late(open_)
    return Part("data", _("数据质量"), "chart-line", at, (
        *figures,
        _count(_("未办结报警"), sum(by.values()), where,
               foot=_("其中严重 %d 条") % by.get(Severity.CRITICAL, 0)),
        _count(_("超时未响应"), late, where, bad=late),
    ))


def oversight(scope: Scope) -> Part:
    """What was ordered from outside, and what the own supervision found."""
    waiting = directives_of(scope).exclude(state=DirectiveState.CLOSED)
    over = waiting.filter(deadline__lt=today()).count()
    open_ = rectifications_of(scope).exclude(state=RectifyState.PASSED)
    late = open_.filter(deadline__lt=today()).count()
    return Part("oversight", _("督办与督查"), "shield-check", reverse("findings:directives"), (
        _count(_("未销号督办、检查意见"), waiting.count(), reverse("findings:directives")),
        _count(_("逾期督办"), over, reverse("findings:directives"), bad=over),
        _count(_("待整改督查问题"), open_.count(), reverse("supervision:problems")),
        _count(_("逾期未整改"), late, reverse("supervision:problems"), bad=late),
    ))


def capability(scope: Scope) -> Part:
    """The checks of clauses 4.1 to 4.8 and 6 on this day."""
    found = standing.verdicts(scope.organisation, today())
    by = {word: sum(one.default.passed is word for one in found) for word in (True, False, None)}
    at = reverse("capability:capability")
    broken = "、".join(one.title for one in found if one.default.passed is False)
    return Part("capability", _("能力"), "certificate", at, (
        Figure(_("符合"), f"{by[True]}", f"/ {len(found)}", at),
        _count(_("不符合"), by[False], at, bad=by[False], foot=broken),
        _count(_("无从评价"), by[None], at, warn=by[None],
               foot=_("还没有登记") if by[None] else ""),
    ))


def people_and_means(scope: Scope) -> Part:
    """Staff, certificates, commitments, papers."""
    day, at = today(), reverse("people:people")
    staff = list(people.in_service(scope.organisation, day).prefetch_related("certificates"))
    ending = len(people.expiring(scope.organisation, day, people.SOON))
    none = sum("om" in one.posts and people.certified(one, day) in ("expired", "none")
               for one in staff)
    unsigned = sum(one.state in ("missing", "again", "expired")
                   for one in conduct.standings(scope, day))
    papers = len(means.expiring(scope.organisation, day, means.SOON))
    return Part("people", _("人员与证照"), "users", at, (
        _count(_("在岗人员"), len(staff), at),
        _count(_("运维人员证书过期或无证"), none, f"{at}?state=expired", bad=none),
        _count(_("%d 天内到期的证书") % people.SOON, ending, reverse("people:certificates"),
               warn=ending),
        _count(_("未签自律承诺"), unsigned, reverse("conduct:commitments"), bad=unsigned),
        _count(_("%d 天内到期的单位证照") % means.SOON, papers, reverse("means:unit-file"),
               warn=papers),
    ))


def stock(scope: Scope) -> Part:
    """What is short in the stores, and samples that wait."""
    day, at = today(), reverse("supplies:stock")
    short = len(supplies.short(scope.organisation, day))
    waiting = laboratory.waiting(scope).count()
    return Part("stock", _("备件与样品"), "table", at, (
        _count(_("库存不足"), short, at, bad=short),
        _count(_("待出结果样品"), waiting, reverse("laboratory:samples")),
    ))


PARTS: Sequence[tuple[str, Callable[[Scope], Part | None]]] = (
    ("see_capability", capability), ("see_tasks", work), ("see_findings", data),
    ("see_supervision", oversight), ("see_people", people_and_means), ("see_supplies", stock))
"""(verb that a reader needs, part), in the order of the page."""


def parts(scope: Scope) -> list[Part]:
    """All that the role may see and that has something to say."""
    found = (part(scope) for verb, part in PARTS if may(scope, verb))
    return [one for one in found if one is not None]


def unit_line(scope: Scope) -> str:
    """How many points the unit looks after today."""
    by = dict(points_of(scope).order_by().values_list("kind").annotate(Count("pk")))
    return _("在服务点位 %(n)d 个：废气 %(gas)d，废水 %(water)d") % {
        "n": sum(by.values()), "gas": by.get("gas", 0), "water": by.get("water", 0)}


def _count(label: str, value: int, link: str, *, bad: int | bool = False,
           warn: int | bool = False, foot: str = "") -> Figure:
    return Figure(label, f"{value}", "", link, "red" if bad else "amber" if warn else "", foot)


def _percent(label: str, value: float | None, link: str, foot: str = "") -> Figure:
    if value is None:
        return Figure(label, "", "%", link, "", _("本期还没有应传小时"))
    return Figure(label, f"{100 * value:.1f}", "%", link, "", foot or str(_THIS_MONTH))


_THIS_MONTH = gettext_lazy("本月至今")


def _late(rows: QuerySet[Finding]) -> int:
    return rows.filter(acknowledged_at=None, respond_due__lt=orders.now_ms()).count()


def _now() -> int:
    return orders.now_ms() // 1000
